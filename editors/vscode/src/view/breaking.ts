// Where the lines of a formula may end: KaTeX breaks only between what stands in no bracket, and keeps what is marked whole.
//
// A formula is first allowed to break before `=`, `+` and `−` of its outermost sums; then within one level of brackets after
// the other, which are given a fixed size for that, a long fraction being written with a stroke; at last between factors.  What
// is marked is marked piece by piece.  Behind `where` a line ends between two explanations.

type Part =
  | { kind: "text"; text: string }
  | { kind: "space" }
  | { kind: "sign"; text: string }
  | { kind: "bracket"; open: string; body: Part[]; close: string }
  | { kind: "fraction"; body: Part[]; below: Part[] }
  | { kind: "mark"; head: string; body: Part[] };

/** How much a formula may be broken: levels of brackets that are opened, whether factors are parted, and what is below a stroke. */
export interface Breaks {
  level: number;
  factors: boolean;
  below?: boolean;
}

export const STAGES: Breaks[] = [
  { level: 0, factors: false }, { level: 1, factors: false }, { level: 2, factors: false }, { level: 4, factors: false },
  { level: 4, factors: true }, { level: 9, factors: true, below: true },
];

const SIGNS = new Set(["=", "+", "-", "\\odot", "\\otimes"]);
/** Letters of LaTeX of a long product. */
const LONG = 60;
const TOKEN = /\\(?:left|right)\s*(?:\\[A-Za-z]+|\\.|.)|\\html(?:Data|Class)\{[^{}]*\}|\\begin\{\w+\}|\\end\{\w+\}|\\[A-Za-z]+|\\.|\s+|./gsu;

/** A formula with signs of KaTeX for where it may be broken. */
export function breakable(latex: string, breaks: Breaks): string {
  return written(parsed(latex), breaks);
}

