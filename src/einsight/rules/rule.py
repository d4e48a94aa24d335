"""What a rule is: an identity with a name, and a function that applies it at one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..terms.term import Term

# the property of a special tensor whose sign changes with every swap of two indices
ANTISYMMETRIC = "totally-antisymmetric"
ID = re.compile(r"[\w-]+(\.[\w-]+)+")
PHASES = ("expand", "differentiate", "contract", "simplify", "raise")


@dataclass(frozen=True)
class Rule:
    """`statement` reads like the identity; `apply` gives the rewritten term, or None for "not me".

    heads     names of the heads it can fire on
    examples  `(declarations, before, after)`: before must be rewritten to after; an `after` of None says
              that the rule must not fire
    source    the plugin that registered it
    prepare   reads the statement, which a pattern does when it is first tried
    calls     names before brackets in a pattern's left side: where they are functions, it fires on no term without them
    inside    names of heads without any of which inside it fires on no term
    """

    id: str
    statement: str
    doc: str
    phase: str
    heads: tuple[str, ...]
    apply: Callable[[Term], Term | None]
    examples: tuple[tuple[str, str, str | None], ...] = ()
    source: str = "einsight"
    prepare: Callable[[], object] | None = None
    calls: frozenset[str] = frozenset()
    inside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Function:
    """An elementwise function: its derivative in `z` (and `w`) as text of the language, one for each argument.

    An empty one follows from the definition; where there is no definition, the function cannot be differentiated in it.
    `value` computes it on floats; `latex` names it in formulas, `numpy`, `jax` and `torch` are its spellings in generated
    code, with a place `{0}` (and `{1}`) for what it is applied to.
    """

    name: str
    derivative: tuple[str, ...]
    value: Callable[..., float]
    numpy: str = ""
    latex: str = ""
    doc: str = ""
    source: str = "einsight"
    definition: tuple[str, str] | None = None  # its argument's name and its body, where an expression defines it
    jax: str = ""
    torch: str = ""

    @property
    def arity(self) -> int:
        return len(self.derivative)


@dataclass(frozen=True)
class SpecialTensor:
    """A tensor that is known without a declaration, such as `ε_ijk`, as long as nobody declares the name.

    `shape` is its sizes; `value` gives an entry by its components, counted from 1.  Of one that is antisymmetric in all of its
    indices rules find every order of them.
    """

    name: str
    shape: tuple[int, ...]
    value: Callable[..., int | Fraction]
    aliases: tuple[str, ...] = ()
    doc: str = ""
    source: str = "einsight"
    antisymmetric: bool = False


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


@dataclass(frozen=True)
class ArrayFunction:
    """A function of arrays that a formula in components defines: `cross(a, b)_i = ε_ijk a_j b_k`.

    `parameters` are its arguments' names with their numbers of axes.
    """

    name: str
    parameters: tuple[tuple[str, int], ...]
    indices: tuple[str, ...]  # of the result
    body: str
    statement: str
    size: int | None = None  # of every axis, where that matters
    doc: str = ""
    source: str = "einsight"


@dataclass(frozen=True)
class Target:
    """A generator of code, or of any other text: `write` is given a derived result, with all that `derive` gives."""

    name: str
    write: Callable[[Any], str]
    doc: str = ""
    source: str = "einsight"


@dataclass(frozen=True)
class Statement:
    """A statement of a document as lints see it.

    kind    `declaration`, `definition`, `claim` or `query`
    sides   the texts between its `=`, with where they begin and end in `text`
    names   of the tensors and functions that it uses, as they are declared
    """

    text: str
    kind: str
    sides: tuple[tuple[str, int, int], ...]
    names: frozenset[str]


@dataclass(frozen=True)
class Finding:
    """What a lint has to say about a statement, of the text from `start` to `end`, or of all of it.

    `severity` is `warning`, `information` or `hint`; `fix` is the text that should stand there instead, if there is one.
    """

    message: str
    start: int = 0
    end: int | None = None
    severity: str = "warning"
    fix: str | None = None


@dataclass(frozen=True)
class Lint:
    """Something to look for in the statements of a document: `check` is given one, and yields findings."""

    id: str
    check: Callable[[Statement], Iterable[Finding]]
    doc: str = ""
    source: str = "einsight"
