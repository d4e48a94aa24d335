// What a worker with einsight in it, and who has started it, say to each other.

export type ToWorker =
  | { kind: "ask"; id: number; method: string; given: unknown }
  /** A message of a client of the language server; null for a server anew. */
  | { kind: "server"; message: string | null };

export type FromWorker =
  | { kind: "progress"; stage: string; part: number }
  | { kind: "ready"; way: "memory" | "cold"; milliseconds: number }
  | { kind: "failed"; reason: string }
  | { kind: "answer"; id: number; text: string; milliseconds: number }
  | { kind: "server"; message: string }
  /** What einsight writes on standard error, a line. */
  | { kind: "said"; text: string };
