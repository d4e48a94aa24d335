// einsight in VS Code: a client of the language server, a view of derivations, and commands.

import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient";
import { Commands, put } from "./commands";
import { DerivationView } from "./derivationView";
import { codeOf, Pages } from "./explain";
import type { Host } from "./hosts/host";
import { Hovers } from "./hovers";
import { Preview } from "./preview";
import { asks, LANGUAGES, Server } from "./server";
import { VerdictsInText } from "./verdicts";
import { unicodeInput, Vocabulary } from "./vocabulary";

export interface Exports {
  /** VS Code's preview asks for it. */
  extendMarkdownIt: Preview["extend"];
  /** The signs that are drawn in a document: decorations can be asked of nobody else. */
  verdicts(uri: vscode.Uri): string[];
  /** What the status item says. */
  server(): string;
}

/** What every host does; `hosts/` has what activates. */
export function activateOn(context: vscode.ExtensionContext, host: Host): Exports {
  const log = vscode.window.createOutputChannel("einsight", { log: true });
  const hovers = new Hovers();
  const verdicts = new VerdictsInText();
  const server = new Server(context, log, host, { ...middleware, ...hovers.middleware, ...verdicts.middleware });
  const vocabulary = new Vocabulary(server, context);
  const preview = new Preview(server);
  const commands = new Commands(server);
  const view = new DerivationView(context, server, commands);
  const pages = new Pages(server, vocabulary);
  commands.register(context);
  context.subscriptions.push(
    log, server, view, verdicts, pages.register(), unicodeInput(vocabulary), hovers.register(server), preview,
    vscode.commands.registerCommand("einsight.restart", () => server.restart()),
    vscode.commands.registerCommand("einsight.log", () => log.show()),
    vscode.commands.registerCommand("einsight.derivation", () => view.open()),
    vscode.commands.registerCommand("einsight.explainCode", (what?: string, where?: "beside" | "here") => pages.show(what, where)),
    vscode.window.onDidChangeActiveTextEditor(tellWhetherItIsRead),
    vscode.workspace.onDidSaveTextDocument(() => tellWhetherItIsRead(vscode.window.activeTextEditor)),
    vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach(indentAsSet)),
  );
  tellWhetherItIsRead(vscode.window.activeTextEditor);
  vscode.window.visibleTextEditors.forEach(indentAsSet);
  void begin(context, server, host);
  return { extendMarkdownIt: (md) => preview.extend(md), verdicts: (uri) => verdicts.labels(uri), server: () => server.said };
}

/** Not waited for: the preview needs its plugin before the server runs. */
async function begin(context: vscode.ExtensionContext, server: Server, host: Host): Promise<void> {
  await server.startWhenAsked();
  const selection = await host.onChange(() => server.restartSoon());
  if (selection) context.subscriptions.push(selection);
  context.subscriptions.push({ dispose: () => server.stop() });
}

/** The defaults of our language come too late for a file that is open when VS Code starts. */
function indentAsSet(editor: vscode.TextEditor): void {
  if (editor.document.languageId !== LANGUAGES[0]) return;
  const settings = vscode.workspace.getConfiguration("editor", editor.document);
  editor.options.tabSize = settings.get<number>("tabSize", 2);
  editor.options.insertSpaces = settings.get<boolean>("insertSpaces", true);
}

/** The palette offers only what can be done in the editor that is active. */
function tellWhetherItIsRead(editor: vscode.TextEditor | undefined): void {
  const reads = editor !== undefined && LANGUAGES.includes(editor.document.languageId);
  void vscode.commands.executeCommand("setContext", "einsight.reads", reads);
  void vscode.commands.executeCommand("setContext", "einsight.asks", reads && asks(editor.document));
}

const middleware: Middleware = {
  /** A diagnostic's code leads to its page in the editor. */
  handleDiagnostics(uri, diagnostics, next) {
    for (const found of diagnostics) {
      // what is undecided is no fault of the text: three dots, and the sign behind the `=`
      if (codeOf(found) === "EIN403") found.severity = vscode.DiagnosticSeverity.Hint;
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
