// One .vsix for every platform: the client built, the server bundled, both packed.
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const run = (command, ...given) => execFileSync(command, given, { cwd: root, stdio: "inherit" });

run(process.execPath, "scripts/bundle.mjs");
run(process.execPath, "scripts/engine.mjs");
run(process.execPath, "esbuild.mjs", "--minify");
copyFileSync(join(root, "..", "..", "LICENSE"), join(root, "LICENSE"));
const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const target = join("dist", `${name}-${version}.vsix`);
// the libraries of the client are bundled by esbuild
run(process.execPath, "node_modules/@vscode/vsce/vsce", "package", "--no-dependencies", "--out", target);
console.log(`${target}: ${(statSync(join(root, target)).size / 1e6).toFixed(1)} MB`);
