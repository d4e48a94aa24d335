// Verdicts behind `=` in colours of the theme.  An inlay hint has one colour for all; so those of verdicts are drawn as
// decorations in its place, where and when VS Code asks for hints.

import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient";
import { shifted } from "./places";

type Kind = "right" | "wrong" | "doubtful" | "undecided";

/** Of the sign that a verdict begins with; what is anything else stays a hint. */
export function kindOfSign(label: string): Kind | undefined {
  if (label.startsWith("✓ if")) return "doubtful";
  return ({ "✓": "right", "✗": "wrong", "⇄": "doubtful", "?": "undecided" } as Record<string, Kind>)[label[0]];
}

/** A verdict where it stands, and what its hint says when one points at it. */
interface Drawn {
  at: vscode.Position;
  label: string;
  kind: Kind;
  tooltip: vscode.InlayHint["tooltip"];
}

export class VerdictsInText implements vscode.Disposable {
  private readonly types: Record<Kind, vscode.TextEditorDecorationType>;
  /** By document: where each kind is drawn. */
  private readonly drawn = new Map<string, Drawn[]>();
  private readonly listening: vscode.Disposable;

  constructor() {
    const type = (kind: Kind) => vscode.window.createTextEditorDecorationType({
      after: { color: new vscode.ThemeColor(`einsight.${kind}`), margin: "0 0 0 0.6em", fontStyle: "normal" },
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    });
    this.types = { right: type("right"), wrong: type("wrong"), doubtful: type("doubtful"), undecided: type("undecided") };
    this.listening = vscode.Disposable.from(
      vscode.workspace.onDidCloseTextDocument((document) => this.drawn.delete(document.uri.toString())),
      vscode.workspace.onDidChangeTextDocument((change) => this.moved(change)),
      vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach((editor) => this.draw(editor))),
    );
  }

  readonly middleware: Pick<Middleware, "provideInlayHints"> = {
    provideInlayHints: async (document, range, token, next) => {
      const version = document.version;
      const hints = await next(document, range, token);
      if (!hints || token.isCancellationRequested || document.version !== version) return hints;
      const key = document.uri.toString();
      const kept: vscode.InlayHint[] = [];
      const verdicts = (this.drawn.get(key) ?? []).filter(({ at }) => !range.contains(at));
      for (const hint of hints) {
        const label = typeof hint.label === "string" ? hint.label : hint.label.map((part) => part.value).join("");
        const kind = hint.kind === undefined ? kindOfSign(label) : undefined;
        if (kind) verdicts.push({ at: hint.position, label, kind, tooltip: hint.tooltip });
        else kept.push(hint);
      }
      this.drawn.set(key, verdicts);
      for (const editor of vscode.window.visibleTextEditors) if (editor.document === document) this.draw(editor);
      return kept;
    },
  };

  /** What is drawn in a document, for tests. */
  labels(uri: vscode.Uri): string[] {
    return (this.drawn.get(uri.toString()) ?? []).map(({ label }) => label);
  }

  private draw(editor: vscode.TextEditor): void {
    const verdicts = this.drawn.get(editor.document.uri.toString()) ?? [];
    for (const [kind, type] of Object.entries(this.types)) {
      editor.setDecorations(type, verdicts.filter((v) => v.kind === kind).map(({ at, label, tooltip }) => ({
        range: new vscode.Range(at, at), hoverMessage: tooltip, renderOptions: { after: { contentText: label } },
      })));
    }
  }

  private moved({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const key = document.uri.toString();
    const verdicts = this.drawn.get(key);
    if (!verdicts || !contentChanges.length) return;
    const kept = verdicts.map((v) => ({ ...v, at: contentChanges.reduce(shifted, v.at) }));
    this.drawn.set(key, kept);
  }

  dispose(): void {
    this.listening.dispose();
    Object.values(this.types).forEach((type) => type.dispose());
  }
}
