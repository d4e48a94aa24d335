// A script that types for a while:  node test/real/soak.mjs [--minutes N] [--seed N]
//
// Starts the bundled server as the extension does, opens a document, and edits it as a hand would: letters one after the other,
// lines that break and are mended, statements that come and go; it asks for what VS Code asks for meanwhile.  The memory of the
// server and the time of its answers go into test/out/soak.csv and test/out/soak.svg.
//
// Exit 1 where the server computed for more than ten seconds while somebody waited for an answer, where it ended, or where its
// memory grew by more than a tenth in the second half of the run.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const out = join(root, "test", "out");
const require = createRequire(import.meta.url);
const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = require("vscode-jsonrpc/node");
const given = (name, otherwise) => (process.argv.includes(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : otherwise);
const minutes = given("--minutes", 60);
const SLOWEST = 10_000;

const DECLARED = "W ∈ ℝ^(n×m);  A ∈ ℝ^(n×n);  x, a ∈ ℝ^m;  y, b ∈ ℝ^n\n";
const LINES = [
  "h = tanh(W x + b)", "dh/dx = diag(1 - h ⊙ h) W", "d/dx (a' x) = a'", "d/dx (x' x) = 2 x'", "d/dx (y' W x) = W' y", "f = 1/2 ‖W x - y‖²",
  "d/dW (y' W x) = x y'", "∑_j W_ij x_j", "d/dx_j (W_ik x_k) = W_ik δ_kj = W_ij", "d/dx softmax(x) = diag(s) - s s' where s = softmax(x)", "d/dy (y' A y)",
];

/** Numbers that are the same in every run of a seed. */
function numbers(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function main() {
  mkdirSync(out, { recursive: true });
  const server = spawn(process.env.PYTHON ?? "python3", [join(root, "bundled", "serve.py"), "useBundled", join(out, "storage")], { stdio: ["pipe", "pipe", "ignore"] });
  let ended = false;
  server.on("exit", () => (ended = true));
  const connection = createMessageConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  connection.onRequest("window/workDoneProgress/create", () => null);
  connection.onRequest("workspace/configuration", ({ items }) => items.map(() => null));
  for (const name of ["inlayHint", "codeLens", "semanticTokens"]) connection.onRequest(`workspace/${name}/refresh`, () => null);
  connection.listen();
  await connection.sendRequest("initialize", {
    processId: process.pid, rootUri: null, clientInfo: { name: "Visual Studio Code" }, initializationOptions: { pictures: true, html: true, hoverRest: true, theme: "dark" },
    capabilities: { window: { workDoneProgress: true }, workspace: { configuration: true, inlayHint: { refreshSupport: true } } },
  });
  connection.sendNotification("initialized", {});

  const pick = numbers(given("--seed", 1));
  const uri = "file:///soak/soak.ein";
  let lines = [DECLARED.trim(), ...LINES], version = 1;
  connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "einsight", version, text: `${lines.join("\n")}\n` } });
  const change = (line, character, removed, text) => connection.sendNotification("textDocument/didChange", {
    textDocument: { uri, version: ++version },
    contentChanges: [{ range: { start: { line, character }, end: { line, character: character + removed } }, text }],
  });
  const samples = [];
  const slowest = {};
  let edits = 0, asked = 0, most = 0;
  /** Milliseconds that the server has computed: what a busy machine does not change. */
  const computed = () => {
    const fields = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return 10 * (Number(fields[11]) + Number(fields[12]));
  };
  const timed = async (method, params) => {
    const [start, before] = [performance.now(), computed()];
    await connection.sendRequest(method, params).catch((problem) => { if (ended) throw problem; });
    const took = performance.now() - start;
    slowest[method] = Math.max(slowest[method] ?? 0, took);
    if (!ended) most = Math.max(most, computed() - before);
    asked++;
    return took;
  };
  const began = Date.now(), end = began + minutes * 60_000;
  let next = began;
  const latencies = [];
  while (Date.now() < end && !ended) {
    const k = 1 + pick(lines.length - 1);
    const line = LINES[pick(LINES.length)];
    if (lines.length < 30 && pick(3) === 0) { // a new line, letter by letter
      change(k, 0, 0, "\n");
      lines.splice(k, 0, "");
      for (const letter of line) {
        change(k, lines[k].length, 0, letter);
        lines[k] += letter;
        edits++;
        await sleep(15 + pick(40));
      }
    } else if (lines.length > 12 && pick(3) === 0) {
      connection.sendNotification("textDocument/didChange", {
        textDocument: { uri, version: ++version }, contentChanges: [{ range: { start: { line: k, character: 0 }, end: { line: k + 1, character: 0 } }, text: "" }],
      });
      lines.splice(k, 1);
      edits++;
    } else if (lines[k].length) { // a letter goes and comes back
      const at = pick(lines[k].length);
      change(k, at, 1, "");
      await sleep(60 + pick(100));
      change(k, at, 0, lines[k][at]);
      edits += 2;
    }
    const row = Math.min(k, lines.length - 1), position = { line: row, character: pick(lines[row].length + 1) };
    const textDocument = { uri };
    latencies.push(await timed("textDocument/hover", { textDocument, position }));
    await timed("textDocument/inlayHint", { textDocument, range: { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } } });
    if (pick(4) === 0) await timed("einsight/view", { uri, position });
    if (pick(4) === 0) await timed("textDocument/codeAction", { textDocument, range: { start: position, end: position }, context: { diagnostics: [] } });
    if (Date.now() >= next) {
      const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
      const sorted = latencies.splice(0).sort((a, b) => a - b);
      samples.push({ seconds: (Date.now() - began) / 1000, memory, median: sorted[sorted.length >> 1] ?? 0, worst: sorted.at(-1) ?? 0 });
      next += Math.max(1000, (minutes * 60_000) / 200);
    }
  }
  connection.dispose();
  server.kill();
  writeFileSync(join(out, "soak.csv"), ["seconds,memory MB,hover median ms,hover worst ms", ...samples.map((s) => Object.values(s).map((v) => v.toFixed(1)).join(","))].join("\n"));
  writeFileSync(join(out, "soak.svg"), drawn(samples));
  const half = samples.slice(samples.length >> 1);
  const growth = half.length > 1 ? half.at(-1).memory / half[0].memory : 1;
  const worst = Object.entries(slowest).map(([method, ms]) => `${method.split("/")[1]} ${(ms / 1000).toFixed(1)} s`).join(", ");
  console.log(`${minutes} minutes: ${edits} edits, ${asked} answers, at worst ${worst}, of which computed at most ${(most / 1000).toFixed(1)} s; memory ${samples[0]?.memory.toFixed(0)} MB at first, ` +
    `${samples.at(-1)?.memory.toFixed(0)} MB at last, in the second half times ${growth.toFixed(2)}; hover median ${median(samples.map((s) => s.median)).toFixed(0)} ms; test/out/soak.svg`);
  return ended || most > SLOWEST || growth > 1.1 ? 1 : 0;
}

