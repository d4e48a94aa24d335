"""Cross products, `a × b` and `np.cross(a, b)`, as the three components that they have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from ..lowering.names import Names, canonical_name
from .brackets import closing

# a name with its mark, or a bracket
_OPERAND = r"(?:[^\W\d]\w*(?:_\{\w+\})?)"
_BEFORE = re.compile(rf"({_OPERAND})\s*$")
_BEHIND = re.compile(rf"\s*({_OPERAND})(?![\w(\[^'ᵀ])")
_DOT = re.compile(rf"({_OPERAND}|\))\s*·\s*$")


def with_cross_products(text: str, is_vector: Callable[[str], bool]) -> str:
    """The text with each `×` between vectors of three entries written out; `is_vector` tells which names are some."""
    at = 0
    while (at := text.find("×", at)) >= 0:
        left, right = _before(text, at), _behind(text, at + 1)
        if left is None or right is None:
            at += 1
            continue
        begin, end = left, right
        first, last = text[begin:at].strip(), text[at + 1 : end].strip()
        if not (_is_of_vectors(first, is_vector) and _is_of_vectors(last, is_vector)):
            at += 1
            continue
        outer = begin - 1 if text[begin - 1 : begin] == "(" and text[end : end + 1] == ")" else begin
        dotted = _DOT.search(text, 0, outer)
        made = written(components(first, is_vector), components(last, is_vector))
        if dotted is not None:  # `a · (b × c)`
            text = f"{text[: dotted.end(1)]}' {text[outer:begin]}{made}{text[end:]}"
        else:
            text = f"{text[:begin]}{made}{text[end:]}"
        at = 0
    return text


def written(left: tuple[str, str, str], right: tuple[str, str, str]) -> str:
    """The cross product of two vectors, by their components."""
    return f"[{', '.join(_entries(left, right))}]"


def components(text: str, is_vector: Callable[[str], bool]) -> tuple[str, str, str]:
    """The three components of a vector; of a cross product in brackets, what they are."""
    if text.startswith("("):
        inner = text[1:-1]
        at = inner.find("×")
        if (
            at >= 0
            and _before(inner, at) == len(inner) - len(inner.lstrip())
            and _behind(inner, at + 1) == len(inner.rstrip())
        ):
            left, right = inner[:at].strip(), inner[at + 1 :].strip()
            return _entries(components(left, is_vector), components(right, is_vector))
    if text.startswith("[") and text.count(",") == 2:
        first, second, third = (f"({part.strip()})" for part in text[1:-1].split(","))
        return first, second, third
    return f"{text}[1]" if text[-1:] != ")" else f"{text}_1", _component(text, 2), _component(text, 3)


def _component(text: str, number: int) -> str:
    return f"{text}_{number}" if text.endswith(")") else f"{text}[{number}]"


def _entries(left: tuple[str, str, str], right: tuple[str, str, str]) -> tuple[str, str, str]:
    a, b, c = (f"({left[i]} {right[j]} - {left[j]} {right[i]})" for i, j in ((1, 2), (2, 0), (0, 1)))
    return a, b, c


def _is_of_vectors(text: str, is_vector: Callable[[str], bool]) -> bool:
    if text.startswith("["):
        return text.count(",") == 2
    names = re.findall(_OPERAND, text)
    return bool(names) and (any if text.startswith("(") else all)(map(is_vector, names))


def _before(text: str, at: int) -> int | None:
    """Where the factor begins that stands before a place."""
    rest = text[:at].rstrip()
    if rest.endswith((")", "]")):
        depth = 0
        for k in range(len(rest) - 1, -1, -1):
            depth += (rest[k] in ")]") - (rest[k] in "([")
            if depth == 0:
                return k
        return None
    found = _BEFORE.search(rest)
    return found.start() if found is not None else None


def _behind(text: str, at: int) -> int | None:
    """Where the factor ends that stands behind a place."""
    begin = at + len(text[at:]) - len(text[at:].lstrip())
    if text[begin : begin + 1] in ("(", "["):
        end = closing(text, begin)
        return end + 1 if end < len(text) else None
    found = _BEHIND.match(text, at)
    return found.end() if found is not None else None


def with_crosses(statements: Sequence[str], names: Names, bold: Mapping[str, str]) -> list[str]:
    """The statements with `a × b` of vectors written out; those that are bold and not declared have three entries then."""
    if "×" not in "".join(statements) or not any("×" in s and "∈" not in s for s in statements):
        return list(statements)
    met: dict[str, None] = {}

    def is_vector(name: str) -> bool:
        name = canonical_name(name)
        entry = names.find(name)
        if entry is None and bold.get(name.partition("_")[0]):
            met[name] = None
            return True
        return entry is not None and entry.tensor is not None and [str(d) for d in entry.tensor.dims] == ["3"]

    made = [s if "∈" in s else with_cross_products(s, is_vector) for s in statements]
    return [*(f"{n} ∈ ℝ^3" for n in met), *made] if made != list(statements) else made
