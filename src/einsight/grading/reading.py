"""A text as a value, among the names that another one has: both sides of a pair are read over one set of names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..asking.inference import LOOSE, STRICT
from ..asking.letters import TYPESET, WORDS, Letters
from ..asking.pieces import Unwritten
from ..asking.ranks import KINDS, fresh_letters
from ..asking.shapes import shapes
from ..asking.signs import letters_of
from ..asking.sized import has_unsized, sized
from ..asking.spellings import CODE, LATEX
from ..asking.undeclared import first_that_conforms, require_no_unknown_function
from ..deriving.questions import lower_expression
from ..lowering.mentioned import names_of, walk
from ..lowering.names import ALSO_SPELLED, GREEK, Names, canonical_name, space_text
from ..lowering.operators import sum_sign
from ..lowering.report import EinsightError, fail
from ..lowering.statements import lower_statement
from ..lowering.values import Value
from ..syntax.parse import parse_statement
from ..syntax.statements import Piece
from ..syntax.tree import Indexed, Name, Norm, Relation, Superscript, Transpose
from ..terms.dimension import Dim
from .answers import LONGEST, Said, bare_name, said
from .defined import Text, written

_SHAPES = ("EIN2", "EIN3")
# how every message begins that asks for the size of `I` or of ones
_UNSIZED = "nothing here says how"
_CAPITALISED = re.compile(r"[^\W\d_]?[a-zà-ÿ]+")
# what nobody else calls anything
_LEFT = "Ϙ"


@dataclass(frozen=True)
class Side:
    """A text that was read: its value, and the declarations that were taken of names.

    replaces  are those declarations all that is taken, in the place of what was taken before?
    """

    text: str
    value: Value
    names: Names
    assumed: tuple[str, ...] = ()
    replaces: bool = False


def word_test(names: Names, known: set[str]) -> Callable[[str], bool]:
    """Tells words from names and functions, where some letters are known."""
    letters = {n for n in (*names.all(), *known) if len(n) == 1}

    def is_word(text: str) -> bool:
        plain = re.split("['’]", text)[0]
        if plain in GREEK or plain in ALSO_SPELLED or names.knows(plain) or plain in known:
            return False
        if names.is_function(plain) or names.is_function(plain.lower()):
            return False
        if names.elementwise(plain[:-1]) == 1 and (plain[-1] in letters or plain[-1] in "xyz"):  # `sinx`
            return False
        return not all(c in letters for c in plain) and _CAPITALISED.fullmatch(plain) is not None

    return is_word


def answer_in(text: str, names: Names, known: set[str], spelling: str) -> tuple[Said, Text]:
    """What a text answers, in the language, its definitions put in.  Raises EinsightError where it is not read."""
    own = {bare_name(m[1]) for m in re.finditer(r"(?<![\w\\])([^\W\d_])\s*=", text[:LONGEST])}
    for found in re.finditer(
        r"(?<![\w\\])([^\W\d_]\w+)\s*=(?!=)", text[:LONGEST]
    ):  # a word that is computed with: `Ainv @ u`
        if re.search(rf"[@*+/(-]\s*{found[1]}(?!\w)|(?<![\w.]){found[1]}\s*(?:[@*+/)]|-\s)", text[:LONGEST]):
            own.add(found[1])
    try:
        answer = said(text, word_test(names, known | own))
    except Unwritten as unwritten:
        raise fail("EIN001", unwritten.reason) from None
    return answer, written(answer, names, known, spelling)


def read_alone(text: Text, names: Names) -> Side:
    """A text with what is taken of its names.  Raises EinsightError."""
    if text.of_matrices is not None:
        try:
            return read_alone(replace(text, text=text.of_matrices, of_matrices=None), names)
        except EinsightError:  # of numbers, then
            text = replace(text, of_matrices=None)
    inner, kinds = _scope(text, names)
    require_no_unknown_function(text.text, inner)
    way = first_that_conforms(text.text, (), inner, kinds)
    way.tell(inner)
    return Side(way.text, _value(way.text, text.order, inner), inner, way.declarations)


def read_together(
    reference: str, order: tuple[str, ...], text: Text, names: Names, ranks: Mapping[str, int]
) -> Iterator[tuple[Side, Side]]:
    """Two texts with shapes of their names in which both conform: those alike, then one the other's transpose, then any.

    `ranks` are the numbers of axes that names of the reference have.
    """
    inner, kinds = _scope(text, names)
    pinned = dict(kinds) | {name: KINDS[r] for name, r in ranks.items() if r in KINDS}
    ways = [("({})", "({})", STRICT), ("({})'", "({})", STRICT), ("norm({})", "norm({})", LOOSE)]
    indexed = _indexed(text.text)
    if indexed:  # components say how many axes a name has, and nothing of shapes
        pinned |= {name: KINDS[rank] for name, rank in indexed.items() if rank in KINDS and not names.knows(name)}
        ways.insert(0, ("{}", "", STRICT))
    for first, second, care in ways:
        joined = f"{first.format(reference)} = {second.format(text.text)}" if second else reference
        tree, problems = parse_statement(joined)
        if problems or not isinstance(tree, Relation):
            return
        letters = Letters(tree, inner)
        if letters.families():
            return
        unknown = [n for n in dict.fromkeys(letters.unknown()) if n not in letters.dimensions]
        for shape in shapes(tree, unknown, inner, False, pinned, care):
            lines = tuple(f"{name} ∈ {space_text(tuple(map(Dim, dims)))}" for name, dims in shape.items())
            scope = inner.child()
            for dim in letters.dimensions:
                scope.own["dim", dim] = True
            for line in lines:
                lower_statement(Piece(0, line), scope)
            try:
                left, right = _value(reference, order, scope), _value(text.text, text.order, scope)
            except EinsightError:
                continue
            yield Side(reference, left, scope, lines, True), Side(text.text, right, scope, lines, True)
            break


def of_indices(side: Side) -> Side | None:
    """A side whose names have the axes that its indices say, with these as declarations; None where it has no such names."""
    inner = side.names.child()
    try:
        lower_expression(side.text, inner, inner.layout)
    except EinsightError:
        return None
    met = {e.name: e.tensor for k, e in inner.own.items() if k[0] == "name" and e.kind == "inferred" and e.tensor}
    if not met:
        return None
    taken = names_in(side.text) | {str(d) for t in met.values() for d in t.dims if not d.inferred}
    letters = fresh_letters(taken)
    dims: dict[Dim, Dim] = {}
    for tensor in met.values():
        for dim in tensor.dims:
            dims.setdefault(dim, Dim(next(letters)) if dim.inferred else dim)
    lines = tuple(f"{n} ∈ {space_text(tuple(dims[d] for d in t.dims))}" for n, t in met.items())
    scope = side.names.child()
    for line in lines:
        lower_statement(Piece(0, line), scope)
    try:
        value = _value(side.text, tuple(i.name for i in side.value.order), scope)
    except EinsightError:
        return None
    return Side(side.text, value, scope, (*lines, *side.assumed), True)


# letters that people count rows by, and say so where nobody declares them
_COUNTS = frozenset("nmNMdDpPkKT")


def counted_by(
    lines: Sequence[str], reference: str, order: tuple[str, ...], text: Text, names: Names
) -> Iterator[tuple[Side, Side]]:
    """Two texts read with a letter, which stands in them as a number, for how many rows the matrices have, or the vectors."""
    spaces = dict(line.split(" ∈ ", 1) for line in lines)
    counts = [n for n, space in spaces.items() if space == "ℝ" and n in _COUNTS]
    shapes_of = {n: re.findall(r"[^\W_]+ʹ*", s.partition("^")[2]) for n, s in spaces.items()}
    rows = [d[0] for d in shapes_of.values() if len(d) == 2] or [d[0] for d in shapes_of.values() if len(d) == 1]
    for count in counts[:2]:
        for row in dict.fromkeys(rows):
            scope = names.child()
            scope.own["dim", count] = True
            told = tuple(
                f"{n} ∈ {space_text(tuple(Dim(count if d == row else d) for d in dims))}"
                for n, dims in shapes_of.items()
                if n != count
            )
            for line in told:
                lower_statement(Piece(0, line), scope)
            counted = text
            if text.spelling == CODE and row not in (text.ranks or {}):  # `len(y)`, which was given that name
                counted = replace(text, text=re.sub(rf"(?<!\w){row}(?!\w)", count, text.text))
            try:
                left, right = _value(reference, order, scope), read_alone(counted, scope)
            except EinsightError:
                continue
            yield Side(reference, left, scope, told, True), replace(right, assumed=told, replaces=True)


def _scope(text: Text, names: Names) -> tuple[Names, dict[str, str]]:
    inner = names.child()
    kinds: dict[str, str] = {}
    inner.own[TYPESET] = text.spelling == LATEX
    if text.spelling == CODE:
        inner.own[WORDS] = True
        ranks = {canonical_name(n): r for n, r in (text.ranks or {}).items()}
        kinds = {n: "sample" if r == 1 else "matrix" for n, r in ranks.items() if r and not names.knows(n)}
        inner.own.update({("mark", n): True for n in ranks if "_" in n})
    for statement in text.defined:
        way = first_that_conforms(statement, (), inner, {})
        way.tell(inner)
        lowered = lower_statement(Piece(0, way.text), inner, inner.layout)
        if any(d.severity == "error" for d in lowered.diagnostics):
            raise EinsightError(lowered.diagnostics)
    return inner, kinds


def _value(text: str, order: tuple[str, ...], names: Names) -> Value:
    """The value of a text, its free indices in the order that its left side has.  Raises EinsightError."""
    try:
        value = lower_expression(text, names.child(), names.layout)[1]
    except EinsightError as refused:
        codes = {d.code for d in refused.diagnostics if d.severity == "error"}
        if codes == {"EIN301"} and has_unsized(text):  # that its size is not found is no fault of the answer
            with_sizes = sized(text, names)
            if with_sizes is None:
                raise fail("EIN001", f"nothing says how large a constant in it is: {refused}") from None
            return lower_expression(with_sizes, names.child(), names.layout)[1]
        free = order or unbound_letters(text)
        if codes <= {"EIN201", "EIN202"} and (defined := kept_free(text, free, names)) is not None:
            return defined
        raise
    is_repeated = any(len(re.findall(rf"(?<=[_{{\[,\w]){c}(?![A-Za-z])", text)) > 1 for c in order)
    if is_repeated or set(order) - {i.name for i in value.order}:
        defined = kept_free(text, order, names)
        if defined is not None:
            return defined  # an index on the left is free everywhere on the right
    return ordered(value, order) if order else value


def _indexed(text: str) -> dict[str, int]:
    """The names that have indices behind them, each with the number of these."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        return {}
    found = {}
    for node in walk(tree):
        if isinstance(node, Indexed) and isinstance(node.base, Name) and letters_of(node):
            found[canonical_name(node.base.text)] = len(node.subscript.entries)
    return found


