"""Letters that people write functions by, where nobody declares them: `σ(…)` is the logistic function, `Γ(…)` of a number the gamma function,
`N(x | μ, Σ)` the density of the normal distribution.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..lowering.mentioned import walk
from ..lowering.names import Names
from ..lowering.statements import lower_statement
from ..syntax.parse import parse_statement
from ..syntax.statements import Piece
from ..syntax.tree import Call, Indexed, Name
from .brackets import closing, outside

# one name, with a mark or raised to a power
_ONE = re.compile(r"\w+(?:_\{[^{}]*\})?(?:\^2|²)?")
# `N(x; μ, Σ)` of LaTeX, whose text has no `;`
_NORMAL_IN_LATEX = re.compile(r"(\\mathcal\s*(?:\{\s*N\s*\}|N)\s*(?:\\left|\\[bB]igl?)?\s*\([^();]*);")
_NORMAL = re.compile(r"(?:(?<!\w)log\(\s*)?(?<!\w)N\s*\(")
SIGMOID, GAMMA = ("σ", "sigmoid"), ("Γ", "gamma")
_NORMAL_FUNCTION = re.compile(r"(?<![\w'ᵀ])Φ\s*(?=\()(?!\([^()]*\)\s*['ᵀ])")


def with_function(
    statements: Sequence[str], letter: str, function: str, variables: Sequence[str], names: Names
) -> list[str] | None:
    """The statements with the function for its letter, where that stands before brackets alone, and is nobody's; else None."""
    if letter not in " ".join(statements):
        return None
    called = re.compile(rf"(?<!\w){letter}(?=\s*\()")
    if not any(called.search(s) for s in statements) or names.knows(letter) or letter in variables:
        return None
    if any(letter in called.sub("", s) for s in statements):  # which is a quantity
        return None
    is_factor = letter.isupper() and any(re.search(rf"['ᵀ]\s*{letter}\s*\(", s) for s in statements)
    return None if is_factor else [called.sub(function, s) for s in statements]  # `y' Γ(x - a)`


def is_of_numbers(statements: Sequence[str], function: str, names: Names) -> bool:
    """Is a function called with one number wherever it stands?  An array of its letter is multiplied by another: `Γ(x - y)`."""
    for statement in statements:
        tree, problems = parse_statement(statement)
        if problems or tree is None:
            return False
        for node in walk(tree):
            if not (isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.text == function):
                continue
            if len(node.arguments) != 1:
                return False
            argument = statement[node.arguments[0].start : node.arguments[0].end]
            lowered = lower_statement(Piece(0, argument), names.child(), names.layout)
            value = lowered.sides[0].value if lowered.sides else None
            if value is None or value.rank or value.flexible:
                return False
    return True


def with_normal_densities(statements: Sequence[str], names: Names) -> list[str] | None:
    """The statements with the density for each `N(x | μ, Σ)` and its logarithm for `log(N(x | μ, Σ))`, where `N` is nobody's; else None.

    With `Σ` a matrix where a capital stands in it, and else a variance.  Source: C. M. Bishop, Pattern Recognition and Machine Learning,
    (1.46) and (2.43).
    """
    if names.knows("N"):
        return None
    # letters that weigh a mixture are no number
    pi = "acos(-1)" if any("π_" in s for s in statements) else "π"
    made = [_with_normal_densities(s, pi) for s in statements]
    return made if made != list(statements) else None


def _with_normal_densities(text: str, pi: str) -> str:
    at = 0
    while (found := _NORMAL.search(text, at)) is not None:
        at = found.end()
        end = closing(text, at - 1)
        parts = _arguments(text[at:end])
        if len(parts) != 3:
            continue
        of, mean, scale = (p if _ONE.fullmatch(p) else f"({p})" for p in parts)
        apart = f"({of} - {mean})" if mean != "0" else of
        if any(c.isupper() for c in scale):
            exponent, size = f"-1/2 {apart}' inv({scale}) {apart}", f"det(2 {pi} {scale})"
        else:
            exponent, size = f"-{apart}^2/(2 {scale})", f"2 {pi} {scale}"
        behind = end + 1
        if found[0].startswith("log"):
            behind = closing(text, found.start() + 3) + 1
            if text[end + 1 : behind - 1].strip():  # of more than the density
                continue
            written = f"({exponent} - 1/2 log({size}))"
        else:
            written = f"(exp({exponent})/sqrt({size}))"
        text = text[: found.start()] + written + text[behind:]
    return text


def _arguments(inner: str) -> list[str]:
    """`x`, `μ` and `Σ` of `x | μ, Σ`."""
    signs = [k for k in outside(inner) if inner[k] in "|,"]
    ends = [-1, *signs, len(inner)]
    return [inner[a + 1 : b].strip() for a, b in zip(ends, ends[1:], strict=False)]


def with_bars_in_densities(latex: str) -> str:
    return _NORMAL_IN_LATEX.sub(r"\1|", latex)


def has_one_index(statements: Sequence[str], spellings: Sequence[str]) -> bool:
    """Does a letter stand with one index, and never with two, as Kronecker's δ does?"""
    trees = [parse_statement(s)[0] for s in statements if any(name in s for name in spellings)]
    counts = {
        len(node.subscript.entries)
        for tree in trees
        if tree is not None
        for node in walk(tree)
        if isinstance(node, Indexed) and isinstance(node.base, Name) and node.base.text in spellings
    }
    return counts == {1}


def with_normal_functions(statements: Sequence[str], variables: Sequence[str], names: Names) -> list[str] | None:
    """The statements with the distribution function of the normal distribution for each `Φ(…)`, where `Φ` is nobody's and nothing else; else None."""
    if names.knows("Φ") or "Φ" in variables or not any(_NORMAL_FUNCTION.search(s) for s in statements):
        return None
    if any("Φ" in _NORMAL_FUNCTION.sub("", s) for s in statements):
        return None
    made = []
    for text in statements:
        while (found := _NORMAL_FUNCTION.search(text)) is not None:
            end = closing(text, found.end())
            inner = text[found.end() + 1 : end]
            text = f"{text[: found.start()]}(1/2 (1 + erf(({inner})/sqrt(2)))){text[end + 1 :]}"
        made.append(text)
    return made
