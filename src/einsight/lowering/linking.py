"""What is defined behind the statement that uses it: order does not matter for what depends on what.

After `y = A x` and then `x = B z`, the tensor that was told of `y` holds `x` as it was declared, from which `z` is
independent.  Whoever reads `y` links it: each name in it that is defined anywhere stands for its definition.  So nothing
that is told has to be told again, and no derivative is zero because a definition came late.
"""

from __future__ import annotations

from collections.abc import Callable

from ..terms import build
from ..terms.dimension import Dim
from ..terms.term import Component, Derivative, Tensor, Term
from ..terms.walk import replace_dims, replace_tensors

# the tensor with a definition that one without stands for, or None
Meaning = Callable[[Tensor], Tensor | None]


def linked(tensor: Tensor, meaning: Meaning) -> Tensor:
    """The tensor with its definitions put into one another; itself where nothing in it is defined elsewhere."""
    table = _meanings(tensor, meaning)
    return _link(tensor, table) if table else tensor


def may_be_one(tensor: Tensor, defined: Tensor) -> bool:
    """May a tensor be the one that a definition is of?  An axis that nobody declared may have any length."""
    return len(tensor.dims) == len(defined.dims) and all(
        a is b or a.inferred or b.inferred for a, b in zip(tensor.dims, defined.dims, strict=True)
    )


def _meanings(tensor: Tensor, meaning: Meaning) -> dict[Tensor, Tensor]:
    """What stands in a tensor, through definitions too, and is defined elsewhere."""
    table: dict[Tensor, Tensor] = {}
    todo, met = list(tensor.leaves), set(tensor.leaves)
    while todo:
        leaf = todo.pop()
        meant = meaning(leaf)
        if meant is None or meant is leaf:
            continue
        table[leaf] = meant
        fresh = meant.leaves - met
        met |= fresh
        todo += fresh
    return table


def _link(tensor: Tensor, table: dict[Tensor, Tensor]) -> Tensor:
    """From the innermost definition outwards, without recursion: a chain may have thousands.

    What came out is kept with the tensor, and with the part of the table that it rests on.
    """
    made: dict[Tensor, Tensor] = {}
    rests: dict[Tensor, dict[Tensor, Tensor]] = {}
    entered: set[Tensor] = set()
    todo, circular = [tensor], False
    while todo:
        this = todo[-1]
        if this in made:
            todo.pop()
            continue
        if this.linked is not None and all(table.get(t) is m for t, m in this.linked[0].items()):
            rests[this], made[this] = this.linked
            continue
        inside = _stands_in(this, table)
        if this not in entered:
            entered.add(this)
            # where definitions lead back to themselves, which is told where they stand, one of them stays as it is
            circular = circular or any(t in entered and t not in made for t in inside)
            todo += [t for t in inside if t not in entered]
            continue
        now = {t: made.get(t, t) for t in inside}
        made[this] = now[table[this]] if this in table else _with_parts(this, now)
        rests[this] = {t: m for part in inside for t, m in rests.get(part, {}).items()}
        if this in table:
            rests[this][this] = table[this]
        if not circular and made[this] is not this:
            this.linked = rests[this], made[this]
    return made[tensor]


def _stands_in(tensor: Tensor, table: dict[Tensor, Tensor]) -> list[Tensor]:
    if tensor in table:
        return [table[tensor]]
    return named_in(tensor.definition.body) if tensor.definition is not None else []


def _with_parts(tensor: Tensor, now: dict[Tensor, Tensor]) -> Tensor:
    parts = {a: b for a, b in now.items() if a is not b}
    if not parts or tensor.definition is None:
        return tensor
    params, body = build.open_abstraction(tensor.definition)
    body = replace_tensors(body, parts)
    dims: dict[Dim, Dim] = {}
    for old, new in parts.items():
        dims.update((a, b) for a, b in zip(old.dims, new.dims, strict=True) if a is not b and a.inferred)
    if dims:  # what a definition says of an axis holds wherever the name stands
        params = tuple(p.over(dims.get(p.dim, p.dim)) for p in params)
        body = replace_dims(body, dims)
    return Tensor(tensor.name, tuple(p.dim for p in params), tensor.properties, build.abstraction(params, body))


def named_in(term: Term) -> list[Tensor]:
    """The tensors whose components stand in a term itself."""
    found = {t.tensor for t in term.walk() if isinstance(t, (Component, Derivative))}
    return sorted(found, key=lambda t: t.key)
