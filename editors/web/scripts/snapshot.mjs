// The memory that the worker starts from: Python with einsight imported, its catalogue filled, a first answer given.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { loadPyodide } from "pyodide";

/** What Pyodide looks packages up in, without any: none of its own is used. */
export const lock = (() => {
  const whole = JSON.parse(readFileSync(new URL("../node_modules/pyodide/pyodide-lock.json", import.meta.url), "utf8"));
  return { info: whole.info, packages: {} };
})();

/** `engine` holds Pyodide's files and einsight.zip. */
export async function snapshot(engine) {
  const { env, site } = JSON.parse(readFileSync(new URL("../src/home.json", import.meta.url), "utf8"));
  const python = await loadPyodide({ _makeSnapshot: true, env, lockFileContents: lock });
  python.unpackArchive(new Uint8Array(readFileSync(join(engine, "einsight.zip"))), "zip", { extractDir: site });
  const modules = python.runPython("import importlib; importlib.invalidate_caches()\nfrom einsight.web.preparing import prepare\nprepare()");
  const memory = python.makeMemorySnapshot();
  const packed = gzipSync(memory, { level: 9 });
  writeFileSync(join(engine, "memory.bin.gz"), packed);
  return { modules, memory: memory.length, packed: packed.length };
}
