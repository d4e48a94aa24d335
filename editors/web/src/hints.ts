// What the server has drawn into the text: hints behind definitions, claims and queries, and colours by what a name is.

import { type Extension, RangeSetBuilder, StateEffect, StateField, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";
import type { Range } from "./derivation";
import { offsetOf } from "./fixes";

interface Hint {
  position: { line: number; character: number };
  label: string;
  tooltip?: { value: string };
}

interface Drawn {
  hints: Hint[];
  tokens: number[];
  legend?: { tokenTypes: string[]; tokenModifiers: string[] };
}

export const drawn = StateEffect.define<Drawn>();
const pointed = StateEffect.define<Range | null>();

class HintWidget extends WidgetType {
  /** `tooltip` is what it says when one points at it. */
  constructor(private readonly label: string, private readonly tooltip: string) {
    super();
  }

  override eq(other: HintWidget): boolean {
    return other.label === this.label && other.tooltip === this.tooltip;
  }

  /** A click on it puts the cursor there. */
  override ignoreEvent(): boolean {
    return false;
  }

  toDOM(): HTMLElement {
    const made = document.createElement("span");
    const [first] = this.label;
    made.className = `hint ${{ "✓": this.label.includes("if") ? "warn" : "good", "✗": "bad", "⇄": "warn" }[first] ?? ""}`;
    made.textContent = this.label;
    if (this.tooltip) made.title = this.tooltip;
    return made;
  }
}

function hints(found: Hint[], doc: Text): DecorationSet {
  const made = found.map(({ position, label, tooltip }) => Decoration.widget({ widget: new HintWidget(label, tooltip?.value.replaceAll("`", "") ?? ""), side: 1 }).range(offsetOf(doc, position)));
  return Decoration.set(made, true);
}

/** Five numbers a token: lines and columns since the one before, length, type, modifiers. */
function colours({ tokens, legend }: Drawn, doc: Text): DecorationSet {
  const made = new RangeSetBuilder<Decoration>();
  if (!legend) return made.finish();
  let line = 0, column = 0;
  for (let k = 0; k + 4 < tokens.length; k += 5) {
    const [lines, columns, length, type, bits] = tokens.slice(k, k + 5);
    line += lines;
    column = lines ? columns : column + columns;
    const from = offsetOf(doc, { line, character: column });
    const modifiers = legend.tokenModifiers.filter((_, n) => bits & (1 << n)).map((m) => ` tok-${m}`).join("");
    if (length) made.add(from, Math.min(doc.length, from + length), Decoration.mark({ class: `tok-${legend.tokenTypes[type]}${modifiers}` }));
  }
  return made.finish();
}

function field(from: (found: Drawn, doc: Text) => DecorationSet): Extension {
  return StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update(now, transaction) {
      for (const effect of transaction.effects) if (effect.is(drawn)) return from(effect.value, transaction.state.doc);
      return now.map(transaction.changes);
    },
    provide: (it) => EditorView.decorations.from(it),
  });
}

const pointer = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(now, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(pointed)) continue;
      if (effect.value === null) return Decoration.none;
      const { doc } = transaction.state;
      const [from, to] = [offsetOf(doc, effect.value.start), offsetOf(doc, effect.value.end)];
      return from < to ? Decoration.set(Decoration.mark({ class: "pointed-at" }).range(from, to)) : Decoration.none;
    }
    return now.map(transaction.changes);
  },
  provide: (it) => EditorView.decorations.from(it),
});

export const drawing: Extension = [field(({ hints: found }, doc) => hints(found, doc)), field(colours), pointer];

/** Show in the text what the derivation points at. */
export function pointAt(view: EditorView, range: Range | null): void {
  view.dispatch({ effects: pointed.of(range) });
}
