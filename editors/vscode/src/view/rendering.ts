// Where the verdicts on formulas go in a page that markdown-it renders: behind each formula, and behind the lines of a fence.

/** An answer of `einsight/verdicts`. */
export interface Verdict {
  uri: string;
  line: number;
  source: string;
  verdict: string;
  sign: string;
  says: string;
}

/** As much of markdown-it's tokens as is needed. */
export interface Token {
  type: string;
  content: string;
  info: string;
  map: [number, number] | null;
  children: Token[] | null;
  attrs: [string, string][] | null;
}

/** What stands behind a formula, or a line of a fence: `lines` of the page that it is on, and its LaTeX or text. */
export type Behind = (lines: [number, number], source: string) => string;

const FENCE = /^\{?\.?ein(sight)?\b/;

/** The tokens with what stands behind each formula; those that are given stay as they are. */
export function withVerdicts(tokens: Token[], behind: Behind): Token[] {
  const made: Token[] = [];
  for (const token of tokens) {
    const lines = token.map ?? [0, Number.MAX_SAFE_INTEGER];
    if (token.type === "fence" && FENCE.test(token.info.trim())) made.push(fence(token, lines[0], behind));
    else if (token.children) made.push(copied(token, { children: token.children.flatMap((child) => one(child, lines, behind)) }));
    else made.push(...one(token, lines, behind));
  }
  return made;
}

function one(token: Token, lines: [number, number], behind: Behind): Token[] {
  if (!token.type.startsWith("math_")) return [token];
  const html = behind(lines, token.content);
  if (!html) return [token];
  const isBlock = token.type.includes("block");
  return [token, copied(token, { type: "html_inline", content: isBlock ? `<div class="einsight-verdicts" style="text-align: center">${html}</div>` : html, children: null, map: null, attrs: null })];
}

function fence(token: Token, first: number, behind: Behind): Token {
  const rows = token.content.replace(/\n$/, "").split("\n").map((row, k) => escaped(row) + behind([first + 1 + k, first + 2 + k], row));
  const html = `<pre class="code-line hljs" data-line="${first}"><code class="language-ein">${rows.join("\n")}\n</code></pre>\n`;
  return copied(token, { type: "html_block", content: html, children: null });
}

function copied(token: Token, changes: Partial<Token>): Token {
  return Object.assign(Object.create(Object.getPrototypeOf(token)), token, changes);
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);
}

/** The verdicts on a formula: those on its lines whose formula it is. */
export function verdictsOn(all: Verdict[], [first, end]: [number, number], source: string): Verdict[] {
  const here = bare(source);
  return all.filter((v) => {
    const there = bare(v.source);
    // its last row may stand on the line on which the formula is closed
    return v.line >= first && v.line <= end && there !== "" && (here.includes(there) || there.includes(here));
  });
}

/** Without what is different where a page is quoted or indented. */
function bare(source: string): string {
  return source.replace(/\s|^[ \t]*>/gm, "");
}

export const KINDS: Record<string, string> = { right: "right", wrong: "wrong", shape: "wrong", transposed: "doubtful", right_if: "doubtful", undecided: "undecided" };

/** A sign with its words for a hover. */
export function badge({ verdict, sign, says }: Verdict): string {
  const words = escaped(says.replaceAll("`", ""));
  return `<span class="einsight-verdict einsight-${KINDS[verdict] ?? "undecided"}" title="${words}" aria-label="${words}"> ${escaped(sign)}</span>`;
}
