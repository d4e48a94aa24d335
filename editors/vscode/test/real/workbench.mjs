// A server of VS Code and a browser that shows it; what scenes see and do in it.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--force-color-profile=srgb"];
const SETTINGS = {
  "editor.hover.delay": 100, "editor.minimap.enabled": false, "workbench.startupEditor": "none", "chat.disableAIFeatures": true,
  "editor.fontSize": 14, "window.commandCenter": false, "breadcrumbs.enabled": false, "workbench.tips.enabled": false,
  "editor.accessibilitySupport": "off", "telemetry.telemetryLevel": "off", "workbench.secondarySideBar.defaultVisibility": "hidden",
  "editor.stickyScroll.enabled": false, "git.enabled": false, "extensions.ignoreRecommendations": true, "update.mode": "none",
};

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const { port } = server.address();
  server.close();
  return port;
}

export class Workbench {
  /** `path` is the PATH of the server and so of all that the extension starts; `vsix` is installed as a user would. */
  static async start(tools, { path, vsix, trust = false, env = {} }) {
    const home = mkdtempSync(join(tmpdir(), "einsight-vscode-"));
    const made = new Workbench(tools, home, await freePort());
    const clean = { HOME: home, PATH: path, LANG: "C.UTF-8", ...env };
    if (vsix) {
      await made.run([tools.codeServer, "--extensions-dir", made.extensions, "--user-data-dir", join(home, "user"), "--install-extension", vsix], clean);
    }
    made.process = spawn(tools.node, [tools.vscode, "--host", "127.0.0.1", "--port", String(made.port), "--without-connection-token",
      "--accept-server-license-terms", "--enable-smoke-test-driver", "--server-data-dir", join(home, "server"),
      "--extensions-dir", made.extensions, "--disable-telemetry", "--force-disable-user-env", "--reconnection-grace-time", "5",
      ...(trust ? [] : ["--disable-workspace-trust"])], { env: clean, stdio: ["ignore", "pipe", "pipe"], detached: true });
    made.output = "";
    for (const stream of [made.process.stdout, made.process.stderr]) stream.on("data", (data) => (made.output += data));
    for (let k = 0; !/Extension host agent listening|Web UI available/.test(made.output); k++) {
      if (k > 300 || made.process.exitCode !== null) throw new Error(`VS Code did not start:\n${made.output}`);
      await sleep(100);
    }
    made.browser = await tools.driver.launch({ executablePath: tools.chromium, args: FLAGS });
    return made;
  }

  constructor(tools, home, port) {
    Object.assign(this, { tools, home, port, extensions: join(home, "extensions"), contexts: [] });
    mkdirSync(this.extensions, { recursive: true });
  }

