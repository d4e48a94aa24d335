"""Everything that there is to report of a file: malformed strings, shapes that do not fit, gradients that are judged."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ..documents.extract import Extract
from ..documents.notebook import code
from ..lowering.report import NAMES, Diagnostic, Fix, Span, is_fault, told_fault
from ..terms.interruption import poll
from .arrays import Arrays
from .contractions import EINSUMS, REGROUPINGS, call_of
from .found import Found
from .gradients import judge_gradients
from .libraries import bound_names, dotted
from .module import Module, is_for_types, is_transparent
from .reading import Reader
from .sizes import Sizes
from .source import Source
from .subscripts import Malformed
from .units import MEMORY, Memory, Reading, Rests, keep, own, told
from .values import UNKNOWN, Array, Thing, Value

# what a file must hold to be looked at
_LIBRARIES = ("numpy", "jax", "torch", "einops", "opt_einsum")
LARGEST = 2_000_000


def findings(text: str, budget: float | None = None, memory: Memory = MEMORY) -> Found:
    """The findings of a program, in places of the text, in their order.  Never raises on any text.

    memory   holds what was read of the functions in it, and grows
    """
    module = module_of(text)
    found = Found(module=module)
    if module is None:
        return found
    with _within_bounds(found):
        found.diagnostics += _malformed(module)
    malformed = {d.span for d in found.diagnostics}
    shapes: list[Diagnostic] = []
    top: dict[str, Value] | None = None
    with _within_bounds(found):
        top = read_everything(module, shapes, memory)
    found.diagnostics += [d for d in shapes if d.span not in malformed]
    with _within_bounds(found):
        _judge(module, found, budget, top if top is not None else read_top(module), memory)
    # a file that is written for something else: what is wrong is told, and no more
    wrong = [d for d in found.diagnostics if d.severity in ("error", "warning") or is_fault(d)]
    found.diagnostics = sorted(wrong, key=lambda d: d.span)
    return found


def findings_of_notebook(text: str, budget: float | None = None) -> Found:
    """The findings of the code cells of a notebook, which are one program in their order, in places of its file."""
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


def _judge(module: Module, found: Found, budget: float | None, top: dict[str, Value], memory: Memory) -> None:
    wrong = frozenset(module.source.line_at(d.span[0]) for d in found.diagnostics)
    judged = judge_gradients(module, top, budget, memory, wrong)
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
    for node in module.nodes.calls:
        parts = dotted(node.func)
        if parts is None or not module.imports.get(parts[0]):
            continue
        path = ".".join([module.imports[parts[0]], *parts[1:]])
        if path not in EINSUMS and path not in REGROUPINGS:
            continue
        around = list(module.nodes.around(node))
        if any(parts[0] in module.said(bound_names, o) for o in around if isinstance(o, _FUNCTIONS)):
            continue
        yield node, path, not any(isinstance(o, _MAY_FAIL) or is_for_types(o) for o in around)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_MAY_FAIL = (ast.With, ast.AsyncWith, ast.Try)


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


def read_everything(module: Module, report: list[Diagnostic], memory: Memory = MEMORY) -> dict[str, Value]:
    """Read the top of the file and each function, and report what does not fit; gives what the names of the file stand for.

    A function whose text, and what it rests on, has been read before is not read again.
    """
    top = read_top(module, report)
    rests = Rests(module, top, memory)
    classes: dict[ast.ClassDef, dict[str, Value]] = {}
    for function, owner in module.every_function():
        poll()
        if owner is not None and owner not in classes:
            classes[owner] = _attributes_once(rests, owner)
        kept = classes[owner] if owner is not None else {}
        of_class = tuple(sorted((n, *map(str, told(v))) for n, v in kept.items()))
        key = (*rests.key((function,), owner), of_class, owner is not None)
        start = module.source.start_of(function)
        reading = memory.functions.get(key)
        if reading is None:
            reading = keep(memory.functions, key, _reading(module, function, owner, kept, top, start))
            memory.read_count += 1
        here = [replace(d, span=(d.span[0] + start, d.span[1] + start)) for d in reading.diagnostics]
        report += [d for d in here if d.span not in {other.span for other in report}]
        if reading.shapes:
            nodes = module.nodes.of(function)
            module.shapes |= {nodes[place]: shape for place, shape in reading.shapes}
    spans = {d.span for d in report}  # what does not fit whoever calls is told once
    report[:] = [d for d in report if module.behind_calls.get(d.span, (-1, -1)) not in spans]
    return top


def _reading(
    module: Module,
    function: ast.FunctionDef,
    owner: ast.ClassDef | None,
    attributes: dict[str, Value],
    top: dict[str, Value],
    start: int,
) -> Reading:
    """What there is to report of a function, from where it starts."""
    report: list[Diagnostic] = []
    reader = Reader(module, Arrays(Sizes()), own(top), report)
    reader.top, reader.shapes = top, {}
    if not is_transparent(function):
        reader.told = False
    reader.take_parameters(function)
    if owner is not None and function.args.args and not _is_static(function):
        methods = {n.name: n for n in owner.body if isinstance(n, ast.FunctionDef)}
        reader.environment[function.args.args[0].arg] = Thing(dict(attributes), methods=methods)
    reader.run(function.body)
    _check_result(reader, function)
    places = {node: place for place, node in enumerate(module.nodes.of(function))} if reader.shapes else {}
    return Reading(
        [replace(d, span=(d.span[0] - start, d.span[1] - start)) for d in report],
        [(places[node], shape) for node, shape in reader.shapes.items() if node in places],
    )


def _attributes_once(rests: Rests, owner: ast.ClassDef) -> dict[str, Value]:
    start = next((n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
    if start is None:
        return {}
    key = (*rests.key((start,), owner), tuple(sorted(rests.module.attributes_set.items())))
    found = rests.memory.attributes.get(key)
    if found is None:
        found = keep(rests.memory.attributes, key, attributes_of(rests.module, owner, own(rests.top)))
    return found


def read_top(module: Module, report: list[Diagnostic] | None = None) -> dict[str, Value]:
    """What the names of the file stand for that mean one thing throughout."""
    reader = Reader(module, Arrays(Sizes(mark="top")), {}, report)
    reader.root = reader
    module.called_with.clear()
    for name in module.bound_in(module.tree) - module.functions.keys():
        if name not in module.once:
            reader.environment[name] = UNKNOWN
    body = [
        s for s in module.tree.body if not isinstance(s, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))
    ]
    reader.run(body)
    _tell_failing(reader)
    kept = {n: v for n, v in reader.environment.items() if n in module.once}
    return kept | {n: UNKNOWN for n in module.bound_in(module.tree) if n not in module.once}


# what is called so is written as a derivative
_DERIVATIVE = re.compile(r"back|bwd|grad|jac|hess|vjp|deriv|score|bptt|^d_?[A-Z]", re.IGNORECASE)


def _tell_failing(reader: Reader) -> None:
    """Tell of calls in which shapes do not go together: at the call, but in a derivative, which is given what its function is, where that is."""
    for call, name, found in reader.failing:
        others = {f.node for _, _, f in reader.failing if f.function is found.function}
        if found.function in reader.passing or len(others) > 1 or not _DERIVATIVE.search(name):
            reader.tell(found.code, call, f"in `{name}`, {found.message}")
            reader.module.behind_calls[reader.module.source.span(call)] = reader.module.source.span(found.node)
        else:
            line = getattr(found.call, "lineno", 0)
            reader.tell(found.code, found.node, f"in `{name}`, called in line {line}, {found.message}")


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
