"""A formula with what its names stand for behind it, and where they lie: `y log(h(x)), h(x) = 1/(1 + exp(-w' x))`, `a' x, a, x ∈ ℝ^n`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..lowering.names import Names, canonical_name
from .brackets import closing
from .pieces import Unwritten

# what stands between a formula and what its names stand for
_BETWEEN = re.compile(
    r"[,;]\s*(?:\\\\|\\q?quad|\\text\s*\{\s*(?:where|with|and|for)\s*\}|(?:where|with|and)\b|\\[ ,;]|~|\s)*"
)
_SAID_BETWEEN = re.compile(
    r"(?:\\q?quad\s*)*\\(?:text|mbox|textrm)\s*\{\s*,?\s*(?:where|with|and|for|for all|subject to)\s*:?\s*\}(?:\s|\\[ ,;]|~)*"
)
# room before what a name stands for: `… \\quad \\mu = …`
_APART = re.compile(r"(?:\\q?quad(?![A-Za-z])(?:\s|\\[ ,;]|~)*)+")
_NAMED = re.compile(r"(?:\\?[A-Za-z]+\s*\{?\s*)*(?:[_^]\s*(?:\{[^{}]*\}|\w)\s*)*\}?\s*=")
_SAYS = re.compile(r"=|∈|\\in(?![A-Za-z])")
# behind it stand names that the formula itself explains, one behind the other
_WHERE = re.compile(r"(?<![\w\\{])where\b")
# a function that is said behind: `where s(a) = …`
_WHERE_FUNCTION = re.compile(r"where\s+(?=[^\W\d_]\w*\s*\(\s*\w+\s*\)\s*=)")
_FUNCTION = re.compile(r"\s*([^\W\d_]\w*)\s*\(([\w\s,]*)\)\s*=(?!=)\s*")


def cut_first(text: str) -> tuple[str, list[str]]:
    """The first formula of a list, and the others: cut at the commas that stand in no bracket and have an `=` or a `∈` behind them."""
    if not any(sign in text for sign in ",;\\"):
        return text, []
    parts, depth, begin, at = [], 0, 0, 0
    while at < len(text):
        char = text[at]
        said = _SAID_BETWEEN.match(text, at) if char == "\\" and depth == 0 and _SAYS.search(text, at) else None
        if said is not None and at > begin:
            parts.append(text[begin:at])
            begin = at = said.end()
            continue
        apart = _APART.match(text, at) if char == "\\" and depth == 0 else None
        if apart is not None and at > begin and _NAMED.match(text, apart.end()):
            parts.append(text[begin:at])
            begin = at = apart.end()
            continue
        behind = _WHERE_FUNCTION.match(text, at) if char == "w" and depth == 0 else None
        if behind is not None and at > begin and not text[at - 1].isalnum():
            parts.append(text[begin:at].rstrip(" ,;"))
            begin = at = behind.end()
            continue
        if char == "\\":
            command = re.match(r"\\([A-Za-z]+|.)", text[at:], re.S)
            at += len(command[0]) if command else 1
            continue
        depth += (char in "([{") - (char in ")]}")
        between = _BETWEEN.match(text, at) if char in ",;" and depth == 0 and _SAYS.search(text, at) else None
        if between is not None and not _WHERE.search(text, begin, at):
            parts.append(text[begin:at])
            begin = at = between.end()
            continue
        at += 1
    formula, *others = [*parts, text[begin:]]
    joined: list[str] = []
    names: list[str] = []
    for part in others:  # `a, x ∈ ℝ^n`
        names.append(part)
        if _SAYS.search(part):
            joined.append(", ".join(names))
            names = []
    return formula, joined + names


def _applied(formula: str, function: str, letter: str, body: str) -> str:
    """The formula with what `φ(t) = …` says put in for each `φ(…)`.  Raises Unwritten for a function of several letters."""
    if not re.fullmatch(r"[^\W\d_]", letter):
        raise Unwritten(f"`{function}` is a function of several names, and called with others")
    called = re.compile(rf"(?<!\w){re.escape(function)}\s*(?=\()")
    for _ in range(20):
        found = called.search(formula)
        if found is None:
            return formula
        depth, end = 0, found.end()
        for end in range(found.end(), len(formula)):
            depth += (formula[end] == "(") - (formula[end] == ")")
            if depth == 0:
                break
        argument = formula[found.end() : end + 1]
        said = re.sub(rf"(?<![^\W_]){re.escape(letter)}(?![^\W_])", argument.replace("\\", r"\\"), body)
        formula = f"{formula[: found.start()]}({said}){formula[end + 1 :]}"
    raise Unwritten(f"`{function}` stands in too many places")


_NAME = re.compile(r"\s*([^\W\d_][\u0300-\u036f\w⁰-⁹⁽⁾]*(?:_\{\w+\})?)\s*=(?!=)")


def _asked_last(formula: str, others: Sequence[str]) -> tuple[str, list[str]]:
    """The formula and the others, where `h = tanh(W x), L = v' h` asks for the last, which rests on the first."""
    last, first = others[-1] if others else "", _NAME.match(formula)
    named = _NAME.match(last)
    if first is None or named is None or first[1] == named[1]:
        return formula, list(others)
    is_used = any(_mentions(s[m.end() :] if (m := _NAME.match(s)) else s, named[1]) for s in (formula, *others[:-1]))
    if is_used or not any(_mentions(s, first[1]) for s in (last[named.end() :], *others[:-1])):
        return formula, list(others)
    return last, [formula, *others[:-1]]


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?![\w\u0300-\u036f])", text) is not None


def with_functions_as_names(formula: str, others: Sequence[str], is_known: Callable[[str], bool]) -> list[str]:
    """What names stand for, then the formula; `h(x) = …` in the names as they are says what `h` stands for.

    Of a function that there is (`is_known`) it says nothing: `tr(A) = …` is a claim.

    Raises Unwritten where something behind the formula says what none of its names is.
    """
    found = _FUNCTION.match(formula)
    if (
        found and not any("=" in o for o in others) and not is_known(found[1])
    ):  # `f(x) = x' A x` asks for the right side
        formula = formula[found.end() :]
    formula, others = _asked_last(formula, others)
    definitions = []
    for statement in others:
        found = _FUNCTION.match(statement)
        if found:
            call = rf"(?<!\w){re.escape(found[1])}\s*\(\s*{re.escape(found[2].strip())}\s*\)"
            bare = re.sub(call, found[1], formula)
            if re.search(rf"(?<!\w){re.escape(found[1])}\s*\(", bare):  # of something else than its letter
                formula = _applied(formula, found[1], found[2].strip(), statement[found.end() :])
                continue
            formula = bare
            statement = f"{found[1]} = {statement[found.end() :]}"
        if "=" not in statement and "∈" not in statement:
            raise Unwritten(f"`{statement.strip()}` stands behind the formula, and says what none of its names is")
        definitions.append(statement)
    return [*definitions, formula]


# `log p(x)`, `N(x | μ, Σ)`, `-KL(q ‖ p)` before an `=`: the name of a quantity
_QUANTITY = re.compile(r"\s*-?\s*(?:(?:log|ln|exp)\s*\(?\s*)?([^\W\d_]\w*(?:_\{\w+\})?)\s*\(")


def without_left_side(formula: str, names: Names) -> str:
    """The right side of `log p(x) = …`, whose left side says what it is called and nothing that is known."""
    left, sign, right = formula.partition("=")
    if not sign or "=" in _BELOW_A_SUM.sub("", right) or left.endswith((":", "<", ">", "!")):
        return formula
    found = _QUANTITY.match(left)
    if found is None or left[closing(left, found.end() - 1) + 1 :].strip(" )"):
        return formula
    arguments = left[found.end() : closing(left, found.end() - 1)]
    is_claim = names.is_function(found[1]) and not re.fullmatch(r"\s*[^\W\d_]\w*\s*", arguments)
    if names.knows(canonical_name(found[1])) or is_claim:
        return formula
    if re.search(rf"(?<!\w){re.escape(found[1])}(?!\w)", right) is not None:
        return formula
    return right.strip()


_BELOW_A_SUM = re.compile(r"_\{[^{}]*\}|_\w=\w|\[[^\[\]]*\]")
# what a square stands for: `σ^2 = …`
_SQUARE = re.compile(r"\s*([^\W\d_]\w*)\s*(?:\^\s*\{?2\}?|²)\s*=(?!=)")


def without_powers(statements: Sequence[str]) -> list[str]:
    """The statements, with `σ^2 = v` among the definitions as a definition of its own name, `σ⁽²⁾ = v`, or of `σ` where that stands elsewhere too."""
    *definitions, formula = statements
    for k, definition in enumerate(definitions):
        found = _SQUARE.match(definition)
        if found is None:
            continue
        name = re.escape(found[1])
        square = re.compile(rf"(?<!\w){name}\s*(?:\^\s*(?:\{{2\}}|2(?![\w.]))|²)")
        others = [d for j, d in enumerate(definitions) if j != k]
        body = definition[found.end() :]
        rest = square.sub(" ", "\n".join([*others, formula, body]))
        if re.search(rf"(?<!\w){name}(?!\w)", rest):
            definitions[k] = f"{found[1]} = sqrt({body.strip()})"
            continue
        marked = f"{found[1]}⁽²⁾"
        definitions = [
            f"{marked} = {body.strip()}" if j == k else square.sub(marked, d) for j, d in enumerate(definitions)
        ]
        formula = square.sub(marked, formula)
    return [*definitions, formula]
