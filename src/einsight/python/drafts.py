"""What can be written for a function: its gradient, `backward`, `custom_vjp`, a product with its second derivative.

Each is edits of the text, in the file's library and names, beside the statements of the function that it needs.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ..lowering.report import Span
from ..terms.interruption import OutOfTime, within
from .check import read_top
from .drafting import Drafted, curvature, gradients, needed
from .forwards import Forward, forward_of
from .found import Found
from .libraries import resolve
from .module import Function, Module
from .runs import Unreadable
from .trials import trial_of
from .values import Value
from .writing import library_of

SECONDS = 2.0
# arguments of which each has a draft of its own
MOST_VARIABLES = 3
INDENT, BETWEEN = "    ", "\n\n\n"


@dataclass(frozen=True)
class Draft:
    """A text that can be written: `kind` is gradient, backward, custom_vjp or hvp; `tested` where a test stands beside it."""

    title: str
    kind: str
    edits: tuple[tuple[Span, str], ...]
    tested: bool = False


def drafts_at(found: Found, offset: int) -> list[Draft]:
    """What can be written for the function whose first line, or return, is at an offset; nothing where it is not read."""
    module = found.module
    here = _function_at(module, offset) if module is not None else None
    if module is None or here is None:
        return []
    made: list[Draft] = []
    try:
        with within(SECONDS) as limit:
            for draft in _drafts(module, *here, read_top(module)):
                made.append(draft)
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
    return made


def _function_at(module: Module, offset: int) -> tuple[Function, ast.ClassDef | None] | None:
    line = module.source.line_at(offset)
    for function, owner in module.every_function():
        heads = range(min([function.lineno, *(d.lineno for d in function.decorator_list)]), function.body[0].lineno)
        last = function.body[-1]
        if line == function.lineno or line in heads or (isinstance(last, ast.Return) and line == last.lineno):
            is_outside = function in module.tree.body or (owner is not None and owner in module.tree.body)
            return (function, owner) if is_outside else None
    return None


def _drafts(
    module: Module, function: Function, owner: ast.ClassDef | None, top: Mapping[str, Value]
) -> Iterator[Draft]:
    if owner is not None:
        if _is_autograd(module, owner) and function.name == "forward":
            yield from _each(_backward_in, forward_of(module, function, owner, top, context=True))
        return
    if not isinstance(function.body[-1], ast.Return):
        return
    try:
        forward = forward_of(module, function, None, top)
    except Unreadable:
        return
    if forward.is_scalar:
        for name in forward.variables[:MOST_VARIABLES]:
            yield from _each(_gradient, forward, name)
    else:
        yield from _each(_product, forward)
    library = library_of(module)
    if library == "torch":
        yield from _each(_autograd_class, forward)
    if library == "jax":
        yield from _each(_custom_vjp, forward)
    if forward.is_scalar and forward.variables:
        yield from _each(_hvp, forward, forward.variables[0])


def _each(make, forward: Forward, *more: str) -> Iterator[Draft]:  # type: ignore[no-untyped-def]
    """A draft without its test and with it."""
    for tested in (False, True):
        with suppress(Unreadable):
            yield make(forward, *more, tested)


def _is_autograd(module: Module, owner: ast.ClassDef) -> bool:
    ends = ("autograd.Function", "autograd.function.Function")
    methods = {n.name for n in owner.body if isinstance(n, ast.FunctionDef)}
    return any(resolve(b, module.imports).endswith(ends) for b in owner.bases) and not methods & {
        "backward",
        "setup_context",
    }


# functions beside the function


def _gradient(forward: Forward, variable: str, tested: bool) -> Draft:
    function = forward.function
    alone = len(forward.variables) == 1
    name = f"{function.name}_grad" if alone else f"{function.name}_grad_{variable}"
    _free(forward, name)
    drafted = gradients(forward, [variable])
    body = [*_said(forward, drafted.used), *drafted.statements, f"return {drafted.results[0]}"]
    about = f"The gradient of `{function.name}` in `{variable}`."
    blocks = [_function(name, _parameters(forward), about, body)]
    blocks += [trial_of("gradient", forward, name, [variable])] if tested else []
    return _behind(forward, f"Write the gradient in `{variable}`", "gradient", blocks, tested, drafted.imports)


def _product(forward: Forward, tested: bool) -> Draft:
    function = forward.function
    name = f"{function.name}_backward"
    _free(forward, name)
    weight = _unused(forward, "g", "grad_output")
    variables = forward.variables
    drafted = gradients(forward, variables, weight)
    body = [*_said(forward, drafted.used), *drafted.statements, f"return {', '.join(drafted.results)}"]
    about = f"The gradients in {_listed(variables)}, where `{weight}` is that in the result of `{function.name}`."
    blocks = [_function(name, f"{_names(forward)}, {weight}", about, body)]
    blocks += [trial_of("product", forward, name, variables)] if tested else []
    return _behind(
        forward, f"Write the backward pass of `{function.name}`", "gradient", blocks, tested, drafted.imports
    )


def _hvp(forward: Forward, variable: str, tested: bool) -> Draft:
    function = forward.function
    name = f"{function.name}_hvp"
    _free(forward, name)
    vector = _unused(forward, "v", "tangent")
    drafted = curvature(forward, variable, vector)
    body = [*_said(forward, drafted.used), *drafted.statements, f"return {drafted.results[0]}"]
    about = f"The second derivative of `{function.name}` in `{variable}`, times `{vector}`."
    blocks = [_function(name, f"{_names(forward)}, {vector}", about, body)]
    blocks += [trial_of("hvp", forward, name, [variable])] if tested else []
    return _behind(forward, f"Write the Hessian-vector product in `{variable}`", "hvp", blocks, tested, drafted.imports)


def _custom_vjp(forward: Forward, tested: bool) -> Draft:
    module, function = forward.module, forward.function
    name = function.name
    if function.decorator_list or forward.numbers or forward.variables != forward.arguments:
        raise Unreadable("an argument that is no array")
    _free(forward, f"{name}_fwd", f"{name}_bwd")
    weight, kept = _unused(forward, "g", "cotangent"), _unused(forward, "residuals", "saved")
    drafted = gradients(forward, forward.variables, weight)
    saved = _saved(forward, drafted)
    before, value = _body(forward)
    forth = [*before, f"return {value}, ({', '.join(saved)}{',' * (len(saved) == 1)})"]
    unpacked = [f"{', '.join(saved)}{',' * (len(saved) == 1)} = {kept}"] if saved else []
    results = ", ".join(drafted.results) + "," * (len(drafted.results) == 1)
    back = [*unpacked, *drafted.statements, f"return {results}"]
    blocks = [_function(f"{name}_fwd", _names(forward), "", forth)]
    blocks.append(_function(f"{name}_bwd", f"{kept}, {weight}", "", back))
    blocks.append(f"{name}.defvjp({name}_fwd, {name}_bwd)")
    blocks += [trial_of("custom_vjp", forward, name, forward.variables)] if tested else []
    draft = _behind(forward, f"Write `custom_vjp` of `{name}`", "custom_vjp", blocks, tested)
    jax = next((n for n, path in module.imports.items() if path == "jax"), "")
    at = module.source.start_of(function)
    edits = (*_imported(forward, set() if jax else {"jax"}), ((at, at), f"@{jax or 'jax'}.custom_vjp\n"))
    return Draft(draft.title, draft.kind, (*edits, draft.edits[-1]), tested)


# autograd.Function


def _autograd_class(forward: Forward, tested: bool) -> Draft:
    """A class of its own, of which the function's statements are `forward`."""
    function = forward.function
    name = "".join(part[:1].upper() + part[1:] for part in function.name.split("_"))
    _free(forward, name)
    context = _unused(forward, "ctx", "context")
    drafted, back, saving = _backward(forward, context)
    before, value = _body(forward)
    forth = [*before, *saving, f"return {value}"]
    torch = next(n for n, path in forward.module.imports.items() if path == "torch")
    ahead = _function("forward", f"{context}, {_parameters(forward)}", "", forth, static=True)
    blocks = [f"class {name}({torch}.autograd.Function):\n{ahead}\n\n{back}"]
    blocks += [trial_of("backward", forward, name, forward.variables)] if tested else []
    return _behind(
        forward, f"Write `{function.name}` as an `autograd.Function`", "backward", blocks, tested, drafted.imports
    )


