// The page of the derivation view.  It shows what the extension sends, and never asks the server itself.

import "katex/dist/katex.min.css";
import "./page.css";
import katex from "katex";
import { breakable, STAGES, type Breaks } from "./breaking";
import type { Derivation, FromPage, Rules, Step, ToPage, View } from "./messages";

interface Host {
  postMessage(message: FromPage): void;
  getState(): { view: View; place: string } | undefined;
  setState(state: { view: View; place: string }): void;
}
declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
/** A formula that is wider than the page is written smaller, down to this; beyond, it is scrolled. */
const SMALLEST = 0.72;
/** Pixels by which the further lines of a formula are indented, at least. */
const INDENT = 30;
/** Characters of LaTeX beyond which a formula is shown only when it is asked for: nobody reads it, and it takes long to draw. */
const LONGEST = 2500;
/** Steps beyond which the rest is shown when it is asked for, and variables beyond which there is a list. */
const MOST_STEPS = 30, MOST_BUTTONS = 6;
const COPIES: [string, string][] = [["steps", "LaTeX"], ["ein", ".ein"], ["numpy", "NumPy"]];

let view: View | undefined;
let drawn = "";
/** What Ctrl and the wheel make of the size of the editor's font. */
let zoom = 1;

// building blocks

type Child = Node | string | null | undefined | false;

function element<K extends keyof HTMLElementTagNameMap>(tag: K, given: Record<string, string | (() => void)> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((c): c is Node | string => Boolean(c)));
  return made;
}

/** A typeset formula; the plain text where KaTeX cannot read it. */
function formula(latex: string, text: string, className = "formula"): HTMLElement {
  const made = element("span", { class: className });
  made.dataset.latex = latex;
  made.dataset.text = text;
  if (latex.length <= LONGEST) typeset(made, latex, STAGES[0]);
  else {
    made.dataset.folded = "";
    made.append(element("button", {
      class: "variable",
      click: () => {
        delete made.dataset.folded;
        fitOne(made);
      },
    }, `a formula of ${text.length.toLocaleString("en")} characters: show it`));
  }
  return made;
}

function typeset(made: HTMLElement, latex: string, breaks: Breaks): void {
  try {
    const tree = laidOut(`\\displaystyle ${breakable(latex, breaks)}`, {
      strict: "ignore", output: "htmlAndMathml", throwOnError: true,
      trust: ({ command }: { command: string }) => command === "\\htmlData" || command === "\\htmlClass",
    });
    support(tree);
    made.replaceChildren(tree.toNode());
  } catch {
    made.replaceChildren(element("code", {}, made.dataset.text ?? ""));
  }
}

/** KaTeX's own step before it makes elements, which its types leave out. */
const laidOut = (katex as unknown as { __renderToDomTree(latex: string, options: object): Laid }).__renderToDomTree;

/** What KaTeX lays out, with heights in em. */
interface Laid {
  children?: Laid[];
  classes?: string[];
  attributes?: Record<string, string>;
  height: number;
  depth: number;
  toNode(): Node;
}

/** Put a strut into what can be marked, as tall as what is in it, so that sums, fractions and brackets stand inside the mark. */
function support(laid: Laid): void {
  laid.children?.forEach(support);
  if (!laid.children || !(laid.attributes?.["data-at"] || laid.classes?.includes("ein-changed"))) return;
  const { height, depth } = laid;
  const toNode = () => {
    const strut = element("span", { class: "katex-strut" });
    strut.style.height = `${height + depth}em`;
    strut.style.verticalAlign = `${-depth}em`;
    return strut;
  };
  laid.children.push({ height, depth, toNode, classes: [] });
}

/** Break what is too wide where that is least in the way of reading, then write it smaller; beyond that it is scrolled. */
function fit(): void {
  document.querySelectorAll<HTMLElement>(".formula").forEach(fitOne);
}

/** Begin a row with what `where` explains, where the formula has several. */
function setApart(made: HTMLElement): void {
  const bases = [...made.querySelectorAll<HTMLElement>(".katex-base")];
  const explains = bases.find((base) => base.textContent?.trimStart().startsWith("where"));
  if (!explains || explains.offsetTop === bases[0].offsetTop && bases[bases.length - 1].offsetTop === bases[0].offsetTop) return;
  explains.before(document.createElement("br"));
}

