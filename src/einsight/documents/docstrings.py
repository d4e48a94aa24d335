"""The docstrings of Python and Julia files, each a text of its own, and the formulas in them.

Only what is clearly mathematics counts between dollars and brackets: programs speak of `$HOME` and of regular expressions.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator

from . import markdown, rst
from .extract import Extract, Extractor, Formula, Span

# without one of these a file has no formula, and need not be read
_SAYS = re.compile(r"=|∈|→|\\in\b|\\to\b")
_MARKS = re.compile(
    r":math:|\.\. (?:math|einsight|ein)::|```(?:math|ein)|\.\. code(?:-block)?:: ein|\\begin\{"
    r"|\$(?=[^$\n]*[\\=])[^$\n]*(?:\n[^$\n]+){0,9}\$"
)
_DOUBLE_QUOTES = re.compile(r"(?<!`)``(?!`)")
# characters of a program: its syntax tree takes a hundred times as much
MOST_OF_A_PROGRAM = 2_000_000
# what stands right before a formula that says of itself that it is one
_MARKED = re.compile(r"(?:(?<!`)``|(?:```|~~~)[ \t]*\{?\.?(?:math|latex|tex)\}?[ \t]*\r?\n)\Z")
_COMMAND = re.compile(r"\\[a-zA-Z]{2,}")
_WORD = re.compile(r"[a-zA-Z]{3,}")
_ESCAPE = re.compile(
    r"\\(?:(?P<end>\r?\n)|(?P<octal>[0-7]{1,3})|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})"
    r"|N\{(?P<name>[^}]{1,100})\}|(?P<one>.))",
    re.DOTALL,
)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
# what stands for a value that is put into a string: no formula that holds it is read
HOLE = "\ufffd"


def formulas(text: str) -> list[Formula]:
    """The formulas of a docstring: reStructuredText, or Markdown with what is clearly mathematics."""
    directives, prose = rst.blocks(text, _margin(text))
    found = [*directives, *rst.roles(text, prose)]
    taken = sorted((f.start, f.end) for f in found)  # of which none is in another
    for start, end in prose:
        for f in markdown.formulas(text[start:end]):
            place = f.start + start, f.end + start
            if not _is_in(place, taken) and (f.language == "ein" or _is_mathematics(text, place)):
                found.append(Formula(*place, f.language))
    return sorted(found, key=lambda f: f.start)


def _is_in(place: Span, taken: list[Span]) -> bool:
    """Does a part of a text meet one of those that are taken, which are in order?"""
    k = bisect_left(taken, (place[1], 0)) - 1
    return k >= 0 and place[0] < taken[k][1]


def julia_formulas(text: str) -> list[Formula]:
    """The formulas of a docstring in Julia's Markdown: ``…``, fences marked `math`, and dollars in raw strings."""
    found = markdown.formulas(text, double_quotes=True)
    return [f for f in found if f.language == "ein" or _is_mathematics(text, (f.start, f.end))]


def _is_mathematics(text: str, span: Span) -> bool:
    inside = text[slice(*span)]
    if _MARKED.search(text, max(0, span[0] - 40), span[0]) or _COMMAND.search(inside):
        return True
    return "=" in inside and "==" not in inside and not _WORD.search(inside)


def _may_say(text: str) -> bool:
    """May there be a formula that says something?  Asked of whole programs, of which nearly all have none."""
    return _MARKS.search(text) is not None or _says_in_round(text) or _says_in_square(text)


def _says_in_round(text: str) -> bool:
    r"""Is there a `\(` in a line, a `\)` behind it, and between them what says something?"""
    for line in text.split("\n") if "\\(" in text else ():
        start, end = line.find("\\("), line.rfind("\\)")
        if 0 <= start < end and _SAYS.search(line, start + 2, end):
            return True
    return False


def _says_in_square(text: str) -> bool:
    r"""The same between a `\[` and the next square bracket, which closes it."""
    at = 0
    while (start := text.find("\\[", at)) >= 0 and (end := text.find("]", start)) >= 0:
        if text[end - 1] == "\\" and _SAYS.search(text, start + 2, end):
            return True
        at = end
    return False


def _margin(text: str) -> int:
    """How far all lines but the first are indented."""
    lines = [line.expandtabs() for line in text.split("\n")[1:] if line.strip()]
    return min((len(line) - len(line.lstrip()) for line in lines), default=0)


# Python


def python_extracts(text: str) -> list[Extract]:
    """The docstrings of modules, classes, functions and attributes that may hold a formula; none of what does not parse."""
    if not _may_say(text):
        return []
    if len(text) > MOST_OF_A_PROGRAM:
        told = f"a program of more than {MOST_OF_A_PROGRAM // 1_000_000} million characters"
        return [Extract("", "docstring", ((0, 0, 1),), unread=told)]
    extracts = (_of_literals(text, *span) for span in sorted(_python_spans(text)))
    return [e for e in extracts if _may_say(e.text)]


