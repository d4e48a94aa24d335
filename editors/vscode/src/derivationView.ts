// The view beside the text: follows the cursor, asks the server what stands there, and carries out what its page asks for.

import * as vscode from "vscode";
import type { Commands } from "./commands";
import { LANGUAGES, type Server } from "./server";
import { shifted } from "./places";
import type { FromPage, Place, Range, Rules, ToPage, View } from "./view/messages";

const TYPE = "einsight.derivation";
/** Milliseconds that the cursor has to rest. */
const PAUSE = 40;
/** Milliseconds behind which a statement is shown without its derivation. */
const SOON = 120;
/** Milliseconds behind which what is shown of another place, or of an older text, is said to be that. */
const LATE = 250;

/** What the view is about: a place of a document, and what a definition is differentiated in. */
interface Subject {
  document: vscode.TextDocument;
  position: vscode.Position;
  variable?: string;
}

export class DerivationView implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  /** Where the cursor is. */
  private subject: Subject | undefined;
  /** What is shown, and where that stands: the cursor may have gone on to where there is nothing to show. */
  private shown: View | undefined;
  private about: Subject | undefined;
  private pinned = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Runs from the first edit or step of the cursor that nothing has been shown for. */
  private late: ReturnType<typeof setTimeout> | undefined;
  private isLate = false;
  private asking: vscode.CancellationTokenSource | undefined;
  private readonly pointer = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor("editor.findMatchHighlightBackground"),
    borderColor: new vscode.ThemeColor("editor.findMatchHighlightBorder"), borderStyle: "solid", borderWidth: "1px",
  });

  constructor(private readonly context: vscode.ExtensionContext, private readonly server: Server, private readonly commands: Commands) {
    context.subscriptions.push(
      this.pointer,
      vscode.window.registerWebviewPanelSerializer(TYPE, {
        deserializeWebviewPanel: async (panel) => this.take(panel),
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.follow(textEditor)),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.follow(editor)),
      vscode.workspace.onDidChangeTextDocument((change) => this.moved(change)),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (this.subject?.document === document) this.subject = undefined;
        if (this.about?.document === document) this.about = undefined;
      }),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        if (this.shown?.pending && uris.some((uri) => this.isAbout(uri))) this.askSoon();
      }),
      server.onDidRun(() => this.askSoon()),
    );
  }

  open(): void {
    const editor = vscode.window.activeTextEditor;
    if (!this.panel) {
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.take(vscode.window.createWebviewPanel(TYPE, "Derivation", column, { enableScripts: true, localResourceRoots: [this.home] }));
    } else this.panel.reveal(undefined, true);
    if (editor) this.follow(editor);
  }

  private get home(): vscode.Uri {
    return vscode.Uri.joinPath(this.context.extensionUri, "dist");
  }

  private take(panel: vscode.WebviewPanel): void {
    this.panel = panel;
    panel.webview.options = { enableScripts: true, localResourceRoots: [this.home] };
    panel.iconPath = vscode.Uri.joinPath(this.context.extensionUri, "icons", "einsight.png");
    panel.webview.onDidReceiveMessage((message: FromPage) => this.receive(message));
    panel.onDidChangeViewState(() => panel.visible && this.askSoon());
    panel.onDidDispose(() => {
      this.panel = this.shown = this.about = undefined;
      this.pinned = false;
      this.point(null);
    });
    panel.webview.html = this.page(panel.webview);
    const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors.find((e) => LANGUAGES.includes(e.document.languageId));
    if (editor) this.follow(editor);
  }

  private page(webview: vscode.Webview): string {
    const uri = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(this.home, name));
    const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const policy = `default-src 'none'; style-src ${webview.cspSource}; font-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
    return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <link rel="stylesheet" href="${uri("view.css")}">
  <title>Derivation</title>
</head>
<body><script nonce="${nonce}" src="${uri("view.js")}"></script></body>
</html>`;
  }

  // what it is about

  private isAbout(uri: vscode.Uri): boolean {
    return this.about?.document.uri.toString() === uri.toString();
  }

  private follow(editor: vscode.TextEditor): void {
    if (!this.panel || this.pinned || !LANGUAGES.includes(editor.document.languageId)) return;
    const { document, selection } = editor;
    const sameStatement = this.isAbout(document.uri) && this.shown && contains(this.shown.range, selection.active);
    this.subject = { document, position: selection.active, variable: sameStatement ? this.about?.variable : undefined };
    if (!sameStatement) this.expect();
    this.askSoon();
  }

  /** The place moves with the text in front of it. */
  private moved({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const here = [this.subject, this.about].filter((subject) => subject?.document === document);
    if (!here.length || !contentChanges.length) return;
    for (const subject of new Set(here))
      for (const change of contentChanges) subject!.position = shifted(subject!.position, change);
    this.expect();
    this.askSoon();
  }

  /** Have the page say that what it shows is old, unless something newer comes soon. */
  private expect(): void {
    if (this.isLate) this.tellLate();
    this.late ??= setTimeout(() => this.tellLate(), LATE);
  }

  private tellLate(): void {
    this.isLate = true;
    if (this.subject) this.send({ kind: "late", place: placeIn(this.subject, this.subject.position.line), pinned: this.pinned });
  }

  private arrived(): void {
    clearTimeout(this.late);
    this.late = undefined;
    this.isLate = false;
  }

  private askSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), PAUSE);
  }

  /** The statement at once, its derivation when it is there: what is shown is never that of another line. */
  private async ask(): Promise<void> {
    if (!this.panel?.visible) return;
    this.asking?.cancel();
    const token = (this.asking = new vscode.CancellationTokenSource()).token;
    const subject = this.subject;
    if (!this.server.isRunning) return this.note("The einsight server is not running yet.");
    if (!subject) return this.note("Put the cursor into a definition, a claim or a query.");
    const asked = { uri: subject.document.uri.toString(), position: placeOf(subject.position), variable: subject.variable };
    const whole = this.server.ask<View | { problem: string }>("einsight/view", asked, token);
    const statement = await this.server.ask<View>("einsight/view", { ...asked, part: "statement" }, token);
    if (token.isCancellationRequested) return;
    if (!statement) return this.note(this.shown ? "" : "Put the cursor into a definition, a claim or a query.");
    this.about = subject;
    // what comes soon is shown with its derivation, so that nothing flickers while the same statement is typed on
    const soon = await Promise.race([whole, new Promise<"late">((late) => setTimeout(late, SOON, "late"))]);
    if (token.isCancellationRequested) return;
    if (soon === "late") this.show(statement, subject, true);
    const view = soon === "late" ? await whole : soon;
    if (token.isCancellationRequested) return;
    if (view && "range" in view) this.show(view, subject, false);
    else this.show({ ...statement, problem: view?.problem ?? "the server did not answer" }, subject, false);
  }

  private show(view: View, subject: Subject, working: boolean): void {
    if (this.shown?.text !== view.text) this.point(null);
    this.shown = view;
    this.arrived();
    this.send({ kind: "view", view, place: placeIn(subject, view.range.start.line), pinned: this.pinned, working });
  }

  private note(text: string): void {
    this.arrived();
    this.send({ kind: "note", text, pinned: this.pinned });
  }

  private send(message: ToPage): void {
    void this.panel?.webview.postMessage(message);
  }

  // what its page asks for

  private async receive(message: FromPage): Promise<void> {
    const subject = this.about;
    if (message.kind === "ready") return this.ask();
    if (message.kind === "explain") return void vscode.commands.executeCommand("einsight.explainCode", message.what, "here");
    if (message.kind === "pin") {
      this.pinned = !this.pinned;
      if (this.pinned) this.subject = subject;
      const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors.find((e) => e.document === subject?.document);
      if (!this.pinned && editor) this.follow(editor);
      return this.ask();
    }
    if (!subject) return;
    const uri = subject.document.uri.toString();
    const position = placeOf(subject.position);
    switch (message.kind) {
      case "variable":
        this.subject = { ...subject, variable: message.name };
        return this.ask();
      case "copy":
        return this.commands.copy(message.target, uri, position, subject.variable);
      case "step":
        return this.insert(uri, position, message.index, subject.variable);
      case "point":
        return this.point(message.at);
      case "rules": {
        const { start, end } = rangeAt(message.at);
        const found = await this.server.ask<Rules>("einsight/rules", { uri, position: start, end });
        this.point(found ? textAt(found.range) : message.at);
        return this.send({ kind: "rules", at: message.at, found: found ?? null });
      }
      case "apply": {
        this.point(null);
        if (message.version !== this.shown?.version || subject.document.version !== message.version)
          return void vscode.window.setStatusBarMessage("einsight: the text has changed meanwhile; choose the rule again", 4000);
        const edit = new vscode.WorkspaceEdit();
        edit.replace(subject.document.uri, toRange(message.range), message.text);
        await vscode.workspace.applyEdit(edit);
      }
    }
  }

  private async insert(uri: string, position: Place, index: number, variable?: string): Promise<void> {
    const done = await this.server.command<boolean>("einsight.insertStep", uri, position, index, variable).catch(() => false);
    if (!done) vscode.window.setStatusBarMessage("einsight: this step has no form that can stand in the text", 4000);
  }

  /** Show in the text what the page points at. */
  private point(at: string | null): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const here = at !== null && editor.document === this.about?.document;
      editor.setDecorations(this.pointer, here ? [toRange(rangeAt(at))] : []);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.arrived();
    this.asking?.cancel();
    this.panel?.dispose();
  }
}

/** `notes.md:12`, the line from 0. */
function placeIn({ document }: Subject, line: number): string {
  return `${vscode.workspace.asRelativePath(document.uri).split("/").pop()}:${line + 1}`;
}

function placeOf({ line, character }: vscode.Position): Place {
  return { line, character };
}

function toRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

function contains(range: Range, position: vscode.Position): boolean {
  return toRange(range).contains(position);
}

/** `line:character-line:character`, as the server writes it into LaTeX. */
function rangeAt(at: string): Range {
  const [line, character, lastLine, last] = at.split(/[:-]/).map(Number);
  return { start: { line, character }, end: { line: lastLine, character: last } };
}

function textAt({ start, end }: Range): string {
  return `${start.line}:${start.character}-${end.line}:${end.character}`;
}
