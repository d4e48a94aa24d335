// Findings with their fixes, and the menu of what can be done at the cursor.

import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { type LSPClient, LSPPlugin } from "@codemirror/lsp-client";
import type { Text } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type { Place, Range } from "../../vscode/src/view/messages";
import { menu } from "./parts";

interface Edit {
  range: Range;
  newText: string;
}

export interface WorkspaceEdit {
  changes?: Record<string, Edit[]>;
}

interface Action {
  title: string;
  edit?: WorkspaceEdit;
  command?: { command: string; arguments: unknown[] };
}

interface Found {
  range: Range;
  severity: number;
  code: string;
  message: string;
  data?: { fixes: { title: string; range: Range; newText: string }[] };
}

const SEVERITIES = ["error", "error", "warning", "info", "hint"] as const;
/** What only an editor with files can do. */
const WITHOUT = ["einsight.createPlugin", "einsight.checkWorkspace"];

export function offsetOf(doc: Text, { line, character }: Place): number {
  if (line >= doc.lines) return doc.length;
  const { from, to } = doc.line(line + 1);
  return Math.min(to, from + character);
}

export function placeOf(doc: Text, offset: number): Place {
  const line = doc.lineAt(Math.min(offset, doc.length));
  return { line: line.number - 1, character: offset - line.from };
}

function change(doc: Text, { range, newText }: Edit): { from: number; to: number; insert: string } {
  return { from: offsetOf(doc, range.start), to: offsetOf(doc, range.end), insert: newText };
}

/** Apply the edits of one document; false where there are none for it. */
export function applyEdit(view: EditorView, edit: WorkspaceEdit, uri: string): boolean {
  const edits = edit.changes?.[uri];
  if (!edits?.length) return false;
  view.dispatch({ changes: edits.map((e) => change(view.state.doc, e)), userEvent: "input.complete" });
  return true;
}

/** Underline what was found; what mends it is a button in its tooltip. */
export function showDiagnostics(view: EditorView, found: Found[], explain: (code: string) => void): void {
  const plugin = LSPPlugin.get(view);
  if (!plugin) return;
  const at = (place: Place) => plugin.unsyncedChanges.mapPos(plugin.fromPosition(place, plugin.syncedDoc));
  const shown = found.map(({ range, severity, code, message, data }): Diagnostic => ({
    from: at(range.start), to: at(range.end), severity: SEVERITIES[severity] ?? "info", source: code, message,
    actions: [
      ...(data?.fixes ?? []).map((fix) => ({
        name: fix.title,
        apply: (editor: EditorView) => editor.dispatch({ changes: { from: at(fix.range.start), to: at(fix.range.end), insert: fix.newText }, userEvent: "input.complete" }),
      })),
      { name: "Explain", apply: () => explain(code) },
    ],
  }));
  view.dispatch(setDiagnostics(view.state, shown));
}

/** What the server offers at the cursor, or for the selection. */
export async function showActions(view: EditorView, client: LSPClient, uri: string): Promise<void> {
  client.sync();
  const { from, to, head } = view.state.selection.main;
  const { doc } = view.state;
  const range = { start: placeOf(doc, from), end: placeOf(doc, to) };
  const found = await client.request<unknown, Action[] | null>("textDocument/codeAction", { textDocument: { uri }, range, context: { diagnostics: [] } }).catch(() => null);
  const place = view.coordsAtPos(head) ?? view.dom.getBoundingClientRect();
  const items = (found ?? []).filter((a) => !WITHOUT.includes(a.command?.command ?? "")).map((action) => ({
    text: action.title,
    run: () => {
      if (action.edit) applyEdit(view, action.edit, uri);
      if (action.command) void client.request("workspace/executeCommand", action.command).then((text) => copied(action, text));
    },
  }));
  menu({ left: place.left, bottom: place.bottom }, "Actions", items, view.contentDOM);
}

/** `Copy as …` gives the text back. */
async function copied(action: Action, text: unknown): Promise<void> {
  if (action.command?.command !== "einsight.copyAs" || typeof text !== "string") return;
  const { copy } = await import("./parts");
  await copy(text);
}