def _backward_in(forward: Forward, tested: bool) -> Draft:
    """`backward` of a class that has `forward`, which saves what is needed."""
    module, function, owner = forward.module, forward.function, forward.owner
    assert owner is not None
    context = function.args.args[0].arg
    drafted, back, saving = _backward(forward, context)
    edits: list[tuple[Span, str]] = [*_imported(forward, drafted.imports)]
    calls = [
        s for s in function.body
        if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call) and ast.unparse(s.value.func) == f"{context}.save_for_backward"
    ]  # fmt: skip
    last = function.body[-1]
    at = module.source.span(last)[0]
    blank = " " * last.col_offset
    fresh = [s for s in saving if not (calls and "save_for_backward" in s)]
    if calls:
        text = next((s for s in saving if "save_for_backward" in s), f"{context}.save_for_backward()")
        edits.append((module.source.span(calls[0]), text))
    edits.append(((at, at), "".join(f"{s}\n{blank}" for s in fresh)))
    end = module.source.span(function)[1]
    tail = "\n\n" + back
    if not tested:
        edits.append(((end, end), tail))
    else:
        stop = module.source.span(owner)[1]
        trial = BETWEEN + trial_of("backward", forward, owner.name, forward.variables)
        edits += [((end, end), tail + trial)] if stop == end else [((end, end), tail), ((stop, stop), trial)]
    title = f"Write `backward` of `{owner.name}`" + " with a test" * tested
    return Draft(title, "backward", tuple(e for e in edits if e[1] or e[0][0] != e[0][1]), tested)


