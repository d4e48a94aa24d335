"""Products that are meant otherwise: `*` and `/` entry by entry, as code has them or words say; `⊗` of vectors as Kronecker's."""

from __future__ import annotations

from ..lowering.mentioned import walk
from ..syntax.parse import parse_statement
from ..syntax.tree import Chain, Layer, Relation


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
