// Pyodide with einsight in it.  It starts from the memory that was kept when the page was built, or else from nothing.

import { loadPyodide, type PyodideInterface } from "pyodide";
import { env, site } from "./home.json";
import type { FromWorker, ToWorker } from "./messages";

const engine = new URL("./engine/", self.location.href).href;
/** The name says it, since a worker that comes from a cache has lost what stands behind `?` in its address. */
const isCold = self.name === "cold";

type Create = (settings: Record<string, any>) => Promise<unknown>;
type Instantiate = (imports: unknown, done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => unknown) => unknown;

function post(message: FromWorker): void {
  (self as unknown as Worker).postMessage(message);
}

/** A file, told as it comes: `from` to `to` is its part of the whole. */
async function stream(name: string, stage: string, from: number, to: number): Promise<ReadableStream<Uint8Array>> {
  const answer = await fetch(engine + name);
  if (!answer.ok || !answer.body) throw new Error(`${name}: ${answer.status} ${answer.statusText}`);
  const whole = Number(answer.headers.get("Content-Length")) || 0;
  let got = 0;
  return answer.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
    transform(part, controller) {
      got += part.length;
      if (whole) post({ kind: "progress", stage, part: from + (to - from) * Math.min(1, got / whole) });
      controller.enqueue(part);
    },
  }));
}

async function bytes(name: string): Promise<Uint8Array> {
  return new Uint8Array(await new Response(await stream(name, "loading", 0, 0)).arrayBuffer());
}

/** The memory that was kept, unpacked as it comes into one piece of the size that it has. */
async function memory(): Promise<Uint8Array> {
  const packed = await stream("memory.bin.gz", "loading", 0, 0.8);
  const made = new Uint8Array(MEMORY);
  let at = 0;
  const reader = packed.pipeThrough(new DecompressionStream("gzip") as unknown as ReadableWritablePair<Uint8Array, Uint8Array>).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    made.set(part.value, at);
    at += part.value.length;
  }
  if (at !== MEMORY) throw new Error(`the memory is ${at} bytes long, not ${MEMORY}`);
  return made;
}

async function fromMemory(): Promise<PyodideInterface> {
  const kept = memory();
  kept.catch(() => undefined);
  const { default: create } = await (import(`${engine}pyodide.asm.mjs`) as Promise<{ default: Create }>);
  return loadPyodide({
    indexURL: engine, env, lockFileContents: LOCK as never, _loadSnapshot: kept,
    createPyodideModule: ((settings: Record<string, any>) => {
      const original = settings.instantiateWasm as Instantiate;
      settings.instantiateWasm = (imports: unknown, done: Parameters<Instantiate>[1]) => original(imports, (instance, made) => {
        // the module's own memory is smaller than the one that was kept
        const own = instance.exports.memory as WebAssembly.Memory;
        own.grow(Math.max(0, Math.ceil((settings.INITIAL_MEMORY - own.buffer.byteLength) / 65536)));
        return done(instance, made);
      });
      return create(settings);
    }) as never,
  } as never);
}

async function fromNothing(files: Promise<Uint8Array>): Promise<PyodideInterface> {
  post({ kind: "progress", stage: "starting Python", part: 0.1 });
  const { default: create } = await (import(`${engine}pyodide.asm.mjs`) as Promise<{ default: Create }>);
  const python = await loadPyodide({ indexURL: engine, env, lockFileContents: LOCK as never, createPyodideModule: create as never } as never);
  post({ kind: "progress", stage: "importing einsight", part: 0.6 });
  unpack(python, await files);
  return python;
}

function unpack(python: PyodideInterface, archive: Uint8Array): void {
  python.unpackArchive(archive, "zip", { extractDir: site });
  python.runPython("import importlib; importlib.invalidate_caches()");
}

/** Packages that are fetched when they are imported, without leaving the import: a worker may wait for a request. */
const fetched = new Set<string>();

function fetchLater(python: PyodideInterface): void {
  const provide = (name: string): boolean => {
    if (!LATER.includes(name) || fetched.has(name)) return false;
    fetched.add(name);
    const request = new XMLHttpRequest();
    request.open("GET", `${engine}${name}.zip`, false);
    request.responseType = "arraybuffer";
    request.send();
    if (request.status !== 200) return false;
    unpack(python, new Uint8Array(request.response as ArrayBuffer));
    return true;
  };
  python.globals.set("_provide", provide);
  python.runPython(`
import sys, importlib.machinery
class _Later:
    """Has the page fetch a package that is imported and not there."""
    def __init__(self, provide):
        self.provide = provide
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.PathFinder.find_spec(name, path, target) if path is None and self.provide(name) else None
sys.meta_path.append(_Later(_provide))
del _Later, _provide
`);
}

const files = bytes("einsight.zip");
files.catch(() => undefined);

async function start(): Promise<{ python: PyodideInterface; isUnpacked: boolean }> {
  const began = performance.now();
  post({ kind: "progress", stage: "loading", part: 0 });
  let made: { python: PyodideInterface; isUnpacked: boolean } | undefined;
  if (!isCold) {
    try {
      made = { python: await fromMemory(), isUnpacked: false };
    } catch (problem) {
      console.warn("einsight starts without its memory:", problem);
    }
  }
  made ??= { python: await fromNothing(files), isUnpacked: true };
  made.python.runPython("from einsight.web.engine import ask as _ask, start_server as _start_server, tell_server as _tell_server");
  fetchLater(made.python);
  post({ kind: "ready", way: made.isUnpacked ? "cold" : "memory", milliseconds: performance.now() - began });
  return made;
}

const started = start();
started.catch((problem) => post({ kind: "failed", reason: String(problem?.message ?? problem) }));

/** einsight; with its files, for what reads them or may import something that is not in memory. */
async function ready(withFiles: boolean): Promise<PyodideInterface> {
  const made = await started;
  if (withFiles && !made.isUnpacked) {
    const archive = await files;
    if (!made.isUnpacked) unpack(made.python, archive);
    made.isUnpacked = true;
  }
  return made.python;
}

async function take(message: ToWorker): Promise<void> {
  if (message.kind === "ask") {
    const asked = JSON.stringify({ method: message.method, given: message.given });
    const python = await ready(message.method !== "answer");
    const began = performance.now();
    const before = [...fetched];
    let text = python.globals.get("_ask")(asked) as string;
    // what it takes to fetch and import a package is no part of the time for an answer
    const more = [...fetched].filter((name) => !before.includes(name));
    if (more.length) {
      python.runPython(`import ${more.join(", ")}`);
      text = python.globals.get("_ask")(asked) as string;
    }
    // a fault may be that of a file which is not there yet
    if (text.startsWith('{"error": "internal') && !(await started).isUnpacked) text = (await ready(true)).globals.get("_ask")(asked) as string;
    post({ kind: "answer", id: message.id, text, milliseconds: performance.now() - began });
    return;
  }
  const python = await ready(true);
  if (message.message === null) python.globals.get("_start_server")((text: string) => post({ kind: "server", message: text }));
  else python.globals.get("_tell_server")(message.message);
}

// one after the other, as they came: what is awaited must not let a later one pass
let queue: Promise<void> = Promise.resolve();
self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  queue = queue.then(() => take(data)).catch((problem) => {
    console.error(problem);
    if (data.kind === "ask") post({ kind: "answer", id: data.id, text: JSON.stringify({ error: `internal error, please report it: ${problem}` }), milliseconds: 0 });
  });
});
