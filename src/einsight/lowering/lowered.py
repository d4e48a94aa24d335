"""What became of a statement."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..syntax.tree import Statement
from ..terms.dimension import Index
from ..terms.term import Tensor
from .marks import Marks
from .report import Diagnostic, Span
from .values import Value


@dataclass(frozen=True)
class Side:
    """One expression of a statement, with its text and its span."""

    value: Value | None
    text: str
    span: Span


@dataclass
class Lowered:
    """One statement, lowered.  `kind`: declaration, definition, claim, query, directive or broken.

    All spans count from the statement's start, so that a statement that moves is the same.
    """

    kind: str
    text: str
    layout: str
    sides: tuple[Side, ...] = ()
    tensor: Tensor | None = None
    order: tuple[Index, ...] = ()
    # a claim whose sides do not agree by the summation convention, with the indices of its left side kept free
    kinder: tuple[Side, ...] = ()
    diagnostics: list[Diagnostic] = field(default_factory=list)
    silenced: tuple[Diagnostic, ...] = ()  # which nobody is told, and on which verdicts rest all the same
    tree: Statement | None = None
    marks: Marks = field(default_factory=lambda: Marks(""))
