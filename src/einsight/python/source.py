"""The syntax tree of a file, while it is being typed too, and the places of its nodes."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from functools import cached_property

Span = tuple[int, int]
# statements that are cut out of a text that does not parse, at most
MOST_REPAIRS = 8
_LINE_END = re.compile(r"\r\n?|\n")  # what ends a line for Python


class Source:
    """A text and its tree; `tree` is None where nothing can be read, `problem` says why then.

    Where a statement is half typed, its line is read as `pass`, so that the rest of the file stands.
    """

    def __init__(self, text: str):
        self.text = text
        self.problem = ""
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]
        self._wide = not text.isascii()
        self._repaired: list[str] | None = None  # the lines that were read, where they are others
        self.tree = self._parsed()

    def _parsed(self) -> ast.Module | None:
        text = self.text.replace("\0", " ")
        for _ in range(MOST_REPAIRS):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # invalid escapes of a file that is not ours
                    return ast.parse(text)
            except SyntaxError as error:
                self.problem = self.problem or (error.msg or "it is no Python")
                repaired = _repaired(text, error)
                if repaired is None:
                    return None
                text = repaired
                self._repaired = _LINE_END.split(text)
            except (ValueError, RecursionError, MemoryError) as error:
                self.problem = str(error) or "it is nested too deeply"
                return None
        return None

    def offset(self, line: int, column: int) -> int:
        """Of a line from 1 and a column in bytes, as the tree counts them."""
        start = self._starts[min(line, len(self._starts)) - 1]
        if self._wide:
            stop = self._starts[line] if line < len(self._starts) else len(self.text)
            column = len(self.text[start:stop].encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))
        return min(start + column, len(self.text))

    def span(self, node: ast.AST) -> Span:
        """Where a node stands, in characters."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        last, end = getattr(node, "end_lineno", line) or line, getattr(node, "end_col_offset", column) or column
        return self.offset(line, column), self.offset(last, end)

    def text_of(self, node: ast.AST) -> str:
        """The text of a node, in one line."""
        start, end = self.span(node)
        return " ".join(self.text[start:end].split())

    def whole_text_of(self, node: ast.stmt) -> str:
        """The lines of a statement, with the comments in them and a decorator's before them; and as they were read instead."""
        first, last = _first_line(node), node.end_lineno or node.lineno
        own = self.text[self._starts[first - 1] : self._starts[last] if last < len(self._starts) else None]
        if self._repaired is None:
            return own
        comments = [self.comments.get(line, "") for line in range(first, last + 1)]  # a string before it may be open
        return "\n".join([own, *self._repaired[first - 1 : last], *comments])

    def start_of(self, node: ast.stmt) -> int:
        """Where the lines of a statement begin, with a decorator before it."""
        return self._starts[_first_line(node) - 1]

    def line_at(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self._starts, offset)

    @cached_property
    def comments(self) -> dict[int, str]:
        """The comment of each line that has one, without its sign."""
        found: dict[int, str] = {}
        if "#" not in self.text:
            return found
        for token in _COMMENT_OR_STRING.finditer(self.text):
            if token["comment"] is not None:
                found[self.line_at(token.start())] = token["comment"].lstrip("#").strip()
        return found


# strings are passed over whole, as far as they are closed
_COMMENT_OR_STRING = re.compile(
    r"""(?P<comment>\#[^\r\n]*)"""
    r"""|["]{3}(?:[^"\\]|\\.|"(?!""))*["]{3}|[']{3}(?:[^'\\]|\\.|'(?!''))*[']{3}"""
    r"""|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'""",
    re.DOTALL,
)


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])


_LACKS_BLOCK = re.compile(r"expected an indented block after .* on line (\d+)")


def _repaired(text: str, error: SyntaxError) -> str | None:
    """The text with the line of the error made harmless, all others where they are; None where there is none.

    A head without a block gets one, a line that begins a block goes on doing so, any other becomes `pass`, or nothing.
    """
    ends = [0, *(end.end() for end in _LINE_END.finditer(text))]
    lines = [text[a:b] for a, b in zip(ends, [*ends[1:], len(text)], strict=True)]
    lacking = _LACKS_BLOCK.match(error.msg or "")
    at = min(int(lacking[1]) if lacking else error.lineno or 0, len(lines)) - 1
    while at >= 0 and not lines[at].strip():
        at -= 1
    if at < 0:
        return None
    line = lines[at]
    kept = line.rstrip("\r\n")
    ending, said = line[len(kept) :], kept.strip()
    blank = kept[: len(kept) - len(kept.lstrip())]
    if lacking and said.endswith(":"):
        lines[at] = f"{kept} pass{ending}"
    elif said in ("pass", "if 1:"):
        lines[at] = ending
    else:
        lines[at] = f"{blank}{'if 1:' if said.endswith(':') else 'pass'}{ending}"
    return "".join(lines)
