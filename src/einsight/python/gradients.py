"""The verdict on a derivative that is written by hand, against the derivative of the function."""

from __future__ import annotations

import ast
import itertools
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..deriving.readback import function_value
from ..judging.assumptions import Assumption, candidates
from ..judging.judge import Claim
from ..judging.mistakes import find_mistake
from ..lowering.report import NAMES, Diagnostic, Fix, Span
from ..meaning.equality import agree, are_equal, compare
from ..meaning.evaluate import entries
from ..meaning.fields import Floats, NotInField
from ..meaning.instances import Instance, dims_and_tensors, fill, literal_components
from ..rules.catalogue import catalogue
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..terms import build
from ..terms.dimension import Index, Tensor, fresh_index
from ..terms.interruption import OutOfTime, within
from ..terms.term import Component, NumberTooLong, Product, Sum, Term
from ..terms.walk import expand_definitions, map_parts, replace_tensors
from .module import Module, is_transparent
from .pairs import Pair, pairs_of
from .paths import Claimed, Misfitting, Nonconforming, Paths, Unreadable, read_pair, unknown_in
from .values import Array, Axis, Value
from .writing import expression

SECONDS = 5.0
# arrays of unknown shape that are tried with each number of axes, at most, and ways that are judged
MOST_UNKNOWN, MOST_TRIED = 4, 8
_SURROGATE = re.compile(r"einsight:\s*surrogate")
# words by which a rule says that it is not the derivative
_SAID = re.compile(
    r"straight.?through|STE|surrogate|[Rr]evers|[Tt]runc|[Cc]lip|[Aa]pproximat|[Ss]caled?[Gg]rad|[Ff]ake"
)
_FAILURES = (MissingRule, BudgetExceeded, NumberTooLong, RecursionError, ZeroDivisionError)


@dataclass(frozen=True)
class Result:
    """The verdict on one value; `words` say more."""

    node: ast.expr
    parameter: str
    verdict: str
    assumption: str | None = None
    derived: str | None = None
    counterexample: str | None = None
    words: str = ""


@dataclass
class Judged:
    """What there is to say of the pairs of a file."""

    claims: list[Claim] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unread: list[tuple[Span, str]] = field(default_factory=list)
    failing: dict[int, tuple[str, ...]] = field(default_factory=dict)


def judge_gradients(module: Module, top: Mapping[str, Value], budget: float | None = None) -> Judged:
    """Every derivative of the file that is written by hand."""
    judged = Judged()
    for pair in pairs_of(module):
        if _is_surrogate(module, pair) or not (pair.is_explicit or is_transparent(pair.backward)):
            continue
        catalogue()  # loading plugins is no part of a verdict
        try:
            with within(SECONDS if budget is None else budget) as limit:
                results = judge_pair(module, pair, top)
        except Unreadable as why:
            if pair.is_explicit:
                judged.unread.append((module.source.span(pair.backward), f"the derivative of `{pair.name}`: {why}"))
            continue
        except OutOfTime as spent:
            if spent.limit is not limit:
                raise
            judged.unread.append((module.source.span(pair.backward), f"the derivative of `{pair.name}`: {spent}"))
            continue
        for result in results:
            _enter(judged, module, pair, result)
    return judged


def _is_surrogate(module: Module, pair: Pair) -> bool:
    """Does a comment say that it differs on purpose?"""
    lines = range(pair.backward.lineno - 1, (pair.backward.end_lineno or 0) + 1)
    return any(_SURROGATE.search(module.source.comments.get(line, "")) for line in lines)


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
    head = f"`{pair.backward.name}` of `{pair.title}`"
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


# the ways in which shapes may be meant


def judge_pair(module: Module, pair: Pair, top: Mapping[str, Value]) -> list[Result]:
    """The verdicts on what a derivative returns.  Raises Unreadable.

    Where nothing says how many axes an array has, each number of them is tried that conforms; only what holds of all is told.
    """
    unknown = unknown_in(module, pair, top)
    if len(unknown) > MOST_UNKNOWN:
        raise Unreadable(f"nothing says which shapes {', '.join(f'`{n}`' for n in unknown)} have")
    found: list[tuple[list[Result], int]] = []
    failed = "its shapes do not go together"
    for ranks in _conforming(module, pair, top, unknown):
        try:
            paths = read_pair(module, pair, top, ranks)
            results = _judged(module, pair, paths)
        except Misfitting as wrong:
            if not unknown:
                return [Result(wrong.node, "", "shape", words=str(wrong))]
            continue
        except Nonconforming:
            continue
        except Unreadable as why:
            failed = str(why)
            continue
        if len(results) == 1 and unknown and results[0].verdict == "shape":
            continue
        found.append((results, paths.arrays.stretched))
        alike = len(found) > 1 and all(r.verdict == "right" for each, _ in found for r in each)
        if not unknown or alike or len(found) == MOST_TRIED:
            break
    if not found:
        raise Unreadable(failed)
    return _in_common(found)


