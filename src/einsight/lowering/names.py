"""What a name means at a place of a document."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..terms.dimension import Dim, Tensor
from ..terms.unknown import DECLARED
from .report import Span

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
# plugins add to both
PROPERTIES = [
    "symmetric", "antisymmetric", "diagonal", "orthogonal", "positive-definite", "positive", "constant", "integer",
]  # fmt: skip
SQUARE_PROPERTIES = {"symmetric", "antisymmetric", "diagonal", "orthogonal", "positive-definite"}

# functions of whole arrays, which lowering knows how to read (SPEC 1.2)
ARRAY_FUNCTIONS = frozenset(
    "tr trace det logdet inv diag vec sum mean norm softmax logsumexp jac grad hess ones I min max sqrt ln".split()
)
CONSTANTS = frozenset({"pi", "π"})
# a longer name is a word, not a product that lacks its spaces
LONGEST_SPLIT = 12


def canonical_name(text: str) -> str:
    """`theta` is `θ`."""
    base, _, rest = text.partition("_")
    base = GREEK.get(base, base)
    return f"{base}_{rest}" if rest else base


@dataclass(frozen=True, slots=True)
class Entry:
    """A name's meaning: an array or an unknown function, where it was declared, and how.

    `span` counts from the start of the declaring statement and is no part of the meaning: a declaration that
    moves says the same as before.
    """

    name: str
    tensor: Tensor | None
    span: Span | None = field(compare=False)
    kind: str  # "declared", "defined", "inferred", "function"
    function: tuple[tuple[Dim, ...], tuple[Dim, ...]] | None = None  # of arrays: dims of argument and value

    def describe(self) -> str:
        if self.kind == "function":
            source, image = self.function or ((), ())
            return f"{self.name} : {space_text(source)} → {space_text(image)}"
        return f"{self.name} ∈ {space_text(self.tensor.dims if self.tensor else ())}"


def space_text(dims: tuple[Dim, ...]) -> str:
    """`ℝ^(n×m)`, `ℝ^m`, `ℝ`."""
    extent = "×".join(str(d) for d in dims)
    return f"ℝ^{extent if len(dims) == 1 else f'({extent})'}" if dims else "ℝ"


# What a statement can ask of, or tell, those after it: `("name", "W")` is an Entry, `("size", "n")` a number,
# `("dim", "n")` that n is a dimension, `("axis", "i")` that an array nobody declared has an axis named i,
# `("layout", "")` and `("ignore", "")` what directives said.
Fact = tuple[str, str]
LAYOUT: Fact = ("layout", "")
IGNORED: Fact = ("ignore", "")
# is it in notes, where names are declared again from one paragraph to the next, and functions of square matrices may be
# those of matrices?
NOTES: Fact = ("notes", "")
# tensors that are known without a declaration, by name: what plugins registered
SPECIAL: dict[str, Entry] = {}
# functions of arrays that plugins define, by name: each an `array_functions.Definition`
ARRAYS: dict[str, Any] = {}
# how many names are compared with one that is not known
MOST_NEIGHBOURS = 300


class Facts(Protocol):
    """What the statements before say."""

    def fact(self, key: Fact) -> Any: ...

    def vocabulary(self) -> Iterable[str]: ...


class Names:
    """The names that hold at a place: `own` facts, told here, over those of `outer`.

    Every question goes through `fact` or `vocabulary`, so that whoever stands behind `outer` sees what a
    statement depends on.  `elementwise` says whether a name is an elementwise function, and its arity.
    """

    def __init__(self, elementwise: Callable[[str], int], outer: Facts | None = None, used: set[str] | None = None):
        self.elementwise, self.outer = elementwise, outer
        self.own: dict[Fact, Any] = {}
        self.used: set[str] = set() if used is None else used

    def child(self) -> Names:
        """Names for a part of a statement: what is told to them goes no further."""
        return Names(self.elementwise, self, self.used)

    def fact(self, key: Fact) -> Any:
        found = self.own.get(key)
        return self.outer.fact(key) if found is None and self.outer is not None else found

    def vocabulary(self) -> Iterable[str]:
        """Every name, the newest first."""
        own = [name for kind, name in reversed(self.own) if kind == "name"]
        return itertools.chain(own, self.outer.vocabulary() if self.outer is not None else ())

    @property
    def layout(self) -> str:
        """What the last `#! layout` said."""
        return self.fact(LAYOUT) or "numerator"

    def find(self, text: str) -> Entry | None:
        """What a name means, without counting that as a use."""
        name = canonical_name(text)
        return self.fact(("name", name)) or SPECIAL.get(name)

    def special(self, name: str) -> Entry | None:
        """The tensor that a name is without a declaration, such as `ε`, as long as nobody declares it."""
        return SPECIAL.get(name) if self.fact(("name", name)) is None else None

    def get(self, text: str) -> Entry | None:
        found = self.find(text)
        if found is not None:
            self.used.add(found.name)
        return found

    def knows(self, text: str) -> bool:
        return self.find(text) is not None

    def is_function(self, text: str) -> bool:
        """Is it a function of arrays or an elementwise one, as long as nobody declares the name?"""
        return text in ARRAY_FUNCTIONS or text in ARRAYS or bool(self.elementwise(text))

    def applied(self, entry: Entry) -> str:
        """The name by which terms hold a declared elementwise function: another one than the known one that it shadows."""
        return entry.name + (DECLARED if self.elementwise(entry.name) else "")

    def all(self) -> dict[str, Entry]:
        return {name: self.fact(("name", name)) for name in reversed(list(self.vocabulary()))}

    def put(self, entry: Entry) -> None:
        self.own["name", entry.name] = entry
        for dim in entry.tensor.dims if entry.tensor is not None else ():
            self.own["axis" if dim.inferred else "dim", str(dim)] = True

    def put_size(self, name: str, size: int) -> None:
        """`dim n = 3`."""
        self.own["size", name] = size
        self.own["dim", name] = True

    def dimension(self, value: str | int) -> Dim:
        """A declared dimension; one with a size is that number."""
        return Dim(value if isinstance(value, int) else self.fact(("size", value)) or value)

    def is_dimension(self, text: str) -> bool:
        return bool(self.fact(("dim", text)))

    def is_axis(self, dim: Dim) -> bool:
        """Is it an axis, of inferred size, of an array that outlives the statement?"""
        return dim.inferred and bool(self.fact(("axis", str(dim))))

    def nearest(self, text: str) -> str | None:
        known = list(dict.fromkeys(itertools.islice(self.vocabulary(), MOST_NEIGHBOURS)))
        from difflib import get_close_matches  # for mistakes alone

        found = get_close_matches(text, known, n=1, cutoff=0.6)
        return found[0] if found else None

    def splits(self, text: str) -> str | None:
        """`Wx` as `W x`, where all the parts are known."""
        if len(text) > LONGEST_SPLIT:
            return None

        def parts(rest: str) -> Iterator[list[str]]:
            if not rest:
                yield []
            for k in range(len(rest), 0, -1):
                if self.knows(rest[:k]) and k < len(text):
                    yield from ([rest[:k], *tail] for tail in parts(rest[k:]))

        found = next(parts(text), None)
        return " ".join(found) if found else None
