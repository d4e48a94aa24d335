"""Letters that get another meaning: in another section, or with another number of axes than they had where nobody declares them."""

from __future__ import annotations

from collections.abc import Iterable

from ...documents.regions import Region
from ...lowering.defining import target_of
from ...lowering.lowered import Lowered
from ...lowering.mentioned import names_of, walk
from ...lowering.names import canonical_name
from ...lowering.statements import lower_statement
from ...syntax.statements import Piece
from ...syntax.tree import Indexed, Name, Relation
from ...terms.dimension import Dim
from .declared import declaration, declared
from .known import Known
from .trees import as_relation, changed

_FRESH = "einsightʹ"  # a name that no page has


def clashes(lowered: Lowered) -> bool:
    """Does a statement not conform?"""
    return any(d.code.startswith("EIN3") and d.severity == "error" for d in lowered.diagnostics)


def given_anew(region: Region, tree: Relation, known: Known) -> tuple[Region, Relation]:
    """`z = A x` as `z := A x` where that is a value, and what was known of `z` is of another section."""
    found = target_of(tree.sides[0])
    name = canonical_name(found[0]) if found is not None else ""
    if found is None or len(tree.sides) != 2 or tree.assigns or not known.is_of_other_section(name):
        return region, tree
    if name in names_of(tree.sides[1]):
        return region, tree
    left = region.text[tree.sides[0].start : tree.sides[0].end].replace(found[0], _FRESH, 1)
    right = region.text[tree.sides[1].start : tree.sides[1].end]
    read = lower_statement(Piece(0, f"{left} := {right}"), known.names.child())
    old = known.tensor(name)
    if old is not None and read.tensor is not None and old.definition is read.tensor.definition:
        return region, tree
    if known.is_defined(name):
        at = region.text.index("=", tree.sides[0].end)
        return as_relation(changed(region, [(at, at + 1, ":=")]), region, tree)
    lowered, _ = known.lower(region)
    if clashes(lowered) and read.tensor is not None:
        known.declare_as(name, tuple(map(str, read.tensor.dims)), region.map_span((0, 1)))
        known.assumed.discard(name)
    return region, tree


def declare_extents(region: Region, tree: Relation, known: Known) -> None:
    """Names that nobody declares and that have indices alone, as long as the sums of their section say."""
    for node in walk(tree):
        name = canonical_name(node.base.text) if isinstance(node, Indexed) and isinstance(node.base, Name) else ""
        dims = known.extents.get(name)
        if dims is None or known.tensor(name) is not None or name == known.target(tree):
            continue
        place = region.map_span((node.start, node.end))
        known.names.put(declared(name, dims))
        known.sections[name] = known.section
        known.out.append(declaration(name, dims, place))


def shaped_by_use(region: Region, tree: Relation, known: Known) -> None:
    """Names that nobody declares, with other axes than they had before."""
    for node in walk(tree):
        if not isinstance(node, Indexed) or not isinstance(node.base, Name):
            continue
        name, count = canonical_name(node.base.text), len(node.subscript.entries)
        entry = known.names.find(name)
        if entry is None or entry.tensor is None or known.rank(name) == count or known.names.knows(node.marked):
            continue
        loose = entry.kind == "inferred" or (name in known.assumed and not known.is_defined(name))
        loose = loose or (known.is_of_other_section(name) and not known.is_defined(name))
        if loose and not known.names.fact(("family", name)):
            dims = tuple(f"{name[0]}ʹ{k}" for k in range(1, count + 1))
            known.declare_as(name, dims, region.map_span((node.start, node.end)))
            known.assumed.add(name)


def forget_elsewhere(region: Region, tree: Relation, known: Known) -> bool:
    """Give the names of other sections with which a definition does not conform the axes that they have here."""
    changed_one = False
    for node in walk(tree):
        if isinstance(node, Indexed) and isinstance(node.base, Name):
            name, count = canonical_name(node.base.text), len(node.subscript.entries)
            if known.tensor(name) is not None and known.is_of_other_section(name) and not known.is_defined(name):
                dims = tuple(f"{name[0]}ʹ{k}" for k in range(1, count + 1))
                known.declare_as(name, dims, region.map_span((node.start, node.end)))
                known.assumed.add(name)
                changed_one = True
    return changed_one


def used_anew(lowered: Lowered, known: Known) -> str:
    """A name of another section that is at odds with one declared in this, of which it shares no dimension; else empty.

    Authors use a letter for several things, and where they do they speak of other dimensions too.
    """

    def dims(names: Iterable[str]) -> set[Dim]:
        return {d for n in names if (t := known.tensor(n)) is not None for d in t.dims}

    for found in lowered.diagnostics:
        names = [name for name, _ in found.related if isinstance(name, str)]
        elsewhere = [n for n in names if known.is_of_other_section(n)]
        here = [n for n in names if n not in elsewhere and not known.is_defined(n)]
        if found.code.startswith("EIN3") and here and dims(here).isdisjoint(dims(elsewhere)):
            return next(iter(elsewhere), "")
    return ""
