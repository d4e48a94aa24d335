// dist/: the page, its worker, Pyodide, einsight and the memory that it starts from; `--out FOLDER`, `--home URL` of a site around it.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { copyPyodide, defines } from "../../engine/scripts/pyodide.mjs";
import { snapshot } from "../../engine/scripts/snapshot.mjs";
import { packages, version } from "./python.mjs";

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const root = resolve(home, "../..");
const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);
const out = resolve(option("--out", join(home, "dist")));
const site = option("--home", "");
const engine = join(out, "engine");
const modules = join(home, "node_modules");

rmSync(out, { recursive: true, force: true });
mkdirSync(engine, { recursive: true });

// einsight and Pyodide

const later = packages(root, home, engine);
copyPyodide(modules, engine);
const memory = await snapshot(engine, modules);

// the page

// every browser that runs the page reads woff2; KaTeX lists two older formats behind it
const onlyWoff2 = {
  name: "only-woff2",
  setup({ onResolve }) {
    onResolve({ filter: /\.(woff|ttf)$/ }, () => ({ external: true }));
  },
};
const common = {
  bundle: true, minify: true, target: "es2022", format: "esm", logLevel: "warning", outdir: out, plugins: [onlyWoff2],
  loader: { ".woff2": "file" }, assetNames: "fonts/[name]", nodePaths: [modules],
  define: { VERSION: JSON.stringify(version(root)), ...defines(modules, later), MEMORY: String(memory.memory) },
};
await build({ ...common, entryPoints: { page: join(home, "src/page.ts") }, splitting: true, chunkNames: "parts/[name]-[hash]" });
await build({ ...common, entryPoints: { worker: join(home, "src/worker.ts") }, external: ["node:*", "ws"] });
await build({ ...common, entryPoints: { view: join(root, "editors/vscode/src/view/page.ts") }, format: "iife" });
await build({ ...common, entryPoints: { frame: join(home, "src/frame.ts") }, format: "iife" });
for (const name of readdirSync(join(home, "public"))) cpSync(join(home, "public", name), join(out, name));
cpSync(join(root, "editors/vscode/icons/einsight.png"), join(out, "icon.png"));
const page = readFileSync(join(home, "index.html"), "utf8").replace("<!-- home -->", site ? `<a class="home" href="${site}">Documentation</a>` : "");
writeFileSync(join(out, "index.html"), page);

// what is kept for when there is no network, by a name that changes with any of it

const files = readdirSync(out, { recursive: true }).map((name) => join(out, name)).filter((path) => statSync(path).isFile());
const hash = createHash("sha256");
for (const path of files.sort()) hash.update(relative(out, path)).update(readFileSync(path));
const names = files.map((path) => relative(out, path).replaceAll("\\", "/"));
const offline = { name: `einsight-${hash.digest("hex").slice(0, 16)}`, files: names.filter((name) => !later.some((l) => name === `engine/${l}.zip`)) };
await build({ ...common, entryPoints: { offline: join(home, "src/offline.ts") }, format: "iife", define: { ...common.define, KEPT: JSON.stringify(offline) } });

const size = (path) => `${(statSync(path).size / 1e6).toFixed(1)} MB`;
console.log(`${relative(process.cwd(), out) || "."}: ${names.length + 1} files, ${memory.modules} modules of Python in a memory of ${(memory.memory / 1e6).toFixed(1)} MB`);
for (const name of [...readdirSync(engine).map((n) => `engine/${n}`), "page.js", "view.js", "worker.js"]) console.log(`  ${name.padEnd(26)} ${size(join(out, name))}`);
