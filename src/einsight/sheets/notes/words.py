"""Shapes and properties that the words around formulas say: “an $n \\times d$ matrix $X$”, “where $A$ is symmetric”.

The formulas of a sentence become marks, `«3»` one that is names, `⟨4⟩` one that is a size such as `n × d`, `⟦5⟧` any other,
and patterns are sought in the words between.  What is said under a condition, or denied, says nothing here.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...documents.regions import Region
from ...lowering.names import GREEK, canonical_name
from ...syntax.parse import parse_statement
from ...syntax.tree import Declaration
from .bounds import said_of_entries, scales
from .properties import ALL_PROPERTIES, EVERY, MATRIX, NAME, PROPERTY, Properties, properties_in, symmetric_name

_SIZE = re.compile(r"\(?\s*(\w+)\s*×\s*(\w+)\s*\)?")
_LISTED = re.compile(r"\\?([^\W\d_]+|[^\W\d_]_\d)")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?!«)|(?<=[.!?])\s+")
_MARK = re.compile(r"[«⟨⟦](\d+)[»⟩⟧]")
# what stands around a formula in the texts that it is written in
_OPENS = r"(?:\$+|\\\(|\\\[|\{math\}`|:math:`|\$?`{1,2})[ \t]*"
_CLOSES = r"[ \t]*(?:\$+|\\\)|\\\]|`{1,2}\$?)"

# at most so many, and characters of a sentence: nobody writes more, and a list of names is tried from each of them
_NAMES = r"(«\d+»(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+or\s+)«\d+»){0,20})"
LONGEST_SENTENCE = 4_000
_STOP = (
    "not|of|is|are|be|by|with|for|to|in|on|from|whose|which|that|row|if|when|no|times|per|as|its|and|or|the|an?|every|each|"
    "columns?|rows?|entry|entries|block|unlike|but|than|while"
)
# words between an article and its noun
_ADJECTIVES = rf"((?:(?!(?:{_STOP})\b)[A-Za-z-]+,?\s+(?:and\s+)?){{0,6}})"
_IS = r"(?:is|are|be|being|denotes?|another|also|both)\s+(?:(?:both|also|all|always)\s+)?"
_A = r"(?:(?:an?|the|two|some|another|any|all)\s+)?"
_OF_SIZE = r"(?:of|with|has|have|having)\s+(?:the\s+)?(?:size|shape|dimensions?|order)\s+"
_LENGTH = r"(?:of|with|has|have|having)\s+(?:the\s+)?(?:length|size|dimension)\s+"
_VECTOR, _NUMBER = r"(?:column[\s-]+)?vectors?", r"(?:scalars?|real\s+numbers?)"
_DEPENDS = re.compile(
    r"([«⟨⟦]\d+[»⟩⟧](?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)[«⟨⟦]\d+[»⟩⟧]){0,20})\s+(?:(?:both|all|now|also)\s+)?"
    r"(?:(?:is|are|be)\s+(?:(?:an?|both)\s+)?(?:[a-z]+\s+)?functions?\s+of\b|depends?\s+on\b|var(?:y|ies)\s+with\b)",
    re.IGNORECASE,
)
_CALLED = re.compile(r"^\s*([^\W\d_]\w*)\s?\(")
_NO_SYMMETRY = re.compile(
    r"\b(?:not|non|no|nor|without|drop\w*|lift\w*|relax\w*|longer)\b[\s-]+(?:[a-z]+[\s-]+){0,4}symmetr|\b(?:a|un|non)symmetric|symmetric or not",
    re.IGNORECASE,
)
_SYMMETRY = re.compile(
    r"\bsymmetri|symétri|simétric|simmetric|covarian|positive[\s-]+(?:semi[\s-]?)?definite", re.IGNORECASE
)
_SYMMETRIC_ONES = frozenset({"symmetric", "positive-definite"})
EVERYTHING = "*"  # in place of a name: all names of the page
_CONDITIONAL = re.compile(r"\b(?:if|when|whenever|unless|only|provided|case|would|were|for)\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|neither|nor|non|without|never|no|needn't|isn't|arbitrary|general)\b", re.IGNORECASE)
# what stands between the word of a condition and what is said under it
_CLAUSE = re.compile(
    r"\b(?:if|when|whenever|assuming|suppose|assume|for(?=\s+(?:an?\s|any\s)?[a-z-]*(?:symmetric|definite|orthogonal|diagonal)))\b"
    r"(?:\s+that)?\s+([^,:]*?)\s*(?:,|:|\.$|\bthen\b|\bwe\b|(?=⟦)(?<=⟧)|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """What words say of a name: its dimensions, or None; its kind of array; its properties, or that it has none of them.

    `place` is where the name stands.
    """

    name: str
    place: tuple[int, int]
    dims: tuple[str, ...] | None = None
    kind: str = ""  # "matrix", "vector", "number", or "square" for a matrix
    properties: frozenset[str] = frozenset()
    denied: bool = False


@dataclass(frozen=True)
class _Mark:
    region: Region
    names: tuple[str, ...]
    size: tuple[str, str] | None


class Words:
    """The sentences of a part of a text with marks for its formulas; `regions` are in order, those of the part among them."""

    def __init__(self, text: str, start: int, end: int, regions: Sequence[Region]):
        first, last = (bisect_left(regions, at, key=_start) for at in (start, end + 1))
        inside = [r for r in regions[first:last] if r.end <= end]
        alone = Counter(r.start for r in inside)
        self.marks: list[_Mark] = []
        pieces: list[str] = []
        at = start
        for region in inside:
            if region.start < at:  # one more of the same formula
                continue
            is_alone = alone[region.start] == 1
            pieces += [text[at : region.start], self._mark(text, region if is_alone else None, region)]
            at = region.end
        pieces.append(text[at:end])
        whole = re.sub(rf"(?:{_OPENS})([«⟨⟦]\d+[»⟩⟧])(?:{_CLOSES})", r"\1", "".join(pieces))
        whole = re.sub(r"[*~]+|\n[ \t]*>", " ", whole)
        whole = re.sub(rf"(\b(?:an?|the|some|any)\s+)\(({PROPERTY})\)", r"\1\2", whole, flags=re.IGNORECASE)
        self.sentences = [part for s in _SENTENCE_END.split(whole) for part in _short(" ".join(s.split()))]
        self._homes = {int(m): sentence for sentence in self.sentences for m in _MARK.findall(sentence)}
        self._conditions: dict[str, Properties | None] = {}

    def _mark(self, text: str, alone: Region | None, region: Region) -> str:
        names: tuple[str, ...] = ()
        size = None
        if alone is not None:
            names, size = _names_in(text, alone), _size_of(alone.text)
        self.marks.append(_Mark(region, names, size))
        number = len(self.marks) - 1
        return f" «{number}» " if names else f" ⟨{number}⟩ " if size else f" ⟦{number}⟧ "

    def said(self) -> Iterator[Said]:
        """All that is said outright."""
        for sentence in self.sentences:
            speaks_of_names = "«" in sentence
            if speaks_of_names:
                yield from self._shapes(sentence)
            if _NO_SYMMETRY.search(sentence):
                named = [m for mark in _MARK.findall(sentence) for m in self._named(f"«{mark}»")]
                yield from (Said(n, p, properties=_SYMMETRIC_ONES, denied=True) for n, p in named)
                if not named:
                    yield Said(EVERYTHING, (0, 0), properties=_SYMMETRIC_ONES, denied=True)
            elif speaks_of_names:
                yield from self._properties(sentence)

    def bound(self) -> Iterator[tuple[str, str]]:
        """Names of which words say something that nobody can declare, with those words."""
        for sentence in self.sentences:
            said = said_of_entries(sentence)
            if said:
                names = (n for mark in _MARK.findall(sentence) for n in self.marks[int(mark)].names)
                yield from ((n, f"the page says “{said}” of `{n}`, which no declaration does") for n in names)

    def scaled(self) -> Iterator[tuple[str, str]]:
        """Names of which words say that their entries add up to 1, or that their length is 1, with which."""
        for sentence in self.sentences:
            for said in scales(sentence):
                yield from ((n, said) for mark in _MARK.findall(sentence) for n in self._alone(mark))

    def dependent(self) -> Iterator[str]:
        """Names of which words say that they change with something: “$u$ and $v$ are functions of $t$”."""
        for sentence in self.sentences:
            for found in _DEPENDS.finditer(sentence):
                for mark in (self.marks[int(m)] for m in _MARK.findall(found[1])):
                    yield from mark.names or _CALLED.findall(mark.region.text)[:1]

    def has_unattributed_symmetry(self) -> bool:
        """Does a sentence speak of symmetric matrices without saying which?"""
        return any(
            _SYMMETRY.search(sentence) and not any(self._properties(sentence)) and self._condition(sentence) is None
            for sentence in self.sentences
        )

    def supposed(self, place: int) -> Properties | None:
        """The properties that the condition of the sentence around a place gives; None where it says more than that.

        `If A is symmetric, then …` speaks of that sentence alone.
        """
        number = bisect_right(self.marks, place, key=lambda m: m.region.start) - 1
        if number < 0 or place > self.marks[number].region.end or number not in self._homes:
            return None
        sentence = self._homes[number]
        if sentence not in self._conditions:
            self._conditions[sentence] = self._condition(sentence)
        return self._conditions[sentence]

    def _condition(self, sentence: str) -> Properties | None:
        clauses = list(_CLAUSE.finditer(sentence))
        if len(clauses) != 1:
            return None
        clause = clauses[0][1].strip()
        alone = re.fullmatch(r"⟦(\d+)⟧", clause)
        if alone is not None:
            name = symmetric_name(self.marks[int(alone[1])].region.text)
            return frozenset({(name, "symmetric")}) if name else None
        for pattern, names, words in (
            (rf"(?:both\s+)?{_NAMES}\s+{_IS}(?:an?\s+)?{ALL_PROPERTIES}", 1, 2),
            (rf"{_A}{ALL_PROPERTIES}\s+(?:⟨\d+⟩\s+)?(?:{MATRIX}\s+)?{_NAMES}", 2, 1),
        ):
            found = re.fullmatch(pattern, clause, re.IGNORECASE)
            if found is not None:
                return frozenset((n, p) for n, _ in self._named(found[names]) for p in properties_in(found[words]))
        return None

    # shapes

    def _shapes(self, sentence: str) -> Iterator[Said]:
        matrix: list[tuple[str, int, int, int]] = [
            (rf"⟨(\d+)⟩[\s-]+{_ADJECTIVES}{MATRIX}\s+(?:of\s+[a-z]+\s+)?{_NAMES}", 3, 1, 2),
            (rf"{_NAMES}\s*,?\s+(?:{_IS}{_A}|for\s+{_A}|an?\s+|another\s+|the\s+){_ADJECTIVES}⟨(\d+)⟩", 1, 3, 2),
            (rf"{MATRIX}\s+{_NAMES}()\s+{_OF_SIZE}⟨(\d+)⟩", 1, 3, 2),
            (rf"{_NAMES}\s+(?:{_IS}{_A}{_ADJECTIVES}{MATRIX}\s+)?{_OF_SIZE}⟨(\d+)⟩", 1, 3, 2),
            (rf"⟨(\d+)⟩[\s-]+{_ADJECTIVES}{_VECTOR}\s+(?:of\s+[a-z]+\s+)?{_NAMES}", 3, 1, 2),
        ]
        for pattern, names, size, _ in matrix:
            for found in re.finditer(pattern, sentence, re.IGNORECASE):
                dims = self.marks[int(found[size])].size
                if dims is not None:
                    yield from self._declared(sentence, found, found[names], _without_ones(dims))
        one = r"(?:[«⟦](\d+)[»⟧]|(\d+))"
        vector: list[tuple[str, int, tuple[int, int]]] = [
            (rf"{one}\s*-\s*(?:dimensional\s+)?{_ADJECTIVES}{_VECTOR}\s+{_NAMES}", 4, (1, 2)),
            (
                rf"{_NAMES}\s+(?:{_IS}{_A}|an?\s+){_ADJECTIVES}{one}\s*-\s*(?:dimensional\s+)?{_ADJECTIVES}{_VECTOR}",
                1,
                (3, 4),
            ),
            (rf"{_VECTOR}\s+{_NAMES}\s+{_LENGTH}{one}", 1, (2, 3)),
            (rf"{_NAMES}\s+(?:{_IS}|for\s+)?an?\s+{_ADJECTIVES}{_VECTOR}\s+(?:of|with)\s+{one}\s+[a-z]+s\b", 1, (3, 4)),
            (rf"{_NAMES}\s+(?:{_IS}{_A}|an?\s+){_ADJECTIVES}{_VECTOR}\s+{_LENGTH}{one}", 1, (3, 4)),
            (rf"{_VECTOR}\s+{_NAMES}\s+(?:of|with)\s+{one}\s+(?:entries|components|elements|numbers)", 1, (2, 3)),
        ]
        for pattern, names, (mark, number) in vector:
            for found in re.finditer(pattern, sentence, re.IGNORECASE):
                dim = found[number] or self._single(found[mark])
                if dim:
                    yield from self._declared(sentence, found, found[names], (dim,))
        kinds = [
            (rf"\b{_NUMBER}\s+{_NAMES}(?!\s+of\b)", 1, "number"),
            (rf"{_NAMES}\s+(?:{_IS}{_A}|an?\s+)(?:[a-z]+\s+)?(?:{_NUMBER}|numbers?)(?!\s+of\b)", 1, "number"),
            (rf"\b(?:a|any|every|some|positive|fixed)\s+numbers?\s+{_NAMES}(?!\s+of\b)", 1, "number"),
            (rf"(?<!row\s){_VECTOR}\s+{_NAMES}", 1, "vector"),
            (rf"{_NAMES}\s+{_IS}{_A}{_ADJECTIVES}(?<!row\s){_VECTOR}", 1, "vector"),
            (rf"\bsquare\s+{_ADJECTIVES}{MATRIX}\s+{_NAMES}", 2, "square"),
            (rf"{_NAMES}\s+{_IS}{_A}{_ADJECTIVES}square\b", 1, "square"),
            (rf"\b{MATRIX}\s+{_NAMES}", 1, "matrix"),
            (rf"{_NAMES}\s+{_IS}{_A}{_ADJECTIVES}{MATRIX}", 1, "matrix"),
        ]
        for pattern, names, kind in kinds:
            for found in re.finditer(pattern, sentence, re.IGNORECASE):
                if not self._is_denied(sentence, found, shapes=True):
                    yield from (Said(n, p, kind=kind) for n, p in self._named(found[names]))

    def _declared(
        self, sentence: str, found: re.Match[str], names: str, dims: tuple[str, ...] | None
    ) -> Iterator[Said]:
        if dims is not None and not self._is_denied(sentence, found, shapes=True):
            yield from (Said(n, p, dims=dims) for n, p in self._named(names) if n not in dims)

    # properties

    def _properties(self, sentence: str) -> Iterator[Said]:
        patterns = [
            (rf"\b{ALL_PROPERTIES}\s+(?:(?!(?:{_STOP})\b)[a-z-]+\s+){{0,2}}{_NAMES}", 2, 1),
            (
                rf"{_NAMES}\s*,?\s+(?:(?:is|are|be|being|remains?|stays?)\s+)(?:(?!(?:{_STOP})\b)[a-z-]+\s+|an?\s+|the\s+|both\s+|⟨\d+⟩\s+|[a-z]+,\s+){{0,4}}{ALL_PROPERTIES}",
                1,
                2,
            ),
            (rf"{_NAMES}()\s+{_IS}{_A}(?:[a-z]+\s+){{0,4}}and\s+({PROPERTY})", 1, 3),
            (rf"\b({PROPERTY})\s+⟨\d+⟩\s+{MATRIX}\s+{_NAMES}", 2, 1),
            (rf"⟨\d+⟩\s+({PROPERTY})\s+{MATRIX}\s+{_NAMES}", 2, 1),
            (rf"«\d+»\s+{_IS}{_A}⟨\d+⟩\s+({PROPERTY})()", 0, 1),
            (rf"{_NAMES}\s+an?\s+{ALL_PROPERTIES}", 1, 2),
            (rf"\b(?:with|where|for)\s+{_NAMES}\s+{ALL_PROPERTIES}\s*(?:[.,;)]|$)", 1, 2),
            (rf"{_NAMES}\s*[,(]\s*(?:a\s+|both\s+|all\s+)?({PROPERTY})", 1, 2),
        ]
        for pattern, names, words in patterns:
            for found in re.finditer(pattern, sentence, re.IGNORECASE):
                properties = properties_in(found[words])
                for name, place in self._named(found[names]):
                    if self._is_denied(sentence, found):
                        yield Said(name, place, properties=properties, denied=True)
                    elif not self._is_conditional(sentence, found):
                        yield Said(name, place, properties=properties)
        for found in re.finditer(
            rf"\b(?:any|general|arbitrary)\s+(?:square\s+)?(?:⟨\d+⟩\s+)?(?:{MATRIX}\s+)?{_NAMES}",
            sentence,
            re.IGNORECASE,
        ):
            yield from (Said(n, p, properties=EVERY, denied=True) for n, p in self._named(found[1]))

    @staticmethod
    def _is_conditional(sentence: str, found: re.Match[str]) -> bool:
        """Is it said under a condition?"""
        before = sentence[: found.start()]
        if re.fullmatch(r"\W*(?:and\s+|we\s+)?(?:assume|suppose)\s+(?:that\s+)?", before, re.I):
            before = ""  # all of the sentence is what is assumed from here on
        words = _CONDITIONAL.findall(before) + _CONDITIONAL.findall(found[0])
        return (
            bool([w for w in words if w.lower() != "for"])
            or re.search(r"\bfor\s*(?:an?|any|every|all)?\s*$", before, re.I) is not None
        )

    @staticmethod
    def _is_denied(sentence: str, found: re.Match[str], shapes: bool = False) -> bool:
        said = found[0] + sentence[found.end() : found.end() + 1]
        near = " ".join(re.split(r"[,;:»⟩⟧]", sentence[: found.start()])[-1].split()[-3:])
        words = {w.lower() for w in _DENIED.findall(f"{near} {said}")}
        return bool(words - {"arbitrary", "general"}) if shapes else bool(words)

    # marks

    def _named(self, marks: str) -> Iterator[tuple[str, tuple[int, int]]]:
        for number in re.findall(r"«(\d+)»", marks):
            mark = self.marks[int(number)]
            yield from ((n, (mark.region.start, mark.region.end)) for n in mark.names)

    def _alone(self, number: str) -> tuple[str, ...]:
        """The names that a mark is or, of a formula, the one that it begins with, `y_k` of `y_k ∈ {0, 1}`."""
        mark = self.marks[int(number)]
        begins = re.match(rf"\s*({NAME})(?:_\w|_\{{\w+\}})?\s*$", mark.region.text.partition("∈")[0].partition("=")[0])
        return mark.names or ((canonical_name(begins[1].split("_")[0]),) if begins is not None else ())

    def _single(self, number: str | None) -> str:
        """The name of a dimension, or its number, that a mark is."""
        mark = self.marks[int(number)] if number else None
        text = "" if mark is None else mark.names[0] if len(mark.names) == 1 else mark.region.text.strip()
        return text if re.fullmatch(r"[^\W_]+", text) else ""


def _short(sentence: str) -> Iterator[str]:
    """A sentence, or between words the parts of what is longer than anybody's."""
    while len(sentence) > LONGEST_SENTENCE:
        end = sentence.rfind(" ", 0, LONGEST_SENTENCE) + 1 or LONGEST_SENTENCE
        yield sentence[:end]
        sentence = sentence[end:]
    yield sentence


