// VS Code in a browser with no machine behind it, as vscode.dev and github.dev are: the workbench of code-server without its remote,
// the extension loaded from an address, a folder of a scheme of its own.
import assert from "node:assert/strict";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { until, Window, Workbench } from "./workbench.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm", ".css": "text/css" };
const BUILT_IN = ["theme-defaults", "markdown-basics", "python"];
const FILES = {
  "layer.ein": `# A layer of a network, in a browser
W ∈ ℝ^(n×m);  x ∈ ℝ^m;  b, t ∈ ℝ^n

h = tanh(W x + b)
dh/dx = diag(1 - h ⊙ h) W
d/dx (t' W x) = W' t
`,
  "notes.md": "# Notes\n\nFor $x \\in \\mathbb{R}^n$ we have $\\frac{\\partial}{\\partial x} x^\\top x = 3 x^\\top$.\n",
  ".vscode/settings.json": JSON.stringify({
    "editor.hover.delay": 100, "editor.minimap.enabled": false, "workbench.startupEditor": "none", "chat.disableAIFeatures": true, "editor.fontSize": 14,
    "window.commandCenter": false, "breadcrumbs.enabled": false, "workbench.tips.enabled": false, "workbench.secondarySideBar.defaultVisibility": "hidden",
    "editor.accessibilitySupport": "off", "workbench.colorTheme": "Dark Modern", "extensions.ignoreRecommendations": true,
  }),
};

/** What code-server's page takes for granted: that the machine that it comes from is one to work on, and to keep things on. */
const REMOTE = [
  [/remoteAuthority:location\.host/, "remoteAuthority:void 0"],
  [/this\.userDataPath(\)\.with\(\{scheme:)\w+\.vscodeRemote\}/, '"/"$1"vscode-userdata"}'],
];

function withoutRemote(text) {
  return REMOTE.reduce((script, [pattern, local]) => {
    assert.match(script, pattern);
    return script.replace(pattern, local);
  }, text);
}

/** The page with extensions at addresses of its own host. */
function withExtensions(text, host) {
  const uri = (name) => ({ scheme: "http", authority: host, path: `/${name}` });
  const extensions = [uri("einsight"), uri("repository"), ...BUILT_IN.map((name) => uri(`extensions/${name}`))];
  return text.replace(/(id="vscode-workbench-web-configuration" data-settings=")([^"]*)"/, (_, head, settings) => {
    const given = { ...JSON.parse(settings.replaceAll("&quot;", '"').replaceAll("&amp;", "&")), developmentOptions: { extensions } };
    delete given.remoteAuthority;
    return `${head}${JSON.stringify(given).replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`;
  });
}

/** One host for all of it, `{url, close}`: folders of extensions by their first name, and VS Code's pages. */
async function serve(folders, workbench) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const [, first, ...rest] = decodeURIComponent(pathname).split("/");
    if (folders[first]) {
      const headers = { "Content-Type": TYPES[extname(rest.at(-1) ?? "")] ?? "application/octet-stream" };
      const file = join(folders[first], normalize(rest.join("/")));
      if (rest.join("/") === "files.json") response.writeHead(200, headers).end(JSON.stringify(FILES));
      else if (!existsSync(file) || !statSync(file).isFile()) response.writeHead(404).end();
      else createReadStream(file).pipe(response.writeHead(200, { ...headers, "Content-Length": statSync(file).size }));
      return;
    }
    const answer = await fetch(`http://127.0.0.1:${workbench}${request.url}`);
    const headers = Object.fromEntries([...answer.headers].filter(([name]) => !/^(content-(encoding|length)|transfer-encoding|connection|keep-alive)$/.test(name)));
    let body = Buffer.from(await answer.arrayBuffer());
    if (pathname.endsWith("/workbench/workbench.js")) body = withoutRemote(body.toString());
    if (pathname === "/") {
      body = withExtensions(body.toString(), request.headers.host);
      headers["content-security-policy"] = ""; // it has https alone, and what is served here is none
    }
    response.writeHead(answer.status, headers).end(body);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://localhost:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

/** A window of it; `context` is kept between windows, so that the second one finds what the first one kept. */
async function open(context, address, name) {
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const payload = [["openFile", `repository:/${name}`]];
  await page.goto(`${address}/?folder=${encodeURIComponent("repository:/")}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
  await page.waitForSelector(".monaco-workbench .part.editor", { timeout: 60_000 });
  return new Window(page, "");
}

export async function inWebHost(tools, out) {
  const extensions = join(dirname(dirname(tools.vscode)), "extensions");
  const workbench = await Workbench.start(tools, { path: "/usr/bin:/bin" });
  const site = await serve({ einsight: root, repository: join(here, "repository"), extensions }, workbench.port);
  const context = await workbench.browser.newContext({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 });
  const said = [];
  context.on("console", (message) => said.push(`${message.type()} ${message.text()}`));
  try {
    let before = Date.now();
    const window = await open(context, site.url, "layer.ein");
    const { page } = window;
    await page.waitForSelector(".squiggly-warning, .squiggly-error", { timeout: 240_000 });
    console.log(`a browser alone: the first squiggle ${((Date.now() - before) / 1000).toFixed(1)} s after the page is opened`);
    await window.tidy();
    await page.waitForSelector(".codelens-decoration a");
    await until("verdicts are drawn", async () => (await window.read()).includes("⇄ transposed"), 60);
    const hover = await window.hover("dh/dx", "=", "right");
    await until("the picture of the formula is drawn", () => hover.locator("img").first().evaluate((i) => i.complete && i.naturalWidth > 20));
    await page.screenshot({ path: join(out, "web-hover.png") });
    await page.mouse.move(5, 5);
    const fix = await window.quickFix(6, 20, "Write t' W");
    await fix.click();
    await until("the fix is in the text", async () => (await window.read("t' W x")).includes("= t' W"));
    await window.goTo(5, 1);
    await window.command("einsight: Show Derivation Beside");
    const view = await window.view();
    await until("the derivation is shown", async () => (await view.locator(".step").count()) > 1);
    await page.screenshot({ path: join(out, "web-view.png") });
    await page.close();
    before = Date.now();
    const again = await open(context, site.url, "notes.md");
    await again.page.waitForSelector(".squiggly-warning, .squiggly-error", { timeout: 240_000 });
    console.log(`a browser alone, a second time: ${((Date.now() - before) / 1000).toFixed(1)} s`);
    await again.tidy();
    await until("a wrong claim in notes", async () => (await again.read("mathbb")).includes("✗ wrong"), 60);
    await again.page.screenshot({ path: join(out, "web-notes.png") });
    await again.page.locator("[id='status.languageStatus']").hover();
    await again.page.locator(".monaco-hover", { hasText: "in the browser" }).waitFor();
    await again.page.screenshot({ path: join(out, "web-status.png") });
    return null;
  } catch (error) {
    await context.pages().at(-1)?.screenshot({ path: join(out, "failed web.png") }).catch(() => {});
    return `${error.stack ?? error}\n${said.filter((line) => /einsight|worker|repository:/i.test(line)).map((line) => line.split("\n")[0].slice(0, 300)).slice(-20).join("\n")}`;
  } finally {
    await workbench.close();
    site.close();
  }
}
