"""A formula in LaTeX, pasted without its page, as statements of the language."""

from __future__ import annotations

import re

from ..documents.latex.habits import Habits, habits_of
from ..documents.latex.reader import Unread, read_formula
from .code import Unwritten

# what stands around a formula that is copied with its page
_AROUND = re.compile(r"^\s*(?:\$\$?|\\\[|\\\(|\\displaystyle)|(?:\$\$?|\\\]|\\\))\s*[.,;]?\s*$")
# between a formula and what its names stand for
_BETWEEN = re.compile(r"(?:,|;|\\\\)?\s*(?:\\q?quad|\\text\s*\{\s*(?:where|with|and|for)\s*\}|\\ |\\;|~|\s)*")
_FUNCTION = re.compile(r"\s*([^\W\d_]\w*)\s*\(([\w\s,]*)\)\s*=(?!=)\s*")


def statements_of(text: str) -> list[str]:
    """What a formula says: what its names stand for, then the formula itself.  Raises Unwritten."""
    inner = text
    while (bare := _AROUND.sub("", inner)) != inner:
        inner = bare
    inner = inner.strip().rstrip(".,;").strip()
    formula, *others = _parts(inner)
    expression = _without_left(_one(formula))
    definitions = []
    for part in others:
        statement = _one(part)
        found = _FUNCTION.match(statement)
        if found:  # `h(x) = …` in the names as they are: `h` stands for it
            call = rf"(?<!\w){found[1]}\s*\(\s*{re.escape(found[2].strip())}\s*\)"
            expression = re.sub(call, found[1], expression)
            statement = f"{found[1]} = {statement[found.end() :]}"
        if "=" not in statement:
            raise Unwritten(f"`{part.strip()}` stands behind the formula, and says what none of its names is")
        definitions.append(statement)
    return [*definitions, expression]


def _without_left(text: str) -> str:
    """`f(x) = x' A x` asks for the right side."""
    found = _FUNCTION.match(text)
    return text[found.end() :] if found else text


def _parts(text: str) -> list[str]:
    """A list of formulas, cut at the commas that stand in no bracket."""
    parts, depth, begin = [], 0, 0
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            command = re.match(r"\\([A-Za-z]+|.)", text[at:])
            at += len(command[0]) if command else 1
            continue
        depth += (char in "([{") - (char in ")]}")
        if char in ",;" and depth == 0 and "=" in text[at:]:
            parts.append(text[begin:at])
            begin = at + len(_BETWEEN.match(text, at)[0])  # type: ignore[index]
            at = begin
            continue
        at += 1
    return [*parts, text[begin:]]


def _one(text: str) -> str:
    """One formula.  A prime is part of a name or a transpose, by how the formula writes its others; else as it can be read."""
    habits = habits_of([text])
    other = Habits("transpose" if habits.primes == "name" else "name", habits.has_invariants)
    refused: Unwritten | None = None
    for habit in (habits, other) if "'" in text or "prime" in text else (habits,):
        try:
            found = read_formula(text, 0, len(text), {}, habit)
        except Unread as unread:
            refused = refused or Unwritten(unread.reason, *unread.span)
            continue
        problem = next((s for s in found if s.problem), None)
        if problem is None and len(found) == 1:
            return found[0].text.strip()
        if problem is not None:
            refused = refused or Unwritten(problem.problem, *problem.span)
        else:
            refused = refused or Unwritten("this is more than one formula" if found else "there is no formula here")
    assert refused is not None
    raise refused
