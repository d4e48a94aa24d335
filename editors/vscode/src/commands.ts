// The palette: each command takes the cursor of the active editor, and says so where there is nothing to do.

import * as vscode from "vscode";
import { LANGUAGES, type Server } from "./server";

interface WorkspaceReport {
  files: number;
  unread: string[];
  verdicts: Record<string, number>;
  errors: number;
  cancelled: boolean;
}

const LAYOUTS: [string, string][] = [
  ["numerator", "∂y/∂x is n×m; a scalar by a vector is a row"],
  ["denominator", "the transpose of that; a scalar by a vector is a column"],
  ["mixed", "∂y/∂x is n×m; a scalar by a vector is a column"],
];
const TARGETS: [string, string, string][] = [
  ["numpy", "NumPy", "a function `derivative`"],
  ["jax", "JAX", "a function that `jax.jit` takes"],
  ["torch", "PyTorch", "a function on tensors"],
  ["latex", "LaTeX", "the result"],
  ["steps", "LaTeX, with the derivation", "an `aligned` environment, a step a line"],
  ["ein", "einsight, with the derivation", "a chain in which every `=` is checked"],
];
const FILES = "**/*.{ein,md,markdown,qmd}";

export class Commands {
  constructor(private readonly server: Server) {}

  register(context: vscode.ExtensionContext): void {
    const table: Record<string, () => unknown> = {
      "einsight.checkAll": () => this.checkWorkspace(),
      "einsight.jacobian": () => this.take("refactor.rewrite.jacobian", "ifSingle"),
      "einsight.wholeDerivation": () => this.take("refactor.rewrite.derivation", "first"),
      "einsight.toIndexForm": () => this.take("refactor.rewrite.index", "first"),
      "einsight.toMatrixForm": () => this.take("refactor.rewrite.matrix", "first"),
      "einsight.layout": () => this.switchLayout(),
      "einsight.copyCode": () => this.copyAs(),
      "einsight.newPlugin": () => this.newPlugin(),
      "einsight.sample": () => openSample(context),
    };
    for (const [name, run] of Object.entries(table)) context.subscriptions.push(vscode.commands.registerCommand(name, run));
  }

  /** A code action of one kind at the cursor, by VS Code's own command, which says so where there is none. */
  private async take(kind: string, apply: "first" | "ifSingle"): Promise<void> {
    await vscode.commands.executeCommand("editor.action.codeAction", { kind, apply });
  }

  private async switchLayout(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return;
    const kinds = vscode.CodeActionKind.Source.append("layout");
    const offered = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider", editor.document.uri, editor.selection, kinds.value) ?? [];
    const others = offered.map((action) => action.kind?.value.split(".").pop());
    const items = LAYOUTS.map(([label, description]) => ({
      label, description, iconPath: new vscode.ThemeIcon(others.length && !others.includes(label) ? "check" : "blank"),
    }));
    const picked = await vscode.window.showQuickPick(items, {
      title: "Layout of this document", placeHolder: "Components never depend on it; matrices do",
    });
    if (!picked) return;
    const edit = offered.find((action) => action.kind?.value === kinds.append(picked.label).value)?.edit;
    if (edit) await vscode.workspace.applyEdit(edit);
    else vscode.window.setStatusBarMessage(`einsight: the document is in ${picked.label} layout`, 4000);
  }

  private async copyAs(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return;
    const items = TARGETS.map(([target, label, description]) => ({ target, label, description }));
    const picked = await vscode.window.showQuickPick(items, { title: "Copy what stands at the cursor as" });
    if (picked) await this.copy(picked.target, editor.document.uri.toString(), editor.selection.active);
  }

  /** Put source or LaTeX on the clipboard. */
  async copy(target: string, uri: string, position: vscode.Position | { line: number; character: number }, variable?: string): Promise<void> {
    const where = { line: position.line, character: position.character };
    try {
      put(target, await this.server.command<string>("einsight.copyAs", target, uri, where, variable));
    } catch (problem) {
      void vscode.window.showWarningMessage(`einsight: ${problem instanceof Error ? problem.message : problem}`);
    }
  }

  private async checkWorkspace(): Promise<void> {
    const files = await vscode.workspace.findFiles(FILES, undefined);
    if (!files.length) {
      void vscode.window.showInformationMessage("einsight: there is no .ein or Markdown file in this workspace.");
      return;
    }
    try {
      const uris = files.map((uri) => uri.toString()).sort();
      // a server that sees no files is told of them as documents
      if (this.server.sees === "documents") await Promise.all(files.map((uri) => vscode.workspace.openTextDocument(uri)));
      const found = await this.server.command<WorkspaceReport>("einsight.checkWorkspace", uris);
      if (!found || found.cancelled) return;
      const taken = await vscode.window.showInformationMessage(summary(found), "Show Problems");
      if (taken) await vscode.commands.executeCommand("workbench.actions.view.problems");
    } catch (problem) {
      void vscode.window.showErrorMessage(`einsight: ${problem instanceof Error ? problem.message : problem}`);
    }
  }

  private async newPlugin(): Promise<void> {
    if (this.server.sees !== "everything") {
      void vscode.window.showInformationMessage("einsight runs without Python, and loads no plugins: with Python 3.10 or newer on the path, this command makes one.");
      return;
    }
    const name = await vscode.window.showInputBox({
      title: "New rule plugin", prompt: "Name of the plugin; its package is einsight-NAME", placeHolder: "course",
      validateInput: (text) => (/^[a-z][a-z0-9-]*$/.test(text) ? undefined : "Lower-case letters, digits and hyphens, a letter first."),
    });
    if (!name) return;
    const folders = await vscode.window.showOpenDialog({
      canSelectFolders: true, canSelectFiles: false, openLabel: "Put It Here", defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri,
    });
    if (!folders?.length) return;
    try {
      const made = await this.server.command<string>("einsight.createPlugin", name, folders[0].toString());
      if (made) await vscode.window.showTextDocument(vscode.Uri.parse(made));
    } catch (problem) {
      void vscode.window.showErrorMessage(`einsight: ${problem instanceof Error ? problem.message : problem}`);
    }
  }
}

/** On the clipboard, with a word about it below the text. */
export function put(target: string, text: string | undefined): void {
  const name = TARGETS.find(([known]) => known === target)?.[1] ?? target;
  if (text) void vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(text ? `einsight: copied as ${name}` : `einsight: nothing here can be copied as ${name}`, 4000);
}

function summary(found: WorkspaceReport): string {
  const words: Record<string, string> = {
    right: "right", right_if: "right under an assumption", transposed: "transposed", wrong: "wrong", shape: "of unequal shapes",
    undecided: "undecided",
  };
  const counted = Object.entries(words).filter(([v]) => found.verdicts[v]).map(([v, word]) => `${found.verdicts[v]} ${word}`);
  const unread = found.unread.length ? `; ${found.unread.length} could not be read (see the log)` : "";
  return `einsight: ${found.files} files, claims: ${counted.join(", ") || "none"}${unread}.`;
}

/** The document of the walkthrough, as an untitled one that nobody need save. */
async function openSample(context: vscode.ExtensionContext): Promise<void> {
  const sample = vscode.Uri.joinPath(context.extensionUri, "walkthrough", "sample.ein");
  const content = new TextDecoder().decode(await vscode.workspace.fs.readFile(sample));
  const document = await vscode.workspace.openTextDocument({ language: LANGUAGES[0], content });
  await vscode.window.showTextDocument(document, { preview: false });
}
