"""Properties as a page says them of a name: in words, “symmetric positive definite”, or by an equation, `A = Aᵀ`."""

from __future__ import annotations

import re

from ...lowering.names import canonical_name
from ...lowering.properties import beside
from ...syntax.parse import parse_statement
from ...syntax.tree import Name, Relation, Transpose

# of names: `(A, symmetric)`
Properties = frozenset[tuple[str, str]]

NAME = r"[^\W\d_]\w*(?:⁽[^⁾\s]*⁾)?"
MATRIX = r"(?:matrix|matrices)"
_SYMMETRIC = r"(?:covariances?|correlation|precision)\s+(?:matrix|matrices)|covariances?"
# words of a property, longest first, with the property in the language
_PROPERTIES = {
    r"(?:skew|anti)[\s-]?symmetric": "antisymmetric",
    r"positive[\s-]+(?:semi[\s-]?)?definite": "positive-definite",
    r"symmetric(?!-)": "symmetric",
    r"diagonal\b(?!-)": "diagonal",
    r"orthogonal\b(?!-)": "orthogonal",
    _SYMMETRIC: "symmetric",
}
EVERY = frozenset(_PROPERTIES.values())
PROPERTY = "(?:" + "|".join(_PROPERTIES) + ")"
ALL_PROPERTIES = rf"({PROPERTY}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+){PROPERTY}){{0,10}}(?:\s+{MATRIX})?)"


def properties_in(words: str) -> frozenset[str]:
    """The properties that some words name."""
    found = set()
    for pattern, name in _PROPERTIES.items():
        if re.search(rf"\b{pattern}", words, re.IGNORECASE):
            found.add(name)
            words = re.sub(rf"\b{pattern}", " ", words, flags=re.IGNORECASE)
    return frozenset(found)


def condition_of(condition: str) -> Properties | None:
    """What a condition behind a formula, `if A = Aᵀ` or `for symmetric A`, says of names; None where it says more."""
    said = re.sub(
        r"^\W*(?:if|when|whenever|for|since|assuming|as|because|provided)\b(?:\s+that)?\s*",
        "",
        condition.strip(" .,;()"),
    )
    name = symmetric_name(said)
    if name:
        return frozenset({(name, "symmetric")})
    names = rf"({NAME}(?:(?:\s*,\s*|\s+and\s+|\s+){NAME})*?)"
    for pattern, at, words in (
        (rf"(?:an?\s+|any\s+|all\s+)?{ALL_PROPERTIES}\s+{names}", 2, 1),
        (rf"{names}\s+(?:(?:is|are)\s+)?(?:an?\s+)?{ALL_PROPERTIES}", 1, 2),
    ):
        found = re.fullmatch(pattern, said, re.IGNORECASE)
        if found is not None:
            listed = [n for n in re.split(r"\s*,\s*|\s+and\s+|\s+", found[at]) if n]
            if all(len(n) == 1 for n in listed):
                return frozenset((canonical_name(n), p) for n in listed for p in properties_in(found[words]))
    return None


def under(given: set[tuple[str, str]], condition: Properties) -> set[tuple[str, str]]:
    """What is given where a condition holds, which may say otherwise: `if A is antisymmetric`."""
    told: dict[str, set[str]] = {}
    for name, said in condition:
        told.setdefault(name, set()).add(said)
    return {(n, p) for n, p in given if beside((p,), told.get(n, ()))} | condition


def symmetric_name(text: str) -> str:
    """The name that `A = Aᵀ` says to be symmetric; empty where a text is another one."""
    tree = parse_statement(text)[0] if "=" in text else None
    if not isinstance(tree, Relation) or len(tree.sides) != 2:
        return ""
    for left, right in (tree.sides, tree.sides[::-1]):
        if isinstance(left, Name) and isinstance(right, Transpose) and isinstance(right.argument, Name):
            return canonical_name(left.text) if left.text == right.argument.text else ""
    return ""


def symmetric_entries(text: str) -> str:
    """The name of which `A_ij = A_ji` says the same."""
    found = re.fullmatch(r"\s*(\w)_\{?([a-z]),?([a-z])\}? = \1_\{?\3,?\2\}?\s*", text)
    return canonical_name(found[1]) if found is not None and found[2] != found[3] else ""
