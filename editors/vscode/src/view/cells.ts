// Verdicts in the rendered Markdown cells of a notebook.  A cell is rendered before its verdicts are known, so each formula has
// an element behind it that shows them when the extension tells them.

import { escaped, KINDS, type Token, type Verdict, verdictsOn, withVerdicts } from "./rendering";

interface Context {
  getRenderer(id: string): Promise<{ extendMarkdownIt(extend: (md: MarkdownIt) => void): void } | undefined>;
  postMessage?(message: unknown): void;
  onDidReceiveMessage?(listener: (message: Told) => void): void;
}
interface MarkdownIt {
  renderer: { render(tokens: Token[], options: unknown, env: { outputItem?: { text(): string } }): string };
}
interface Told {
  kind: "verdicts";
  cells: { text: string; verdicts: Verdict[] }[];
}

const known = new Map<string, Verdict[]>();
const shown = new Set<Verdicts>();

class Verdicts extends HTMLElement {
  connectedCallback(): void {
    shown.add(this);
    this.show();
  }

  disconnectedCallback(): void {
    shown.delete(this);
  }

  show(): void {
    const { cell = "", source = "", first = "0", end = "0" } = this.dataset;
    const found = verdictsOn(known.get(cell) ?? [], [Number(first), Number(end)], source);
    this.replaceChildren(...found.map(({ verdict, sign, says }) => {
      const made = document.createElement("span");
      made.textContent = ` ${sign}`;
      made.title = says.replaceAll("`", "");
      made.style.color = `var(--vscode-einsight-${KINDS[verdict] ?? "undecided"})`;
      return made;
    }));
  }
}

export async function activate(context: Context): Promise<void> {
  const markdown = await context.getRenderer("vscode.markdown-it-renderer");
  if (!markdown) return;
  if (!customElements.get("einsight-verdicts")) customElements.define("einsight-verdicts", Verdicts);
  context.onDidReceiveMessage?.((told) => {
    if (told.kind !== "verdicts") return;
    for (const { text, verdicts } of told.cells) known.set(text, verdicts);
    shown.forEach((element) => element.show());
  });
  markdown.extendMarkdownIt((md) => {
    const render = md.renderer.render;
    md.renderer.render = (tokens, options, env) => {
      const cell = escaped(env?.outputItem?.text() ?? "");
      const made = withVerdicts(tokens, ([first, end], source) =>
        `<einsight-verdicts data-cell="${cell}" data-source="${escaped(source)}" data-first="${first}" data-end="${end}"></einsight-verdicts>`);
      return render.call(md.renderer, made, options, env);
    };
  });
  context.postMessage?.({ kind: "ready" });
}