function parsed(latex: string): Part[] {
  const tokens = latex.match(TOKEN) ?? [];
  let at = 0;
  const parts = (ends: (token: string) => boolean): Part[] => {
    const found: Part[] = [];
    while (at < tokens.length && !ends(tokens[at])) {
      const token = tokens[at++];
      if (token.startsWith("\\left") && !/^\\left[A-Za-z]/.test(token)) {
        const body = parts((t) => /^\\right(?![A-Za-z])/.test(t));
        const close = tokens[at++] ?? "";
        found.push({ kind: "bracket", open: token.slice(5).trim(), body, close: close.slice(6).trim() });
      } else if (/^\\html(Data|Class)\{/.test(token) && tokens[at] === "{") {
        at++;
        const body = parts((t) => t === "}");
        at++;
        found.push({ kind: "mark", head: token, body });
      } else if (token === "\\frac" && tokens[at] === "{") {
        at++;
        const body = parts((t) => t === "}");
        at += 2;
        const below = parts((t) => t === "}");
        at++;
        found.push({ kind: "fraction", body, below });
      } else if (token === "{") found.push({ kind: "text", text: `{${whole("{", "}")}}` });
      else if (token.startsWith("\\begin{")) found.push({ kind: "text", text: token + whole("\\begin{", "\\end{") + (tokens[at - 1] ?? "") });
      else if (/^\s/.test(token)) found.push({ kind: "space" });
      else if (SIGNS.has(token)) found.push({ kind: "sign", text: token });
      else found.push({ kind: "text", text: token });
    }
    return found;
  };
  /** All up to what closes, as it stands. */
  const whole = (open: string, close: string): string => {
    let text = "";
    for (let depth = 1; at < tokens.length; ) {
      const token = tokens[at++];
      if (token.startsWith(open)) depth++;
      if (token.startsWith(close) && --depth === 0) break;
      text += token;
    }
    return text;
  };
  return parts(() => false);
}

/** As it was, in one piece. */
function plain(parts: Part[]): string {
  return parts.map((part) => {
    if (part.kind === "space") return " ";
    if (part.kind === "bracket") return `\\left${part.open} ${plain(part.body)}\\right${part.close} `;
    if (part.kind === "fraction") return `\\frac{${plain(part.body)}}{${plain(part.below)}}`;
    return part.kind === "mark" ? `${part.head}{${plain(part.body)}}` : part.text;
  }).join("");
}

function written(parts: Part[], breaks: Breaks, head?: string): string {
  let out = "", piece = "", explains = false; // behind `where`
  const flush = () => {
    if (piece.trim()) out += head === undefined ? piece : `${head}{${piece}}`;
    piece = "";
  };
  parts.forEach((part, k) => {
    if (part.kind === "text" && part.text === "\\quad") {
      flush();
      explains = true;
      out += " \\allowbreak ";
      piece = "\\quad ";
    } else if (part.kind === "text" && part.text === "\\;" && explains) {
      piece += "\\; ";
      flush();
      out += " \\allowbreak ";
    } else if (part.kind === "sign" && explains) piece += ` ${part.text} \\nobreak `;
    else if (part.kind === "sign" && isBetween(parts, k)) {
      flush();
      if (head === undefined) out += ` \\allowbreak ${part.text} \\nobreak `;
      else {
        out += " \\allowbreak ";
        piece = `{}${part.text}{} `; // marked with what follows it
      }
    } else if (part.kind === "sign" || part.kind === "text") piece += part.text;
    else if (part.kind === "space") {
      if (breaks.factors && !governs(piece) && !/^\{\}\S+\{\}\s*$/.test(piece) && !parts[k + 1]?.kind.startsWith("sign")) {
        flush();
        out += " \\allowbreak ";
      } else piece += " ";
    } else if (part.kind === "bracket") {
      if (breaks.level === 0 || (explains && !breaks.factors)) piece += plain([part]);
      else {
        const [open, close] = sized(part);
        const inside = { ...breaks, level: breaks.level - 1 };
        piece += open;
        flush();
        out += written(part.body, inside, head);
        piece += close;
      }
    } else if (part.kind === "fraction") {
      if (breaks.level === 0 || !isLong(part.body)) piece += plain([part]);
      else {
        const [open, close] = sized({ open: "(", body: part.body, close: ")" });
        piece += open;
        flush();
        out += written(part.body, { ...breaks, level: breaks.level - 1 }, head);
        piece += `${close}\\big/`;
        if (breaks.below && isLong(part.below)) {
          const [first, last] = sized({ open: "(", body: part.below, close: ")" });
          piece += first;
          flush();
          out += written(part.below, { ...breaks, level: breaks.level - 1 }, head);
          piece += last;
        } else {
          const below = plain(part.below);
          piece += isLong(part.below) || part.below.length > 1 ? `\\left(${below}\\right)` : below;
        }
      }
    } else {
      flush();
      const whole = written(part.body, breaks, part.head);
      // pieces of a mark are told apart from a whole one
      out += whole.split(part.head).length > 2 ? whole.replaceAll(part.head, part.head.replace("\\htmlClass{", "\\htmlClass{ein-piece ")) : whole;
    }
  });
  flush();
  return out;
}

/** Is a sign between two terms, and no sign of one? */
function isBetween(parts: Part[], k: number): boolean {
  const before = parts.slice(0, k).filter((part) => part.kind !== "space").at(-1);
  return before !== undefined && before.kind !== "sign";
}

/** What is above a stroke, where lines may end: a sum, or much of a product. */
function isLong(parts: Part[]): boolean {
  return parts.some((part, k) => part.kind === "sign" && isBetween(parts, k)) || plain(parts).length > LONG;
}

/** Does what was just written govern what follows, so that no line ends between them? */
function governs(text: string): boolean {
  return /\\(sum|prod|nabla|partial)(_(\{[^{}]*\}|.))?(\^(\{[^{}]*\}|.))?\s*$|\\frac\{(\\partial|d)(\^\{?2\}?)?\s*\}\{[^{}]*(\{[^{}]*\}[^{}]*)*\}\s*$/.test(text);
}

/** Brackets that need not grow with what is in them, since lines end there. */
function sized({ open, body, close }: { open: string; body: Part[]; close: string }): [string, string] {
  const inside = plain(body);
  const size = /\\frac|\\sum|\\prod|\\begin/.test(inside) ? "bigg" : /\^|\\left/.test(inside) ? "big" : "";
  if (!size) return [`\\mathopen{${open}}`, `\\mathclose{${close}}`];
  return [`\\${size}l${open} `, `\\${size}r${close} `];
}
