// Places in a text that changes.

import * as vscode from "vscode";

/** Where a position is after a change of the text in front of it. */
export function shifted(position: vscode.Position, change: vscode.TextDocumentContentChangeEvent): vscode.Position {
  if (change.range.end.isAfter(position)) return change.range.start.isBefore(position) ? change.range.start : position;
  const lines = change.text.split(/\r\n|\r|\n/);
  const line = position.line + lines.length - 1 - (change.range.end.line - change.range.start.line);
  if (change.range.end.line !== position.line) return new vscode.Position(line, position.character);
  const before = lines.length > 1 ? 0 : change.range.start.character;
  return new vscode.Position(line, before + lines[lines.length - 1].length + position.character - change.range.end.character);
}
