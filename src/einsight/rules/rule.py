"""What a rule is: an identity with a name, and a function that applies it at one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..terms.term import Term

PHASES = ("expand", "differentiate", "contract", "simplify", "raise")


@dataclass(frozen=True)
class Rule:
    """`statement` reads like the identity; `apply` gives the rewritten term, or None for "not me".

    heads     names of the heads it can fire on
    examples  `(declarations, before, after)`: before must be rewritten to after; an `after` of None says
              that the rule must not fire
    source    the plugin that registered it
    """

    id: str
    statement: str
    doc: str
    phase: str
    heads: tuple[str, ...]
    apply: Callable[[Term], Term | None]
    examples: tuple[tuple[str, str, str | None], ...] = ()
    source: str = "einsight"


@dataclass(frozen=True)
class Function:
    """An elementwise function: its derivative in `z` (and `w`) as text of the language, one for each argument.

    `value` computes it on floats; `numpy` names it in generated code, `latex` in formulas.
    """

    name: str
    derivative: tuple[str, ...]
    value: Callable[..., float]
    numpy: str = ""
    latex: str = ""
    doc: str = ""
    source: str = "einsight"

    @property
    def arity(self) -> int:
        return len(self.derivative)