  async run(given, env) {
    const child = spawn(this.tools.node, given, { env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
    const status = await new Promise((done) => child.on("exit", done));
    if (status !== 0) throw new Error(`${given.slice(1).join(" ")} ended with ${status}:\n${said}`);
    return said;
  }

  /** A folder of files, with settings over those of every scene. */
  workspace(files, settings = {}) {
    const folder = mkdtempSync(join(this.home, "notes-"));
    mkdirSync(join(folder, ".vscode"));
    writeFileSync(join(folder, ".vscode", "settings.json"), JSON.stringify({ ...SETTINGS, ...settings }));
    for (const [name, text] of Object.entries(files)) {
      if (typeof text === "string") writeFileSync(join(folder, name), text);
      else cpSync(text.copy, join(folder, name), { recursive: true });
    }
    return folder;
  }

  /** A window on a folder; `payload` entries as VS Code's tests give them (extensionDevelopmentPath …). */
  async open(folder, { payload = [], size = { width: 1280, height: 800 }, scale = 2 } = {}) {
    const context = await this.browser.newContext({ viewport: size, deviceScaleFactor: scale, permissions: ["clipboard-read", "clipboard-write"] });
    this.contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const query = `folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    await page.goto(`http://127.0.0.1:${this.port}/?${query}`);
    await page.waitForSelector(".monaco-workbench .part.editor", { timeout: 60_000 });
    return new Window(page, folder);
  }

  remote(path) {
    return `vscode-remote://127.0.0.1:${this.port}${path}`;
  }

  /** The extension's log, in a file of its own. */
  saveLog(path) {
    const found = readdirSync(this.home, { recursive: true }).filter((name) => name.endsWith("einsight.log"));
    writeFileSync(path, found.map((name) => readFileSync(join(this.home, name), "utf8")).join("\n"));
  }

  async close() {
    await this.browser?.close();
    try {
      process.kill(-this.process.pid, "SIGKILL");
    } catch {
      // it has ended by itself
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** One window of VS Code, as the person before it sees it. */
export class Window {
  constructor(page, folder) {
    Object.assign(this, { page, folder });
  }

  /** Only the text and what is beside it. */
  async tidy() {
    for (const [part, keys] of [[".part.auxiliarybar", "Control+Alt+b"], [".part.sidebar", "Control+b"]]) {
      if (await this.page.locator(part).isVisible()) await this.page.keyboard.press(keys);
    }
  }

  async command(name) {
    await this.page.keyboard.press("F1");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(`>${name}`);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().click();
  }

  async openFile(name) {
    await this.page.keyboard.press("Control+p");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(name);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().click();
    await this.page.waitForSelector(`.monaco-editor .view-lines .view-line`);
  }

  /** Put the cursor at a line and column, both from 1. */
  async goTo(line, column = 1) {
    await this.page.locator(".monaco-editor .view-lines").first().click({ position: { x: 420, y: 5 } }); // right of what stands above the first line
    await this.page.keyboard.press("Control+g");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await input.waitFor({ state: "hidden" });
  }

  /** The row of a quick fix, in the list that Control+. opens there; asked again, as a hand would, where a key was lost while the editor drew. */
  async quickFix(line, column, text) {
    const row = this.page.locator(".action-widget .monaco-list-row", { hasText: text }).first();
    for (let k = 0; k < 6; k++) {
      await this.goTo(line, column);
      await this.page.keyboard.press("Control+.");
      if (await row.waitFor({ timeout: 6000 }).then(() => true, () => false)) return row;
      await this.page.keyboard.press("Escape");
    }
    throw new Error(`no quick fix \`${text}\` at ${line}:${column}`);
  }

  line(text) {
    return this.page.locator(".monaco-editor .view-line", { hasText: text }).first();
  }

  /** All that is read in the editor, or in its lines that hold a text: verdicts too, which are drawn by style. */
  async read(text = "") {
    return this.page.evaluate((wanted) => {
      const plain = (content) => content.replaceAll("\u00a0", " ");
      const drawn = (span) => plain(getComputedStyle(span, "::after").content).replace(/^none$|^normal$|"/g, "");
      const rows = [...document.querySelectorAll(".monaco-editor .view-line")].filter((row) => plain(row.textContent).includes(wanted));
      return rows.map((row) => [plain(row.textContent), ...[...row.querySelectorAll("span")].map(drawn)].join(" ")).join("\n");
    }, text);
  }

  /** The box of the first text node piece in the editor that reads so. */
  async boxOf(line, text) {
    return this.page.evaluate(([lineText, wanted]) => {
      const plain = (node) => node.textContent.replaceAll("\u00a0", " ");
      const row = [...document.querySelectorAll(".monaco-editor .view-line")].find((r) => plain(r).includes(lineText));
      if (!row) return null;
      const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      let all = "";
      const nodes = [];
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        nodes.push([node, all.length]);
        all += plain(node);
      }
      const at = all.indexOf(wanted);
      if (at < 0) return null;
      const range = document.createRange();
      const place = (offset) => nodes.findLast(([, start]) => start <= offset);
      const [first, firstStart] = place(at), [last, lastStart] = place(at + wanted.length - 1);
      range.setStart(first, at - firstStart);
      range.setEnd(last, at + wanted.length - lastStart);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x, y, width, height };
    }, [line, text]);
  }

  /** Hover over a piece of a line until its hover shows; hints that come in may move it meanwhile. */
  async hover(line, text, wanted) {
    const hover = this.page.locator(".monaco-hover:not(.hidden)", wanted ? { hasText: wanted } : {}).first();
    for (let k = 0; k < 20; k++) {
      const box = await this.boxOf(line, text);
      if (box) {
        await this.page.mouse.move(box.x + box.width / 2 + 30, box.y + 60);
        await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 3 });
        if (await hover.waitFor({ timeout: 1500 }).then(() => true, () => false)) return hover;
      }
    }
    throw new Error(`no hover over \`${text}\` in \`${line}\``);
  }

  /** A notification; under VS Code's test driver none pops up, and all are in the list behind the bell. */
  async notification(text, seconds = 60) {
    const center = this.page.locator(".notifications-center.visible, .notifications-toasts.visible");
    const found = center.locator(".notification-list-item", { hasText: text });
    await until(`a notification says: ${text}`, async () => {
      if (!(await center.count())) await this.page.locator("[id='status.notifications'] a").click();
      return (await found.count()) > 0;
    }, seconds);
    return found;
  }

  /** The frame of the derivation view. */
  async view() {
    for (let k = 0; k < 100; k++) {
      for (const frame of this.page.frames()) {
        if (await frame.locator("main .statement").count().catch(() => 0)) return frame;
      }
      await sleep(100);
    }
    throw new Error("the derivation view does not show");
  }
}

/** Try until it holds; the last failure otherwise. */
export async function until(what, check, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  let problem = "";
  for (;;) {
    try {
      const found = await check();
      if (found) return found;
      problem = "it does not hold";
    } catch (error) {
      problem = error.message;
    }
    if (Date.now() > end) throw new Error(`${what}: ${problem} after ${seconds} s`);
    await sleep(100);
  }
}
