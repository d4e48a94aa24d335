// dist/extension.js and dist/browser.js for the extension hosts, dist/thread.mjs and dist/worker.js for einsight in them, dist/view.js and dist/view.css (with KaTeX and its fonts) for the view, dist/cells.js and
// dist/preview.css for rendered notebooks and Markdown.
import { build } from "esbuild";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defines } from "../engine/scripts/pyodide.mjs";
import { LATER } from "./scripts/engine.mjs";

const minify = process.argv.includes("--minify");
rmSync("dist/extension.js.map", { force: true });

// Every browser that VS Code runs in reads woff2; KaTeX lists two older formats behind it.
const onlyWoff2 = {
  name: "only-woff2",
  setup({ onResolve }) {
    onResolve({ filter: /\.(woff|ttf)$/ }, () => ({ external: true }));
  },
};

const modules = join(dirname(fileURLToPath(import.meta.url)), "node_modules");
const common = { bundle: true, minify, sourcemap: !minify, logLevel: "warning", nodePaths: [modules] };
const extension = { ...common, format: "cjs", external: ["vscode"] };
await build({ ...extension, entryPoints: ["src/hosts/node.ts"], outfile: "dist/extension.js", platform: "node", target: "node20" });
await build({ ...extension, entryPoints: ["src/hosts/browser.ts"], outfile: "dist/browser.js", platform: "browser", target: "es2022" });
// the workers in which einsight runs without Python; Pyodide asks for Node's modules where there are some
const inside = { ...common, define: defines(modules, LATER), target: "es2022" };
await build({ ...inside, entryPoints: { thread: "src/inside/thread.ts" }, outdir: "dist", outExtension: { ".js": ".mjs" }, platform: "node", format: "esm" });
await build({
  ...inside, entryPoints: { worker: "src/inside/worker.ts" }, outdir: "dist", platform: "browser", format: "iife", external: ["node:*", "ws"],
});
await build({
  ...common, entryPoints: { view: "src/view/page.ts" }, outdir: "dist",
  platform: "browser", target: "es2022", format: "iife", loader: { ".woff2": "file" }, assetNames: "fonts/[name]",
  plugins: [onlyWoff2],
});
// a module that the notebook's page imports, and the style of Markdown previews
await build({
  ...common, entryPoints: { cells: "src/view/cells.ts", preview: "src/view/preview.css" }, outdir: "dist",
  platform: "browser", target: "es2022", format: "esm",
});
