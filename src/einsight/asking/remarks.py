"""Words that stand before and behind a formula: `x'Ax, where A is symmetric`, `‖y - X w‖² (squared loss, with respect to w)`, `Loss: …`.

They may say in what it is differentiated and what its names are; what they say besides is left out.  Where they might say
what the formula means, `summed over i`, `p is the softmax of z`, nothing is left out, and the formula is refused as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..lowering.names import ALSO_SPELLED, GREEK, Names, canonical_name
from ..lowering.report import fail
from .brackets import closing

_NAME = r"(?:\\[A-Za-z]+\s*\{\s*\\?[A-Za-z]+\s*\}|\\?[^\W\d_]+)(?:_(?:\{\w+\}|\w))?"
_LETTER = r"(?:\\[A-Za-z]+\s*\{\s*\\?[A-Za-z]+\s*\}|\\[A-Za-z]+|[^\W\d_])(?:_(?:\{\w+\}|\w))?(?!\w)"
_LETTERS = rf"{_LETTER}(?:\s*(?:,|&|,?\s*and\s)\s*{_LETTER})*"
# a word, a name, what stands between them
_TOKEN = re.compile(rf"\s*(?:[A-Za-z]+(?:[-'’][A-Za-z]+)*\.?|{_NAME}|\d+(?![\w.]*[=*/+^])|[,;&:×]|\.(?=\s|$))")
_BY = re.compile(
    rf"(?:with\s+respect\s+to|w\.?\s?r\.?\s?t\.?|in\s+terms\s+of)\s+(?:the\s+)?(?:(?:matrix|vector|scalar|parameters?|weights?|variable)\s+)?({_LETTER}|{_NAME})",
    re.I,
)
_SAID = re.compile(
    rf"(?P<names>{_LETTERS})\s+(?:(?:is|are|being|denotes?|both|all)\s+)*(?:an?\s+|the\s+)?(?P<what>(?:[a-z-]+\s+(?:by\s+|[×x]\s+)?)*?(?:[a-z]+\s+[×x]\s+[a-z]+\s+)?(?:square\s+)?(?:vectors?|matri(?:x|ces)|scalars?|numbers?))(?!\w)"
)
_KIND = {"vector": "vector", "matri": "matrix", "scalar": "number", "number": "number"}
# what says something of how a formula is to be read, which is more than can be left out
_MEANS = re.compile(
    r"\b(?:over|summed|averaged|averaging|per|base|rows?|stacked|complex|hermitian|conjugate|no|not|without|second|twice|hessian|except|unless|instead|convolution)\b|element-?wise|component-?wise|point-?wise|hadamard|entry-?wise|∑|\\sum",
    re.I,
)
_STRUCTURE = re.compile(
    rf"(?P<names>{_LETTERS})\s+(?:(?:is|are|being|both|all)\s+)*(?:an?\s+|the\s+)?(?:[a-z-]+\s+)*?(?P<how>symmetric|diagonal|orthogonal|antisymmetric|skew-symmetric|triangular|unitary)"
)
_IS = re.compile(r"\b(?:is|are|denotes?|being|for)\b")
_BEGINS = re.compile(r"[,;.]?\s*(?<![\w\\{])(?:where|with|for|assuming|given|when|if|such\s+that)\s|[,;]\s|\(|\.\s")
_TEXT = re.compile(r"\\(?:text|mbox|textrm|textit|mathrm|quad|qquad)(?:\s*\{([^{}]*)\}|(?![A-Za-z]))")
_HEAD = re.compile(r"\s*(?:[A-Za-z][a-z]+(?:[ \-][A-Za-z][a-z]+)*)\s*:\s+(?=\S)")
# `s.t. W'W = I`, which says something of the variable, and nothing of what is differentiated
_CONSTRAINED = re.compile(
    r"(?:[,;\s~]|\\q?quad(?![A-Za-z])|\\[,; ])*(?:\\(?:text|mbox|textrm|mathrm|operatorname)\s*\{\s*(?:s\.\s*t\.?|subject\s+to)\s*:?\s*\}|(?<![\w\\{])(?:s\.\s?t\.|subject\s+to)(?!\w)).*$",
    re.S,
)
# `with t = 1..T` behind a sum, which begins at 1 anyhow
_RANGE = re.compile(
    r"\s*[,;(]?\s*(?:\b(?:with|for|where|and)\s+)?(?<![\w_{])[a-z]\s*=\s*1\s*(?:\.\.\.?|,\s*(?:\.\.\.?|…|\\[lc]?dots)\s*,?|…|\s+to\s+)\s*[A-Za-z]\w*\s*\)?\s*$"
)
_QUESTION = re.compile(r"(?:\s*=)?\s*(?:\?|\\;\s*\?)+\s*$")
_LOGISTIC = re.compile(
    r"(?:σ|\\?sigma)\s+(?:is|denotes)\s+(?:the\s+)?(?:sigmoid|logistic|logistic\s+sigmoid)(?:\s+function)?\s*\.?"
)
_LONG = 3  # letters of a word, at least


@dataclass
class Remarks:
    """
    formula     what is left
    variables   what it is differentiated in, as far as words say that
    kinds       what words call its names: `vector`, `matrix`, `square`, `number`
    structures  what they say of their entries: `symmetric`
    """

    formula: str
    variables: tuple[str, ...] = ()
    kinds: dict[str, str] = field(default_factory=dict)
    structures: dict[str, str] = field(default_factory=dict)


def without_remarks(text: str, names: Names) -> Remarks:
    """A text without the words around its formula."""
    found = Remarks(_RANGE.sub("", _CONSTRAINED.sub("", _QUESTION.sub("", text))))
    head = _HEAD.match(found.formula)
    if head is not None and "->" not in text and "→" not in text and not names.knows(head[0].strip(" :")):
        found.formula = found.formula[head.end() :]
    for begin in _places(found.formula):
        rest = _flat(found.formula[begin:])
        if rest is not None and says_nothing_else(rest, names) and found.formula[:begin].strip(" ,;."):
            learn(rest, found)
            found.formula = found.formula[:begin].rstrip(" ,;.")
            break
    return found


def _places(text: str) -> Iterator[int]:
    """Where words may begin that go on to the end of a text: outside of brackets, the first places first."""
    depth = 0
    groups = [(m.start(), m.end()) for m in _TEXT.finditer(text)]
    at = 0
    while at < len(text):
        group = next((g for g in groups if g[0] == at), None)
        if depth == 0 and (group is not None or _BEGINS.match(text, at)):
            if text[at] == "(":
                end = closing(text, at)
                behind = text[end + 1 :].strip(" .,;")
                if (at == 0 or text[at - 1].isspace()) and (not behind or _BEGINS.match(text, end + 1)):
                    yield at
            else:
                yield at
        if group is not None:
            at = group[1]
            continue
        depth += (text[at] in "([{") - (text[at] in ")]}")
        at += 1


def _flat(text: str) -> str | None:
    """The words of a text whose brackets hold words too; None where it has commands besides."""
    text = _TEXT.sub(lambda m: f" {m[1] or ''} ", text)
    text = re.sub(r"\$|\\[,;! ]|~", " ", text)
    return re.sub(r"(?<!\w)\(|\)", ", ", text).strip(" ,;.")


def means_something_else(text: str) -> bool:
    """May these words say how a formula is to be read?"""
    return _MEANS.search(text) is not None


def says_nothing_else(text: str, names: Names) -> bool:
    """Are these words that may be left out, once it is kept what they say of names?"""
    by = _BY.search(text)
    if by is not None and _MEANS.search(_BY.sub(" ", text)) is None and _BY.fullmatch(text.strip(" .,;")):
        return True
    at = 0
    while at < len(text.rstrip()):
        token = _TOKEN.match(text, at)
        if token is None:
            return False
        at = token.end()
    words = [w for w in re.findall(r"(?<!\\)\b[A-Za-z][a-z]{2,}", text) if not _is_name(w, names)]
    if not words or _MEANS.search(text) or (len(words) == 1 and len(words[0]) < _LONG + 2 and len(text.split()) < 3):
        return False
    if len(text.split()) == 1 and not words:
        return False
    if _LOGISTIC.search(text):
        text = _LOGISTIC.sub("", text)
    functions = [w for w in re.findall(r"\b[A-Za-z]+", text) if names.is_function(w.lower())]
    return not (functions and _IS.search(text))


def _is_name(word: str, names: Names) -> bool:
    return names.knows(canonical_name(word)) or word in GREEK or word in ALSO_SPELLED or names.is_function(word)


def learn(text: str, found: Remarks) -> None:
    """Keep what words say of names."""
    for by in _BY.finditer(text):
        found.variables = (*found.variables, by[1])
    text = re.sub(
        r"\b(?:where|with|for|assuming|given|when|if|and)\b(?=\s+[^\W\d_](?:\W|_))",
        lambda m: "and" if m[0] == "and" else ",",
        text,
    )
    for said in _SAID.finditer(text):
        kind = next(kind for word, kind in _KIND.items() if word in said["what"].split()[-1])
        kind = (
            "square"
            if kind == "matrix" and re.search(r"square|symmetric|invertible|definite|covariance", said["what"])
            else kind
        )
        found.kinds |= dict.fromkeys(_names(said["names"]), kind)
    for said in _STRUCTURE.finditer(text):
        found.structures |= dict.fromkeys(_names(said["names"]), said["how"])


def _names(text: str) -> Iterator[str]:
    for name in re.split(r"\s*(?:,|&|\band\b)\s*", text):
        if plain := re.sub(r"\\(?:mathbf|boldsymbol|bm|vec|mathrm)\b|[{}\\\s]", "", name):
            yield canonical_name(plain)


def require_no_structure(structures: Mapping[str, str], variables: Sequence[str]) -> None:
    """Raise EinsightError (EIN001) where words say of a variable that its entries hang together: its derivative may be meant so or not."""
    for name in variables:
        how = structures.get(canonical_name(name))
        if how is not None:
            message = f"words say that `{name}`, in which this is differentiated, is {how}: declare it so, or leave the words out for its entries each for itself"
            raise fail("EIN001", message)
