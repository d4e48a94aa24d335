// Builds dist/ and tests it in a headless Chromium; `--built` takes what is there, arguments after `--` go to node's test runner.
//
// Exit 0: all passed; 1: a test failed; 3: it could not be set up, and nothing was tested.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = dirname(dirname(fileURLToPath(import.meta.url)));

function notSetUp(why) {
  console.log(`THE BROWSER: NOT SET UP, NOTHING WAS TESTED: ${why}`);
  process.exit(3);
}

if (!existsSync(join(home, "node_modules"))) notSetUp("run `npm ci` first");
let { executable } = await import("../scripts/chromium.mjs");
if (!executable && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
  try {
    execFileSync("apt-get", ["update", "-qq"], { stdio: "ignore" });
    execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"], { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    executable = existsSync("/usr/bin/chromium");
  } catch {
    // told below
  }
}
if (!executable) notSetUp("there is no Chromium; CHROMIUM says where one is");
if (!process.argv.includes("--built")) execFileSync(process.execPath, [join(home, "scripts/build.mjs")], { stdio: "inherit" });
const tests = readdirSync(join(home, "test")).filter((name) => name.endsWith(".test.mjs")).map((name) => join(home, "test", name));
const more = process.argv.includes("--") ? process.argv.slice(process.argv.indexOf("--") + 1) : [];
process.exit(spawnSync(process.execPath, ["--test", "--test-concurrency=1", ...more, ...tests], { stdio: "inherit" }).status ?? 1);
