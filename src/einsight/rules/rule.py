"""What a rule is: an identity with a name, and a function that applies it at one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..terms.term import HEADS, Term

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


def by_heads(rules: Iterable[Rule]) -> dict[type[Term], list[Rule]]:
    """The rules by the heads that they can fire on, in the order in which they are given."""
    found: dict[type[Term], list[Rule]] = {}
    for rule in rules:
        for head in rule.heads:
            found.setdefault(HEADS[head], []).append(rule)
    return found


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
    definition: tuple[str, str] | None = None  # its argument's name and its body, where an expression defines it

    @property
    def arity(self) -> int:
        return len(self.derivative)


@dataclass(frozen=True)
class SpecialTensor:
    """A tensor that is known without a declaration, such as `ε_ijk`, as long as nobody declares the name.

    `shape` is its sizes; `value` gives an entry by its components, counted from 1.
    """

    name: str
    shape: tuple[int, ...]
    value: Callable[..., int]
    aliases: tuple[str, ...] = ()
    doc: str = ""
    source: str = "einsight"


@dataclass(frozen=True)
class Property:
    """A word behind the declaration of a square matrix, for rules that hold `where A` is such a one.

    `statement` says it as an equation in `A`, as in `A A = A`; `sample` makes an example of a size, as rows of exact numbers
    out of a source of such, for the numeric checks.
    """

    name: str
    statement: str
    sample: Callable[[int, Callable[[], Fraction]], Sequence[Sequence[Fraction]]]
    doc: str = ""
    source: str = "einsight"
