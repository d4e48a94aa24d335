// The document side: CodeMirror, served by einsight's own language server, whose messages go to the worker and back as they are.

import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { indentWithTab } from "@codemirror/commands";
import { markdown } from "@codemirror/lang-markdown";
import { python } from "@codemirror/lang-python";
import { lintKeymap, openLintPanel } from "@codemirror/lint";
import {
  findReferencesKeymap, formatDocument, formatKeymap, hoverTooltips, jumpToDefinitionKeymap, LSPClient, LSPPlugin, renameKeymap,
  serverCompletion, serverDiagnostics, signatureHelp, type Transport,
} from "@codemirror/lsp-client";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { closeHoverTooltips, EditorView, hasHoverTooltips, keymap, type ViewUpdate } from "@codemirror/view";
import { basicSetup } from "codemirror";
import { DerivationFrame, type FromPage, type Range, type Rules, type View } from "./derivation";
import { type Engine } from "./engine";
import { applyEdit, offsetOf, placeOf, showActions, showDiagnostics, type WorkspaceEdit } from "./fixes";
import { drawing, drawn, pointAt } from "./hints";
import { copy, element } from "./parts";

/** Milliseconds that the cursor, or the text, has to rest. */
const PAUSE = 40;
/** Milliseconds behind which the derivation says that what it shows is old. */
const LATE = 250;
const KEEP = 700;
/** Milliseconds after a change without a word from the server, after which it is started anew. */
const SILENCE = 6000;
const SUFFIX: Record<string, string> = { einsight: "ein", markdown: "md", latex: "tex", python: "py" };
const NAMES: Record<string, string> = { einsight: "einsight", markdown: "Markdown", latex: "LaTeX", python: "Python" };
export const SAMPLE = `# each = is checked; hover anything, and click what is underlined
W ∈ ℝ^(n×m);  x ∈ ℝ^m;  b, y ∈ ℝ^n;  A ∈ ℝ^(m×m)

h = tanh(W x + b)
dh/dx = diag(1 - h ⊙ h) W

d/dx (x' A x) = 2 x' A
d/dx (y' W x) = W' y
∇_W ‖W x - y‖² = (W x - y) x'

d/dx softmax(x)
`;

export interface Around {
  engine: Engine;
  keep: (text: string, language: string) => Promise<void>;
  explain: (what: string) => void;
}

type Params = Record<string, unknown>;

/** A hover whose answer comes when the pointer has left is closed: nothing else would, and it lies over the text. */
const onlyUnderThePointer = EditorView.updateListener.of(({ state, view }) => {
  if (hasHoverTooltips(state) && !view.dom.matches(":hover"))
    queueMicrotask(() => view.dispatch({ effects: closeHoverTooltips }));
});

export class DocumentSide {
  private editor: EditorView | undefined;
  private client!: LSPClient;
  private language = "einsight";
  private number = 0;
  private takers = new Set<(message: string) => void>();
  private readonly frame: DerivationFrame;
  private readonly home = element("div", { class: "editor" });
  private readonly summary = element("span", { class: "summary", role: "status" });
  private readonly picker = element("select", { "aria-label": "Language" });
  private readonly look = new Compartment();
  private timers: Record<string, number> = {};
  private late: number | undefined;
  private isLate = false;
  private view: View | null = null;
  private variable: string | undefined;
  private isPinned = false;
  private at = 0;
  private heard = performance.now();
  private hasBegun = false;

