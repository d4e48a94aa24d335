// VS Code in a browser, without a machine behind it: einsight in a worker.

import * as vscode from "vscode";
import "vscode-languageclient/browser";
import type { FromWorker } from "../../../engine/src/messages";
import { activateOn, type Exports } from "../extension";
import { insideClient, type Port } from "../inside/link";
import { type Host, NoServer, type Way } from "./host";

export function activate(context: vscode.ExtensionContext): Exports {
  return activateOn(context, new BrowserHost(context));
}

class BrowserHost implements Host {
  readonly settings = [];

  constructor(private readonly context: vscode.ExtensionContext) {}

  async choose(log: vscode.LogOutputChannel, told: (stage: string) => void): Promise<Way> {
    if (vscode.workspace.getConfiguration("einsight").get<string>("runtime", "auto") === "python")
      throw new NoServer("The setting einsight.runtime asks for Python, and a browser has none.", "a browser has no Python");
    const { version } = this.context.extension.packageJSON as { version: string };
    return {
      client: (options) => insideClient(() => this.worker(), options, log, told),
      text: `einsight ${version}`,
      detail: "in the browser, without Python",
      lacks: "It is slower, gives one answer at a time, sees the documents that are open and no einsight.toml, and loads no plugins.",
      sees: "documents",
    };
  }

  async onChange(): Promise<undefined> {
    return undefined;
  }

  private worker(): Port {
    const address = (name: string) => vscode.Uri.joinPath(this.context.extensionUri, "dist", name).toString(true);
    const worker = new Worker(address("worker.js"), { name: "einsight" });
    worker.postMessage(address("engine/"));
    return {
      post: (message) => worker.postMessage(message),
      listen(received, ended) {
        worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => received(data));
        worker.addEventListener("error", (event) => ended(`einsight in the browser has ended: ${event.message ?? "its worker could not be loaded"}`));
      },
      end: () => worker.terminate(),
    };
  }
}
