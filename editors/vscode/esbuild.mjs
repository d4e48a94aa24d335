// dist/extension.js for the extension host, dist/view.js and dist/view.css (with KaTeX and its fonts) for the view, dist/cells.js and
// dist/preview.css for rendered notebooks and Markdown.
import { build } from "esbuild";
import { rmSync } from "node:fs";

const minify = process.argv.includes("--minify");
rmSync("dist/extension.js.map", { force: true });

// Every browser that VS Code runs in reads woff2; KaTeX lists two older formats behind it.
const onlyWoff2 = {
  name: "only-woff2",
  setup({ onResolve }) {
    onResolve({ filter: /\.(woff|ttf)$/ }, () => ({ external: true }));
  },
};

const common = { bundle: true, minify, sourcemap: !minify, logLevel: "warning" };
await build({
  ...common, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js",
  platform: "node", target: "node20", format: "cjs", external: ["vscode"],
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
