"""Elementwise functions that are defined by an expression: their values and derivatives follow from it."""

from __future__ import annotations

from fractions import Fraction

from ..meaning.evaluate import entries
from ..meaning.fields import Floats
from ..meaning.instances import Instance
from ..terms import build
from ..terms.dimension import Tensor
from ..terms.term import Component, Term
from ..terms.walk import map_parts
from .catalogue import body_of, catalogue
from .rule import Function


def defined_function(
    name: str, argument: str, body: str, doc: str = "", source: str = "", numpy: str = "", latex: str = ""
) -> Function:
    """`name(argument) = body` as an elementwise function; nothing is read before it is first used."""

    def value(at: float) -> float:
        found = body_of(name)
        if found is None:
            raise ValueError(f"{body} does not read")
        return number_at(found, (at,))

    written = latex or rf"\operatorname{{{name}}}"
    return Function(name, ("",), value, numpy, written, doc, source, definition=(argument, body))


def number_at(body: Term, arguments: tuple[float, ...]) -> float:
    """The value of a function's body, a term in `z` and `w`.  Raises NotInField outside of its domain."""
    numbers = {Tensor(n): build.number(Fraction(v)) for n, v in zip("zw", arguments, strict=False)}

    def visit(term: Term) -> Term:
        return numbers[term.tensor] if isinstance(term, Component) else map_parts(term, visit)

    return entries(visit(body), Instance(Floats(catalogue().value), {}), ())[0]
