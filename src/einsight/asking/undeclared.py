"""What is taken of names that nobody declared: which letters are names, which subscripts belong to them, and their shapes.

A formula of whole arrays says much of its names by what conforms, and people use letters alike.  What is taken is told with the
answer; where nothing conforms, the first reading is refused with what is wrong in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..lowering.mentioned import walk
from ..lowering.names import ALSO_SPELLED, GREEK, Names, canonical_name, space_text
from ..lowering.operators import sum_sign
from ..lowering.report import Diagnostic, EinsightError, Fix
from ..lowering.statements import lower_statement
from ..syntax.finding import children
from ..syntax.parse import parse_statement
from ..syntax.statements import Piece
from ..syntax.tree import Call, Indexed, Name, Node, Relation, Superscript
from ..terms.dimension import Dim
from .shapes import shapes

# names that mean something where nobody gives them another meaning
_MEANT = frozenset({"I", "ones", "pi", "π", "d", "delta", "δ", "sum"})
# letters that people call functions by: before a bracket they are none of these arrays
_FUNCTION_LETTERS = frozenset("fghFGHφψσρ")
MOST_SHAPES = 24
_BAR = re.compile(r"(?<!\|)\|(?!\|)")


@dataclass(frozen=True)
class Taken:
    """`text` is the formula with its letters told apart, `declarations` what is taken of its names."""

    text: str
    declarations: tuple[str, ...] = ()


def taken(text: str, variables: tuple[str, ...], names: Names) -> Iterator[Taken]:
    """The ways in which a formula can be read, the likeliest first; as it stands where all its names are known."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        yield Taken(text)
        return
    text = _told_apart(text, tree, variables, names)
    yield from _shaped(text, variables, names)
    if "|" in text:  # bars around a vector mean its length, which `‖` says
        yield from _shaped(_BAR.sub("‖", text), variables, names)


