// A hover in two parts: what is known at once, and what has to be worked out, which VS Code adds to the hover when it comes.

import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient";
import { LANGUAGES, selector, type Server } from "./server";

/** Milliseconds after which a first part that did not come is no longer waited for. */
const PATIENCE = 5000;

/** The documents that the server is told of. */
function filters(): vscode.DocumentFilter[] {
  return selector().map((filter) => {
    if (typeof filter === "string") return { language: filter };
    return "notebook" in filter ? { language: filter.language, notebookType: String(filter.notebook) } : { language: filter.language, scheme: filter.scheme };
  });
}

export class Hovers {
  /** By place: told once the server has answered with the first part. */
  private readonly first = new Map<string, { answered: Promise<void>; tell: () => void }>();

  readonly middleware: Pick<Middleware, "provideHover"> = {
    provideHover: async (document, position, token, next) => {
      try {
        return await next(document, position, token);
      } finally {
        this.at(document, position).tell();
      }
    },
  };

  register(server: Server): vscode.Disposable {
    return vscode.languages.registerHoverProvider(LANGUAGES.map((language) => ({ language })), {
      provideHover: async (document, position, token) => {
        if (!server.isRunning || !vscode.languages.match(filters(), document)) return null; // nobody answers the first part
        await this.at(document, position).answered;
        if (token.isCancellationRequested) return null;
        const asked = { uri: document.uri.toString(), position: { line: position.line, character: position.character } };
        const rest = await server.ask<{ contents: { value: string } }>("einsight/hoverRest", asked, token);
        if (!rest?.contents.value.trim()) return null;
        const shown = new vscode.MarkdownString(rest.contents.value);
        shown.supportHtml = true;
        return new vscode.Hover(shown);
      },
    });
  }

  private at(document: vscode.TextDocument, position: vscode.Position): { answered: Promise<void>; tell: () => void } {
    const key = `${document.uri}@${document.version}:${position.line}:${position.character}`;
    let known = this.first.get(key);
    if (!known) {
      let tell = () => {};
      const answered = new Promise<void>((done) => (tell = done));
      const forget = setTimeout(() => known?.tell(), PATIENCE);
      known = { answered, tell: () => { clearTimeout(forget); this.first.delete(key); tell(); } };
      this.first.set(key, known);
    }
    return known;
  }
}
