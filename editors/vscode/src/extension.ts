// einsight in VS Code: a client of the language server, a view of derivations, and commands.

import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import { Commands, put } from "./commands";
import { DerivationView } from "./derivationView";
import { codeOf, Pages } from "./explain";
import { onSelectedElsewhere } from "./interpreter";
import { LANGUAGES, Server } from "./server";
import { unicodeInput, Vocabulary } from "./vocabulary";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("einsight", { log: true });
  const server = new Server(context, log, middleware);
  const vocabulary = new Vocabulary(server);
  const commands = new Commands(server);
  const view = new DerivationView(context, server, commands);
  const pages = new Pages(server, vocabulary);
  commands.register(context);
  context.subscriptions.push(
    log, server, view, pages.register(), unicodeInput(vocabulary),
    vscode.commands.registerCommand("einsight.restart", () => server.restart()),
    vscode.commands.registerCommand("einsight.log", () => log.show()),
    vscode.commands.registerCommand("einsight.derivation", () => view.open()),
    vscode.commands.registerCommand("einsight.explainCode", (what?: string) => pages.show(what)),
    vscode.window.onDidChangeActiveTextEditor(tellWhetherItIsRead),
  );
  tellWhetherItIsRead(vscode.window.activeTextEditor);
  await server.startWhenAsked();
  const selection = await onSelectedElsewhere(() => server.restartSoon());
  if (selection) context.subscriptions.push(selection);
  context.subscriptions.push({ dispose: () => server.stop() });
}

/** The palette offers only what can be done in the editor that is active. */
function tellWhetherItIsRead(editor: vscode.TextEditor | undefined): void {
  const reads = editor !== undefined && LANGUAGES.includes(editor.document.languageId);
  void vscode.commands.executeCommand("setContext", "einsight.reads", reads);
}

const middleware: Middleware = {
  /** A diagnostic's code leads to its page in the editor. */
  handleDiagnostics(uri, diagnostics, next) {
    for (const found of diagnostics) {
      if (typeof found.code === "object") {
        const argument = encodeURIComponent(JSON.stringify([codeOf(found)]));
        found.code = { value: found.code.value, target: vscode.Uri.parse(`command:einsight.explainCode?${argument}`) };
      }
    }
    next(uri, diagnostics);
  },
  /** What the server returns to be copied is copied. */
  async executeCommand(command, given, next) {
    const answer = await next(command, given);
    if (command === "einsight.copyAs") put(String(given[0]), answer);
    return answer;
  },
};
