// What the server knows by name: signs that are typed behind a backslash, pages that it can show.

import * as vscode from "vscode";
import type { Server } from "./server";

interface Known {
  signs: Record<string, string>;
  pages: { what: string; name: string }[];
}

const NOTHING: Known = { signs: {}, pages: [] };

export class Vocabulary {
  private known: Promise<Known> | undefined;
  /** The signs, which come with the extension: they are typed before any server runs. */
  readonly signs: Promise<Known["signs"]>;

  constructor(private readonly server: Server, context: vscode.ExtensionContext) {
    server.onDidRun(() => (this.known = undefined));
    const file = vscode.Uri.joinPath(context.extensionUri, "bundled", "signs.json");
    this.signs = Promise.resolve(vscode.workspace.fs.readFile(file)).then(
      (content) => JSON.parse(new TextDecoder().decode(content)), async () => (await this.get()).signs);
  }

  get(): Promise<Known> {
    this.known ??= this.server.ask<Known>("einsight/vocabulary", {}).then((found) => {
      if (!found) this.known = undefined;
      return found ?? NOTHING;
    });
    return this.known;
  }
}

/** `\delta` and a blank gives `δ`: the name is replaced when something else than a letter follows it. */
export function unicodeInput(vocabulary: Vocabulary): vscode.Disposable {
  return vscode.workspace.onDidChangeTextDocument(async ({ document, contentChanges, reason }) => {
    const editor = vscode.window.activeTextEditor;
    if (document.languageId !== "einsight" || editor?.document !== document || reason !== undefined) return;
    if (!vscode.workspace.getConfiguration("einsight", document).get("unicodeInput", true)) return;
    // one typed character at each cursor, and no paste
    if (!contentChanges.length || contentChanges.some((c) => c.rangeLength > 0 || !/^[^A-Za-z\\]$/.test(c.text))) return;
    const signs = await vocabulary.signs;
    const replaced: [vscode.Range, string][] = [];
    for (const change of contentChanges) {
      const end = change.range.start;
      const typed = /\\([A-Za-z]+)$/.exec(document.lineAt(end.line).text.slice(0, end.character));
      const sign = typed && Object.hasOwn(signs, typed[1]) ? signs[typed[1]] : undefined;
      if (!typed || !sign) continue;
      const blank = change.text === " " ? 1 : 0; // the blank only ended the name
      replaced.push([new vscode.Range(end.translate(0, -typed[0].length), end.translate(0, blank)), sign]);
    }
    if (replaced.length)
      await editor.edit((edit) => replaced.forEach(([range, sign]) => edit.replace(range, sign)), { undoStopBefore: true, undoStopAfter: true });
  });
}
