"""Words that are no formula: `largest eigenvalue of A` is not a product of what its words might be called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from ..lowering.mentioned import walk
from ..lowering.names import ALSO_SPELLED, GREEK, Names
from ..lowering.report import Diagnostic, fail
from ..syntax.parse import parse_statement
from ..syntax.tree import Call, Chain, Name, Node

_LONG = 4  # letters of which at least one of the words is made
_ROW, _LONG_WORD = re.compile(r"[A-Za-z]{2}\s+[a-z]{2}"), re.compile(rf"[A-Za-z][a-z]{{{_LONG - 1}}}")
# `… (elementwise)` at the end, and `… base 2`
_REMARK = re.compile(r"(?:\s\(\s*(?:[^\W\d_]{1,2}\s+)?(?=[a-z-]{4,}\s*\))|(?<=\)\s)(?=base\s+\w+\s*$))([a-z-]+)")
_WORD = re.compile(r"[A-Za-z]?[a-z]+")


def require_no_prose(text: str, variables: Collection[str], names: Names) -> None:
    """Raise EinsightError (EIN001) where words stand in a row that nobody declares, with nothing between them.

    A product of such names is written with `*`.
    """
    alone = _REMARK.search(text)
    if alone is not None and _is_unknown(alone[1], variables, names):
        message = f"`{alone[1]}` is a word, and no factor: leave it out, or write `*` before it"
        raise fail("EIN001", message)
    if _ROW.search(text) is None or _LONG_WORD.search(text) is None:
        return
    tree, problems = parse_statement(text)
    if problems or tree is None:
        return
    for node in walk(tree):
        run: list[Name] = []
        for word in _words(node, variables, names):
            run = [*run, word] if word is not None else []
            if len(run) > 1 and any(len(w.text) >= _LONG for w in run):
                said = text[run[0].start : run[-1].end]
                message = f"`{said}` are words, and no formula: write one, and `*` between names that are multiplied"
                raise fail("EIN001", message)


def _is_unknown(word: str, variables: Collection[str], names: Names) -> bool:
    is_name = word in GREEK or word in ALSO_SPELLED or word in variables
    return not (is_name or names.knows(word) or names.is_function(word))


def _words(node: Node, variables: Collection[str], names: Names) -> Iterator[Name | None]:
    """The factors of a row, each that is a word as it stands; None for another, and before one with a sign."""
    for operator, part in node.items if isinstance(node, Chain) else ():
        if operator:
            yield None
        is_word = isinstance(part, Name) and _is_word(part.text, variables, names)
        yield part if is_word else None  # type: ignore[misc]


def _is_word(text: str, variables: Collection[str], names: Names) -> bool:
    return _WORD.fullmatch(text) is not None and len(text) > 1 and _is_unknown(text, variables, names)


# functions that people take of matrices
OF_MATRICES = ("log", "ln", "exp", "sqrt")


def require_no_function_of_a_matrix(tree: Node, said: Iterable[Diagnostic]) -> None:
    """Raise EinsightError (EIN002) where a trace is of a logarithm, taken entry by entry: in `tr(ρ log ρ)` it is that of the matrix."""
    traces = [
        n for n in walk(tree) if isinstance(n, Call) and isinstance(n.callee, Name) and n.callee.text in ("tr", "trace")
    ]
    for told in said:
        function = next((n.callee for n in walk(tree) if isinstance(n, Call) and n.start == told.span[0]), None)
        if not isinstance(function, Name) or function.text not in OF_MATRICES:
            continue  # nobody means `sin` of a matrix
        inside = any(n.start <= told.span[0] < n.end for n in traces)
        if told.code == "EIN305" and "of a square matrix" in told.message and inside:
            raise fail(
                "EIN002", told.message.replace(" here; it is not the", ", and no trace is taken of that: it is the", 1)
            )
