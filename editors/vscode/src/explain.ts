// The pages of diagnostics and rules, as read-only Markdown documents.

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
      return asMarkdown((await this.server.command<string>("einsight.explain", what)) ?? "");
    } catch (problem) {
      return `${problem instanceof Error ? problem.message : problem}\n`;
    }
  }

  /** Show the page of a code or a rule; without one, of what is reported at the cursor, or of what is chosen from a list. */
  async show(what?: string): Promise<void> {
    const chosen = what ?? (await this.choose());
    if (!chosen) return;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${chosen}.md` });
    await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
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
      title: "Explain", placeHolder: "A diagnostic's code, or a rule", matchOnDescription: true,
    });
    return picked?.label;
  }
}

/** The page as `einsight explain` prints it: a heading, sentences, examples behind four blanks. */
function asMarkdown(page: string): string {
  return page
    .split("\n")
    .map((line, k) => (k === 0 ? `# ${plain(line)}` : line.startsWith("    ") ? line : plain(line)))
    .join("\n");
}

/** Text in which only what stands in backquotes is marked up. */
function plain(text: string): string {
  return text.split("`").map((part, k) => (k % 2 ? part : part.replace(/[\\*_[\]<>|]/g, "\\$&"))).join("`");
}

export function codeOf(found: vscode.Diagnostic): string {
  const code = found.code;
  return String(typeof code === "object" ? code.value : code);
}
