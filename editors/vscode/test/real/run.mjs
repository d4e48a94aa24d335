// Tests in the real VS Code:  node test/real/run.mjs [--host] [--inside] [--web] [--scenes] [--only NAME] [--images] [--built]
//
// Builds the .vsix, runs the tests of test/real/host inside the extension host, with a bare Python once more with none, and in a browser with no machine behind it, then plays the scenes of test/real/scenes.mjs
// in a browser on the installed .vsix, with nothing on the path but a bare Python.  Screenshots go to test/out; --images
// copies those that the README shows to images/.  --built takes the .vsix that is there.
//
// Exit 0: all passed; 1: a test failed; 3: the real VS Code could not be set up, and nothing was tested.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inWebHost } from "./browser.mjs";
import { film } from "./film.mjs";
import { scenes, show } from "./scenes.mjs";
import { NotSetUp, setUp } from "./setup.mjs";
import { until, Workbench } from "./workbench.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const out = join(root, "test", "out");
const given = process.argv.slice(2);
const only = given.includes("--only") ? given[given.indexOf("--only") + 1] : undefined;
const both = !["--host", "--inside", "--web", "--scenes"].some((part) => given.includes(part));

async function main() {
  let tools;
  try {
    tools = setUp();
    if (!isInstalled()) execFileSync("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"], { cwd: root, stdio: "inherit" });
  } catch (problem) {
    if (!(problem instanceof NotSetUp) && existsSync(join(root, "node_modules"))) throw problem;
    console.log(`REAL VS CODE: NOT SET UP, NOTHING WAS TESTED: ${problem.message}`);
    return 3;
  }
  if (!given.includes("--built")) execFileSync(process.execPath, [join(root, "scripts", "package.mjs")], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const vsix = join(root, "dist", `${name}-${version}.vsix`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const path = barePath();
  let failed = 0;
  if (both || given.includes("--host")) failed += await inHost(tools, path);
  if (both || given.includes("--inside")) failed += await inHost(tools, nothing(), "without Python");
  if (both || given.includes("--web")) failed += await inBrowserAlone(tools);
  if (both || given.includes("--scenes")) failed += await inBrowser(tools, path, vsix);
  console.log(failed ? `REAL VS CODE: ${failed} FAILED` : "REAL VS CODE: all passed");
  return failed ? 1 : 0;
}

/** Are the libraries those of the lock file? */
function isInstalled() {
  const [lock, installed] = ["package-lock.json", "node_modules/.package-lock.json"].map((name) => join(root, name));
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
}

/** A path with Python that has no packages, and the system's programs. */
function barePath() {
  const folder = join(out, "bare");
  execFileSync(process.env.PYTHON ?? "python3", ["-m", "venv", "--without-pip", "--clear", folder]);
  return `${join(folder, "bin")}:/usr/bin:/bin`;
}

/** A path with no program on it. */
function nothing() {
  const folder = join(out, "nothing");
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function inHost(tools, path, how = "") {
  const where = ["in the extension host", how].filter(Boolean).join(" "), stem = `host${how ? "-without" : ""}`;
  const results = join(out, `${stem}.jsonl`);
  const workbench = await Workbench.start(tools, { path, env: { EINSIGHT_RESULTS: results, EINSIGHT_HOW: how, ...(only ? { EINSIGHT_ONLY: only } : {}) } });
  const read = () => (existsSync(results) ? readFileSync(results, "utf8").trim().split("\n").map((l) => JSON.parse(l)) : []);
  try {
    const folder = workbench.workspace({});
    const window = await workbench.open(folder, {
      payload: [["extensionDevelopmentPath", workbench.remote(root)], ["extensionTestsPath", workbench.remote(join(root, "test", "real", "host", "index.js"))]],
    });
    await until("the tests in the extension host end", () => read().some((r) => r.end), how ? 500 : 300).catch((problem) => console.log(`FAILED ${problem.message}`));
    await window.page.screenshot({ path: join(out, `${stem}.png`) }).catch(() => {});
    workbench.saveLog(join(out, `${stem}.log`));
  } finally {
    await workbench.close();
  }
  for (const result of read().filter((r) => r.name)) tell(where, result);
  return failures(where, read());
}

async function inBrowserAlone(tools) {
  const start = Date.now();
  const result = { name: "a repository is read, checked and mended", problem: await inWebHost(tools, out), ms: Date.now() - start };
  tell("in a browser alone", result);
  return failures("in a browser alone", [result, { end: true }]);
}

async function inBrowser(tools, path, vsix) {
  const results = [];
  const all = given.includes("--images") ? [...scenes, ["the two minutes, filmed", {}, film]] : scenes;
  for (const [name, options, body] of all) {
    if (only && !name.includes(only)) continue;
    const start = Date.now();
    const first = await played(tools, path, vsix, [name, options, body]);
    // A browser on a busy machine can lose a key; a scene that fails twice in fresh windows has a defect.  Both tries are told.
    const problem = first && (console.log(`failed once in the browser, played again: ${name}\n  ${first.replaceAll("\n", "\n  ")}`), await played(tools, path, vsix, [name, options, body]));
    results.push({ name, problem, ms: Date.now() - start });
    tell("in the browser", results.at(-1));
  }
  if (given.includes("--images")) show(out, join(root, "images"));
  return failures("in the browser", [...results, { end: true }]);
}

/** What went wrong in a scene, played in a window of its own; null where nothing did. */
async function played(tools, path, vsix, [name, options, body]) {
  const workbench = await Workbench.start(tools, { path, vsix, ...options });
  try {
    await body(workbench, out);
    return null;
  } catch (error) {
    const page = workbench.contexts.at(-1)?.pages()[0];
    const stem = join(out, `failed ${name.replaceAll(/\W+/g, "-")}`);
    await page?.screenshot({ path: `${stem}.png` }).catch(() => {});
    workbench.saveLog(`${stem}.log`);
    return error.stack ?? String(error);
  } finally {
    await workbench.close();
  }
}

function tell(where, { name, problem, ms }) {
  console.log(`${problem ? "FAILED" : "passed"} ${where}: ${name} (${(ms / 1000).toFixed(1)} s)${problem ? `\n  ${problem.replaceAll("\n", "\n  ")}` : ""}`);
}

/** How many failed; a run that did not come to its end, or had nothing in it, counts as one more. */
function failures(where, results) {
  const tests = results.filter((r) => r.name);
  const unfinished = results.some((r) => r.end) ? 0 : 1;
  if (!tests.length) console.log(`FAILED ${where}: no test ran`);
  return tests.filter((r) => r.problem).length + unfinished + (tests.length ? 0 : 1);
}

process.exit(await main());
