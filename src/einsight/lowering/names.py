"""What a name means at a place of a document."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from functools import lru_cache
from typing import Any, Protocol

from ..frozen import frozen
from ..terms.dimension import Dim
from ..terms.term import Tensor
from ..terms.unknown import DECLARED
from .function_table import ROW
from .linking import linked, may_be_one
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

# functions of whole arrays (docs/pages/language.md#functions)
ARRAY_FUNCTIONS = frozenset(ROW)
CONSTANTS = frozenset({"pi", "π"})
# a longer name is a word, not a product that lacks its spaces
LONGEST_SPLIT = 12


# letters that are drawn in two ways: the micro sign, the variants of LaTeX
VARIANTS = str.maketrans("µϵϕϑϱϖϰ", "μεφθρπκ")
# other words for them: LaTeX's, and what one writes in Python, where `lambda` is taken
ALSO_SPELLED = {"varepsilon": "ε", "vartheta": "θ", "varphi": "φ", "lam": "λ", "pi": "π"}


@lru_cache(maxsize=4_000)
def canonical_name(text: str) -> str:
    """`theta` is `θ`, and so is `ϑ`."""
    base, _, rest = text.partition("_")
    base = GREEK.get(base) or ALSO_SPELLED.get(base, base)
    return (f"{base}_{rest}" if rest else base).translate(VARIANTS)


def plain_name(text: str) -> str:
    """A name by its letters alone, however its marks are set: `x_new`, `x_{new}` and `xnew`, `W^{(1)}` and `W⁽¹⁾` are one."""
    text = unicodedata.normalize("NFKD", canonical_name(re.sub(r"[{}()\[\]⁽⁾^\s]", "", text)))
    return text.replace("_", "").replace("−", "-")


@frozen
class Entry:
    """A name's meaning: an array or an unknown function, where it was declared, and how.

    `span` counts from the start of the declaring statement and is no part of the meaning: a declaration that
    moves says the same as before.  `defines` is the tensor that the name was before this definition of it, where it was
    declared or met before.
    """

    name: str
    tensor: Tensor | None
    span: Span | None = field(compare=False)
    kind: str  # "declared", "defined", "inferred", "function"
    function: tuple[tuple[Dim, ...], tuple[Dim, ...]] | None = None  # of arrays: dims of argument and value
    defines: Tensor | None = None

    def describe(self) -> str:
        if self.kind == "function":
            source, image = self.function or ((), ())
            return f"{self.name} : {space_text(source)} → {space_text(image)}"
        return f"{self.name} ∈ {space_text(self.tensor.dims if self.tensor else ())}"


def space_text(dims: tuple[Dim, ...]) -> str:
    """`ℝ^(n×m)`, `ℝ^m`, `ℝ`."""
    extent = "×".join(str(d) for d in dims)
    return f"ℝ^{extent if len(dims) == 1 else f'({extent})'}" if dims else "ℝ"


# facts that hold wherever in a document they are told, where none of those before a place tells them
ANYWHERE = ("definition", "declaration", "lost")
# What a statement can ask of, or tell, those after it: `("name", "W")` is an Entry, `("definition", "W")` the one that
# defines it, `("declaration", "W")` the one that declares it, `("lost", "W")` that it has a definition which could not be read,
# `("rests", "W")` the names on its right side, `("mentioned", "x")` that one of them is x, `("size", "n")` a number,
# `("dim", "n")` that n is a dimension, `("axis", "i")` that an array nobody declared has an axis named i,
# `("layout", "")` and `("ignore", "")` what directives said.
Fact = tuple[str, str]
LAYOUT: Fact = ("layout", "")
IGNORED: Fact = ("ignore", "")
# is it in notes, where names are declared again from one paragraph to the next, and functions of square matrices may be
# those of matrices?
NOTES: Fact = ("notes", "")
# do functions that keep an axis run along the rows of a matrix, as people write `softmax(Q Kᵀ)`?
ALONG_ROWS: Fact = ("along rows", "")
# has `δ` one index wherever it stands, so that it is an array?
DELTA_IS_ARRAY: Fact = ("array", "δ")
# `("family", "x")` says that one index picks a vector of x, a sample: as a column, or as this
AS_ROW, AS_COLUMN = "row", "column"
# tensors that are known without a declaration, by name: what plugins registered
SPECIAL: dict[str, Entry] = {}
# functions of arrays that plugins define, by name: each an `array_functions.Definition`
ARRAYS: dict[str, Any] = {}
# elementwise functions that are registered, for whoever misspells one
FUNCTIONS: set[str] = set()
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
        self.defining = False  # is a definition read, which is told as it is among the names before it?

    def child(self) -> Names:
        """Names for a part of a statement: what is told to them goes no further."""
        made = Names(self.elementwise, self, self.used)
        made.defining = self.defining
        return made

    def copy(self) -> Names:
        """The same names, to which others may be told."""
        made = Names(self.elementwise, self.outer, set(self.used))
        made.own = dict(self.own)
        made.defining = self.defining
        return made

    def fact(self, key: Fact) -> Any:
        found = self.own.get(key)
        outer = self.outer
        while found is None and type(outer) is Names:  # as each of them would, one call for all
            found, outer = outer.own.get(key), outer.outer
        return outer.fact(key) if found is None and outer is not None else found

    def vocabulary(self) -> Iterable[str]:
        """Every name, the newest first."""
        own = [name for kind, name in reversed(self.own) if kind == "name"]
        return itertools.chain(own, self.outer.vocabulary() if self.outer is not None else ())

    @property
    def layout(self) -> str:
        """What the last `#! layout` said."""
        return self.fact(LAYOUT) or "numerator"

    def find(self, text: str) -> Entry | None:
        """What a name means, without counting that as a use; as it was declared, where it is defined further down.

        A definition that is read knows of those behind it what is declared alone.
        """
        found = self.before(text)
        if found is None and not self.defining:
            found = self.fact(("definition", canonical_name(text)))
        return self.fact(("declaration", canonical_name(text))) if found is None else found

    def before(self, text: str) -> Entry | None:
        """What the statements before say that a name means."""
        name = canonical_name(text)
        key = "name", name
        found, outer = self.own.get(key), self.outer
        while found is None and type(outer) is Names:  # as `fact` does
            found, outer = outer.own.get(key), outer.outer
        if found is None and outer is not None:
            found = outer.fact(key)
        return found or SPECIAL.get(name)

    def special(self, name: str) -> Entry | None:
        """The tensor that a name is without a declaration, such as `ε`, as long as nobody declares it."""
        return SPECIAL.get(name) if self.fact(("name", name)) is None else None

    def get(self, text: str) -> Entry | None:
        """What a name means: what depends on what does not depend on the order of the statements (`linking`)."""
        return self._counted(self.find(text))

    def further_down(self, text: str) -> Entry | None:
        """What a definition behind this statement says that a name means, which nobody declares.

        A definition learns its shape alone, so that it tells the same whatever that one rests on.
        """
        found = self.fact(("definition", canonical_name(text)))
        if found is not None and self.defining:
            found = replace(found, tensor=Tensor(found.name, found.tensor.dims), kind="declared")
        return self._counted(found)

    def _counted(self, found: Entry | None) -> Entry | None:
        if found is None:
            return None
        self.used.add(found.name)
        tensor = self.linked(found.tensor) if found.tensor is not None else None
        return found if tensor is found.tensor else replace(found, tensor=tensor)

    def linked(self, tensor: Tensor) -> Tensor:
        """The tensor with every name in it that is defined somewhere else standing for that definition."""
        if tensor.definition is None and self._definition_of(tensor) is None:
            return tensor
        return linked(tensor, self._definition_of)

    def _definition_of(self, tensor: Tensor) -> Tensor | None:
        """The definition that a tensor without one has here: of what stands before alone, if that is told or in notes."""
        late = not self.defining and not self.fact(NOTES)
        entry = self.fact(("definition" if late else "name", tensor.name))
        if entry is None or entry.kind != "defined" or entry.tensor is None:
            return None
        # in notes a letter is used again for other things
        same = entry.defines is tensor or (late and may_be_one(tensor, entry.tensor))
        return entry.tensor if same else None

    def knows(self, text: str) -> bool:
        """Does anything say what it means, here or further down?"""
        name = canonical_name(text)
        if name in SPECIAL:
            return True
        keys = ("name", name), ("definition", name), ("declaration", name)
        scope: Facts | None = self
        while type(scope) is Names:  # as `fact` does
            for key in keys:
                if scope.own.get(key) is not None:
                    return True
            scope = scope.outer
        return scope is not None and any(scope.fact(key) is not None for key in keys)

    def _anywhere(self, text: str) -> Entry | None:
        name = canonical_name(text)
        return self.before(text) or self.fact(("definition", name)) or self.fact(("declaration", name))

    def lost_among(self, tensors: Iterable[Tensor]) -> str:
        """A name without a definition whose definition could not be read: nothing says what depends on what through it."""
        leaves = sorted({t.name for t in tensors if t.definition is None})
        return next((name for name in leaves if self.fact(("lost", name))), "")

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
        if entry.kind == "defined":
            self.own["definition", entry.name] = entry
        elif entry.kind != "inferred":
            self.own["declaration", entry.name] = entry
        for dim in entry.tensor.dims if entry.tensor is not None else ():
            self.own["axis" if dim.inferred else "dim", dim.text] = True

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

    def nearest_function(self, text: str) -> str | None:
        """The known function that a name which is none looks most like."""
        from difflib import get_close_matches

        found = get_close_matches(text, [*FUNCTIONS, *ARRAY_FUNCTIONS, *ARRAYS], n=1, cutoff=0.6)
        return found[0] if found else None

    def is_called(self, text: str) -> bool:
        """Is a name before brackets a function, be it one that nobody knows?  One of several letters that is not declared is.

        `Wx(a + b)` is a product where `W` and `x` are known, `dx_j(…)` belongs to a derivative.
        """
        entry = self._anywhere(text)
        if entry is not None and entry.kind != "inferred":
            return entry.kind == "function"
        if self.is_function(text):
            return True
        letters = sum(c.isalpha() for c in canonical_name(text))
        differential = text[0] == "d" and (letters == 2 or len(canonical_name(text[1:])) == 1 or self.knows(text[1:]))
        return letters > 1 and not differential and not self.splits(text)

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
