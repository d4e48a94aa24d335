"""The derivation of what stands at a position: for a panel, as text, and as lines of the document."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from ..deriving.steps import Step
from ..judging.judge import judge_text
from ..lowering.lowered import Lowered
from ..lowering.names import Names
from ..lowering.report import Span
from ..notation.index_form import free_names, index_form
from ..notation.index_latex import latex_form
from ..notation.quoting import in_text
from ..notation.tree_latex import formula_latex, numbered_in
from ..sheets.cells import Cell
from ..sheets.places import inside
from ..sheets.sheet import Sheet
from ..syntax.finding import expressions_at
from ..syntax.tree import Node, Relation
from ..terms.bounds import is_long, length_in_words
from ..terms.interruption import OutOfTime, within
from ..terms.term import Derivative, Tensor, has_head
from .answers import (
    Answer,
    Network,
    Part,
    definition_value,
    in_other_layout,
    jacobian_value,
    network_of,
    numbered,
    part_value,
    steps_of,
    steps_within,
    variables_of,
)

# letters of data: parameters come before them
_DATA = frozenset("txyz")


@dataclass(frozen=True)
class Derivation:
    """An expression, the steps that work it out, and what comes out, with the span that it is about.

    `inside` is that span in its statement, which stays the same where the statement moves.
    `start` is the expression in components, and in LaTeX; `other` is the answer in the other layout; `lack` says why steps
    or the answer are missing, where they take longer than there was time.
    """

    span: Span
    expression: str
    start: str
    start_latex: str
    expression_latex: str
    steps: tuple[Step, ...]
    answer: Answer | None
    other: Answer | None = None
    inside: Span = (0, 0)
    lack: str = ""
    numbered: frozenset[str] = frozenset()  # its names that end in a number
    network: Network | None = field(default=None, compare=False)  # of the answer


def derivation(
    sheet: Sheet, offset: int, end: int | None = None, variable: str | None = None, seconds: float | None = None
) -> Derivation | None:
    """The derivation of the narrowest expression around an offset that has one, or else of the whole side.

    `variable` is what a definition is differentiated in, where it has several; the first of `choices` if it is not given.
    Of one that takes more than some seconds there is what was found in them.
    """
    cell = sheet.cell_at(offset)
    if cell is None or cell.analysis is None or cell.is_settled or not isinstance(cell.lowered.tree, Relation):
        return None
    at, stop = _selected(sheet, cell, offset, offset if end is None else end)
    names_of = choices(sheet, cell)
    chosen = variable if variable in names_of else next(iter(names_of), None)
    key = ("derivation", at, stop, chosen)
    found = sheet.noted(cell, key, lambda names: _derive_at(cell, names, at, stop, chosen, seconds))
    return None if found is None else replace(found, span=cell.move(found.inside))


def _selected(sheet: Sheet, cell: Cell, start: int, end: int) -> Span:
    """A selection in places of the statement; all of that where the selection stands beside its signs."""
    at, stop = (inside(sheet.text, cell, offset) for offset in (start, end))
    return (0, len(cell.item.text)) if at is None or stop is None else (min(at, stop), max(at, stop))


def choices(sheet: Sheet, cell: Cell) -> tuple[str, ...]:
    """What a definition of a number or a vector can be differentiated in, what one most likely wants first.

    Of a number, a loss, its parameters before data, which by the custom of the field are the letters t, x, y, z; of a
    vector what gives a matrix, and its inputs before parameters.  Of each what the document differentiates in comes first.
    """
    tensor = cell.lowered.tensor if cell.analysis is not None and cell.lowered.kind == "definition" else None
    if tensor is None or len(tensor.dims) > 1:
        return ()
    used = _differentiated(sheet)

    def of_number(leaf: Tensor) -> tuple[int, ...]:
        return leaf.name[:1].lower() in _DATA, -used[leaf.name], -len(leaf.dims)

    def of_vector(leaf: Tensor) -> tuple[int, ...]:
        return len(leaf.dims) > 1, -used[leaf.name], leaf.name[:1].lower() not in _DATA

    return tuple(t.name for t in sorted(variables_of(tensor), key=of_vector if tensor.dims else of_number))


def _differentiated(sheet: Sheet) -> Counter[str]:
    """In how many statements of a document something is differentiated in each name."""
    known: Counter[str] | None = sheet.scratch.get("differentiated")
    if known is None or sheet.dirty:
        known = Counter()
        for cell in sheet.cells:
            if cell.analysis is not None:
                terms = (s.value.term for s in cell.lowered.sides[:1] if s.value is not None)
                known.update({d.tensor.name for t in terms for d in t.walk() if isinstance(d, Derivative)})
        sheet.scratch["differentiated"] = known
    return known


def _derive_at(
    cell: Cell, names: Names, at: int, stop: int, variable: str | None, seconds: float | None
) -> Derivation | None:
    lowered = cell.lowered
    tree = lowered.tree
    assert isinstance(tree, Relation)
    side = next((s for s in tree.sides if s.start <= at <= s.end), tree.sides[0])
    if lowered.kind == "definition" and (side is tree.sides[0] or not _derives(lowered)):
        return _of_definition(cell, names, variable, seconds)
    nodes = [*expressions_at(side, at, stop), side]
    fallback = None
    for node in nodes:
        found = part_value(lowered, node, names)
        if found is None or found.value.flexible:
            continue
        made = _made(cell, node, found, names, seconds)
        if has_head(found.value.term, Derivative):
            return made
        fallback = fallback or (made if made.steps else None)
    return fallback


def _derives(lowered: Lowered) -> bool:
    value = lowered.sides[1].value if len(lowered.sides) > 1 else None
    return value is not None and has_head(value.term, Derivative)


def _made(cell: Cell, node: Node, part: Part, names: Names, seconds: float | None) -> Derivation:
    text = cell.lowered.text[node.start : node.end]
    return _derivation(cell, (node.start, node.end), text, part, names, seconds)


def _of_definition(cell: Cell, names: Names, variable: str | None, seconds: float | None) -> Derivation | None:
    """Of a definition, its derivative in a variable, if it has one; else what it says in components."""
    lowered, tensor = cell.lowered, cell.lowered.tensor
    if tensor is None:
        return None
    chosen = next((t for t in variables_of(tensor) if t.name == variable), None)
    if chosen is not None:
        expression = f"∂{tensor.name}/∂{chosen.name}"
        part = Part(expression, *jacobian_value(tensor, chosen, lowered.layout))
    else:
        value, expression = definition_value(lowered), lowered.text
        if value is None or value.flexible:
            return None
        part = Part(expression, value, value.plain_axes)
    return _derivation(cell, (0, len(lowered.text)), expression, part, names, seconds)


def _derivation(cell: Cell, span: Span, expression: str, part: Part, names: Names, seconds: float | None) -> Derivation:
    value, layout = part.value, cell.lowered.layout
    named = free_names((*value.order, *part.axes))
    names_of = numbered_in(value.term) | numbered(cell.lowered)
    if is_long(value.term):  # it would not be read, and takes long to be written
        why = f"EIN504: not written out, {length_in_words(value.term)}"
        latex = rf"\text{{{why.replace('^', chr(92) + 'textasciicircum ')}}}"
        return Derivation(span, expression, why, latex, formula_latex(expression, numbered=names_of), (), None)
    half = None if seconds is None else seconds / 2
    answers, lack = _answers(part, names, layout, half)
    if half is None:
        steps = steps_of(value, part.axes)
    else:
        steps, why = steps_within(half, value, part.axes)
        lack = "; ".join(filter(None, (lack, why)))
    return Derivation(
        span,
        expression,
        index_form(value.term, named),
        latex_form(value.term, named),
        formula_latex(expression, numbered=names_of),
        tuple(steps),
        *answers,
        span,
        lack,
        names_of,
        network_of(answers[0], value.term),
    )


def _answers(
    part: Part, names: Names, layout: str, seconds: float | None
) -> tuple[tuple[Answer | None, Answer | None], str]:
    """The answer, and that in the other layout; and why they are missing."""
    found = limit = None
    try:
        with within(seconds) as limit:
            found = part.answer(names, layout)
            return (found, in_other_layout(part.text, part.value, found, names, layout) if found else None), ""
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
        return (found, None), "" if found else f"the result takes longer than {seconds:g} s"


def as_text(found: Derivation) -> str:
    """Line by line, the rule behind each."""
    rows = [(found.start, "")] + [(f"= {s.after}", s.rule) for s in found.steps]
    if found.answer is not None and found.answer.matrix is not None:
        rows.append((f"= {found.answer.matrix}", f"matrix form, {found.answer.shape}, {found.answer.layout} layout"))
    rows += [(f"… {found.lack}", "")] if found.lack else []
    width = min(80, max(len(text) for text, _ in rows))
    return "\n".join(f"{text:{width}}  {rule}".rstrip() for text, rule in rows)


def as_latex(found: Derivation) -> str:
    """An `aligned` environment, the rule behind each line."""
    rows = [f"& {found.start_latex}"] + [rf"={{}}& {s.latex} && \text{{{in_text(s.rule)}}}" for s in found.steps]
    if found.answer is not None and found.answer.matrix is not None:
        rows.append(rf"={{}}& {found.answer.latex} && \text{{{found.answer.layout} layout}}")
    rows += [rf"& \dots\ \text{{{in_text(found.lack)}}}"] if found.lack else []
    return "\\begin{aligned}\n  " + " \\\\\n  ".join(rows) + "\n\\end{aligned}"


def chain(found: Derivation, cell: Cell, names: Names, most: int | None = None) -> list[str] | None:
    """The derivation as the links of a chain in components: the start, then what follows `=`; at most so many links.

    None where the chain would not read, so that nobody inserts what does not check.
    """
    if any(" where " in s.after for s in found.steps) or (found.lack and most is None):
        return None
    links = [found.start, *(s.after for s in found.steps[:most])]
    if len(links) < 2:
        return None
    read = judge_text(" = ".join(links), names, cell.lowered.layout)
    return links if read is not None and all(c.verdict == "right" for c in read[1].claims) else None
