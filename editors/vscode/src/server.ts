// The language server's life: started in the first way that will do, restarted when its settings change, reported in
// one status item.  Nothing pops up but what the user has to act on.

import * as vscode from "vscode";
import {
  CloseAction, CodeLensRequest, CompletionRequest, DocumentFormattingRequest, DocumentRangeFormattingRequest, DocumentSymbolRequest,
  ErrorAction, FoldingRangeRequest, RenameRequest, RevealOutputChannelOn, SelectionRangeRequest,
  SemanticTokensRegistrationType, SignatureHelpRequest, State,
  type BaseLanguageClient, type DocumentSelector, type LanguageClientOptions, type Middleware,
} from "vscode-languageclient";
import { type Host, NoServer, type Way } from "./hosts/host";

/** Ends within so many minutes after which it is left alone. */
const ENDS = { count: 4, minutes: 3 };
const RESTARTING_SETTINGS = ["einsight.runtime", "einsight.markdown", "einsight.docstrings"];
const PAUSE = 500;

const MARKDOWN = ["markdown", "quarto"];
const PAPERS = ["latex", "tex", "restructuredtext"];
const PROGRAMS = ["python", "julia"];
const NOTES = ["einsight", ...MARKDOWN, ...PAPERS];
export const LANGUAGES = [...NOTES, ...PROGRAMS];
/** What a formula in a docstring looks like at least. */
const FORMULA = /:math:|\.\. math::|```(math|ein)|\$[^$\n]*[\\=]|\\[([].*=|(?<!`)``(?!`)/;
/** The cells of notebooks: what is written in them, and their code, which is one program. */
const CELLS = ["markdown", "python"].map((language) => ({ language, notebook: "jupyter-notebook" }));

export function selector(): DocumentSelector {
  const settings = vscode.workspace.getConfiguration("einsight");
  const notes = settings.get("markdown", true);
  const languages = [...(notes ? NOTES : NOTES.slice(0, 1)), ...(settings.get("docstrings", true) ? PROGRAMS : [])];
  // files, wherever the folders that are open have theirs: on the disk, or in a repository that a browser shows
  const schemes = new Set(["file", "untitled", ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.scheme)]);
  const files = languages.flatMap((language) => [...schemes].map((scheme) => ({ language, scheme })));
  return [...files, ...CELLS.filter((cell) => languages.includes(cell.language))];
}

/** Array code, whose shapes and gradients are read. */
const ARRAYS = /^\s*(?:import|from)\s+(?:numpy|jax|torch|dask|einops|opt_einsum)\b/m;

/** Does a document ask for a server?  Of programs only those do that may have a formula in a docstring, or array code. */
export function asks(document: vscode.TextDocument): boolean {
  return PROGRAMS.includes(document.languageId) ? FORMULA.test(document.getText()) || ARRAYS.test(document.getText()) : NOTES.includes(document.languageId);
}

/** Where a language has servers of its own, they complete, colour and format: two that do it are in each other's way. */
function leaveToOthers(client: BaseLanguageClient): void {
  const typing = [CompletionRequest, SignatureHelpRequest, CodeLensRequest, SemanticTokensRegistrationType];
  const whole = [
    DocumentFormattingRequest, DocumentRangeFormattingRequest, DocumentSymbolRequest, FoldingRangeRequest, SelectionRangeRequest,
    RenameRequest,
  ];
  for (const { method } of [...typing, ...whole]) {
    const feature = client.getFeature(method as typeof CompletionRequest.method);
    const initialize = feature.initialize.bind(feature);
    const ours = (filter: DocumentSelector[number]) =>
      typeof filter === "string" || (isOurs(filter.language) && (!("notebook" in filter) || typing.some((t) => t.method === method)));
    feature.initialize = (capabilities, selected) => initialize(capabilities, selected?.filter(ours));
  }
}

function isOurs(language: string | undefined): boolean {
  return language === "einsight" || MARKDOWN.includes(language ?? "");
}

export class Server implements vscode.Disposable {
  client: BaseLanguageClient | undefined;
  /** Which files it sees beside the documents that are open. */
  sees: Way["sees"] = "everything";
  private readonly status = vscode.languages.createLanguageStatusItem("einsight.server", NOTES.map((language) => ({ language })));
  private readonly running = new vscode.EventEmitter<boolean>();
  readonly onDidRun = this.running.event;
  private ends: number[] = [];
  private turn: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private complained = "";

  constructor(
    private readonly context: vscode.ExtensionContext,
    readonly log: vscode.LogOutputChannel,
    private readonly host: Host,
    private readonly middleware: Middleware,
  ) {
    this.status.name = "einsight";
    context.subscriptions.push(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if ([...RESTARTING_SETTINGS, ...host.settings].some((name) => change.affectsConfiguration(name))) this.restartSoon();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.restartSoon()),
      // the folders that it sees, and whose documents it is told of
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.client && this.sees !== "everything" && this.restartSoon()),
      vscode.window.onDidChangeActiveColorTheme((theme) => {
        if (this.isRunning) void this.client?.sendNotification("einsight/theme", { kind: kindOf(theme) });
      }),
    );
  }

  get isRunning(): boolean {
    return this.client?.state === State.Running;
  }

  /** The answer to a request of ours; undefined where there is no server, or it has nothing to say. */
  async ask<T>(method: string, params: unknown, token?: vscode.CancellationToken): Promise<T | undefined> {
    if (!this.client || !this.isRunning) return undefined;
    try {
      // an undefined token would be sent as a second parameter
      const answer = token ? this.client.sendRequest<T | null>(method, params, token) : this.client.sendRequest<T | null>(method, params);
      return (await answer) ?? undefined;
    } catch (problem) {
      if (!token?.isCancellationRequested) this.log.warn(`${method}: ${problem}`);
      return undefined;
    }
  }

  /** The answer of one of the server's commands; a refusal is thrown. */
  async command<T>(command: string, ...given: unknown[]): Promise<T | undefined> {
    if (!this.client) await this.restart(); // no document has asked for it yet
    if (!this.client || !this.isRunning) throw new Error("the einsight server is not running");
    return (await this.client.sendRequest<T | null>("workspace/executeCommand", { command, arguments: given })) ?? undefined;
  }

  restartSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.restart(), PAUSE);
  }

  /** One start after the other, however often it is asked for. */
  restart(): Promise<void> {
    this.ends = [];
    this.turn = this.turn.then(() => this.stop()).then(() => this.start());
    return this.turn;
  }

  /** Start at once where a document asks for it, or else when one is opened that does. */
  async startWhenAsked(): Promise<void> {
    if (vscode.workspace.textDocuments.some(asks)) return this.restart();
    const starters: vscode.Disposable[] = [];
    const look = (document: vscode.TextDocument | undefined) => {
      if (!document || !asks(document)) return;
      starters.forEach((starter) => starter.dispose());
      if (!this.client) void this.restart();
    };
    starters.push(
      vscode.workspace.onDidOpenTextDocument(look),
      vscode.workspace.onDidSaveTextDocument(look),
      vscode.window.onDidChangeActiveTextEditor((editor) => look(editor?.document)),
    );
    this.context.subscriptions.push(...starters);
  }

  private async start(): Promise<void> {
    this.say("$(loading~spin) starting", "");
    this.status.busy = true;
    this.status.selector = LANGUAGES.map((language) => ({ language })); // beside programs too, once one of them has asked for a server
    try {
      const told = (stage: string) => this.say(`$(loading~spin) ${stage}`, "einsight starts inside VS Code");
      const way = await this.host.choose(this.log, told);
      this.sees = way.sees;
      await this.run(way);
      this.complained = "";
    } catch (problem) {
      this.complain(problem);
    } finally {
      this.status.busy = false;
    }
  }

  private async run(way: Way): Promise<void> {
    const given: LanguageClientOptions = {
      documentSelector: selector(),
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      markdown: { supportHtml: true },
      initializationOptions: () => ({
        pictures: true, html: true, hoverRest: true, theme: kindOf(vscode.window.activeColorTheme),
        settings: vscode.workspace.getConfiguration("einsight"), trusted: vscode.workspace.isTrusted,
      }),
      initializationFailedHandler: () => false,
      errorHandler: { error: () => ({ action: ErrorAction.Continue }), closed: () => this.ended() },
      middleware: this.middleware,
    };
    const client = way.client(given);
    leaveToOthers(client);
    this.client = client;
    client.onDidChangeState((change) => {
      if (this.client !== client) return;
      if (change.newState === State.Running) this.describe(way); // also when it has been started again by itself
      this.running.fire(change.newState === State.Running);
    });
    await client.start();
  }

  private describe(way: Way): void {
    this.say(way.text, way.detail);
    if (way.lacks) this.log.info(`It runs ${way.detail}. ${way.lacks}`);
    this.status.command = way.lacks
      ? { title: "Choose", command: "workbench.action.openSettings", arguments: ["einsight.runtime"], tooltip: way.lacks }
      : { title: "Restart", command: "einsight.restart" };
  }

  /** The server has ended by itself: again, unless it keeps ending. */
  private ended(): { action: CloseAction; handled?: boolean } {
    const now = Date.now();
    this.ends = [...this.ends.filter((then) => now - then < ENDS.minutes * 60_000), now];
    if (this.ends.length < ENDS.count) {
      this.log.warn("the server has ended, and is started again");
      return { action: CloseAction.Restart, handled: true };
    }
    this.complain(new Error(`The einsight server ended ${ENDS.count} times within ${ENDS.minutes} minutes.`));
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  get said(): string {
    return `${this.status.text}: ${this.status.detail}`;
  }

  private say(text: string, detail: string, severity = vscode.LanguageStatusSeverity.Information): void {
    this.status.text = text;
    this.status.detail = detail;
    this.status.severity = severity;
  }

  /** In the status item; and in one message, once for each reason. */
  private complain(problem: unknown): void {
    const message = problem instanceof Error ? problem.message : String(problem);
    const none = problem instanceof NoServer ? problem : undefined;
    this.log.error(message, ...(none?.tried ?? []));
    // the popup of the status item is narrow: what is long hides its button
    this.say("not running", none?.brief ?? "see the log", vscode.LanguageStatusSeverity.Error);
    this.status.command = { title: "Show log", command: "einsight.log" };
    if (this.complained === message) return;
    this.complained = message;
    const settings = (name: string) => vscode.commands.executeCommand("workbench.action.openSettings", name);
    const actions: Record<string, () => unknown> = {
      ...(none?.needs === "interpreter" ? { "Choose Interpreter": () => settings("einsight.interpreter") } : {}),
      ...(none ? { "Choose Where It Runs": () => settings("einsight.runtime") } : { "Restart": () => this.restart() }),
      ...(none?.needs === "python" ? { "Get Python": () => vscode.env.openExternal(vscode.Uri.parse("https://www.python.org/downloads/")) } : {}),
      "Show Log": () => this.log.show(),
    };
    void vscode.window.showErrorMessage(message, ...Object.keys(actions)).then((taken) => taken && actions[taken]?.());
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.running.fire(false);
    try {
      await client?.dispose();
    } catch (problem) {
      this.log.warn(`the server did not end as asked: ${problem}`);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.status.dispose();
    this.running.dispose();
  }
}

/** The theme's kind as the server knows it. */
export function kindOf(theme: vscode.ColorTheme): string {
  const names = {
    [vscode.ColorThemeKind.Light]: "light",
    [vscode.ColorThemeKind.Dark]: "dark",
    [vscode.ColorThemeKind.HighContrast]: "highContrast",
    [vscode.ColorThemeKind.HighContrastLight]: "highContrastLight",
  };
  return names[theme.kind];
}
