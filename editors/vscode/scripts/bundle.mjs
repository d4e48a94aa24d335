// Puts the server and its libraries into bundled/libs, for the oldest Python that is supported, without compiled parts.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const libs = join(root, "bundled", "libs");
const python = process.env.PYTHON ?? "python3";

function pip(...given) {
  execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps",
    "--target", libs, ...given], { stdio: "inherit" });
}

rmSync(libs, { recursive: true, force: true });
pip("--only-binary=:all:", "--implementation", "py", "--abi", "none", "--platform", "any", "--python-version", "3.10",
  "-r", join(root, "bundled", "requirements.txt"));
rmSync(join(root, "..", "..", "build"), { recursive: true, force: true }); // what an earlier build left would come along
pip("--upgrade", join(root, "..", ".."));

// What a server never imports: the libraries' own tests and benchmarks, programs, what is not pure mathematics.
const NEEDLESS = new Set(["tests", "testing", "benchmarks", "bin", "__pycache__", "isympy.py"]);
for (const part of ["physics", "parsing/autolev", "parsing/latex", "parsing/c", "parsing/fortran"])
  rmSync(join(libs, "sympy", part), { recursive: true, force: true });
function prune(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (NEEDLESS.has(name)) rmSync(path, { recursive: true });
    else if (statSync(path).isDirectory()) prune(path);
  }
}
prune(libs);
if (!existsSync(join(libs, "einsight", "grammar", "expression.lark")))
  throw new Error("the grammar is not in the bundle");

function size(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
console.log(`bundled/libs: ${(size(libs) / 1e6).toFixed(1)} MB`);
