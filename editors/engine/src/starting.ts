// Pyodide with einsight in it: from a memory that was kept, or else from nothing.

import { loadPyodide, type PyodideInterface } from "pyodide";
import { env, site } from "./home.json";

export type Create = (settings: Record<string, any>) => Promise<unknown>;
type Instantiate = (imports: unknown, done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => unknown) => unknown;

/** Where the engine's files are; names as the build gives them. */
export interface Place {
  /** The folder or address of Pyodide's own files, with a stroke behind it. */
  index: string;
  /** Pyodide's module, by the way that this place imports modules. */
  create(): Promise<Create>;
  archive(name: string): Promise<Uint8Array>;
  /** The same, while Python waits in an import. */
  archiveNow(name: string): Uint8Array | undefined;
  /** The memory that was kept; undefined where there is none. */
  memory?(): Promise<Uint8Array | undefined>;
  /** Takes the memory of a start from nothing, for the next one. */
  keep?(memory: Uint8Array): void;
  told(stage: string, part: number): void;
  said(text: string): void;
}

/** A Python that runs; `hasFiles` where modules and pages can be read, which a kept memory has not. */
export interface Started {
  python: PyodideInterface;
  hasFiles: boolean;
}

const BRIDGE = "from einsight.web.engine import ask as _ask, start_server as _start_server, tell_server as _tell_server";

export async function start(place: Place, files: Promise<Uint8Array>): Promise<Started> {
  let made: Started | undefined;
  try {
    const memory = await place.memory?.();
    if (memory) made = { python: await fromMemory(place, memory), hasFiles: false };
  } catch (problem) {
    place.said(`einsight starts without its memory: ${problem}`);
  }
  made ??= { python: await fromNothing(place, files), hasFiles: true };
  made.python.runPython(BRIDGE);
  return made;
}

function common(place: Place): Record<string, unknown> {
  return { indexURL: place.index, env, lockFileContents: LOCK, stdout: () => undefined, stderr: (text: string) => place.said(text) };
}

async function fromMemory(place: Place, memory: Uint8Array): Promise<PyodideInterface> {
  const create = await place.create();
  return loadPyodide({
    ...common(place), _loadSnapshot: memory,
    createPyodideModule: (settings: Record<string, any>) => {
      const original = settings.instantiateWasm as Instantiate;
      settings.instantiateWasm = (imports: unknown, done: Parameters<Instantiate>[1]) => original(imports, (instance, made) => {
        // the module's own memory is smaller than the one that was kept
        const own = instance.exports.memory as WebAssembly.Memory;
        own.grow(Math.max(0, Math.ceil((settings.INITIAL_MEMORY - own.buffer.byteLength) / 65536)));
        return done(instance, made);
      });
      return create(settings);
    },
  } as never);
}

async function fromNothing(place: Place, files: Promise<Uint8Array>): Promise<PyodideInterface> {
  place.told("starting Python", 0.1);
  const create = await place.create();
  const python = await loadPyodide({ ...common(place), createPyodideModule: create, _makeSnapshot: place.keep !== undefined } as never);
  place.told("importing einsight", 0.4);
  unpack(python, await files);
  if (place.keep) {
    place.told("preparing, which is kept for the next start", 0.7);
    python.runPython("from einsight.web.preparing import prepare\nprepare()");
    place.keep(python.makeMemorySnapshot());
  }
  return python;
}

export function unpack(python: PyodideInterface, archive: Uint8Array): void {
  python.unpackArchive(archive, "zip", { extractDir: site });
  python.runPython("import importlib; importlib.invalidate_caches()");
}

/** Have packages unpacked when they are imported, without leaving the import; gives those that were so far. */
export function unpackLater(python: PyodideInterface, place: Place): ReadonlySet<string> {
  const unpacked = new Set<string>();
  const provide = (name: string): boolean => {
    if (!LATER.includes(name) || unpacked.has(name)) return false;
    unpacked.add(name);
    const archive = place.archiveNow(name);
    if (!archive) return false;
    unpack(python, archive);
    return true;
  };
  python.globals.set("_provide", provide);
  python.runPython(`
import sys, importlib.machinery
class _Later:
    """Has a package unpacked that is imported and not there."""
    def __init__(self, provide):
        self.provide = provide
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.PathFinder.find_spec(name, path, target) if path is None and self.provide(name) else None
sys.meta_path.append(_Later(_provide))
del _Later, _provide
`);
  return unpacked;
}