def _letters(text: str) -> tuple[set[str], set[str]]:
    """The letters that stand as indices in a text, and those of them that a `∑` binds."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        return set(), set()
    signs = [n for n in walk(tree) if isinstance(n, (Indexed, Superscript)) and sum_sign(n) is not None]
    bound = {n for s in signs for i in walk(s) if isinstance(i, Indexed) for n in letters_of(i)}
    return {n for i in walk(tree) if isinstance(i, Indexed) for n in letters_of(i)}, bound


def unbound_letters(text: str) -> tuple[str, ...]:
    """The letters that stand as indices and that no `∑` binds, in the order of the alphabet."""
    used, bound = _letters(text)
    return tuple(sorted(used - bound))


def kept_free(text: str, free: tuple[str, ...], names: Names) -> Value | None:
    """The value with some indices kept free, as on the right side of a definition: `s_i (δ_ij - s_j)`, `d_i X_ij`."""
    if not free or not set(free) <= _letters(text)[0]:
        return None
    try:
        return lower_expression(f"{_LEFT}_{{{','.join(free)}}} := {text}", names.child(), names.layout)[1]
    except EinsightError:
        return None


def ordered(value: Value, order: tuple[str, ...]) -> Value:
    """The value with its free indices in the order that another side gives them, where it names them all."""
    names = {i.name: i for i in value.order}
    if not names or not names.keys() <= set(order):
        return value
    return replace(value, order=tuple(names[n] for n in order if n in names))


def as_array(value: Value) -> Value:
    """Free indices as axes, in their order."""
    return replace(value, axes=(*value.order, *value.axes), order=(), row=False) if value.order else value


def names_in(text: str) -> set[str]:
    """The names of a text of the language."""
    tree, problems = parse_statement(text)
    return set(names_of(tree)) if tree is not None and not problems else set()


def is_of_shapes(refused: EinsightError) -> bool:
    """Is it refused since shapes or indices are at odds?"""
    errors = [d for d in refused.diagnostics if d.severity == "error"]
    unsized = any(d.message.startswith(_UNSIZED) for d in errors)  # which is not known, rather than wrong
    return bool(errors) and not unsized and all(d.code.startswith(_SHAPES) for d in errors)


def counts_axes(text: str) -> bool:
    """Does something in it depend on how long axes are, though all entries are the same?"""
    return (
        re.search(
            r"(?<![^\W\d_])(?:mean|var|std|cov|ones|zeros|I|sum|tr|trace|vec|kron)(?![^\W_])|[∑⊗]|(?<![\w.])1\s*['ᵀ]|'\s*1(?!\d)",
            text,
        )
        is not None
    )


def is_of_arrays(text: str, numbers: Sequence[str]) -> bool:
    """Is one of these names transposed, indexed or measured by a norm, as nobody does it to a number?"""
    tree, problems = parse_statement(text)
    if problems or tree is None:
        return False
    for node in walk(tree):
        inner = node.argument if isinstance(node, Transpose) else node.base if isinstance(node, Indexed) else None
        if isinstance(inner, Name) and canonical_name(inner.text) in numbers:
            return True
        if isinstance(node, Norm) and isinstance(node.inner, Name) and canonical_name(node.inner.text) in numbers:
            return True
    return False
