// The worker as the page sees it: asked, told, and started anew when nobody waits any more for what it does.

import type { FromWorker, ToWorker } from "../../engine/src/messages";

export class Cancelled extends Error {}

interface Waiting {
  method: string;
  since: number;
  done: (result: unknown) => void;
  failed: (reason: Error) => void;
}

export type State = { kind: "loading"; stage: string; part: number } | { kind: "ready"; way: string; milliseconds: number } | { kind: "failed"; reason: string };

/** Milliseconds that a computation may go on when something newer is asked. */
const PATIENCE = 600;

export class Engine {
  private worker!: Worker;
  private waiting = new Map<number, Waiting>();
  private id = 0;
  private serverTakes: ((message: string) => void) | undefined;
  private anew: (() => void) | undefined;
  /** How long the last answer took in the worker, in milliseconds. */
  lastTook = 0;
  starts = 0;
  state: State = { kind: "loading", stage: "loading", part: 0 };

  constructor(private readonly changed: (state: State) => void) {
    this.start();
  }

  private start(): void {
    this.starts++;
    const name = new URL(location.href).searchParams.get("engine") ?? "";
    this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module", name });
    this.worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => this.receive(data));
    this.worker.addEventListener("error", (event) => this.become({ kind: "failed", reason: event.message || "the worker could not be loaded" }));
    this.become({ kind: "loading", stage: "loading", part: 0 });
  }

  private become(state: State): void {
    this.state = state;
    this.changed(state);
  }

  private receive(message: FromWorker): void {
    switch (message.kind) {
      case "progress":
        if (this.state.kind === "loading") this.become({ kind: "loading", stage: message.stage, part: message.part });
        return;
      case "ready":
        return this.become({ kind: "ready", way: message.way, milliseconds: message.milliseconds });
      case "failed":
        return this.become({ kind: "failed", reason: message.reason });
      case "server":
        return this.serverTakes?.(message.message);
      case "answer": {
        const waiting = this.waiting.get(message.id);
        this.waiting.delete(message.id);
        this.lastTook = message.milliseconds;
        const { result, error } = JSON.parse(message.text);
        if (error !== undefined) waiting?.failed(new Error(error));
        else waiting?.done(result);
      }
    }
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  ask<T>(method: string, given: unknown): Promise<T> {
    const id = ++this.id;
    return new Promise<T>((done, failed) => {
      this.waiting.set(id, { method, since: performance.now(), done: done as (result: unknown) => void, failed });
      this.post({ kind: "ask", id, method, given });
    });
  }

  /** Ask, and end what has been computed for too long for something older.  Rejects with `Cancelled` what is ended. */
  askAnew<T>(method: string, given: unknown): Promise<T> {
    const oldest = Math.min(...[...this.waiting.values()].map((w) => w.since));
    if (this.state.kind === "ready" && performance.now() - oldest > PATIENCE) this.restart();
    return this.ask<T>(method, given);
  }

  restart(): void {
    this.worker.terminate();
    const ended = [...this.waiting.values()];
    this.waiting.clear();
    this.start();
    for (const waiting of ended) waiting.failed(new Cancelled(`${waiting.method} was given up`));
    this.anew?.();
  }

  // the language server

  /** Begin with a server anew; `takes` gets its messages, `anew` is called when there is none any more since the worker was ended. */
  connect(takes: (message: string) => void, anew: () => void): void {
    this.serverTakes = takes;
    this.anew = anew;
    this.post({ kind: "server", message: null });
  }

  tell(message: string): void {
    this.post({ kind: "server", message });
  }
}
