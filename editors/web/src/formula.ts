// The formula side: what is typed is asked at once; what was assumed, the layout and the variable are changed by a click.

import { DerivationFrame, type FromPage, type Rules, type View } from "./derivation";
import { Cancelled, type Engine } from "./engine";
import type { Answer, Asked, Laid, Problem, Shape } from "./messages";
import { byId, copy, element, formula, menu, prose } from "./parts";

/** Milliseconds without a keystroke after which is asked. */
const PAUSE = 60;
const LAYOUTS = ["numerator", "denominator", "mixed"];
const TARGETS: [string, string][] = [["numpy", "NumPy"], ["jax", "JAX"], ["torch", "PyTorch"], ["dask", "Dask"], ["sympy", "SymPy"], ["latex", "LaTeX"]];
const EXAMPLES = [
  "‖A x - b‖²", "y' A x", "x' A x", "softmax(x)", "log det(X' X)", String.raw`\frac{\partial}{\partial W}\|W x - y\|_2^2`, "np.sum(np.tanh(W @ x) ** 2)",
  "d/dx (x' A x) = 2 x' A", "d/dx_j (W_ik x_k) = W_ij",
];

export interface Around {
  engine: Engine;
  /** Put what is asked into the address. */
  keep: (asked: Asked) => void;
  explain: (what: string) => void;
  /** Go on with a text in the document, whose last line is asked about; `message` is what the derivation of that was asked. */
  goOn: (text: string, message?: FromPage) => void;
}

export class FormulaSide {
  private asked: Asked = { text: "", wrt: "", layout: "numerator", shapes: [], order: 1 };
  private timer: number | undefined;
  private turn = 0;
  private target = "numpy";
  private readonly input = byId<HTMLTextAreaElement>("formula");
  private readonly out = byId("answer");
  private readonly view: DerivationFrame;
  private readonly body = element("div", { hidden: true });
  private readonly facts = element("div", { class: "card" });
  private readonly layouts = element("div", { class: "scrolls" });
  private readonly derivation = element("section", { "aria-label": "Derivation" });
  private readonly code = element("section", { "aria-label": "Code" });
  /** What comes behind the answer; of an older formula it is faint, and nothing in it can be taken. */
  private readonly rest = element("div", { class: "rest" });

