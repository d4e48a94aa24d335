"""The statements of a document at their places in it.

Spans inside a cell count from its start; they become places of the document when they are asked for (`Cell.move`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ..deriving.answering import OUT_OF_MEMORY
from ..documents.regions import Region
from ..judging.claims import Claim, Judged
from ..lowering.lowered import Lowered
from ..lowering.names import Fact
from ..lowering.report import NAMES, Diagnostic, Span, is_fault
from ..syntax.statements import Block, Directive, Piece
from ..terms.term import Derivative, has_head


def has_derivative(lowered: Lowered) -> bool:
    return any(s.value is not None and has_head(s.value.term, Derivative) for s in lowered.sides)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{n}`" for n in sorted(names))


def _is_lack(found: Diagnostic) -> bool:
    """Is it we who do not understand: a word, a name, the indices of a formula in notes?

    So it is where a shape is at odds with no declaration: authors write `1` for ones, `x · y` for `xᵀ y`, `|x|` for a norm.
    """
    if found.severity != "error" or is_fault(found):
        return False
    says_no_size = found.code == "EIN404" and found.message.startswith("nothing says")
    return found.code < "EIN300" or (found.code < "EIN400" and not found.related) or says_no_size


def too_large(text: str, spent: BaseException) -> Lowered:
    """A statement that takes more time or memory to be read than there is."""
    lowered = Lowered("broken", text, "")
    why = OUT_OF_MEMORY if isinstance(spent, MemoryError) else spent
    message = f"this statement is not read: {why}; define its inner parts under names"
    lowered.diagnostics.append(Diagnostic("EIN504", NAMES["EIN504"][1], (0, max(1, len(text))), message))
    return lowered


# which text of a document, and which part of it that is read by itself
World = tuple[int, int]


@dataclass(frozen=True)
class Analysis:
    """What one statement says, by itself: good wherever the facts it `asked` have these answers."""

    lowered: Lowered
    told: dict[Fact, Any]
    asked: dict[Fact, Any]
    used: frozenset[str]
    silent: frozenset[str]


@dataclass(eq=False, slots=True)
class Cell:
    """A statement or directive of a document, at its place in it.  One that is gone has the `order` -1."""

    item: Piece | Directive
    place: Place
    order: int = 0
    analysis: Analysis | None = None
    judged: Judged | None = None
    judging_asked: dict[Fact, Any] = field(default_factory=dict)
    notes: dict[Any, tuple[dict[Fact, Any], Any]] = field(default_factory=dict)

    @property
    def start(self) -> int:
        """Where it begins in the document; a translated one is all of its formula."""
        return self.move((0, 0))[0]

    @property
    def end(self) -> int:
        return self.move((0, len(self.item.text)))[1]

    def move(self, span: Span) -> Span:
        """A span of this statement, in the document."""
        region, start = self.place.region, self.place.start + self.item.start
        inside = (span[0] + start, span[1] + start)
        return inside if region is None else region.map_span(inside)

    @property
    def lowered(self) -> Lowered:
        assert self.analysis is not None
        return self.analysis.lowered

    @property
    def awaits_verdict(self) -> bool:
        return self.judged is None and self.analysis is not None and self.lowered.kind == "claim"

    @property
    def diagnostics(self) -> Iterable[Diagnostic]:
        if self.judged is not None:
            return self.judged.diagnostics
        return self.analysis.lowered.diagnostics if self.analysis is not None else ()

    @property
    def rests_on(self) -> frozenset[str]:
        """Names of notes whose shapes were assumed."""
        return self.place.region.rests_on if self.place.region is not None else frozenset()

    @property
    def doubt(self) -> str:
        """Why a claim of notes that fails is not called wrong; empty where nothing speaks for it."""
        if self.rests_on and not self._has_slip:
            return f"nobody says what shape {_listed(self.rests_on)} has, and this is with the likeliest one"
        region = self.place.region
        if region is None or not region.translated or self.analysis is None:
            return ""
        assumed = next((d.message for d in self.lowered.diagnostics if d.code == "EIN106"), "")
        if assumed:
            return assumed
        assumptions = [c.assumption or "" for c in self.judged.claims] if self.judged is not None else []
        if region.doubt:
            return region.doubt
        if self.judged is not None and any(c.derived == "0" and c.verdict != "right" for c in self.judged.claims):
            return "the page may say elsewhere on what it depends"
        if (
            region.bound
            and self.judged is not None
            and any(c.verdict in ("wrong", "right_if") for c in self.judged.claims)
        ):
            return region.bound
        if region.symmetric and any("symmetric" in a for a in assumptions):
            return "the page speaks of symmetric matrices, and it is right for them"
        if has_derivative(self.lowered):
            return ""
        free = any(
            t.definition is None for s in self.lowered.sides if s.value is not None for t in s.value.term.depends
        )
        # `X'X w = X'y` holds for some w, `Q'Q = I` for some Q
        return (
            "it may be a condition on what is in it rather than a claim"
            if free and len(self.lowered.sides) == 2
            else ""
        )

    @property
    def _has_slip(self) -> bool:
        """Does one small change make right all that fails?  Then the shapes are what was meant: nothing agrees by accident."""
        failing = [c for c in self.judged.claims if c.verdict != "right"] if self.judged is not None else []
        return bool(failing) and all(c.is_slip for c in failing)

    def is_silent(self, found: Diagnostic) -> bool:
        """Do comments of the page say that a finding, at its place in the document, is not to be reported?"""
        return self.place.region is not None and self.place.region.is_silent(found.code, found.span)

    @property
    def unread(self) -> bool:
        """A formula of notes that is not understood: counted, never reported."""
        return bool(self.lack)

    @property
    def is_settled(self) -> bool:
        """Is its verdict known by numbers alone, so that nothing is derived of it?"""
        return self.place.region is not None and bool(self.place.region.settled)

    @property
    def lack(self) -> str:
        """Why a formula of notes is not understood; empty where it is."""
        region = self.place.region
        if region is None or not region.translated:
            return ""
        if region.rests_on and self.judged is not None and not has_derivative(self.lowered):
            gives = any(c.verdict != "right" for c in self.judged.claims)
            return f"it may give {_listed(self.rests_on)} a value rather than claim something" if gives else ""
        codes = ("EIN3", "EIN404") if region.inferred else ()
        lacks = (d for d in self.diagnostics if _is_lack(d) or (d.severity == "error" and d.code.startswith(codes)))
        return next((d.message for d in lacks), "")


@dataclass(eq=False, slots=True)
class Place:
    """A block of lines where it now stands: in the document, or in a region of it."""

    start: int
    length: int
    items: tuple[Piece | Directive, ...]
    region: Region | None = None
    cells: list[Cell] = field(default_factory=list)

    @property
    def content(self) -> tuple[object, ...]:
        """All that an analysis and a verdict rest on; where it stands is none of it."""
        return self.items, self.length, self.is_translated, self.world, self.said

    @property
    def is_translated(self) -> bool:
        """Is it a formula in another language, whose places all map to the whole of it?"""
        return self.region is not None and self.region.translated

    @property
    def is_verbatim(self) -> bool:
        """Does it stand in the document just as it is read, so that an edit of it is one of the document?"""
        return self.region is None or self.region.is_verbatim

    @property
    def given(self) -> tuple[tuple[str, str], ...]:
        """What words say of names, by which the claims here are judged."""
        return self.region.given if self.region is not None else ()

    @property
    def said(self) -> tuple[object, ...]:
        """What the page around it says that a verdict depends on."""
        return self.given, self.sums, (self.region.settled, self.region.fault) if self.region is not None else ()

    @property
    def sums(self) -> bool:
        """Does the page write out what is summed?"""
        return self.region is not None and self.region.sums

    @property
    def world(self) -> World:
        """Where what it declares counts: the text of a document it stands in, and what of that is read by itself."""
        return (self.region.page, self.region.apart) if self.region is not None else (0, 0)


def placed(block: Block, region: Region | None = None) -> Place:
    return Place(block.start, block.end - block.start, block.items, region)


def unsure(claim: Claim) -> Claim:
    """What fails, where there is doubt whether it is claimed, is undecided."""
    return claim if claim.verdict == "right" else replace(claim, verdict="undecided")


def raised(message: str) -> str:
    """A message about LaTeX, where a prime belongs to a name: with `Aᵀ` for a transpose."""
    return re.sub(r"`[^`]*`", lambda quoted: of_notes(quoted[0]), message)


def of_notes(formula: str) -> str:
    """A formula about LaTeX, with `Aᵀ` for a transpose."""
    return re.sub(r"'(?!\()", "ᵀ", formula)


def told(cell: Cell, found: Diagnostic) -> Diagnostic:
    """A finding about a statement of notes as it is told: in words of the page, and mildly where there is doubt."""
    region = cell.place.region
    if region is None:
        return found
    message = region.in_words(raised(found.message) if region.translated else found.message)
    found = replace(found, message=message, fixes=found.fixes if region.is_verbatim else ())
    return _softened(found, cell.doubt) if cell.doubt and not is_fault(found) else found


def _softened(found: Diagnostic, doubt: str) -> Diagnostic:
    """The same of what was found out about it."""
    if found.severity not in ("error", "warning"):
        return found
    message = f"undecided, since {doubt}: {found.message}"
    return replace(found, code="EIN403", severity=NAMES["EIN403"][1], message=message, fixes=())