def _conforming(module: Module, pair: Pair, top: Mapping[str, Value], unknown: Sequence[str]) -> list[dict[str, int]]:
    """Numbers of axes with which the shapes go together.

    Where some make a number of the function, which then has a gradient, they are meant; a number is meant for an array only
    where nothing else conforms.
    """
    if not unknown:
        return [{}]
    found: list[tuple[dict[str, int], bool]] = []
    failed = ""
    for ranks in _choices(unknown):
        try:
            paths = read_pair(module, pair, top, ranks, terms=False)
        except Nonconforming:
            continue
        except Unreadable as why:
            failed = str(why)
            continue
        found.append((ranks, not paths.output.rank and paths.cotangent is None))
    if not found and failed:
        raise Unreadable(failed)
    numbers = [ranks for ranks, is_number in found if is_number and any(ranks.values())]
    arrays = [ranks for ranks, _ in found if all(ranks.values())]
    return numbers or arrays or [ranks for ranks, _ in found]


def _choices(unknown: Sequence[str]) -> Iterator[dict[str, int]]:
    """Numbers of axes, the likeliest first: matrices have capitals."""
    likely = [2 if n.removeprefix("self.")[:1].isupper() else 1 for n in unknown]
    every = itertools.product((0, 1, 2), repeat=len(unknown))
    for ranks in sorted(every, key=lambda r: sum(abs(a - b) for a, b in zip(r, likely, strict=True))):
        yield dict(zip(unknown, ranks, strict=True))


def _in_common(found: list[tuple[list[Result], int]]) -> list[Result]:
    """Of each value the verdict that it has wherever most of the others are right; undecided where it has several.

    Each way comes with how often arrays of different numbers of axes meet in it, which is seldom meant; the likeliest is first.
    A way in which a value has the wrong shape speaks against the way, unless it is the likeliest.
    """
    first = found[0][0]
    if any(len(results) != len(first) for results, _ in found):
        raise Unreadable("it depends on shapes that nothing declares")
    common = []
    for k, result in enumerate(first):
        rights = [sum(r.verdict == "right" for n, r in enumerate(results) if n != k) for results, _ in found]
        meant = [(results[k], s) for (results, s), count in zip(found, rights, strict=True) if count == max(rights)]
        fitting = [(r, s) for r, s in meant if r.verdict != "shape"]
        least = min((s for _, s in fitting), default=0)
        plausible = [r for r, s in fitting if s == least] or [r for r, _ in meant]
        every = {r.verdict for r, _ in meant}
        chosen = plausible[0]
        alike = len({r.verdict for r in plausible}) == 1
        if chosen.verdict == "right":
            alike &= "shape" not in every or meant[0][0].verdict == "right"
        else:
            alike &= len(every) == 1
        words = "it depends on shapes that nothing declares"
        common.append(chosen if alike else Result(result.node, result.parameter, "undecided", words=words))
    return common


# one way


def _judged(module: Module, pair: Pair, paths: Paths) -> list[Result]:
    results: list[Result] = []
    for claimed in paths.claimed:
        if claimed.value.open:
            raise Unreadable(
                f"the shape of what it returns is not known ({claimed.value.why})"
                if claimed.value.why
                else "the shape of what it returns is not known"
            )
        if claimed.parameter != "?":
            if claimed.parameter and claimed.parameter not in paths.parameters:
                raise Unreadable(f"`{claimed.parameter}` is no array that is differentiated in")
            results.append(_Judge(module, pair, paths, claimed, claimed.parameter).result())
            continue
        results.append(_of_any(module, pair, paths, claimed))
    return results


