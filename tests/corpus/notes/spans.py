"""Where the formulas of a page stand, and where the `=` of a formula.

This is the numbering that the `.truth.json` files use, and nothing else of the corpus depends on it. It knows only the
habits of these pages; it is no reader of Markdown. `python tests/corpus/notes/spans.py PAGE` prints the numbers.

A formula is what stands between dollars, `\\(…\\)`, `\\[…\\]`, in an environment of its own, in a fence marked `math`, in a
`{math}` directive or role, and their like in reStructuredText. A link is an `=` of a formula, also inside brackets and
as `:=`, but not in a subscript, a superscript, a `\\text`, a label, a matrix or `cases`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOTES = Path(__file__).parent
KINDS = {".md": "markdown", ".qmd": "markdown", ".tex": "latex", ".rst": "rst", ".ipynb": "notebook"}


@dataclass(frozen=True)
class Formula:
    text: str
    start: int  # where text begins, in the file, or in the source of the cell
    cell: int | None = None  # the number of the notebook's cell, code cells counted


@dataclass(frozen=True)
class Link:
    start: int  # where the sign begins in the formula's text
    left: str
    right: str


def pages() -> list[Path]:
    """The pages that have a truth, by name."""
    return sorted(NOTES / json.loads(t.read_text(encoding="utf-8"))["page"] for t in NOTES.glob("*.truth.json"))


def formulas(page: Path) -> list[Formula]:
    text = page.read_bytes().decode("utf-8")
    kind = KINDS[page.suffix]
    if kind == "notebook":
        cells = enumerate(json.loads(text)["cells"])
        return [
            Formula(text, start, number)
            for number, cell in cells
            if cell["cell_type"] == "markdown"
            for text, start in _scan(MARKDOWN, "".join(cell["source"]))
        ]
    if kind == "latex":
        body = text.index("\\begin{document}")
        return [Formula(t, body + start) for t, start in _scan(LATEX, text[body:])]
    return [Formula(t, start) for t, start in _scan(RST if kind == "rst" else MARKDOWN, text)]


# Containers: alternatives in order; a formula is the group that took part, a match without one is passed over

_ENVIRONMENTS = r"\\begin\{(?P<env>(?:equation|align|gather|eqnarray|multline)\*?)\}(?P<a>.*?)\\end\{(?P=env)\}"
_BRACKETS = r"\\\[(?P<b>.*?)\\\]|\\\((?P<c>.*?)\\\)"
_DOLLARS = r"\$\$(?P<d>.*?)\$\$|\$(?P<e>(?!\s)(?:(?!\n\s*\n)[^$\\]|\\.)+?(?<!\s))\$(?!\d)"
_OPTIONS = r"(?:[ \t]*:[a-z]+:[^\n]*\r?\n)*"

MARKDOWN = re.compile(
    r"\A---\r?\n.*?\n---\r?\n"
    r"|<!--.*?-->"
    r"|^[ ]*(?P<fence>```+)[ ]*(?:\{math\}|math)[ \t]*\r?\n" + _OPTIONS + r"(?P<f>.*?)^[ ]*(?P=fence)"
    r"|^[ ]*(?P<other>```+|~~~+).*?^[ ]*(?P=other)"
    r"|^:::+[ ]*\{math\}[ \t]*\r?\n" + _OPTIONS + r"(?P<g>.*?)^:::"
    r"|\{math\}`(?P<h>[^`]+)`"
    r"|`[^`\n]+`"
    r"|\\\$"
    r"|" + "|".join((_ENVIRONMENTS, _BRACKETS, _DOLLARS)),
    re.S | re.M,
)
LATEX = re.compile(
    r"\\%|(?<!\\)%[^\n]*|\\\$|\\verb\|.*?\||\\begin\{verbatim\}.*?\\end\{verbatim\}|\\\\\[[^\]]*\]"
    r"|" + "|".join((_ENVIRONMENTS, _BRACKETS, _DOLLARS)),
    re.S | re.M,
)
RST = re.compile(
    r"^\.\. math::[ \t]*\n?" + _OPTIONS + r"(?P<a>[^\n]*\n(?:[ \t]*\n|[ ]{2,}[^\n]*\n)*)|:math:`(?P<b>[^`]+)`|``.*?``",
    re.S | re.M,
)


def _scan(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, int]]:
    for match in pattern.finditer(text):
        for name in set("abcdefgh") & set(pattern.groupindex):
            if match[name] is not None:
                yield match[name], match.start(name)


# Links

_GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\}"
_INNER = r"[bpvBV]?(?:small)?matrix|cases|array"
_HIDDEN = re.compile(
    rf"(?P<aside>\\(?:text|mbox|textrm|intertext)(?=\{{[^}}]*[ ]){_GROUP}|\\q?quad)"
    rf"|\\begin\{{(?P<env>{_INNER})\}}.*?\\end\{{(?P=env)\}}"
    rf"|\\(?:begin|end|label|tag\*?|text|mbox|textrm|mathrm|operatorname\*?|newcommand|hspace\*?)\s*{_GROUP}"
    rf"|[_^]\s*(?:{_GROUP}|\\[a-zA-Z]+|[^\\{{}}])"
    rf"|(?P<dressed>\\(?:stackrel|overset)\s*{_GROUP}\s*\{{=\}})"
    r"|(?P<row>\\\\(?:\[[^\]]*\])?|\n[ \t]*\n)"
    r"|(?P<relation>\\(?:leq?|geq?|neq?|approx|in|sim|propto|to|Rightarrow|implies|iff|Longrightarrow|leftarrow|gets|mapsto|equiv)(?![a-zA-Z])|[<>])"
    r"|(?P<equals>:?=)"
    r"|(?P<open>\\\{|[(\[{])|(?P<close>\\\}|[)\]}])"
    r"|(?P<comma>,)"
    r"|\\[a-zA-Z]+|\\.|%[^\n]*",
    re.S,
)


def _events(text: str) -> Iterator[tuple[str, int, int]]:
    depth = 0
    for match in _HIDDEN.finditer(text):
        kind = match.lastgroup if match.lastgroup != "env" else None
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(depth - 1, 0)
        elif kind in ("equals", "dressed"):
            yield "=", *match.span()
        elif kind == "aside" and "quad" in match[0] and re.search(r"\\\\[\s&{}]*$", text[: match.start()]):
            continue  # space at the beginning of a row
        elif kind in ("aside", "relation", "row") or (kind == "comma" and depth == 0):
            yield kind, *match.span()
    yield "end", len(text), len(text)


_ROWS = r"\\(?:begin|end)\{(?:align|gather|split|eqnarray|equation|multline)[a-z]*\*?\}"


def _clean(text: str) -> str:
    text = " ".join(
        re.sub(r"(?<!\\)&|\\label\{[^}]*\}|\\tag\*?\{[^}]*\}|\\nonumber|\\notag|%[^\n]*", " ", text).split()
    )
    text = re.sub(rf"^({_ROWS}\s*)+|(\s*{_ROWS})+$", "", text)
    while text.count("{") > text.count("}") and text.startswith("\\boxed{"):
        text = text[len("\\boxed{") :].strip()
    while text.count("}") > text.count("{") and text.rstrip(" .,").endswith("}"):
        text = text.rstrip(" .,")[:-1]
    return re.sub(r"^(\\[,;:! ]\s*)+|(\s*(\\[,;:!]|[.,;]|\\(?=$)))+$", "", text.strip())


def links(formula: str) -> list[Link]:
    """Every `=` with what it joins; a left side that a row does not write is the right side before."""
    events = list(_events(formula))
    found: list[Link] = []
    begin = 0
    for number, (kind, start, end) in enumerate(events):
        if kind == "row" and _continues(formula, events, number):
            continue
        if kind == "=":
            left = _clean(formula[begin:start])
            right, stop = "", end
            for later, (other, first, last) in enumerate(events[number + 1 :], number + 1):
                right += " " + formula[stop:first]
                stop = last
                if other != "row" or not _continues(formula, events, later):
                    break
            found.append(Link(start, left or (found[-1].right if found else ""), _clean(right)))
            begin = end
        else:
            begin = end
    return found


def _continues(formula: str, events: list[tuple[str, int, int]], row: int) -> bool:
    """Whether the row that begins here goes on with the side before: it starts with an operator and has no `=`."""
    rest = formula[events[row][2] :]
    return re.match(r"[\s&]*(\\q?quad|\\[,;!]|\s|&|\{\})*([+\-]|\\cdot|\\times)", rest) is not None


def _print(page: Path) -> None:
    for number, formula in enumerate(formulas(page)):
        print(f"[{number}] {' '.join(formula.text.split())}")
        for index, link in enumerate(links(formula.text)):
            print(f"    {number}.{index}  {link.left}   =   {link.right}")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        _print(Path(argument))
