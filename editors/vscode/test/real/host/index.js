// Runs inside the extension host, with the whole `vscode` API: every feature asked as an extension would ask it.
// The results go into the file EINSIGHT_RESULTS, a line of JSON each; VS Code's own report of them is not read.
const assert = require("node:assert/strict");
const { appendFileSync } = require("node:fs");
const { execFileSync } = require("node:child_process");
const vscode = require("vscode");

const TEXT = `A ∈ ℝ^(n×m); a, x ∈ ℝ^m; y, b ∈ ℝ^n
spare ∈ ℝ
h = tanh(A x + b)
d/dx_j (A_ip x_p) = A_ip δ_pj = A_ij
d/dx (a' x) = a
d/dx (y' A x)
𝛿 ∈ ℝ^m; 𝛿' x
B x + h
`;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const run = vscode.commands.executeCommand;
const tests = [];
const test = (name, body) => tests.push([name, body]);
/** Of a server in a process alone, and of one inside VS Code alone. */
const isInside = process.env.EINSIGHT_HOW === "without Python";
const ofProcess = (name, body) => isInside || test(name, body);
const ofInside = (name, body) => isInside && test(name, body);

/** A document in a file of the workspace, shown. */
let files = 0;
async function open(text, name = `case${++files}.ein`) {
  const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const document = await vscode.workspace.openTextDocument(uri);
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  return { uri, document, editor };
}

/** Until it holds; the last failure otherwise. */
async function until(check, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; ; await sleep(50)) {
    try {
      const found = await check();
      if (found) return found;
      if (Date.now() > end) throw new Error(`not within ${seconds} s: ${check}`);
    } catch (problem) {
      if (Date.now() > end) throw problem;
    }
  }
}

const codes = (uri) => vscode.languages.getDiagnostics(uri).filter((d) => d.source === "einsight").map((d) => d.code?.value ?? d.code);
const at = (document, needle, shift = 0) => document.positionAt(document.getText().indexOf(needle) + shift);
const range = (document, needle) => new vscode.Range(at(document, needle), at(document, needle, needle.length));
const settings = () => vscode.workspace.getConfiguration("einsight");
const set = (name, value) => settings().update(name, value, vscode.ConfigurationTarget.Workspace);
const shared = {};
const main = async () => {
  shared.it ??= await open(TEXT, "main.ein");
  await until(() => codes(shared.it.uri).includes("EIN402"), 60);
  return shared.it;
};

test("activation and language", async () => {
  const { document } = await main();
  assert.equal(document.languageId, "einsight");
  assert.ok(vscode.extensions.all.find((e) => e.id.endsWith(".einsight")).isActive);
});

test("diagnostics: code, page, related places, tags", async () => {
  const { uri, document } = await main();
  const found = vscode.languages.getDiagnostics(uri);
  assert.deepEqual(found.map((d) => d.code.value).sort(), ["EIN101", "EIN103", "EIN402"]);
  const [unused, transposed] = ["EIN103", "EIN402"].map((code) => found.find((d) => d.code.value === code));
  assert.deepEqual(unused.tags, [vscode.DiagnosticTag.Unnecessary]);
  assert.equal(document.getText(transposed.range), "a");
  assert.equal(transposed.code.target.scheme, "command");
});

