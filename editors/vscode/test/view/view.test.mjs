// Where formulas are broken, and where verdicts go in rendered Markdown.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const made = mkdtempSync(join(tmpdir(), "einsight-view-"));
const load = async (name) => {
  const outfile = join(made, `${name}.mjs`);
  await build({ entryPoints: [join(root, "src", "view", `${name}.ts`)], outfile, bundle: true, format: "esm", logLevel: "error" });
  return import(pathToFileURL(outfile));
};
const { breakable, STAGES } = await load("breaking");
const { withVerdicts, verdictsOn, badge } = await load("rendering");
const katex = createRequire(import.meta.url)("katex");

const FORMULAS = [
  String.raw`\frac{\partial L}{\partial W^{(1)}} = x \left(\left(1 - \tanh\left(W^{(1)} x + b^{(1)}\right)^{2}\right) \odot \left(W^{(2)\top} y\right)\right)^{\top}`,
  String.raw`-\frac{\sum_{k} \left(\frac{a_{k} + b_{k}}{\sum_{l} \exp\left(z_{l}\right)} - c\right) y_{k}}{p_{k}}`,
  String.raw`\htmlClass{ein-changed}{\left(a + b\right) c} \left\lVert x - y \right\rVert^{2}`,
  String.raw`\begin{bmatrix} a + b & c \\ d & e \end{bmatrix} x + y \quad\text{where } s = a + b,\; t = c`,
  String.raw`-x = \left[i < j\right] - \left|a + b\right|`,
  String.raw`\nabla_{x}^{2} \left(f\right) + \frac{1}{2}`,
];
const OPTIONS = { strict: "ignore", throwOnError: true, trust: true };
/** The letters and signs that are seen, one after the other. */
const seen = (latex) => katex.renderToString(`\\displaystyle ${latex}`, { ...OPTIONS, output: "html" }).replace(/<[^>]*>/g, "").replace(/[\u200b\s]/g, "");
const bases = (latex) => katex.renderToString(`\\displaystyle ${latex}`, { ...OPTIONS, output: "html" }).split('class="katex-base"').length - 1;

for (const latex of FORMULAS) {
  test(`nothing is lost, whatever is broken: ${latex.slice(0, 40)}`, () => {
    const letters = (text) => [...seen(text)].filter((c) => /[\p{L}\p{N}=+−⊙]/u.test(c)).sort().join("");
    for (const stage of STAGES) assert.equal(letters(breakable(latex, stage)), letters(latex));
  });
}

test("lines end before = + and −, at first outside of brackets alone, and never behind where", () => {
  assert.equal(breakable("a = b + c", STAGES[0]).replace(/\s+/g, " "), String.raw`a \allowbreak = \nobreak b \allowbreak + \nobreak c`);
  assert.ok(!breakable(String.raw`x \left(a + b\right)`, STAGES[0]).includes("allowbreak"));
  assert.ok(breakable(String.raw`x \left(a + b\right)`, STAGES[1]).includes("allowbreak"));
  assert.ok(!breakable(String.raw`s \quad\text{where } s = a`, STAGES[0]).split("where")[1].includes("allowbreak"));
  assert.ok(!breakable("-x", STAGES[5]).includes("allowbreak"), "a sign of a term is none between two");
});

test("each stage can be broken at more places", () => {
  const counts = STAGES.map((stage) => bases(breakable(FORMULAS[1], stage)));
  assert.ok(counts.every((count, k) => k === 0 || count >= counts[k - 1]), counts.join());
  assert.ok(counts.at(-1) > counts[0]);
});

test("a mark that is broken marks each of its pieces, and says that they are pieces", () => {
  const whole = breakable(String.raw`\htmlClass{ein-changed}{a} b`, STAGES[1]);
  assert.ok(whole.includes(String.raw`\htmlClass{ein-changed}{a}`));
  const parted = breakable(String.raw`\htmlClass{ein-changed}{a + b} c`, STAGES[1]);
  assert.equal(parted.match(/ein-piece ein-changed/g).length, 2);
  assert.ok(parted.includes(String.raw`\htmlClass{ein-piece ein-changed}{{}+{}`), "the sign between them is marked too");
  assert.ok(!/\+\{\}\s*\}\s*\\allowbreak/.test(breakable(String.raw`\htmlClass{ein-changed}{a + \left(b c\right) d}`, STAGES[4])), "and no line ends behind it");
});

test("what is explained behind where is parted between explanations, and within one of them last", () => {
  const latex = String.raw`x \quad\text{where } t = \tanh\left(a + b\right),\; s = c - d`;
  const behind = (stage) => breakable(latex, stage).split("where")[1];
  assert.equal(behind(STAGES[2]).match(/allowbreak/g).length, 1);
  assert.ok(behind(STAGES[2]).includes(String.raw`\left( a + b`), "its brackets stay whole");
  assert.ok(behind(STAGES[5]).match(/allowbreak/g).length > 1);
});

test("below a stroke lines end only where nothing else helps", () => {
  const latex = String.raw`\frac{a + b}{\sum_{l} \exp\left(c + d\right) + \left(e + f\right) + g}`;
  const [early, last] = [STAGES[3], STAGES[5]].map((stage) => breakable(latex, stage).split("big/")[1]);
  assert.ok(!early.includes("allowbreak") && last.includes("allowbreak"));
});

const VERDICTS = [
  { uri: "", line: 2, source: "x = y", verdict: "right", sign: "✓", says: "right" },
  { uri: "", line: 4, source: "x = z", verdict: "wrong", sign: "✗ wrong", says: 'is `y`, not "z" <b>' },
  { uri: "", line: 8, source: "d/dx (x' x) = 2 x'", verdict: "right", sign: "✓", says: "right" },
];
const token = (type, content, map = null, more = {}) => ({ type, content, info: "", map, children: null, attrs: null, ...more });

test("verdicts stand behind their formulas, and the tokens that are given stay", () => {
  const inline = token("inline", "", [2, 3], { children: [token("text", "so "), token("math_inline", "x = y"), token("math_inline", "x = z")] });
  const tokens = [inline, token("math_block", "\nx = z\n", [3, 6]), token("fence", "A ∈ ℝ^n\nd/dx (x' x) = 2 x'\n", [6, 10], { info: "ein" })];
  const before = JSON.stringify(tokens);
  const shown = withVerdicts(tokens, (lines, source) => verdictsOn(VERDICTS, lines, source).map(badge).join(""));
  assert.equal(JSON.stringify(tokens), before);
  assert.deepEqual(shown[0].children.map((c) => c.type), ["text", "math_inline", "html_inline", "math_inline"]);
  assert.match(shown[0].children[2].content, /einsight-right/);
  assert.match(shown[2].content, /einsight-wrong" title="is y, not &quot;z&quot; &lt;b&gt;"/);
  assert.match(shown[3].content, /d\/dx \(x' x\) = 2 x'<span class="einsight-verdict einsight-right"/);
});
