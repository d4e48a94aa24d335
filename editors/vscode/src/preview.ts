// Verdicts in VS Code's own Markdown preview, and in the rendered cells of notebooks (src/view/cells.ts draws them there).

import * as vscode from "vscode";
import type { Server } from "./server";
import { badge, type Token, type Verdict, verdictsOn, withVerdicts } from "./view/rendering";

const PAUSE = 150;
const MARKDOWN = ["markdown", "quarto"];

/** As much of markdown-it as is needed. */
interface MarkdownIt {
  renderer: { render(tokens: Token[], options: unknown, env: { currentDocument?: vscode.Uri }): string };
}

export class Preview implements vscode.Disposable {
  private readonly known = new Map<string, Verdict[]>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly cells = vscode.notebooks.createRendererMessaging("einsight.verdicts");
  private readonly listening: vscode.Disposable;

  constructor(private readonly server: Server) {
    this.listening = vscode.Disposable.from(
      vscode.languages.onDidChangeDiagnostics(({ uris }) => uris.forEach((uri) => this.lookSoon(uri))),
      vscode.workspace.onDidOpenTextDocument((document) => this.lookSoon(document.uri)),
      vscode.workspace.onDidCloseTextDocument((document) => this.known.delete(document.uri.toString())),
      server.onDidRun((runs) => runs && vscode.workspace.textDocuments.forEach((document) => this.lookSoon(document.uri))),
      this.cells.onDidReceiveMessage(({ editor }) => void this.tellCells(editor.notebook)),
    );
  }

  /** Markdown-it as VS Code's preview sets it up; what is shown depends on the document, so it is put in when that is rendered. */
  extend(md: MarkdownIt): MarkdownIt {
    const render = md.renderer.render;
    md.renderer.render = (tokens, options, env) => {
      const verdicts = env?.currentDocument && this.known.get(env.currentDocument.toString());
      const shown = verdicts?.length ? withVerdicts(tokens, (lines, source) => verdictsOn(verdicts, lines, source).map(badge).join("")) : tokens;
      return render.call(md.renderer, shown, options, env);
    };
    return md;
  }

  private lookSoon(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(key, setTimeout(() => void this.look(uri), PAUSE));
  }

  private async look(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    this.timers.delete(key);
    const document = vscode.workspace.textDocuments.find((d) => d.uri.toString() === key);
    if (!document || !MARKDOWN.includes(document.languageId) || !this.server.isRunning) return;
    const notebook = vscode.workspace.notebookDocuments.find((n) => n.getCells().some((cell) => cell.document === document));
    if (notebook) return this.tellCells(notebook);
    await this.server.ask("einsight/status", { uri: key }); // when all of it is judged
    const found = (await this.server.ask<Verdict[]>("einsight/verdicts", { uri: key })) ?? [];
    if (JSON.stringify(found) === JSON.stringify(this.known.get(key) ?? [])) return;
    this.known.set(key, found);
    await vscode.commands.executeCommand("markdown.preview.refresh");
  }

  private async tellCells(notebook: vscode.NotebookDocument): Promise<void> {
    const cells = notebook.getCells().filter((cell) => MARKDOWN.includes(cell.document.languageId));
    if (!cells.length) return;
    const uri = cells[0].document.uri.toString();
    await this.server.ask("einsight/status", { uri });
    const found = (await this.server.ask<Verdict[]>("einsight/verdicts", { uri })) ?? [];
    const told = cells.map(({ document }) => ({
      text: document.getText(), verdicts: found.filter((v) => vscode.Uri.parse(v.uri).toString() === document.uri.toString()),
    }));
    await this.cells.postMessage({ kind: "verdicts", cells: told });
  }

  dispose(): void {
    this.listening.dispose();
    this.timers.forEach((timer) => clearTimeout(timer));
  }
}
