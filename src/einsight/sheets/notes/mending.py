"""A dimension that must be another one, of a name that the same paragraph declares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...documents.regions import Region
from ...lowering.lowered import Lowered
from ...lowering.names import Entry, Names, space_text
from ...lowering.report import Diagnostic
from ...lowering.statements import lower_statement
from ...syntax.statements import Piece
from ...terms.dimension import Dim
from ...terms.term import Tensor


@dataclass(frozen=True)
class Mended:
    """A declaration as it must be, what a statement is with it, and what there is to say."""

    declaration: Region
    finding: Diagnostic
    names: Names
    scope: Names
    lowered: Lowered


def mended(
    region: Region, names: Names, declared: Iterable[tuple[str, Region]], before: dict[str, list[str]]
) -> Mended | None:
    """The one change of one dimension with which a statement conforms; None where there is none, or more than one.

    `declared` are the names that may be wrong, with where they are declared; `before` the shapes they had until then.
    """
    known = [str(d) for kind, d in names.own if kind == "dim"]
    fitting = []
    for name, where in declared:
        entry = names.find(name)
        if entry is None or entry.tensor is None:
            continue
        own = [str(d) for d in entry.tensor.dims]
        for axis, old in enumerate(own):
            for new in dict.fromkeys(known):
                if new == old:
                    continue
                shape = [*own[:axis], new, *own[axis + 1 :]]
                trial = names.child()
                trial.put(Entry(name, Tensor(name, tuple(Dim(d) for d in shape)), None, "declared"))
                scope = trial.child()
                read = lower_statement(Piece(0, region.text), scope)
                if not any(d.severity == "error" for d in read.diagnostics):
                    fitting.append((name, where, shape, old, new, trial, scope, read))
    # what the name was before, or else a vector: a matrix that must be square is told by its letters
    best = [f for f in fitting if before.get(f[0]) == f[2]] or [f for f in fitting if len(f[2]) == 1]
    if len(best) != 1:
        return None
    name, where, shape, old, new, trial, scope, read = best[0]
    space = space_text(tuple(Dim(d) for d in shape))
    message = f"`{name}` is declared with {old} entries along an axis that must have {new} here: `{name} ∈ {space}`"
    spot = where.map_span((0, len(where.text)))
    text = f"{name} ∈ {space}"
    declaration = Region(where.start, where.end, text, True, (spot,) * len(text))
    return Mended(declaration, Diagnostic("EIN301", "error", spot, message), trial, scope, read)
