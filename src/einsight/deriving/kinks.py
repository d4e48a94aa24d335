"""Where a function that is differentiated has a kink: a derivative holds away from there, and says so."""

from __future__ import annotations

from collections.abc import Iterator

from ..rules.catalogue import catalogue
from ..terms.term import Apply, Derivative, Number, Operator, Power, Product, Tensor, Term

_JUMPS = ("[", "sign(")  # in a derivative


def kinks(term: Term) -> str:
    """The note of a term that holds derivatives: what must not be 0, or tied; empty where nothing has a kink."""
    found = dict.fromkeys(word for part in term.walk() if isinstance(part, Derivative) for word in _within(part))
    return f"the derivative holds where {', and '.join(found)}" if found else ""


def _within(derivative: Derivative) -> Iterator[str]:
    seen: set[Tensor] = set()
    todo: list[Term] = [derivative.body]
    while todo:
        for part in todo.pop().walk():
            if derivative.tensor not in part.depends:
                continue
            if isinstance(part, Apply) and _jumps(part.function):
                yield f"`{part.function}` is not at a kink"
            elif isinstance(part, Operator) and part.name == "max":
                yield "one entry alone is the largest"
            elif isinstance(part, Operator) and part.name == "prod":
                yield "no factor of `prod` is 0"
            elif isinstance(part, Power) and _is_root(part):
                yield "no norm is 0"
        for tensor in derivative.body.depends - seen:
            seen.add(tensor)
            if tensor.definition is not None and derivative.tensor in tensor.depends:
                todo.append(tensor.definition.body)


def _jumps(function: str) -> bool:
    found = catalogue().functions.get(function)
    return found is not None and any(sign in text for text in found.derivative for sign in _JUMPS)


def _is_root(term: Power) -> bool:
    """A root of a sum of powers, as of a norm."""
    fractional = isinstance(term.exponent, Number) and 0 < term.exponent.value < 1
    base = term.base
    return (
        fractional
        and isinstance(base, Product)
        and bool(base.bound)
        and all(isinstance(f, Power) for f in base.factors)
    )
