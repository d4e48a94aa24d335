// The server inside VS Code: einsight in Pyodide, in a worker, whose messages are those of the protocol.

import type * as vscode from "vscode";
import {
  AbstractMessageReader, AbstractMessageWriter, LanguageClient,
  type DataCallback, type Disposable, type LanguageClientOptions, type Message, type MessageReader, type MessageTransports, type MessageWriter,
} from "vscode-languageclient";
import type { FromWorker, ToWorker } from "../../../engine/src/messages";

/** A worker, of whatever kind. */
export interface Port {
  post(message: ToWorker): void;
  /** Once; `ended` says why there will be no more, where it was not asked to end. */
  listen(received: (message: FromWorker) => void, ended: (reason: string) => void): void;
  end(): void;
}

/** Seconds without a word while an answer is waited for, after which it is computing what nobody waits for any more.  One has a budget of 5. */
const SILENCE = 60;

/** A client of a server in a worker; each start of it is a worker anew. */
export function insideClient(begin: () => Port, options: LanguageClientOptions, log: vscode.LogOutputChannel, told: (stage: string) => void): LanguageClient {
  return new LanguageClient("einsight", "einsight", () => new Link(begin(), log, told).transports(), options);
}

class Link {
  private readonly reader = new Reader();
  private readonly asked = new Set<string | number>();
  private silence: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;

  constructor(private readonly port: Port, private readonly log: vscode.LogOutputChannel, private readonly told: (stage: string) => void) {}

  /** When einsight is there.  Rejects where it could not be started. */
  transports(): Promise<MessageTransports> {
    return new Promise((done, failed) => {
      this.port.listen((message) => {
        switch (message.kind) {
          case "progress":
            return this.told(message.stage);
          case "said":
            return this.log.warn(message.text);
          case "ready":
            this.log.info(`einsight is there ${message.way === "memory" ? "from the memory that was kept" : "from nothing"}, in ${(message.milliseconds / 1000).toFixed(1)} s`);
            this.port.post({ kind: "server", message: null });
            return done({ reader: this.reader, writer: new Writer((sent) => this.send(sent), () => this.end()) });
          case "failed":
            this.end();
            return failed(new Error(`einsight could not be started inside VS Code: ${message.reason}`));
          case "server":
            return this.receive(JSON.parse(message.message));
        }
      }, (reason) => {
        if (this.isOver) return;
        this.log.error(reason);
        this.end();
        failed(new Error(reason));
      });
    });
  }

  private receive(message: Message & { id?: string | number }): void {
    if (message.id !== undefined && !("method" in message)) this.asked.delete(message.id);
    this.listen();
    this.reader.take(message);
  }

  private send(message: Message & { id?: string | number }): void {
    this.port.post({ kind: "server", message: JSON.stringify(message) });
    if (message.id === undefined || !("method" in message)) return;
    this.asked.add(message.id);
    if (this.asked.size === 1) this.listen();
  }

  /** From now on, as long as something is asked. */
  private listen(): void {
    clearTimeout(this.silence);
    if (!this.asked.size || this.isOver) return;
    this.silence = setTimeout(() => {
      this.log.warn(`einsight has said nothing for ${SILENCE} seconds, and is started anew`);
      this.end();
    }, SILENCE * 1000);
  }

  private end(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.silence);
    this.port.end();
    this.reader.close();
  }
}

class Reader extends AbstractMessageReader implements MessageReader {
  private callback: DataCallback | undefined;
  private readonly early: Message[] = [];

  listen(callback: DataCallback): Disposable {
    this.callback = callback;
    for (const message of this.early.splice(0)) callback(message);
    return { dispose: () => (this.callback = undefined) };
  }

  take(message: Message): void {
    if (this.callback) this.callback(message);
    else this.early.push(message);
  }

  close(): void {
    this.fireClose();
  }
}

class Writer extends AbstractMessageWriter implements MessageWriter {
  constructor(private readonly send: (message: Message) => void, private readonly over: () => void) {
    super();
  }

  async write(message: Message): Promise<void> {
    this.send(message);
  }

  end(): void {
    this.over();
  }

  override dispose(): void {
    super.dispose();
    this.over();
  }
}