def _of_any(module: Module, pair: Pair, paths: Paths, claimed: Claimed) -> Result:
    """A value that may be the derivative in any argument: right if it is that in one, else told of the first that it fits."""
    tried = [_Judge(module, pair, paths, claimed, name) for name in paths.parameters if not name.startswith("self.")]
    fitting = [j for j in tried if j.fits()]
    results = []
    for judge in fitting:
        result = judge.result()
        if result.verdict == "right":
            return result
        results.append(result)
    if results:
        undecided = [r for r in results if r.verdict == "undecided"]
        # a small mistake is likelier than another argument
        return undecided[0] if undecided else min(results, key=lambda r: r.verdict == "wrong" and not r.words)
    if not tried:
        raise Unreadable("it has no argument")
    return tried[0].result()


class _Judge:
    """One value, as the derivative in one parameter."""

    def __init__(self, module: Module, pair: Pair, paths: Paths, claimed: Claimed, parameter: str):
        self.module, self.pair, self.paths, self.claimed, self.parameter = module, pair, paths, claimed, parameter
        self.value = claimed.value
        self.is_elementwise = False
        if not parameter:  # a tangent
            self.wanted: tuple[Axis, ...] = paths.output.axes
            return
        self.tensor, array = paths.parameters[parameter]
        output = paths.output
        if pair.order == 2:
            self.wanted = (*_fresh(array.axes), *_fresh(array.axes))
        elif paths.cotangent is not None or not output.rank:
            self.wanted = _fresh(array.axes)
        elif self.value.rank == output.rank and self._same(output.axes) and _sizes(array.axes) == _sizes(output.axes):
            self.is_elementwise = True
            self.wanted = _fresh(output.axes)
        else:
            self.wanted = (*_fresh(output.axes), *_fresh(array.axes))

    def _same(self, axes: Sequence[Axis]) -> bool:
        return _sizes(axes) == _sizes(self.value.axes)

    def fits(self) -> bool:
        return self._same(self.wanted)

    def result(self) -> Result:
        if not self.fits():
            return self._misfit()
        if self.paths.output.term is None:
            raise Unreadable(f"`{self.pair.name}` is not read: {self.paths.output.why or 'something in it'}")
        if self.value.term is None:
            raise Unreadable(f"`{self.pair.backward.name}` is not read: {self.value.why or 'something in it'}")
        try:
            return self._verdict()
        except _FAILURES as problem:
            return self._undecided(str(problem) or "it is nested too deeply")

    def _misfit(self) -> Result:
        arrays = self.paths.arrays
        have, want = (arrays.shape_text(Array(tuple(a))) for a in (self.value.axes, self.wanted))
        if "?" in have + want:
            raise Unreadable("its shape is not known")
        derived = None
        if self.paths.output.term is not None:
            try:
                derived = self._text(normal_form(self._derivative()))
            except _FAILURES:
                derived = None
        words = f"this has shape {have}, and the derivative in `{self.parameter}` has {want}"
        return Result(self.claimed.node, self.parameter, "shape", derived=derived, words=words)

    # the derivative

    def _derivative(self) -> Term:
        """Over the wanted axes."""
        output = self.paths.output
        assert output.term is not None
        if not self.parameter:
            return self._tangent()
        indices = tuple(i for axis in self.wanted for i in axis)
        if self.pair.order == 2:
            half = len(indices) // 2
            inner = build.derivative(output.term, self.tensor, indices[:half])
            return build.derivative(inner, self.tensor, indices[half:])
        if self.paths.cotangent is not None:
            tensor, array = self.paths.cotangent
            names = dict(zip(array.indices, output.indices, strict=True))
            assert array.term is not None
            weight = build.substitute(array.term, dict(names))
            return build.derivative(build.product([weight, output.term], output.indices), self.tensor, indices)
        if not output.rank:
            return build.derivative(output.term, self.tensor, indices)
        if self.is_elementwise:
            # ∂out_i/∂x_j = δ_ij g_i where each entry is a function of its own; that is looked at beside
            own = tuple(fresh_index(i.dim) for i in output.indices)
            moved = build.substitute(output.term, dict(zip(output.indices, indices, strict=True)))
            whole = build.derivative(moved, self.tensor, own)
            return build.substitute(normal_form(whole), dict(zip(own, indices, strict=True)))
        count = len(output.indices)
        moved = build.substitute(output.term, dict(zip(output.indices, indices[:count], strict=True)))
        return build.derivative(moved, self.tensor, indices[count:])

    def _tangent(self) -> Term:
        output = self.paths.output
        assert output.term is not None
        parts = []
        for name, (tensor, _) in self.paths.parameters.items():
            if name.endswith("_dot") or f"{name}_dot" not in self.paths.parameters:
                continue
            tangent = self.paths.parameters[f"{name}_dot"][1]
            assert tangent.term is not None
            parts.append(
                build.product([build.derivative(output.term, tensor, tangent.indices), tangent.term], tangent.indices)
            )
        return build.add(*parts)

    def _crosses(self) -> bool:
        """Does an entry of the output depend on others than its own of the input?"""
        output = self.paths.output
        assert output.term is not None
        own = tuple(fresh_index(i.dim) for i in output.indices)
        whole = normal_form(build.derivative(output.term, self.tensor, own))
        deltas = [build.delta(a, b) for a, b in zip(output.indices, own, strict=True)]
        summands = whole.terms if isinstance(whole, Sum) else (whole,)
        if all(isinstance(t, Product) and set(deltas) <= set(t.factors) for t in summands) or whole in deltas:
            return False
        on_diagonal = build.substitute(whole, dict(zip(own, output.indices, strict=True)))
        alone = normal_form(build.product([on_diagonal, *deltas]))
        return not agree(whole, alone, (*output.indices, *own), function_value)

    # the verdict

    def _verdict(self) -> Result:
        axes = tuple(i for axis in self.wanted for i in axis)
        left = normal_form(self._derivative())
        names = dict(zip(self.value.indices, axes, strict=True))
        assert self.value.term is not None
        right = normal_form(build.substitute(self.value.term, dict(names)))
        found = compare(left, right, axes, function_value)
        if found.equal and self.is_elementwise and self._crosses():
            words = "it is the diagonal alone of a Jacobian that has other entries, too"
            return Result(self.claimed.node, self.parameter, "wrong", words=words)
        if found.equal:
            return Result(self.claimed.node, self.parameter, "right")
        if found.equal is None:
            return self._undecided(found.reason)
        if self.paths.opaque:
            return self._undecided("it holds the largest entry of an array, whose derivative is not worked out")
        if self.paths.rough and not _differ_grossly(left, right, axes):
            return self._undecided("the sides agree to the digits of the decimal fractions in them")
        if self._is_replaced(left):
            return self._undecided(
                "it stands for another derivative on purpose, it seems; `# einsight: surrogate` says so"
            )
        derived = self._text(left)
        assumption = self._assumption(left, right, axes)
        if assumption is not None and "sum" in assumption.text:
            return self._undecided(f"it is right if {assumption.sentence()}")
        if assumption is not None:
            words = assumption.sentence()
            return Result(self.claimed.node, self.parameter, "right_if", assumption.text, derived, words=words)
        if self._is_of_output(axes, left):
            return self._undecided("it is right of what the function gives, in the place of its argument")
        example = found.counterexample.describe() if found.counterexample else None
        mistake = self._mistake(left, right, axes)
        return Result(self.claimed.node, self.parameter, "wrong", None, derived, example, mistake)

    def _undecided(self, words: str) -> Result:
        return Result(self.claimed.node, self.parameter, "undecided", words=words)

    def _assumption(self, left: Term, right: Term, axes: tuple[Index, ...]) -> Assumption | None:
        variables = frozenset(t for t, _ in self.paths.parameters.values())
        cotangent = frozenset({self.paths.cotangent[0]} if self.paths.cotangent else ())
        everything = itertools.chain(candidates((left, right), variables | cotangent), _normalised((left, right)))
        for assumption in everything:
            try:
                changed = [normal_form(assumption.change(t)) for t in (left, right)]
                own = tuple(dict.fromkeys(i for t in changed for i in sorted(t.free, key=lambda i: i.key)))
                if are_equal(changed[0], changed[1], own, function_value) and not are_equal(
                    changed[0], build.ZERO, own, function_value
                ):
                    return assumption
            except _FAILURES:
                continue
        return None

    def _is_replaced(self, derived: Term) -> bool:
        """Is the derivative 0, or the function its argument itself, so that nobody would write a rule for that?"""
        output = self.paths.output
        if derived is build.ZERO and self.pair.is_explicit:
            return True
        if _SAID.search(f"{self.pair.name} {ast.get_docstring(self.pair.owner or self.pair.forward) or ''}"):
            return True
        term = output.term
        return isinstance(term, Component) and term.tensor is self.tensor

    def _is_of_output(self, axes: tuple[Index, ...], left: Term) -> bool:
        """Is a derivative such as `y (1 - y)` right where its argument is the output?"""
        if self.paths.cotangent is not None or not (self.is_elementwise or not self.paths.output.rank):
            return False
        if len(self.paths.parameters) != 1 or self.paths.output.term is None or self.value.term is None:
            return False
        output = self.paths.output
        assert output.term is not None
        definition = build.abstraction(output.indices, output.term)
        if len(output.indices) != len(self.tensor.dims):
            return False
        made = Tensor(self.tensor.name, self.tensor.dims, definition=definition)
        right = build.substitute(self.value.term, dict(zip(self.value.indices, axes, strict=True)))
        changed = normal_form(expand_definitions(replace_tensors(right, {self.tensor: made})))
        return are_equal(left, changed, axes, function_value)

    def _mistake(self, left: Term, right: Term, axes: tuple[Index, ...]) -> str:
        def equal(term: Term) -> bool:
            return are_equal(left, normal_form(term), axes, function_value)

        try:
            found = find_mistake(left, right, axes, "", equal, lambda text: None, lambda value: None, self._text)
        except _FAILURES:
            return ""
        return found.words if found is not None else ""

    def _text(self, term: Term) -> str | None:
        if any(len(axis) > 1 for axis in self.wanted):
            return None
        axes = tuple(i for axis in self.wanted for i in axis)
        if any(not axis for axis in self.wanted):
            return None
        try:
            return expression(term, axes, self.paths.names, self.paths.locals, self.module)
        except _FAILURES:
            return None


