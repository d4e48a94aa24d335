"""What is taken of names that nobody declared: which letters are names, which subscripts belong to them, and their shapes.

A formula of whole arrays says much of its names by what conforms, and people use letters alike.  What is taken is told with the
answer; where nothing conforms, the first reading is refused with what is wrong in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice, pairwise

from ..lowering.mentioned import walk
from ..lowering.names import AS_COLUMN, AS_ROW, Names, canonical_name, space_text
from ..lowering.report import Diagnostic, EinsightError, Fix
from ..lowering.statements import lower_statement
from ..syntax.finding import children
from ..syntax.parse import parse_statement
from ..syntax.statements import Piece
from ..syntax.tree import (
    Addition,
    Call,
    Chain,
    Group,
    Indexed,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Relation,
    Superscript,
    Symbol,
    Transpose,
)
from ..terms.dimension import Dim
from .brackets import closing
from .counting import amplitudes, bounds_of_axes, coordinates, counted_rows, intercepts, with_indices_apart
from .entries import entry_by_entry, is_of_a_number
from .evidence import is_of_components, is_of_numbers, is_written_of_arrays
from .inference import LOOSE, STRICT
from .letters import OF_NUMBERS, SIZED, Letters, defines
from .other_signs import with_lengths_of, with_other_signs
from .ranks import INTERCEPT, MEMBER
from .shapes import shapes
from .sized import has_unsized, sized
from .telling import told_apart

# letters that people call functions by: before a bracket they are none of these arrays
_FUNCTION_LETTERS = frozenset("fghFGHφψσρΦ")
_CALLED = re.compile(r"([^\W\d_][^\W_]*)\(")
# what is wrong with a formula in which names have other shapes
_OF_SHAPES = frozenset(
    {"EIN101", "EIN201", "EIN202", "EIN203", "EIN208", "EIN301", "EIN302", "EIN303", "EIN304", "EIN306"}
)
MOST_SHAPES = 24
_EXP = re.compile(r"(?<![\w.])exp\(")
_POWER_OF_E = re.compile(r"(?<![A-Za-z\\])(?:\\mathrm\s*\{\s*e\s*\}|[A-Za-z]?e)\s*\^")
_NUMBER = re.compile(r"the number `([^`]*)`")


@dataclass(frozen=True)
class Taken:
    """
    text          the formula with its letters told apart
    declarations  what is taken of its names
    families      arrays of which one index picks a vector, a sample; `orientation` says how it lies
    dimensions    names that are sizes
    intercepts    numbers that are added to every entry
    chosen        what its signs are taken for, where they might mean something else
    """

    text: str
    declarations: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    orientation: str = AS_COLUMN
    dimensions: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    intercepts: tuple[str, ...] = ()

    def tell(self, names: Names) -> None:
        """Declare what is taken."""
        for dim in self.dimensions:
            names.own["dim", dim] = True
        for line in self.declarations:
            lower_statement(Piece(0, line), names)
        for name in self.families:
            names.own["family", name] = self.orientation


def taken(text: str, variables: tuple[str, ...], names: Names, kinds: Mapping[str, str]) -> Iterator[Taken]:
    """The ways in which a formula can be read, the likeliest first; as it stands where all its names are known."""
    if is_plain(text, names):
        yield Taken(text)
        return
    bold = {n for n, kind in kinds.items() if kind.startswith("bold")}
    if bold and "|" in text:  # `|r|` of a vector is its length
        text = with_lengths_of(bold, text)
    letters = _letters(text, names, variables)
    if letters is None:
        yield Taken(text)
        return
    told, surely = (told_apart(text, letters, variables, way) for way in (False, True))
    if letters.is_of_a_time():  # `h_t = …` says when, and not which component
        told, surely = (_right_side(way, names, variables) for way in (told, surely))
    several = [with_other_signs(told, names, bold)]
    if told != surely:  # words are names where their letters do not conform
        several.append(with_other_signs(surely, names, bold))
    readings = {way: letters if way == text else _letters(way, names, variables) for texts in several for way in texts}
    (only, read), *others = readings.items()
    if not others and read is not None and read.is_all_known():
        yield Taken(only, dimensions=tuple(read.dimensions))
        return
    for texts in several:
        for care, orientation in ((STRICT, AS_COLUMN), (STRICT, AS_ROW), (LOOSE, AS_COLUMN)):
            for way in texts:
                read = readings[way]
                yield from [Taken(way)] if read is None else _shaped(way, read, care, orientation, kinds)
        for way in texts:
            if (read := readings[way]) is not None:
                yield from _unshaped(way, read)


_OF_NAMES = frozenset({Relation, Addition, Chain, Layer, Group, Transpose, Norm, Superscript, Call, Name, Num})


def is_plain(text: str, names: Names) -> bool:
    """Is it an expression in arrays, their entries and numbers that are all declared, and functions of them?  Then nothing is open."""
    tree, problems = parse_statement(text)
    if (
        problems
        or not isinstance(tree, Relation)
        or len(tree.sides) != 1
        or tree.bindings
        or "·" in text
        or "|" in text
    ):
        return False
    todo: list[Node] = [tree]
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind is Name:
            if not names.knows(node.text):  # type: ignore[attr-defined]
                return False
        elif kind is Call and type(node.callee) is Name:  # type: ignore[attr-defined]
            text = node.callee.text  # type: ignore[attr-defined]
            if not names.is_function(text) or text in SIZED:
                return False
            todo += node.arguments  # type: ignore[attr-defined]
        elif kind is Indexed:
            if not (_is_sum(node) or _is_component(node, names)):  # type: ignore[arg-type]
                return False
        elif kind not in _OF_NAMES or (kind is Superscript and type(node.base) is Indexed and _is_sum(node.base)):  # type: ignore[attr-defined]
            return False  # what stands above a sum sign is a size
        elif kind is not Num:
            todo += children(node)
    return True


def _is_sum(node: Indexed) -> bool:
    """Is it `∑_i`, without a bound or a condition that may name anything?"""
    at = node.subscript
    is_sign = type(node.base) is Symbol and node.base.text == "∑"
    return is_sign and not (at.problem or at.lower or at.condition or at.within) and all(e.plain for e in at.entries)


def _is_component(node: Indexed, names: Names) -> bool:
    """Is it one entry of an array that is declared, with a letter for each of its axes?  Its subscript is no mark, and it no sample."""
    entry = names.find(node.base.text) if isinstance(node.base, Name) else None
    at, mark = node.subscript, node.marked
    if entry is None or entry.tensor is None or at.problem or at.lower is not None or at.condition is not None:
        return False
    if len(at.entries) != len(entry.tensor.dims) or None in [e.plain for e in at.entries]:
        return False
    return not mark or not (names.knows(mark) or names.is_dimension(mark) or names.fact(("mark", canonical_name(mark))))


def _letters(text: str, names: Names, variables: tuple[str, ...]) -> Letters | None:
    """What the letters of a formula are; None where it does not read."""
    tree, problems = parse_statement(text)
    return None if problems or not isinstance(tree, Relation) else Letters(tree, names, variables)


def with_bounds_of_axes(text: str, names: Names, variables: tuple[str, ...]) -> tuple[str, list[str]]:
    """A formula with the dimensions of what is summed for bounds that nobody declares, and what is taken: `N = n`."""
    letters = _letters(text, names, variables) if "∑" in text or "sum_" in text else None
    if letters is not None and (apart := with_indices_apart(text, letters)) != text:
        text = apart
        letters = _letters(text, names, variables)
    renamed = bounds_of_axes(letters) if letters is not None else {}
    for bound, dim in renamed.items():
        text = re.sub(rf"(?<![\w\\]){re.escape(bound)}(?!\w)", dim, text)
    return text, [f"{bound} = {dim}" for bound, dim in renamed.items()]


def _right_side(text: str, names: Names, variables: tuple[str, ...]) -> str:
    letters = _letters(text, names, variables)
    return text if letters is None else text[letters.body.start :]


def _shaped(text: str, letters: Letters, care: int, orientation: str, said: Mapping[str, str]) -> Iterator[Taken]:
    """A formula with each way in which its unknown names have shapes with which it conforms."""
    names, tree = letters.names, letters.tree
    found = letters.without_shape()
    families = letters.families()
    members = [n for n in families if not names.knows(n)]
    known = tuple(n for n in families if names.knows(n))
    if not found and not members and not known:
        if orientation == AS_COLUMN:
            yield Taken(text, dimensions=tuple(letters.dimensions))
        return
    if orientation == AS_ROW and not known:
        return
    inner = names.child()
    Taken(text, (), known, orientation).tell(inner)
    for dim in (*letters.dimensions, *(axis for axes in families.values() for axis in axes)):
        inner.own["dim", dim] = True
    if is_of_numbers(letters) or (names.fact(OF_NUMBERS) and not is_written_of_arrays(letters)):
        said = dict.fromkeys(found, "plain")
    elif is_of_components(letters):
        said = {n: "plain" for n in found if not n[0].isupper()} | dict(said)
    said = dict.fromkeys(coordinates(letters) & set(found), "plain") | dict(said)
    kinds = dict(said) | {n + MEMBER if n in families else n: "sample" for n in letters.samples()}
    kinds |= {n: "vector" for n in letters.vectors() if n in found} | dict.fromkeys(amplitudes(letters), "amplitude")
    kinds |= dict.fromkeys(intercepts(letters) & set(found), INTERCEPT)
    of_arrays = "capital samples" if is_written_of_arrays(letters) else "capital components"
    kinds |= {n + MEMBER: of_arrays for n in members if n[0].isupper()}
    for shape in shapes(
        tree, [*found, *(n + MEMBER for n in members)], inner, defines(tree), kinds, care, variables=letters.variables
    ):
        lines, sampled = [], []
        for name, dims in shape.items():
            if not name.endswith(MEMBER):
                lines.append(f"{name} ∈ {space_text(tuple(map(Dim, dims)))}")
            elif dims:
                base = name.removesuffix(MEMBER)
                lines.append(f"{base} ∈ {space_text(tuple(map(Dim, (*families[base], *dims))))}")
                sampled.append(base)
            elif families[base := name.removesuffix(MEMBER)][0] in letters.dimensions:
                lines.append(f"{base} ∈ {space_text((Dim(families[base][0]),))}")
        numbers = tuple(n for n, kind in kinds.items() if kind == INTERCEPT and n in shape and not shape[n])
        yield Taken(text, tuple(lines), (*known, *sampled), orientation, tuple(letters.dimensions), intercepts=numbers)


def _unshaped(text: str, letters: Letters) -> Iterator[Taken]:
    """A formula that inference does not follow: with what is declared alone, or with numbers beside components."""
    families = letters.families()
    known = tuple(n for n in families if letters.names.knows(n))
    numbers = tuple(letters.without_shape())
    if numbers and (not letters.below or letters.has_whole_arrays() or len(known) < len(families)):
        return
    lines = tuple(f"{n} ∈ ℝ" for n in numbers)
    for orientation in (AS_COLUMN, AS_ROW) if known else (AS_COLUMN,):
        yield Taken(text, lines, known, orientation, tuple(letters.dimensions))


def as_it_stands(way: Taken, names: Names) -> Taken:
    """A formula of which nothing is taken, but for the products in its sums and the sizes of its constants."""
    way = _entry_by_entry(way, names)
    return _with_sizes(way, names) if has_unsized(way.text) else way


def first_that_conforms(text: str, variables: tuple[str, ...], names: Names, kinds: Mapping[str, str]) -> Taken:
    """The likeliest way to read a formula in which it conforms; as it stands where there is none."""
    ways = taken(text, variables, names, kinds)
    first, broadcast, bounded, lacks_axis = next(ways, Taken(text)), None, None, False
    others = (way for way in ways if way != first)
    second = next(others, None)
    if second is None and not (first.declarations or first.families):  # nothing is taken that would have to be tried
        return as_it_stands(first, names)
    for way in islice(chain((first,), () if second is None else (second,), others), MOST_SHAPES):
        inner = names.child()
        way.tell(inner)
        way = _entry_by_entry(way, inner)
        unsized = way.text
        if has_unsized(way.text):
            way = _with_sizes(way, inner)
        lowered = lower_statement(Piece(0, way.text), inner, names.layout)
        wrong = {d.code for d in lowered.diagnostics if d.severity == "error"}
        if wrong - _OF_SHAPES:  # another shape would only hide it
            return way
        mixed = {d.code for d in lowered.diagnostics if d.code == "EIN305" and _is_mixed(d.message, way)}
        codes = wrong | mixed | ({"EIN205"} & {d.code for d in lowered.diagnostics})
        lacks_axis |= way == first and "EIN306" in codes  # which is what to mend, whatever shapes there are
        if not codes and (letters := _letters(way.text, names, ())) is not None:
            inner = names.child()
            way.tell(inner)
            told, counted = counted_rows(way.text, way.declarations, letters, inner)
            way = replace(way, declarations=told, dimensions=(*way.dimensions, *counted))
            if counted and way.text != unsized:  # the sizes have other names now
                inner = names.child()
                way.tell(inner)
                way = _with_sizes(replace(way, text=unsized), inner)
        if codes == {"EIN201"} and way.families and (named := _with_free_indices(way, inner)) is not None:
            return named
        if not codes and not (way.families or way.declarations) and is_of_a_number(way.text, inner):
            continue
        if not codes:
            return way
        if codes == {"EIN305"}:  # a number among arrays, as one may write it and mostly does not
            broadcast = broadcast or way
        if codes == {"EIN205"}:  # a bound that has another name than its axis, which is told
            bounded = bounded or way
    return broadcast or bounded or (first if lacks_axis else Taken(first.text))


def _is_mixed(message: str, way: Taken) -> bool:
    """Does it say that a number stands among arrays, which is no intercept?"""
    named = _NUMBER.match(message)
    return named is not None and canonical_name(named[1]) not in way.intercepts


def _entry_by_entry(way: Taken, names: Names) -> Taken:
    text, chosen = entry_by_entry(way.text, names)
    return way if text == way.text else replace(way, text=text, chosen=chosen)


def with_matrix_exponentials(text: str, written: str) -> str | None:
    """`exp(A t)` as `expm(A t)` where it was written `e^{A t}`: of a matrix nobody means the entries.  None where no power of `e` has a capital."""
    if "exp(" not in text or re.search(r"(?<![\w])\\?exp(?![a-z])", written) or not _POWER_OF_E.search(written):
        return None
    places = [m.end() - 1 for m in _EXP.finditer(text)]
    has_capital = any(re.search(r"[A-ZΑ-Ω]", text[at : closing(text, at)]) for at in places)
    return _EXP.sub("expm(", text) if has_capital else None


def _with_free_indices(way: Taken, names: Names) -> Taken | None:
    """A formula of samples with their indices on its left, so that all are free: `F_ij = ‖x_i - x_j‖` for `‖x_i - x_j‖`."""
    letters = _letters(way.text, names, ())
    if letters is None or len(letters.tree.sides) > 1:
        return None
    free = dict.fromkeys(c for n in letters.below for c in n.subscript.letters)
    free = {c: None for c in free if c not in letters.bound}
    name = next(c for c in "FGHEUV" if not re.search(rf"(?<!\w){c}(?!\w)", way.text))
    text = f"{name}_{{{','.join(free)}}} = {way.text}"
    lowered = lower_statement(Piece(0, text), names.child(), names.layout)
    if not free or any(d.severity == "error" for d in lowered.diagnostics):
        return None
    return replace(way, text=text)


def _with_sizes(way: Taken, names: Names) -> Taken:
    """A way with sizes for its constants, where it does not conform without and they are settled."""
    lowered = lower_statement(Piece(0, way.text), names.child(), names.layout)
    if {d.code for d in lowered.diagnostics if d.severity == "error"} != {"EIN301"}:
        return way
    text = sized(way.text, names)
    return way if text is None else replace(way, text=text)


def require_no_unknown_function(text: str, names: Names) -> None:
    """Raise EinsightError (EIN107) where a letter that people call functions by stands before a bracket, and nobody declares it.

    `f(x)` is no product of an array `f`, and nothing says what its derivative is.
    """
    if not any(canonical_name(m[1]) in _FUNCTION_LETTERS for m in _CALLED.finditer(text)):
        return
    tree, problems = parse_statement(text)
    nodes = () if problems or tree is None else tuple(walk(tree))
    behind_rows = {
        id(behind)
        for node in nodes
        if isinstance(node, Chain)
        for (_, before), (_, behind) in pairwise(node.items)
        if isinstance(before, Transpose)
    }
    for node in nodes:
        if not isinstance(node, Call) or not isinstance(node.callee, Name):
            continue
        if id(node) in behind_rows and node.callee.text.isupper():
            continue  # `x' H (x - y)`
        name = canonical_name(node.callee.text)
        if name not in _FUNCTION_LETTERS or names.knows(name):
            continue
        meant = "is it `sigmoid`? Or " if name == "σ" else ""
        message = f"`{name}` stands before a bracket as a function, and nobody says which: {meant}declare it, as in `{name} : R -> R`"
        fixes = (Fix("write `sigmoid`", node.callee.span, "sigmoid"),) if name == "σ" else ()
        raise EinsightError([Diagnostic("EIN107", "error", node.callee.span, message, fixes)])
