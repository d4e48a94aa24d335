"""What is said of a program beside the formulas in it: plain data, which a sheet holds without the readers behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..judging.claims import Claim
from ..lowering.report import Diagnostic, Span
from .module import Module


@dataclass
class Found:
    """What was found in a file; `failing` has the claims that do not stand, by their numbers, with the code that says so."""

    claims: list[Claim] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unread: list[tuple[Span, str]] = field(default_factory=list)
    failing: dict[int, tuple[str, ...]] = field(default_factory=dict)
    module: Module | None = field(default=None, repr=False)
