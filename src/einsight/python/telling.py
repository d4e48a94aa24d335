"""What there is to say at a place of array code: the contraction that a call is, a shape, a verdict."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ..judging.judge import Claim
from ..lowering.report import Span
from .check import calls
from .contractions import Contraction, Regrouping, call_of
from .found import Found
from .module import Module
from .subscripts import Malformed

# of an operand's Jacobian and the like; more of them are left out
MOST_OPERANDS = 6
LONGEST_SHAPE = 40


@dataclass(frozen=True)
class Told:
    """Code and words about a span: `brief` lines first, `details` below; each is code, or words where it begins with a blank."""

    span: Span
    brief: tuple[str, ...]
    details: tuple[str, ...] = ()


def told_at(found: Found, offset: int) -> Told | None:
    """What there is to say at an offset, of the narrowest thing; None where there is nothing."""
    module = found.module
    if module is None:
        return None
    held = [(*module.source.span(n), n, path) for n, path, _ in calls(module)]
    around = sorted((end - start, start, n, path) for start, end, n, path in held if start <= offset <= end)
    for _, _, node, path in around:
        told = _of_call(module, node, path)
        if told is not None:
            return told
    for claim in found.claims:
        if claim.span[0] <= offset <= claim.span[1]:
            return _of_claim(claim)
    return _of_name(module, offset)


def _of_call(module: Module, node: ast.Call, path: str) -> Told | None:
    try:
        call = call_of(module, node, path)
    except Malformed:
        return None
    if call is None:
        return None
    shape = module.shapes.get(node)
    result = (f" of shape {shape()}",) if shape is not None else ()
    span = module.source.span(node)
    if isinstance(call, Regrouping):
        vjp = call.vjp()
        return Told(span, (call.index_form(), *result, *([f"∂L/∂{call.text} = {vjp}"] if vjp else [])))
    return Told(span, (call.index_form(), *result, *_products(call)), tuple(_details(call)))


def _products(call: Contraction) -> Iterator[str]:
    """The vector-Jacobian product of each operand, `g` the gradient in the result."""
    for place, text in list(enumerate(call.texts))[:MOST_OPERANDS]:
        vjp = call.vjp(place)
        if vjp is not None:
            yield f"∂L/∂{text} = {vjp}"


def _details(call: Contraction) -> Iterator[str]:
    for place, text in list(enumerate(call.texts))[:MOST_OPERANDS]:
        jacobian = call.jacobian(place)
        if jacobian is not None:
            yield f"∂out/∂{text} = {jacobian}"
    yield f" {call.cost()} operations all at once"
    order = call.order()
    if order is not None:
        yield " two at a time"
        yield from order


_SAID = {
    "right": "✓ right",
    "right_if": "✓ right only if {}",
    "wrong": "✗ wrong",
    "shape": "✗ another shape",
    "undecided": "? undecided",
}


def _of_claim(claim: Claim) -> Told:
    verdict = _SAID.get(claim.verdict, claim.verdict).format(claim.assumption)
    whole = claim.text.split(" = ")[0]
    derived = (f"{whole} = {claim.derived}",) if claim.derived else ()
    details = (f" {claim.counterexample}",) if claim.counterexample else ()
    return Told(claim.span, (claim.text, f" {verdict}", *derived), details)


def _of_name(module: Module, offset: int) -> Told | None:
    for node, shape in module.shapes.items():
        if isinstance(node, ast.Name):
            span = module.source.span(node)
            if span[0] <= offset <= span[1]:
                return Told(span, (f"{node.id}: {shape()}",))
    return None


def shapes_between(found: Found, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The shapes of names that are assigned in a part of the text, where something is known of them: offset and text."""
    module = found.module
    for node, shape in list(module.shapes.items()) if module is not None else ():
        if not isinstance(node, ast.Name) or module is None:
            continue
        at = module.source.span(node)[1]
        if start <= at <= end:
            text = shape()
            if "?" not in text and len(text) <= LONGEST_SHAPE:
                yield at, text
