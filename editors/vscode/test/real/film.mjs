// The two minutes of the walkthrough as a picture that moves, for the README: what is typed, what is said of it, how it is mended.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import gifenc from "gifenc";
import { PNG } from "pngjs";
import { until } from "./workbench.mjs";

const { GIFEncoder, applyPalette } = gifenc;
const SIZE = { width: 960, height: 540 };
const [SHORT, READ] = [350, 2200]; // milliseconds that a frame stands: while one types, and where there is something to read
const BEGIN = `# A layer of a network, and what one wants of it
W ∈ ℝ^(n×m);  x ∈ ℝ^m;  b, t ∈ ℝ^n
h = tanh(W x + b)

`;

/** Plays the scene, and writes `two-minutes.gif`. */
export async function film(workbench, out) {
  const folder = workbench.workspace({ "layer.ein": BEGIN }, { "workbench.colorTheme": "Dark Modern", "editor.fontSize": 15, "editor.cursorBlinking": "solid", "editor.codeLens": false, "editor.quickSuggestions": false, "editor.suggestOnTriggerCharacters": false });
  const window = await workbench.open(folder, { payload: [["openFile", workbench.remote(join(folder, "layer.ein"))]], size: SIZE, scale: 1 });
  const { page } = window;
  const shots = [];
  const shot = async (stands) => shots.push([await page.screenshot(), stands]);
  await page.waitForSelector(".monaco-editor .view-line");
  await window.tidy();
  await until("shapes are drawn", async () => (await window.read("h = tanh")).includes("∈ ℝ^n"), 60);
  await window.goTo(5);
  await shot(READ);
  for (const [text, verdict] of [["dh/dx = diag(1 - h ⊙ h) W", "✓"], ["\nd/dx (t' W x) = W' t", "⇄ transposed"]]) {
    for (const part of text.match(/\n?[^ ]+ ?/gu)) {
      await page.keyboard.insertText(part);
      await shot(SHORT);
    }
    await until(`the verdict ${verdict}`, async () => (await window.read(text.trim().slice(0, 8))).includes(verdict));
    await page.keyboard.press("Escape"); // what is proposed beside it
    await page.waitForTimeout(500);
    await shot(READ);
  }
  await window.hover("d/dx (t' W x)", "=", "but for a transpose");
  await page.waitForTimeout(400);
  await shot(2 * READ);
  await page.mouse.move(5, 5);
  const fix = await window.quickFix(6, 18, "Write t' W");
  await shot(READ);
  await fix.click();
  await until("it is mended", async () => !(await window.read("d/dx (t' W x)")).includes("transposed"));
  await page.waitForTimeout(500);
  await shot(READ);
  await window.goTo(5, 3);
  await window.command("einsight: Show Derivation Beside");
  const view = await window.view();
  await until("the derivation is there", async () => (await view.locator(".steps .step").count()) > 1);
  await page.waitForTimeout(800);
  await shot(2 * READ);
  await view.locator(".step").first().hover();
  await page.waitForTimeout(400);
  await shot(2 * READ);
  writeFileSync(join(out, "two-minutes.gif"), moving(shots));
}

/** The colours of a screenshot, the most frequent first, as many as a GIF may have: of a window most are exactly one of these. */
function mostFrequent(data) {
  const counts = new Map();
  for (let k = 0; k < data.length; k += 4) {
    const colour = (data[k] << 16) | (data[k + 1] << 8) | data[k + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const found = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256);
  return found.map(([c]) => [c >> 16, (c >> 8) & 255, c & 255]);
}

/** Screenshots, each with how long it stands, as one GIF that begins anew. */
function moving(shots) {
  const gif = GIFEncoder();
  for (const [png, delay] of shots) {
    const { data, width, height } = PNG.sync.read(png);
    const palette = mostFrequent(data);
    gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay });
  }
  gif.finish();
  return gif.bytes();
}
