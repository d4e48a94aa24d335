"""A formula in LaTeX, pasted without its page, as statements of the language."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..documents.latex.habits import Habits, habits_of
from ..documents.latex.reader import Unread, read_formula
from .bare_sums import with_bare_sums
from .brackets import closing, with_positive_parts
from .habits import with_samples_below
from .lists import cut_first, hang_together, with_functions_as_names
from .pieces import Unwritten

_OTHER_TRANSPOSE = re.compile(r"\^\s*\{?\s*(?:T\b|\\top|\\intercal|\\mathsf|\\mathrm\s*\{\s*T)")
# what stands around a formula that is copied with its page
_AROUND = re.compile(r"^\s*(?:\$\$?|\\\[|\\\(|\\displaystyle)|(?:\$\$?|\\\]|\\\))\s*[.,;]?\s*$")


# `{a \over b}`, TeX's own
_OVER = re.compile(r"\\over(?![A-Za-z])")
# `y!`, `y_i!`, `(n - 1)!`
_FACTORIAL = re.compile(r"(?:(?<![A-Za-z\\])[A-Za-z]|\\[a-z]+|\))(?:_\s*(?:\{[^{}]*\}|\w))?\s*!(?!=)")


# `\\sum_i^n`, which begins at 1
_UNBEGUN = re.compile(r"(\\(?:sum|prod)(?:\s*\\limits)?\s*_\s*)(?:\{\s*([a-z])\s*\}|([a-z]))(?=\s*\^)")
# `\\sum_{(i,j)}`
_PAIR_BELOW = re.compile(r"(\\sum(?:\s*\\limits)?\s*_\s*)\{\s*\(\s*([a-z]\s*,\s*[a-z])\s*\)\s*\}")
_LOG_TO_BASE = re.compile(r"\\log\s*_\s*(?:\{\s*(\d+)\s*\}|(\d))")
# `\\|x\\|_W^2`, measured by a matrix
_BARS = r"(?:(?:\\(?:left|right|[bB]igg?[lr]?)\s*)?(?:\\\||\\[lr]?Vert(?![A-Za-z])))"
_MATRIX = r"(?:\\(?:mathbf|boldsymbol|bm)\s*\{\s*(?:[A-EG-Z]|\\[A-Z][a-z]+)\s*\}|[A-EG-Z](?![A-Za-z])|\\(?:Sigma|Lambda|Omega|Gamma)(?![A-Za-z]))"
_MEASURE = rf"{_MATRIX}(?:\s*\^\s*\{{\s*-1\s*\}})?"
_MEASURED = re.compile(
    rf"{_BARS}((?:(?!{_BARS}).)+?){_BARS}\s*_\s*(?:\{{\s*({_MEASURE})\s*\}}|({_MATRIX}))\s*\^\s*(?:2|\{{\s*2\s*\}})",
    re.S,
)
# `x^{\\odot 2}`, entry by entry
_BY_ENTRIES = re.compile(
    r"((?:\\(?:mathbf|boldsymbol|bm|vec)\s*(?:\{[^{}]*\}|\w)|\\[a-z]+|[A-Za-z])(?:_\s*(?:\{[^{}]*\}|\w))?)\s*\^\s*\{\s*\\(?:odot|circ)\s*([23])\s*\}"
)


# `w_{c'}` and `\\sum_{c'}`, an index with a prime
_PRIMED = re.compile(r"([a-z])\s*(?:'|\^\s*\{?\s*\\prime\s*\}?)")
_BELOW = re.compile(r"_\s*(?:\{[^{}]*\}|[a-z]\s*')")
# the name of an expectation that is written out behind it
_EXPECTED = re.compile(
    r"^\s*\\mathbb\s*\{?\s*E\s*\}?\s*(?:_\{[^{}]*\}\s*)?(?:\\left\s*)?[\[(][^=]*?[\])]\s*=(?=[^=]*(?:$|,|;|\\))"
)
# `\\text{trace of } X`
_WORDS_BEFORE = re.compile(r"\s*\\(?:text|mbox|textrm)\s*\{((?=[^{}]*[A-Za-z]\s+[A-Za-z])[^{}]*[A-Za-z]\s*)\}")
_ENTRYWISE = r" \odot "


def _without_primes(text: str) -> str:
    """`\\sum_{c'} w_{c'}` with a letter that stands nowhere else for `c'`."""
    named = dict.fromkeys(m[1] for below in _BELOW.findall(text) for m in _PRIMED.finditer(below))
    letters = set("".join(re.sub(r"\\[A-Za-z]+", " ", text)))
    free = [c for c in "lpqrsuvhgabcdefjkimnotwxyz" if c not in letters]
    meant = dict(zip(named, free, strict=False))
    return _BELOW.sub(lambda m: _PRIMED.sub(lambda p: meant.get(p[1], p[0]), m[0]), text)


def _in_habits(text: str) -> str:
    """What the reader of pages does not take, written as it does."""
    text = _without_primes(text) if "'" in text or "prime" in text else text
    text = _PAIR_BELOW.sub(r"\1{\2}", text)
    text = with_bare_sums(text) if "\\sum" in text else text
    text = _UNBEGUN.sub(lambda m: f"{m[1]}{{{m[2] or m[3]}=1}}", text)
    text = _LOG_TO_BASE.sub(lambda m: rf"\frac{{1}}{{\log({m[1] or m[2]})}}\log ", text)
    text = _MEASURED.sub(lambda m: rf"\left({m[1]}\right)^\top {m[2] or m[3]} \left({m[1]}\right)", text)
    text = _BY_ENTRIES.sub(lambda m: f"({_ENTRYWISE.join([m[1]] * int(m[2]))})", text)
    return _with_factorials(_with_fractions(text))


def _with_fractions(text: str) -> str:
    """`{a \\over b}` as `\\frac{a}{b}`, of all that stands in the group."""
    while (found := _OVER.search(text)) is not None:
        begin = _opening(text, found.start())
        end = closing(text, begin) if begin >= 0 else len(text)
        above, below = text[begin + 1 : found.start()], text[found.end() : end]
        text = f"{text[: max(begin, 0)]}\\frac{{{above.strip()}}}{{{below.strip()}}}{text[end + 1 :]}"
    return text


def _opening(text: str, at: int) -> int:
    """The place of the brace that is open at a place; -1 where none is."""
    depth = 0
    for k in range(at - 1, -1, -1):
        depth += (text[k] == "}") - (text[k] == "{")
        if depth < 0:
            return k
    return -1


def _with_factorials(text: str) -> str:
    while (found := _FACTORIAL.search(text)) is not None:
        begin = found.start()
        if found[0][0] == ")":
            depth = 0
            for begin in range(found.start(), -1, -1):
                depth += (text[begin] in ")]") - (text[begin] in "([")
                if depth == 0:
                    break
        inner = text[begin : found.end() - 1].strip()
        text = f"{text[:begin]}\\operatorname{{factorial}}({inner}){text[found.end() :]}"
    return text


def statements_of(text: str, is_known: Callable[[str], bool], primes: str = "") -> list[str]:
    """What a formula says: what its names stand for, then the formula itself; `is_known` tells functions.  Raises Unwritten."""
    inner = text
    while (bare := _AROUND.sub("", inner)) != inner:
        inner = bare
    said = _WORDS_BEFORE.match(inner)
    if said is not None and "=" not in inner:
        raise Unwritten(f"words before a formula: {said[1].strip()}", *said.span(1))
    inner = _in_habits(_EXPECTED.sub("", inner))
    inner = with_positive_parts(inner.strip().rstrip(".,;").strip(), r"\max(({}), 0)")
    formula, others = cut_first(inner)
    formulas = [with_samples_below(s) for part in (formula, *others) for s in _formulas(part, primes)]
    return with_functions_as_names(formulas[0], formulas[1:], is_known)


def _formulas(text: str, primes: str = "") -> list[str]:
    """One formula, or several that stand below one another and each say what a name stands for.

    A prime is a transpose where the formula has no other for it and can be read so; else part of a name."""
    habits = habits_of([text])
    ways = [Habits(p, habits.has_invariants) for p in ("transpose", "name")]
    if primes == "name" or not primes and _OTHER_TRANSPOSE.search(text):
        ways.reverse()
    refused: Unwritten | None = None
    for habit in ways if "'" in text or "prime" in text else (habits,):
        try:
            found = read_formula(text, 0, len(text), {}, habit)
        except Unread as unread:
            refused = refused or Unwritten(unread.reason, *unread.span)
            continue
        problem = next((s for s in found if s.problem), None)
        texts = [s.text.strip() for s in found]
        if problem is None and (
            len(found) == 1 or found and not any(s.condition for s in found) and hang_together(texts)
        ):
            return texts
        if problem is not None:
            refused = refused or Unwritten(problem.problem, *problem.span)
        else:
            refused = refused or Unwritten("this is more than one formula" if found else "there is no formula here")
    assert refused is not None
    raise refused