  constructor(private readonly around: Around) {
    this.view = new DerivationFrame("formula", (message) => void this.receive(message), true);
    this.derivation.append(element("h2", {}, "Derivation"), this.view.element);
    this.rest.append(this.layouts, this.derivation, this.code);
    this.body.append(this.facts, this.rest);
    this.out.append(this.body);
    for (const text of EXAMPLES)
      byId("examples").append(element("button", { type: "button", click: () => this.show({ text }) }, text));
    this.input.addEventListener("input", () => {
      this.grow();
      this.asked = { ...this.asked, text: this.input.value, wrt: "", shapes: [] };
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.ask(), PAUSE);
    });
  }

  wear(theme: string): void {
    this.view.wear(theme);
  }

  /** Ask for a formula, as a link has it. */
  show(asked: Partial<Asked>): void {
    this.asked = { text: "", wrt: "", layout: this.asked.layout, shapes: [], order: 1, ...asked };
    this.input.value = this.asked.text;
    this.grow();
    void this.ask();
  }

  focus(): void {
    this.input.focus();
  }

  private grow(): void {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 3}px`;
  }

  private change(part: Partial<Asked>): void {
    this.asked = { ...this.asked, ...part };
    void this.ask();
  }

  private async ask(): Promise<void> {
    const turn = ++this.turn;
    const asked = this.asked;
    this.around.keep(asked);
    if (!asked.text.trim()) {
      this.body.hidden = true;
      byId("choices").hidden = byId("read-as").hidden = true;
      return;
    }
    this.facts.classList.add("stale");
    this.rest.classList.add("stale");
    this.rest.inert = true;
    delete this.out.dataset.done;
    try {
      const found = await this.around.engine.askAnew<Answer>("answer", asked);
      if (turn !== this.turn) return;
      this.draw(found);
      performance.mark("answer", { detail: { text: asked.text, took: this.around.engine.lastTook } });
      this.out.dataset.of = asked.text;
      this.out.dataset.took = this.around.engine.lastTook.toFixed(1);
      if (found.kind !== "problem") await this.more(turn, asked, found);
    } catch (problem) {
      if (problem instanceof Cancelled || turn !== this.turn) return;
      this.refuse([{ code: "", message: String((problem as Error).message), fixes: [] }]);
    }
  }

  /** What takes longer, behind the answer. */
  private async more(turn: number, asked: Asked, found: Answer): Promise<void> {
    const { engine } = this.around;
    const [layouts, view] = await Promise.all([engine.ask<Laid[]>("layouts", asked), engine.ask<(View & { document: string }) | null>("view", asked)]);
    if (turn !== this.turn) return;
    this.drawLayouts(layouts, found);
    this.derivation.hidden = !view?.derivation;
    if (view) this.view.send({ kind: "view", view, place: "", pinned: false, working: false });
    if (found.kind !== "claim") await this.drawCode(turn, asked);
    if (turn !== this.turn) return;
    this.code.hidden = found.kind === "claim";
    this.rest.classList.remove("stale");
    this.rest.inert = false;
    this.out.dataset.done = asked.text;
  }

  // drawing

  private draw(found: Answer): void {
    this.out.setAttribute("aria-busy", "false");
    this.body.hidden = false;
    this.facts.classList.remove("stale");
    if (found.kind === "problem") return this.refuse(found.problems);
    const readAs = byId("read-as");
    readAs.hidden = !found.readAs;
    readAs.replaceChildren("read as ", element("code", {}, found.readAs));
    this.drawChoices(found);
    this.rest.hidden = false;
    const live = byId("live");
    if (found.kind === "claim") {
      this.facts.replaceChildren(...this.claim(found));
      live.textContent = found.claims.map((c) => `${c.verdict}. ${c.derived ?? ""} ${c.counterexample ?? ""}`).join("; ");
      return;
    }
    const layout = found.matrixShape.length ? `${found.matrixShape.join("×")}, ${found.layout} layout` : "";
    const rows: [string, Node | false][] = [
      ["matrix form", this.copied(found.matrix, layout)],
      ["gradient", found.gradient !== null && this.copied(found.gradient, `${found.shape.join("×")}, in the variable's own shape`)],
      ["index form", this.copied(found.index, found.free.length ? `free ${found.free.join(", ")}` : "")],
      ["shape", element("span", {}, found.shape.length ? `(${found.shape.join(", ")})` : "a number")],
    ];
    this.facts.replaceChildren(
      element("div", { class: "big", tabindex: "0", role: "group", "aria-label": `the answer: ${found.matrix ?? found.index}` }, formula(`${found.asked} = ${found.latex}`, found.matrix ?? found.index)),
      element("dl", { class: "facts" }, ...rows.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
      ...found.notes.map((note) => element("p", { class: "note" }, ...prose(note))),
      ...found.said.map((d) => this.finding(d)),
      this.onwards(),
    );
    live.textContent = `${found.asked ? "answer" : ""} ${found.matrix ?? found.index}. ${layout}`;
  }

  private copied(text: string | null, behind: string): HTMLElement {
    if (text === null) return element("span", { class: "quiet" }, "none that einsight knows");
    return element("span", {}, element("code", {}, text), behind && element("span", { class: "quiet" }, `${behind} `),
      element("button", { type: "button", "aria-label": `Copy ${text}`, click: () => void copy(text) }, "copy"));
  }

  private onwards(): HTMLElement {
    return element("p", { class: "quiet" }, element("button", { type: "button", click: () => void this.goOn() }, "Go on in a document"));
  }

  private claim(found: Answer): Node[] {
    return [
      element("div", { class: "big", tabindex: "0" }, formula(found.latex, found.readAs)),
      ...found.claims.flatMap((claim) => [
        element("p", {}, element("span", { class: `verdict ${claim.verdict}` }, claim.verdict === "right" ? "✓ right" : claim.sign)),
        element("dl", { class: "facts" },
          ...(claim.assumption ? [element("dt", {}, "right if"), element("dd", {}, element("code", {}, claim.assumption))] : []),
          ...(claim.derived ? [element("dt", {}, "einsight derives"), element("dd", {}, formula(claim.derivedLatex, claim.derived), " ", this.copied(claim.derived, ""))] : []),
          ...(claim.counterexample ? [element("dt", {}, "counterexample"), element("dd", { class: "counterexample" }, claim.counterexample)] : [])),
      ]),
      ...found.said.map((d) => this.finding(d)),
      this.onwards(),
    ];
  }

  private finding({ code, severity, message }: Problem): HTMLElement {
    return element("p", { class: `note ${severity ?? "error"}` },
      code && element("button", { type: "button", class: "code", title: "Explain", click: () => this.around.explain(code) }, code), " ", ...prose(message));
  }

  private refuse(problems: Problem[]): void {
    this.body.hidden = false;
    this.facts.classList.remove("stale");
    this.rest.hidden = true;
    const text = this.input.value;
    this.facts.replaceChildren(...problems.flatMap((p) => [
      this.finding(p),
      ...p.fixes.map((fix) => element("button", {
        type: "button", click: () => this.show({ ...this.asked, text: text.slice(0, fix.span[0]) + fix.text + text.slice(fix.span[1]) }),
      }, fix.title)),
    ]));
    byId("live").textContent = problems.map((p) => p.message).join(". ");
  }

  private drawChoices(found: Answer): void {
    const box = byId("choices");
    const groups: HTMLElement[] = [];
    if (found.variables.length)
      groups.push(this.radios("differentiate in", found.variables, found.wrt[0], (wrt) => this.change({ wrt })));
    if (found.kind === "expression" && found.wrt.length)
      groups.push(this.radios("order", ["1", "2"], String(found.order), (order) => this.change({ order: Number(order) })));
    groups.push(this.radios("layout", LAYOUTS, this.asked.layout, (layout) => this.change({ layout })));
    const shapes = [...found.chosen.map((s) => this.shape(s, true)), ...found.assumed.map((s) => this.shape(s, false))];
    if (shapes.length)
      groups.push(element("div", { class: "choice", role: "group", "aria-label": "Shapes" }, element("span", { class: "name" }, "shapes"), ...shapes));
    box.replaceChildren(...groups);
    box.hidden = false;
  }

  private radios(name: string, values: string[], now: string, choose: (value: string) => void): HTMLElement {
    const buttons = values.map((value) => element("button", {
      type: "button", role: "radio", "aria-checked": String(value === now), tabindex: value === now ? "0" : "-1", click: () => choose(value),
    }, value));
    const box = element("div", { class: "choice", role: "radiogroup", "aria-label": name }, element("span", { class: "name" }, name), ...buttons);
    box.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = values[(values.indexOf(now) + step + values.length) % values.length];
      choose(next);
      // the choices are drawn anew with the answer
      window.setTimeout(() => document.querySelector<HTMLElement>(`[role="radiogroup"][aria-label="${name}"] [aria-checked="true"]`)?.focus(), 80);
    });
    return box;
  }

  private shape({ name, space, choices }: Shape, isChosen: boolean): HTMLElement {
    const declaration = `${name} ∈ ${space}`;
    const others = () => this.asked.shapes.filter((s) => s.split(" ")[0] !== name);
    const open = ({ currentTarget }: Event) => {
      const button = currentTarget as HTMLElement;
      const own = element("input", { "aria-label": "Another declaration", value: declaration, size: "26" });
      own.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.key !== "Enter") return;
        document.querySelector(".menu")?.remove();
        this.change({ shapes: [...others(), own.value] });
      });
      const items = choices.map((choice) => ({ text: choice, run: () => this.change({ shapes: [...others(), choice] }) }));
      if (isChosen) items.push({ text: "as einsight takes it", run: () => this.change({ shapes: others() }) });
      menu(button.getBoundingClientRect(), `Shape of ${name}`, items, button, own);
    };
    return element("button", {
      type: "button", class: isChosen ? "chosen" : "taken", "aria-haspopup": "menu", title: isChosen ? "chosen; click to change" : "assumed; click to change", click: open,
    }, declaration);
  }

  private drawLayouts(rows: Laid[], found: Answer): void {
    const head = element("tr", {}, element("th", {}, "layout"), element("th", {}, found.kind === "claim" ? "verdict" : "matrix form"), found.kind !== "claim" && element("th", {}, "shape"));
    const same = new Set(rows.map((r) => JSON.stringify([r.matrix, r.signs]))).size === 1;
    this.layouts.hidden = same && !found.matrixShape?.length && found.kind !== "claim";
    this.layouts.replaceChildren(element("h2", {}, "In each layout"), element("table", {}, head, ...rows.map((r) => element("tr", { class: r.layout === found.layout ? "now" : "" },
      element("td", {}, r.layout),
      element("td", {}, r.signs ? r.signs.join(", ") : element("code", {}, r.matrix ?? "—")),
      r.signs === undefined && element("td", {}, r.shape || "a number")))));
  }

  private async drawCode(turn: number, asked: Asked): Promise<void> {
    const text = await this.around.engine.ask<string>("code", { ...asked, target: this.target }).catch((problem: Error) => `# ${problem.message}`);
    if (turn !== this.turn) return;
    const tabs = this.radios("library", TARGETS.map(([, name]) => name), TARGETS.find(([t]) => t === this.target)![1], (name) => {
      this.target = TARGETS.find(([, n]) => n === name)![0];
      void this.drawCode(this.turn, this.asked);
    });
    this.code.replaceChildren(element("h2", {}, "Code"), element("div", { class: "code" }, tabs,
      element("pre", { tabindex: "0", "aria-label": `${this.target} code` }, element("code", {}, text)),
      element("button", { type: "button", click: () => void copy(text) }, "copy the code")));
  }

  // the derivation asks

  private async receive(message: FromPage): Promise<void> {
    const { engine, explain } = this.around;
    if (message.kind === "explain") return explain(message.what);
    if (message.kind === "variable") return this.change({ wrt: message.name });
    if (message.kind === "copy") return copy(await engine.ask<string>("copied", { ...this.asked, target: message.target }));
    if (message.kind === "rules") {
      const [line, column, lastLine, last] = message.at.split(/[:-]/).map(Number);
      const found = await engine.ask<Rules | null>("rules", { ...this.asked, start: [line, column], end: [lastLine, last] });
      return this.view.send({ kind: "rules", at: message.at, found });
    }
    if (message.kind === "step" || message.kind === "apply") return this.goOn(message);
  }

  private async goOn(message?: FromPage): Promise<void> {
    this.around.goOn(await this.around.engine.ask<string>("document", this.asked), message);
  }
}