function median(all) {
  return [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;
}

/** Memory and latency over time, one below the other. */
function drawn(samples) {
  const [width, height, left] = [760, 170, 70];
  const last = Math.max(1, samples.at(-1)?.seconds ?? 1);
  const panel = (top, name, keys) => {
    const most = Math.max(1, ...samples.flatMap((s) => keys.map(([key]) => s[key])));
    const line = ([key, colour]) => `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${samples.map((s) => `${(left + (s.seconds / last) * (width - left - 10)).toFixed(1)},${(top + height - 20 - (s[key] / most) * (height - 50)).toFixed(1)}`).join(" ")}"/>`;
    return `<text x="${left}" y="${top + 16}">${name}</text><text x="${left - 6}" y="${top + 36}" text-anchor="end">${most.toFixed(0)}</text><text x="${left - 6}" y="${top + height - 20}" text-anchor="end">0</text>` +
      `<path d="M${left} ${top + 26}V${top + height - 20}H${width - 10}" fill="none" stroke="#888"/>${keys.map(line).join("")}`;
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${2 * height + 20}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>` +
    `${panel(0, "memory of the server, MB", [["memory", "#1f77b4"]])}${panel(height, "hover, ms: median and worst", [["median", "#2ca02c"], ["worst", "#d62728"]])}` +
    `<text x="${width - 10}" y="${2 * height + 6}" text-anchor="end">${last.toFixed(0)} s</text></svg>\n`;
}

process.exit(await main());
