"""What is asked in words: `gradient of f with respect to x`, `Find the Hessian of $f$ in $x$`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..lowering.names import Names
from ..lowering.report import fail

_BEGINS = (
    r"(?:(?:please|can\s+you|could\s+you|i\s+want\s+to|i\s+need\s+to|how\s+(?:do|can|would|to)(?:\s+(?:i|we|you|one))?)\s+)*"
    r"(?:(?:find|compute|calculate|give|derive|determine|evaluate|take|obtain|get|show|what\s+is|what's|what\s+are)\s+)?(?:me\s+)?(?:the\s+|a\s+)?"
)
_KIND = r"(?:(?:partial|total|matrix|vector|first|second|full)\s+)*(?P<kind>derivative|gradient|jacobian|hessian|differentiat\w+|differential)s?(?:\s+matrix)?"
_VARIABLE = r"(?:with\s+respect\s+to|w\.?\s?r\.?\s?t\.?|wrt)\s+(?:the\s+)?(?:(?:matrix|vector|scalar|parameters?|weights?|variable)\s+)?"
_NAME = r"[^\s,?]+?"
_AND = r"\s*(?:,\s*and\s|,|&|\s+and\s)\s*"
_NAMES = rf"{_NAME}(?:{_AND}{_NAME})*?"
_OF_THEN_BY = re.compile(
    rf"{_BEGINS}{_KIND}\s+(?:of\s+)?(?P<what>.+?),?\s+(?:{_VARIABLE}|by\s+|in\s+(?=\$?\\?\w+\$?\s*[.?]?$))(?P<by>{_NAMES})\s*[.?]?",
    re.I | re.S,
)
_BY_THEN_OF = re.compile(rf"{_BEGINS}{_KIND}\s+{_VARIABLE}(?P<by>{_NAMES})\s+of\s+(?P<what>.+?)[.?]?", re.I | re.S)
_OF = re.compile(rf"{_BEGINS}{_KIND}\s+of\s+(?P<what>.+?)[.?]?", re.I | re.S)
_BY = re.compile(rf"(?P<what>.+?),?\s+{_VARIABLE}(?P<by>{_NAMES})\s*[.?]?", re.I | re.S)
_ALONE = re.compile(rf"{_BEGINS}(?P<what>\$[^$]+\$)\s*[.?]?", re.I | re.S)
# `d/dA of f`, `\\frac{d}{dA} of f`: the word says what the blank does
_OPERATOR_OF = re.compile(
    rf"{_BEGINS}(?P<operator>\$?\s*(?:[d∂]\s*/\s*[d∂]\s*\w+|\\d?frac\s*\{{[^{{}}]*\}}\s*\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}}|∇_\w+|\\nabla_\{{?\\?\w+\}}?)\s*\$?)\s+of\s+(?P<what>.+?)[.?]?",
    re.I | re.S,
)
# what each of these holds
_SAYS = re.compile(r"\s(?:of|respect|w\.?\s?r\.?\s?t)|derivative|gradient|jacobian|hessian|differentia|\$", re.I)
_DOLLARS = re.compile(r"\$\$?([^$]+)\$\$?")


# `\\hat\\beta = \\arg\\min_\\beta`, `min_w`, `minimize`: what is minimised stands behind
_OBJECTIVE = re.compile(
    r"\s*\$?\s*(?:[^=<>]*=\s*)?(?:\\?arg\s*\\?[,!;]?\s*|\\operatorname\*?\{arg\s*\\?,?)?\s*\\?(?:operatorname\*?\{\s*|mathrm\{\s*|text\{\s*|underset\{(?P<set>[^{}]+)\}\{\s*\\?(?:operatorname\*?\{)?(?:arg\s*\\?,?\s*\\?)?)?"
    r"(?:min|max)(?:imi[sz]e)?\s*\}*\s*(?:_\s*(?:\{(?P<below>(?:[^{}]|\{[^{}]*\})+)\}|(?P<one>\\?\w+)))?(?:\s|\\[ ,;:!]|\\q?quad|~)*(?=[^\s({,])"
)


_IN_FULL = re.compile(r"\s*\$?\s*\\?(?:text\{|operatorname\{|mathrm\{)?\s*(?:min|max)imi[sz]e")


def objective(text: str) -> tuple[str, tuple[str, ...]]:
    """What is to be minimised, and over what, of `\\min_w \\|X w - y\\|^2`; another text as it is."""
    found = _OBJECTIVE.match(text)
    if found is None:
        return text, ()
    below = (found["below"] or found["one"] or found["set"] or "").strip()
    variable = re.split(r"\\in(?![a-z])|∈|,", below)[0].strip()
    if variable:
        return text[found.end() :], (variable,)
    return (text[found.end() :] if _IN_FULL.match(text) else text), ()


# `arg min` of what begins an objective
_IS_BEST = re.compile(r"(?<![A-Za-z])arg(?=\W*(?:operatorname\W*)?(?:min|max))")
# `E[x' A x]`: brackets behind a name hold indices, and those of an expectation more than that
_EXPECTATION = re.compile(r"(?<![\w\\])(?:E|𝔼)\s*\[(?!\s*[^\W\d_]?\w?\s*(?:,\s*\w+\s*)?\])")


def require_derivable(text: str, over: str, names: Names) -> None:
    """Raise EinsightError (EIN002) for what is no finite expression: an expectation, a minimiser (over what is not asked for).

    Neither is a product with an array of its name.
    """
    begin = _OBJECTIVE.match(text) if over else None
    if begin is not None and _IS_BEST.search(begin[0]):
        message = (
            f"what is best over `{over}` is not derived: write out what it is, or derive what is optimised in `{over}`"
        )
        raise fail("EIN002", message)
    if _EXPECTATION.search(text) and not names.knows("E"):
        raise fail(
            "EIN002",
            "an expectation is not derived, since nothing says of what samples: write `mean` over them, or declare `E`",
        )


@dataclass(frozen=True)
class Asked:
    """A formula, in what it is to be differentiated as far as words say that, and how often."""

    formula: str
    variables: tuple[str, ...] = ()
    order: int = 1


def in_words(text: str) -> Asked:
    """What words around a formula ask for; a formula alone as it is, with no variable."""
    if _SAYS.search(text) is None:
        return Asked(text)
    operator = _OPERATOR_OF.fullmatch(text)
    if operator is not None:
        return Asked(f"{_plain(operator['operator'])} ({_plain(operator['what'])})")
    for way in (_BY_THEN_OF, _OF_THEN_BY, _OF, _BY, _ALONE):
        found = way.fullmatch(text)
        if found is None:
            continue
        said = found.groupdict()
        if (said.get("by") or "").count("(") != (said.get("by") or "").count(")"):  # within a remark in brackets
            continue
        by = [name.strip("$.?, ") for name in re.split(_AND, said.get("by") or "")]
        kind = (said.get("kind") or "").lower()
        return Asked(_plain(said["what"]), tuple(filter(None, by)), 2 if kind == "hessian" else 1)
    return Asked(text)


# `…; df/du`, behind what it is of
_DERIVATIVE_BEHIND = re.compile(
    r"(?P<what>.+?)\s*[,;.]\s*(?:(?i:find|compute|what\s+is|then|so)\s+)?[d∂]\s*(?P<of>[^\W\d_]\w*)?(?:\s*\([^()]*\))?\s*/\s*[d∂]\s*(?P<by>[^\W\d_]\w*)\s*(?:=\s*)?\?*\s*",
    re.S,
)
_LEFT = re.compile(r"\s*([^\W\d_]\w*)\s*(?:\([^()]*\))?\s*=(?!=)")


def with_derivative_behind(text: str) -> Asked | None:
    """`f(u) = …; df/du` as `f` in `u`, where the formula says what `f` stands for."""
    found = _DERIVATIVE_BEHIND.fullmatch(text)
    if found is None:
        return None
    said = [m[1] for m in map(_LEFT.match, re.split(r"[;,]\s", re.sub(r"\([^()]*\)", "", found["what"]))) if m]
    return Asked(found["what"], (found["by"],)) if found["of"] in (*said[:1], *said[-1:]) else None


def _plain(text: str) -> str:
    """A formula without what a sentence sets around it."""
    return _DOLLARS.sub(r" \1 ", text).strip().rstrip("?. ")
