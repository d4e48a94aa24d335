"""Declarations of one member of a family: `x_i ∈ ℝ^n` beside `∑_i (y_i - w' x_i)^2` says of each `x_i` that it is a vector."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..lowering.names import AS_COLUMN, Entry, Names, canonical_name
from ..lowering.statements import lower_statement
from ..syntax.statements import Piece
from ..terms.dimension import Dim
from ..terms.term import Tensor
from .lists import named_by

# what binds a letter, with its last value where that is written
_BOUND = re.compile(r"(?:∑|(?<![^\W_])sum|prod)_\{?\s*([a-z])\s*(?:=\s*\w+\s*\}?\s*\^\s*\{?\s*(\w+)\s*\}?|(?![\w']))")
_MARKED = re.compile(r"([^\W\d_][^\W_]*)_([a-z])")


def with_members(
    statements: Sequence[str], variables: Sequence[str], names: Names
) -> tuple[list[str], tuple[str, ...], Names, list[str]]:
    """The statements, what is differentiated in, and the names, with a declared `x_i` whose letter a sum binds as one of all `x`; and what is taken of them.

    A family that another name leaves no letter, as `K_e` of `K = ∑_e ρ_e K_e`, is called `Ke`.
    """
    bound = {letter: upper for s in statements for letter, upper in _BOUND.findall(s)}
    made, wrt, taken = list(statements), list(variables), list[str]()
    said = [s for s in statements if bound and "∈" in s and "=" not in s and _says_member(s, bound)]
    if said:
        names = names.child()
        for statement in said:
            lower_statement(Piece(0, statement), names)
            made.remove(statement)
    found = list(_members(names, bound)) if bound else []
    if found and not said:
        names = names.copy()
    for entry, base, letter in found:
        text = rf"(?<![\w]){re.escape(base)}_(?:\{{{letter}\}}|{letter}(?!\w))"
        if not any(re.search(text, s) for s in statements):
            continue
        is_other = names.knows(base) or any(named_by(s) == base for s in statements)
        name = base + letter if is_other else base
        if is_other:
            made, wrt = ([re.sub(text, f"{name}_{letter}", s) for s in texts] for texts in (made, wrt))
        tensor = _family(name, entry, names.dimension(bound[letter] or letter))
        for kind in ("name", "declaration", "definition"):
            names.own.pop((kind, entry.name), None)
        names.put(Entry(name, tensor, entry.span, "declared"))
        if len(tensor.dims) > 1:
            names.own["family", name] = AS_COLUMN
        space = "×".join(map(str, tensor.dims))
        taken.append(f"{name} ∈ ℝ^{space if len(tensor.dims) == 1 else f'({space})'}")
    return made, tuple(wrt), names, taken


def _says_member(statement: str, bound: dict[str, str]) -> bool:
    """Does it say where a name lies whose letter is bound?"""
    left = statement.partition("∈")[0]
    return any(
        m[2] in bound
        for m in (_MARKED.fullmatch(n.strip().replace("{", "").replace("}", "")) for n in left.split(","))
        if m
    )


def _members(names: Names, bound: dict[str, str]) -> Iterator[tuple[Entry, str, str]]:
    for key, entry in list(names.own.items()):
        marked = _MARKED.fullmatch(key[1]) if key[0] == "name" and isinstance(entry, Entry) else None
        if marked is not None and marked[2] in bound and entry.tensor is not None and entry.kind == "declared":
            yield entry, canonical_name(marked[1]), marked[2]


def _family(name: str, member: Entry, count: Dim) -> Tensor:
    """An array of such members; one that has its number already, as `K_e ∈ ℝ^(m×n×n)`, stays as it is."""
    assert member.tensor is not None
    dims = member.tensor.dims
    is_whole = len(dims) > 2 or (bool(dims) and str(dims[0]) == str(count))
    return Tensor(name, dims if is_whole else (count, *dims))
