"""The Markdown cells of a Jupyter notebook as one text, each character with its place in the JSON of the file.

Python's own reader says whether the JSON is any good; what stands where is found by a scan that passes over strings
whole, so that pictures in outputs cost next to nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from .extract import Extract, Extractor, Formula, Span
from .markdown import formulas as markdown_formulas

# what stands between two cells of a text: nothing that begins in one of them goes on in the next
CELL_END = "\n\n\x1e\n\n"
# bytes that are spent on the parts of a notebook, of which one has up to thirty times as many as characters
MOST_MEMORY = 900_000_000
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
# what stands before the next bracket, strings passed over whole; so many at once that `re` needs little memory for them
_NO_BRACKETS = re.compile(r'(?:[^"\][{}]*"[^"\\]*(?:\\.[^"\\]*)*"){0,1000}[^"\][{}]*', re.DOTALL)
# a notebook, its cells, a cell, its source, what should not be in that
_DEEPEST = 5
_BETWEEN = re.compile(r"[\s,:]*")
_NUMBER = re.compile(r"[^\s,\]}]+")
_ESCAPE = re.compile(r"(?:\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w)|\\(?:u[0-9a-fA-F]{4}|.)")


def formulas(text: str) -> list[Formula]:
    """The formulas of cells that stand one behind the other."""
    found: list[Formula] = []
    start = 0
    for cell in text.split(CELL_END):
        for f in markdown_formulas(cell):
            holes = tuple((a + start, b + start) for a, b in f.holes)
            found.append(Formula(f.start + start, f.end + start, f.language, holes))
        start += len(cell) + len(CELL_END)
    return found


def extracts(text: str) -> list[Extract]:
    """The Markdown cells of a notebook, in order."""
    made = Extractor(text)
    problem = _problem(text)
    if problem is not None:
        return [Extract("", "cells", (), problem)]
    for cell in _cells(text):
        if made.parts:
            made.write(CELL_END, made.end, made.end)
        for start, end in cell:
            _copy(made, start, end)
    return [made.made("cells")]


# what stands between two cells of a program
NEXT_CELL = "\n#\x1e\n"
_OTHER_LANGUAGE = re.compile(r'"language"\s*:\s*"(?!python")')
# lines for the notebook alone, and the magics of a cell behind which Python stands
_MAGIC = re.compile(r"^[ \t]*(?P<sign>[%!](?=\S)|\?)|^(?P<asked>[\w.]*\w\?\??[ \t]*)$", re.MULTILINE)
_OF_CELL = re.compile(r"\s*%%(?!time\b|timeit\b|capture\b|prun\b)\w")


def program(cell: str) -> str:
    """A code cell as Python: what is for the notebook alone is a comment, each character at its place."""
    if _OF_CELL.match(cell):
        return re.sub(r"^.", "#", cell, flags=re.MULTILINE)

    def silenced(magic: re.Match[str]) -> str:
        at = magic.start("sign") if magic["sign"] else magic.start()
        return magic[0][: at - magic.start()] + "#" + magic[0][at - magic.start() + 1 :]

    return _MAGIC.sub(silenced, cell)


def code(text: str) -> Extract | None:
    """The code cells of a notebook in Python one behind the other, what is for the notebook alone as a comment."""
    if '"code"' not in text or _OTHER_LANGUAGE.search(text) or _problem(text) is not None:
        return None
    made = Extractor(text)
    for cell in _cells(text, "code"):
        if made.parts:
            made.write(NEXT_CELL, made.end, made.end)
        for start, end in cell:
            _copy(made, start, end)
    extract = made.made("code")
    return replace(extract, text=NEXT_CELL.join(map(program, extract.text.split(NEXT_CELL))))


def _problem(text: str) -> tuple[Span, str] | None:
    if _memory(text) > MOST_MEMORY:
        return (0, 1), "this is no notebook that is read: it has too many parts"
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        at = min(error.pos, max(len(text) - 1, 0))
        return (at, at + 1), f"this is no notebook, since it is no JSON: {error.msg}"
    except (RecursionError, ValueError):  # brackets within brackets; a number too long
        return (0, 1), "this is no notebook: its JSON cannot be read"
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        return (0, 1), "this is no notebook: it has no cells"
    return None


def _memory(text: str) -> int:
    """About how many bytes Python takes for what a JSON text says."""
    signs = {"[": 80, "{": 240, '"': 30, ",": 40}
    return sum(size * text.count(sign) for sign, size in signs.items())


def _cells(text: str, wanted: str = "markdown") -> Iterator[list[Span]]:
    """The strings that make up the source of each cell of a kind."""
    ends = _ends(text)
    top = _members(text, text.index("{"), ends)
    if "cells" not in top:
        return
    for start in _elements(text, top["cells"], ends):
        if text[start] != "{":
            continue
        members = _members(text, start, ends)
        kind, source = members.get("cell_type"), members.get("source")
        if kind is None or source is None or not text.startswith(f'"{wanted}"', kind):
            continue
        starts = list(_elements(text, source, ends)) if text[source] == "[" else [source]
        found = (_STRING.match(text, s) for s in starts)
        yield [(s.start() + 1, s.end() - 1) for s in found if s is not None]


def _ends(text: str) -> dict[int, int]:
    """Behind each object and list that is not deep inside, by where it begins."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    at = 0
    while (at := _after(_NO_BRACKETS, text, at)) < len(text):
        if text[at] in "[{":
            opened.append(at)
        elif text[at] in "]}":
            start = opened.pop()
            if len(opened) < _DEEPEST:
                ends[start] = at + 1
        else:  # a string goes on
            continue
        at += 1
    return ends


def _members(text: str, start: int, ends: dict[int, int]) -> dict[str, int]:
    """Where the values of an object begin, by key; the object begins at `start`."""
    places = list(_inside(text, start, ends))
    keys, values = places[::2], places[1::2]
    return {json.loads(text[begin:end]): at for (begin, end), (at, _) in zip(keys, values, strict=True)}


def _elements(text: str, start: int, ends: dict[int, int]) -> Iterator[int]:
    """Where the elements of a list begin."""
    if text[start] == "[":
        yield from (at for at, _ in _inside(text, start, ends))


def _inside(text: str, start: int, ends: dict[int, int]) -> Iterator[Span]:
    """The places of what stands in an object or a list: keys and values, or elements."""
    at = _after(_BETWEEN, text, start + 1)
    while text[at] not in "]}":
        end = ends.get(at) or _after(_STRING if text[at] == '"' else _NUMBER, text, at)
        yield at, end
        at = _after(_BETWEEN, text, end)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    assert found is not None
    return found.end()


def _copy(made: Extractor, start: int, end: int) -> None:
    """The characters of a JSON string."""
    at = start
    for escape in _ESCAPE.finditer(made.source, start, end):
        made.copy(at, escape.start())
        at = escape.end()
        made.write(json.loads(f'"{escape[0]}"'), escape.start(), at)
    made.copy(at, end)
