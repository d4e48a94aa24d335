"""What single letters count or scale: `n` of `1/n ‖X w - y‖²` is how many rows there are, `A` of `A exp(-k t)` is a number."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ..lowering.mentioned import walk
from ..lowering.names import Names, canonical_name
from ..lowering.statements import lower_statement
from ..syntax.statements import Piece
from ..syntax.tree import Absolute, Addition, Call, Chain, Group, Indexed, Layer, Name, Node, Norm, Transpose
from .evidence import is_written_of_arrays
from .letters import Letters
from .ranks import likely_ranks
from .signs import outside_of_calls, runs_over_an_array

# letters of weights, which data are multiplied by
WEIGHTS = frozenset({"w", "θ", "β"})
_ONES = re.compile(r"(?<![\w.])ones\((\w+)\)(?! *')")
_SPACE = re.compile(r"(\S+) ∈ ℝ(?:\^\(?([^()]*)\)?)?")


def counted_rows(
    text: str, lines: tuple[str, ...], letters: Letters, names: Names
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Declarations in which `n`, that divides a norm or a sum and nobody declares, is how many are summed; and that `n`.

    `names` has what is declared there: `1/(2n) ‖y - X β‖²` gives `X ∈ ℝ^(n×m)`, and so does `X - 1/n 1 1' X`.
    """
    counts = [line[0] for line in lines if line in ("n ∈ ℝ", "N ∈ ℝ")]
    if len(counts) != 1 or not divides(letters, counts[0]):
        return lines, ()
    for row in _summed_axes(text, letters, names):
        if any(f" ∈ ℝ^{row}" in f"{line} " or re.search(rf"[(×]{re.escape(row)}[)×]", line) for line in lines):
            found = (_SPACE.fullmatch(line) for line in lines if line != f"{counts[0]} ∈ ℝ")
            return tuple(f"{m[1]} ∈ ℝ{_space(m[2], row, counts[0])}" for m in found if m is not None), (counts[0],)
    return lines, ()


def _summed_axes(text: str, letters: Letters, names: Names) -> Iterator[str]:
    """The first axes of what norms and sums are of, and those of ones."""
    for node in letters.inside:
        of = node.inner if isinstance(node, Norm) else node.arguments[0] if isinstance(node, Call) else None
        if of is None or (isinstance(node, Call) and not (isinstance(node.callee, Name) and node.callee.text == "sum")):
            continue
        lowered = lower_statement(Piece(0, text[of.start : of.end]), names.child(), names.layout)
        axes = lowered.sides[0].value.axes if lowered.sides and lowered.sides[0].value is not None else ()
        if axes:
            yield str(axes[0].dim)
    for node in letters.inside:  # `1/n X' (…)`
        for _, part in node.items if isinstance(node, Chain) else ():
            of = part.argument if isinstance(part, Transpose) else None
            divided = isinstance(of, Group) and any(isinstance(n, Name) and n.text in ("n", "N") for n in walk(of))
            if isinstance(of, Group) and not divided:  # `(A x - b)' (A x - b)/n`
                lowered = lower_statement(Piece(0, text[of.start : of.end]), names.child(), names.layout)
                value = lowered.sides[0].value if lowered.sides else None
                if value is not None and value.rank == 1:
                    yield str(value.axes[0].dim)
            entry = names.find(of.text) if isinstance(of, Name) and of.text[0].isupper() else None
            if entry is not None and entry.tensor is not None and len(entry.tensor.dims) == 2:
                yield str(entry.tensor.dims[0])
    yield from dict.fromkeys(_ONES.findall(text))


def _space(sizes: str | None, old: str, new: str) -> str:
    if sizes is None:
        return ""
    dims = [new if d == old else d for d in re.split(r"\s*×\s*", sizes)]
    return f"^({'×'.join(dims)})" if len(dims) > 1 else f"^{dims[0]}"


def divides(letters: Letters, name: str) -> bool:
    """Does a name stand only below a slash, outside of what functions are given?"""
    below = 0
    for node in letters.inside:
        for operator, part in node.items if isinstance(node, Chain) else ():
            if operator == "/":
                below += sum(isinstance(n, Name) and n.text == name for n in outside_of_calls(part))
    return below > 0 and below == sum(isinstance(n, Name) and n.text == name for n in letters.inside)