/** Give a piece that would have a row to itself the one before it. */
function keepCompany(made: HTMLElement, room: number): void {
  const bases = [...made.querySelectorAll<HTMLElement>(".katex-base")];
  const tops = bases.map((base) => Math.round(base.getBoundingClientRect().bottom));
  for (let k = bases.length - 1; k > 1; k--) {
    const isAlone = tops[k - 1] < tops[k] - 4 && (k === bases.length - 1 || tops[k] < tops[k + 1] - 4);
    const hasMore = Math.abs(tops[k - 2] - tops[k - 1]) < 40;
    if (isAlone && hasMore && bases[k].offsetWidth < room / 4 && bases[k - 1].offsetWidth + bases[k].offsetWidth + INDENT < room) {
      bases[k - 1].before(document.createElement("br"));
      return;
    }
  }
}

function fitOne(made: HTMLElement): void {
  const latex = made.dataset.latex ?? "";
  if (made.dataset.folded !== undefined) return;
  made.style.removeProperty("font-size");
  made.classList.remove("scrolls");
  const room = made.clientWidth;
  const widest = () => Math.max(0, ...[...made.querySelectorAll<HTMLElement>(".katex-base")].map((base) => base.offsetWidth)) + INDENT;
  if (room <= 0) return;
  if (made.dataset.stage !== "0") typeset(made, latex, STAGES[0]);
  let stage = 0;
  while (widest() > room && stage + 1 < STAGES.length) typeset(made, latex, STAGES[++stage]);
  made.dataset.stage = String(stage);
  setApart(made);
  keepCompany(made, room);
  const width = widest();
  if (width > room) made.style.fontSize = `${Math.max(SMALLEST, room / width) * 100}%`;
  made.classList.toggle("scrolls", made.scrollWidth > made.clientWidth + 1);
}

// the statement

function statement({ latex, text, verdicts, findings, pending }: View, place: string): HTMLElement {
  const shown = formula(latex, text, "formula clickable");
  shown.setAttribute("tabindex", "0");
  shown.setAttribute("role", "group");
  shown.setAttribute("aria-label", `${text}. Arrow keys choose a part of it, Enter shows the rules for that.`);
  shown.addEventListener("click", (event) => {
    const part = (event.target as Element).closest<HTMLElement>("[data-at]");
    if (part) choose(part, true);
  });
  shown.addEventListener("mouseover", (event) => point((event.target as Element).closest<HTMLElement>("[data-at]")));
  shown.addEventListener("mouseleave", () => point(null));
  shown.addEventListener("keydown", walk);
  return element("header", { class: "statement" },
    element("div", { class: "place" }, place, toolbar()),
    latex ? shown : element("code", { class: "plain" }, text),
    (verdicts.length > 0 || pending) && element("div", { class: "verdicts" },
      ...verdicts.map((v) => element("span", { class: `verdict ${v.verdict}` }, v.verdict === "right" ? "✓ right" : v.sign)),
      pending && element("span", { class: "verdict pending" }, "checking …")),
    ...findings.map(({ code, severity, message }) => element("p", { class: `finding ${severity}` },
      element("button", { class: "code", click: () => host.postMessage({ kind: "explain", what: code }), title: "Explain" }, code),
      ...prose(message))),
  );
}

/** Text with code between backquotes. */
function prose(text: string): Child[] {
  return text.split("`").map((part, k) => (k % 2 ? element("code", {}, part) : part));
}

// a part of the statement, and the rules for it

let pointed: HTMLElement | null = null;
let chosen: HTMLElement | null = null;

/** All pieces of a part, which lie apart where lines end in it. */
function pieces(part: HTMLElement | null): HTMLElement[] {
  return part ? [...document.querySelectorAll<HTMLElement>(`[data-at="${part.dataset.at}"]`)] : [];
}

function point(part: HTMLElement | null): void {
  if (pointed === part) return;
  pieces(pointed).forEach((piece) => piece.classList.remove("pointed"));
  pointed = part;
  pieces(part).forEach((piece) => piece.classList.add("pointed"));
  if (!chosen) host.postMessage({ kind: "point", at: part?.dataset.at ?? null });
}

function choose(part: HTMLElement | null, ask: boolean): void {
  closeMenu();
  chosen = part;
  pieces(part).forEach((piece) => piece.classList.add("chosen"));
  const at = part?.dataset.at ?? null;
  if (ask && at) host.postMessage({ kind: "rules", at });
  else host.postMessage({ kind: "point", at });
}

