// The pages of topics, diagnostics, rules and functions, as read-only Markdown documents.

import * as vscode from "vscode";
import type { Server } from "./server";
import type { Vocabulary } from "./vocabulary";

const SCHEME = "einsight-explain";

export class Pages implements vscode.TextDocumentContentProvider {
  constructor(private readonly server: Server, private readonly vocabulary: Vocabulary) {}

  register(): vscode.Disposable {
    return vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const what = uri.path.replace(/^\/|\.md$/g, "");
    try {
      return (await this.server.command<string>("einsight.explain", what)) ?? "";
    } catch (problem) {
      return `${problem instanceof Error ? problem.message : problem}\n`;
    }
  }

  /** Show the page of a code or a rule; without one, of what is reported at the cursor, or of what is chosen from a list. */
  async show(what?: string, where: "beside" | "here" = "beside"): Promise<void> {
    const chosen = what ?? (await this.choose());
    if (!chosen) return;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${chosen}.md` });
    await vscode.commands.executeCommand(where === "beside" ? "markdown.showPreviewToSide" : "markdown.showPreview", uri);
  }

  private async choose(): Promise<string | undefined> {
    const editor = vscode.window.activeTextEditor;
    const here = editor
      ? vscode.languages.getDiagnostics(editor.document.uri).filter((d) => d.source === "einsight" && d.range.intersection(editor.selection))
      : [];
    const codes = new Set(here.map(codeOf));
    if (codes.size === 1) return [...codes][0];
    const pages = (await this.vocabulary.get()).pages;
    const items = [...pages.filter((p) => codes.has(p.what)), ...pages.filter((p) => !codes.has(p.what))].map((p) => ({
      label: p.what, description: p.name,
    }));
    const picked = await vscode.window.showQuickPick(items, {
      title: "Explain", placeHolder: "A topic, a diagnostic's code, a rule or a function", matchOnDescription: true,
    });
    return picked?.label;
  }
}

export function codeOf(found: vscode.Diagnostic): string {
  const code = found.code;
  return String(typeof code === "object" ? code.value : code);
}
