"""Tables that pair functions with their derivatives, `| $f$ | $\\partial f/\\partial x$ |`: every row claims something.

The head says which column has the function, which the derivative, and in what; a head that says `Numerator layout` or
`Denominator layout` also how it is laid out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from ...documents.regions import Region
from ...documents.scanning import Cover

_RULE = re.compile(r"^[ \t>]*(?:\|[ \t]*)?:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)+\|?[ \t]*\r?$", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)\|")
_FUNCTION = re.compile(r"\b(?:expression|function|formula|f\(x\))\b", re.IGNORECASE)
_DERIVATIVE = re.compile(r"\b(?:derivative|gradient|jacobian)\b", re.IGNORECASE)
_LAYOUT = re.compile(r"\b(numerator|denominator)\b", re.IGNORECASE)
_NAME = r"[^\W\d_]\w*"
_PARTIAL = re.compile(r"∂|\\partial|\\pd")
_QUOTIENT = re.compile(rf"\s*[∂d]\s*(?:{_NAME}|\([^()]*\))?\s*/\s*[∂d]\s*({_NAME})\s*(?:\(\s*·?\s*\)|·)?\s*")
_NABLA = re.compile(rf"\s*∇_\{{?({_NAME})\}}?\s*(?:{_NAME})?(?:\([^()]*\))?\s*")
_LONE = re.compile(rf"\s*{_NAME}\s*(?:\(\s*({_NAME})\s*\))?\s*")
Span = tuple[int, int]


@dataclass(frozen=True)
class _Cell:
    """A cell of a table: its words, and its formula where it has just one."""

    text: str
    formula: Region | None


@dataclass(frozen=True)
class _Column:
    """A column of derivatives in a variable, by the sign that writes them.

    layout      where the head says one
    of_numbers  is it `dy/dx`, as of numbers, whatever the page calls by that letter elsewhere?
    """

    number: int
    variable: str
    sign: str
    layout: str = ""
    of_numbers: bool = False


def claims_of_tables(text: str, regions: Sequence[Region], layout: str) -> list[Region]:
    """A relation for each row of each such table, in order; a column in its own layout stands between directives."""
    found: list[Region] = []
    regions = sorted(regions, key=lambda r: r.start)
    for rule in _RULE.finditer(text):
        head = _cells(text, text.rfind("\n", 0, max(rule.start() - 1, 0)) + 1, rule.start(), regions)
        columns = list(_columns(head))
        function = _function_column(head, columns)
        if function is None:
            continue
        for start, end in _rows(text, rule.end()):
            row = _cells(text, start, end, regions)
            for column in columns:
                if max(function, column.number) < len(row):
                    found += _claim(row[function].formula, row[column.number].formula, column, layout)
    return found


def _rows(text: str, at: int) -> Iterator[Span]:
    """The lines behind a rule that belong to its table."""
    while (at := text.find("\n", at) + 1) > 0:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if "|" not in text[at:end]:
            return
        yield at, end
        at = end


def _cells(text: str, start: int, end: int, regions: Sequence[Region]) -> list[_Cell]:
    """The cells of a line; a bar inside of a formula is none between cells.  `regions` are in order."""
    first, last = (bisect_left(regions, at, key=lambda r: r.start) for at in (start, end + 1))
    inside = [r for r in regions[first:last] if r.end <= end]
    cover = Cover((r.start, r.end) for r in inside)
    bars = [m.start() for m in _BAR.finditer(text, start, end) if not cover.has(m.start())]
    edges = [start, *bars, end]
    cells = []
    at = 0
    for left, right in zip(edges, edges[1:], strict=False):
        begun = at
        while at < len(inside) and inside[at].start < right:
            at += 1
        formulas = [r for r in inside[begun:at] if left <= r.start and r.end <= right]
        alone = formulas[0] if len(formulas) == 1 and not formulas[0].problem and "=" not in formulas[0].text else None
        cells.append(_Cell(text[left:right].strip("| \t>\r"), alone))
    return list(dropwhile(lambda cell: not cell.text, cells))


def _columns(head: list[_Cell]) -> Iterator[_Column]:
    variables = [m[1] for c in head if c.formula is not None and (m := _LONE.fullmatch(c.formula.text)) and m[1]]
    for number, cell in enumerate(head):
        formula = cell.formula.text if cell.formula is not None else ""
        laid = _LAYOUT.search(cell.text)
        layout = laid[1].lower() if laid is not None else ""
        quotient, nabla = _QUOTIENT.fullmatch(formula), _NABLA.fullmatch(formula)
        if quotient is not None:
            yield _Column(number, quotient[1], f"∂/∂{quotient[1]}", layout, of_numbers=not _PARTIAL.search(cell.text))
        elif nabla is not None:
            yield _Column(number, nabla[1], f"∇_{nabla[1]}", layout)
        elif number and len(variables) == 1 and (layout or _DERIVATIVE.search(cell.text)) and not formula:
            yield _Column(number, variables[0], f"∂/∂{variables[0]}", layout)


def _function_column(head: list[_Cell], columns: list[_Column]) -> int | None:
    """The first column that says so, and that has no derivatives."""
    taken = {c.number for c in columns}
    for number, cell in enumerate(head):
        lone = cell.formula is not None and _LONE.fullmatch(cell.formula.text) is not None
        if columns and number not in taken and (lone or _FUNCTION.search(cell.text)):
            return number
    return None


def _claim(function: Region | None, derivative: Region | None, column: _Column, layout: str) -> Iterator[Region]:
    if function is None or derivative is None or not function.text.strip() or not derivative.text.strip():
        return
    start, end = function.map_span((0, len(function.text))), derivative.map_span((0, len(derivative.text)))
    before, between = f"{column.sign} (", ") = "
    text = f"{before}{function.text}{between}{derivative.text}"
    places = (*[start] * len(before), *function.places, *[end] * len(between), *derivative.places)
    doubt = f"`{column.variable}` may be a number in this table" if column.of_numbers else ""
    claim = Region(derivative.start, derivative.end, text, True, places, doubt=doubt)
    own = column.layout and column.layout != layout and not column.sign.startswith("∇")
    if own:
        yield _directive(column.layout, end, derivative)
    yield claim
    if own:
        yield _directive(layout, end, derivative)


def _directive(layout: str, place: Span, region: Region) -> Region:
    text = f"#! layout {layout}"
    return Region(region.start, region.end, text, True, (place,) * len(text))
