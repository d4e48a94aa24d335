// The page: which side is open, what the address holds, the theme, what the engine does.

import "katex/dist/katex.min.css";
import type { FromPage } from "./derivation";
import type { DocumentSide } from "./document";
import { Engine, type State } from "./engine";
import { FormulaSide } from "./formula";
import type { Asked } from "./messages";
import { byId, copy } from "./parts";
import { packed, unpacked } from "./packing";

const TABS = { formula: byId<HTMLButtonElement>("tab-formula"), document: byId<HTMLButtonElement>("tab-document") };
type Side = keyof typeof TABS;

const FIRST = "‖A x - b‖²";

// the engine

function told(state: State): void {
  const box = byId("engine");
  box.className = state.kind;
  box.dataset.starts = String(engine?.starts ?? 1);
  if (state.kind === "loading") {
    byId<HTMLProgressElement>("progress").value = state.part;
    byId("stage").textContent = `${state.stage}: you can type meanwhile`;
  } else if (state.kind === "failed") byId("stage").textContent = `einsight could not be started: ${state.reason}`;
  else {
    box.dataset.way = state.way;
    box.dataset.took = String(Math.round(state.milliseconds));
    keepOffline();
  }
}

let engine: Engine | undefined;
engine = new Engine(told);

/** What was loaded once is kept, when the first answer no longer waits for it. */
function keepOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register(new URL("./offline.js", document.baseURI)).then(() => navigator.serviceWorker.ready).then(
    () => { document.documentElement.dataset.offline = "ready"; },
    (problem) => console.warn("this page will not work offline:", problem),
  );
}

// what the address holds: `#f=…` a formula, `#d=…` a document

let kept = "";

function address(values: Record<string, string | string[]>): void {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) for (const one of Array.isArray(value) ? value : [value]) if (one) given.append(name, one);
  kept = given.size ? `#${given}` : "";
  history.replaceState(null, "", kept || location.pathname + location.search);
}

async function follow(): Promise<void> {
  if (location.hash === kept && kept) return;
  const given = new URLSearchParams(location.hash.slice(1));
  const text = given.get("f"), document_ = given.get("d");
  if (document_ !== null) {
    open("document");
    (await documents()).open(await unpacked(document_).catch(() => ""), given.get("as") ?? "einsight");
    return;
  }
  open("formula");
  formula.show({
    // what was typed while the page was still loading counts
    text: text ?? (byId<HTMLTextAreaElement>("formula").value || FIRST), wrt: given.get("in") ?? "", layout: given.get("layout") ?? "numerator", shapes: given.getAll("shape"), order: Number(given.get("order") ?? 1),
  });
}

const formula = new FormulaSide({
  engine,
  keep: ({ text, wrt, layout, shapes, order }: Asked) => address({
    f: text === FIRST ? "" : text, in: wrt, layout: layout === "numerator" ? "" : layout, shape: shapes, order: order === 1 ? "" : String(order),
  }),
  explain: (what) => void explain(what),
  goOn: (text, message) => void goOn(text, message),
});

async function goOn(text: string, message?: FromPage): Promise<void> {
  open("document");
  const side = await documents();
  side.open(text, "einsight");
  await side.asked(message);
}

// the document's half is loaded when it is opened

let loading: Promise<DocumentSide> | undefined;

function documents(): Promise<DocumentSide> {
  loading ??= import("./document").then(({ DocumentSide }) => new DocumentSide(byId("side-document"), {
    engine: engine!,
    keep: async (text, language) => address({ d: await packed(text), as: language === "einsight" ? "" : language }),
    explain: (what) => void explain(what),
  }));
  return loading;
}

function open(side: Side): void {
  for (const [name, tab] of Object.entries(TABS)) {
    const isOpen = name === side;
    tab.setAttribute("aria-selected", String(isOpen));
    tab.tabIndex = isOpen ? 0 : -1;
    byId(`side-${name}`).hidden = !isOpen;
  }
}

for (const [name, tab] of Object.entries(TABS)) {
  tab.addEventListener("click", async () => {
    open(name as Side);
    if (name === "document") (await documents()).begin();
  });
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = name === "formula" ? TABS.document : TABS.formula;
    other.focus();
    other.click();
  });
}

// pages of the reference

async function explain(what: string): Promise<void> {
  const [{ marked }, text] = await Promise.all([import("marked"), engine!.ask<string>("explain", { what }).catch((problem: Error) => problem.message)]);
  const dialog = byId<HTMLDialogElement>("page");
  dialog.querySelector(".prose")!.innerHTML = await marked.parse(text);
  dialog.showModal();
}

byId("share").addEventListener("click", async ({ currentTarget }) => {
  const button = currentTarget as HTMLButtonElement;
  if (!byId("side-document").hidden) await (await documents()).keepNow();
  await copy(location.href);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy link"), 1500);
});

// the theme

const system = matchMedia("(prefers-color-scheme: dark)");
const THEMES = ["system", "light", "dark"];

function wear(): void {
  const chosen = localStorage.getItem("theme") ?? "system";
  const theme = chosen === "system" ? (system.matches ? "dark" : "light") : chosen;
  document.documentElement.dataset.theme = theme;
  byId("theme").setAttribute("aria-label", `Theme: ${chosen === "system" ? "as the system" : chosen}`);
  byId("theme").title = byId("theme").getAttribute("aria-label")!;
  formula.wear(theme);
  void loading?.then((side) => side.wear(theme));
}

byId("theme").addEventListener("click", () => {
  const now = localStorage.getItem("theme") ?? "system";
  localStorage.setItem("theme", THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]);
  wear();
});
system.addEventListener("change", wear);

wear();
window.addEventListener("hashchange", () => void follow());
void follow();
if (!location.hash) formula.focus();
document.documentElement.dataset.version = VERSION;
