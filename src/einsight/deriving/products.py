"""Products with a derivative, as terms that do not form it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..lowering.report import fail
from ..notation.index_form import free_names, index_form
from ..rules.accumulation import is_deep
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Derivative, Tensor, Term
from .reducing import reduce, shortest

PRODUCTS = ("vjp", "jvp", "hvp")


class Differentiated(NamedTuple):
    """A derivative that is not carried out.

    axes       those of the output, then those of each variable
    variables  the axes of each variable
    inputs     tensors that may be declared besides those of the term
    """

    term: Term
    axes: tuple[Index, ...]
    variables: tuple[tuple[Index, ...], ...]
    inputs: tuple[Tensor, ...]


class Product(NamedTuple):
    """A product with `vector`, over `axes`; `formula` says so."""

    vector: Tensor
    term: Term
    axes: tuple[Index, ...]
    formula: str


def product_with(whole: Differentiated, product: str) -> Product:
    """A `vjp` takes a cotangent of the output's shape, `jvp` and `hvp` a tangent of the last variable's.

    Raises EinsightError (EIN002) where there is none.
    """
    if product not in PRODUCTS:
        raise fail("EIN002", f"there is no product `{product}`: choose {', '.join(PRODUCTS[:-1])} or {PRODUCTS[-1]}")
    if not whole.variables:
        raise fail("EIN002", f"a {product} needs to know the variable: give it as `wrt`")
    vector, term, axes = _vjp(whole) if product == "vjp" else _jvp(whole, product)
    term = shortest(reduce(term), term)
    over = f", axes {', '.join(a.name for a in axes)}" if axes else ""
    return Product(vector, term, axes, f"{product}: {index_form(term, free_names(axes))}{over}")


def _vjp(given: Differentiated) -> tuple[Tensor, Term, tuple[Index, ...]]:
    """The gradient of the output times a constant, so that a deep one is computed backwards."""
    if len(given.variables) > 1:
        raise fail("EIN002", "a vjp is of a first derivative: take `hvp` or `jvp` for a second one")
    (variable,) = given.variables
    output = given.axes[: len(given.axes) - len(variable)]
    cotangent = _vector("cotangent", output, given)
    whole = given.term
    weight = build.component(cotangent, output)
    if isinstance(whole, Derivative):
        scalar = build.product([weight, whole.body], output)
        return cotangent, build.derivative(scalar, whole.tensor, whole.indices), variable
    return cotangent, build.product([weight, whole], output), variable


def _jvp(given: Differentiated, product: str) -> tuple[Tensor, Term, tuple[Index, ...]]:
    """The derivative along a constant; of a second derivative, the gradient of that of a first one."""
    *others, variable = given.variables
    axes = tuple(a for a in given.axes if a not in variable)
    if product == "hvp" and (len(given.variables) != 2 or len(given.axes) != sum(map(len, given.variables))):
        raise fail("EIN002", "an hvp is of a second derivative of a number: give `order=2`, or two variables")
    tangent = _vector("tangent", variable, given)
    weight = build.component(tangent, variable)
    whole = given.term
    if isinstance(whole, Derivative) and isinstance(whole.body, Derivative) and others:
        # the order of the variables does not matter, and this way no matrix of second derivatives stands inside
        inner = build.derivative(whole.body.body, whole.tensor, whole.indices)
        along = build.product([weight, inner], variable)
        return tangent, build.derivative(along, whole.body.tensor, whole.body.indices), axes
    if is_deep(whole) and not others:
        # backwards for a weight of the output, then along the tangent, and that, linear in the weight, for each entry of it:
        # so a vector passes through the definitions, and no matrix does
        output = given.axes[: len(given.axes) - len(variable)]
        cotangent, backwards, _ = _vjp(given)
        along = build.product([weight, shortest(reduce(backwards), backwards)], variable)
        return tangent, build.derivative(along, cotangent, output), axes
    return tangent, build.product([weight, whole], variable), axes


def _vector(name: str, axes: Sequence[Index], given: Differentiated) -> Tensor:
    """A tensor of its own: one that somebody declared by that name is another."""
    while any(t.name == name for t in (*given.inputs, *given.term.depends)):
        name += "_"
    return Tensor(name, tuple(a.dim for a in axes))
