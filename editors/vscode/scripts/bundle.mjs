// Puts the server and its libraries into bundled/libs, for the oldest Python that is supported, without compiled parts.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
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

// What a server never imports: the libraries' own tests and benchmarks, programs, notes of the installer, what is not pure
// mathematics.  Licences stay.
const NEEDLESS = new Set([
  "tests", "testing", "benchmarks", "bin", "share", "__pycache__", "isympy.py", "py.typed", "INSTALLER", "RECORD", "REQUESTED", "WHEEL",
  "direct_url.json", "top_level.txt", "__pyinstaller", "ARCHITECTURE.md",
]);
const PARTS = [
  "cattr", "einsight/bench", "lark/tools", ...[
    "physics", "parsing/autolev", "parsing/latex", "parsing/c", "parsing/fortran", "categories", "crypto", "diffgeom", "holonomic",
    "liealgebras", "sandbox", "stats", "unify", "vector",
  ].map((part) => `sympy/${part}`),
];
for (const part of PARTS) rmSync(join(libs, part), { recursive: true, force: true });
function prune(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (NEEDLESS.has(name) || name.endsWith(".pyi")) rmSync(path, { recursive: true });
    else if (statSync(path).isDirectory()) prune(path);
  }
}
prune(libs);
if (!existsSync(join(libs, "einsight", "grammar", "expression.lark")))
  throw new Error("the grammar is not in the bundle");

// What is left has to do: the server's rooms are imported, and every function of SymPy that einsight evaluates is evaluated.  The
// signs that are typed behind a backslash come out of it, for an editor in which no server runs yet.
const CHECK = `
import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
sys.modules["numpy"] = None
import sympy
from einsight.server.features.registering import load
from einsight.server.session import Server
from einsight.editing.vocabulary import SPELLINGS
from einsight.rules.sympy_table import TABLE
load(Server())
at = {"z": sympy.Rational(3, 10), "w": sympy.Rational(7, 10)}
for _, _, value in TABLE.values():
    sympy.N(sympy.sympify(value.replace("^", "**")).subs(at))
print(json.dumps({"signs": SPELLINGS, "count": len(TABLE)}))
`;
const said = JSON.parse(execFileSync(python, ["-c", CHECK, libs], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
writeFileSync(join(root, "bundled", "signs.json"), JSON.stringify(said.signs));
console.log(`${said.count} functions of SymPy are evaluated with what is left`);

function size(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
console.log(`bundled/libs: ${readdirSync(libs, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).length} files, ${(size(libs) / 1e6).toFixed(1)} MB`);
