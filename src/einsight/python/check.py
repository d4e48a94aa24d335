"""Everything that there is to report of a file: malformed strings, shapes that do not fit, gradients that are judged."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ..documents.extract import Extract
from ..documents.notebook import NEXT_CELL, code
from ..lowering.report import NAMES, Diagnostic, Fix, Span, is_fault, told_fault
from ..terms.interruption import poll
from .arrays import Arrays
from .contractions import EINSUMS, REGROUPINGS, Contraction, Regrouping, contraction, regrouping
from .found import Found
from .gradients import judge_gradients
from .libraries import bound_names, dotted
from .module import Module, is_transparent
from .reading import Reader
from .scope import MOST_PUT_IN
from .sizes import Sizes
from .source import Source
from .subscripts import Malformed
from .values import UNKNOWN, Array, Thing, Value

# what a file must hold to be looked at
_LIBRARIES = ("numpy", "jax", "torch", "einops", "opt_einsum")
LARGEST = 2_000_000


def findings(text: str, budget: float | None = None) -> Found:
    """The findings of a program, in places of the text, in their order.  Never raises on any text."""
    module = module_of(text)
    found = Found(module=module)
    if module is None:
        return found
    with _within_bounds(found):
        found.diagnostics += _malformed(module)
    told = {d.span for d in found.diagnostics}
    shapes: list[Diagnostic] = []
    with _within_bounds(found):
        read_everything(module, shapes)
    found.diagnostics += [d for d in shapes if d.span not in told]
    with _within_bounds(found):
        _judge(module, found, budget)
    # a file that is written for something else: what is wrong is told, and no more
    wrong = [d for d in found.diagnostics if d.severity in ("error", "warning") or is_fault(d)]
    found.diagnostics = sorted(wrong, key=lambda d: d.span)
    return found


def findings_of_notebook(text: str, budget: float | None = None) -> Found:
    """The findings of the code cells of a notebook, in places of its file."""
    extract = code(text)
    return _placed(findings(extract.text, budget), extract) if extract is not None else Found()


def _placed(found: Found, extract: Extract) -> Found:
    """What was found in an extract, in places of the file."""
    place = extract.place

    def told(one: Diagnostic) -> Diagnostic:
        # as it stands in a string of JSON
        fixes = tuple(Fix(f.title, place(f.span), f.text) for f in one.fixes if not set(f.text) & set('"\\\n'))
        return replace(one, span=place(one.span), fixes=fixes)

    return Found(
        [replace(c, span=place(c.span)) for c in found.claims],
        [told(d) for d in found.diagnostics],
        [(place(span), why) for span, why in found.unread],
        found.failing,
    )


@contextmanager
def _within_bounds(found: Found) -> Iterator[None]:
    """A fault of ours costs what it is in, and is told."""
    try:
        yield
    except RecursionError:
        found.unread.append(((0, 1), "it is nested too deeply"))
    except Exception as error:
        found.diagnostics.append(told_fault(error, (0, 1), code="EIN403"))


def _judge(module: Module, found: Found, budget: float | None) -> None:
    judged = judge_gradients(module, read_top(module), budget)
    order = sorted(range(len(judged.claims)), key=lambda k: judged.claims[k].span)
    found.claims = [judged.claims[k] for k in order]
    found.failing = {place: judged.failing[k] for place, k in enumerate(order) if k in judged.failing}
    found.unread += judged.unread
    told = {d.span for d in found.diagnostics}
    found.diagnostics += [d for d in judged.diagnostics if d.span not in told]


def module_of(text: str) -> Module | None:
    """A file that may hold array code; None for any other."""
    if len(text) > LARGEST or not any(library in text for library in _LIBRARIES):
        return None
    source = Source(text)
    if source.tree is None:
        return None
    try:
        module = Module(source)
    except RecursionError:
        return None
    return module if any(module.imports.values()) else None


# strings


def calls(module: Module) -> Iterator[tuple[ast.Call, str, bool]]:
    """The calls of `einsum` and of einops, with the function, and whether they are meant to run."""
    shadows: list[set[str]] = [set()]

    def visit(node: ast.AST, meant: bool) -> Iterator[tuple[ast.Call, str, bool]]:
        own = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if own:
            shadows.append(shadows[-1] | bound_names(node))
        if isinstance(node, ast.Call):
            parts = dotted(node.func)
            if parts is not None and parts[0] not in shadows[-1] and module.imports.get(parts[0]):
                path = ".".join([module.imports[parts[0]], *parts[1:]])
                if path in EINSUMS or path in REGROUPINGS:
                    yield node, path, meant
        if isinstance(node, (ast.With, ast.AsyncWith, ast.Try)):
            meant = False
        for child in ast.iter_child_nodes(node):
            yield from visit(child, meant)
        if own:
            shadows.pop()

    yield from visit(module.tree, True)


def call_of(module: Module, node: ast.Call, path: str) -> Contraction | Regrouping | None:
    """What such a call says.  Raises Malformed."""
    texts = [module.source.text_of(a) for a in node.args]
    function = module.source.text_of(node.func)
    make = contraction if path in EINSUMS else regrouping
    return make(node, path, texts, function)


def _malformed(module: Module) -> Iterator[Diagnostic]:
    for node, path, meant in calls(module):
        poll()
        try:
            call_of(module, node, path)
        except Malformed as wrong:
            if meant:
                yield Diagnostic("EIN601", NAMES["EIN601"][1], _place(module, node, path), str(wrong))


def _place(module: Module, node: ast.Call, path: str) -> Span:
    """Of the string where there is one, else of the call."""
    strings = [a for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return module.source.span(strings[0] if strings else node)


# shapes


def read_everything(module: Module, report: list[Diagnostic] | None) -> None:
    """Read the top of the file and each function, and report what does not fit."""
    top = read_top(module, report)
    classes: dict[ast.ClassDef, dict[str, Value]] = {}
    budget = [MOST_PUT_IN]
    for function, owner in module.every_function():
        poll()
        reader = Reader(module, Arrays(Sizes()), dict(top), report, budget=budget)
        if owner is not None and owner not in classes:
            classes[owner] = attributes_of(module, owner, top)
        if not is_transparent(function):
            reader.told = False
        reader.take_parameters(function)
        if owner is not None and function.args.args and not _is_static(function):
            methods = {n.name: n for n in owner.body if isinstance(n, ast.FunctionDef)}
            own = dict(classes[owner])
            reader.environment[function.args.args[0].arg] = Thing(own, methods=methods)
        reader.run(function.body)
        _check_result(reader, function)


def read_top(module: Module, report: list[Diagnostic] | None = None) -> dict[str, Value]:
    """What the names of the file stand for that mean one thing throughout."""
    reader = Reader(module, Arrays(Sizes()), {}, report)
    for name in bound_names(module.tree) - set(module.functions):
        if name not in module.once:
            reader.environment[name] = UNKNOWN
    body = [
        s for s in module.tree.body if not isinstance(s, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))
    ]
    for cell in _cells_of(module, body):
        reader.run(cell)
        # cells run in any order: what is certain in another one is what is bound once
        reader.environment = {n: v for n, v in reader.environment.items() if n in module.once}
    kept = {n: v for n, v in reader.environment.items() if n in module.once}
    return kept | {n: UNKNOWN for n in bound_names(module.tree) if n not in module.once}


def _cells_of(module: Module, body: list[ast.stmt]) -> list[list[ast.stmt]]:
    """The statements of each cell of a notebook; all of them in any other file."""
    ends = [m.start() for m in re.finditer(re.escape(NEXT_CELL), module.source.text)]
    cells: list[list[ast.stmt]] = [[] for _ in range(len(ends) + 1)]
    for statement in body:
        cells[bisect_right(ends, module.source.span(statement)[0])].append(statement)
    return cells


def _is_static(function: ast.FunctionDef) -> bool:
    return any(isinstance(d, ast.Name) and d.id in ("staticmethod", "classmethod") for d in function.decorator_list)


def attributes_of(module: Module, owner: ast.ClassDef, top: dict[str, Value]) -> dict[str, Value]:
    """The attributes that `__init__` gives an object and nothing changes, where their shapes are numbers."""
    start = next((n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
    if start is None or not start.args.args:
        return {}
    thing = Thing()
    reader = Reader(module, Arrays(Sizes()), dict(top))
    reader.take_parameters(start)
    reader.environment[start.args.args[0].arg] = thing
    reader.run(start.body)
    kept: dict[str, Value] = {}
    for name, value in thing.attributes.items():
        fixed = isinstance(value, Array) and module.attributes_set[name] == 1 and not value.open
        if fixed and isinstance(value, Array) and all(isinstance(i.dim.value, int) for i in value.indices):
            kept[name] = value
    return kept


def _check_result(reader: Reader, function: ast.FunctionDef) -> None:
    """A returned array against the annotation of the result."""
    from .annotations import annotated
    from .arrays import Misfit

    declared = annotated(function.returns)
    if declared is None or reader.returned is None or reader.branch:
        return
    node, value = reader.returned
    if not isinstance(value, Array) or value.open or node.value is None:
        return
    names = set(reader.declared)
    if any(isinstance(d, str) and d not in names and d != "*" for d in declared):
        return
    try:
        reader.declare(value, declared, reader.text(node.value))
    except Misfit as wrong:
        reader.tell("EIN603", node.value, str(wrong))
