// einsight in the page's worker: its files come from the page's own host.

import { fetched } from "../../engine/src/fetched";
import type { FromWorker, ToWorker } from "../../engine/src/messages";
import { serve } from "../../engine/src/serving";

const engine = new URL("./engine/", self.location.href).href;
/** The name says it, since a worker that comes from a cache has lost what stands behind `?` in its address. */
const isCold = self.name === "cold";

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

const take = serve(post, {
  index: engine,
  ...fetched(engine),
  archive: async (name) => new Uint8Array(await new Response(await stream(`${name}.zip`, "loading", 0, 0)).arrayBuffer()),
  memory: isCold ? undefined : memory,
  told: (stage, part) => post({ kind: "progress", stage, part }),
  said: (text) => console.warn(text),
});
self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => take(data));
