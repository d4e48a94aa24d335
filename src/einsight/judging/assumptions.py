"""Which assumption makes a claim true that fails in general: candidates, simplest first."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..lowering.names import SQUARE_PROPERTIES
from ..lowering.properties import beside, consistent
from ..terms import build
from ..terms.dimension import Dim, fresh_index
from ..terms.term import Apply, Bracket, Component, Delta, Size, Tensor, Term
from ..terms.walk import map_parts, replace_dims, replace_tensors

Change = Callable[[Term], Term]
MOST_CANDIDATES = 40
# matrices of which some may be symmetric and others not
MOST_TOGETHER = 4
# what words say of a vector, or of the rows of a matrix, whose entries add up to 1; nobody can declare it
NORMALISED = "normalised"
# what words say of a vector of length 1
UNIT = "unit"
SCALED = frozenset({NORMALISED, UNIT})


@dataclass(frozen=True)
class Assumption:
    """`text` as in `A symmetric`; `change` rewrites a term so that every value of its tensors satisfies it."""

    text: str
    change: Change

    def sentence(self) -> str:
        """As part of a message: `A is symmetric`, `A and B are symmetric`."""
        if "=" in self.text or self.text.startswith("vec"):
            return self.text
        names, _, kind = self.text.rpartition(" ")
        first, _, last = names.rpartition(", ")
        return f"{first} and {last} are {kind}" if first else f"{last} is {kind}"


def candidates(terms: Sequence[Term], variables: frozenset[Tensor]) -> Iterator[Assumption]:
    """Assumptions on the tensors of the terms, from which the derivatives have been carried out.

    `variables` are those that something was differentiated in: of them only symmetry and signs are assumed, since
    an orthogonal matrix, say, cannot be varied entry by entry.
    """
    return itertools.islice(_candidates(terms, variables), MOST_CANDIDATES)


def _candidates(terms: Sequence[Term], variables: frozenset[Tensor]) -> Iterator[Assumption]:
    depends = frozenset[Tensor]().union(*(t.depends for t in terms))
    leaves = sorted((t for t in depends if t.definition is None), key=lambda t: t.key)
    square = [t for t in leaves if len(t.dims) == 2 and t.dims[0] is t.dims[1]]
    general = [t for t in square if not t.properties & {"symmetric", "antisymmetric", "diagonal", "orthogonal"}]
    for tensor in general:
        yield _with_property((tensor,), "symmetric")
    for count in range(2, len(general) if len(general) <= MOST_TOGETHER else 2):  # of the fewest that are enough
        for several in itertools.combinations(general, count):
            yield _with_property(several, "symmetric")
    if len(general) > 1:
        yield _with_property(tuple(general), "symmetric")
    fixed = [t for t in general if t not in variables]
    for kind in ("antisymmetric", "orthogonal"):
        for tensor in fixed:
            yield _with_property((tensor,), kind)
    for tensor in fixed:
        if any(_is_about_diagonal(t, tensor) for t in terms):
            yield _with_property((tensor,), "diagonal")
    yield from _equal_dims(leaves, terms)
    for tensor in leaves:
        if not tensor.properties & {"positive", "positive-definite"} and tensor not in square:
            yield _with_property((tensor,), "positive")
    if any(map(_has_threshold, terms)):
        return  # the points of a normalised vector seldom cross a threshold, so that they prove little
    for tensor in leaves:
        if len(tensor.dims) == 1 and tensor not in variables:
            yield Assumption(f"sum({tensor.name}) = 1", _normalised(tensor))


def held(term: Term, given: Iterable[tuple[str, str]]) -> Term:
    """The term where tensors have the properties that are said of their names; what does not fit a tensor says nothing."""
    special: dict[Tensor, Tensor] = {}
    given = tuple(given)
    scaled = {(name, p) for name, p in given if p in SCALED}
    for tensor in sorted(term.depends, key=lambda t: t.key) if scaled else ():
        if tensor.definition is not None:
            continue
        if (tensor.name, NORMALISED) in scaled and len(tensor.dims) in (1, 2):
            term = _normalised(tensor)(term)
        if (tensor.name, UNIT) in scaled and len(tensor.dims) == 1:
            term = _of_length_one(tensor)(term)
    given = tuple((name, p) for name, p in given if p not in SCALED)
    for tensor in term.depends:
        square = len(tensor.dims) == 2 and tensor.dims[0] is tensor.dims[1]
        said = consistent(p for name, p in given if name == tensor.name and (square or p not in SQUARE_PROPERTIES))
        said = beside(said, tensor.properties)
        if "positive-definite" in said:
            said |= {"symmetric"}
        if tensor.definition is None and not said <= tensor.properties:
            special[tensor] = Tensor(tensor.name, tensor.dims, tensor.properties | said)
    return replace_tensors(term, special) if special else term


def _has_threshold(term: Term) -> bool:
    return any(
        isinstance(t, Bracket) or (isinstance(t, Apply) and t.function in ("relu", "abs", "sign", "max", "min"))
        for t in term.walk()
    )


def _with_property(tensors: tuple[Tensor, ...], name: str) -> Assumption:
    special = {t: Tensor(t.name, t.dims, t.properties | {name}) for t in tensors}
    return Assumption(f"{', '.join(t.name for t in tensors)} {name}", lambda term: replace_tensors(term, special))


def _equal_dims(leaves: Sequence[Tensor], terms: Sequence[Term]) -> Iterator[Assumption]:
    sizes = {p.dim for t in terms for p in t.walk() if isinstance(p, Size)}
    dims = sorted({d for t in leaves for d in t.dims if isinstance(d.value, str)} | sizes, key=lambda d: d.key)
    for a, b in itertools.combinations(dims, 2):
        if a not in sizes and b not in sizes:
            continue  # where no size stands as a number, components do not know it

        def change(term: Term, a: Dim = a, b: Dim = b) -> Term:
            return replace_dims(term, {b: a})

        yield Assumption(f"{a} = {b}", change)


def _is_about_diagonal(term: Term, tensor: Tensor) -> bool:
    """Does it single out diagonals?  Else too much is true of diagonal matrices that nobody meant to say."""
    return any(
        isinstance(t, Delta) or (isinstance(t, Component) and t.tensor is tensor and t.indices[0] is t.indices[1])
        for t in term.walk()
    )


def _of_length_one(tensor: Tensor) -> Change:
    """Divide the vector by its length wherever it stands."""

    def visit(term: Term) -> Term:
        if isinstance(term, Component) and term.tensor is tensor:
            index = fresh_index(tensor.dims[0])
            square = build.product([build.power(build.component(tensor, (index,)), 2)], [index])
            return build.product([term, build.power(square, Fraction(-1, 2))])
        return map_parts(term, visit)

    return visit


def _normalised(tensor: Tensor) -> Change:
    """Divide the vector, or each row of the matrix, by its sum wherever it stands."""

    def visit(term: Term) -> Term:
        if isinstance(term, Component) and term.tensor is tensor:
            index = fresh_index(tensor.dims[-1])
            total = build.product([build.component(tensor, (*term.indices[:-1], index))], [index])
            return build.product([term, build.power(total, -1)])
        return map_parts(term, visit)

    return visit
