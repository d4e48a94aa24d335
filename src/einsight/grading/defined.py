"""What a text answers, in the language: what its names stand for put in, or told beside it where entries say it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..asking.brackets import closing
from ..asking.pieces import Unwritten
from ..asking.spellings import CODE, LANGUAGE, LATEX, spelling_of
from ..asking.undeclared import with_matrix_exponentials
from ..asking.ways import statements_in
from ..lowering.mentioned import walk
from ..lowering.names import Names, canonical_name
from ..lowering.report import fail
from ..syntax.parse import parse_statement
from ..syntax.tree import Indexed, Name, Relation
from .answers import ENTRY, LONGEST, VALUE, Said, bare_name, lone_name, mentions
from .entries import by_entries, entry_of_all

# people write the sigmoid so, unless the letter is a quantity in one of the texts
_SIGMA = re.compile(r"(?<!\w)σ(?=\s*[(\[])")
_SIGMA_AS_FUNCTION = re.compile(
    r"(?:σ|\\sigma(?![A-Za-z]))(?:\s*\^?\{?(?:['′]|\\prime)+\}?)?\s*(?:\\left|\\[bB]igg?l?)?\s*[(\[]"
)
# it is mentioned: `where $σ$ is …`, `σ denotes …`
_SIGMA_MENTIONED = re.compile(
    r"(?:\$|\\\()\s*(?:σ|\\sigma)\s*(?:\$|\\\))|(?:σ|\\sigma(?![A-Za-z]))\s+(?:is|denotes|means|stands)\b", re.I
)
_SIGMA_AT_ALL = re.compile(r"σ|\\sigma(?![A-Za-z])")
_SIGMOID = re.compile(r"sigmoid|logistic|expit", re.I)
# the fact of names that `σ` is a quantity
QUANTITY = ("quantity", "σ")
_SLOPE = re.compile(r"(?<!\w)σ\s*(?:'|ʹ|′)\s*(?=\()")
# a number is not transposed: `11ᵀ` is a vector of ones times its transpose
_ONES = re.compile(r"(?<![\w.])11(?=\s*(?:'|ᵀ|\^\{?\s*[T⊤]))")
_BELOW = re.compile(r"_\{?([a-z](?:[, ]*[a-z])*)\}?")


@dataclass(frozen=True)
class Text:
    """
    text      in the language
    order     the indices of what stands on its left, in their order
    ranks     what code takes names for
    defined   arrays that are defined by their entries, as statements of the language in the order of their use
    of_matrices  the text with powers of `e` as exponentials of matrices, where it may have some
    """

    text: str
    order: tuple[str, ...] = ()
    ranks: Mapping[str, int] | None = None
    spelling: str = ""
    defined: tuple[str, ...] = ()
    of_matrices: str | None = None


def written(answer: Said, names: Names, known: set[str], spelling: str) -> Text:
    """An answer in the language, what it defines put in.  Raises EinsightError where it is not read."""
    try:
        return _written(answer, names, known, spelling)
    except Unwritten as unwritten:
        raise fail("EIN001", unwritten.reason) from None


def _written(answer: Said, names: Names, known: set[str], spelling: str) -> Text:
    ranks: dict[str, int] = {}
    kind = spelling or spelling_of(answer.formula)
    entry_of_it = entry_of_all(answer.formula) if kind != CODE else None
    whole_formula, index = entry_of_it or (answer.formula, "")
    *own, formula = statements_in(whole_formula, kind, names, ranks)
    defined: dict[str, str] = {}
    entries, values = {}, {}
    said_of: dict[str, str] = {}
    for sides in answer.others:
        entry, value = ENTRY.fullmatch(sides[0]), VALUE.fullmatch(sides[0])
        if entry is not None and not _is_marked(sides[0], answer):
            name = canonical_name(_name_of(entry[1]))
            entries[name] = re.sub(r"[,\s]", "", entry[2] or entry[3])
        elif value is not None:
            name = canonical_name(_name_of(value[1]))
            values[name] = re.sub(r"\s", "", value[2])
        elif lone_name(sides[0]) or sides[0].strip().isidentifier():
            name = canonical_name(_name_of(sides[0]))
        else:
            continue
        said_of[name] = sides[1]
    # what the reference calls by a name keeps its meaning
    said_of = {n: right for n, right in said_of.items() if n and n not in known and not names.knows(n)}
    waiting = [formula]
    while waiting:
        text = waiting.pop()
        for name in [n for n in said_of if n not in defined and mentions(text, n)]:
            own_spelling = spelling or spelling_of(said_of[name])
            if kind == CODE and own_spelling == LANGUAGE:  # beside code it is code
                own_spelling = CODE
            *_, right = _read(said_of[name], own_spelling, kind, names, ranks)
            defined[name] = _in_sigmoids(right, names)
            waiting.append(right)
    for statement in own:
        left, _, right = statement.partition("=")
        if lone_name(left):
            defined[canonical_name(left.strip())] = right.strip()
        else:
            raise Unwritten("it defines a name by its components, beside the formula")
    for name in values.keys() & defined.keys():  # `k(x, y)` is `k`
        defined = {n: _without_arguments(t, name, values[name]) for n, t in defined.items()}
        formula = _without_arguments(formula, name, values[name])
    by_entry = {n: defined.pop(n) for n in list(defined) if n in entries}
    whole = tuple(_as_array(n, entries[n], _put_in(t, defined, names)) for n, t in by_entry.items())
    formula = _put_in(_in_sigmoids(formula, names), defined, names)
    if answer.entries and kind != CODE:
        formula = by_entries(formula)
    order = (index,) if index else order_of(answer.sides[0]) if len(answer.sides) > 1 else ()
    formula = _ONES.sub("1 1", formula)
    of_matrices = with_matrix_exponentials(formula, answer.formula) if kind != CODE else None
    return Text(formula, order, ranks, kind, whole[::-1], of_matrices)


def _read(text: str, own: str, beside: str, names: Names, ranks: dict[str, int]) -> list[str]:
    """The statements of what a name stands for, in which each letter is a name where it is so in the formula beside it."""
    if own == LANGUAGE and beside == LATEX:
        try:
            return statements_in(text, LATEX, names, ranks)
        except Unwritten:
            pass
    return statements_in(text, own, names, ranks)


def _in_sigmoids(text: str, names: Names) -> str:
    """`σ(z)` as the sigmoid and `σ'(z)` as its derivative, unless the letter is known or a quantity."""
    if names.knows("σ"):
        return text
    if names.fact(QUANTITY):
        return _SIGMA.sub("(σ) ", text)
    while (found := _SLOPE.search(text)) is not None:
        end = closing(text, found.end()) + 1
        of = f"sigmoid{text[found.end() : end]}"
        text = f"{text[: found.start()]}({of} ⊙ (1 - {of})){text[end:]}"
    return _SIGMA.sub("sigmoid", text)


def _is_marked(left: str, answer: Said) -> bool:
    """Is what stands below a letter a mark of the name, `h_t`, as it is wherever the name stands?"""
    entry = ENTRY.fullmatch(left)
    assert entry is not None
    where = re.compile(
        rf"(?<![A-Za-z\\]){re.escape(bare_name(entry[1]))}(?![A-Za-z])\s*\}}?\s*(?:_\s*(\w|\{{[^{{}}]*\}}))?"
    )
    texts = [answer.formula, *(side for sides in answer.others for side in sides[1:])]
    below = {(m[1] or "").strip("{} ") for t in texts for m in where.finditer(t)}
    return below == {(entry[2] or entry[3]).strip()}


def _without_arguments(text: str, name: str, arguments: str) -> str:
    between = r"\s*,\s*".join(map(re.escape, arguments.split(",")))
    return re.sub(rf"(?<!\w){re.escape(name)}\s*\(\s*{between}\s*\)", name, text)


def _as_array(name: str, indices: str, right: str) -> str:
    """`d_i = …` as a definition; `D_ii = …` says what a diagonal matrix has there."""
    if len(indices) == 2 and indices[0] == indices[1]:
        other = next(c for c in "jklmn" if c != indices[0] and c not in right)
        return f"{name}_{{{indices[0]},{other}}} := [{indices[0]} = {other}] ({right})"
    return f"{name}_{{{','.join(indices)}}} := {right}"


def with_sigmoid(question: str) -> str:
    """A question with `σ(…)` as the sigmoid that it is then."""
    name = "sigmoid" if spelling_of(question) != LATEX else r"\\operatorname{sigmoid}"
    return re.sub(r"(?:(?<!\w)σ|\\sigma(?![A-Za-z]))(?=\s*(?:\\left|\\[bB]igg?l?)?\s*[(\[])", name, question)


def is_quantity(texts: Iterable[str]) -> bool:
    """Is `σ` a quantity in some texts, so that a bracket behind it is a factor?"""
    whole = "\n".join(texts)
    if _SIGMOID.search(whole):
        return False
    return _SIGMA_AT_ALL.search(_SIGMA_AS_FUNCTION.sub(" ", _SIGMA_MENTIONED.sub(" ", whole))) is not None


def _name_of(side: str) -> str:
    try:
        return statements_in(side, spelling_of(side), _NOTHING, {})[-1]
    except Unwritten:
        return bare_name(side)


class _Nothing(Names):
    def __init__(self) -> None:
        super().__init__(lambda name: 0)


_NOTHING = _Nothing()


def _put_in(text: str, defined: Mapping[str, str], names: Names) -> str:
    """What names stand for in the place of the names.  Raises Unwritten where that does not end."""
    if not defined:
        return text
    for _ in range(len(defined) + 1):
        tree, problems = parse_statement(text)
        if problems or not isinstance(tree, Relation):
            return text
        changes = []
        done = -1
        for node in walk(tree):
            if node.start < done:
                continue
            marked = canonical_name(node.marked) if isinstance(node, Indexed) else ""
            if marked in defined:
                changes.append((node.start, node.end, f"({defined[marked]})"))
                done = node.end
            elif isinstance(node, Name):
                whole = canonical_name(node.text)
                if whole in defined:
                    changes.append((node.start, node.end, f"({defined[whole]})"))
                elif len(whole) <= 4 and not names.is_function(whole) and any(c in defined for c in whole):
                    apart = " ".join(f"({defined[c]})" if c in defined else c for c in node.text)
                    changes.append((node.start, node.end, apart))
        if not changes:
            return text
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        if len(text) > LONGEST:
            raise Unwritten("its definitions are too long, once they are put in")
    raise Unwritten("its definitions lead back to themselves")


def order_of(left: str) -> tuple[str, ...]:
    """The indices of a left side, `F_ij` or `\\frac{\\partial y_i}{\\partial x_j}`, in their order."""
    found = [c for m in _BELOW.finditer(left) for c in re.sub(r"[, ]", "", m[1])]
    return tuple(dict.fromkeys(found))
