"""Statements, conditions and examples of rules as a page shows them."""

from __future__ import annotations

import re

from ..deriving.questions import read_declarations
from ..deriving.readback import read_value
from ..lowering.report import EinsightError
from ..notation.tree_latex import formula_latex
from ..rules.conditions import Conditions, MalformedCondition, parted
from ..rules.rule import Rule
from ..syntax.parse import parse_statement
from ..syntax.tree import Relation
from .markdown import plain

_WORDS = re.compile(r"\s+(?:where|for)\s+")
_NAME = re.compile(r"[^\W\d_]+")
ARROW = r" \;\Rightarrow\; "


def statement_latex(statement: str) -> str | None:
    """`left => right` in LaTeX, without its conditions; None where a side is no formula."""
    sides = [_side(side) for side in _WORDS.split(statement)[0].split("=>")]
    return None if None in sides else ARROW.join(s for s in sides if s is not None)


def _side(text: str) -> str | None:
    """A side, or several formulas with commas between them."""
    parts = [text_latex(part) for part in re.split(r",\s+(?![^()]*\))", text.strip())]
    return None if None in parts else r",\quad ".join(p for p in parts if p is not None)


def text_latex(text: str) -> str | None:
    """A formula in LaTeX; None where it does not read."""
    tree, problems = parse_statement(text.strip())
    return None if problems or not isinstance(tree, Relation) else formula_latex(text.strip())


def conditions(rule: Rule) -> list[str]:
    """When a rule holds, a sentence each; empty where its statement says nothing of it."""
    words = _WORDS.split(rule.statement, maxsplit=1)
    if len(words) == 1:
        return []
    try:
        found = parted(rule.statement)[1]
    except MalformedCondition:
        found = Conditions()
    told = [f"`{name}` is {word}." for name, word in found.properties]
    told += [f"`{index}` runs over an axis of size {size}." for index, size in found.sizes]
    told += [f"Every index runs over an axis of size {found.size}."] if found.size is not None else []
    return told or [f"For {plain(words[1].strip())}."]


def needed(declare: str, *texts: str | None) -> str:
    """The declarations that an example uses, of all that stand before a rule's examples."""
    pieces = [p.strip() for p in re.split(r"[;\n]", declare) if p.strip()]
    used = _names(" ".join(t for t in texts if t))
    kept: list[str] = []
    for piece in reversed(pieces):  # a definition stands behind what it uses
        head = re.split(r"\s(?:in|∈)\s|:|=", piece, maxsplit=1)[0]
        if _names(head) & used:
            kept.insert(0, piece)
            used |= _names(piece) if "=" in piece else set()
    short = "; ".join(kept)
    return short if all(_reads(short, t) for t in texts if t) else declare


def _names(text: str) -> set[str]:
    found = set(_NAME.findall(text))
    return found | {n[1:] for n in found if n.startswith("d") and len(n) > 1}


def _reads(declare: str, text: str) -> bool:
    try:
        return read_value(text, read_declarations(declare, "numerator")) is not None
    except EinsightError:
        return False
