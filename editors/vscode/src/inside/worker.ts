// einsight in a worker of the browser: its files come from where the extension does; it sees the documents that it is told of.

import { fetched } from "../../../engine/src/fetched";
import type { FromWorker, ToWorker } from "../../../engine/src/messages";
import { serve } from "../../../engine/src/serving";

const KEPT = "einsight-memory";

function post(message: FromWorker): void {
  (self as unknown as Worker).postMessage(message);
}

async function bytes(address: string): Promise<Uint8Array> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${answer.statusText}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Compressed where it goes in, since browsers count what a page keeps. */
async function keep(address: string, memory: Uint8Array): Promise<void> {
  const packed = new Blob([memory as BlobPart]).stream().pipeThrough(new CompressionStream("gzip"));
  const made = await new Response(packed).blob();
  await caches.delete(KEPT);
  await (await caches.open(KEPT)).put(address, new Response(made));
}

async function memoryAt(address: string): Promise<Uint8Array | undefined> {
  const found = await (await caches.open(KEPT)).match(address);
  if (!found?.body) return undefined;
  return new Uint8Array(await new Response(found.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

function begin(engine: string): (message: ToWorker) => void {
  const memory = bytes(`${engine}id.txt`).then((id) => `${engine}memory?${new TextDecoder().decode(id).trim()}`);
  memory.catch(() => undefined);
  const canKeep = typeof caches !== "undefined";
  return serve(post, {
    index: engine,
    ...fetched(engine),
    archive: (name) => bytes(`${engine}${name}.zip`),
    memory: canKeep ? async () => memoryAt(await memory) : undefined,
    keep: canKeep ? (made) => void memory.then((address) => keep(address, made)).catch((problem) => post({ kind: "said", text: `the memory is not kept: ${problem}` })) : undefined,
    told: (stage, part) => post({ kind: "progress", stage, part }),
    said: (text) => post({ kind: "said", text }),
  });
}

/** The first message is the address of the engine's files. */
let take: ((message: ToWorker) => void) | undefined;
self.addEventListener("message", ({ data }: MessageEvent<ToWorker | string>) => {
  if (typeof data === "string") take = begin(data);
  else take?.(data);
});
