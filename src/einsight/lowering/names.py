"""What a name means at a place of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from ..terms.dimension import Dim, Tensor
from .report import Span

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
PROPERTIES = (
    "symmetric", "antisymmetric", "diagonal", "orthogonal", "positive-definite", "positive", "constant", "integer",
)  # fmt: skip
SQUARE_PROPERTIES = frozenset({"symmetric", "antisymmetric", "diagonal", "orthogonal", "positive-definite"})

# functions of whole arrays, which lowering knows how to read (SPEC 1.2)
ARRAY_FUNCTIONS = frozenset(
    "tr trace det logdet inv diag vec sum mean norm softmax logsumexp jac grad hess ones I min max sqrt ln".split()
)
CONSTANTS = frozenset({"pi", "π"})


def canonical_name(text: str) -> str:
    """`theta` is `θ`."""
    base, _, rest = text.partition("_")
    base = GREEK.get(base, base)
    return f"{base}_{rest}" if rest else base


@dataclass(frozen=True, slots=True)
class Entry:
    """A name's meaning: an array or an unknown function, where it was declared, and how."""

    name: str
    tensor: Tensor | None
    span: Span | None
    kind: str  # "declared", "defined", "inferred", "function"
    function: tuple[tuple[Dim, ...], tuple[Dim, ...]] | None = None  # of arrays: dims of argument and value

    def describe(self) -> str:
        if self.kind == "function":
            source, image = self.function or ((), ())
            return f"{self.name} : {_space(source)} → {_space(image)}"
        return f"{self.name} ∈ {_space(self.tensor.dims if self.tensor else ())}"


def _space(dims: tuple[Dim, ...]) -> str:
    extent = "×".join(str(d) for d in dims)
    return f"ℝ^{extent if len(dims) == 1 else f'({extent})'}" if dims else "ℝ"


@dataclass
class Names:
    """The names known so far; `elementwise` says whether a name is an elementwise function, and its arity."""

    elementwise: Callable[[str], int]
    entries: dict[str, Entry] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    parent: Names | None = None

    def child(self) -> Names:
        return Names(self.elementwise, {}, self.sizes, self.used, self)

    def find(self, text: str) -> Entry | None:
        """What a name means, without counting that as a use."""
        name = canonical_name(text)
        found = self.entries.get(name)
        return self.parent.find(name) if found is None and self.parent is not None else found

    def get(self, text: str) -> Entry | None:
        found = self.find(text)
        if found is not None:
            self.used.add(found.name)
        return found

    def knows(self, text: str) -> bool:
        return self.find(text) is not None

    def is_function(self, text: str) -> bool:
        """Is it a function of arrays or an elementwise one, as long as nobody declares the name?"""
        return text in ARRAY_FUNCTIONS or bool(self.elementwise(text))

    def all(self) -> Mapping[str, Entry]:
        return {**(self.parent.all() if self.parent else {}), **self.entries}

    def put(self, entry: Entry) -> None:
        self.entries[entry.name] = entry

    def dimension(self, value: str | int) -> Dim:
        """A declared dimension; one with a size is that number."""
        return Dim(self.sizes.get(value, value) if isinstance(value, str) else value)

    def dimensions(self) -> set[str]:
        return {str(d) for e in self.all().values() if e.tensor for d in e.tensor.dims if not d.inferred} | set(
            self.sizes
        )

    def nearest(self, text: str) -> str | None:
        found = get_close_matches(text, list(self.all()), n=1, cutoff=0.6)
        return found[0] if found else None

    def splits(self, text: str) -> str | None:
        """`Wx` as `W x`, where all the parts are known."""

        def parts(rest: str) -> Iterator[list[str]]:
            if not rest:
                yield []
            for k in range(len(rest), 0, -1):
                if self.knows(rest[:k]) and k < len(text):
                    yield from ([rest[:k], *tail] for tail in parts(rest[k:]))

        found = next(parts(text), None)
        return " ".join(found) if found else None
