"""What no formula writes, and a page is read with: declarations of arrays, and directives."""

from __future__ import annotations

from collections.abc import Iterable

from ...documents.regions import Region
from ...lowering.names import Entry, space_text
from ...terms.dimension import Dim
from ...terms.term import Tensor


def dims_of(texts: Iterable[str]) -> tuple[Dim, ...]:
    """`n` by its name, `3` as a size."""
    return tuple(Dim(int(text) if text.isdigit() else text) for text in texts)


def declared(name: str, dims: Iterable[str]) -> Entry:
    """An array of these dimensions, as a declaration says it."""
    return Entry(name, Tensor(name, dims_of(dims)), None, "declared")


def declaration(name: str, dims: Iterable[str], place: tuple[int, int]) -> Region:
    """The declaration of an array, at the place where its name stands."""
    return _unwritten(f"{name} ∈ {space_text(dims_of(dims))}", place)


def directive(what: str, name: str, place: tuple[int, int] = (0, 0)) -> Region:
    """`samples x`, one index of it picks a vector; `forget x`; `layout numerator`."""
    return _unwritten(f"#! {what} {name}", place)


def _unwritten(text: str, place: tuple[int, int]) -> Region:
    return Region(*place, text, True, (place,) * len(text))
