"""What a derivative may rest on that its text does not say: labels, small numbers, matrices that are symmetric, counts that are sizes."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from ..deriving.readback import function_value
from ..judging.assumptions import Assumption
from ..meaning.equality import Verdict, are_equal, compare
from ..meaning.instances import literal_components
from ..rules.engine import normal_form
from ..terms import build
from ..terms.dimension import Dim, Index, Slot, fresh_index
from ..terms.term import Bracket, Component, Number, Sum, Tensor, Term
from ..terms.walk import expand_definitions, map_parts, replace_dims, replace_tensors
from .comparing import differ_grossly
from .functions import GUARD
from .labelling import Labelling, are_counted_twice, labelled, labellings, labels_in
from .module import Module
from .pairs import Pair
from .runs import GUARDS, Paths
from .values import Array

# words by which a rule says that it is not the derivative
_SAID = re.compile(
    r"straight.?through|STE|surrogate|[Rr]evers|[Tt]runc|[Cc]lip|[Aa]pproximat|[Ss]caled?[Gg]rad|[Ff]ake"
)
# words by which a derivative says that it is another
_OTHERWISE = re.compile(
    r"\bup to (?:a|an|the|some)?\s*(?:factor|scale|constant|sign)|surrogate|straight.?through|(?:upper|lower) bound|natural gradient|"
    r"precondition|proportional to|not the (?:true|exact|real) (?:gradient|derivative)|approximat|stop.?grad|pseudo.?gradient|unnormali[sz]ed",
    re.IGNORECASE,
)


class Allowing:
    """One value, and what it may rest on."""

    module: Module
    pair: Pair
    paths: Paths
    value: Array
    tensor: Tensor
    parameter: str
    is_elementwise: bool

    def is_said_of_entries(self, text: str) -> bool:
        """Do the names or the documentation say that the entries of an array add up to 1, or that they are 0 and 1?"""
        functions = [n for n in (self.pair.owner, self.pair.forward, self.pair.backward) if n is not None]
        documented = [ast.get_docstring(n) or "" for n in functions]
        if " * " in text:
            name = text.split(" ")[0]
            return name.removeprefix("self.") == "M" or any(MASKS.search(told) for told in (name, *documented))
        told = [text.split(".")[0], *documented, *(n.name for n in functions)]
        called = (n.func for n in ast.walk(self.pair.forward) if isinstance(n, ast.Call))
        return any(ADDS_UP.search(text) for text in (*told, *map(ast.unparse, called)))

    def as_count(self, left: Term, right: Term, axes: tuple[Index, ...]) -> str:
        """`self.n = X.shape[0]`, where it is right with a number in the place of that size; empty where it is not."""
        numbers = {
            t: n for n, (t, a) in self.paths.parameters.items() if not a.rank and t in left.depends | right.depends
        }
        sizes = {i.dim for i in axes} | {d for t in left.depends | right.depends for d in t.dims}
        for tensor, name in sorted(numbers.items(), key=lambda found: found[1]):
            if not COUNT.fullmatch(name.removeprefix("self.").strip("_")):
                continue
            for dim in sorted(sizes, key=lambda d: d.key):
                size = self.paths.arrays.size_term((fresh_index(dim),))
                sides = [normal_form(put_in(t, tensor, size)) for t in (left, right)]
                if are_equal(sides[0], sides[1], axes, function_value):
                    return f"{name} = {dim}"
        return ""

    def is_of_each(self, left: Term, right: Term, axes: tuple[Index, ...]) -> bool:
        """Is it the derivative of the sum of which the value is the mean, for an argument with an entry for each?"""
        for indices in {axes, axes[:1]}:
            if indices and are_equal(
                normal_form(build.product([left, self.paths.arrays.size_term(indices)])), right, axes, function_value
            ):
                return True
        return False

    def is_of_few_entries(self, left: Term, right: Term, axes: tuple[Index, ...]) -> bool:
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

    def is_of_parts(self, axes: tuple[Index, ...], right: Term) -> bool:
        """Is what is returned several of the terms that the function adds?  That is the function in another form, whatever its name says."""
        output = self.paths.output
        if self.paths.cotangent is not None or len(output.indices) != len(axes) or output.term is None:
            return False
        whole = normal_form(build.substitute(output.term, dict(zip(output.indices, axes, strict=True))))
        parts, every = (t.terms if isinstance(t, Sum) else (t,) for t in (right, whole))
        return len(parts) > 1 and set(parts) <= set(every)

    def is_of_output(self, axes: tuple[Index, ...], left: Term) -> bool:
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

    def is_positive_number(self, assumption: Assumption) -> bool:
        """That a number is positive that is given, a width or a scale, is what whoever gives it knows."""
        name = assumption.text.removesuffix(" positive")
        array = self.paths.parameters.get(name)
        return name != assumption.text and name != self.parameter and array is not None and not array[1].rank

    def is_replaced(self, derived: Term) -> bool:
        """Is the derivative 0, or the function its argument itself, so that nobody would write a rule for that?"""
        output = self.paths.output
        if derived is build.ZERO and (self.pair.is_explicit or (output.term and self.tensor in output.term.depends)):
            return True
        if self.pair.kind in ("autograd", "vjp") and output.term is not None and self.value.term is not None:
            given = {t for t, _ in self.paths.parameters.values()}
            if given & self.value.term.depends - output.term.depends:
                return True  # the rule rests on an argument that is there for it alone
        if _SAID.search(f"{self.pair.name} {ast.get_docstring(self.pair.owner or self.pair.forward) or ''}"):
            return True
        if _OTHERWISE.search(told_in(self.pair.backward, self.module)):
            return True
        term = output.term
        return isinstance(term, Component) and term.tensor is self.tensor


def is_guard(pair: Pair, name: str) -> bool:
    """Is an argument a small number that keeps another from 0?"""
    bare = name.removeprefix("self.").lower()
    if bare in GUARDS:
        return True
    arguments = pair.forward.args
    for argument, default in zip(arguments.args[::-1], arguments.defaults[::-1], strict=False):
        if argument.arg == name and isinstance(default, ast.Constant) and isinstance(default.value, float):
            return 0 < default.value <= GUARD
    return False


# a cross entropy is one of distributions
ADDS_UP = re.compile(r"one[-_ ]?hot|probabilit|y_true|labels?\b|targets?\b|cross[-_ ]?entropy", re.IGNORECASE)


# what is called so, or `M`, has entries that are 0 or 1
MASKS = re.compile(r"mask|indicator|observed|one_?hot", re.IGNORECASE)
COUNT = re.compile(
    r"[nmNMdDkKTBC]|n_?\w+|num_?\w*|\w*_(?:n|num|count|size|len|samples)|\w*size|\w*count|batch\w*|length|dim|samples"
)


def put_in(term: Term, tensor: Tensor, number: Term) -> Term:
    """A term with a number in the place of an argument."""

    def visit(part: Term) -> Term:
        if isinstance(part, Component) and part.tensor is tensor:
            return number
        return map_parts(part, visit)

    return visit(term)


_SYMMETRIC = re.compile(
    r"(?<![-\w])symmetric|semi-?definite|positive[- ]definite|\bPS?D\b|\bSPD\b|(?:covariance|precision|correlation|gram|kernel|stiffness|mass|inertia) matri",
    re.IGNORECASE,
)


_NOT_SYMMETRIC = re.compile(
    r"(?:\bnot\b|n't\b|\bneed not\b|\bnever\b)[^.;\n]{0,40}\bsymmetric|\b(?:non-?|un|a)symmetric", re.IGNORECASE
)


def told_in(function: ast.FunctionDef, module: Module) -> str:
    """What the docstring of a function says, and the comments in it."""
    lines = range(function.lineno, (function.end_lineno or function.lineno) + 1)
    return " ".join([ast.get_docstring(function) or "", *(module.source.comments.get(line, "") for line in lines)])


def is_said_symmetric(pair: Pair, module: Module) -> bool:
    """Does the documentation of the functions, or a comment in them, speak of symmetric matrices?"""
    return any(_SYMMETRIC.search(text) and not _NOT_SYMMETRIC.search(text) for text in _told(pair, module))


# behind the word what else such a matrix is: `a symmetric P with zero diagonal`
_MORE = re.compile(r"[^.;\n]*\b(?:with|whose|having|such that|sums? to)\b")


def says_more_of_symmetric(pair: Pair, module: Module) -> bool:
    """Does it say of symmetric matrices what is not read?"""
    return any(_MORE.match(text, found.end()) for text in _told(pair, module) for found in _SYMMETRIC.finditer(text))


def _told(pair: Pair, module: Module) -> list[str]:
    told = [ast.get_docstring(n) or "" for n in (pair.owner, pair.forward, pair.backward) if n is not None]
    return told + [told_in(function, module) for function in (pair.forward, pair.backward)]


# what is called so is symmetric: covariances and their inverses, Gram and kernel matrices, Laplacians
_SYMMETRIC_NAME = re.compile(
    r"Sigma\w*|Omega|\w*cov(?:ariance)?\w*|\w*precision\w*|\w*gram\w*|\w*kernel\w*|\w*lapl(?:acian)?\w*", re.IGNORECASE
)


def is_symmetric_by_name(text: str) -> bool:
    """Is every matrix that an assumption speaks of called as one that is symmetric, `Sigma symmetric`?"""
    names = re.split(r", | ", text.removesuffix(" symmetric"))
    return all(_SYMMETRIC_NAME.fullmatch(n.removeprefix("self.").strip("_")) for n in names)


_ADDED = re.compile(r"\(?(?P<a>[\w.]+) \+ (?P<b>[\w.]+)\.T\)?(?: / 2(?:\.0)?| \* 0\.5)?|0\.5 \* \((?P<c>[\w.]+) \+ (?P<d>[\w.]+)\.T\)"
                    r"|(?P<e>[\w.]+) @ (?P<f>[\w.]+)\.T|(?P<g>[\w.]+)\.T @ (?P<h>[\w.]+)|np\.(?:eye|diag|cov|identity)\([^()]*\)")  # fmt: skip


def is_made_symmetric(pair: Pair, name: str) -> bool:
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


Making = Callable[[Term], Term]


def compared(
    left: Term, right: Term, axes: tuple[Index, ...], lightly: bool, roughly: bool = False
) -> tuple[Term, Term, Verdict]:
    """Both sides and what is found of them; of labels each of two ways to give them, as far as they agree.

    lightly   is only asked whether they are equal?
    roughly   are a few points enough, since it is asked again with other lengths?
    """
    labels = labels_in(left, right)
    if are_counted_twice(labels, left, right):
        return left, right, Verdict(None, reason="labels are counted from 0 and from another number")
    if labels:
        kinds: list[list[Making]] = [[_making(labels, way) for way in labellings(labels, left, right)]]
    else:
        kinds = list(_by_value(left, right))
    if not kinds:
        return left, right, _compared(left, right, axes, lightly, roughly)
    first: tuple[Term, Term, Verdict] | None = None
    for makes in kinds:
        for make in makes:
            a, b = make(left), make(right)
            # that they agree on the first ways is no more than a reason to look at the last
            found = a, b, _compared(a, b, axes, lightly or make is not makes[-1], roughly)
            if not found[2].equal:
                break
        if found[2].equal:
            return found
        first = first or found
    assert first is not None
    return first


def _making(labels: Sequence[str], way: Labelling) -> Making:
    return lambda t: normal_form(labelled(t, labels, way))


def _compared(left: Term, right: Term, axes: tuple[Index, ...], lightly: bool, roughly: bool) -> Verdict:
    """Two terms at a few points first: where they differ by much there, more digits would say no other."""
    found = compare(left, right, axes, function_value, points=2, example=False, thorough=False)
    if found.equal is not True and (found.equal is None or lightly or differ_grossly(left, right, axes)):
        return found
    if roughly and found.equal:
        return found if lightly else compare(left, right, axes, function_value, points=6, example=False, thorough=False)
    return compare(left, right, axes, function_value, example=not lightly, thorough=not lightly, smallest=False)


def _by_value(left: Term, right: Term) -> Iterator[list[Making]]:
    """An array of which is asked whether its entries are this number or that: with each pair of the numbers as its entries.

    Of one number it is asked whether an entry is that or something else, which is 0, 1 or -1 as labels are: several kinds of labels.
    """
    asked: dict[Tensor, set[Fraction]] = {}
    for part in itertools.chain(left.walk(), right.walk()):
        if isinstance(part, Bracket) and part.relation in ("=", "≠"):
            sides = (part.left, part.right)
            for one, two in (sides, sides[::-1]):
                if isinstance(one, Component) and isinstance(two, Number):
                    asked.setdefault(one.tensor, set()).add(two.value)
    for tensor, numbers in sorted(asked.items(), key=lambda found: found[0].key):
        kinds = [sorted(numbers)]
        if len(numbers) == 1:
            kinds = [sorted({*numbers, Fraction(k)}) for k in (0, -1, 1) if k not in numbers][:2]
        for values in kinds:
            yield [_giving(tensor, a, b) for a, b in itertools.product(values, repeat=2)]


def _giving(tensor: Tensor, first: Fraction, other: Fraction) -> Making:
    """With the first number as the first entry, and the other as all others."""

    def give(places: Sequence[Slot]) -> Term:
        if not places:
            return build.number(first)
        is_first = build.delta(places[0], 1)
        rest = build.product([build.subtract(build.ONE, is_first), build.number(other)])
        return build.add(build.product([is_first, build.number(first)]), rest)

    def visit(part: Term) -> Term:
        if isinstance(part, Component) and part.tensor is tensor:
            return give(part.indices)
        return map_parts(part, visit)

    return lambda t: normal_form(visit(t))


def fits_thinly(own: Sequence[Sequence[object]], other: Sequence[Sequence[object]]) -> bool:
    """Do the axes of two shapes go together if some have length 1?"""
    if len(own) == len(other) and all(a == b or not a for a, b in zip(own, other, strict=True)):
        return True
    return [a for a in own if a] == [b for b in other if b]
