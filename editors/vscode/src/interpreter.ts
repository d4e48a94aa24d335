// Which Python runs the server: the setting, then what the Python extension has selected, then `python3` of the path.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { NoServer } from "./hosts/host";

const run = promisify(execFile);
const PYTHON_EXTENSION = "ms-python.python";
const FROM_PATH = process.platform === "win32" ? ["python3", "python", "py"] : ["python3", "python"];
/** Seconds in which an interpreter says who it is; the first start from a slow disk takes several. */
const PATIENCE = 30;

/** What `bundled/serve.py --about` says. */
export interface Interpreter {
  command: string;
  python: string;
  einsight: string;
  bundled: boolean;
}

/** `serve` is what it is given to run.  Throws NoServer. */
export async function findInterpreter(serve: readonly string[], log: vscode.LogOutputChannel): Promise<Interpreter> {
  const chosen = vscode.workspace.getConfiguration("einsight").get<string>("interpreter", "").trim();
  const tried: string[] = [];
  for (const command of chosen ? [expanded(chosen)] : [...(await selectedElsewhere(log)), ...FROM_PATH]) {
    const found = await about(command, serve);
    if (typeof found !== "string") return found;
    log.info(`${command}: ${found}`);
    tried.push(`${command}: ${found}`);
  }
  const message = chosen
    ? `einsight cannot run its server with \`${chosen}\`, which the setting einsight.interpreter names: ${reasonIn(tried[0])}.`
    : "einsight needs Python 3.10 or newer, and found none. Its libraries come with it: Python is all there is to install.";
  throw new NoServer(message, chosen ? "the interpreter will not do" : "no Python 3.10+", tried, chosen ? "interpreter" : "python");
}

function reasonIn(line: string): string {
  return line.slice(line.indexOf(": ") + 2);
}

function expanded(path: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  return path.replace(/^~(?=\/)/, process.env.HOME ?? "~").replaceAll("${workspaceFolder}", folder);
}

/** What the Python extension has selected; that may be a program of the folder, so only where it is trusted. */
async function selectedElsewhere(log: vscode.LogOutputChannel): Promise<string[]> {
  const extension = vscode.extensions.getExtension(PYTHON_EXTENSION);
  if (!extension || !vscode.workspace.isTrusted) return [];
  try {
    const api = (await extension.activate())?.environments;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const environment = await api?.resolveEnvironment(api.getActiveEnvironmentPath(folder));
    const path = environment?.executable?.uri?.fsPath;
    return path ? [path] : [];
  } catch (problem) {
    log.warn(`the Python extension does not say what it has selected: ${problem}`);
    return [];
  }
}

/** Tells when the Python extension selects another interpreter. */
export async function onSelectedElsewhere(changed: () => void): Promise<vscode.Disposable | undefined> {
  const extension = vscode.extensions.getExtension(PYTHON_EXTENSION);
  return extension?.isActive ? extension.exports?.environments?.onDidChangeActiveEnvironmentPath?.(changed) : undefined;
}

/** Run it and have it say what it is, or a reason why it will not do. */
async function about(command: string, serve: readonly string[]): Promise<Interpreter | string> {
  let said: string;
  try {
    said = (await run(command, [...serve, "--about"], { timeout: PATIENCE * 1000, windowsHide: true })).stdout;
  } catch (problem) {
    const { code, killed, stderr } = problem as { code?: unknown; killed?: boolean; stderr?: string };
    if (code === "ENOENT") return "there is no such program";
    if (code === "EACCES") return "it may not be run";
    if (killed) return `it said nothing for ${PATIENCE} seconds`;
    return stderr?.trim().split("\n").pop() || `it ended with ${code}`;
  }
  try {
    const found = JSON.parse(said);
    if (found.einsight === null) return found.problem ?? `it is Python ${found.python}, and 3.10 is the oldest that will do`;
    return { command, python: found.python, einsight: found.einsight, bundled: found.bundled };
  } catch {
    return "it is no Python";
  }
}
