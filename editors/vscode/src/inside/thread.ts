// einsight in a thread of VS Code's Node: its files are those of the extension, and it sees the folders of the workspace.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { PyodideInterface } from "pyodide";
import type { FromWorker, ToWorker } from "../../../engine/src/messages";
import { serve } from "../../../engine/src/serving";
import type { Create } from "../../../engine/src/starting";

/** What the extension gives: the engine's folder, one to keep things in, and the folders that are open, `[as URIs have it, on the disk]`. */
export interface Given {
  engine: string;
  storage: string;
  folders: [string, string][];
}

const { engine, storage, folders } = workerData as Given;
const post = (message: FromWorker): void => parentPort!.postMessage(message);
const kept = join(storage, `memory-${readFileSync(join(engine, "id.txt"), "utf8").trim()}.bin`);

/** At once: what is computed next would keep a write from going on. */
function keep(memory: Uint8Array): void {
  try {
    mkdirSync(storage, { recursive: true });
    for (const name of readdirSync(storage)) if (name.startsWith("memory-")) rmSync(join(storage, name), { force: true });
    const part = `${kept}.${process.pid}`; // another window may do the same
    writeFileSync(part, memory);
    renameSync(part, kept);
  } catch (problem) {
    post({ kind: "said", text: `the memory is not kept: ${problem}` });
  }
}

/** The folders of the workspace, at the paths that their URIs have. */
function mount(python: PyodideInterface): void {
  for (const [path, folder] of folders) {
    try {
      python.mountNodeFS(path, folder);
    } catch (problem) {
      post({ kind: "said", text: `${folder} is not seen: ${problem}` });
    }
  }
}

const take = serve(post, {
  index: join(engine, "/"),
  create: async () => ((await import(pathToFileURL(join(engine, "pyodide.asm.mjs")).href)) as { default: Create }).default,
  archive: async (name) => new Uint8Array(await readFile(join(engine, `${name}.zip`))),
  archiveNow: (name) => new Uint8Array(readFileSync(join(engine, `${name}.zip`))),
  memory: () => readFile(kept).then((found) => new Uint8Array(found.buffer, found.byteOffset, found.byteLength), () => undefined),
  keep,
  told: (stage, part) => post({ kind: "progress", stage, part }),
  said: (text) => post({ kind: "said", text }),
}, mount);
parentPort!.on("message", (message: ToWorker) => take(message));
