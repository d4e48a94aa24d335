// VS Code with a Node of its own: Python in a process where there is one, or else einsight in a thread.

import { Worker } from "node:worker_threads";
import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions } from "vscode-languageclient/node";
import type { FromWorker } from "../../../engine/src/messages";
import { activateOn, type Exports } from "../extension";
import { insideClient, type Port } from "../inside/link";
import type { Given } from "../inside/thread";
import { findInterpreter, type Interpreter, onSelectedElsewhere } from "../interpreter";
import { type Host, NoServer, type Way } from "./host";

export function activate(context: vscode.ExtensionContext): Exports {
  return activateOn(context, new NodeHost(context));
}

class NodeHost implements Host {
  readonly settings = ["einsight.interpreter", "einsight.importStrategy"];

  constructor(private readonly context: vscode.ExtensionContext) {}

  async choose(log: vscode.LogOutputChannel, told: (stage: string) => void): Promise<Way> {
    const runtime = vscode.workspace.getConfiguration("einsight").get<string>("runtime", "auto");
    if (runtime === "inside") return this.inside(log, told);
    const strategy = vscode.workspace.isTrusted ? vscode.workspace.getConfiguration("einsight").get("importStrategy", "useBundled") : "useBundled";
    const serve = [this.context.asAbsolutePath("bundled/serve.py"), strategy, this.context.globalStorageUri.fsPath];
    try {
      return this.process(await findInterpreter(serve, log), serve, log);
    } catch (problem) {
      // an interpreter that was chosen and will not do is told of; that there is none is no reason not to run
      if (runtime === "python" || !(problem instanceof NoServer) || problem.needs !== "python") throw problem;
      log.info(`${problem.message}`);
      return this.inside(log, told);
    }
  }

  onChange(changed: () => void): Promise<vscode.Disposable | undefined> {
    return onSelectedElsewhere(changed);
  }

  private process(interpreter: Interpreter, serve: string[], log: vscode.LogOutputChannel): Way {
    const origin = interpreter.bundled ? "bundled" : "from the environment";
    log.info(`Python ${interpreter.python} (${interpreter.command}), ${origin} einsight ${interpreter.einsight}`);
    const command = {
      command: interpreter.command, args: serve,
      options: { env: { ...process.env, PYTHONUTF8: "1", PYTHONDONTWRITEBYTECODE: undefined } },
    };
    return {
      client: (options: LanguageClientOptions) => new LanguageClient("einsight", "einsight", command, options),
      text: `einsight ${interpreter.einsight}`,
      detail: `${origin}, Python ${interpreter.python} (${interpreter.command})`,
      sees: "everything",
    };
  }

  private inside(log: vscode.LogOutputChannel, told: (stage: string) => void): Way {
    const { version } = this.context.extension.packageJSON as { version: string };
    return {
      client: (options) => insideClient(() => this.thread(), options, log, told),
      text: `einsight ${version}`,
      detail: "inside VS Code, without Python",
      lacks: "It is slower, gives one answer at a time, sees the folders that are open, and loads no installed plugins.",
      sees: "folders",
    };
  }

  private thread(): Port {
    const open = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
    const workerData: Given = {
      engine: this.context.asAbsolutePath("dist/engine"),
      storage: this.context.globalStorageUri.fsPath,
      folders: open.map(({ uri }) => [uri.path, uri.fsPath]),
    };
    const worker = new Worker(this.context.asAbsolutePath("dist/thread.mjs"), { workerData, stdout: false, stderr: false });
    return {
      post: (message) => worker.postMessage(message),
      listen(received, ended) {
        worker.on("message", (message: FromWorker) => received(message));
        worker.on("error", (problem) => ended(`einsight inside VS Code has ended: ${problem}`));
        worker.on("exit", (code) => ended(`einsight inside VS Code has ended with ${code}`));
      },
      end: () => void worker.terminate(),
    };
  }
}