  constructor(root: HTMLElement, private readonly around: Around) {
    this.frame = new DerivationFrame("document", (message) => void this.asked(message), false);
    for (const [id, name] of Object.entries(NAMES)) this.picker.append(element("option", { value: id }, name));
    this.picker.addEventListener("change", () => this.open(this.text, this.picker.value));
    const button = (label: string, title: string, run: () => void) => element("button", { type: "button", title, click: run }, label);
    root.append(
      element("div", { class: "bar" }, this.picker,
        button("Actions", "What can be done at the cursor (Ctrl+.)", () => this.editor && void showActions(this.editor, this.client, this.uri)),
        button("Format", "Space and spell evenly (Shift+Alt+F)", () => this.editor && formatDocument(this.editor)),
        button("Problems", "List what was found (Ctrl+Shift+M)", () => this.editor && openLintPanel(this.editor)),
        button("Sample", "A short document that shows what is checked", () => this.open(SAMPLE, "einsight")),
        this.summary),
      element("div", { class: "desk" }, this.home, this.frame.element));
    this.connect();
  }

  private get uri(): string {
    return `file:///document-${this.number}.${SUFFIX[this.language]}`;
  }

  get text(): string {
    return this.editor?.state.doc.toString() ?? "";
  }

  wear(theme: string): void {
    this.frame.wear(theme);
    this.editor?.dispatch({ effects: this.look.reconfigure(EditorView.theme({}, { dark: theme === "dark" })) });
  }

  /** The sample, where nothing has been opened yet. */
  begin(): void {
    if (!this.hasBegun) this.open(SAMPLE, "einsight");
    this.editor?.focus();
  }

  open(text: string, language: string): void {
    this.hasBegun = true;
    this.editor?.destroy();
    this.language = language in SUFFIX ? language : "einsight";
    this.picker.value = this.language;
    this.number++;
    this.isPinned = false;
    this.variable = undefined;
    const own: Record<string, Extension> = { markdown: markdown(), python: python() };
    const last = text.trimEnd().lastIndexOf("\n") + 1;
    this.editor = new EditorView({
      parent: this.home,
      state: EditorState.create({
        doc: text, selection: { anchor: Math.max(0, last) },
        extensions: [
          basicSetup, own[this.language] ?? [], this.look.of(EditorView.theme({}, { dark: document.documentElement.dataset.theme === "dark" })),
          keymap.of([
            { key: "Mod-.", run: (view) => (void showActions(view, this.client, this.uri), true) },
            ...formatKeymap, ...renameKeymap, ...jumpToDefinitionKeymap, ...findReferencesKeymap, ...lintKeymap, ...completionKeymap, indentWithTab,
          ]),
          autocompletion(), EditorView.lineWrapping, drawing, onlyUnderThePointer,
          EditorView.contentAttributes.of({ "aria-label": `A document in ${NAMES[this.language]}; each equals sign is checked`, spellcheck: "false" }),
          EditorView.updateListener.of((update) => this.updated(update)),
          this.client.plugin(this.uri, this.language),
        ],
      }),
    });
    this.at = Math.max(0, last);
    this.view = null;
    this.soon("view", PAUSE, () => void this.ask());
  }

  // the server

