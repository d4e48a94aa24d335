// A worker's side: what comes in is answered by einsight, one after the other.

import type { PyodideInterface } from "pyodide";
import type { FromWorker, ToWorker } from "./messages";
import { type Place, start, type Started, unpack, unpackLater } from "./starting";

/** Starts einsight; the result takes the messages.  `begun` is called with Python before the first one is answered. */
export function serve(post: (message: FromWorker) => void, place: Place, begun: (python: PyodideInterface) => void = () => undefined): (message: ToWorker) => void {
  const files = place.archive("einsight");
  files.catch(() => undefined);
  let later: ReadonlySet<string> = new Set();

  const started = (async (): Promise<Started> => {
    const began = performance.now();
    place.told("loading", 0);
    const made = await start(place, files);
    later = unpackLater(made.python, place);
    begun(made.python);
    post({ kind: "ready", way: made.hasFiles ? "cold" : "memory", milliseconds: performance.now() - began });
    return made;
  })();
  started.catch((problem) => post({ kind: "failed", reason: String(problem?.message ?? problem) }));

  /** einsight; with its files, for what reads them or may import something that is not in memory. */
  async function ready(withFiles: boolean): Promise<PyodideInterface> {
    const made = await started;
    if (withFiles && !made.hasFiles) {
      const archive = await files;
      if (!made.hasFiles) unpack(made.python, archive);
      made.hasFiles = true;
    }
    return made.python;
  }

  async function answer(message: Extract<ToWorker, { kind: "ask" }>): Promise<void> {
    const asked = JSON.stringify({ method: message.method, given: message.given });
    const python = await ready(message.method !== "answer");
    const began = performance.now();
    const before = [...later];
    let text = python.globals.get("_ask")(asked) as string;
    // what it takes to fetch and import a package is no part of the time for an answer
    const more = [...later].filter((name) => !before.includes(name));
    if (more.length) {
      python.runPython(`import ${more.join(", ")}`);
      text = python.globals.get("_ask")(asked) as string;
    }
    // a fault may be that of a file which is not there yet
    if (text.startsWith('{"error": "internal') && !(await started).hasFiles) text = (await ready(true)).globals.get("_ask")(asked) as string;
    post({ kind: "answer", id: message.id, text, milliseconds: performance.now() - began });
  }

  async function take(message: ToWorker): Promise<void> {
    if (message.kind === "ask") return answer(message);
    const python = await ready(true);
    if (message.message === null) python.globals.get("_start_server")((text: string) => post({ kind: "server", message: text }));
    else python.globals.get("_tell_server")(message.message);
  }

  // one after the other, as they came: what is awaited must not let a later one pass
  let queue: Promise<void> = Promise.resolve();
  return (message) => {
    queue = queue.then(() => take(message)).catch((problem) => {
      place.said(String(problem?.stack ?? problem));
      if (message.kind === "ask") post({ kind: "answer", id: message.id, text: JSON.stringify({ error: `internal error, please report it: ${problem}` }), milliseconds: 0 });
    });
  };
}
