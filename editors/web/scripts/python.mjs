// einsight and what it imports, as archives that a page unpacks: einsight.zip, and one for each package that is fetched later.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archive } from "../../engine/scripts/archives.mjs";

const PYTHON = process.env.PYTHON ?? "python3";
// what a page has no use for
const WITHOUT = ["bench", "cli", "mcp", "site", "testing.py"];

/** Writes the archives into a folder; names of the packages that are fetched later. */
export function packages(root, home, out) {
  const work = mkdtempSync(join(tmpdir(), "einsight-web-"));
  try {
    // a copy, so that a build leaves nothing in the tree and finds nothing there
    for (const name of ["pyproject.toml", "README.md", "LICENSE", "src", "grammar"])
      cpSync(join(root, name), join(work, "source", name), { recursive: true, filter: (path) => !/__pycache__|\.egg-info/.test(path) });
    const site = join(work, "site");
    install(site, ["--no-deps", join(work, "source"), "-r", join(home, "requirements.txt")]);
    for (const name of WITHOUT) rmSync(join(site, "einsight", name), { recursive: true, force: true });
    archive(PYTHON, join(out, "einsight.zip"), site);
    return lines(join(home, "requirements-later.txt")).map((requirement) => {
      const name = requirement.split("==")[0], folder = join(work, name);
      install(folder, ["--no-deps", requirement]);
      for (const tests of readdirSync(folder, { recursive: true }).filter((path) => /(^|[\\/])tests$/.test(path))) rmSync(join(folder, tests), { recursive: true, force: true });
      archive(PYTHON, join(out, `${name}.zip`), folder);
      return name;
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function install(folder, what) {
  mkdirSync(folder, { recursive: true });
  execFileSync(PYTHON, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--target", folder, ...what], { stdio: ["ignore", "ignore", "inherit"] });
  for (const name of readdirSync(folder)) if (name === "bin" || name === "__pycache__") rmSync(join(folder, name), { recursive: true });
}

function lines(file) {
  return readFileSync(file, "utf8").split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
}

export function version(root) {
  return readFileSync(join(root, "src/einsight/__init__.py"), "utf8").match(/^__version__ = "(.*)"$/m)[1];
}
