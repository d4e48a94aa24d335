"""The verdict on one value that is returned as a derivative."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..deriving.readback import function_value
from ..judging.assumptions import Assumption, candidates
from ..judging.mistakes import find_mistake
from ..meaning.equality import agree, are_equal, compare
from ..meaning.instances import literal_components
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..terms import build
from ..terms.bounds import NumberTooLong
from ..terms.dimension import Dim, Index, Slot, fresh_index
from ..terms.term import Component, Product, Sum, Tensor, Term
from ..terms.walk import expand_definitions, map_parts, replace_dims, replace_tensors
from .comparing import differ_grossly, divided, normalised, unguarded
from .functions import GUARD
from .labels import LABELS
from .module import Module
from .pairs import Pair
from .runs import Claimed, Paths, Unreadable
from .values import Array, Axis
from .writing import expression

# words by which a rule says that it is not the derivative
_SAID = re.compile(
    r"straight.?through|STE|surrogate|[Rr]evers|[Tt]runc|[Cc]lip|[Aa]pproximat|[Ss]caled?[Gg]rad|[Ff]ake"
)
_FAILURES = (MissingRule, BudgetExceeded, NumberTooLong, RecursionError, ZeroDivisionError)


@dataclass(frozen=True)
class Result:
    """The verdict on one value; `words` say more."""

    node: ast.AST
    parameter: str
    verdict: str
    assumption: str | None = None
    derived: str | None = None
    counterexample: str | None = None
    words: str = ""


# one way


def judged_way(module: Module, pair: Pair, paths: Paths) -> list[Result]:
    results: list[Result] = []
    if paths.output.open:
        raise Unreadable(f"`{pair.name}` is not read: {paths.output.why or 'something in it'}")
    for claimed in (_reduced(pair, paths, c) for c in paths.claimed):
        if claimed.value.open:
            raise Unreadable(
                f"the shape of what it returns is not known ({claimed.value.why})"
                if claimed.value.why
                else "the shape of what it returns is not known"
            )
        if claimed.parameter != "?":
            if claimed.parameter and claimed.parameter not in paths.parameters:
                raise Unreadable(f"`{claimed.parameter}` is no array that is differentiated in")
            result = _Judge(module, pair, paths, claimed, claimed.parameter).result()
            if claimed.guessed and result.verdict not in ("right", "undecided"):
                words = "nothing says for which argument it is"
                result = Result(result.node, result.parameter, "undecided", words=words)
            results.append(result)
            continue
        results.append(_of_any(module, pair, paths, claimed))
    return results


def _reduced(pair: Pair, paths: Paths, claimed: Claimed) -> Claimed:
    """PyTorch sums what `backward` returns over the axes along which the argument was broadcast."""
    value, known = claimed.value, paths.parameters.get(claimed.parameter)
    if pair.kind != "autograd" or known is None or value.open:
        return claimed
    wanted = known[1].axes
    more = value.rank - len(wanted)
    if more < 0 or not all(not w or _sizes([a]) == _sizes([w]) for a, w in zip(value.axes[more:], wanted, strict=True)):
        return claimed
    own = [a if w else () for a, w in zip(value.axes[more:], wanted, strict=True)]
    gone = [i for a in value.axes[:more] for i in a] + [
        i for a, w in zip(value.axes[more:], own, strict=True) if not w for i in a
    ]
    term = build.product([value.term], gone) if value.term is not None and gone else value.term
    return replace(claimed, value=Array(tuple(own), False, term, value.why)) if gone or more else claimed


def _of_any(module: Module, pair: Pair, paths: Paths, claimed: Claimed) -> Result:
    """A value that may be the derivative in any argument: right if it is that in one, else told of the first that it fits."""
    tried = [_Judge(module, pair, paths, claimed, name) for name in paths.parameters if not name.startswith("self.")]
    fitting = [j for j in tried if j.fits()]
    if claimed.fitting and not fitting:
        raise Unreadable("it has the shape of no argument")
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
        pairs = zip(self.value.axes, self.wanted, strict=False)
        unsure = any(_is_number(a) != _is_number(b) for a, b in pairs if a and b)
        if "?" in have + want or (unsure and self.value.rank == len(self.wanted)):
            raise Unreadable("its shape is not known")
        thin = [a == b or not a for a, b in zip(_sizes(self.value.axes), _sizes(self.wanted), strict=False)]
        if self.parameter in self.paths.free and self.value.rank == len(self.wanted) and all(thin):
            return self._undecided("nothing says whether an axis of the argument has length 1")
        is_jacobian = self.paths.output.rank and self.paths.cotangent is None
        if self.pair.kind == "plain" and is_jacobian and self.value.rank != len(self.wanted):
            raise Unreadable("a Jacobian is written in more shapes than one")
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
        if found.equal is False and (bare := self._without_guards(axes)) is not None:
            left, right = bare
            found = compare(left, right, axes, function_value)
        if found.equal is False and (labels := _labels(left, right)):
            if self._is_right_of_labels(left, right, axes, labels):
                return Result(self.claimed.node, self.parameter, "right")
            for labelling in (_first, _two):
                sides = [normal_form(_labelled(t, labels, labelling)) for t in (left, right)]
                found = compare(*sides, axes, function_value)
                if not found.equal:
                    break
            left, right = sides
        if found.equal and self.is_elementwise and self._crosses():
            words = "it is the diagonal alone of a Jacobian that has other entries, too"
            return Result(self.claimed.node, self.parameter, "wrong", words=words)
        if found.equal:
            return Result(self.claimed.node, self.parameter, "right")
        if found.equal is None:
            return self._undecided(found.reason)
        if self.paths.rough and not differ_grossly(left, right, axes):
            return self._undecided("the sides agree to the digits of the decimal fractions in them")
        if self._is_replaced(left):
            return self._undecided(
                "it stands for another derivative on purpose, it seems; `# einsight: surrogate` says so"
            )
        derived = self._text(left)
        assumption = self._assumption(left, right, axes)
        if assumption is not None and assumption.text.endswith(" symmetric") and (
            _is_said_symmetric(self.pair) or _is_made_symmetric(self.pair, assumption.text.split()[0])
        ):
            return Result(self.claimed.node, self.parameter, "right", assumption.text)
        if assumption is not None and "sum" in assumption.text and self._is_said_distribution(assumption.text.split(".")[0]):
            return Result(self.claimed.node, self.parameter, "right", assumption.text)
        if assumption is not None and "sum" in assumption.text:
            return self._undecided(f"it is right if {assumption.sentence()}")
        if assumption is not None:
            words = assumption.sentence()
            return Result(self.claimed.node, self.parameter, "right_if", assumption.text, derived, words=words)
        count = self._as_count(left, right, axes)
        if count:
            return Result(self.claimed.node, self.parameter, "right", count)
        if self.pair.kind == "both" and self._is_of_each(left, right, axes):
            return self._undecided("it is right of the sum over the entries, of which the value is the mean")
        if self._is_of_few_entries(left, right, axes):
            return self._undecided("it is right where the argument has no more entries than the function names")
        if self._is_of_output(axes, left):
            return self._undecided("it is right of what the function gives, in the place of its argument")
        example = found.counterexample.describe() if found.counterexample else None
        mistake = self._mistake(left, right, axes)
        return Result(self.claimed.node, self.parameter, "wrong", None, derived, example, mistake)

    def _undecided(self, words: str) -> Result:
        return Result(self.claimed.node, self.parameter, "undecided", words=words)

    def _without_guards(self, axes: tuple[Index, ...]) -> tuple[Term, Term] | None:
        """Both sides without the small numbers that keep others from 0; None where there are none."""
        output, value = self.paths.output, self.value
        assert output.term is not None and value.term is not None
        small = frozenset(t for n, (t, a) in self.paths.parameters.items() if not a.rank and _is_guard(self.pair, n))
        made = [unguarded(t, small) for t in (output.term, value.term)]
        if made[0] is output.term and made[1] is value.term:
            return None
        self.paths = replace(self.paths, output=replace(output, term=made[0]))
        self.value = Array(value.axes, value.open, made[1], value.why)
        names = dict(zip(self.value.indices, axes, strict=True))
        return normal_form(self._derivative()), normal_form(build.substitute(made[1], dict(names)))

    def _is_right_of_labels(self, left: Term, right: Term, axes: tuple[Index, ...], labels: Sequence[Tensor]) -> bool:
        """Is it right of all rows whose entries add up to 1?"""
        for tensor in labels:
            left, right = (divided(tensor, len(tensor.dims) - 1)(t) for t in (left, right))
        return are_equal(normal_form(left), normal_form(right), axes, function_value)

    def _is_said_distribution(self, name: str) -> bool:
        """Do the names or the documentation say that entries add up to 1?"""
        told = [ast.get_docstring(n) or "" for n in (self.pair.owner, self.pair.forward, self.pair.backward) if n is not None]
        return any(_ADDS_UP.search(text) for text in (name, *told))

    def _assumption(self, left: Term, right: Term, axes: tuple[Index, ...]) -> Assumption | None:
        variables = frozenset(t for t, _ in self.paths.parameters.values())
        cotangent = frozenset({self.paths.cotangent[0]} if self.paths.cotangent else ())
        everything = itertools.chain(candidates((left, right), variables | cotangent), normalised((left, right)))
        for assumption in everything:
            if " = " in assumption.text and "sum" not in assumption.text:
                continue  # that two lengths are equal is nothing that code may rest on
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
        if self.pair.kind in ("autograd", "vjp") and output.term is not None and self.value.term is not None:
            given = {t for t, _ in self.paths.parameters.values()}
            if given & self.value.term.depends - output.term.depends:
                return True  # the rule rests on an argument that is there for it alone
        if _SAID.search(f"{self.pair.name} {ast.get_docstring(self.pair.owner or self.pair.forward) or ''}"):
            return True
        term = output.term
        return isinstance(term, Component) and term.tensor is self.tensor

    def _as_count(self, left: Term, right: Term, axes: tuple[Index, ...]) -> str:
        """`self.n = X.shape[0]`, where it is right with a number in the place of that size; empty where it is not."""
        numbers = {t: n for n, (t, a) in self.paths.parameters.items() if not a.rank and t in left.depends | right.depends}
        sizes = {i.dim for i in axes} | {d for t in left.depends | right.depends for d in t.dims}
        for tensor, name in sorted(numbers.items(), key=lambda found: found[1]):
            if not _COUNT.fullmatch(name.removeprefix("self.").strip("_")):
                continue
            for dim in sorted(sizes, key=lambda d: d.key):
                size = self.paths.arrays.size_term((fresh_index(dim),))
                sides = [normal_form(_put_in(t, tensor, size)) for t in (left, right)]
                if are_equal(sides[0], sides[1], axes, function_value):
                    return f"{name} = {dim}"
        return ""

    def _is_of_each(self, left: Term, right: Term, axes: tuple[Index, ...]) -> bool:
        """Is it the derivative of the sum of which the value is the mean, for an argument with an entry for each?"""
        for indices in {axes, axes[:1]}:
            if indices and are_equal(normal_form(build.product([left, self.paths.arrays.size_term(indices)])), right, axes, function_value):
                return True
        return False

    def _is_of_few_entries(self, left: Term, right: Term, axes: tuple[Index, ...]) -> bool:
        """Is it right where axes, of which the function names single entries, are as long as the last of them says?"""
        assert self.paths.output.term is not None
        least = literal_components([self.paths.output.term])
        sizes = {d: Dim(k) for d, k in least.items() if not isinstance(d.value, int) and k > 1}
        if not sizes:
            return False
        moved = tuple(i.over(sizes.get(i.dim, i.dim)) for i in axes)
        return are_equal(
            normal_form(replace_dims(left, sizes)), normal_form(replace_dims(right, sizes)), moved, function_value
        )

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
        if any(not axis for axis in self.wanted) or _labels(term):
            return None  # no name stands for the rows of labels
        try:
            return expression(term, axes, self.paths.names, self.paths.locals, self.module)
        except _FAILURES:
            return None


def _is_guard(pair: Pair, name: str) -> bool:
    """Is an argument a small number that keeps another from 0?"""
    bare = name.removeprefix("self.").lower()
    if bare in ("eps", "epsilon", "tiny", "_eps"):
        return True
    arguments = pair.forward.args
    for argument, default in zip(arguments.args[::-1], arguments.defaults[::-1], strict=False):
        if argument.arg == name and isinstance(default, ast.Constant) and isinstance(default.value, float):
            return 0 < default.value <= GUARD
    return False


_ADDS_UP = re.compile(r"one[-_ ]?hot|probabilit|y_true|labels?\b|targets?\b", re.IGNORECASE)


def _labels(*terms: Term) -> list[Tensor]:
    return sorted({t for term in terms for t in term.depends if LABELS in t.properties}, key=lambda t: t.key)


_COUNT = re.compile(r"[nmNMdDkKTBC]|n_?\w+|num_?\w*|\w*_(?:n|num|count|size|len|samples)|\w*size|\w*count|batch\w*|length|dim|samples")


def _put_in(term: Term, tensor: Tensor, number: Term) -> Term:
    """A term with a number in the place of an argument."""

    def visit(part: Term) -> Term:
        if isinstance(part, Component) and part.tensor is tensor:
            return number
        return map_parts(part, visit)

    return visit(term)


def _labelled(term: Term, labels: Sequence[Tensor], labelling: Callable[[Slot, Slot], Term]) -> Term:
    """With labels that are known."""

    def visit(part: Term) -> Term:
        if isinstance(part, Component) and part.tensor in labels:
            return labelling(*part.indices)
        return map_parts(part, visit)

    return visit(term)


def _first(row: Slot, place: Slot) -> Term:
    """Every label is the first.  What is right so and with two labels is right: a row is like any other, and so is a label."""
    return build.delta(place, 1)


def _two(row: Slot, place: Slot) -> Term:
    """The label of the first row is the first, that of all others the second."""
    is_first = build.delta(row, 1)
    return build.add(
        build.product([is_first, build.delta(place, 1)]),
        build.product([build.subtract(build.ONE, is_first), build.delta(place, 2)]),
    )


_SYMMETRIC = re.compile(
    r"(?<![-\w])symmetric|semi-?definite|positive[- ]definite|\bPS?D\b|\bSPD\b|covariance matri", re.IGNORECASE
)


def _is_said_symmetric(pair: Pair) -> bool:
    """Does the documentation of the functions speak of symmetric matrices?"""
    told = (ast.get_docstring(n) or "" for n in (pair.owner, pair.forward, pair.backward) if n is not None)
    return any(_SYMMETRIC.search(text) and not re.search(r"not symmetric|non-?symmetric", text) for text in told)


_ADDED = re.compile(r"\(?(?P<a>[\w.]+) \+ (?P<b>[\w.]+)\.T\)?(?: / 2(?:\.0)?| \* 0\.5)?|0\.5 \* \((?P<c>[\w.]+) \+ (?P<d>[\w.]+)\.T\)"
                    r"|(?P<e>[\w.]+) @ (?P<f>[\w.]+)\.T|(?P<g>[\w.]+)\.T @ (?P<h>[\w.]+)|np\.(?:eye|diag|cov|identity)\([^()]*\)")  # fmt: skip


def _is_made_symmetric(pair: Pair, name: str) -> bool:
    """Does the class give that attribute a symmetric matrix wherever it sets it: `A + A.T`, `A @ A.T`, under whatever name?"""
    if pair.owner is None or not name.startswith("self."):
        return False
    set_to: list[bool] = []
    for method in (n for n in pair.owner.body if isinstance(n, ast.FunctionDef)):
        last: dict[str, str] = {}
        for node in (n for n in ast.walk(method) if isinstance(n, ast.Assign)):
            value = ast.unparse(node.value)
            for target in map(ast.unparse, node.targets):
                if target == name and value != "None":
                    set_to.append(_is_symmetric(last.get(value, value)))
                last[target] = value
    return bool(set_to) and all(set_to)


def _is_symmetric(text: str) -> bool:
    found = _ADDED.fullmatch(text)
    if found is None:
        return False
    pairs = [(found[x], found[y]) for x, y in ("ab", "cd", "ef", "gh")]
    return all(x == y for x, y in pairs)


def _fresh(axes: Sequence[Axis]) -> tuple[Axis, ...]:
    return tuple(tuple(fresh_index(i.dim) for i in axis) for axis in axes)


def _is_number(axis: Axis) -> bool:
    return all(isinstance(i.dim.value, int) for i in axis)


def _sizes(axes: Sequence[Axis]) -> list[list[object]]:
    return [[i.dim for i in axis] for axis in axes]