def with_indices_apart(text: str, letters: Letters) -> str:
    """The text with another letter for an index that is called as a dimension is: `∑_{n=1}^N y_n` of a `y ∈ ℝ^n`."""
    called = [c for c, upper in letters.bound.items() if upper and len(c) == 1 and letters.names.is_dimension(c)]
    called = [c for c in called if not any(isinstance(n, Name) and n.text == c for n in letters.nodes)]
    free = (c for c in "ijklpqrstabc" if not re.search(rf"(?<![^\W\d_]){c}(?![^\W\d_])|_\{{?\w*{c}", text))
    for letter, other in zip(called, free, strict=False):
        if letter in letters.dimensions:  # a bound of another sum
            continue
        spans = {n.subscript for n in letters.nodes if isinstance(n, Indexed) and letter in n.subscript.letters}
        for begin, end in sorted({(s.start, s.end) for s in spans}, reverse=True):
            text = text[:begin] + re.sub(rf"{letter}(?=[\W_]|[a-z0-9]|$)", other, text[begin:end]) + text[end:]
    return text


def bounds_of_axes(letters: Letters) -> dict[str, str]:
    """Bounds of sums that nobody declares, each with the dimension of what is summed: `N` of `∑_{i=1}^N y_i` where `y ∈ ℝ^n`."""
    found: dict[str, str] = {}
    for node in letters.below:
        entry = letters.names.find(canonical_name(node.base.text)) if isinstance(node.base, Name) else None
        dims = entry.tensor.dims if entry is not None and entry.tensor is not None else ()
        for place, dim in zip(node.subscript.entries, dims, strict=False):
            bound = letters.bound.get(place.plain or "", "")
            # a letter for both would be misread
            is_index = bool({str(dim), bound} & (letters.indices | letters.bound.keys()))
            if (
                bound
                and str(dim).isalpha()
                and not is_index
                and not (letters.names.knows(bound) or letters.names.is_dimension(bound))
            ):
                found.setdefault(bound, str(dim))
    return found


def amplitudes(letters: Letters) -> set[str]:
    """The one capital of a formula that is else of numbers, components and functions of them, as in `A exp(-k t)`, `-J ∑_{i<j} x_i x_j`."""
    inside = {
        n.text
        for c in letters.inside
        if isinstance(c, Call)
        for a in c.arguments
        for n in walk(a)
        if isinstance(n, Name)
    }
    indexed = {n.base.start for n in letters.inside if isinstance(n, Indexed)}
    names = [n for n in letters.inside if isinstance(n, Name) and n.start not in indexed]
    capitals = {n.text for n in names if n.text[:1].isupper()} - set(letters.dimensions)
    if len(capitals) != 1 or capitals & inside or letters.samples():
        return set()
    if any(isinstance(n, (Transpose, Norm, Absolute, Layer)) for n in letters.inside):
        return set()
    callees = [n.callee for n in letters.inside if isinstance(n, Call)]
    calls = [c.text for c in callees if isinstance(c, Name)]
    others = {n.text for n in names} - capitals - set(calls)
    are_numbers = all(likely_ranks(canonical_name(c))[0] == 0 for c in others)
    has_functions = bool(callees) and all(map(letters.names.elementwise, calls))
    return capitals if are_numbers and (has_functions or indexed and not calls) else set()


def intercepts(letters: Letters) -> set[str]:
    """`b` of `X w + b`: beside data times weights it is one number for all rows, where it stands nowhere else."""
    found: set[str] = set()
    places: dict[str, int] = {}
    for node in letters.inside:
        if isinstance(node, Name):
            places[node.text] = places.get(node.text, 0) + 1
    for node in letters.inside:
        if isinstance(node, Addition) and any(_is_data_with_weights(part) for _, part in node.items):
            found |= {p.text for _, p in node.items if isinstance(p, Name) and p.text in "bc" and places[p.text] == 1}
        if isinstance(node, Addition):  # what keeps others from 0
            found |= {p.text for _, p in node.items if isinstance(p, Name) and canonical_name(p.text) in ("ε", "eps")}
    return {canonical_name(n) for n in found}


def _is_data_with_weights(node: Node) -> bool:
    factors = [n for _, n in node.items] if isinstance(node, Chain) else []
    names = [canonical_name(n.text) for n in factors if isinstance(n, Name)]
    return len(names) == len(factors) == 2 and names[0] == "X" and names[1] in WEIGHTS


def coordinates(letters: Letters) -> set[str]:
    """`x1`, `x2`, `y1` of a formula in which nothing is of arrays alone, and no capital stands before one of them."""
    names = [n for n in letters.inside if isinstance(n, Name) and re.fullmatch(r"[a-z][1-9]", n.text)]
    if len({n.text for n in names}) < 2 or is_written_of_arrays(letters) or letters.below:
        return set()
    starts = {n.start for n in names}
    for node in letters.inside:
        if isinstance(node, (Absolute, Layer)):
            return set()
        if isinstance(node, Chain):
            for (_, before), (operator, behind) in itertools.pairwise(node.items):
                is_capital = isinstance(before, Name) and before.text[:1].isupper()
                if is_capital and operator in ("", "*") and behind.start in starts:
                    return set()
        if runs_over_an_array(node):
            return set()
    return {canonical_name(n.text) for n in names}