test("hover with a picture", async () => {
  const { uri, document } = await main();
  const text = await until(async () => {
    const [hover] = await run("vscode.executeHoverProvider", uri, at(document, "= diag") ?? at(document, "d/dx (y"));
    return hover?.contents.map((c) => c.value).join("");
  }).catch(async () => "");
  const [hover] = await run("vscode.executeHoverProvider", uri, at(document, "d/dx (y"));
  const said = hover.contents.map((c) => c.value).join("");
  assert.match(said, /!\[[^\]]*\]\(data:image\/svg\+xml;base64,/);
  assert.match(said, /y' A/);
  assert.ok(said.length < 100_000 && text.length < 100_000);
});

ofProcess("a dear hover comes in two parts, and nobody else waits", async () => {
  const { uri, document } = await open("W_1 ∈ ℝ^(h×d); b_1 ∈ ℝ^h; W_2 ∈ ℝ^(k×h); x ∈ ℝ^d; y ∈ ℝ^k\n∇_x² (-y' log(softmax(W_2 tanh(W_1 x + b_1))))\nd/dx (x' x)\n");
  await until(async () => (await run("vscode.executeInlayHintProvider", uri, new vscode.Range(0, 0, 3, 0))).some((h) => h.label === "= 2 x'"), 60);
  const texts = (hovers) => hovers.map((h) => h.contents.map((c) => c.value).join(""));
  const dear = run("vscode.executeHoverProvider", uri, at(document, "∇_x"));
  const start = Date.now();
  const cheap = texts(await run("vscode.executeHoverProvider", uri, at(document, "d/dx")));
  assert.ok(cheap.join("").includes("2 x'"));
  assert.ok(Date.now() - start < 3000, `a cheap hover took ${Date.now() - start} ms beside a dear one`);
  const found = texts(await dear);
  assert.ok(found.length === 2 && !/hover again/.test(found.join("")), found.join("\n----\n").slice(0, 600));
});

test("inlay hints, and switched off while one types", async () => {
  const { uri, document } = await main();
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  const extension = vscode.extensions.all.find((e) => e.id.endsWith(".einsight"));
  // verdicts are drawn in colours of their own in the place of hints
  const labels = async () => [...(await run("vscode.executeInlayHintProvider", uri, all)).map((h) => h.label), ...extension.exports.verdicts(uri)];
  await until(async () => (await labels()).includes("⇄ transposed"));
  for (const label of ["∈ ℝ^n", "✓", "= y' A"]) assert.ok((await labels()).includes(label), label);
  await set("inlayHints.verdicts", false);
  await until(async () => !(await labels()).includes("✓"));
  assert.ok((await labels()).includes("∈ ℝ^n"));
  await set("inlayHints.verdicts", undefined);
  await until(async () => (await labels()).includes("✓"));
});

test("code lenses", async () => {
  const { uri } = await main();
  const titles = (await run("vscode.executeCodeLensProvider", uri, 10)).map((l) => l.command?.title);
  assert.ok(titles.some((t) => t?.startsWith("∂h/∂x = diag(1 - h^2) A")), titles.join(" | "));
  assert.ok(titles.some((t) => t?.startsWith("einsight: 2 right, 1 transposed")), titles.join(" | "));
});

test("quick fixes are applied", async () => {
  const { uri, document } = await open(TEXT);
  await until(() => codes(uri).includes("EIN402"));
  for (const [needle, title, line] of [["= a\n", "Write a'", "d/dx (a' x) = a'"], ["B x", "Declare B ∈ ℝ^(n×m)", "B ∈ ℝ^(n×m)"], ["spare", "Remove the declaration", "h = tanh(A x + b)"]]) {
    const found = await run("vscode.executeCodeActionProvider", uri, range(document, needle), "quickfix");
    const action = found.find((a) => a.title === title);
    assert.ok(action, `${title} in ${found.map((a) => a.title)}`);
    assert.ok(await vscode.workspace.applyEdit(action.edit));
    assert.ok(document.getText().split("\n").includes(line), line);
  }
  await until(() => codes(uri).length === 0);
});

test("refactorings by kind", async () => {
  const { uri, document } = await main();
  const titles = async (needle, kind) => (await run("vscode.executeCodeActionProvider", uri, range(document, needle), kind)).map((a) => a.title);
  assert.deepEqual(await titles("h = ", "refactor.rewrite.index"), ["Rewrite in index notation"]);
  assert.deepEqual(await titles("h = ", "refactor.rewrite.jacobian"), ["Insert the Jacobian ∂h/∂b", "Insert the Jacobian ∂h/∂x", "Insert the Jacobian ∂h/∂A"].filter(Boolean));
  assert.ok((await titles("A_ip δ", "refactor.rewrite.rule")).includes("Apply delta.contract: A_ij"));
  assert.ok((await titles("d/dx (y", "refactor.rewrite.derivation")).includes("Insert the whole derivation"));
  assert.equal((await titles("d/dx (y", "refactor.rewrite.copy")).length, 4);
  assert.deepEqual(await titles("d/dx (y", "source.layout.denominator"), ["Switch the file to denominator layout"]);
  assert.deepEqual(await titles("d/dx (y", "source.fixAll"), ["Fix all that einsight can fix with certainty"]);
});

/** A command that takes a code action, asked for again where the editor had none yet: right behind an edit it drops a late answer. */
async function taken(command, wanted) {
  for (let tries = 1; ; tries++) {
    await run(command);
    try { return await until(wanted, 3); } catch (error) { if (tries === 6) throw error; }
  }
}

test("palette: Jacobian, notations, layout by kind", async () => {
  const { document, editor } = await open("A ∈ ℝ^(n×m); x ∈ ℝ^m\nh = A x\n");
  await until(async () => (await run("vscode.executeCodeLensProvider", document.uri, 5)).length > 1);
  editor.selection = new vscode.Selection(1, 1, 1, 1);
  await taken("einsight.toIndexForm", () => document.getText().includes("h_i = A_ik x_k"));
  editor.selection = new vscode.Selection(1, 1, 1, 1);
  await taken("einsight.toMatrixForm", () => document.getText().includes("h = A x"));
});

test("completion and signature help", async () => {
  const { uri, document, editor } = await open("W ∈ ℝ^(n×m); x ∈ ℝ^m\n\\del\nsoftmax(x)\n");
  const items = (await run("vscode.executeCompletionItemProvider", uri, new vscode.Position(1, 4))).items;
  assert.ok(items.some((i) => i.label === "\\delta" && i.detail === "δ"));
  await editor.edit((e) => e.replace(new vscode.Range(1, 0, 1, 4), "y = "));
  const names = (await run("vscode.executeCompletionItemProvider", uri, new vscode.Position(1, 4))).items;
  assert.match(names.find((i) => (i.label.label ?? i.label) === "W").detail, /ℝ\^\(n×m\)/);
  const help = await run("vscode.executeSignatureHelpProvider", uri, at(document, "softmax(", 8));
  assert.match(help.signatures[0].label, /^softmax\(x\)/);
});

test("unicode input", async () => {
  const { document, editor } = await open("");
  for (const letter of "\\delta _ij") {
    await run("type", { text: letter });
    await sleep(30);
  }
  await until(() => document.getText().startsWith("δ"), 5).catch(() => assert.fail(document.getText()));
  assert.ok(editor);
});

test("semantic tokens", async () => {
  const { uri } = await main();
  const legend = await run("vscode.provideDocumentSemanticTokensLegend", uri);
  assert.ok(legend.tokenTypes.includes("parameter"));
  assert.ok((await run("vscode.provideDocumentSemanticTokens", uri)).data.length > 50);
  assert.ok((await run("vscode.provideDocumentRangeSemanticTokens", uri, new vscode.Range(2, 0, 3, 0))).data.length > 5);
});

test("highlight, definition, references", async () => {
  const { uri, document } = await main();
  const where = at(document, "A_ip x");
  const lines = async (command) => (await run(command, uri, where)).map((o) => (o.range ?? o.targetRange).start.line);
  assert.deepEqual([...new Set(await lines("vscode.executeDocumentHighlights"))], [0, 2, 3, 5]);
  assert.deepEqual(await lines("vscode.executeDefinitionProvider"), [0]);
  assert.deepEqual([...new Set(await lines("vscode.executeReferenceProvider"))].sort(), [0, 2, 3, 5]);
  const index = await run("vscode.executeDocumentHighlights", uri, at(document, "p x_p"));
  assert.equal(index.length, 2);
});

test("renaming, and its refusal", async () => {
  const { uri, document } = await open(TEXT);
  await until(() => codes(uri).includes("EIN402"));
  assert.equal((await run("vscode.prepareRename", uri, at(document, "h = "))).placeholder, "h");
  await vscode.workspace.applyEdit(await run("vscode.executeDocumentRenameProvider", uri, at(document, "h = "), "z"));
  assert.ok(document.getText().includes("z = tanh(A x + b)") && document.getText().includes("B x + z"));
  await assert.rejects(() => run("vscode.executeDocumentRenameProvider", uri, at(document, "z = "), "A"));
});

test("symbols, folding, growing selections", async () => {
  const { uri, document } = await main();
  const names = (await run("vscode.executeDocumentSymbolProvider", uri)).map((s) => s.name);
  for (const name of ["A", "x", "h"]) assert.ok(names.includes(name), names.join());
  assert.ok((await run("vscode.executeWorkspaceSymbolProvider", "h")).some((s) => s.name === "h"));
  assert.ok(Array.isArray(await run("vscode.executeFoldingRangeProvider", uri)));
  const [selection] = await run("vscode.executeSelectionRangeProvider", uri, [at(document, "A x + b")]);
  const grown = [];
  for (let s = selection; s; s = s.parent) grown.push(document.getText(s.range));
  assert.ok(grown.includes("A x + b") && grown.includes("tanh(A x + b)"), grown.join(" | "));
});

test("formatting", async () => {
  const { uri, document } = await open("x   ∈ R^n\n2x'x   +1\n");
  const edits = await run("vscode.executeFormatDocumentProvider", uri, { tabSize: 2, insertSpaces: true });
  const edit = new vscode.WorkspaceEdit();
  edit.set(uri, edits);
  await vscode.workspace.applyEdit(edit);
  assert.equal(document.getText(), "x ∈ R^n\n2x'x + 1\n");
});

test("copied as source", async () => {
  const { uri, document } = await main();
  const found = await run("vscode.executeCodeActionProvider", uri, range(document, "d/dx (y"), "refactor.rewrite.copy");
  const { command } = found.find((a) => a.title === "Copy as NumPy");
  const source = await run(command.command, ...command.arguments);
  assert.match(source, /def derivative\(\*/);
});

test("inserted: a Jacobian, a step of the derivation", async () => {
  const { uri, document } = await open("A ∈ ℝ^(n×m); x ∈ ℝ^m\nh = A x\nd/dx_j (A_ik x_k)\n");
  await until(async () => (await run("vscode.executeCodeLensProvider", uri, 5)).length > 1);
  assert.ok(await run("einsight.insertJacobian", uri.toString(), { line: 1, character: 0 }, "x"));
  await until(() => document.getText().includes("∂h/∂x = A"));
  assert.ok(await run("einsight.insertStep", uri.toString(), { line: 3, character: 3 }, 2));
  await until(() => /d\/dx_j \(A_ik x_k\) = A_ik δ_jk/.test(document.getText()));
  await until(() => codes(uri).length === 0);
});

test("pages of codes and rules", async () => {
  for (const [what, words] of [["EIN402", /^# EIN402 claim-transposed/], ["delta.contract", /δ_ij/], ["EIN999", /neither a topic, a code, a rule nor a function/]]) {
    const uri = vscode.Uri.from({ scheme: "einsight-explain", path: `/${what}.md` });
    assert.match((await vscode.workspace.openTextDocument(uri)).getText(), words);
  }
});

test("the workspace is checked", async () => {
  const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, "closed.ein");
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode("x ∈ ℝ^n\nd/dx (x' x) = x'\n"));
  const found = await run("einsight.checkWorkspace", [uri.toString()]);
  assert.deepEqual([found.files, found.verdicts, found.errors], [1, { wrong: 1 }, 1]);
  await until(() => codes(uri).includes("EIN401"));
});

test("settings while one types, and those of a project", async () => {
  const { uri } = await main();
  await set("ignore", ["EIN402"]);
  await until(() => !codes(uri).includes("EIN402"));
  await set("ignore", undefined);
  await until(() => codes(uri).includes("EIN402"));
  const toml = vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, "einsight.toml");
  await vscode.workspace.fs.writeFile(toml, new TextEncoder().encode('layout = "denominator"\n'));
  await until(() => !codes(uri).includes("EIN402"));
  await vscode.workspace.fs.delete(toml);
  await until(() => codes(uri).includes("EIN402"));
});

test("Markdown, its fences and formulas", async () => {
  const { uri, document } = await open("# Notes\n\n```ein\nx, a ∈ ℝ^n\nd/dx (a' x) = 2 a'\n```\n", "notes.md");
  assert.equal(document.languageId, "markdown");
  await until(() => codes(uri).includes("EIN401"));
  await set("markdown", false);
  await until(() => codes(uri).length === 0);
  await set("markdown", undefined);
  await until(() => codes(uri).includes("EIN401"), 40);
});

test("edits one after the other, at last what a fresh start would say", async () => {
  const { uri, document, editor } = await open("x, a ∈ ℝ^n\nd/dx (a' x) = a'\n");
  for (let k = 0; k < 60; k++) await editor.edit((e) => e.insert(document.lineAt(1).range.end, "'"), { undoStopBefore: false, undoStopAfter: false });
  await until(() => codes(uri).length === 0 || codes(uri).length > 0);
  await editor.edit((e) => e.replace(document.lineAt(1).range, "d/dx (a' x) = a"));
  await until(() => codes(uri).join() === "EIN402");
});

test("Markdown: what is undecided is quiet, no claim is none, the preview shows verdicts", async () => {
  const text = "# Notes\n\nLet $x \\in \\mathbb{R}^n$. Then $\\frac{\\partial}{\\partial x} x^\\top x = 3 x^\\top$ holds, $\\frac{\\partial}{\\partial u} u^\\top Q u = 3 u$ too.\n\n```ein\na ∈ ℝ^n\nd/da (a' a) = 2 a'\n```\n";
  const { uri, document } = await open(text, "preview.md");
  await until(() => codes(uri).includes("EIN401"));
  const undecided = vscode.languages.getDiagnostics(uri).filter((d) => d.code?.value === "EIN403");
  assert.ok(undecided.every((d) => d.severity === vscode.DiagnosticSeverity.Hint));
  const html = await until(async () => {
    const made = await run("markdown.api.render", document);
    return made.includes("einsight-wrong") && made.includes("einsight-right") && made;
  });
  assert.match(html, /einsight-wrong" title="[^"]*2 x/);
  assert.match(html, /d\/da \(a' a\) = 2 a'<span class="einsight-verdict einsight-right"/);
  const found = vscode.languages.getDiagnostics(uri).find((d) => d.code?.value === "EIN401");
  const fixes = await run("vscode.executeCodeActionProvider", uri, found.range, "quickfix");
  await vscode.workspace.applyEdit(fixes.find((a) => a.title === "This is no claim").edit);
  assert.match(document.getText(), /3 x\^\\top\$ <!-- einsight: no claim -->/);
  await until(() => !codes(uri).includes("EIN401"));
});

test("Python: a wrong backward and its fix", async () => {
  const text = "import numpy as np\n\ndef loss(w, X, y):\n    # shape: w d; X n d; y n\n    r = X @ w - y\n    return r @ r\n\ndef loss_grad(w, X, y):\n    r = X @ w - y\n    return X.T @ r\n";
  const { uri, document } = await open(text, "model.py");
  await until(() => codes(uri).includes("EIN401"), 40);
  const found = vscode.languages.getDiagnostics(uri).find((d) => d.code?.value === "EIN401");
  const [fix] = (await run("vscode.executeCodeActionProvider", uri, found.range, "quickfix")).filter((a) => a.edit);
  await vscode.workspace.applyEdit(fix.edit);
  assert.match(document.getText(), /return 2 \* \(?X\.T @ r\)?/);
  await until(() => !codes(uri).includes("EIN401"));
});

test("the first file is indented as it should be", async () => {
  const { editor } = await main();
  await vscode.window.showTextDocument(editor.document);
  assert.equal(vscode.window.activeTextEditor.options.tabSize, 2);
});

ofProcess("signs are typed without a server", async () => {
  await set("interpreter", "/nowhere/python");
  await sleep(1500);
  const { document } = await open("");
  for (const letter of "\\nabla x") {
    await run("type", { text: letter });
    await sleep(30);
  }
  try {
    await until(() => document.getText().startsWith("∇"), 5).catch(() => assert.fail(document.getText()));
  } finally {
    await set("interpreter", undefined);
  }
  const { uri } = await open("x, a ∈ ℝ^n\nd/dx (a' x) = a\n");
  await until(() => codes(uri).includes("EIN402"), 40);
});

test("an empty document, and one in Windows line ends", async () => {
  const empty = await open("");
  assert.deepEqual(codes(empty.uri), []);
  const { uri, document } = await open("x, a ∈ ℝ^n\r\nd/dx (a' x) = a\r\n");
  await until(() => codes(uri).includes("EIN402"));
  assert.equal(document.getText(vscode.languages.getDiagnostics(uri)[0].range), "a");
});

test("a document without a file", async () => {
  await run("einsight.sample");
  const { document } = await until(() => vscode.window.activeTextEditor?.document.uri.scheme === "untitled" && vscode.window.activeTextEditor);
  assert.equal(document.languageId, "einsight");
  await until(() => codes(document.uri).join() === "EIN402");
});

test("the derivation view opens beside", async () => {
  const { uri } = await open(TEXT);
  await until(() => codes(uri).includes("EIN402"));
  await run("einsight.derivation");
  const tabs = () => vscode.window.tabGroups.all.flatMap((g) => g.tabs);
  const tab = await until(() => tabs().find((t) => t.input?.viewType?.includes("einsight.derivation")));
  assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), uri.toString(), "the text keeps the focus");
  await vscode.window.tabGroups.close(tab);
});

const said = () => vscode.extensions.all.find((e) => e.id.endsWith(".einsight")).exports.server();

ofInside("it says that it runs inside, keeps its memory, and is restarted", async () => {
  const { uri, document } = await open(TEXT);
  await until(() => codes(uri).includes("EIN402"));
  assert.match(said(), /: inside VS Code, without Python$/);
  const start = Date.now();
  await run("einsight.restart");
  await until(async () => (await run("vscode.executeHoverProvider", uri, at(document, "tanh"))).length, 60);
  assert.ok(Date.now() - start < 30_000, `a restart from the memory that was kept took ${Date.now() - start} ms`);
});

ofInside("where Python is asked for, it says that there is none", async () => {
  await set("runtime", "python");
  await until(() => /no Python 3\.10\+/.test(said()));
  await set("runtime", undefined);
  await until(() => /: inside VS Code, without Python$/.test(said()), 60);
});

ofProcess("inside VS Code where that is chosen, and back", async () => {
  await main();
  assert.match(said(), /, Python 3/);
  try {
    await set("runtime", "inside");
    await until(() => /: inside VS Code, without Python$/.test(said()), 200);
    const { uri } = await open("x, a ∈ ℝ^n\nd/dx (a' x) = a\n");
    await until(() => codes(uri).includes("EIN402"));
  } finally {
    await set("runtime", undefined);
  }
  await until(() => /, Python 3/.test(said()), 40);
});

ofProcess("the server killed comes back", async () => {
  const { uri, editor, document } = await open(TEXT);
  await until(() => codes(uri).includes("EIN402"));
  // only its own: other windows, other users have servers too
  const servers = () => execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)]).toString().split("\n").filter((l) => l.includes("serve.py") && !l.includes("--about")).map((l) => Number.parseInt(l, 10));
  const [before] = servers();
  process.kill(before, "SIGKILL");
  await until(() => servers().length === 1 && servers()[0] !== before);
  await editor.edit((e) => e.replace(document.lineAt(4).range, "d/dx (a' x) = a'"));
  await until(() => !codes(uri).includes("EIN402") && codes(uri).includes("EIN103"));
  await run("einsight.restart");
  await until(() => servers().length === 1);
  const [hover] = await until(async () => {
    const found = await run("vscode.executeHoverProvider", uri, at(document, "tanh"));
    return found.length && found;
  });
  assert.match(hover.contents.map((c) => c.value).join(""), /entry by entry/);
});

exports.run = async () => {
  const only = process.env.EINSIGHT_ONLY;
  for (const [name, body] of tests) {
    if (only && !name.includes(only)) continue;
    const start = Date.now();
    let problem = null;
    try {
      await body();
    } catch (error) {
      problem = error.stack ?? String(error);
    }
    appendFileSync(process.env.EINSIGHT_RESULTS, `${JSON.stringify({ name, problem, ms: Date.now() - start })}\n`);
  }
  appendFileSync(process.env.EINSIGHT_RESULTS, `${JSON.stringify({ end: true })}\n`);
};
