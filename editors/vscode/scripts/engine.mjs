// dist/engine: Pyodide, and what is in bundled/libs as archives, which it unpacks where there is no Python, and Python where there is one.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { archive } from "../../engine/scripts/archives.mjs";
import { copyPyodide } from "../../engine/scripts/pyodide.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const python = process.env.PYTHON ?? "python3";
/** Unpacked when they are imported, which few claims do. */
export const LATER = ["sympy", "mpmath"];
export function makeEngine() {
  const libs = join(root, "bundled/libs"), out = join(root, "dist/engine");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  copyPyodide(join(root, "node_modules"), out);
  for (const name of LATER) archive(python, join(out, `${name}.zip`), libs, [name]);
  archive(python, join(out, "einsight.zip"), libs, readdirSync(libs).filter((name) => !LATER.some((later) => name === later)).sort());
  // a memory that is kept belongs to these files and no others
  const hash = createHash("sha256");
  for (const name of readdirSync(out).sort()) hash.update(readFileSync(join(out, name)));
  writeFileSync(join(out, "id.txt"), hash.digest("hex").slice(0, 16));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) makeEngine();
