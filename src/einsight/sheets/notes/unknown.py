"""Functions that a page never defines, in identities that hold for all of them: `∂z/∂x = ∂z/∂y ∂y/∂x`, `d(u'v)/dx = …`.

What is differentiated alone and has no definition is an unknown function of what it is differentiated in: of `y` alone where
it depends on `x` through `y`.  So a statement is read with `z = fn1(y)`, `y = fn2(x)` of declared functions, which may be any
(`meaning` draws them), and holds of all functions if it holds of those.  What fails may be meant of another dependence, so that
is never called wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from ...asking.ranks import NUMBER, fresh_letters, ranks_of
from ...asking.shapes import shapes
from ...documents.regions import Region
from ...lowering.lowered import Lowered
from ...lowering.mentioned import names_of, whole_names
from ...lowering.names import Names, space_text
from ...lowering.statements import lower_statement
from ...syntax.statements import Piece
from ...syntax.tree import Name, Relation
from ...worlds.letters import used_as_arrays
from .bounds import holds, says_nothing
from .declared import declared, dims_of
from .extents import Lengths
from .gradients import derivatives_of_names, other_way
from .known import Known
from .trees import changed, relation_of
from .typefaces import kinds_by_typeface

# shapes that are tried, and functions that one statement may speak of
MOST_SHAPES, MOST_FUNCTIONS = 6, 5


@dataclass(frozen=True)
class Reading:
    """A statement with unknown functions for names, and what has to be declared before it.

    declared   arrays that nobody declares, with their dimensions
    functions  declarations of the functions
    """

    region: Region
    declared: dict[str, tuple[str, ...]]
    functions: tuple[str, ...]
    lowered: Lowered
    scope: Names

    def holds(self) -> bool:
        if self.lowered.kind != "claim" or not holds(self.lowered, self.scope, self.region.given):
            return False
        return not isinstance(self.lowered.tree, Relation) or not says_nothing(self.lowered, self.lowered.tree)


def readings(region: Region, tree: Relation, known: Known, variable: str = "") -> Iterator[Reading]:
    """How a statement can be read with unknown functions, the likeliest first; `variable` is that of a bare `∇`."""
    region, tree = _with_variables(region, tree, variable)
    found = list(derivatives_of_names(tree))
    arguments = _arguments(found, known)
    if not arguments or len(arguments) > MOST_FUNCTIONS:
        return
    if any(_other_way(known, args) for args in arguments.values()):
        return
    if any(order > 1 and len(arguments.get(name, ())) > 1 for name, _, order in found):
        return  # of a sum of functions the mixed derivatives vanish
    named = [*names_of(tree), *(v for args in arguments.values() for v in args)]
    unknown = [n for n in dict.fromkeys([*_whole(tree), *named]) if not known.is_known(n)]
    indexed = _by_indices(tree, known)
    whole = [n for n in unknown if n not in indexed and n in set(_whole(tree))]
    kinds = {**kinds_by_typeface(known.text, whole), **known.kinds}
    arrays = {n for node in used_as_arrays(tree) if isinstance(node, Name) for n in names_of(node)}
    for chosen in islice(shapes(tree, whole, known.names, False, kinds), MOST_SHAPES):
        if any(not d and n[0].isupper() and (n in arrays or n not in arguments) for n, d in chosen.items()):
            continue
        if _mixes(chosen, arguments, known, kinds):
            continue
        made = _made(region, arguments, {**indexed, **chosen}, known)
        if made is not None:
            yield made


def _with_variables(region: Region, tree: Relation, variable: str) -> tuple[Region, Relation]:
    """`∇f` of a function that is never defined as `∇_x f`."""
    text = region.text
    bare = [k + 1 for k, c in enumerate(text) if c == "∇" and text[k + 1 : k + 2] not in ("_", "²", "·")]
    if not bare:
        return region, tree
    variable = variable or next(v for v in ("x", "ξ", "xʹ") if v not in names_of(tree))
    made = changed(region, [(k, k, f"_{{{variable}}} ") for k in bare])
    found = relation_of(made)
    return (made, found) if found is not None else (region, tree)


def _arguments(found: Iterable[tuple[str, str, int]], known: Known) -> dict[str, list[str]]:
    """Of each unknown function the names that it depends on directly; empty where they go in circles."""
    ways: dict[str, dict[str, None]] = {}
    for name, variable, _ in found:
        if name != variable and not depends(name, variable, known):
            ways.setdefault(name, {})[variable] = None

    def behind(name: str, seen: frozenset[str] = frozenset()) -> set[str]:
        """All that a name depends on."""
        if name in seen:
            raise RecursionError
        tensor = known.tensor(name)
        direct = set(ways.get(name, ())) | ({t.name for t in tensor.depends} - {name} if tensor is not None else set())
        return direct.union(*(behind(d, seen | {name}) for d in direct))

    try:
        return {
            name: [v for v in args if not any(v in behind(w) for w in args if w != v)]
            for name, args in sorted(ways.items(), key=lambda way: len(behind(way[0])))
        }
    except RecursionError:
        return {}


def _mixes(
    chosen: Mapping[str, tuple[str, ...]], arguments: dict[str, list[str]], known: Known, kinds: Mapping[str, str]
) -> bool:
    """Is a name that looks like a vector a number here, beside others that are none?  Much holds of numbers alone."""
    variables = {v for args in arguments.values() for v in args}
    shrunk = any(chosen.get(v) == () and ranks_of(v, kinds)[0] != NUMBER for v in variables)
    return shrunk and any(bool(chosen[v]) if v in chosen else known.rank(v) > 0 for v in variables)


def _other_way(known: Known, arguments: list[str]) -> bool:
    """Does something else of the page rest on what an argument does, so that the function may depend on it that way, too?"""
    tensors = [t for v in arguments if (t := known.tensor(v)) is not None and t.definition is not None]
    leaves = {leaf for t in tensors for leaf in t.depends if leaf is not t}
    return any(other_way(leaf, tensors, known.names) for leaf in leaves)


def depends(name: str, variable: str, known: Known) -> bool:
    """Is a name defined so that it depends on another one?"""
    tensor, other = known.tensor(name), known.tensor(variable)
    return tensor is not None and tensor.definition is not None and other is not None and other in tensor.depends


def _whole(tree: Relation) -> list[str]:
    return [n for side in tree.sides for n in whole_names(side)]


def _by_indices(tree: Relation, known: Known) -> dict[str, tuple[str, ...]]:
    """Dimensions of names that nobody declares and that have indices alone: what shares a letter is as long."""
    whole = set(_whole(tree))
    lengths = Lengths(lambda name: not known.is_known(name) and name not in whole)
    lengths.read(tree)
    if any(len(counts) > 1 for counts in lengths.ranks.values()):
        return {}
    letters, named = fresh_letters((), primes=1), dict[object, str]()
    return {n: tuple(named.setdefault(root, next(letters)) for root in lengths.of(n)) for n in lengths.ranks}


def _made(
    region: Region, arguments: dict[str, list[str]], shaped: dict[str, tuple[str, ...]], known: Known
) -> Reading | None:
    def dims(name: str) -> tuple[str, ...] | None:
        tensor = known.tensor(name)
        return shaped.get(name, tuple(map(str, tensor.dims)) if tensor is not None else None)

    functions: list[str] = []
    bindings: list[str] = []
    spoken: list[tuple[str, str]] = []
    for name, names in arguments.items():
        parts = []
        for variable in names:
            source, image = dims(variable), dims(name)
            if source is None or image is None or len(source) > 2:
                return None
            function = f"fn{len(functions) + 1}"
            functions.append(f"{function} : {space_text(dims_of(source))} → {space_text(dims_of(image))}")
            parts.append(f"{function}({variable})")
            spoken.append((function, name))
        bindings.append(f"{name} = {' + '.join(parts)}")
    scope = known.names.child()
    arrays = {n: d for n, d in shaped.items() if n not in arguments}
    for name, shape in arrays.items():
        scope.put(declared(name, shape))
    for text in functions:
        lower_statement(Piece(0, text), scope)
    added = f" where {', '.join(bindings)}"
    spot = region.places[-1] if region.places else (region.start, region.end)
    made = replace(
        region,
        text=region.text + added,
        places=(*region.places, *[spot] * len(added)),
        spoken=(*region.spoken, *spoken),
    )
    inner = scope.child()
    lowered = lower_statement(Piece(0, made.text), inner)
    if any(d.severity == "error" for d in lowered.diagnostics):
        return None
    return Reading(made, arrays, tuple(functions), lowered, inner)
