"""Derivatives with everything that is known about them: index form, matrix form, layout, steps, numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Any

from ..asking.question import Question, read_question
from ..lowering.expressions import Reader
from ..lowering.layout import lay_out, stacked
from ..lowering.lowered import Lowered
from ..lowering.names import Names
from ..lowering.report import Diagnostic, Report, fail
from ..lowering.values import Axis, Fused, Value
from ..notation.gathering import gathered
from ..notation.index_form import free_names, index_form
from ..notation.quoting import visible
from ..notation.tree_latex import formula_latex
from ..rules.catalogue import catalogue
from ..rules.engine import BudgetExceeded, normal_form, rules_for
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Derivative, Tensor, Term
from .answering import answering, beyond
from .derived import Derived
from .questions import (
    declared,
    lower_expression,
    read_declarations,
    read_variable,
    require_layout,
    require_steps,
    require_text,
    texts,
)
from .reducing import reduce, shortest
from .steps import Step, in_components, narrate

HIGHEST_ORDER = 8


def derive(
    expression: str,
    wrt: str | Sequence[str] | None = None,
    declare: str | Sequence[str] = "",
    order: int = 1,
    layout: str = "numerator",
    shapes: Mapping[str, Any] | None = None,
    search: int | None = None,
) -> Derived:
    """The derivative of an expression; `wrt` may be left out where the expression is one (`d/dx (…)`).

    The expression is text of the language, LaTeX, or code of NumPy, JAX or PyTorch; `declare` holds statements that declare and
    define its names, `shapes` dimensions by name, as in `{"X": ("n", "m")}`.  What nobody declares gets the shape with which
    the formula conforms (`assumed`).

    `search` is how many steps the search for the shortest matrix form may take, 0 for none; else what is set.

    The result has `shape`, the axes of the output and then those of the variables; `matrix_shape` is that of its matrix form
    in the layout.  Raises EinsightError on bad input, on anything that no rule covers, and when the budget is spent.

    >>> d = einsight.derive("y' A x", wrt="x", declare="A in R^(n x m); x in R^m; y in R^n")
    >>> d.matrix, d.matrix_shape, d.shape
    ("y' A", ('1', 'm'), ('m',))
    """
    require_layout(layout)
    if not isinstance(order, int) or not 1 <= order <= HIGHEST_ORDER:
        raise fail("EIN001", f"the order of a derivative is a whole number from 1 to {HIGHEST_ORDER}, not {order!r}")
    require_text("the expression", expression)
    require_steps(search)
    if wrt is not None:
        texts("`wrt`", wrt)
    with answering():
        names, said = declared(declare, layout, shapes)
        asked = read_question(expression, [] if wrt is None else texts("`wrt`", wrt), names)
        variables = [*asked.variables] * (1 if isinstance(wrt, (list, tuple)) else max(order, asked.order))
        if not variables:
            found = _evaluate_expression(asked.expression, asked.names, layout)
        else:
            lowered = lower_expression(asked.expression, asked.names, layout)
            found = _derive(asked.expression, lowered, variables, asked.names, layout)
        return _as_asked(found, expression, asked, said, search)


def derive_value(text: str, value: Value, variables: Sequence[str], names: Names, layout: str = "numerator") -> Derived:
    """The derivative of what has been read elsewhere, shown as `text`, in variables that `names` declares.

    Raises EinsightError as `derive` does.
    """
    require_layout(layout)
    with answering():
        return _derive(text, (Lowered("query", text, layout), value), variables, names, layout)


def gradients(
    expression: str,
    wrt: str | Sequence[str],
    declare: str | Sequence[str] = "",
    layout: str = "numerator",
    shapes: Mapping[str, Any] | None = None,
    search: int | None = None,
) -> dict[str, Derived]:
    """The derivative in each of several variables, by their names as `wrt` has them; the expression is read once.

    Of a number these are its gradients: `gradient` of each is in the variable's own shape, `matrix` in the layout.  What
    nobody declares is taken for the same in all of them.  Everything else is as with `derive`; raises EinsightError too where
    `wrt` names nothing.

    >>> g = einsight.gradients("‖W x + b - y‖²", wrt=["W", "b"], declare="W in R^(n x m); x in R^m; b, y in R^n")
    >>> g["W"].gradient, g["W"].shape
    ("2 (W x + b - y) x'", ('n', 'm'))
    >>> g["b"].gradient, g["b"].shape
    ('2 (W x + b - y)', ('n',))
    """
    require_layout(layout)
    require_text("the expression", expression)
    require_steps(search)
    variables = texts("`wrt`", wrt)
    if not variables:
        raise fail("EIN001", "`wrt` names no variable: write a list of names, as in ['W', 'b']")
    with answering():
        names, said = declared(declare, layout, shapes)
        asked = read_question(expression, variables, names)
        if asked.order > 1:
            raise fail("EIN001", "a Hessian is asked for, and these are first derivatives: `derive` gives it")
        lowered = lower_expression(asked.expression, asked.names, layout)
    found = {}
    for given, variable in zip(variables, asked.variables, strict=True):
        with answering():  # each has the time that an answer of its own has
            derived = _derive(asked.expression, lowered, [variable], asked.names, layout)
        found[given] = _as_asked(derived, expression, asked, said, search)
    return found


def _as_asked(
    found: Derived, expression: str, asked: Question, said: Sequence[Diagnostic], search: int | None
) -> Derived:
    """With the expression as it was written, what there is to say of how it was read, and the steps of the search."""
    told = (*said, *asked.said, *found.diagnostics)
    if found.term is build.ZERO:
        if any(d.code in ("EIN101", "EIN106") for d in told) and _is_unsaid(found.unreduced):
            raise fail("EIN101", _unsaid(asked, found.wrt))
        others = [a for a in asked.assumed if "∈" in a and a.split()[0] not in found.wrt]
        if found.wrt and others:
            message = (
                f"with {'; '.join(others)}, which nobody says, this does not change with `{found.wrt[0]}`: declare the names, "
                f"as in `declare` or `-d`"
            )
            raise fail("EIN101", message)
    return found.said_of(
        input=expression, diagnostics=told, read_as=asked.read_as, assumed=asked.assumed, search=search
    )


def _is_unsaid(term: Term) -> bool:
    """Is something differentiated in a name that it does not hold?  That is 0 where all names are declared, else for want of a word."""
    return any(
        isinstance(t, Derivative) and not any(d.name == t.tensor.name for d in t.body.depends) for t in term.walk()
    )


def _unsaid(asked: Question, variables: Sequence[str]) -> str:
    """Of a derivative that would be 0 since names that nobody declares stand for anything."""
    by = f" on `{variables[0]}`" if variables else ""
    shown = asked.read_as or asked.expression
    return f"nothing says how `{shown}` depends{by}: declare its names, or define them, as in `y = A x`"


def simplify(expression: str, declare: str | Sequence[str] = "", layout: str = "numerator") -> Derived:
    """An expression in canonical form, with its shape and matrix form; derivatives in it are carried out.

    `shape` has the axes in the order of `free`.  Raises EinsightError as `derive` does.

    >>> d = einsight.simplify("inv(A) A x + x", declare="A in R^(n x n); x in R^n")
    >>> d.matrix, d.index, d.shape
    ('2 x', '2 x_i', ('n',))
    """
    return derive(expression, None, declare, layout=layout)


@dataclass(frozen=True)
class Rewritten:
    """An expression rewritten by rules: index form and steps."""

    input: str
    index: str
    free: tuple[str, ...]
    steps: list[Step] = field(hash=False)

    def __str__(self) -> str:
        return visible(self.index, lines=True)

    def _repr_latex_(self) -> str:
        return f"${formula_latex(self.index)}$"

    def as_json(self) -> dict[str, Any]:
        return {
            "input": self.input,
            "index": self.index,
            "free": list(self.free),
            "steps": [s.as_json() for s in self.steps],
        }


def rewrite(expression: str, rules: Sequence[str] | None = None, declare: str | Sequence[str] = "") -> Rewritten:
    """Apply the named rules, or all, until none fires.

    `declare` may say the shapes; without it axes are as long as their indices say.  Raises EinsightError for an expression that
    does not conform, for a rule that there is not, and when rewriting does not end.

    >>> found = einsight.rewrite("sum_j delta_ij x_j", rules=["delta.contract"])
    >>> found.index, found.free, [step.rule for step in found.steps]
    ('x_i', ('i',), ['delta.contract'])
    """
    require_text("the expression", expression)
    known = catalogue().rules
    if rules is not None:
        rules = texts("`rules`", rules)
    for name in rules or ():
        if name not in known:
            raise fail("EIN001", f"there is no rule `{name}`: `einsight rules` lists them")
    with answering():
        asked = read_question(expression, [], read_declarations(declare, "numerator"))
        _, value = lower_expression(asked.expression, asked.names, "numerator")
        axes = value.order + value.plain_axes
        named = free_names(axes)
        chosen = rules_for(rules)
        try:
            steps = narrate(value.term, named, chosen)
            result = normal_form(value.term, chosen)
        except BudgetExceeded as spent:
            raise fail(beyond(spent), str(spent)) from None
        return Rewritten(expression, index_form(result, named), tuple(named.values()), steps)


def _derive(
    expression: str, read: tuple[Lowered, Value], variables: Sequence[str], names: Names, layout: str
) -> Derived:
    """The derivative of an expression that has been `read`, in one variable after the other."""
    lowered, value = read
    if value.flexible:
        raise fail("EIN301", "nothing here says how large this is: write `I(n)` or `ones(n)`")
    output = value.order + value.plain_axes
    term, axes = value.term, output
    matrix_value = Value(term, (*value.order, *value.axes), traced=value.traced, split=value.split)
    reader = Reader(names, Report(), expression, layout)
    of_variables = []
    for place, variable in enumerate(variables):
        slots, tensor = read_variable(variable, names, axes)
        term = build.derivative(term, tensor, slots)
        # a second derivative of a scalar is the Jacobian of its gradient
        once = "gradient" if len(variables) > 1 and place == 0 else "numerator" if place else layout
        free = tuple([s for s in slots if isinstance(s, Index)])
        matrix_value = lay_out(matrix_value.of(term), free, once)
        axes = axes + free
        of_variables.append(len(free))
    settled = reader.settle(Value(term, axes))
    matrix_value = reader.settle(matrix_value)
    ends = [*accumulate(of_variables, initial=len(output))]
    return _finish(
        expression, tuple(variables), len(variables), layout, settled.term, settled.plain_axes, matrix_value, names,
        lowered.diagnostics, not output, ends,
    )  # fmt: skip


def _evaluate_expression(expression: str, names: Names, layout: str) -> Derived:
    """An expression as it stands, derivatives in it carried out."""
    # read once in component order and once in the layout: the components never depend on it
    lowered, plain = lower_expression(expression, names.child(), "second")
    _, laid = lower_expression(expression, names, layout)
    return replace(derived_from(expression, plain, laid, names, layout), diagnostics=tuple(lowered.diagnostics))


def derived_from(text: str, plain: Value, laid: Value, names: Names, layout: str) -> Derived:
    """Everything about an expression that has been read, in component order (`plain`) and in a layout (`laid`)."""
    if plain.flexible:
        raise fail("EIN301", "nothing here says how large this is: write `I(n)` or `ones(n)`")
    axes = (*plain.order, *plain.plain_axes)
    if laid.order:
        laid = replace(laid, axes=(*laid.order, *laid.axes), order=(), row=False)
    wrt = tuple(sorted({t.tensor.name for t in plain.term.walk() if isinstance(t, Derivative)}))
    return _finish(text, wrt, len(wrt), layout, plain.term, axes, laid, names, (), False)


def _finish(
    expression: str, wrt: tuple[str, ...], order: int, layout: str, term: Term, axes: tuple[Index, ...], laid: Value,
    names: Names, diagnostics: Sequence[Diagnostic], scalar: bool, ends: Sequence[int] = (),
) -> Derived:  # fmt: skip
    """What has been read, carried out; `ends` are the places among the axes where each variable's begin, and the last end."""
    named = free_names(axes)
    # fresh axes get their letters for good, so that every later text agrees
    rename: dict[Index, Any] = {a: Index(named[a], a.dim) for a in axes if a.kind != Index.NAMED}
    written, term = term, build.substitute(term, rename)
    reduced = shortest(reduce(term), term)
    axes = tuple([rename.get(a, a) for a in axes])
    laid_term = term if laid.term is written else build.substitute(laid.term, rename)
    axes_laid = _renamed(laid.axes, rename) if rename else laid.axes
    laid = Value(laid_term, axes_laid, laid.order, laid.row, laid.flexible, laid.traced, laid.split)
    laid = stacked(laid, layout) or laid
    index = in_components(gathered(reduced), free_names(axes))
    return Derived(
        expression, wrt, order, layout, index, tuple([a.name for a in axes]), tuple([a.dim.text for a in axes]),
        tuple(diagnostics), reduced, axes, term, _inputs(term, names), names, laid, scalar and order == 1,
        tuple([axes[a:b] for a, b in pairwise(ends)]),
    )  # fmt: skip


def _inputs(term: Term, names: Names) -> tuple[Tensor, ...]:
    own = sorted(term.depends, key=attrgetter("key"))
    known = [e.tensor for e in names.all().values() if e.tensor is not None and e.kind == "declared"]
    return tuple(dict.fromkeys([*own, *known]))


def _renamed(axes: Sequence[Axis], names: Mapping[Index, Index]) -> tuple[Axis, ...]:
    return tuple(
        Fused(tuple(names.get(p, p) for p in a.parts)) if isinstance(a, Fused) else names.get(a, a) for a in axes
    )