def _backward(forward: Forward, context: str) -> tuple[Drafted, str, list[str]]:
    """What is drafted, the method, and the statements by which `forward` keeps what it needs."""
    weight = _unused(forward, "grad_output", "g")
    arrays = forward.variables
    drafted = gradients(forward, arrays, weight)
    used = _saved(forward, drafted)
    tensors = [n for n in used if n not in forward.numbers]
    numbers = [n for n in used if n in forward.numbers]
    saving = [f"{context}.save_for_backward({', '.join(tensors)})"] if tensors else []
    saving += [f"{context}.{n} = {n}" for n in numbers]
    body = [f"{', '.join(tensors)}{',' * (len(tensors) == 1)} = {context}.saved_tensors"] if tensors else []
    body += [f"{n} = {context}.{n}" for n in numbers]
    results = dict(zip(arrays, drafted.results, strict=True))
    returned = ", ".join(results.get(n, "None") for n in forward.arguments)
    body += [*drafted.statements, f"return {returned}"]
    return drafted, _function("backward", f"{context}, {weight}", "", body, static=True), saving


def _saved(forward: Forward, drafted: Drafted) -> list[str]:
    """The names that the way back needs: arguments in their order, then what the function's statements give."""
    order = [*forward.arguments, *(n.id for s in forward.function.body for n in ast.walk(s) if isinstance(n, ast.Name))]
    return [n for n in dict.fromkeys(order) if n in drafted.used]


# texts


def _free(forward: Forward, *names: str) -> None:
    """Raises Unreadable where the file has something of that name."""
    module = forward.module
    taken = {*module.functions, *module.classes, *module.imports, *module.once}
    for name in names:
        if name in taken:
            raise Unreadable(f"there is a `{name}`")


def _unused(forward: Forward, *wanted: str) -> str:
    taken = {n.id for n in ast.walk(forward.function) if isinstance(n, ast.Name)} | set(forward.arguments)
    return next((w for w in wanted if w not in taken), f"{wanted[0]}_")


def _parameters(forward: Forward) -> str:
    """With annotations and defaults, as they stand."""
    arguments = forward.function.args
    text = ast.unparse(arguments)
    if forward.owner is not None and arguments.args:
        text = text.partition(", ")[2]
    return text


def _names(forward: Forward) -> str:
    return ", ".join(forward.arguments)


def _said(forward: Forward, used: set[str]) -> list[str]:
    """The statements of the function that give some names, as they stand."""
    return [_text(forward.module, s) for s in needed(forward, used - set(forward.arguments))]


def _text(module: Module, statement: ast.stmt) -> str:
    start, end = module.source.span(statement)
    return textwrap.dedent(" " * statement.col_offset + module.source.text[start:end])


def _body(forward: Forward) -> tuple[list[str], str]:
    """The lines of a function before its return, with their comments, and the expression that it returns."""
    module, function = forward.module, forward.function
    last = function.body[-1]
    assert isinstance(last, ast.Return) and last.value is not None
    lines = module.source.whole_text_of(function).split("\n")
    first = min([function.lineno, *(d.lineno for d in function.decorator_list)])
    head = function.body[0]
    if isinstance(head, ast.Expr) and isinstance(head.value, ast.Constant) and len(function.body) > 1:
        begin = (head.end_lineno or head.lineno) + 1
    else:
        begin = _end_of_head(function, lines, first)
    kept = lines[begin - first : last.lineno - first]
    text = textwrap.dedent("\n".join(kept)).strip("\n")
    value = _text(module, last).removeprefix("return").strip()
    return text.split("\n") if text else [], value


def _end_of_head(function: Function, lines: list[str], first: int) -> int:
    """The line behind that on which the head of a function ends."""
    for line in range(function.lineno, function.body[0].lineno + 1):
        if re.search(r":\s*(#.*)?$", lines[line - first]):
            return line + 1
    return function.body[0].lineno


def _function(name: str, parameters: str, about: str, body: Sequence[str], static: bool = False) -> str:
    blank = INDENT if static else ""
    head = [f"{blank}@staticmethod"] if static else []
    head.append(f"{blank}def {name}({parameters}):")
    said = [f'{blank}{INDENT}"""{about}"""'] if about else []
    inner = [textwrap.indent(part, blank + INDENT) for part in body]
    return "\n".join([*head, *said, *inner])


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{n}`" for n in names)


def _behind(
    forward: Forward, title: str, kind: str, blocks: Sequence[str], tested: bool, imports: Iterable[str] = ()
) -> Draft:
    """Blocks of lines behind the function."""
    end = forward.module.source.span(forward.function)[1]
    source = forward.module.source.text
    stop = source.find("\n", end)
    end = len(source) if stop < 0 else stop
    text = "".join(BETWEEN + block for block in blocks)
    edits = (*_imported(forward, imports), ((end, end), text))
    return Draft(title + " with a test" * tested, kind, edits, tested)


def _imported(forward: Forward, modules: Iterable[str]) -> tuple[tuple[Span, str], ...]:
    """Edits that import modules at the top of the file."""
    source, body = forward.module.source, forward.module.tree.body
    at = source.start_of(next(s for s in body if isinstance(s, (ast.Import, ast.ImportFrom))))
    return tuple(((at, at), f"import {name}\n") for name in sorted(modules))