/** Arrow keys: out of a part, into it, beside it. */
function walk(event: KeyboardEvent): void {
  const root = event.currentTarget as HTMLElement;
  const parts = [...root.querySelectorAll<HTMLElement>("[data-at]")];
  if (!parts.length) return;
  const outer = (part: Element | null) => part?.parentElement?.closest<HTMLElement>("[data-at]") ?? null;
  const now = chosen && root.contains(chosen) ? chosen : null;
  const beside = parts.filter((p) => outer(p) === outer(now));
  const to: Record<string, () => HTMLElement | null | undefined> = {
    ArrowUp: () => (now ? outer(now) ?? now : parts[0]),
    ArrowDown: () => (now ? parts.find((p) => outer(p) === now) ?? now : parts[0]),
    ArrowLeft: () => (now ? beside[Math.max(0, beside.indexOf(now) - 1)] : parts[0]),
    ArrowRight: () => (now ? beside[Math.min(beside.length - 1, beside.indexOf(now) + 1)] : parts[0]),
    Enter: () => now ?? parts[0],
    Escape: () => null,
  };
  if (!Object.hasOwn(to, event.key)) return;
  event.preventDefault();
  const next = to[event.key]() ?? null;
  choose(next, event.key === "Enter");
  if (next) say(next.querySelector("annotation")?.textContent ?? "a part is chosen");
}

function closeMenu(): void {
  document.querySelector(".menu")?.remove();
  pieces(chosen).forEach((piece) => piece.classList.remove("chosen"));
  chosen = null;
}

