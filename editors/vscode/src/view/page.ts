// The page of the derivation view.  It shows what the extension sends, and never asks the server itself.

import "katex/dist/katex.min.css";
import "./page.css";
import katex from "katex";
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
const COPIES: [string, string][] = [["steps", "LaTeX"], ["ein", ".ein"], ["numpy", "NumPy"]];

let view: View | undefined;
let drawn = "";

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
  try {
    katex.render(`\\displaystyle ${breakable(latex)}`, made, {
      strict: "ignore", output: "htmlAndMathml",
      trust: ({ command }) => command === "\\htmlData" || command === "\\htmlClass",
    });
  } catch {
    made.replaceChildren(element("code", {}, text));
  }
  return made;
}

/** Allow a new line between the factors of the outermost product, but not behind a sign that governs the next one. */
function breakable(latex: string): string {
  let out = "", factor = "", depth = 0;
  for (const token of latex.match(/\\(?:left|right)(?![A-Za-z])|\\[A-Za-z]+|\\.|[{}]|\s+|[^\\{}\s]+/g) ?? []) {
    if (token === "{" || token === "\\left") depth++;
    else if (token === "}" || token === "\\right") depth--;
    if (depth > 0 || !/^\s/.test(token)) {
      factor += token;
      continue;
    }
    const governs = /\\(sum|nabla|partial)(_\{[^{}]*\})?\}?$|\\frac\{(\\partial|d)(\^\{2\})?\}\{/.test(factor);
    out += factor + (governs ? " " : " \\allowbreak ");
    factor = "";
  }
  return out + factor;
}

/** Write what is too wide smaller. */
function fit(): void {
  for (const made of document.querySelectorAll<HTMLElement>(".formula")) {
    made.style.removeProperty("font-size");
    const room = made.clientWidth;
    const bases = [...made.querySelectorAll<HTMLElement>(".katex-html > .base")];
    const width = Math.max(0, ...bases.map((base) => base.offsetWidth)) + 34; // the sign before it, and the margins
    if (room > 0 && width > room) made.style.fontSize = `${Math.max(SMALLEST, room / width) * 100}%`;
    made.classList.toggle("scrolls", made.scrollWidth > made.clientWidth + 1);
  }
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

function point(part: HTMLElement | null): void {
  if (pointed === part) return;
  pointed?.classList.remove("pointed");
  pointed = part;
  part?.classList.add("pointed");
  if (!chosen) host.postMessage({ kind: "point", at: part?.dataset.at ?? null });
}

function choose(part: HTMLElement | null, ask: boolean): void {
  closeMenu();
  chosen = part;
  part?.classList.add("chosen");
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
  chosen?.classList.remove("chosen");
  chosen = null;
}

function showRules(at: string, found: Rules | null): void {
  const part = document.querySelector<HTMLElement>(`[data-at="${found ? textOf(found) : at}"]`) ?? document.querySelector<HTMLElement>(`[data-at="${at}"]`);
  if (!part || !view) return;
  closeMenu();
  chosen = part;
  part.classList.add("chosen");
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
  const variables = shown.variables.length > 1 && element("div", { class: "variables", role: "group", "aria-label": "Differentiate in" },
    ...shown.variables.map((name) => {
      const isThis = found.expression.endsWith(`/∂${name}`);
      return element("button", { class: "variable", "aria-pressed": String(isThis), click: () => host.postMessage({ kind: "variable", name }) }, `∂/∂${name}`);
    }));
  const steps = element("ol", { class: "steps" }, element("li", { class: "start" }, line(found.startLatex, found.start, 0)));
  found.steps.forEach((step, k) => steps.append(row(step, k, found)));
  if (found.matrix !== null && found.latex !== null) {
    const step = { rule: "notation.matrix", note: `${found.shape}, ${found.layout} layout`, after: found.matrix };
    steps.append(row({ ...step, before: found.index ?? "", beforeMarked: "", latexMarked: found.latex }, found.steps.length, found));
  }
  return element("section", { class: "derivation", "aria-label": `Derivation of ${found.expression}` },
    variables, headline(found), steps, result(found));
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
  made.dataset.plain = latex;
  made.dataset.text = text;
  return made;
}

/** A step is a button that writes it into the text; while it is looked at, what it takes away is marked in the line before. */
function row(step: Step, k: number, { steps, startLatex }: Derivation): HTMLElement {
  const isLast = k === steps.length;
  const body = element("button", {
    class: `step ${isLast ? "last" : ""}`, "aria-label": `${step.rule}: equals ${step.after}. Insert into the text.`,
    click: () => host.postMessage({ kind: "step", index: k }),
  }, element("span", { class: "why" }, element("span", { class: `rule ${group(step.rule)}` }, step.rule), element("span", { class: "note" }, ...prose(step.note)),
    element("span", { class: "insert", "aria-hidden": "true" }, "insert ↵")),
  line(step.latexMarked, step.after, k + 1));
  const look = (now: boolean) => {
    const before = document.querySelector<HTMLElement>(`.steps [data-line="${k}"]`);
    if (!before || !step.beforeMarked) return;
    const own = k === 0 ? startLatex : steps[k - 1].latexMarked;
    const latex = now ? step.beforeMarked : own;
    before.replaceChildren(...formula(latex, before.dataset.text ?? "").childNodes);
    before.classList.toggle("leaving", now);
  };
  for (const [name, now] of [["mouseenter", true], ["focus", true], ["mouseleave", false], ["blur", false]] as const)
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

// all of it

const live = element("div", { class: "live", role: "status", "aria-live": "polite" });
const note = element("p", { class: "hint" });
const main = element("main");
document.body.append(main, note, live);

function say(text: string): void {
  live.textContent = text;
}

function show(shown: View, place: string): void {
  note.textContent = "";
  // the same again: what is chosen, and the menu of its rules, stay
  const now = JSON.stringify([shown, place]);
  if (now === drawn) return;
  drawn = now;
  const focus = focused();
  const before = view?.derivation?.expression;
  view = shown;
  pointed = chosen = null;
  main.replaceChildren(statement(shown, place));
  if (shown.derivation) main.append(derivation(shown.derivation, shown));
  else main.append(element("p", { class: "hint" }, nothingToDerive(shown)));
  fit();
  if (focus !== null) document.querySelectorAll<HTMLElement>("button, [tabindex]")[focus]?.focus();
  if (shown.derivation && shown.derivation.expression !== before)
    say(`${shown.derivation.expression}: ${shown.derivation.steps.length} steps, ${shown.derivation.matrix ?? shown.derivation.index}`);
  host.setState({ view: shown, place });
}

function nothingToDerive({ kind, findings }: View): string {
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
  if (data.kind === "view") show(data.view, data.place);
  else note.textContent = data.text;
});
window.addEventListener("resize", fit);
document.addEventListener("click", (event) => {
  if (!(event.target as Element).closest(".menu, [data-at]")) {
    closeMenu();
    host.postMessage({ kind: "point", at: null });
  }
});
void document.fonts.ready.then(fit);

setPinned(false);
const last = host.getState();
if (last) show(last.view, last.place);
host.postMessage({ kind: "ready" });
