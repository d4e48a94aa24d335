"""What the letters of a formula are: names, indices, marks that belong to a name, samples, functions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ..lowering.constants import is_commutation, is_unit_vector
from ..lowering.function_table import INFINITY
from ..lowering.mentioned import walk
from ..lowering.names import Names, canonical_name
from ..lowering.operators import Items, differential, names_in, sum_sign
from ..syntax.finding import children
from ..syntax.tree import (
    Call,
    Chain,
    Indexed,
    Iverson,
    Layer,
    Name,
    Node,
    Relation,
    Superscript,
    Transpose,
)
from .signs import (
    has_differentials,
    is_along_an_index,
    is_shifted,
    letters_in,
    letters_of,
    occurrences,
    outside_of_calls,
    same_base,
    written_as_vectors,
)

# are names words, whatever letters they have?
WORDS = ("words", "")
# do others take what is defined for an array?
OF_ARRAYS = ("arrays", "")
# does a function stand among its names that is of numbers alone?
OF_NUMBERS = ("numbers", "")
# has each letter been a name of its own already, so that a word is a name with its label, as `Wout` of LaTeX?
TYPESET = ("typeset", "")
# letters that people count samples by; the first two wherever they stand
_COUNTS = frozenset("nNmMTSdDK")
# letters of indices, as `[i = j]` compares
_COUNTING = frozenset("ijklpq")
_COUNTING_ALL = frozenset("ijklmnrstuvxyz")
# letters that people give to arrays, and to no index: `Σ_xy`
_NO_INDICES = frozenset("xyzuvw")
# the letter of a variable with a shift, `h_{t-1}`, and of a name that has one above
_SHIFTED = re.compile(r"_\{\s*([a-z])\s*[-+]\s*\d+\s*\}")
_RAISED_TIME = re.compile("⁽([ᵗᵏⁿᵐⁱʲ])[⁻⁺]")
_LOWERED = dict(zip("ᵗᵏⁿᵐⁱʲ", "tknmij", strict=True))
# constants with a size in their brackets
SIZED = frozenset({"I", "ones", "zeros", "commutation"})
# names that mean something where nobody gives them another meaning
_MEANT = frozenset({"I", "ones", "pi", "π", "delta", "δ", "sum"})


def defines(tree: Relation) -> bool:
    return len(tree.sides) == 2 and isinstance(tree.sides[0], (Name, Indexed))


def is_known(name: str, names: Names) -> bool:
    return name in _MEANT or names.knows(name) or names.is_dimension(name)


class Letters:
    """
    nodes       all that stands in it
    dimensions  names that bound a sum, or are the size of a constant: `∑_{i=1}^n`, `I(n)`
    bound       indices that a sum binds, each with the name above it
    along       functions that run along an index, `prod_i`, by the ids of their nodes
    indices     letters that are indices; any other below a name is part of the name
    """

    def __init__(self, tree: Relation, names: Names, variables: tuple[str, ...] = ()):
        self.tree, self.names, self.variables = tree, names, variables
        self.body = tree.sides[1] if defines(tree) else tree
        self.nodes = tuple(walk(tree))
        self.inside = self.nodes if self.body is tree else tuple(walk(self.body))
        self.dimensions: dict[str, None] = {}
        self.bound: dict[str, str] = {}
        callees = (n.callee for n in self.nodes if isinstance(n, Call))
        self.along = {id(c): c for c in callees if isinstance(c, Indexed) and is_along_an_index(c, names)}
        self.has_differentials = has_differentials(self.nodes)
        self._read_signs()
        self._count_samples()
        below = [
            n
            for n in self.nodes
            if isinstance(n, Indexed)
            and isinstance(n.base, Name)
            and not sum_sign(n)
            and not self._is_word(n)
            and id(n) not in self.along
        ]
        self.labels = self._labels(below)
        self.below = [n for n in below if not self._is_labelled(n)]
        self.indices = self._indices()
        self.counted = {n.base.text for n in self.below if letters_of(n) & self.bound.keys()}  # type: ignore[attr-defined]

    def _is_word(self, node: Indexed) -> bool:
        """Is it a name as it stands, `W_hh` of code?"""
        return bool(self.names.fact(("mark", canonical_name(node.marked)))) or self.names.is_function(node.marked)

    def _read_signs(self) -> None:
        for node in self.nodes:
            sign = sum_sign(node) if isinstance(node, (Superscript, Indexed)) else None
            if sign is not None and sign.subscript is not None:
                above = [n.text for n in walk(sign.upper) if isinstance(n, Name)] if sign.upper is not None else []
                upper = above[0] if len(above) == 1 else ""  # `n` of `n - 1` too
                if upper and upper not in INFINITY:
                    self.dimensions[upper] = None
                for entry in sign.subscript.entries:
                    for name, _ in entry.names:
                        self.bound[name] = self.bound.get(name) or upper
            if isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.text in SIZED:
                self.dimensions.update(dict.fromkeys(a.text for a in node.arguments if isinstance(a, Name)))

    def _count_samples(self) -> None:
        """`1/n ∑_i …`: what divides a sum without a bound is how many there are, where it is one of the letters for that."""
        free = [name for name, upper in self.bound.items() if not upper]
        if len(free) != 1:
            return
        chains = [n for n in self.inside if isinstance(n, Chain)]
        inside = {id(c) for part in map(outside_of_calls, chains) if any(map(sum_sign, part)) for c in part}
        divisors = {
            name.text
            for node in chains
            for operator, part in node.items
            for name in outside_of_calls(part)
            if isinstance(name, Name) and name.text in _COUNTS and name.text not in self.dimensions
            if name.text in "nN" or (operator == "/" and id(node) in inside)
            if not is_known(name.text, self.names)
        }
        if len(divisors) == 1:
            (count,) = divisors
            self.bound[free[0]] = count
            self.dimensions[count] = None

    def _labels(self, below: list[Indexed]) -> frozenset[str]:
        """Letters that only tell names apart: `t` of `h_t` beside `h_{t-1}`, `x` and `h` of `W_xh`, `f` of `σ_f` in `K_ij = σ_f^2 …`."""
        left = self.tree.sides[0] if defines(self.tree) else None
        own = (
            {c for c in letters_of(left) if c.islower()}
            if isinstance(left, Indexed) and not is_shifted(left)
            else set()
        )
        given = {c for v in self.variables for c in _SHIFTED.findall(v)}
        whole = self._is_of_whole_arrays()
        bases = {canonical_name(n.base.text) for n in below if isinstance(n.base, Name)}
        bases |= {n.text.partition("⁽")[0] for n in self.nodes if isinstance(n, Name) and "⁽" in n.text}
        under = [(n.base.text, letters_of(n)) for n in below]  # type: ignore[attr-defined]
        counting = {c for n in below if self._is_component(n) for c in letters_of(n)}
        found = given | {c for n in below for c in letters_of(n) if c.isupper()} - counting
        found |= {_LOWERED[c] for n in self.nodes if isinstance(n, Name) for c in _RAISED_TIME.findall(n.text)}
        for node in below:
            several, letters = len(node.subscript.entries) > 1, letters_of(node)
            if is_shifted(node):  # a time: with no sum over it
                if isinstance(left, Indexed) and same_base(node, left):
                    found |= letters & letters_of(left)
                elif whole or letters & given:
                    found |= letters - own
            elif several and (letters <= bases or whole):
                alone = {c for c in letters & _NO_INDICES if len({b for b, below_it in under if c in below_it}) == 1}
                found |= letters & bases | alone
        if found:
            found |= {c for n in below for c in letters_of(n) & bases}
        indexed = {n.base.start for n in below}
        alone = {n.text for n in self.inside if isinstance(n, Name) and n.start not in indexed}
        found |= {c for n in below if is_capital(n.base.text) for c in letters_of(n) & alone - own}  # type: ignore[attr-defined]
        if not self.bound and left is None:  # `‖f_a - f_p‖`: letters that nobody counts by
            for base in bases:
                letters = {c for n in below if canonical_name(n.base.text) == base for c in letters_of(n)}  # type: ignore[attr-defined]
                found |= letters if len(letters) > 1 and not letters <= _COUNTING_ALL else set()
        met = Counter(c for n in below if n is not left for c in occurrences(n))
        for node in below:
            if left is not None and node is not left and len(node.subscript.entries) == 1:
                found |= {c for c in letters_of(node) if met[c] == 1 and c not in own}
        return frozenset(found - self.bound.keys() - {c for n in self.along.values() for c in letters_of(n)})

    def is_of_a_time(self) -> bool:
        """Is its left side a name with a label, which no component is: `h_t = …` beside `h_{t-1}`?"""
        left = self.tree.sides[0] if defines(self.tree) else None
        return isinstance(left, Indexed) and bool(letters_of(left)) and letters_of(left) <= self.labels

    def _is_labelled(self, node: Indexed) -> bool:
        """Is what stands below it no index: labels alone, or the mark of a name that is known?"""
        return bool(node.marked) and (
            self.names.knows(node.marked) or bool(letters_of(node)) and letters_of(node) <= self.labels
        )

    def _is_of_whole_arrays(self) -> bool:
        """Is something transposed, or multiplied entry by entry, as nobody does it to components?"""
        kinds = set(map(type, self.inside))
        return Transpose in kinds or (
            Layer in kinds and any(op == "⊙" for n in self.inside if isinstance(n, Layer) for op, _ in n.items)
        )

    def _indices(self) -> frozenset[str]:
        """Bound by a sum, on an array with several, on one that has such a letter elsewhere; all, where nothing stands whole."""
        found = set(self.bound) | {c for n in self.along.values() for c in letters_of(n)}
        everything = {c for n in self.below for c in letters_of(n)}
        if defines(self.tree) and isinstance(self.tree.sides[0], Indexed):
            found |= {c for n in self.below for c in letters_of(n) if n is self.tree.sides[0]}
        if not self.has_whole_arrays():
            return frozenset(found | everything)
        for node in self.below:
            several = len(node.subscript.entries) > 1 and len(node.subscript.text) < 3
            if several or node.base.text in ("δ", "delta") or self._is_component(node):  # type: ignore[attr-defined]
                found |= letters_of(node)
        grown = True
        while grown:
            bases = {n.base.text for n in self.below if letters_of(n) & found}  # type: ignore[attr-defined]
            more = {c for n in self.below if n.base.text in bases for c in letters_of(n)} - found  # type: ignore[attr-defined]
            found |= more
            grown = bool(more)
        return frozenset(found)

    def _is_component(self, node: Indexed) -> bool:
        """Does it pick an entry of an array that is declared, with an index for each axis?"""
        entry = self.names.find(canonical_name(node.base.text))  # type: ignore[attr-defined]
        axes = entry.tensor.dims if entry is not None and entry.tensor is not None else ()
        return bool(axes) and len(axes) == len(node.subscript.entries)

    def has_whole_arrays(self) -> bool:
        """Does a name stand without indices that is no number, or with a label, or is something transposed?"""
        if self._is_of_whole_arrays():
            return True
        indexed = {n.base.start for n in self.below}
        labelled = [
            n for n in self.inside if isinstance(n, Indexed) and isinstance(n.base, Name) and self._is_labelled(n)
        ]
        for labelled_name in labelled:
            entry = self.names.find(labelled_name.marked)
            if entry is not None and entry.tensor is not None and entry.tensor.dims:
                return True
            if entry is None and is_capital(labelled_name.marked):
                return True
        indexed |= {n.base.start for n in labelled}
        for node in self.inside:
            if isinstance(node, Name) and node.start not in indexed and not sum_sign(node):
                entry = self.names.find(node.text)
                if entry is not None and entry.tensor is not None and entry.tensor.dims:
                    return True
                if entry is None and node.text[:1].isupper() and not is_known(canonical_name(node.text), self.names):
                    return True
        return False

    def without_shape(self) -> dict[str, None]:
        """The names of whole arrays and numbers that need a shape: those that nobody declared, a bound of a sum or `where` says."""
        found = dict.fromkeys(self.unknown())
        for dim in self.dimensions:
            found.pop(dim, None)
        if found and set(found) <= {canonical_name(n.text) for left, _ in self.tree.bindings for n in names_in(left)}:
            return {}  # `where` says what they are
        return found

    def is_all_known(self) -> bool:
        """Is there nothing of which anything would have to be taken?"""
        return not self.without_shape() and not self.families()

    def unknown(self) -> Iterator[str]:
        """The names of whole arrays and numbers that nobody declared, in order."""
        yield from self._unknown(self.body)

    def _unknown(self, node: Node) -> Iterator[str]:
        names = self.names
        if is_unit_vector(names, node):
            return
        if isinstance(node, Indexed) and isinstance(node.base, Name):
            mark = node.marked
            if self._is_word(node):
                if not names.knows(mark) and not names.is_function(mark):
                    yield canonical_name(mark)
                return
            if not mark or names.knows(mark) or names.is_dimension(mark) or letters_of(node) & self.indices:
                return
            if mark[-1:] in "123456789" and not letters_of(node) and node.base.text in self.counted:
                return  # `k_1` beside `∑_i k_i`
            is_number = node.base.text == "I" and mark in ("I_0", "I_1")  # which is no identity
            if is_number or not is_known(canonical_name(node.base.text), names):
                yield canonical_name(mark)
            return
        if isinstance(node, Superscript) and sum_sign(node) is not None:
            return
        if isinstance(node, Call) and is_commutation(names, node):
            return
        if isinstance(node, Iverson) and any(isinstance(n, Name) and n.text in self.indices for n in walk(node)):
            return  # `[l = j]` compares indices
        if isinstance(node, Iverson) and all(
            isinstance(n, Name) and n.text in _COUNTING for n in (node.left, node.right)
        ):
            return
        if isinstance(node, Call) and isinstance(node.callee, Name) and self._is_called(node.callee.text):
            for argument in node.arguments:
                yield from self._unknown(argument)
            return
        if (
            isinstance(node, Name)
            and not (is_known(name := canonical_name(node.text), names) and (name != "δ" or names.knows("δ")))
            and not names.is_function(name)
            and name not in INFINITY
            and not (name == "d" and self.has_differentials)
            and name not in self.bound
        ):
            yield name
        if isinstance(node, Chain):
            yield from self._unknown_of_row(node.items)
            return
        for inner in children(node):
            yield from self._unknown(inner)

    def _unknown_of_row(self, items: Items) -> Iterator[str]:
        """Those of factors in a row, where `d/dW` is no name `dW`."""
        place = 0
        while place < len(items):
            found = differential(items, place, self.names)
            parts = (items[place][1],) if found is None else (found.numerator, *found.variables)
            for part in parts:
                yield from self._unknown(part) if part is not None else ()
            place += 1 if found is None else found.consumed

    def _is_called(self, text: str) -> bool:
        """What stands before a bracket is a function, known or not, unless it is one letter: `X(X'X)`."""
        return self.names.is_function(text) or (letters_in(text) > 1 and not self.names.knows(text))

    def has_unit_vectors(self) -> bool:
        """Is an `e_i` transposed, which no component is?"""
        transposed = (n.argument for n in self.inside if isinstance(n, Transpose))
        return any(is_unit_vector(self.names, n) for n in transposed)

    def families(self) -> dict[str, tuple[str, ...]]:
        """Arrays of which an index picks a number, a vector or a matrix, with the name of each axis that it runs along."""
        found: dict[str, tuple[str, ...]] = {}
        for node in self.below:
            assert isinstance(node.base, Name)
            name = canonical_name(node.base.text)
            entries = node.subscript.entries
            if (
                name in ("δ", "ones")
                or (name == "e" and self.has_unit_vectors())
                or (node.marked and self.names.knows(node.marked))
                or not letters_of(node) <= self.indices
            ):
                continue
            entry = self.names.find(name)
            if entry is not None:
                axes = entry.tensor.dims if entry.tensor is not None else ()
                if 0 < len(axes) - len(entries) <= 2 and all(e.names for e in entries):
                    found[name] = ()
                continue
            if len(entries) != 1 or not entries[0].names:
                continue
            if name in self.vectors():
                continue
            letter = next(iter(letters_of(node)))
            found[name] = (self.bound.get(letter) or found.get(name, ("",))[0] or f"{letter}",)
        return found

    def vectors(self) -> set[str]:
        """Names that stand whole and with one index, `p' c` beside `c_i`, and are no arrays of samples."""
        indexed = {n.base.start for n in self.below}
        whole = {canonical_name(n.text) for n in self.inside if isinstance(n, Name) and n.start not in indexed}
        single = {canonical_name(n.base.text) for n in self.below if len(n.subscript.entries) == 1}  # type: ignore[attr-defined]
        return {n for n in whole & single if not is_capital(n) and n not in self.samples()}

    def samples(self) -> set[str]:
        """Arrays of which an index picks what is written as only vectors are: `w' x_i`, `x_iᵀ`, `‖x_i - c‖`."""
        return {n for n in written_as_vectors(self.inside, self.indices) if not is_capital(n)}


def is_capital(text: str) -> bool:
    return canonical_name(text)[:1].isupper()