def _fresh(axes: Sequence[Axis]) -> tuple[Axis, ...]:
    return tuple(tuple(fresh_index(i.dim) for i in axis) for axis in axes)


def _sizes(axes: Sequence[Axis]) -> list[list[object]]:
    return [[i.dim for i in axis] for axis in axes]


# a relative difference that no rounding of a constant makes
GROSS = 1e-3


def _differ_grossly(left: Term, right: Term, axes: tuple[Index, ...]) -> bool:
    """Do they differ by more than the digits of constants may explain?"""
    dims, tensors = dims_and_tensors([left, right])
    names = dict.fromkeys([*dims, *(a.dim for a in axes)])
    least = literal_components([left, right])
    sizes = {d: d.value if isinstance(d.value, int) else max(k + 2, least.get(d, 1)) for k, d in enumerate(names)}
    for attempt in range(4):
        instance = Instance(Floats(function_value), sizes)  # type: ignore[arg-type]
        try:
            fill(instance, tensors, _draw(random.Random(attempt)))
            pairs = list(zip(entries(left, instance, axes), entries(right, instance, axes), strict=True))
        except NotInField:
            continue
        scale = max(abs(v) for pair in pairs for v in pair)
        if any(abs(a - b) > GROSS * scale for a, b in pairs):
            return True
    return False


def _draw(generator: random.Random) -> Callable[[bool], float]:
    return lambda positive: generator.uniform(0.3, 1.7) * (1 if positive else generator.choice((-1, 1)))


def _normalised(terms: Sequence[Term]) -> Iterator[Assumption]:
    """That the entries of an array along an axis add up to 1, as those of labels do."""
    leaves = frozenset(t for term in terms for t in term.depends)
    for tensor in sorted(leaves, key=lambda t: t.key):
        if len(tensor.dims) > 1:
            for axis in range(len(tensor.dims)):
                yield Assumption(f"{tensor.name}.sum({axis}) = 1", _divided(tensor, axis))


def _divided(tensor: Tensor, axis: int) -> Callable[[Term], Term]:
    """The tensor divided by its sums along an axis, wherever it stands."""

    def visit(term: Term) -> Term:
        if isinstance(term, Component) and term.tensor is tensor:
            index = fresh_index(tensor.dims[axis])
            slots = (*term.indices[:axis], index, *term.indices[axis + 1 :])
            total = build.product([build.component(tensor, slots)], [index])
            return build.quotient(term, total)
        return map_parts(term, visit)

    return visit
