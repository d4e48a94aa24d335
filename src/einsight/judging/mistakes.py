"""What went wrong in a wrong claim, in words, where one small change of its right side makes it right."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..lowering.values import Value
from ..rules.algebra import split_coefficient
from ..syntax.parse import parse_statement
from ..syntax.tree import Addition, Chain, Name, Node, Relation, Subscript, Transpose
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Sum, Term

FACTORS = [Fraction(v) for v in (-1, 2, Fraction(1, 2), -2, Fraction(-1, 2), 3, Fraction(1, 3), 4, Fraction(1, 4))]
LONGEST = 160


@dataclass(frozen=True)
class Mistake:
    """`words` go into the message; `text` is the right side with the change, where it was made in the text; `is_slip` says that it is of a
    number or a sign: a term more or less may be what a page means by a name."""

    words: str
    text: str | None = None
    is_slip: bool = False


def find_mistake(
    left: Term,
    right: Term,
    axes: Sequence[Index],
    right_text: str,
    equal: Callable[[Term], bool],
    reread: Callable[[str], Value | None],
    fits: Callable[[Value], bool | None],
    write: Callable[[Term], str | None],
) -> Mistake | None:
    """The smallest change that mends the right side, or None.

    left, right  reduced terms
    equal        is the left side equal to this term?
    reread       a changed text as a value, None where it does not conform
    fits         is the left side equal to this value?
    write        a term as text
    """
    found = _factor(right, equal) or _delta(right, axes, equal) or _terms(left, right, equal, write)
    if found is not None or len(right_text) > LONGEST:
        return found
    for words, text in _changed_texts(right_text):
        value = reread(text)
        if value is not None and fits(value):
            return Mistake(words, text)
    return None


def _factor(right: Term, equal: Callable[[Term], bool]) -> Mistake | None:
    for number in FACTORS:
        if equal(build.product([build.number(number), right])):
            if number == -1:
                return Mistake("the sign is wrong", is_slip=True)
            extra, size = ("the sign is wrong and " if number < 0 else ""), abs(number)
            if size > 1:
                return Mistake(f"{extra}a factor {size} is missing", is_slip=True)
            return Mistake(f"{extra}a factor {1 / size} is too much", is_slip=True)
    return None


def _delta(right: Term, axes: Sequence[Index], equal: Callable[[Term], bool]) -> Mistake | None:
    """A delta that was dropped, between two of the free indices."""
    for a, b in itertools.combinations(axes, 2):
        if a.dim is b.dim and equal(build.product([right, build.delta(a, b)])):
            return Mistake(
                f"a delta is missing: it is not 0 only where {a.name} = {b.name}"
                if a.kind == Index.NAMED
                else "it is a diagonal matrix: a `diag(…)` is missing"
            )
    return None


def _terms(
    left: Term, right: Term, equal: Callable[[Term], bool], write: Callable[[Term], str | None]
) -> Mistake | None:
    """A summand that is missing, too much, or has the wrong sign or factor."""
    ours, theirs = _summands(left), _summands(right)
    if len(ours) < 2 and len(theirs) < 2:
        return None
    missing = {t: n for t, n in ours.items() if t not in theirs}
    extra = {t: n for t, n in theirs.items() if t not in ours}
    off = {t: (n, theirs[t]) for t, n in ours.items() if t in theirs and theirs[t] != n}

    def text(part: Term, number: Fraction) -> str | None:
        return write(build.product([build.number(number), part]))

    if len(missing) == 1 and not extra and not off:
        ((part, number),) = missing.items()
        shown = text(part, number)
        return Mistake(f"the term `{shown}` is missing") if shown else Mistake("one term is missing")
    if len(extra) == 1 and not missing and not off:
        ((part, number),) = extra.items()
        shown = text(part, number)
        return Mistake(f"the term `{shown}` is too much") if shown else Mistake("one term is too much")
    if len(off) == 1 and not missing and not extra:
        ((part, (want, have)),) = off.items()
        shown = text(part, have)
        if shown and have == -want:
            return Mistake(f"the sign of the term `{shown}` is wrong", is_slip=True)
        if shown:
            return Mistake(f"the term `{shown}` should be `{text(part, want)}`", is_slip=True)
    # terms that are not one object may still be equal in value: try with and without each
    if isinstance(left, Sum):
        for part in left.terms:
            if equal(build.add(right, part)):
                shown = write(part)
                return Mistake(f"the term `{shown}` is missing" if shown else "one term is missing")
    if isinstance(right, Sum):
        for k, part in enumerate(right.terms):
            rest = build.add(*right.terms[:k], *right.terms[k + 1 :])
            for changed, words in (
                (build.subtract(rest, part), "the sign of the term `{}` is wrong"),
                (rest, "the term `{}` is too much"),
            ):
                if equal(changed):
                    shown = write(part)
                    return Mistake(words.format(shown) if shown else "one term is wrong", is_slip="sign" in words)
    return None


def _summands(term: Term) -> dict[Term, Fraction]:
    parts = term.terms if isinstance(term, Sum) else (term,)
    return {rest: Fraction(number) for number, rest in map(split_coefficient, parts)}


def _changed_texts(text: str) -> Iterator[tuple[str, str]]:
    """The right side with one transpose put in or taken out, or with two neighbours exchanged."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation) or tree.bindings:
        return
    nodes = list(_nodes(tree.sides[0]))
    for node in nodes:
        whole = text[node.start : node.end]
        if isinstance(node, Transpose) and isinstance(node.argument, Name):
            name = text[node.argument.start : node.argument.end]
            yield f"`{name}` should not be transposed", text[: node.start] + name + text[node.end :]
        elif isinstance(node, Name):
            follows = text[node.end : node.end + 1]
            if follows not in ("'", "^", "_", "(", "[", "ᵀ"):
                yield f"`{whole}` should be transposed", f"{text[: node.end]}'{text[node.end :]}"
    for node in nodes:
        if isinstance(node, Addition):
            for k, (sign, part) in enumerate(node.items):
                before = text[node.items[k - 1][1].end if k else node.start : part.start]
                turned = {1: "- ", -1: "+ " if k else ""}[sign]
                start = part.start - len(before)
                yield (
                    f"the sign of `{text[part.start : part.end]}` is wrong",
                    text[:start] + (" " if k else "") + turned + text[part.start :],
                )
        if isinstance(node, Chain):
            for (_, a), (operator, b) in itertools.pairwise(node.items):
                if operator != "/":
                    first, second = text[a.start : a.end], text[b.start : b.end]
                    changed = text[: a.start] + second + text[a.end : b.start] + first + text[b.end :]
                    yield f"`{first}` and `{second}` stand in the wrong order", changed


def _nodes(node: object) -> Iterator[Node]:
    if isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)
    elif isinstance(node, Node) and not isinstance(node, Subscript):
        yield node
        for slot in node.__slots__:
            if slot not in ("start", "end"):
                yield from _nodes(getattr(node, slot))
