"""Our findings as the protocol's JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..documents.positions import LineIndex
from ..lowering.report import NAMES, Diagnostic, Fix, Span
from ..notation.quoting import visible
from .notebooks import CellLines, NotebookLines

SEVERITIES = {"error": 1, "warning": 2, "information": 3, "hint": 4}
# no editor shows more of one file; VS Code drops what is beyond
MOST_DIAGNOSTICS = 1000
UNNECESSARY = 1
PAGES = (Path(__file__).parent.parent / "docs" / "pages" / "codes.md").as_uri()


def range_of(span: Span, lines: LineIndex) -> dict[str, Any]:
    (line, column), (last_line, last_column) = lines.position(span[0]), lines.position(span[1])
    return {
        "start": {"line": line, "character": column},
        "end": {"line": last_line, "character": last_column},
    }


def span_of(where: Any, lines: LineIndex) -> Span:
    start, end = (lines.offset(p.line, p.character) for p in (where.start, where.end))
    return (start, max(start, end))


def is_in(span: Span, lines: LineIndex) -> bool:
    """Is it in the text that the lines are of, the document or a cell of a notebook?"""
    start, end = lines.extent
    return start <= span[0] and span[1] <= end


def home(span: Span, lines: LineIndex, uri: str) -> tuple[str, LineIndex]:
    """The URI and the lines of the text that a span is in; of a notebook that may be another cell."""
    notebook = lines.notebook if isinstance(lines, CellLines) else lines
    cell = notebook.home(span[0]) if isinstance(notebook, NotebookLines) else None
    return (cell.uri, cell) if cell is not None else (uri, lines)


def location(span: Span, lines: LineIndex, uri: str) -> dict[str, Any]:
    where, there = home(span, lines, uri)
    return {"uri": where, "range": range_of(span, there)}


def diagnostic(found: Diagnostic, lines: LineIndex, uri: str) -> dict[str, Any]:
    """With the fixes as its data, so that a code action needs no second analysis."""
    made: dict[str, Any] = {
        "range": range_of(found.span, lines),
        "severity": SEVERITIES[found.severity],
        "code": found.code,
        "codeDescription": {"href": f"{PAGES}#{found.code.lower()}"},
        "source": "einsight",
        "message": visible(found.message, lines=True),
    }
    if found.related:
        made["relatedInformation"] = [
            {"location": location(span, lines, uri), "message": visible(words, lines=True)}
            for span, words in found.related
            if not isinstance(span, str)
        ]
    if found.code == "EIN103":
        made["tags"] = [UNNECESSARY]
    fixes = [fix(f, lines) for f in found.fixes if is_in(f.span, lines)]
    if fixes:
        made["data"] = {"fixes": fixes}
    return made


def of_line(line: int, code: str, message: str) -> dict[str, Any]:
    """A diagnostic on a whole line of a file whose text is not at hand."""
    return {
        "range": {"start": {"line": line, "character": 0}, "end": {"line": line + 1, "character": 0}},
        "severity": SEVERITIES[NAMES[code][1]],
        "code": code,
        "codeDescription": {"href": f"{PAGES}#{code.lower()}"},
        "source": "einsight",
        "message": message,
    }


def fix(found: Fix, lines: LineIndex) -> dict[str, Any]:
    return {"title": visible(found.title), "range": range_of(found.span, lines), "newText": found.text}


def diagnostics(found: Sequence[Diagnostic], lines: LineIndex, uri: str) -> list[dict[str, Any]]:
    """The gravest where there are too many for a client, with one more that says so."""
    if len(found) <= MOST_DIAGNOSTICS:
        return [diagnostic(d, lines, uri) for d in found]
    chosen = sorted(found, key=lambda d: SEVERITIES[d.severity])[:MOST_DIAGNOSTICS]
    more = len(found) - len(chosen)
    rest = Diagnostic(
        "EIN502", "information", (0, 0), f"{more} more findings are not shown: `einsight check` lists all"
    )
    return [diagnostic(d, lines, uri) for d in (rest, *sorted(chosen, key=lambda d: d.span))]


def workspace_edit(edits: Mapping[str, Iterable[tuple[Span, str]]], lines: Mapping[str, LineIndex]) -> dict[str, Any]:
    """Edits by URI."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for uri, of in edits.items():
        for span, new in of:
            where, there = home(span, lines[uri], uri)
            changes.setdefault(where, []).append({"range": range_of(span, there), "newText": new})
    return {"changes": changes}
