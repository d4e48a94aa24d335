"""`A(x)'` where `A` is no function: what stands behind the brackets belongs to them alone."""

from __future__ import annotations

from collections.abc import Callable

from .tree import Call, Group, Indexed, Node, Superscript, Transpose

POSTFIXED = frozenset({Call, Transpose, Superscript, Indexed})
Factors = tuple[tuple[str, Node], ...]


def factors(node: Node, is_product: Callable[[Call], bool]) -> Factors | None:
    """The factors of what reads as a call and is a product, `A(x)'` as `A` and `(x)'`; None of everything else."""
    if isinstance(node, Call):
        if len(node.arguments) != 1 or not is_product(node):
            return None
        argument = node.arguments[0]
        return (("", node.callee), ("", Group(argument.start - 1, argument.end + 1, argument)))
    if isinstance(node, Transpose):
        inner = factors(node.argument, is_product)
        return inner and _last(inner, lambda n: Transpose(n.start, node.end, n, node.prime))
    if isinstance(node, Superscript):
        inner = factors(node.base, is_product)
        return inner and _last(inner, lambda n: Superscript(n.start, node.end, n, node.exponent, node.dotted))
    if isinstance(node, Indexed):
        inner = factors(node.base, is_product)
        return inner and _last(inner, lambda n: Indexed(n.start, node.end, n, node.subscript))
    return None


def _last(found: Factors, of: Callable[[Node], Node]) -> Factors:
    return (*found[:-1], ("", of(found[-1][1])))
