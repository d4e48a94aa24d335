"""What the letters of a formula are: names, indices, marks that belong to a name, samples, functions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..lowering.mentioned import walk
from ..lowering.names import ALSO_SPELLED, GREEK, Names, canonical_name
from ..lowering.operators import sum_sign
from ..syntax.finding import children
from ..syntax.tree import Call, Indexed, Name, Node, Relation, Superscript, Transpose

# names that mean something where nobody gives them another meaning
_MEANT = frozenset({"I", "ones", "pi", "π", "d", "delta", "δ", "sum"})


def defines(tree: Relation) -> bool:
    return len(tree.sides) == 2 and isinstance(tree.sides[0], (Name, Indexed))


def is_known(name: str, names: Names) -> bool:
    return name in _MEANT or names.knows(name) or names.is_dimension(name)


class Letters:
    """
    dimensions  names that bound a sum, or are the size of a constant: `∑_{i=1}^n`, `I(n)`
    bound       indices that a sum binds, each with the name above it
    indices     letters that are indices; any other below a name is part of the name
    """

    def __init__(self, tree: Relation, variables: tuple[str, ...], names: Names):
        self.tree, self.names = tree, names
        self.body = tree.sides[1] if defines(tree) else tree
        self.variables = {canonical_name(v.partition("_")[0]) for v in variables}
        self.dimensions: dict[str, None] = {}
        self.bound: dict[str, str] = {}
        self._read_signs()
        self.below = [n for n in walk(tree) if isinstance(n, Indexed) and isinstance(n.base, Name) and not sum_sign(n)]
        self.indices = self._indices(variables)

    def _read_signs(self) -> None:
        for node in walk(self.tree):
            sign = sum_sign(node) if isinstance(node, (Superscript, Indexed)) else None
            if sign is not None and sign.subscript is not None:
                upper = sign.upper.text if isinstance(sign.upper, Name) else ""
                if upper:
                    self.dimensions[upper] = None
                for entry in sign.subscript.entries:
                    for name, _ in entry.names:
                        self.bound[name] = self.bound.get(name) or upper
            if isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.text in ("I", "ones", "zeros"):
                self.dimensions.update(dict.fromkeys(a.text for a in node.arguments if isinstance(a, Name)))

    def _indices(self, variables: tuple[str, ...]) -> frozenset[str]:
        """Bound by a sum, on an array with several, on one that has such a letter elsewhere; all, where nothing stands whole."""
        found = set(self.bound)
        everything = {c for n in self.below for c in letters_of(n)}
        if defines(self.tree) and isinstance(self.tree.sides[0], Indexed):
            found |= {c for n in self.below for c in letters_of(n) if n is self.tree.sides[0]}
        if not self._has_whole_arrays():
            return frozenset(found | everything)
        for node in self.below:
            if len(node.subscript.entries) > 1 and len(node.subscript.text) < 3 or node.base.text in ("δ", "delta"):  # type: ignore[attr-defined]
                found |= letters_of(node)
        grown = True
        while grown:
            bases = {n.base.text for n in self.below if letters_of(n) & found}  # type: ignore[attr-defined]
            more = {c for n in self.below if n.base.text in bases for c in letters_of(n)} - found  # type: ignore[attr-defined]
            found |= more
            grown = bool(more)
        return frozenset(found)

    def _has_whole_arrays(self) -> bool:
        """Does a name stand without indices that is no number, or is something transposed?"""
        indexed = {n.base.start for n in self.below}
        for node in walk(self.body):
            if isinstance(node, Transpose):
                return True
            if isinstance(node, Name) and node.start not in indexed and not sum_sign(node):
                entry = self.names.find(node.text)
                if entry is not None and entry.tensor is not None and entry.tensor.dims:
                    return True
                if entry is None and node.text[:1].isupper() and not is_known(canonical_name(node.text), self.names):
                    return True
        return False

    def unknown(self) -> Iterator[str]:
        """The names of whole arrays and numbers that nobody declared, in order."""
        yield from self._unknown(self.body)

    def _unknown(self, node: Node) -> Iterator[str]:
        names = self.names
        if isinstance(node, Indexed) and isinstance(node.base, Name):
            mark = node.marked
            if not mark or names.knows(mark) or names.is_dimension(mark) or letters_of(node) & self.indices:
                return
            if not is_known(canonical_name(node.base.text), names):
                yield canonical_name(mark)
            return
        if isinstance(node, Superscript) and sum_sign(node) is not None:
            return
        if isinstance(node, Call) and isinstance(node.callee, Name) and self._is_called(node.callee.text):
            for argument in node.arguments:
                yield from self._unknown(argument)
            return
        if (
            isinstance(node, Name)
            and not is_known(name := canonical_name(node.text), names)
            and not names.is_function(name)
        ):
            yield name
        for inner in children(node):
            yield from self._unknown(inner)

    def _is_called(self, text: str) -> bool:
        """What stands before a bracket is a function, known or not, unless it is one letter: `X(X'X)`."""
        return self.names.is_function(text) or (letters_in(text) > 1 and not self.names.knows(text))

    def families(self) -> dict[str, tuple[str, ...]]:
        """Arrays of which an index picks a number or a vector, with the name of each axis that it runs along."""
        found: dict[str, tuple[str, ...]] = {}
        for node in self.below:
            assert isinstance(node.base, Name)
            name = canonical_name(node.base.text)
            entries = node.subscript.entries
            if (
                name in ("δ", "ones")
                or (node.marked and self.names.knows(node.marked))
                or not letters_of(node) <= self.indices
            ):
                continue
            if len(entries) != 1 or not entries[0].names:
                continue
            entry = self.names.find(name)
            if entry is not None:
                if entry.tensor is not None and len(entry.tensor.dims) == 2:
                    found[name] = ()
                continue
            letter = next(iter(letters_of(node)))
            found[name] = (self.bound.get(letter) or found.get(name, ("",))[0] or f"{letter}",)
        return found


def letters_of(node: Indexed) -> set[str]:
    """The letters in its subscript."""
    return {n for e in node.subscript.entries for n, _ in e.names}


def letters_in(text: str) -> int:
    return 1 if text in GREEK or text in ALSO_SPELLED else sum(c.isalpha() for c in text)


def told_apart(text: str, tree: Relation, variables: tuple[str, ...], names: Names) -> str:
    """`Xw` as `X w`, where one of its letters stands alone elsewhere or is differentiated in; `Trace` as `trace`."""
    whole = [n for n in walk(tree) if isinstance(n, Name)]
    callees = {id(n.callee) for n in walk(tree) if isinstance(n, Call)}
    alone = {canonical_name(n.text) for n in whole if letters_in(n.text) == 1}
    alone |= {canonical_name(v.partition("_")[0]) for v in variables}
    changes: list[tuple[int, int, str]] = []

    def _known(plain: str) -> bool:
        return is_known(canonical_name(plain), names) or names.is_function(plain)

    for node in walk(tree):  # `x_1` where `x1` is declared: one name
        if not isinstance(node, Indexed) or not node.marked or names.knows(node.marked):
            continue
        run = node.marked.replace("_", "")
        if names.knows(run) and not is_known(_base(node), names):
            changes.append((node.start, node.end, run))
    done = {start for start, _, _ in changes}
    if defines(tree):  # a name of its own
        done |= {n.start for n in walk(tree.sides[0])}
    for name in whole:
        if name.start in done:
            continue
        plain = name.text
        if _known(plain):
            continue
        if id(name) in callees and names.is_function(plain.lower()):
            changes.append((name.start, name.end, plain.lower()))
            continue
        letters = re.findall(r"[^\W\d_][\u0300-\u036f]*", plain)
        if len(letters) < 2 or "".join(letters) != plain or plain in GREEK or plain in ALSO_SPELLED or len(letters) > 4:
            continue
        if letters[0] == "d" and not names.knows("d"):  # a differential
            continue
        if any(c in alone or names.knows(c) for c in letters) and plain not in variables:
            changes.append((name.start, name.end, " ".join(letters)))
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _base(node: Indexed) -> str:
    return canonical_name(node.base.text) if isinstance(node.base, Name) else ""
