"""A derivative of a function as statements in the author's library and names, behind those of the function that they need."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ..deriving.products import Differentiated, product_with
from ..deriving.reducing import reduce, shortest
from ..lowering.report import EinsightError
from ..targets.arguments import Request
from ..targets.array_source import write
from ..terms import build
from ..terms.dimension import Index, fresh_index
from ..terms.term import Tensor, Term
from .forwards import COTANGENT, Forward
from .runs import Unreadable
from .sharing import WIDTH, Shared
from .writing import Inline, aliases, dialect_of, library_of, one_expression

LONGEST_LINE = 110
MOST_LINES = 24
# what a product of a second derivative is multiplied by, in `deriving/products.py`
TANGENT = "tangent"
BUILTINS = frozenset("float int abs len max min sum range tuple list".split())


@dataclass
class Drafted:
    """Statements, and what they give: an expression for each derivative, in order.

    used      the names of the function that stand in them: of parameters, and of what its statements give
    imports   modules that the file must import besides
    """

    statements: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)


def gradients(forward: Forward, variables: Sequence[str], cotangent: str = "") -> Drafted:
    """The gradient in each variable, worked out once; of an array its product with a cotangent of that name.  Raises Unreadable."""
    key = (*variables, cotangent)
    if key in forward.drafted:
        return forward.drafted[key]
    whole = [_gradient(forward, name, bool(cotangent)) for name in variables]
    found = _drafted(forward, whole, {COTANGENT: cotangent} if cotangent else {})
    if len(", ".join(found.results)) > WIDTH and len(variables) > 1:
        found.statements += [f"grad_{n} = {r}" for n, r in zip(variables, found.results, strict=True)]
        found.results = [f"grad_{n}" for n in variables]
    forward.drafted[key] = found
    return found


def curvature(forward: Forward, variable: str, tangent: str) -> Drafted:
    """The product of the second derivative in a variable with an array of that name.  Raises Unreadable."""
    key = (variable, tangent, "twice")
    if key in forward.drafted:
        return forward.drafted[key]
    tensor, array = forward.paths.parameters[variable]
    output = forward.paths.output.term
    assert output is not None
    first, second = _like(array.indices), _like(array.indices)
    twice = build.derivative(build.derivative(output, tensor, first), tensor, second)
    try:
        found = product_with(Differentiated(twice, (*first, *second), (first, second), ()), "hvp")
    except EinsightError as error:
        raise Unreadable(str(error)) from None
    forward.drafted[key] = made = _drafted(forward, [(found.term, found.axes)], {found.vector.name: tangent})
    return made


def _like(indices: Iterable[Index]) -> tuple[Index, ...]:
    return tuple(fresh_index(i.dim) for i in indices)


def _gradient(forward: Forward, variable: str, weighted: bool) -> tuple[Term, tuple[Index, ...]]:
    paths = forward.paths
    tensor, array = paths.parameters[variable]
    output = paths.output.term
    assert output is not None
    if weighted:
        assert paths.cotangent is not None
        weight, own = paths.cotangent
        assert own.term is not None
        names = dict(zip(own.indices, paths.output.indices, strict=True))
        output = build.product([build.substitute(own.term, dict(names)), output], paths.output.indices)
    indices = _like(array.indices)
    derivative = build.derivative(output, tensor, indices)
    try:
        return shortest(reduce(derivative), derivative), indices
    except EinsightError as error:
        raise Unreadable(str(error)) from None


# statements


def _drafted(
    forward: Forward, derivatives: Sequence[tuple[Term, tuple[Index, ...]]], renamed: Mapping[str, str]
) -> Drafted:
    library = library_of(forward.module)
    taken = {n.id for n in ast.walk(forward.function) if isinstance(n, ast.Name)} | set(forward.arguments)
    taken |= set(renamed.values()) | set(forward.module.imports) | set(forward.module.functions)
    shared = Shared()
    for tensor in _definitions(forward):
        assert tensor.definition is not None
        with suppress(Unreadable):
            shared.name(
                tensor.name, _expression(forward, tensor.definition.body, tensor.definition.params, {}, library)
            )
    results = [_expression(forward, term, axes, renamed, library) for term, axes in derivatives]
    fresh = (n for k in range(1, 1000) if (n := f"t{k}") not in taken)
    statements, made = shared.written(results, fresh)
    spelled = [[_aliased(forward, text, library) for text in texts] for texts in (statements, made)]
    drafted = Drafted(spelled[0], spelled[1])
    _check(forward, drafted, set(renamed.values()))
    return drafted


def _definitions(forward: Forward) -> list[Tensor]:
    """What the function gives names, in order."""
    found = (
        {t.name: t for t in forward.paths.output.term.depends if t.definition is not None}
        if forward.paths.output.term
        else {}
    )
    return [found[n] for n, _ in _assigned(forward) if n in found]


def _expression(
    forward: Forward, term: Term, axes: Sequence[Index], renamed: Mapping[str, str], library: str
) -> ast.expr:
    """A term as one expression in the author's names.  Raises Unreadable."""
    try:
        source, arguments = write(Request(term, tuple(axes)), dialect_of(library))
    except (EinsightError, RecursionError) as error:
        raise Unreadable(f"no code is known for it: {error}") from None
    author = forward.paths.names
    names = {own: renamed.get(t.name) or author.get(t, t.name) for t, own in arguments.items()}
    found = one_expression(source, names, frozenset(n for n, _ in _assigned(forward)))
    if found is None:
        raise Unreadable("its entries are written one by one")
    return found


def _aliased(forward: Forward, text: str, library: str) -> str:
    for path, alias in aliases(forward.module, library):
        text = Inline.spelled(text, path, alias)
    return text


def _assigned(forward: Forward) -> Iterator[tuple[str, ast.Assign]]:
    for statement in forward.function.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            yield statement.targets[0].id, statement


def _check(forward: Forward, drafted: Drafted, added: set[str]) -> None:
    """Every name is one that the author has.  Raises Unreadable."""
    if len(drafted.statements) > MOST_LINES or any(
        len(r) > LONGEST_LINE for r in (*drafted.statements, *drafted.results)
    ):
        raise Unreadable("it is long")
    tree = ast.parse("\n".join([*drafted.statements, *drafted.results]))
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    made = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    inner = {a.arg for n in ast.walk(tree) if isinstance(n, ast.Lambda) for a in n.args.args}
    named = {name for name, _ in _assigned(forward)}
    imports = {n for n, path in forward.module.imports.items() if path}
    drafted.used = names & (set(forward.arguments) | named)
    drafted.imports = names & {library_of(forward.module)} - imports
    foreign = names - drafted.used - made - inner - added - imports - drafted.imports - BUILTINS
    if foreign:
        raise Unreadable(f"it needs `{sorted(foreign)[0]}`, which the file does not import")


def needed(forward: Forward, names: Iterable[str]) -> list[ast.stmt]:
    """The statements of a function that some of its names need, in order."""
    wanted = set(names)
    found: list[ast.stmt] = []
    for statement in reversed(forward.function.body):
        bound = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        if bound & wanted and isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            found.append(statement)
            wanted |= {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
    return found[::-1]
