// einsight and what it imports, as archives that a page unpacks: engine.zip, and one for each package that is fetched later.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PYTHON = process.env.PYTHON ?? "python3";
// what a page has no use for
const WITHOUT = ["bench", "cli", "mcp", "site", "testing.py"];

/** Writes the archives into a folder; names of the packages that are fetched later. */
export function archives(root, home, out) {
  const work = mkdtempSync(join(tmpdir(), "einsight-web-"));
  try {
    // a copy, so that a build leaves nothing in the tree and finds nothing there
    for (const name of ["pyproject.toml", "README.md", "LICENSE", "src", "grammar"])
      cpSync(join(root, name), join(work, "source", name), { recursive: true, filter: (path) => !/__pycache__|\.egg-info/.test(path) });
    const site = join(work, "site");
    install(site, ["--no-deps", join(work, "source"), "-r", join(home, "requirements.txt")]);
    for (const name of WITHOUT) rmSync(join(site, "einsight", name), { recursive: true, force: true });
    archive(site, join(out, "einsight.zip"));
    const later = lines(join(home, "requirements-later.txt")).map((requirement) => {
      const name = requirement.split("==")[0], folder = join(work, name);
      install(folder, ["--no-deps", requirement]);
      for (const tests of python("-c", "import pathlib, sys; print(*pathlib.Path(sys.argv[1]).rglob('tests'), sep='\\n')", folder).split("\n"))
        if (tests) rmSync(tests, { recursive: true, force: true });
      archive(folder, join(out, `${name}.zip`));
      return name;
    });
    return later;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function install(folder, what) {
  mkdirSync(folder, { recursive: true });
  python("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--target", folder, ...what);
  for (const name of readdirSync(folder)) if (name === "bin" || name === "__pycache__") rmSync(join(folder, name), { recursive: true });
}

function archive(folder, file) {
  if (existsSync(file)) rmSync(file);
  // every entry of one date, so that equal files make equal archives
  python("-c", `
import pathlib, sys, zipfile
folder, file = map(pathlib.Path, sys.argv[1:])
with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        made.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED)
`, folder, file);
}

function python(...given) {
  return execFileSync(PYTHON, given, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function lines(file) {
  return readFileSync(file, "utf8").split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
}

export function version(root) {
  return readFileSync(join(root, "src/einsight/__init__.py"), "utf8").match(/^__version__ = "(.*)"$/m)[1];
}

