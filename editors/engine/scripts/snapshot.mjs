// The memory that a page's worker starts from: Python with einsight imported, its catalogue filled, a first answer given.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { home, load } from "./pyodide.mjs";

/** `engine` holds Pyodide's files and einsight.zip; `modules` the libraries. */
export async function snapshot(engine, modules) {
  const python = await load(modules, { _makeSnapshot: true });
  python.unpackArchive(new Uint8Array(readFileSync(join(engine, "einsight.zip"))), "zip", { extractDir: home.site });
  const count = python.runPython("import importlib; importlib.invalidate_caches()\nfrom einsight.web.preparing import prepare\nprepare()");
  const memory = python.makeMemorySnapshot();
  const packed = gzipSync(memory, { level: 9 });
  writeFileSync(join(engine, "memory.bin.gz"), packed);
  return { modules: count, memory: memory.length, packed: packed.length };
}