function showRules(at: string, found: Rules | null): void {
  const part = document.querySelector<HTMLElement>(`[data-at="${found ? textOf(found) : at}"]`) ?? document.querySelector<HTMLElement>(`[data-at="${at}"]`);
  if (!part || !view) return;
  closeMenu();
  chosen = part;
  pieces(part).forEach((piece) => piece.classList.add("chosen"));
  const version = view.version;
  const close = () => {
    const root = part.closest<HTMLElement>(".clickable");
    closeMenu();
    host.postMessage({ kind: "point", at: null });
    root?.focus();
  };
  const items = found?.rules.map((r) => element("button", {
    role: "menuitem", class: "item", title: r.doc,
    click: () => {
      closeMenu();
      host.postMessage({ kind: "apply", range: found.range, text: r.text, version });
    },
  }, element("span", { class: `rule ${group(r.rule)}` }, r.rule), element("span", { class: "says" }, r.statement), formula(r.latex, r.text))) ?? [];
  const menu = element("div", { class: "menu", role: "menu", "aria-label": "Rules that apply here" },
    ...(items.length ? items : [element("p", { class: "none" }, "No rule applies to this part.")]));
  menu.addEventListener("keydown", (event) => {
    const now = items.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "ArrowDown") items[(now + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items[(now - 1 + items.length) % items.length]?.focus();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  document.querySelector(".statement")?.append(menu);
  const [box, home] = [part.getBoundingClientRect(), menu.offsetParent?.getBoundingClientRect() ?? document.body.getBoundingClientRect()];
  menu.style.top = `${box.bottom - home.top + 6}px`;
  menu.style.left = `${Math.max(0, Math.min(box.left - home.left, home.width - menu.offsetWidth))}px`;
  fit();
  items[0]?.focus();
}

function textOf({ range: { start, end } }: Rules): string {
  return `${start.line}:${start.character}-${end.line}:${end.character}`;
}

// the derivation

/** The kind of a rule, for its colour: what differentiates, contracts, rearranges, or writes as a matrix. */
function group(rule: string): string {
  const head = rule.split(".")[0];
  return ["derivative", "delta", "notation", "definition"].includes(head) ? head : "algebra";
}

function derivation(found: Derivation, shown: View): HTMLElement {
  const steps = element("ol", { class: "steps" }, element("li", { class: "start" }, element("div", { class: "line" }, line(found.startLatex, found.start, 0))));
  const rows = found.steps.map((step, k) => row(step, k, found));
  if (found.matrix !== null && found.latex !== null) {
    const step = { rule: "notation.matrix", note: `${found.shape}, ${found.layout} layout`, after: found.matrix };
    rows.push(row({ ...step, before: found.index ?? "", beforeMarked: "", latexMarked: found.latex }, found.steps.length, found));
  }
  const hidden = rows.length > MOST_STEPS ? rows.slice(MOST_STEPS - 1, -1) : [];
  const more = hidden.length > 0 && element("li", { class: "more" }, element("button", {
    class: "variable",
    click: () => {
      (more as HTMLElement).replaceWith(...hidden);
      fit();
    },
  }, `show ${hidden.length} more steps`));
  if (more) steps.append(...rows.slice(0, MOST_STEPS - 1), more, rows[rows.length - 1]);
  else steps.append(...rows);
  return element("section", { class: "derivation", "aria-label": `Derivation of ${found.expression}` },
    variables(found, shown), headline(found), steps,
    found.lack && element("p", { class: "lack", role: "note" }, `Not the whole derivation: ${found.lack}.`), result(found), network(found));
}

/** What a definition is differentiated in: buttons for a few, a list for more. */
function variables({ expression }: { expression: string }, shown: View): Child {
  if (shown.variables.length < 2) return null;
  const choose = (name: string) => host.postMessage({ kind: "variable", name });
  const isThis = (name: string) => expression.endsWith(`/∂${name}`);
  if (shown.variables.length <= MOST_BUTTONS)
    return element("div", { class: "variables", role: "group", "aria-label": "Differentiate in" }, ...shown.variables.map((name) =>
      element("button", { class: "variable", "aria-pressed": String(isThis(name)), click: () => choose(name) }, `∂/∂${name}`)));
  const list: HTMLSelectElement = element("select", { "aria-label": "Differentiate in", change: (): void => choose(list.value) },
    ...shown.variables.map((name) => element("option", { value: name, ...(isThis(name) ? { selected: "" } : {}) }, `∂/∂${name}`)));
  return element("div", { class: "variables" }, list);
}

/** The answer before how it comes about. */
function headline({ expression, expressionLatex, latex, matrix, index, shape, layout }: Derivation): HTMLElement {
  const answer = matrix ?? index;
  const whole = latex === null ? expressionLatex : `${expressionLatex} = ${latex}`;
  return element("div", { class: "headline" },
    element("h2", {}, formula(whole, answer === null ? expression : `${expression} = ${answer}`)),
    shape && element("span", { class: "shape" }, layout ? `${shape}, ${layout} layout` : shape));
}

function line(latex: string, text: string, k: number): HTMLElement {
  const made = formula(latex, text);
  made.dataset.line = String(k);
  return made;
}

/** A step: its rule leads to its page, a button writes it into the text; what it takes away is marked in the line before. */
function row(step: Step, k: number, { steps, startLatex }: Derivation): HTMLElement {
  const insert = element("button", {
    class: "insert", "aria-label": `Insert into the text: equals ${step.after}`, title: "Insert this step into the text",
    click: () => host.postMessage({ kind: "step", index: k }),
  }, "insert ↵");
  const rule = element("button", {
    class: `rule ${group(step.rule)}`, title: `What ${step.rule} says`, click: () => host.postMessage({ kind: "explain", what: step.rule }),
  }, step.rule);
  const body = element("div", { class: "step" },
    element("div", { class: "why" }, rule, element("span", { class: "note" }, ...prose(step.note)), insert),
    element("div", { class: "line" }, element("span", { class: "equals", "aria-hidden": "true" }, "="), line(step.latexMarked, step.after, k + 1)));
  const look = (now: boolean) => {
    const before = document.querySelector<HTMLElement>(`.steps [data-line="${k}"]`);
    if (!before || !step.beforeMarked || before.dataset.folded !== undefined) return;
    before.dataset.latex = now ? step.beforeMarked : k === 0 ? startLatex : steps[k - 1].latexMarked;
    typeset(before, before.dataset.latex, STAGES[Number(before.dataset.stage ?? 0)]);
    before.classList.toggle("leaving", now);
  };
  for (const [name, now] of [["mouseenter", true], ["focusin", true], ["mouseleave", false], ["focusout", false]] as const)
    body.addEventListener(name, () => look(now));
  return element("li", { class: group(step.rule) }, body);
}

function toolbar(): HTMLElement {
  return element("div", { class: "tools", role: "toolbar", "aria-label": "Derivation" },
    ...COPIES.map(([target, name]) => element("button", { title: `Copy as ${name}`, click: () => host.postMessage({ kind: "copy", target }) }, name)),
    pin);
}

const pin = element("button", { class: "pin", click: () => host.postMessage({ kind: "pin" }) });

function setPinned(now: boolean): void {
  pin.textContent = now ? "pinned" : "pin";
  pin.title = now ? "Follow the cursor again" : "Stay at this statement";
  pin.setAttribute("aria-pressed", String(now));
}

function result({ matrix, index, shape, layout, other }: Derivation): HTMLElement {
  const rows: [string, Child][] = [
    ["matrix form", matrix !== null && element("span", {}, element("code", {}, matrix), ` ${shape}, ${layout} layout`)],
    ["index form", index !== null && element("code", {}, index)],
    [`${other?.layout} layout`, other?.matrix && element("span", {}, element("code", {}, other.matrix), ` ${other.shape}`)],
  ];
  return element("dl", { class: "result" }, ...rows.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

let isNetworkOpen = false;

/** The answer as a tensor network, folded until it is asked for; what is open once stays so. */
function network({ diagram }: Derivation): Child {
  const drawing = diagram && new DOMParser().parseFromString(diagram, "image/svg+xml").documentElement;
  if (!drawing || drawing.nodeName !== "svg") return null;
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", "tensor network of the answer");
  const made: HTMLDetailsElement = element("details", { class: "network", toggle: () => void (isNetworkOpen = made.open) },
    element("summary", {}, "tensor network"), document.importNode(drawing, true));
  made.open = isNetworkOpen;
  return made;
}

// all of it

const live = element("div", { class: "live", role: "status", "aria-live": "polite" });
const note = element("p", { class: "hint" });
const main = element("main");
const late = element("div", { class: "working late", role: "status" });
document.body.append(late, main, note, live);

function say(text: string): void {
  live.textContent = text;
}

function show(shown: View, place: string, working: boolean): void {
  note.textContent = "";
  // the same again: what is chosen, and the menu of its rules, stay
  const now = JSON.stringify([shown, place, working]);
  if (now === drawn) return;
  drawn = now;
  const focus = focused();
  const before = view?.derivation?.expression;
  view = shown;
  pointed = chosen = null;
  main.replaceChildren(statement(shown, place));
  if (shown.derivation) main.append(derivation(shown.derivation, shown));
  else if (working) main.append(element("div", { class: "working", role: "status" }, variables({ expression: "" }, shown), element("div", { class: "bar" }), "deriving …"));
  else main.append(element("p", { class: "hint" }, nothingToDerive(shown)));
  fit();
  if (focus !== null) document.querySelectorAll<HTMLElement>("button, [tabindex]")[focus]?.focus();
  if (shown.derivation && shown.derivation.expression !== before)
    say(`${shown.derivation.expression}: ${shown.derivation.steps.length} steps, ${shown.derivation.matrix ?? shown.derivation.index}`);
  host.setState({ view: shown, place });
}

/** Make what is shown faint, since it is no longer what stands at that place; nothing in it can be taken. */
function setLate(place: string | null): void {
  late.replaceChildren(...(place === null ? [] : [element("div", { class: "bar" }), `reading ${place} …`]));
  main.classList.toggle("outdated", place !== null);
  main.inert = place !== null;
}

function nothingToDerive({ kind, findings, problem }: View): string {
  if (problem) return `No derivation: ${problem}.`;
  if (findings.some((f) => f.severity === "error")) return "This does not read yet, so nothing is derived.";
  return kind === "declaration" ? "A declaration: nothing to derive." : "Nothing to derive here.";
}

/** Which of the things that take the focus has it, so that it is kept when the page is drawn anew. */
function focused(): number | null {
  const now = document.activeElement;
  const at = [...document.querySelectorAll("button, [tabindex]")].indexOf(now as Element);
  return at >= 0 ? at : null;
}

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  if (data.kind === "rules") return showRules(data.at, data.found);
  setPinned(data.pinned);
  setLate(data.kind === "late" ? data.place : null);
  if (data.kind === "late") return;
  if (data.kind === "view") show(data.view, data.place, data.working);
  else note.textContent = data.text;
});
let resized: ReturnType<typeof setTimeout> | undefined;
new ResizeObserver(() => {
  clearTimeout(resized);
  resized = setTimeout(fit, 60);
}).observe(document.body);
window.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return;
  event.preventDefault();
  zoom = Math.min(3, Math.max(0.5, zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1)));
  document.documentElement.style.setProperty("--zoom", String(zoom));
  fit();
}, { passive: false });
document.addEventListener("click", (event) => {
  if (!(event.target as Element).closest(".menu, [data-at]")) {
    closeMenu();
    host.postMessage({ kind: "point", at: null });
  }
});
for (const name of ["Main", "Math", "Size1", "Size2", "Size3", "Size4"]) void document.fonts.load(`1em KaTeX_${name}`);
void document.fonts.load("italic 1em KaTeX_Math");
void document.fonts.ready.then(fit);
// brackets of another size have a font of their own, which comes when the first of them is drawn
document.fonts.addEventListener("loadingdone", fit);

setPinned(false);
const last = host.getState();
if (last) {
  show(last.view, last.place, false);
  setLate(last.place);
}
host.postMessage({ kind: "ready" });
