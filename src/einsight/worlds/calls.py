"""Derivatives and functions: what they are taken of, and in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..lowering.names import canonical_name
from ..syntax.finding import children
from ..syntax.quotients import Quotient
from ..syntax.tree import (
    Call,
    Chain,
    Group,
    Indexed,
    IndexEntry,
    Keyword,
    Name,
    Node,
    Num,
    Quoted,
    Superscript,
    Symbol,
    Transpose,
)
from .algebra import I, V
from .arrays import Unfit
from .definitions import PRIME
from .facts import Definition
from .functions import ARRAYS, ENTRYWISE
from .letters import variable_below, whole_number
from .naming import Naming
from .unknowns import names_behind


class Calls(Naming[V, I]):
    # derivatives

    def _quotient(self, unit: Quotient, row: Sequence[tuple[str, Node]], k: int, whole: Node) -> tuple[V, int]:
        above = list(unit.above[1:])
        first = unit.above[0]
        if isinstance(first, Name) and first.text != "d":  # `dy/dx`
            above = [Name(first.start + 1, first.end, first.text[1:]), *above]
        by_letter = isinstance(first, Name)
        variables = [v for n in unit.below if (v := _variable(n, by_letter)) is not None]
        if not variables:
            raise Unfit("a derivative in nothing")
        order = first.exponent.value if isinstance(first, Superscript) and isinstance(first.exponent, Num) else 1
        end = k + 1
        if above:
            target = Chain(above[0].start, above[-1].end, tuple(("", n) for n in above))
            of: Callable[[], V] = lambda: self.value(target if len(above) > 1 else above[0])  # noqa: E731
        else:
            rest = row[k + 1 :]
            if not rest:
                raise Unfit("a derivative of nothing")
            of, end = (lambda: self._row([("", rest[0][1]), *rest[1:]], whole)), len(row)
        if len(variables) == 1 and order == 2:  # `d^2 f/dx^2`
            (only,) = variables
            variables = [only.base if isinstance(only, Superscript) else only] * 2
        if len(variables) != order:
            raise Unfit("the order of a derivative")
        if above and k + 1 < len(row) and _is_point(row[k + 1], variables):
            end += 1
        return self._repeated(of, variables), end

    def _repeated(self, of: Callable[[], V], variables: Sequence[Node]) -> V:
        if len(variables) == 1:
            return self.derivative(of, variables[0], self.layout)
        if len(variables) > 2:
            raise Unfit("a third derivative")
        inner = lambda: self.derivative(of, variables[0], "gradient")  # noqa: E731
        return self.derivative(inner, self._untransposed(variables[1]), "numerator")

    def _untransposed(self, node: Node) -> Node:
        """The second variable of `∂²f/∂x ∂xᵀ`, also where a prime transposes; an `x'` that functions are of is another point."""
        while isinstance(node, (Transpose, Group)):
            node = node.argument if isinstance(node, Transpose) else node.inner
        if not isinstance(node, Name) or not node.text.endswith(PRIME):
            return node
        is_given = any(node.text in d.arguments for found in self.page.by_name.values() for d in found)
        return node if is_given else replace(node, text=node.text.rstrip(PRIME))

    def _nabla(self, unit: Node, row: Sequence[tuple[str, Node]], k: int, whole: Node) -> tuple[V, int]:
        rest = row[k + 1 :]
        if not rest:
            raise Unfit("a gradient of nothing")
        operand, around = _without_powers(rest[0][1])
        of: Callable[[], V] = lambda: self.value(operand)  # noqa: E731
        end = k + 2
        if len(rest) > 1 and (
            is_written_out(operand) or not self.is_number(of())
        ):  # `∇_x xᵀ A x`; of a function alone in `∇f(x)ᵀ d`
            around = []
            of, end = (lambda: self._row([("", rest[0][1]), *rest[1:]], whole)), len(row)
        second = isinstance(unit, Symbol) and unit.text == "∇²" or isinstance(unit, Superscript)
        base = unit.base if isinstance(unit, Superscript) else unit
        second = second or (isinstance(base, Indexed) and isinstance(base.base, Symbol) and base.base.text == "∇²")
        variable = self._variable_of(base, operand)
        found = self._repeated(of, [variable] * 2) if second else self.derivative(of, variable, "gradient")
        for node in reversed(around):
            found = self.transpose(found) if isinstance(node, Transpose) else self.power(found, node.exponent, False)
        return found, end

    def _variable_of(self, nabla: Node, operand: Node) -> Node:
        """What a gradient is taken in: what it says, the argument of what it is of, one of those in which the page has derivatives."""
        if isinstance(nabla, Indexed):
            return variable_below(nabla)
        if (
            isinstance(operand, Call)
            and len(operand.arguments) == 1
            and isinstance(operand.arguments[0], (Name, Indexed))
        ):
            return operand.arguments[0]
        inner = operand.callee if isinstance(operand, Call) else operand
        name = canonical_name(inner.text) if isinstance(inner, Name) else ""
        found = self.definition(name, 0)
        if found is not None and len(found.arguments) == 1:
            return Name(0, 0, found.arguments[0])
        likely = self.page.variables(name, names_behind(self.page, self.at, [operand]))
        if not likely:
            raise Unfit("a gradient in nothing")
        return Name(0, 0, str(self.choice((name, "gradient in"), tuple((v, 0.5 * k) for k, v in enumerate(likely)))))

    # functions

    def _call(self, node: Call) -> V:
        applied = self._applied(node)
        if applied is not None:
            return applied()
        if len(node.arguments) != 1:
            raise Unfit("a function of nothing known")
        return self.multiply(self.value(node.callee), self.value(node.arguments[0]), False)

    def is_product(self, node: Call) -> bool:
        """Are `x(s - y)` two factors?"""
        return self._applied(node) is None

    def _applied(self, node: Call) -> Callable[[], V] | None:
        """What a function comes to that stands before brackets; None where none does."""
        name, order, entries = self._callee(node)
        plain = [a for a in node.arguments if not isinstance(a, (Keyword, Quoted))]
        if entries:
            found = self.definition(name, len(entries))
            if found is not None and len(found.arguments) == len(node.arguments):
                return lambda: self._member_at(node, found, entries)
        elif name and not self.page.by_name.get(name) and name == "d" and len(plain) == 1:
            return lambda: self._marked_d(plain[0])
        elif name and not self.page.by_name.get(name) and name in ("I", "ones", "zeros"):
            return lambda: self.constant(name, node, plain)
        elif name and self._is_called(name, plain, order):
            return lambda: self._function(node, name, order, plain)
        if self._is_at_variable(node) and self.choice((node.callee, "at"), ((True, 0), (False, 0.8))):
            return lambda: self.value(node.callee)  # `r_i(θ)` is `r_i`
        return None

    def _callee(self, node: Call) -> tuple[str, int, tuple[IndexEntry, ...]]:
        """The name of what stands before brackets, how often it is primed, and its indices; "" of what is no name."""
        callee, order = node.callee, 0
        if isinstance(callee, Transpose) and callee.prime and isinstance(callee.argument, Name):
            callee, order = callee.argument, 1
        if isinstance(callee, Indexed):
            name, entries = self.page.subscript(callee)
            if entries:
                return name, 0, entries
        elif isinstance(callee, Name):
            name = canonical_name(callee.text)
        else:
            return "", 0, ()
        while name.endswith(PRIME) and (self.page.is_called(name[:-1]) or name[:-1] in ENTRYWISE):
            name, order = name[:-1], order + 1
        return name, order, ()

    def _function(self, node: Call, name: str, order: int, plain: Sequence[Node]) -> V:
        axes = (a.value.value for a in node.arguments if isinstance(a, Keyword) and isinstance(a.value, Num))
        axis = next(axes, None)
        arguments = [self._argument(name, k, plain) for k in range(len(plain))]
        return self.call(name, order, arguments, node, None if axis is None else int(axis))

    def _argument(self, function: str, place: int, nodes: Sequence[Node]) -> Callable[[], V]:
        """What a function is given; `0` is 0 of whatever the function is of."""
        node = nodes[place]
        is_zero = isinstance(node, Num) and node.value == 0
        found = self.definition(function, 0, len(nodes)) if is_zero else None
        if found is not None:
            name = found.arguments[place]
            return lambda: self.multiply(self.number(0), self.named(name), False)
        return lambda: self.value(node)

    def _member_at(self, node: Call, found: Definition, entries: tuple[IndexEntry, ...]) -> V:
        """`V_t(x)`: a function for each index."""
        values: dict[tuple[str, tuple[object, ...]], V] = {
            (a, ()): self.value(n) for a, n in zip(found.arguments, node.arguments, strict=True)
        }
        places = tuple(map(self.entry_place, entries))
        with self.with_instead(values):
            return self.defined(found, places)

    def _marked_d(self, inner: Node) -> V:
        if isinstance(inner, Indexed) and isinstance(inner.base, Name):
            name, entries = self.page.subscript(inner)
            return self.derivative_at(
                lambda: self.named(self.unknowns.loss), name, tuple(map(self.entry_place, entries))
            )
        raise Unfit("a differential")

    def _is_called(self, name: str, arguments: Sequence[Node], order: int) -> bool:
        if not order and any(_stands_in(name, a) for a in arguments):
            return False  # `y(1 - y)`: nothing is called with itself
        if any(d.arguments for d in self.page.by_name.get(name, ())) or name in self.page.facts.functions or order:
            return True
        if self.page.by_name.get(name) or (name, ()) in self.instead:
            return False
        if name in ENTRYWISE or name in ARRAYS:
            return True
        # `f(x)` of what stands nowhere without its argument, or is differentiated
        alone = name not in self.page.whole | self.page.standing or (
            name in self.page.differentiated and isinstance(arguments[0], Name)
        )
        return alone and len(arguments) == 1 and name not in self.page.told

    def _is_at_variable(self, node: Call) -> bool:
        """Is something that is differentiated elsewhere written with its variable?"""
        callee = node.callee
        name = self.page.subscript(callee)[0] if isinstance(callee, Indexed) else getattr(callee, "text", "")
        return name in self.page.differentiated and all(isinstance(a, Name) for a in node.arguments)

    def call(
        self, name: str, order: int, arguments: Sequence[Callable[[], V]], node: Node, axis: int | None = None
    ) -> V:
        found = self.definition(name, 0, len(arguments))
        values = [a() for a in arguments]
        if found is not None:
            if order:
                if len(values) != 1:
                    raise Unfit("a prime of several arguments")
                return self.slope(found, order, values[0])
            return self.applied(found, values)
        if (
            name in self.unknowns.arguments
            and not order
            and all(isinstance(a, Name) for a in getattr(node, "arguments", ()))
        ):
            return self.named(name)
        if name in ENTRYWISE and len(values) == 1:
            return self.entrywise(name, order, values[0])
        if order:
            return self.unknown_call(name, order, values)
        if name in ARRAYS:
            return self.of_array(name, node, values, axis)
        return self.unknown_call(name, order, values)

    def applied(self, found: Definition, values: Sequence[V]) -> V:
        """The value of a function of the page."""
        with self.with_instead({(a, ()): v for a, v in zip(found.arguments, values, strict=True)}):
            return self.defined(found, ())


def _is_point(factor: tuple[str, Node], variables: Sequence[Node]) -> bool:
    """`(x)` behind `∂g/∂x`: at what it is taken in, and no factor."""
    operator, node = factor
    names = [n.text for n in variables if isinstance(n, Name)]
    inner = node.inner if isinstance(node, Group) else None
    return not operator and isinstance(inner, Name) and len(names) == len(variables) and set(names) == {inner.text}


def _stands_in(name: str, node: Node) -> bool:
    """Does a name stand for a value in a formula, and not only before an argument?"""
    if isinstance(node, Name):
        return canonical_name(node.text) == name
    inner = node.arguments if isinstance(node, Call) else children(node)
    return any(_stands_in(name, n) for n in inner)


def is_written_out(node: Node) -> bool:
    while isinstance(node, Group):
        node = node.inner
    if isinstance(node, Chain):
        return all(is_written_out(n) for _, n in node.items)
    return isinstance(node, Num)


def sum_sign(node: Node) -> Indexed | None:
    base = node.base if isinstance(node, Superscript) else node
    is_sum = isinstance(base, Indexed) and isinstance(base.base, Symbol) and base.base.text in ("∑", "∏")
    return base if is_sum and isinstance(base, Indexed) else None


def is_nabla(node: Node) -> bool:
    base = node.base if isinstance(node, Superscript) else node
    base = base.base if isinstance(base, Indexed) else base
    return isinstance(base, Symbol) and base.text.startswith("∇")


def _variable(node: Node, by_letter: bool) -> Node | None:
    """What stands below the line of a derivative, without its sign, which may be the letter `d`."""
    if isinstance(node, Symbol) or (by_letter and isinstance(node, Name) and node.text == "d"):
        return None
    if by_letter and isinstance(node, Name) and node.text.startswith("d"):
        return replace(node, text=node.text[1:])
    return node


def _without_powers(node: Node) -> tuple[Node, list[Transpose | Superscript]]:
    """`∇f(x)ᵀ`, `∇²f(x)^-1`: what the sign is before, and what is done to the derivative of that, the last first."""
    around: list[Transpose | Superscript] = []
    while True:
        if isinstance(node, Transpose):
            around.append(node)
            node = node.argument
        elif isinstance(node, Superscript) and (whole_number(node.exponent) or 0) < 0:
            around.append(node)
            node = node.base
        else:
            return node, around