def _python_spans(text: str) -> Iterator[Span]:
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = _PythonLines(text)
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        before: ast.stmt | None = None
        for number, statement in enumerate(node.body):
            value = statement.value if isinstance(statement, ast.Expr) else None
            follows = isinstance(before, (ast.Assign, ast.AnnAssign))
            before = statement
            if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
                continue
            if (number == 0 or follows) and value.end_lineno is not None and value.end_col_offset is not None:
                first, last = (value.lineno, value.col_offset), (value.end_lineno, value.end_col_offset)
                yield lines.offset(*first), lines.offset(*last)


class _PythonLines:
    """The lines of a program as Python counts them; columns of its syntax trees are bytes."""

    def __init__(self, text: str):
        self.lines = [(m.start(), m[0]) for m in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", text)]
        self._known = -1, b"", 0, 0  # a line in bytes, and a column with its offset in the line

    def offset(self, line: int, column: int) -> int:
        start, written = self.lines[line - 1]
        if written.isascii():
            return start + column
        number, encoded, known, inside = self._known
        if number != line:
            encoded = written.encode("utf-8")
        if number != line or column < known:
            known = inside = 0
        inside += len(encoded[known:column].decode("utf-8"))  # most places are asked for in their order
        self._known = line, encoded, column, inside
        return start + inside


_LITERAL = re.compile(
    r"(?P<prefix>[a-zA-Z]*)(?P<quotes>\"\"\"|'''|\"|')(?P<inside>(?:[^\\]|\\.)*?)(?P=quotes)|\\?\s+|\#[^\n]*", re.DOTALL
)


def _of_literals(text: str, start: int, end: int) -> Extract:
    """The text of string literals one behind the other."""
    made = Extractor(text)
    for literal in _LITERAL.finditer(text, start, end):
        if literal["quotes"] is not None:
            if "r" in literal["prefix"].lower():
                made.copy(*literal.span("inside"))
            else:
                _copy(made, *literal.span("inside"))
    return made.made("docstring")


def _copy(made: Extractor, start: int, end: int) -> None:
    """The characters of a string that is not raw."""
    at = start
    for escape in _ESCAPE.finditer(made.source, start, end):
        character = _character(escape)
        if character is not None:
            made.copy(at, escape.start())
            at = escape.end()
            made.write(character, escape.start(), at)
    made.copy(at, end)


def _character(escape: re.Match[str]) -> str | None:
    """What an escape stands for; None where it stands for itself."""
    if escape["end"]:
        return ""
    try:
        if escape["octal"]:
            return chr(int(escape["octal"], 8))
        for kind in ("x", "u", "U"):
            if escape[kind]:
                return chr(int(escape[kind], 16))
        if escape["name"]:
            return unicodedata.lookup(escape["name"])
    except (ValueError, OverflowError, KeyError):
        return None
    return escape["one"] if escape["one"] in "\\'\"" else _LETTERS.get(escape["one"])


# Julia

_JULIA = re.compile(
    r"#=.*?(?:=#|\Z)|#[^\n]*"
    r"|(?P<before>^[ \t]*(?:@doc[ \t]+)?)(?P<raw>raw|doc)?\"\"\"(?P<inside>(?:[^\\]|\\.)*?)\"\"\""
    r"|\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)|\"(?:[^\"\\]|\\.)*(?:\"|\Z)|'(?:\\[^']{1,9}|[^'\\])'|`[^`\n]*`",
    re.DOTALL | re.MULTILINE,
)
_JULIA_ESCAPE = re.compile(r"\\\$|\$|" + _ESCAPE.pattern, re.DOTALL)


def julia_extracts(text: str) -> list[Extract]:
    """The docstrings of a Julia file that may hold a formula."""
    if '"""' not in text or not (_may_say(text) or _DOUBLE_QUOTES.search(text)):
        return []
    found = []
    for string in _JULIA.finditer(text):
        if string["inside"] is None:
            continue
        made = Extractor(text)
        if string["raw"]:
            made.copy(*string.span("inside"))
        else:
            _copy_julia(made, *string.span("inside"))
        extract = made.made("julia docstring")
        if _may_say(extract.text) or _DOUBLE_QUOTES.search(extract.text):
            found.append(extract)
    return found


def _copy_julia(made: Extractor, start: int, end: int) -> None:
    """The characters of a string in which `$` puts a value in."""
    at = start
    for escape in _JULIA_ESCAPE.finditer(made.source, start, end):
        character = {"$": HOLE, "\\$": "$"}.get(escape[0]) or _character(escape)
        if character is not None:
            made.copy(at, escape.start())
            at = escape.end()
            made.write(character, escape.start(), at)
    made.copy(at, end)
