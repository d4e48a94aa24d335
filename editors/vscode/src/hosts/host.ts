// Where the server runs: what an installation of VS Code can start.

import type * as vscode from "vscode";
import type { BaseLanguageClient, LanguageClientOptions } from "vscode-languageclient";

/** A server that is about to run. */
export interface Way {
  client(options: LanguageClientOptions): BaseLanguageClient;
  /** In the status item: what runs, and how.  There is room for a few words. */
  text: string;
  detail: string;
  /** What it has not that a server with Python has. */
  lacks?: string;
  /** Inside VS Code: which files it sees of what is on the disk. */
  sees: "everything" | "folders" | "documents";
}

/** Why there is no server: in a sentence, `brief` has room in a status item; what was tried. */
export class NoServer extends Error {
  constructor(message: string, readonly brief: string, readonly tried: string[] = [], readonly needs: "interpreter" | "python" | "nothing" = "nothing") {
    super(message);
  }
}

export interface Host {
  /** The first way that will do, by the settings.  `told` gets what is happening meanwhile.  Throws NoServer. */
  choose(log: vscode.LogOutputChannel, told: (stage: string) => void): Promise<Way>;
  /** Settings that choose, beside those of every host. */
  readonly settings: readonly string[];
  /** Called when something outside of the settings would choose another way. */
  onChange(changed: () => void): Promise<vscode.Disposable | undefined>;
}
