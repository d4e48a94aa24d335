"""Sentences with formulas between dollars: `Let $f(x) = x^T A x$. What is $\\nabla f$?`, `$$…$$ derivative of $h_t$ with respect to $x$`.

What stands between dollars is what is asked, what it is asked in, what says what a name stands for or where it lies, or a name of
which words say something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .remarks import means_something_else

_MATH = re.compile(r"\$\$(.+?)\$\$|\$([^$]+)\$", re.S)
_IS_BY = re.compile(
    r"(?:with\s+respect\s+to|w\.?\s?r\.?\s?t\.?|\bby|\bin|in\s+terms\s+of)(?:\s+(?:the|a|each|both|and|matrix|vector|scalar|variable|parameters?|weights?))*\s*$",
    re.I,
)
_IS_AND = re.compile(r"^\s*(?:,\s*and|,|and|&)\s*$")
_IS_OF = re.compile(
    r"(?:derivative|gradient|jacobian|hessian|differentiate)s?(?:\s+(?:matrix|of|the|for|this))*\s*$", re.I
)
_NAME = re.compile(
    r"\s*(?:\\(?:mathbf|boldsymbol|bm|vec|mathrm|mathcal|hat|bar|tilde)\s*\{?\s*)?\\?[A-Za-z]+\s*\}?(?:_(?:\{[^{}]*\}|\w))?\s*(?:\([^()]*\))?\s*[.,]?\s*"
)
_NABLA = re.compile(
    r"\s*(?:\\nabla(?P<two>\s*\^\s*\{?2\}?)?(?:_\{?\s*(?P<by>\\?\w+(?:\{\w+\})?)\s*\}?)?\s*(?P<of>\\?[A-Za-z]+)(?:\s*\([^()]*\))?\s*[.,]?\s*|(?P<prime>\\?[A-Za-z])'\s*\([^()]*\)\s*)"
)
_LEIBNIZ = re.compile(
    r"\s*\\[dt]?frac\s*\{\s*(?:\\partial|\\mathrm\{?d\}?|d)\s*(?P<of>\\?[A-Za-z]+(?:_\w)?)\s*\}\s*\{\s*(?:\\partial|\\mathrm\{?d\}?|d)\s*(?P<by>\\?[A-Za-z]+(?:\s*\{\w+\})?(?:_(?:\w|\{[^{}]*\}))?)\s*\}\s*[.,]?\s*"
)
_ASKS = re.compile(r"derivative|gradient|jacobian|hessian|differentia", re.I)
_HESSIAN = re.compile(r"\bhessian\b|second\s+derivative", re.I)
# `f(x) = …`, of one thing
_CALLED = re.compile(r"\s*(?P<of>\\?[A-Za-z]+)\s*\(\s*(?P<by>\\?[A-Za-z]+)\s*\)\s*:?=")
_SAYS = re.compile(r"(?<![<>!:])=|\\in(?![A-Za-z])|∈|:=|\\equiv")
# between statements
_LAST = re.compile(r"[,;]\s*|\\q?quad|\\\\")


@dataclass
class Sentence:
    """What the formulas of a text are to one another, in order; `words` are what stands around them, with the names that stand alone."""

    formulas: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    asked: str = ""
    order: int = 1
    words: str = ""

    @property
    def is_asked(self) -> bool:
        """Is a derivative asked?"""
        return bool(self.asked) or _ASKS.search(self.words) is not None

    def in_what(self) -> list[str]:
        """The variables of the derivative that is asked: those that it names, else the argument of the function, `f(x) = …`."""
        if self.variables or not self.is_asked:
            return self.variables
        called = [m for said in (*self.said, *self.formulas) if (m := _CALLED.match(said)) is not None]
        of = [m for m in called if not self.asked or _plain(m["of"]) == _plain(self.asked)]
        return [of[0]["by"]] if len(of) == 1 else []


def sentence(text: str) -> Sentence | None:
    """The parts of a text in which words stand outside of dollars; None of any other, and where the words may mean more."""
    parts = list(_MATH.finditer(text))
    if not parts:
        return None
    outside = [
        text[a:b] for a, b in zip([0, *(m.end() for m in parts)], [*(m.start() for m in parts), len(text)], strict=True)
    ]
    if not any(re.search(r"[A-Za-z]{2}", o) for o in outside):
        return None
    found = Sentence()
    is_by = False
    for before, part in zip(outside, parts, strict=False):
        math = (part[1] or part[2]).strip().rstrip(".,;?")
        is_by = _IS_BY.search(before) is not None or (is_by and _IS_AND.fullmatch(before) is not None)
        derivative = _NABLA.fullmatch(math) or _LEIBNIZ.fullmatch(math)
        found.words += before
        if _SAYS.search(math):
            found.said.append(math)
        elif derivative is not None:
            said = derivative.groupdict()
            found.asked = said["of"] or said.get("prime") or ""
            found.variables += [said["by"]] if said.get("by") else []
            found.order = 2 if said.get("two") else found.order
        elif _NAME.fullmatch(math):
            if is_by:
                found.variables.append(math)
            elif _IS_OF.search(before):
                found.asked = math
            else:
                found.words += f" {math} "
        else:
            found.formulas.append(math)
    found.words += outside[-1]
    if _HESSIAN.search(found.words):
        found.order = 2
    without_by = _ASKS.sub("", re.sub(r"second", "", found.words))
    if len(found.formulas) > 1 or not (found.formulas or found.said) or means_something_else(without_by):
        return None
    return found


def formula_of(found: Sentence) -> str:
    """What is asked, before what its names stand for."""
    first = found.formulas or ([found.asked] if found.asked and any("=" in s for s in found.said) else [])
    names = [s for s in found.said if s not in first]
    if first == [found.asked] and _names(_LAST.split(names[-1])[-1]) == _plain(found.asked):
        first = []  # what stands last is asked, since the others say what its names stand for
    return ", ".join([*first, *names])


def _names(statement: str) -> str:
    left = re.split(r"(?<![<>!])=|:=|\\equiv", statement, maxsplit=1)[0]
    return _plain(re.sub(r"\([^()]*\)", "", left))


def _plain(text: str) -> str:
    return re.sub(r"[\s{}]|\\mathcal|\\mathrm|\([^()]*\)", "", text)
