// Pyodide in Node, for builds.
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export const home = JSON.parse(readFileSync(new URL("../src/home.json", import.meta.url), "utf8"));

/** What Pyodide looks packages up in, without any: none of its own is used. */
export function lockOf(modules) {
  const { info } = JSON.parse(readFileSync(join(modules, "pyodide/pyodide-lock.json"), "utf8"));
  return { info, packages: {} };
}

export async function load(modules, more = {}) {
  const { loadPyodide } = await import(pathToFileURL(join(modules, "pyodide/pyodide.mjs")));
  return loadPyodide({ env: home.env, lockFileContents: lockOf(modules), ...more });
}

/** Pyodide's own files, into a folder. */
export function copyPyodide(modules, out) {
  for (const name of ["pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"]) cpSync(join(modules, "pyodide", name), join(out, name));
}

/** What the sources in `engine/src` are built with. */
export function defines(modules, later) {
  return { LATER: JSON.stringify(later), LOCK: JSON.stringify(lockOf(modules)) };
}
