"""Formulas that differ from a given one by one slip of the hand: a sign, a factor, a transpose, an order, a power, a name.

A slip is told in words, with the formula as it would have been without it.  That a part is too much is none: what a page leaves
out or puts in may well be what it means by a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from ..syntax.tree import (
    Absolute,
    Addition,
    Call,
    Chain,
    Group,
    Indexed,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Superscript,
    Symbol,
    Transpose,
)

_FACTORS = tuple(map(Fraction, ("2", "1/2", "-1", "-2", "-1/2", "4", "1/4", "-4", "-1/4")))
# names of which one may be missing, or stand for another: the nearest ones
_MOST_NAMES = 12


@dataclass(frozen=True)
class Edit:
    """
    words   what was wrong
    node    the formula without it
    shapes  may it change what goes together, as a transpose does?
    order   is it of factors in another order, which is none where one is a number?
    """

    words: str
    node: Node
    shapes: bool = False
    order: bool = False


def edits(whole: Node, said: Iterable[Node]) -> Iterator[Edit]:
    """All formulas of one slip less, each once.  `said`: names of which one may be missing, or stand for another."""
    for factor in _FACTORS:
        yield Edit(_of_factor(factor), scaled(whole, factor))
    named = tuple({_text(n): n for n in said}.values())[:_MOST_NAMES]
    yield from _inside(whole, named)
    for name in named:
        yield from _by_name(whole, name, "")


def scaled(node: Node, factor: Fraction) -> Node:
    return Chain(node.start, node.end, (("", Num(node.start, node.start, factor)), ("", _grouped(node))))


def _inside(node: Node, named: tuple[Node, ...]) -> Iterator[Edit]:
    """Slips of a node itself, and of what stands in it."""
    yield from _of(node, named)
    for slot, inner in _parts(node):
        for edit in _inside(inner, named):
            yield replace(edit, node=_with(node, slot, edit.node))


def _of(node: Node, named: tuple[Node, ...]) -> Iterator[Edit]:
    match node:
        case Addition():
            yield from _of_addition(node, named)
        case Chain():
            yield from _of_chain(node)
        case Layer():
            yield from _of_layer(node)
        case Transpose():
            yield Edit(f"`{_text(node.argument)}` is not to be transposed", node.argument, True)
        case Superscript(exponent=Num(value=power)):
            for other in dict.fromkeys((power + 1, power - 1, 2 * power, power / 2, -power)):
                if other != 0:
                    edited = replace(node, exponent=Num(node.start, node.end, other))
                    yield Edit(f"`{_text(node)}` should be `{_text(edited)}`", edited)
        case Call(callee=callee, arguments=(inner,)):
            if isinstance(callee, Name) and not isinstance(inner, (Name, Num)):
                yield Edit(
                    f"the sign of the argument `{_text(inner)}` is the other one",
                    replace(node, arguments=(scaled(inner, Fraction(-1)),)),
                )
            # `A (x + y)`, where `A` is no function, is a product
            yield from _inside(Chain(node.start, node.end, (("", callee), ("", _grouped(inner)))), ())
    if isinstance(node, (Name, Indexed)) and not isinstance(getattr(node, "base", node), Symbol):
        for name in named:
            if _text(name) != _text(node):
                yield Edit(f"`{_text(node)}` stands for `{_text(name)}`", name)
    if isinstance(node, (Name, Indexed, Group, Superscript)) and not _is_sign(node):
        yield Edit(f"`{_text(node)}` is to be transposed", Transpose(node.start, node.end, _grouped(node), False), True)
        yield Edit(
            f"`{_text(node)}` is to be squared",
            Superscript(node.start, node.end, _grouped(node), Num(0, 0, Fraction(2))),
        )


def _of_addition(node: Addition, named: tuple[Node, ...]) -> Iterator[Edit]:
    for k, (sign, part) in enumerate(node.items):
        rest = node.items[:k], node.items[k + 1 :]
        yield Edit(
            f"the sign of `{_text(part)}` is the other one", replace(node, items=(*rest[0], (-sign, part), *rest[1]))
        )
        for factor in _FACTORS:
            told = f"{_of_factor(factor)} in `{_text(part)}`"
            yield Edit(told, replace(node, items=(*rest[0], (sign, scaled(part, factor)), *rest[1])))
        if len(node.items) > 1:
            for name in named:
                for edit in _by_name(part, name, f" in `{_text(part)}`"):
                    yield replace(edit, node=replace(node, items=(*rest[0], (sign, edit.node), *rest[1])))


def _by_name(node: Node, name: Node, where: str) -> Iterator[Edit]:
    """What a name stands for, missing as a factor or too much; of a matrix on either side, transposed or not."""
    whole, factor = _grouped(node), _grouped(name)
    row = Chain(node.start, node.end, (("", factor), ("", whole)))
    yield Edit(f"it is to be multiplied by `{_text(name)}`{where}", row, True)
    if isinstance(name, Name) and name.text[0].isupper():
        turned = Transpose(node.start, node.end, factor, False)
        for side, missing in (("left", turned), ("right", factor), ("right", turned)):
            items = (("", missing), ("", whole)) if side == "left" else (("", whole), ("", missing))
            told = f"it is to be multiplied by `{_text(missing)}` from the {side}{where}"
            yield Edit(told, replace(row, items=items), True)
    yield Edit(f"it is to be divided by `{_text(name)}`{where}", replace(row, items=(("", whole), ("/", factor))))


def _of_chain(node: Chain) -> Iterator[Edit]:
    items = node.items
    if any(_is_sign(n) for _, n in items):  # a derivative, a sum: its parts are no factors
        return
    for k, (operator, unit) in enumerate(items):
        if operator == "/":
            turned = (*items[:k], ("", unit), *items[k + 1 :])
            yield Edit(f"`{_text(unit)}` is to multiply", _row(node, turned), True)
        elif k + 1 < len(items) and items[k + 1][0] != "/":
            after, (_, other) = items[k + 1][0], items[k + 1]
            turned = (*items[:k], (operator, other), (after, unit), *items[k + 2 :])
            yield Edit(f"`{_text(unit)}` and `{_text(other)}` are in the wrong order", _row(node, turned), True, True)


def _of_layer(node: Layer) -> Iterator[Edit]:
    items = node.items
    if len(items) == 2 and items[1][0] == "⊗":
        turned = replace(node, items=(("", items[1][1]), ("⊗", items[0][1])))
        yield Edit("the order is the other one", turned, True)


# trees


def _row(node: Chain, items: tuple[tuple[str, Node], ...]) -> Node:
    return replace(node, items=items) if len(items) > 1 else items[0][1]


def _parts(node: Node) -> Iterator[tuple[object, Node]]:
    match node:
        case Addition() | Chain() | Layer():
            yield from ((k, inner) for k, (_, inner) in enumerate(node.items))
        case Group() | Norm() | Absolute():
            yield "inner", node.inner
        case Transpose():
            yield "argument", node.argument
        case Superscript():
            if not _is_sign(node):
                yield "base", node.base
                if not isinstance(node.exponent, (Num, Name)):
                    yield "exponent", node.exponent
        case Call():
            yield from ((k, inner) for k, inner in enumerate(node.arguments))


def _with(node: Node, slot: object, inner: Node) -> Node:
    match node:
        case Group() | Norm() | Absolute():
            return replace(node, inner=inner)
        case Transpose():
            return replace(node, argument=_grouped(inner))
        case Superscript():
            return replace(node, base=_grouped(inner)) if slot == "base" else replace(node, exponent=_grouped(inner))
    assert isinstance(slot, int)
    match node:
        case Call(arguments=arguments):
            return replace(node, arguments=(*arguments[:slot], inner, *arguments[slot + 1 :]))
        case Addition(items=terms):
            return replace(node, items=(*terms[:slot], (terms[slot][0], inner), *terms[slot + 1 :]))
        case Chain(items=factors) | Layer(items=factors):
            return replace(node, items=(*factors[:slot], (factors[slot][0], _grouped(inner)), *factors[slot + 1 :]))
    raise TypeError(type(node).__name__)


def _grouped(node: Node) -> Node:
    return Group(node.start, node.end, node) if isinstance(node, (Addition, Chain, Layer)) else node


def _is_sign(node: Node) -> bool:
    while isinstance(node, (Superscript, Indexed)):
        node = node.base
    return isinstance(node, Symbol)


def names_in(node: Node) -> Iterator[Node]:
    """What stands for a value in a formula: names, with their indices."""
    match node:
        case Name():
            yield node
        case Indexed(base=Name()):
            yield node
        case Symbol() | Num():
            return
        case Indexed():
            return
        case _:
            for _, inner in _parts(node):
                yield from names_in(inner)


def _text(node: Node) -> str:
    """A name for a node: what it is made of."""
    match node:
        case Name():
            return node.text
        case Num():
            return str(node.value)
        case Symbol():
            return node.text
        case Indexed():
            return f"{_text(node.base)}_{node.subscript.text}"
        case Group():
            return f"({_text(node.inner)})"
        case Transpose():
            return f"{_text(node.argument)}ᵀ"
        case Superscript():
            return f"{_text(node.base)}^{_text(node.exponent)}"
        case Norm():
            return f"‖{_text(node.inner)}‖"
        case Absolute():
            return f"|{_text(node.inner)}|"
        case Call():
            return f"{_text(node.callee)}({', '.join(map(_text, node.arguments))})"
        case Chain() | Layer():
            return "".join(f" {o} {_text(n)}" if o else f" {_text(n)}" for o, n in node.items).strip()
        case Addition():
            return (
                "".join(f" {'-' if sign < 0 else '+'} {_text(n)}" for sign, n in node.items).removeprefix(" + ").strip()
            )
    return "…"


def _of_factor(factor: Fraction) -> str:
    if factor == -1:
        return "the sign is the other one"
    size = abs(factor)
    told = f"a factor {size} is missing" if size > 1 else f"a factor {1 / size} is too much"
    return told if factor > 0 else f"{told}, and the sign is the other one"