  private connect(): void {
    const { engine } = this.around;
    const transport: Transport = {
      send: (message) => engine.tell(message),
      subscribe: (handler) => this.takers.add(handler),
      unsubscribe: (handler) => this.takers.delete(handler),
    };
    const join = () => engine.connect((message) => this.receive(message), () => {
      this.client.disconnect();
      join();
      this.client.connect(transport);
    });
    this.client = new LSPClient({
      timeout: 20_000,
      initializationOptions: { pictures: false },
      sanitizeHTML: (html) => html,
      notificationHandlers: {
        "textDocument/publishDiagnostics": (client, params) => this.published(client, params),
        "window/logMessage": () => true,
      },
      extensions: [
        serverDiagnostics(), serverCompletion(), hoverTooltips({ hoverTime: 250 }), signatureHelp(),
        {
          clientCapabilities: {
            workspace: { applyEdit: true, inlayHint: { refreshSupport: true }, semanticTokens: { refreshSupport: true } },
            textDocument: { codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "refactor.rewrite", "source"] } } }, inlayHint: {}, semanticTokens: { requests: { full: true }, tokenTypes: [], tokenModifiers: [], formats: ["relative"] } },
          },
        },
      ],
    });
    join();
    this.client.connect(transport);
  }

  /** Messages of the server: requests are answered here, everything else goes to the client. */
  private receive(message: string): void {
    this.heard = performance.now();
    const data = JSON.parse(message) as { id?: number | string; method?: string; params?: any };
    if (data.method === undefined || data.id === undefined) {
      for (const take of this.takers) take(message);
      return;
    }
    let result: unknown = null;
    if (data.method === "workspace/applyEdit") result = { applied: this.apply(data.params.edit) };
    else if (data.method.endsWith("/refresh")) this.soon("draw", PAUSE, () => void this.draw());
    this.around.engine.tell(JSON.stringify({ jsonrpc: "2.0", id: data.id, result }));
  }

  private apply(edit: WorkspaceEdit): boolean {
    return this.editor !== undefined && applyEdit(this.editor, edit, this.uri);
  }

  private published(client: LSPClient, params: any): boolean {
    if (params.uri !== this.uri || !this.editor) return true;
    const file = client.workspace.getFile(params.uri);
    if (file && params.version === file.version) {
      showDiagnostics(this.editor, params.diagnostics, (code) => this.around.explain(code));
      const count = params.diagnostics.filter((d: { severity: number }) => d.severity <= 2).length;
      this.summary.textContent = count ? `${count} to look at` : "nothing to be said";
      this.home.dataset.version = String(params.version);
      this.soon("draw", PAUSE, () => void this.draw());
      if (this.view?.pending ?? true) this.soon("view", PAUSE, () => void this.ask());
    }
    return true;
  }

  private request<T>(method: string, params: Params): Promise<T | null> {
    this.client.sync();
    return this.client.request<Params, T | null>(method, params).catch(() => null);
  }

  private command<T>(command: string, ...given: unknown[]): Promise<T | null> {
    return this.request<T>("workspace/executeCommand", { command, arguments: given });
  }

  // what follows the text and the cursor

  private soon(what: string, delay: number, run: () => void): void {
    clearTimeout(this.timers[what]);
    this.timers[what] = window.setTimeout(run, delay);
  }

  private updated(update: ViewUpdate): void {
    if (update.docChanged) {
      this.at = update.changes.mapPos(this.at);
      this.soon("keep", KEEP, () => void this.keepNow());
      this.soon("silence", SILENCE, () => this.listen(performance.now() - SILENCE));
    }
    if (update.docChanged || update.selectionSet) {
      if (!this.isPinned) {
        const next = update.state.selection.main.head;
        if (next !== this.at && !this.isWithin(next)) this.variable = undefined;
        this.at = next;
      }
      if (update.docChanged || !this.isWithin(this.at)) this.expect();
      this.soon("view", PAUSE, () => void this.ask());
    }
  }

  /** Have the derivation say that what it shows is old, unless something newer comes soon. */
  private expect(): void {
    if (this.isLate) this.tellLate();
    this.late ??= window.setTimeout(() => this.tellLate(), LATE);
  }

  private tellLate(): void {
    this.isLate = true;
    const doc = this.editor?.state.doc;
    if (doc && this.view) this.frame.send({ kind: "late", place: `line ${doc.lineAt(Math.min(this.at, doc.length)).number}`, pinned: this.isPinned });
  }

  private arrived(): void {
    clearTimeout(this.late);
    this.late = undefined;
    this.isLate = false;
  }

  /** A text that was changed is answered; a server that has said nothing since is busy with what nobody waits for any more. */
  private listen(since: number): void {
    if (this.around.engine.state.kind === "ready" && this.heard < since) this.around.engine.restart();
  }

  private isWithin(offset: number): boolean {
    if (!this.view || !this.editor) return false;
    const { start, end } = this.view.range;
    return offsetOf(this.editor.state.doc, start) <= offset && offset <= offsetOf(this.editor.state.doc, end);
  }

  async keepNow(): Promise<void> {
    if (this.editor) await this.around.keep(this.text, this.language);
  }

  private async draw(): Promise<void> {
    const editor = this.editor, uri = this.uri;
    if (!editor) return;
    const doc = editor.state.doc;
    const range = { start: { line: 0, character: 0 }, end: placeOf(doc, doc.length) };
    const [hints, tokens] = await Promise.all([
      this.request<any[]>("textDocument/inlayHint", { textDocument: { uri }, range }),
      this.request<{ data: number[] }>("textDocument/semanticTokens/full", { textDocument: { uri } }),
    ]);
    if (editor !== this.editor || editor.state.doc !== doc) return;
    const legend = (this.client.serverCapabilities as any)?.semanticTokensProvider?.legend;
    editor.dispatch({ effects: drawn.of({ hints: hints ?? [], tokens: tokens?.data ?? [], legend }) });
  }

  private async ask(): Promise<void> {
    const editor = this.editor;
    if (!editor) return;
    await this.client.initializing;
    const doc = editor.state.doc;
    const view = await this.request<View>("einsight/view", { uri: this.uri, position: placeOf(doc, this.at), variable: this.variable });
    if (editor !== this.editor || editor.state.doc !== doc) return;
    this.arrived();
    if (!view) return this.frame.send({ kind: "note", text: this.view ? "" : "Put the cursor into a definition, a claim or a query.", pinned: this.isPinned });
    if (view.text !== this.view?.text) pointAt(editor, null);
    this.view = view;
    this.frame.send({ kind: "view", view, place: `line ${view.range.start.line + 1}`, pinned: this.isPinned, working: false });
  }

  // what the derivation is asked

  async asked(message?: FromPage): Promise<void> {
    const editor = this.editor;
    if (!message || !editor) return;
    await this.client.initializing;
    const doc = editor.state.doc;
    const position = placeOf(doc, this.at);
    switch (message.kind) {
      case "ready":
        return this.ask();
      case "pin":
        this.isPinned = !this.isPinned;
        if (!this.isPinned) this.at = editor.state.selection.main.head;
        return this.ask();
      case "explain":
        return this.around.explain(message.what);
      case "variable":
        this.variable = message.name;
        return this.ask();
      case "copy": {
        const text = await this.command<string>("einsight.copyAs", message.target, this.uri, position, this.variable);
        return text === null ? undefined : copy(text);
      }
      case "step":
        if (!(await this.command<boolean>("einsight.insertStep", this.uri, position, message.index, this.variable ?? null)))
          this.frame.send({ kind: "note", text: "This step has no form that can stand in the text.", pinned: this.isPinned });
        return;
      case "point":
        return pointAt(editor, message.at === null ? null : rangeAt(message.at));
      case "rules": {
        const { start, end } = rangeAt(message.at);
        const found = await this.request<Rules>("einsight/rules", { uri: this.uri, position: start, end });
        pointAt(editor, found?.range ?? rangeAt(message.at));
        return this.frame.send({ kind: "rules", at: message.at, found });
      }
      case "apply": {
        pointAt(editor, null);
        const file = LSPPlugin.get(editor)?.client.workspace.getFile(this.uri);
        // 0 is of a formula, whose document this is as it was opened
        if (message.version !== 0 && message.version !== file?.version)
          return this.frame.send({ kind: "note", text: "The text has changed meanwhile; choose the rule again.", pinned: this.isPinned });
        editor.dispatch({ changes: { from: offsetOf(doc, message.range.start), to: offsetOf(doc, message.range.end), insert: message.text }, userEvent: "input" });
      }
    }
  }
}

/** `line:character-line:character`, as the server writes it into LaTeX. */
function rangeAt(at: string): Range {
  const [line, character, lastLine, last] = at.split(/[:-]/).map(Number);
  return { start: { line, character }, end: { line: lastLine, character: last } };
}
