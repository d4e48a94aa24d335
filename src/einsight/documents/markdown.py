"""Where the formulas of a Markdown text stand, in the flavours people write: kramdown, GitHub, Pandoc, Quarto, MyST.

What begins first counts: a formula in code is code, and code in a formula is part of it.  `_BEGINS` finds what may begin
something, `_Reading` tells what does and where it ends.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from .extract import Formula, Span
from .scanning import ENVIRONMENTS, LONGEST, Ends, Inline

# what ends a paragraph or begins a fence, and a line end that does neither
_STOP = r"\n[ \t>]*(?:\r?\n|```|~~~)"
_LINE_END = r"\n(?![ \t>]*(?:\r?\n|```|~~~))"
_BEFORE = r"[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?"
_BEGINS = re.compile(
    rf"[$`]|\\[\\$`(\[b]|\{{math\}}`|<(?=!--|pre|code|style|script|kbd)|^{_BEFORE}(?=```|~~~|:::)", re.MULTILINE
)
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n.*?^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_SCRIPT = re.compile(r"<script type=[\"']math/tex")
_TAG = re.compile(r"<(?P<tag>pre|code|style|script|kbd)\b")
_FENCE = re.compile(rf"{_BEFORE}(?P<mark>`{{3,}}(?!`)|~{{3,}}(?!~))(?P<info>[^`\n]*)\n")
_DIRECTIVE = re.compile(r"[ \t>]*(?P<colons>:{3,})[ \t]*\{math\}(?P<argument>[^\n]*)\n")
_DIRECTIVE_END = re.compile(r"^[ \t>]*(?P<colons>:{3,})[ \t]*\r?$", re.MULTILINE)
_DISPLAY = re.compile(rf"\$\$(?P<inside>(?:(?!\n[ \t>]*(?:```|~~~))(?:[^\\]|\\.)){{1,{LONGEST}}}?)\$\$", re.DOTALL)
_ENVIRONMENT = re.compile(rf"\\begin\{{(?P<name>{ENVIRONMENTS})\*?\}}")
# a sign of mathematics, and words: what stands between `\[` and `\]` and has words alone is in brackets
_SIGN, _WORD = re.compile(r"[\\^_=∈→<>≤≥]"), re.compile(r"[^\W\d_]{3}")
_MATH_FENCES = {"math", "{math}", "latex", "tex"}
_OPTION = re.compile(r"[ \t>]*:\w[^\n]*\n")
EIN_FENCES = {"ein", "einsight", "{ein}", "{einsight}", "{.ein}"}


@dataclass(frozen=True)
class _Construct:
    """Something up to `end`, with the formulas in it."""

    end: int
    formulas: tuple[tuple[int, int, str], ...] = ()


def formulas(text: str, double_quotes: bool = False) -> list[Formula]:
    """The formulas of a text, in order; `double_quotes`: ``…`` in two backquotes is one, as in Julia."""
    found: list[Formula] = []
    for begin, construct in _Reading(text, double_quotes).constructs():
        for start, end, language in construct.formulas:
            if end > start and not text[start:end].isspace():
                found.append(Formula(start, end, language, tuple(_quotation_marks(text, begin, start, end))))
    return found


class _Reading:
    def __init__(self, text: str, double_quotes: bool):
        self.text, self.double_quotes = text, double_quotes
        self.ends = Ends(text, _STOP)
        self.inline = Inline(text, r"[^$\\\n`]", _LINE_END)
        self.quotes: dict[int, list[int]] = {}  # the runs of backquotes by their length
        for run in re.finditer("`+", text) if "`" in text else ():
            self.quotes.setdefault(len(run[0]), []).append(run.start())
        self._closing: _Closing | None = None

    def constructs(self) -> Iterator[tuple[int, _Construct]]:
        """Whatever begins something, in order, each with its beginning."""
        at = 0
        matter = _FRONT_MATTER.match(self.text)
        if matter is not None:
            at = matter.end()
        while (begins := _BEGINS.search(self.text, at)) is not None:
            start = begins.start()
            made = self._at(start)
            if made is not None:
                yield start, made
            at = start + 1 if made is None else max(made.end, start + 1)

    def _at(self, start: int) -> _Construct | None:
        """What begins at a place; where it may be several things, the first that it is."""
        tried = _TRIED.get(self.text[start], ())
        if start == 0 or self.text[start - 1] == "\n":
            tried = (_Reading._fence, _Reading._directive, *tried)
        for method in tried:
            made = method(self, start)
            if made is not None:
                return made
        return None

    # blocks

    def _fence(self, start: int) -> _Construct | None:
        begin = _FENCE.match(self.text, start)
        if begin is None:
            return None
        mark, words = begin["mark"], begin["info"].strip()
        close = re.compile(rf"^[ \t>]*{mark[0]}{{{len(mark)},}}[`~]*[ \t]*\r?$", re.MULTILINE).search(
            self.text, begin.end()
        )
        inside = begin.end(), len(self.text) if close is None else close.start()
        end = len(self.text) if close is None else close.end()
        word, _, rest = words.partition(" ")
        if word.lower() in EIN_FENCES:
            return _Construct(end, ((*inside, "ein"),))
        if word.lower() not in _MATH_FENCES:
            return _Construct(end)
        found = []
        if word == "{math}" and rest.strip():
            found.append((begin.end("info") - len(begin["info"].lstrip()[len(word) :]), begin.end("info"), "latex"))
        return _Construct(end, (*found, (*_without_options(self.text, *inside), "latex")))

    def _directive(self, start: int) -> _Construct | None:
        begin = _DIRECTIVE.match(self.text, start)
        if begin is None:
            return None
        if self._closing is None:
            self._closing = _Closing(self.text)
        close = self._closing.after(begin.end(), len(begin["colons"]))
        if close is None:
            return None
        found = [(*begin.span("argument"), "latex")] if begin["argument"].strip() else []
        inside = _without_options(self.text, begin.end(), close[0])
        return _Construct(close[1], (*found, (*inside, "latex")))

    def _comment(self, start: int) -> _Construct | None:
        if not self.text.startswith("<!--", start):
            return None
        close = self.ends.ahead("-->")(start + 4)
        return _Construct(len(self.text) if close is None else close[1])

    def _script(self, start: int) -> _Construct | None:
        begin = _SCRIPT.match(self.text, start)
        inside = begin and self._tagged(begin.end(), "script")
        return None if not inside else _Construct(inside[1] + len("</script>"), ((*inside, "latex"),))

    def _tag(self, start: int) -> _Construct | None:
        begin = _TAG.match(self.text, start)
        inside = begin and self._tagged(begin.end(), begin["tag"])
        return None if not begin or not inside else _Construct(inside[1] + len(begin["tag"]) + 3)

    def _tagged(self, at: int, tag: str) -> Span | None:
        """What a tag, from within which this is asked, has inside."""
        open_ = self.ends.ahead(">")(at)
        close = open_ and self.ends.ahead(f"</{tag}>")(open_[1])
        return (open_[1], close[0]) if open_ and close else None

    # what stands in lines

    def _role(self, start: int) -> _Construct | None:
        at = start + len("{math}`")
        close = self.ends.ahead("`")(at)
        return None if close is None or close[0] == at else _Construct(close[1], ((at, close[0], "latex"),))

    def _github(self, start: int) -> _Construct | None:
        """$`…`$, with as many backquotes on either side."""
        inside = start + 1
        while self.text.startswith("`", inside):
            inside += 1
        close = self.ends.ahead("`")(inside) if inside > start + 1 else None
        if close is None:
            return None
        end = close[0] + inside - start
        is_one = self.text.startswith(self.text[start + 1 : inside] + "$", close[0])
        return _Construct(end, ((inside, close[0], "latex"),)) if is_one else None

    def _code(self, start: int) -> _Construct | None:
        """What stands between equally many backquotes in a paragraph."""
        if start and self.text[start - 1] == "`":
            return None
        inside = start
        while self.text.startswith("`", inside):
            inside += 1
        runs = self.quotes[inside - start]
        following = bisect_right(runs, start)
        if following == len(runs) or self.ends.ahead(r"\n[ \t]*\r?\n").comes_before(inside, runs[following]):
            return None
        end = runs[following]
        is_formula = self.double_quotes and inside - start == 2
        return _Construct(end + inside - start, ((inside, end, "latex"),) if is_formula else ())

    def _display(self, start: int) -> _Construct | None:
        found = _DISPLAY.match(self.text, start)
        return None if found is None else _Construct(found.end(), ((*found.span("inside"), "latex"),))

    def _inline(self, start: int) -> _Construct | None:
        at = start + 1
        if self.text[at : at + 1].strip("$") == "" or self.text[at].isspace():
            return None
        end = self.inline.end(at)
        if (
            end is None
            or self.text[end - 1].isspace()
            or self.text[end - 1] == "\\"
            or self.text[end + 1 : end + 2].isdecimal()
        ):
            return None
        return _Construct(end + 1, ((at, end, "latex"),))

    def _backslash(self, start: int) -> _Construct | None:
        if self.text[start + 1 : start + 2] in ("\\", "$", "`"):
            return self._escaped(start) or _Construct(start + 2)
        at = start + 2
        if self.text.startswith("(", start + 1):
            close = self.ends.of(at, r"\\\)", in_paragraph=True)
        elif self.text.startswith("[", start + 1):
            close = self.ends.of(at, r"\\\]")
        else:
            return self._environment(start)
        if close is None:
            return None
        inside = self.text[at : close[0]]
        is_said = _WORD.search(inside) is not None and _SIGN.search(inside) is None
        return _Construct(close[1], () if is_said else ((at, close[0], "latex"),))

    def _escaped(self, start: int) -> _Construct | None:
        """`\\\\[ … \\\\]`, where a converter takes one backslash away."""
        bracket = self.text[start + 2 : start + 3]
        if self.text[start + 1] != "\\" or bracket not in ("(", "["):
            return None
        close = self.ends.of(start + 3, r"\\\\\)" if bracket == "(" else r"\\\\\]", in_paragraph=bracket == "(")
        return None if close is None else _Construct(close[1], ((start + 3, close[0], "latex"),))

    def _environment(self, start: int) -> _Construct | None:
        begin = _ENVIRONMENT.match(self.text, start)
        close = begin and self.ends.of_environment(begin.end(), begin["name"])
        return _Construct(close[1], ((start, close[1], "latex"),)) if close else None


_TRIED: dict[str, tuple[Callable[[_Reading, int], _Construct | None], ...]] = {
    "<": (_Reading._comment, _Reading._script, _Reading._tag),
    "{": (_Reading._role,),
    "$": (_Reading._github, _Reading._display, _Reading._inline),
    "`": (_Reading._code,),
    "\\": (_Reading._backslash,),
}


class _Closing:
    """The lines of colons alone, which may end a directive."""

    def __init__(self, text: str):
        found = list(_DIRECTIVE_END.finditer(text))
        self.spans = [m.span() for m in found]
        self.counts = [len(m["colons"]) for m in found]
        self.most = [*self.counts]  # from each of them on
        for k in range(len(found) - 2, -1, -1):
            self.most[k] = max(self.most[k], self.most[k + 1])

    def after(self, at: int, count: int) -> Span | None:
        """The first one that has so many colons."""
        k = bisect_left(self.spans, (at, at))
        if k == len(self.spans) or self.most[k] < count:
            return None
        return next(
            span
            for span, colons in zip(islice(self.spans, k, None), islice(self.counts, k, None), strict=True)
            if colons >= count
        )


def _quotation_marks(text: str, begin: int, start: int, end: int) -> Iterator[Span]:
    """The `>` before the lines of what stands in a quotation: as many as before its first one."""
    if "\n" not in text[start:end]:
        return
    line = text.rfind("\n", 0, begin) + 1
    before = re.compile(r"[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?((?:[ \t]*>)*)").match(text, line)
    depth = before[1].count(">") if before is not None else 0
    if depth:
        marks = re.compile(rf"\n((?:[ \t]*>){{1,{depth}}})")
        yield from (m.span(1) for m in marks.finditer(text, start - 1 if start else 0, end))


def _without_options(text: str, start: int, end: int) -> Span:
    """Without the `:label: …` lines of a directive."""
    while (option := _OPTION.match(text, start, end)) is not None:
        start = option.end()
    return start, end
