"""Where the formulas of a reStructuredText stand: `.. math::` directives and `:math:` roles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .extract import Formula, Span

_DIRECTIVE = re.compile(r"\.\. (?:\|[^|\n]+\| )?(?P<name>[\w:+.-]+?)::(?P<rest>[ \t][^\n]*)?\r?\n?\Z")
_OPTION = re.compile(r"[ \t]*:[\w-]+:(?:[ \t][^\n]*)?\r?\n?\Z")
# explicit markup that is a comment: no directive, footnote, target or substitution
_COMMENT = re.compile(r"\.\.(?:[ \t]+(?![\[_|])|[ \t]*\r?\n?\Z)")
_EIN = {"ein", "einsight"}
_CODE = {
    "code", "code-block", "sourcecode", "literalinclude", "parsed-literal", "raw", "doctest", "testcode", "testsetup",
    "testoutput", "prompt", "plot", "graphviz", "digraph", "mermaid", "ipython", "jupyter-execute", "highlight", "productionlist",
}  # fmt: skip
_PIECE = r"(?:[^`\n]|\n(?![ \t]*\r?\n))+?"
_INLINE = re.compile(
    r"``.+?``(?!`)"
    rf"|:math:`(?P<role>{_PIECE})`"
    rf"|(?<![`\w:])`(?P<behind>{_PIECE})`:math:"
    rf"|(?<![`\w:])`(?P<plain>{_PIECE})`(?![`:_])",
    re.DOTALL,
)


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    indent: int
    text: str  # from the first character that is no blank

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def formulas(text: str) -> list[Formula]:
    """The formulas of a text, in order."""
    directives, prose = blocks(text)
    default = re.search(r"^\.\. default-role:: math\s*$", text, re.MULTILINE) is not None
    return sorted([*directives, *roles(text, prose, default)], key=lambda f: f.start)


def roles(text: str, prose: list[Span], is_default: bool = False) -> Iterator[Formula]:
    """The formulas within lines, in parts of a text; `is_default`: where no role is named it is that of formulas."""
    for start, end in prose:
        for inline in _INLINE.finditer(text, start, end):
            for kind in ("role", "behind", "plain") if is_default else ("role", "behind"):
                if inline[kind] is not None:
                    yield Formula(*inline.span(kind))


def blocks(text: str, margin: int = 0) -> tuple[list[Formula], list[Span]]:
    """The formulas of directives, and the parts that are neither those nor code; the first line has that `margin`."""
    lines = list(_lines(text, margin))
    ends = _block_ends(lines)
    found: list[Formula] = []
    prose: list[Span] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        # a directive may stand behind the mark of a list
        mark = re.match(r"(?:[-*+]|\d+[.)])[ \t]+(?=\.\. )", line.text)
        body = line.text[mark.end() :] if mark else line.text
        directive = _DIRECTIVE.match(body)
        behind = ends[at]
        if directive is not None:
            name, argument = directive["name"].lower(), (directive["rest"] or "").strip()
            if name == "math":
                start = line.end - len(line.text) + line.text.index(argument) if argument else None
                found += _paragraphs(lines[at + 1 : behind], start, start + len(argument) if start else None)
            elif name in _EIN or (name in _CODE and argument.lower() in _EIN):
                found += _whole(lines[at + 1 : behind])
            elif name not in _CODE:  # what it holds is read as any other text
                prose.append((line.start, line.end))
                behind = at + 1
            at = behind
        elif _COMMENT.match(body):
            at = behind
        elif line.text.startswith(">>>"):
            while at < len(lines) and not lines[at].is_blank:
                at += 1
        else:
            prose.append((line.start, line.end))
            at = behind if line.text.rstrip().endswith("::") else at + 1
    return found, _joined(prose)


def _lines(text: str, margin: int) -> Iterator[_Line]:
    for match in re.finditer(r"([ \t]*)([^\n]*\n?)", text):
        if match.end() > match.start():
            indent = len(match[1].expandtabs()) + (margin if match.start() == 0 else 0)
            yield _Line(match.start(), match.end(), indent, match[2])


def _block_ends(lines: list[_Line]) -> list[int]:
    """For each line with words the place behind those that are indented below it, and the blank ones between."""
    ends = list(range(1, len(lines) + 1))
    last = 0  # behind the last line with words
    outer: list[int] = []  # lines whose blocks have not ended, each indented below the one before
    for k, line in enumerate(lines):
        if line.is_blank:
            continue
        while outer and lines[outer[-1]].indent >= line.indent:
            ends[outer.pop()] = last
        outer.append(k)
        last = k + 1
    for k in outer:
        ends[k] = last
    return ends


def _paragraphs(lines: list[_Line], start: int | None, end: int | None) -> Iterator[Formula]:
    """The formulas in the body of a directive, which blank lines separate.

    `start` and `end` are of what stands in its first line, with which the first paragraph begins; options come behind.
    """
    has_content = False
    for line in lines:
        if line.is_blank:
            if start is not None and end is not None:
                yield Formula(start, end)
                has_content = True
            start = None
        elif has_content or not _OPTION.match(line.text):
            first = line.end - len(line.text)
            start = first if start is None else start
            end = first + len(line.text.rstrip())
    if start is not None and end is not None:
        yield Formula(start, end)


def _whole(lines: list[_Line]) -> Iterator[Formula]:
    first = next((k for k, line in enumerate(lines) if not (line.is_blank or _OPTION.match(line.text))), None)
    if first is not None:
        yield Formula(lines[first].start, lines[-1].end, "ein")


def _joined(parts: list[Span]) -> list[Span]:
    """Lines that follow one another as one part, so that a role may go over a line's end."""
    joined: list[Span] = []
    for start, end in parts:
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined
