"""What is known while the statements of one scope are read: names, sizes, and what was told."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..lowering.report import NAMES, Diagnostic
from ..terms.dimension import Dim
from .annotations import Declared, annotated, dims_of, named_in, of_line, scalar_annotation
from .arrays import Arrays
from .axes import Misfit
from .functions import NotRead
from .module import Module
from .values import (
    UNKNOWN,
    Array,
    Number,
    Returned,
    Value,
)

# statements of helpers that are read once more where they are called, in one reading of a function
MOST_PUT_IN = 1000


@dataclass(frozen=True)
class Deepest:
    """Where shapes do not go together in a function that is called, `call` says from where."""

    function: ast.AST
    node: ast.AST
    code: str
    message: str
    call: ast.AST


class Scope:
    """What is known while the statements of one scope are read.

    environment   what the names stand for
    declared      what the names of sizes stand for in this scope
    told          are shapes that do not fit reported?
    broken        why what stands behind some statement does not always run, or runs otherwise; empty so far
    misfit        where shapes do not go together first, and the message
    returns       what is returned, place by place, with the conditions under which it is
    where         1 where all conditions hold that the statements now read stand under; None where there are none
    shapes        what is shown at nodes
    forgotten     names of lists that were changed, whatever branch changed them
    naming        what a value becomes that is given a name; None where it stays what it is
    top           what the names of the file stand for, which functions that are put in see, too
    root          the reader of the top of the file, where that is what is read: its names are what they are by now
    deepest       where shapes do not go together first in the functions that are put in
    failing       the calls at the top of the file in which shapes do not go together, with what is called; told when all are read
    passing       the functions of which a call was read in which they do
    first_turn    is the first turn of a loop read, with what is known before it?
    """

    def __init__(
        self,
        module: Module,
        arrays: Arrays,
        environment: dict[str, Value],
        report: list[Diagnostic] | None = None,
        depth: int = 0,
        budget: list[int] | None = None,
    ):
        self.module, self.arrays, self.sizes = module, arrays, arrays.sizes
        self.environment = environment
        self.declared: dict[str, Dim] = {}
        self.told = report is not None
        self.report = report if report is not None else []
        self.depth = depth
        self.budget = budget if budget is not None else [MOST_PUT_IN]
        self.broken = ""
        self.misfit: tuple[ast.AST, str] | None = None
        self.branch = 0
        self.returns: list[Returned] = []
        self.where: Array | None = None
        self.ended = False
        self.path: tuple[ast.AST, ...] = ()
        self.shapes = module.shapes
        self.forgotten: set[str] = set()
        self.naming: Callable[[str, Value], Value] | None = None
        self.top: Mapping[str, Value] = {}
        self.root: Scope | None = None
        self.first_turn = False
        self.deepest: Deepest | None = None
        self.failing: list[tuple[ast.Call, str, Deepest]] = []
        self.passing: set[ast.AST] = set()

    # what is told

    def tell(self, code: str, node: ast.AST, message: str) -> None:
        span = self.module.source.span(node)
        if self.told and not any(d.span == span for d in self.report):
            self.report.append(Diagnostic(code, NAMES[code][1], span, message))

    def misfits(self, code: str, node: ast.AST, message: str) -> None:
        """Shapes do not go together there: tell it, and read nothing that hangs on it."""
        self.broken = self.broken or f"shapes do not fit: {message}"
        self.misfit = self.misfit or (node, message)
        self.tell(code, node, message)

    def note(self, node: ast.AST, value: Value) -> None:
        """What is shown at a place: the shape of an array, where that is known."""
        if not self.depth and isinstance(value, Array) and not isinstance(value, Number) and not value.open:
            arrays = self.arrays  # which hold nothing of the file
            self.shapes[node] = lambda: arrays.shape_text(value)

    # what the kinds of nodes add

    def run(self, body: Sequence[ast.stmt]) -> None:
        """Read statements, in order."""
        raise NotImplementedError

    def lose(self, statement: ast.AST, why: str) -> None:
        """What a statement binds is not known from here on."""
        self.broken = self.broken or why
        for name in self.module.bound_in(statement):
            self.environment[name] = UNKNOWN

    @property
    def returned(self) -> tuple[ast.Return, Value] | None:
        """What is returned in all, at the last of the places; None where it may end without."""
        raise NotImplementedError

    def bind(self, target: ast.expr, value: Value) -> None:
        """Assign a value to what stands on the left."""
        raise NotImplementedError

    def forget(self, node: ast.expr) -> None:
        """A list is changed in its place."""
        if isinstance(node, ast.Name):
            self.environment[node.id] = UNKNOWN
            self.forgotten.add(node.id)
        elif isinstance(node, ast.Attribute):
            self.bind(node, UNKNOWN)
        elif isinstance(node, ast.Subscript):
            self.forget(node.value)

    # parameters

    def take_parameters(self, function: ast.FunctionDef | ast.Lambda, given: Mapping[str, Value] | None = None) -> None:
        """Bind the parameters: to what is given, else to arrays of the shapes that are declared."""
        arguments = function.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        said = comments_of(function, self.module) if isinstance(function, ast.FunctionDef) else {}
        for argument in every:
            declared = annotated(argument.annotation)
            declared = said.get(argument.arg) if declared is None else declared
            if given is not None and argument.arg in given:
                value = given[argument.arg]
                if declared is not None:
                    self.declare(value, declared, argument.arg)
            elif declared is not None:
                value = self.of_declared(declared)
            elif scalar_annotation(argument.annotation):
                value = Number(why="a number that is given")
            else:
                value = Array(open=True)
            self.environment[argument.arg] = value
        for starred in (arguments.vararg, arguments.kwarg):
            if starred is not None:
                self.environment[starred.arg] = UNKNOWN

    def of_declared(self, declared: Declared) -> Array:
        found = dims_of(declared, self.sizes.fresh, self.declared)
        if found is None:
            return Array(open=True)
        return self.arrays.of(*found)

    def declare(self, value: Value, declared: Declared, name: str) -> None:
        """Let a value have a shape that is said of it.  Raises Misfit."""
        if not isinstance(value, Array):
            return
        before = set(self.declared)
        found = dims_of(declared, self.sizes.fresh, self.declared)
        if found is None:
            return
        dims, is_open = found
        if value.open:
            if not is_open and value.rank <= len(dims) and value.term is None:
                lead = dims[: len(dims) - value.rank]
                value.axes = (*(self.arrays.axis(d) for d in lead), *value.axes)
                value.open = False
            else:
                return
        if (value.rank != len(dims)) if not is_open else value.rank < len(dims):
            said = ", ".join("?" if d is None else str(d) for d in declared)
            raise Misfit(f"`{name}` has shape {self.arrays.shape_text(value)}, and ({said}) is declared")
        for axis, dim, label in zip(
            value.axes[value.rank - len(dims) :], dims, declared[-len(dims) :] if dims else (), strict=False
        ):
            known = self.sizes.settled(i.dim for i in axis)
            if isinstance(label, str) and label not in before and self.declared.get(label) is dim:
                # the first axis that has the name says what it stands for
                if self.depth:
                    self.declared[label] = (
                        known[0] if len(known) == 1 else Dim(1) if not known else self.sizes.fresh(label)
                    )
                    before.add(label)
                    continue
                before.add(label)
            own = () if self.sizes.find(dim).value == 1 else (self.arrays.axis(dim)[0],)
            shown = self.arrays.size_text(axis), self.sizes.text([dim])
            if not own or not axis:
                if own and not axis and isinstance(dim.value, int):
                    raise Misfit(f"an axis of `{name}` is {shown[0]}, and {shown[1]} is declared")
                continue
            self.arrays.same(axis, own, f"an axis of `{name}` is {shown[0]}, and {shown[1]} is declared")

    def of_file(self, name: str) -> Value | None:
        """What a name of the file stands for; None where that is not known."""
        return (self.top if self.root is None else self.root.environment).get(name)

    def text(self, node: ast.AST) -> str:
        return self.module.source.text_of(node)

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression; UNKNOWN for what is not read."""
        method = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is None:
            return UNKNOWN
        try:
            return method(node)
        except Misfit as wrong:
            self.misfits("EIN603", node, str(wrong))
        except (NotRead, LookupError, RecursionError):
            pass
        return UNKNOWN

    def _fitting(self, node: ast.AST, make: Callable[[], Value], code: str = "EIN603") -> Value:
        """What is made, or an unknown value and a report where the shapes do not fit."""
        try:
            return make()
        except Misfit as wrong:
            self.misfits(code, node, str(wrong))
            return UNKNOWN


def comments_of(function: ast.FunctionDef, module: Module) -> dict[str, Declared]:
    """The shapes that comments at the head of a function declare, by parameter.

    They stand between `def` and the first statement behind the docstring, or behind a parameter.
    """
    comments = module.source.comments
    if not comments:
        return {}
    body = function.body
    is_documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    first = body[1] if is_documented and len(body) > 1 else body[0]
    found: dict[str, Declared] = {}
    names = {a.arg: a for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    for line in range(function.lineno, first.lineno):
        comment = comments.get(line)
        if not comment:
            continue
        for name, shape in named_in(comment):
            if name in names:
                found.setdefault(name, shape)
        here = [a for a in names.values() if a.end_lineno == line]
        shape_here = of_line(comment)
        if shape_here is not None and len(here) == 1:
            found.setdefault(here[0].arg, shape_here)
    return found