def _shaped(text: str, variables: tuple[str, ...], names: Names) -> Iterator[Taken]:
    """A formula with each way in which its unknown names have shapes with which it conforms."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        yield Taken(text)
        return
    indices = _indices(tree, variables)
    found = dict.fromkeys(_unknown(tree, names, indices))
    if not found:
        yield Taken(text)
        return
    inner = names.child()
    for dim in _dimensions(tree):
        inner.own["dim", dim] = True
        found.pop(dim, None)
    for shape in shapes(tree, list(found), inner, _defines(tree), {}):
        spaces = {n: space_text(tuple(map(Dim, dims))) for n, dims in shape.items()}
        yield Taken(text, tuple(f"{name} ∈ {space}" for name, space in spaces.items()))


def first_that_conforms(text: str, variables: tuple[str, ...], names: Names) -> Taken:
    """The likeliest way to read a formula in which it conforms; as it stands where there is none."""
    first: Taken | None = None
    broadcast: Taken | None = None
    for place, way in enumerate(taken(text, variables, names)):
        first = first or way
        if place >= MOST_SHAPES:
            break
        inner = names.child()
        for line in way.declarations:
            lower_statement(Piece(0, line), inner)
        lowered = lower_statement(Piece(0, way.text), inner, names.layout)
        codes = {d.code for d in lowered.diagnostics if d.severity == "error" or d.code == "EIN305"}
        if not codes:
            return way
        if codes == {"EIN305"}:  # a number among arrays, as one may write it and mostly does not
            broadcast = broadcast or way
    return broadcast or Taken(first.text if first is not None else text)


def require_no_unknown_function(text: str, names: Names) -> None:
    """Raise EinsightError (EIN107) where a letter that people call functions by stands before a bracket, and nobody declares it.

    `f(x)` is no product of an array `f`, and nothing says what its derivative is.
    """
    tree, problems = parse_statement(text)
    for node in () if problems or tree is None else walk(tree):
        if not isinstance(node, Call) or not isinstance(node.callee, Name):
            continue
        name = canonical_name(node.callee.text)
        if name not in _FUNCTION_LETTERS or names.knows(name):
            continue
        meant = "is it `sigmoid`? Or " if name == "σ" else ""
        message = f"`{name}` stands before a bracket as a function, and nobody says which: {meant}declare it, as in `{name} : R -> R`"
        fixes = (Fix("write `sigmoid`", node.callee.span, "sigmoid"),) if name == "σ" else ()
        raise EinsightError([Diagnostic("EIN107", "error", node.callee.span, message, fixes)])


def _defines(tree: Relation) -> bool:
    return len(tree.sides) == 2 and isinstance(tree.sides[0], (Name, Indexed))


def _is_known(name: str, names: Names) -> bool:
    return name in _MEANT or names.knows(name) or names.is_dimension(name) or names.is_function(name)


def _dimensions(tree: Relation) -> Iterator[str]:
    """Names that bound a sum, or are the size of a constant: `∑_{i=1}^n`, `I(n)`."""
    for node in walk(tree):
        sign = sum_sign(node) if isinstance(node, (Superscript, Indexed)) else None
        if sign is not None and isinstance(sign.upper, Name):
            yield sign.upper.text
        if isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.text in ("I", "ones", "zeros"):
            yield from (a.text for a in node.arguments if isinstance(a, Name))


def _indices(tree: Relation, variables: tuple[str, ...]) -> frozenset[str]:
    """Letters that are indices: bound by a sum, or on two arrays, or on an array with several, or on the variable."""
    bound: set[str] = set()
    bases: dict[str, set[str]] = {}
    for node in walk(tree):
        if isinstance(node, Indexed):
            letters = {n for e in node.subscript.entries for n, _ in e.names}
            base = node.base.text if isinstance(node.base, Name) else ""
            if sum_sign(node) is not None or base in ("δ", "delta") or len(node.subscript.entries) > 1 or not base:
                bound |= letters
            for letter in letters:
                bases.setdefault(letter, set()).add(base)
    for variable in variables:
        _, _, below = variable.partition("_")
        bound |= {c for c in below if c in bases}
    return frozenset(bound | {letter for letter, on in bases.items() if len(on) > 1})


def _unknown(node: Node, names: Names, indices: frozenset[str]) -> Iterator[str]:
    """The names of whole arrays that nobody declared, in order; a subscript that is no index is part of its name."""
    if isinstance(node, Relation) and _defines(node):
        yield from _unknown(node.sides[1], names, indices)
        return
    if isinstance(node, Indexed) and isinstance(node.base, Name):
        mark = node.marked
        if mark and names.is_dimension(mark):
            return
        letters = {n for e in node.subscript.entries for n, _ in e.names}
        if (
            mark
            and not names.knows(mark)
            and not letters & indices
            and not _is_known(canonical_name(node.base.text), names)
        ):
            yield canonical_name(mark)
        return
    if isinstance(node, Superscript) and sum_sign(node) is not None:
        return
    if isinstance(node, Call) and isinstance(node.callee, Name) and names.is_function(node.callee.text):
        for argument in node.arguments:
            yield from _unknown(argument, names, indices)
        return
    if isinstance(node, Name) and not _is_known(canonical_name(node.text), names):
        yield canonical_name(node.text)
    for inner in children(node):
        yield from _unknown(inner, names, indices)


def _told_apart(text: str, tree: Relation, variables: tuple[str, ...], names: Names) -> str:
    """`Xw` as `X w`, where one of its letters stands alone elsewhere or is differentiated in; `Trace` as `trace`."""
    whole = [n for n in walk(tree) if isinstance(n, Name)]
    callees = {id(n.callee) for n in walk(tree) if isinstance(n, Call)}
    alone = {canonical_name(n.text) for n in whole if _letters(n.text) == 1}
    alone |= {canonical_name(v.partition("_")[0]) for v in variables}
    changes: list[tuple[int, int, str]] = []
    for node in walk(tree):  # `x_1` where `x1` is declared: one name
        if not isinstance(node, Indexed) or not node.marked or names.knows(node.marked):
            continue
        run = node.marked.replace("_", "")
        if names.knows(run) and not _is_known(_base(node), names):
            changes.append((node.start, node.end, run))
    done = {start for start, _, _ in changes}
    if _defines(tree):  # a name of its own
        done |= {n.start for n in walk(tree.sides[0])}
    for name in whole:
        if name.start in done:
            continue
        plain = name.text
        if _is_known(canonical_name(plain), names):
            continue
        if id(name) in callees and names.is_function(plain.lower()):
            changes.append((name.start, name.end, plain.lower()))
            continue
        letters = re.findall(r"[^\W\d_][\u0300-\u036f]*", plain)
        if len(letters) < 2 or "".join(letters) != plain or plain in GREEK or plain in ALSO_SPELLED or len(letters) > 4:
            continue
        if letters[0] == "d" and not names.knows("d"):  # a differential
            continue
        if any(c in alone or names.knows(c) for c in letters) and plain not in variables:
            changes.append((name.start, name.end, " ".join(letters)))
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _base(node: Indexed) -> str:
    return canonical_name(node.base.text) if isinstance(node.base, Name) else ""


def _letters(text: str) -> int:
    return 1 if text in GREEK or text in ALSO_SPELLED else sum(c.isalpha() for c in text)
