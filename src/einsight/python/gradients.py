"""The derivatives of a file that are written by hand, each with its verdict, and what is told of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..judging.judge import Claim
from ..lowering.report import NAMES, Diagnostic, Fix, Span
from ..rules.catalogue import catalogue
from ..terms.interruption import OutOfTime, in_time, now, within
from .alternatives import judge_pair
from .arrays import Arrays
from .inline import Beside, computed_beside
from .module import Module, is_transparent
from .pairs import Pair
from .reading import Reader
from .results import Result
from .runs import Unreadable
from .sizes import Sizes
from .tying import pairs_of
from .units import MEMORY, Memory, Rests, keep, own
from .values import Array, Value

# for the verdicts on a pair; for what is told of one besides; for all the pairs of a file, behind which each has the least
SECONDS, SECONDS_TOLD, SECONDS_IN_ALL, SECONDS_LEAST = 5.0, 0.7, 15.0, 0.3
_SURROGATE = re.compile(r"einsight:\s*surrogate")


@dataclass
class Judged:
    """What there is to say of the pairs of a file."""

    claims: list[Claim] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unread: list[tuple[Span, str]] = field(default_factory=list)
    failing: dict[int, tuple[str, ...]] = field(default_factory=dict)


def judge_gradients(
    module: Module,
    top: Mapping[str, Value],
    budget: float | None = None,
    memory: Memory = MEMORY,
    wrong: frozenset[int] = frozenset(),
) -> Judged:
    """Every derivative of the file that is written by hand; `wrong` are lines in which shapes do not go together."""
    judged = Judged()
    begun = now()
    rests = Rests(module, top, memory)
    for pair in pairs_of(module):
        if (
            _is_surrogate(module, pair)
            or _is_difference(pair)
            or not (pair.is_explicit or is_transparent(pair.backward))
        ):
            continue
        found = _judged_once(rests, pair, budget if budget is not None else _granted(begun))
        if isinstance(found, str):
            if pair.is_explicit:
                judged.unread.append((module.source.span(pair.backward), f"the derivative of `{pair.name}`: {found}"))
            continue
        for result in found:
            _enter(judged, module, pair, result)
    _judge_beside(rests, judged, budget if budget is not None else _granted(begun), wrong)
    return judged


def _granted(begun: float) -> float:
    """The seconds for one pair: few where much has been spent on others since."""
    return SECONDS if now() - begun < SECONDS_IN_ALL else SECONDS_LEAST


def _judge_beside(rests: Rests, judged: Judged, budget: float | None, wrong: frozenset[int]) -> None:
    """What statements compute side by side: that they compute the derivatives of that value is certain once one of them is right."""
    module = rests.module
    told = {claim.span for claim in judged.claims}
    for beside in computed_beside(module, wrong):
        function = beside.function
        pair = Pair("both", function.name, function, function)
        module.called_with[function] = [_shapes_before(rests, beside)]
        found = _kept_beside(rests, beside, pair, budget)
        if isinstance(found, str) or not any(r.verdict == "right" for r in found):
            continue
        for result in found:
            if module.source.span(result.node) not in told:
                _enter(judged, module, pair, result)


def _kept_beside(rests: Rests, beside: Beside, pair: Pair, budget: float | None) -> list[Result] | str:
    """The verdicts on it, kept under all of the text."""
    key = ("beside", rests.module.source.text, beside.function.lineno, catalogue().version, budget)
    kept = rests.memory.pairs.get(key)
    if kept is None:
        rests.memory.judged_count += 1
        kept = keep(rests.memory.pairs, key, _judged_within(rests.module, pair, own(rests.top), budget))
    return kept


def _shapes_before(rests: Rests, beside: Beside) -> dict[str, tuple[int | None, ...]]:
    """The shapes that arrays have which stand before a loop, as far as they are known."""
    reader = Reader(rests.module, Arrays(Sizes()), own(rests.top))
    reader.top, reader.shapes = rests.top, {}
    if isinstance(beside.scope, ast.FunctionDef):
        reader.take_parameters(beside.scope)
    reader.run(beside.before)
    known = {n: v for n, v in reader.environment.items() if isinstance(v, Array) and not v.open}
    return {n: tuple(1 if not axis else None for axis in v.axes) for n, v in known.items()}


def _judged_once(rests: Rests, pair: Pair, budget: float | None) -> list[Result] | str:
    """The verdicts on a pair, or why there are none; those that rest on the same are kept."""
    nodes = rests.module.nodes.of(pair.backward)
    imports = tuple(sorted((n, p) for n, p in rests.module.imports.items() if p))  # what is derived is written in them
    calls = tuple(repr(rests.module.called_with.get(f)) for f in (pair.forward, pair.backward))
    said = (pair.kind, pair.name, pair.variable, pair.order, pair.fixed, pair.into, calls)
    rest = rests.key((pair.forward, pair.backward, pair.between, pair.owner), pair.owner)
    key = (*said, *rest, imports, catalogue().version, budget)  # loading plugins is no part of a verdict
    kept = rests.memory.pairs.get(key)
    if kept is None:
        rests.memory.judged_count += 1
        found = _judged_within(rests.module, pair, own(rests.top), budget)
        places = {id(n): k for k, n in enumerate(nodes)}
        kept = found if isinstance(found, str) else [(places.get(id(r.node), 0), r) for r in found]
        keep(rests.memory.pairs, key, kept)
    if isinstance(kept, str):
        return kept
    return [replace(r, node=nodes[k]) for k, r in kept]


def _judged_within(module: Module, pair: Pair, top: Mapping[str, Value], budget: float | None) -> list[Result] | str:
    try:
        with within(SECONDS if budget is None else budget) as limit:
            found = judge_pair(module, pair, top)
        return [in_time(SECONDS_TOLD, r.told, replace(r, more=None, among=())) for r in found]
    except Unreadable as why:
        return str(why)
    except RecursionError:
        return "it is nested too deeply"
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
        return str(spent)


def _is_surrogate(module: Module, pair: Pair) -> bool:
    """Does a comment say that it differs on purpose?"""
    lines = range(pair.backward.lineno - 1, (pair.backward.end_lineno or 0) + 1)
    return any(_SURROGATE.search(module.source.comments.get(line, "")) for line in lines)


def _is_difference(pair: Pair) -> bool:
    """Is it a quotient of differences: the function at one point less the function at another?"""
    own = (pair.forward.name, f"self.{pair.forward.name}")
    called = lambda n: ast.unparse(n.func) if isinstance(n, ast.Call) else ""  # noqa: E731
    return any(
        isinstance(n.op, ast.Sub) and called(n.left) == called(n.right) in own
        for n in ast.walk(pair.backward)
        if isinstance(n, ast.BinOp)
    )


# what is told

_CODES = {"wrong": "EIN401", "right_if": "EIN405", "shape": "EIN404", "undecided": "EIN403"}
_IGNORED = re.compile(r"einsight:\s*ignore\b(?P<codes>[\sA-Z0-9,]*)")


def _enter(judged: Judged, module: Module, pair: Pair, result: Result) -> None:
    span = module.source.span(result.node)
    whole = f"∂{pair.title}" + (f"/∂{result.parameter}" if result.parameter else "")
    text = f"{whole} = {module.source.text_of(result.node)}"
    claim = Claim(span, text, result.verdict, result.assumption, result.derived, result.counterexample)
    judged.claims.append(claim)
    code = _CODES.get(result.verdict)
    if code is None:
        return
    message = _message(pair, result, whole)
    fixes = (Fix(f"write `{result.derived}`", span, result.derived),) if result.derived else ()
    comment = module.source.comments.get(module.source.line_at(span[1] - 1), "")
    ignored = _IGNORED.search(comment)
    if ignored is None or (ignored["codes"].strip() and code not in ignored["codes"]):
        judged.diagnostics.append(
            Diagnostic(code, NAMES[code][1], span, message, fixes if result.verdict != "undecided" else ())
        )
        if result.verdict != "undecided":
            judged.failing[len(judged.claims) - 1] = (code,)


def _message(pair: Pair, result: Result, whole: str) -> str:
    derived = f"`{result.derived}`" if result.derived else ""
    is_beside = pair.backward is pair.forward and pair.backward.name == pair.title
    head = f"beside `{pair.title}`" if is_beside else f"`{pair.backward.name}` of `{pair.title}`"
    if result.verdict == "right_if":
        general = f"; in general it is {derived}" if derived else ""
        return f"{head}: {whole} is right only if {result.words}{general}"
    if result.verdict == "shape":
        return f"{head}: {result.words}" + (f"; {whole} is {derived}" if derived else "")
    if result.verdict == "undecided":
        return f"{head}: {whole} is undecided: {result.words}"
    parts = [f"{head}: this is not {whole}" + (f", which is {derived}" if derived else "")]
    parts += [result.words] if result.words else []
    return "; ".join(parts) + (f": {result.counterexample}" if result.counterexample else "")
