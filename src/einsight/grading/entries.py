"""Entries that stand for an array, `(a_1 x_1, …, a_n x_n)`; products that are meant otherwise: `*` and `/` entry by entry, as code has them or words say; `⊗` of vectors as Kronecker's."""

from __future__ import annotations

import re

from ..asking.brackets import closing
from ..lowering.mentioned import walk
from ..syntax.parse import parse_statement
from ..syntax.tree import Chain, Layer, Relation

_DOTS = re.compile(r"\s*(?:\\(?:[lcv]?dots[a-z]?)(?![A-Za-z])|\.\.\.|…)\s*")
_OPENS = re.compile(r"\s*(?:\\left|\\[bB]igg?l?)?\s*[(\[]")
_CLOSED = re.compile(r"(?:\\right|\\[bB]igg?r?)?\s*$")
_BEHIND = re.compile(r"(?:\s*(?:\^\s*(?:\{\s*)?(?:\\top|\\intercal|\\mathsf\s*\{\s*T\s*\}|T|⊤)\s*\}?|'|ᵀ|⊤))?\s*\.?\s*")
_COUNTED = re.compile(r"\s*_\s*\{\s*([a-z])\s*=\s*1\s*\}\s*\^\s*(?:\{\s*)?[A-Za-z]\s*\}?\s*")


def entry_of_all(text: str) -> tuple[str, str] | None:
    """The entry that all are like, and its index: of `(a_1 x_1, \\dots, a_n x_n)^T` it is `a_i x_i`, of `[x_k^2]_{k=1}^n` `x_k^2`."""
    opening = _OPENS.match(text)
    if opening is None:
        return None
    end = closing(text, opening.end() - 1)
    inner, behind = _CLOSED.sub("", text[opening.end() : end]), text[end + 1 :]
    counted = _COUNTED.fullmatch(behind)
    if counted is not None:
        return inner, counted[1]
    if _BEHIND.fullmatch(behind) is None:
        return None
    parts = _parts(inner)
    if len(parts) < 3 or _DOTS.fullmatch(parts[-2]) is None or any(map(_DOTS.fullmatch, parts[:-2])):
        return None
    letter = next((c for c in "ijklpq" if not re.search(rf"(?<![A-Za-z\\]){c}(?![A-Za-z])", inner)), "")
    last = re.search(r"_\s*\{?\s*([A-Za-z])\s*\}?", parts[-1])
    if not letter or last is None:
        return None
    entries = [_with_index(part, str(k + 1), letter) for k, part in enumerate(parts[:-2])]
    entries.append(_with_index(parts[-1], last[1], letter))
    bare = {re.sub(r"\s|[{}]", "", e) for e in entries}
    return (entries[0], letter) if len(bare) == 1 else None


def _with_index(text: str, counted: str, letter: str) -> str:
    return re.sub(rf"_\s*(?:\{{\s*{counted}\s*\}}|{counted}(?!\d))", f"_{letter} ", text)


def _parts(text: str) -> list[str]:
    """What stands between commas, and between the breaks of lines, that are in no bracket."""
    parts, depth, begin = [], 0, 0
    for k, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0 and text[k - 1 : k] != "\\":
            parts.append(text[begin:k])
            begin = k + 1
    return [*parts, text[begin:]]


def by_entries(text: str) -> str:
    """The text with each `*` and `/` entry by entry, as in code; what touches binds before `*`, and behind `/` stands one factor."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        return text
    for node in walk(tree):  # the outermost first; what stands within it is changed in its turn
        if not isinstance(node, Chain):
            continue
        signs = [text[a.end : b.start].strip() for (_, a), (_, b) in zip(node.items, node.items[1:], strict=False)]
        if "*" not in signs and "/" not in signs:
            continue
        parts = [text[i.start : i.end] for _, i in node.items]
        factors, whole = parts[0], ""
        for sign, part in zip(signs, parts[1:], strict=True):
            if sign == "*":
                factors, whole = part, f"{whole}({factors}) ⊙ "
            elif sign == "/":
                factors = f"(({factors}) ./ ({part}))"
            else:
                factors = f"{factors} {sign} {part}"
        return by_entries(f"{text[: node.start]}{whole}({factors}){text[node.end :]}")
    return text


def with_kronecker(text: str) -> str:
    """The text with `x ⊗ y` as `kron(x, y)`, of vectors a long one."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        return text
    for node in walk(tree):
        if isinstance(node, Layer) and [op for op, _ in node.items] == ["", "⊗"]:
            left, right = (text[i.start : i.end] for _, i in node.items)
            return with_kronecker(f"{text[: node.start]}kron({left}, {right}){text[node.end :]}")
    return text
