"""A derivative as source code, or as text in another notation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from ..lowering.report import EinsightError, fail
from ..notation.index_form import index_form
from ..rules.accumulation import is_deep
from ..rules.catalogue import catalogue
from ..rules.rule import Target
from ..targets.arguments import Request
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Derivative, Tensor, Term
from .derive import Derived, named_axes, reduce, shortest

CODE = ("numpy", "jax", "torch", "dask", "sympy")  # a module of `targets` each
PRODUCTS = ("vjp", "jvp", "hvp")


def _svg(derived: Derived) -> str:
    from ..notation.picture import picture

    drawn = picture(derived.latex)
    if drawn is None:
        raise fail("EIN002", "this formula cannot be drawn: take `latex`")
    return drawn


TEXTS: Mapping[str, Callable[[Derived], str]] = {
    "text": lambda derived: derived.matrix or derived.index,
    "unicode": lambda derived: derived.matrix or derived.index,
    "latex": lambda derived: derived.latex,
    "json": lambda derived: json.dumps(derived.as_json(), ensure_ascii=False, indent=2),
    "svg": _svg,
}


def targets() -> list[str]:
    """Every name that `to` takes, those of plugins too."""
    return [*CODE, *catalogue().targets, *(t for t in TEXTS if t != "text")]


def source_of(
    derived: Derived, target: str, structured: bool, product: str | None, sizes: Mapping[str, int] | None
) -> str:
    """See `Derived.to`."""
    if target in CODE:
        request = _request(derived, structured, product, sizes)
        if target == "sympy" and structured:
            raise fail("EIN002", "the target `sympy` has no structured form: choose numpy, jax, torch or dask")
        source: Callable[[Request], str] = import_module(f"einsight.targets.{target}").source
        return source(request)
    if structured or product is not None:
        raise fail("EIN002", f"`{target}` is no code of ours: structured forms and products are for {', '.join(CODE)}")
    if target in TEXTS:
        return TEXTS[target](derived)
    brought = catalogue().targets.get(target)
    if brought is not None:
        return written(brought, derived)
    *others, last = targets()
    raise fail("EIN002", f"there is no target `{target}`: choose {', '.join(others)} or {last}")


def written(target: Target, answer: Derived) -> str:
    """What the target of a plugin makes of an answer.  Raises EinsightError where it cannot, or has failed."""
    try:
        return target.write(answer)
    except EinsightError:
        raise
    except Exception as failed:
        raise fail("EIN501", f"target `{target.name}` gives nothing: {failed}") from None


def _request(derived: Derived, structured: bool, product: str | None, sizes: Mapping[str, int] | None) -> Request:
    sizes = dict(sizes or {})
    for name, size in sizes.items():
        if not isinstance(size, int) or size < 1:
            raise fail("EIN002", f"the size of `{name}` is a whole number from 1, not {size!r}")
    if product is None:
        return Request(derived.term, derived.axes, derived.formula, derived.inputs, (), sizes, structured)
    if product not in PRODUCTS:
        raise fail("EIN002", f"there is no product `{product}`: choose {', '.join(PRODUCTS[:-1])} or {PRODUCTS[-1]}")
    if not derived.variables:
        raise fail("EIN002", f"a {product} needs to know the variable: give it as `wrt`")
    vector, term, axes = (_vjp if product == "vjp" else _jvp)(derived, product)
    term = shortest(reduce(term), term)
    formula = f"{product}: {index_form(term, named_axes(axes))}" + (
        f", axes {', '.join(a.name for a in axes)}" if axes else ""
    )
    return Request(term, axes, formula, derived.inputs, (vector,), sizes, structured)


def _vjp(derived: Derived, product: str) -> tuple[Tensor, Term, tuple[Index, ...]]:
    """The gradient of the output times a constant, so that a deep one is computed backwards."""
    if len(derived.variables) > 1:
        raise fail("EIN002", "a vjp is of a first derivative: take `hvp` or `jvp` for a second one")
    (variable,) = derived.variables
    output = derived.axes[: len(derived.axes) - len(variable)]
    cotangent = _vector("cotangent", output, derived)
    whole = derived.unreduced
    weight = build.component(cotangent, output)
    if isinstance(whole, Derivative):
        scalar = build.product([weight, whole.body], output)
        return cotangent, build.derivative(scalar, whole.tensor, whole.indices), variable
    return cotangent, build.product([weight, whole], output), variable


def _jvp(derived: Derived, product: str) -> tuple[Tensor, Term, tuple[Index, ...]]:
    """The derivative along a constant; of a second derivative, the gradient of that of a first one."""
    *others, variable = derived.variables
    axes = tuple(a for a in derived.axes if a not in variable)
    if product == "hvp" and (len(derived.variables) != 2 or len(derived.axes) != sum(map(len, derived.variables))):
        raise fail("EIN002", "an hvp is of a second derivative of a number: give `order=2`, or two variables")
    tangent = _vector("tangent", variable, derived)
    weight = build.component(tangent, variable)
    whole = derived.unreduced
    if isinstance(whole, Derivative) and isinstance(whole.body, Derivative) and others:
        # the order of the variables does not matter, and this way no matrix of second derivatives stands inside
        inner = build.derivative(whole.body.body, whole.tensor, whole.indices)
        along = build.product([weight, inner], variable)
        return tangent, build.derivative(along, whole.body.tensor, whole.body.indices), axes
    if is_deep(whole) and not others:
        # backwards for a weight of the output, then along the tangent, and that, linear in the weight, for each entry of it:
        # so a vector passes through the definitions, and no matrix does
        output = derived.axes[: len(derived.axes) - len(variable)]
        cotangent, backwards, _ = _vjp(derived, product)
        along = build.product([weight, shortest(reduce(backwards), backwards)], variable)
        return tangent, build.derivative(along, cotangent, output), axes
    return tangent, build.product([weight, whole], variable), axes


def _vector(name: str, axes: Sequence[Index], derived: Derived) -> Tensor:
    """A tensor of its own: one that somebody declared by that name is another."""
    while any(t.name == name for t in (*derived.inputs, *derived.unreduced.depends)):
        name += "_"
    return Tensor(name, tuple(a.dim for a in axes))
