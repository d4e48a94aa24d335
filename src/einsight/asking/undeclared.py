"""What is taken of names that nobody declared: which letters are names, which subscripts belong to them, and their shapes.

A formula of whole arrays says much of its names by what conforms, and people use letters alike.  What is taken is told with the
answer; where nothing conforms, the first reading is refused with what is wrong in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..lowering.mentioned import walk
from ..lowering.names import Names, canonical_name, space_text
from ..lowering.report import Diagnostic, EinsightError, Fix
from ..lowering.statements import lower_statement
from ..syntax.parse import parse_statement
from ..syntax.statements import Piece
from ..syntax.tree import Call, Name, Relation
from ..terms.dimension import Dim
from .letters import Letters, defines, told_apart
from .shapes import MEMBER, shapes

# letters that people call functions by: before a bracket they are none of these arrays
_FUNCTION_LETTERS = frozenset("fghFGHφψσρ")
MOST_SHAPES = 24
_BAR = re.compile(r"(?<!\|)\|(?!\|)")


@dataclass(frozen=True)
class Taken:
    """
    text          the formula with its letters told apart
    declarations  what is taken of its names
    families      arrays of which one index picks a vector: `x_i` is a sample
    """

    text: str
    declarations: tuple[str, ...] = ()
    families: tuple[str, ...] = ()

    def tell(self, names: Names) -> None:
        """Declare what is taken."""
        for line in self.declarations:
            lower_statement(Piece(0, line), names)
        for name in self.families:
            names.own["family", name] = True


def taken(text: str, variables: tuple[str, ...], names: Names) -> Iterator[Taken]:
    """The ways in which a formula can be read, the likeliest first; as it stands where all its names are known."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        yield Taken(text)
        return
    text = told_apart(text, tree, variables, names)
    texts = [text]
    if "|" in text:  # bars around a vector mean its length, which `‖` says
        texts.append(_BAR.sub("‖", text))
    for is_strict in (True, False):
        for way in texts:
            yield from _shaped(way, variables, names, is_strict)


def _shaped(text: str, variables: tuple[str, ...], names: Names, is_strict: bool) -> Iterator[Taken]:
    """A formula with each way in which its unknown names have shapes with which it conforms."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        yield Taken(text)
        return
    letters = Letters(tree, variables, names)
    found = dict.fromkeys(letters.unknown())
    families = letters.families()
    for dim in letters.dimensions:
        found.pop(dim, None)
    members = [n for n in families if not names.knows(n)]
    known = tuple(n for n in families if names.knows(n))
    if not found and not members:
        yield Taken(text, families=known)
        return
    inner = names.child()
    for dim in letters.dimensions:
        inner.own["dim", dim] = True
    for shape in shapes(tree, [*found, *(n + MEMBER for n in members)], inner, defines(tree), {}, is_strict):
        lines, sampled = [], []
        for name, dims in shape.items():
            if not name.endswith(MEMBER):
                lines.append(f"{name} ∈ {space_text(tuple(map(Dim, dims)))}")
            elif dims:
                base = name.removesuffix(MEMBER)
                lines.append(f"{base} ∈ {space_text(tuple(map(Dim, (*families[base], *dims))))}")
                sampled.append(base)
        yield Taken(text, tuple(lines), (*known, *sampled))


def first_that_conforms(text: str, variables: tuple[str, ...], names: Names) -> Taken:
    """The likeliest way to read a formula in which it conforms; as it stands where there is none."""
    first: Taken | None = None
    broadcast: Taken | None = None
    for place, way in enumerate(taken(text, variables, names)):
        first = first or way
        if place >= MOST_SHAPES:
            break
        inner = names.child()
        way.tell(inner)
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