def _start(region: Region) -> int:
    return region.start


def _names_in(text: str, region: Region) -> tuple[str, ...]:
    """The names that a formula lists or declares."""
    if region.problem:
        listed = [part.strip() for part in text[region.start : region.end].split(",")]
        found = [_LISTED.fullmatch(part) for part in listed]
        names = [
            GREEK.get(m[1], m[1]) for m in found if m is not None and (len(m[1]) == 1 or m[1] in GREEK or "_" in m[1])
        ]
        return tuple(names) if len(names) == len(listed) else ()
    alone = re.fullmatch(rf"\s*({NAME})\s*(?:[>≥] 0)?", region.text)
    if alone is not None:
        return (canonical_name(alone[1]),)
    tree = parse_statement(region.text)[0] if "∈" in region.text else None
    return tuple(canonical_name(t.text) for t in tree.targets) if isinstance(tree, Declaration) else ()


def _size_of(text: str) -> tuple[str, str] | None:
    found = _SIZE.fullmatch(text.strip())
    return (found[1], found[2]) if found is not None else None


def _without_ones(size: tuple[str, str]) -> tuple[str, ...] | None:
    """The dimensions of a size, `k × 1` as those of a column; None for a row."""
    if size[0] == "1":
        return None
    return size[:1] if size[1] == "1" else size
