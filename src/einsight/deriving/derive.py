"""Derivatives with everything that is known about them: index form, matrix form, layout, steps, numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any

from ..lazily import lazily
from ..lowering.expressions import Reader
from ..lowering.layout import LAYOUTS, lay_out, stacked
from ..lowering.lowered import Lowered
from ..lowering.names import Names
from ..lowering.report import Diagnostic, EinsightError, Report, fail
from ..lowering.statements import lower_document
from ..lowering.values import Axis, Fused, Value
from ..memory import VARIABLE
from ..notation.index_form import free_names, index_form, latex_form
from ..notation.quoting import in_text
from ..notation.tree_latex import formula_latex
from ..rules.accumulation import is_deep, named_parts
from ..rules.algebra import weight
from ..rules.catalogue import catalogue
from ..rules.engine import BudgetExceeded, MissingRule, derivation, normal_form, rules_for
from ..rules.rule import Rule
from ..settings import BUDGET
from ..syntax.blanks import blanked
from ..syntax.parse import parse_statement
from ..syntax.statements import Piece
from ..syntax.tree import Indexed, Relation
from ..terms import build
from ..terms.bounds import NumberTooLong
from ..terms.dimension import Index, Shift
from ..terms.interruption import OutOfTime, within
from ..terms.term import Derivative, Tensor, Term, has_head
from ..terms.walk import expand_definitions, fold_definitions
from .readback import definitions_in, verified_matrix

HIGHEST_ORDER = 8


@dataclass(frozen=True)
class Step:
    """One line of a derivation: `before` equals `after` by the rule; `latex` is `after` in LaTeX."""

    rule: str
    before: str
    after: str
    note: str = ""
    latex: str = ""

    def as_json(self) -> dict[str, str]:
        return {"rule": self.rule, "before": self.before, "after": self.after, "note": self.note}


@dataclass(frozen=True)
class Derived:
    """A derivative, or a simplified expression.

    index         index form; read as the right side of a definition whose left side has the indices `free`
    free, shape   names and dimensions of its axes: the output's, then each variable's

    Matrix forms, LaTeX and steps are worked out when they are asked for.
    """

    input: str
    wrt: tuple[str, ...]
    order: int
    layout: str
    index: str
    free: tuple[str, ...]
    shape: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    term: Term = field(repr=False)
    axes: tuple[Index, ...] = field(repr=False)
    unreduced: Term = field(repr=False)
    # what may tell the size of a dimension: the tensors of the expression, then all that are declared
    inputs: tuple[Tensor, ...] = field(repr=False)
    names: Names = field(repr=False, compare=False)  # what is declared; what counts of it is in the term
    # the derivative as it stands in `layout`, not carried out; its axes may be fresh ones
    laid: Value = field(repr=False, compare=False)
    # is it a first derivative of a number?
    has_gradient: bool = field(default=False, repr=False)
    # the axes of each variable, where they were asked for by `wrt`
    variables: tuple[tuple[Index, ...], ...] = field(default=(), repr=False)

    @lazily
    def matrix(self) -> str | None:
        """The matrix form in `layout`, or None where there is none; read back before it is given out."""

        def form() -> str | None:
            term = self.term
            if set(self.laid.plain_axes) != set(self.axes) or self.laid.term is not self.unreduced:
                term = shortest(reduce(self.laid.term), self.laid.term)
            return verified_matrix(term, self.laid, self.names)

        return self._sought("matrix form", form)

    def _sought(self, what: str, form: Callable[[], str | None]) -> str | None:
        """A form that the answer can do without; where it takes too long, `not_tried` says so."""
        try:
            with answering():
                return form()
        except EinsightError as refused:
            if refused.diagnostics[0].code != "EIN504":
                raise
            self.not_tried.append(f"EIN504: the {what} was not found, {refused.diagnostics[0].message}")
            return None

    @lazily
    def not_tried(self) -> list[str]:
        """What was given up since it takes too much time or memory, as far as it has been asked for."""
        return []

    @property
    def matrix_shape(self) -> tuple[str, ...] | None:
        """Rows and columns of the matrix form."""
        return tuple(str(d) for d in self.laid.layout) if self.laid.rank and self.matrix is not None else None

    @lazily
    def gradient(self) -> str | None:
        """Of a number's derivative, the matrix form in the variable's own shape."""
        if not self.has_gradient or self.matrix is None:
            return None
        own = Value(self.term, self.axes)
        return self._sought("gradient", lambda: verified_matrix(self.term, own, self.names))

    @lazily
    def latex(self) -> str:
        """The matrix form, or the index form where there is none."""
        return formula_latex(self.matrix) if self.matrix is not None else latex_form(self.term, named_axes(self.axes))

    @lazily
    def formula(self) -> str:
        """What generated code computes: an array whose axes are `free` in every layout, so not always `matrix`."""
        own = Value(self.term, self.axes)
        whole = None
        if len(self.axes) <= 2:
            whole = self._sought("matrix form", lambda: verified_matrix(self.term, own, self.names))
        return whole or (f"{self.index}, axes {', '.join(self.free)}" if self.free else self.index)

    @lazily
    def steps(self) -> list[Step]:
        """The derivation, one rule a step, ending in the matrix form.  Raises EinsightError where it is too long."""
        names = free_names(self.axes)
        with answering():
            steps = narrate(self.unreduced, names)
        end = steps[-1].after if steps else index_form(self.unreduced, names)
        if end != self.index:  # step by step one may end in another form of the same
            note, latex = "the same, in the shortest form found", latex_form(self.term, names)
            steps.append(Step("algebra.rearrange", end, self.index, note, latex))
        if self.matrix is not None and has_head(self.unreduced, Derivative):
            note = f"{self.layout} layout"
            steps.append(Step("notation.matrix", self.index, self.matrix, note, formula_latex(self.matrix)))
        return steps

    @property
    def notes(self) -> list[str]:
        """What the answer rests on: structure of a variable, the order of `vec`, what lies outside of an axis."""
        notes = []
        for tensor in sorted(self.unreduced.depends, key=lambda t: t.key):
            kinds = [k for k in ("symmetric", "antisymmetric", "diagonal") if k in tensor.properties]
            if tensor.name in self.wrt and kinds:
                notes.append(f"{tensor.name} is {kinds[-1]}: the derivative varies it within {kinds[-1]} matrices")
        if self.matrix_shape and any("·" in d for d in self.matrix_shape):
            notes.append("rows and columns run over the entries of a matrix column by column, as vec stacks them")
        if any(isinstance(s, Shift) for part in self.term.walk() for s in part.slots()):
            notes.append("a component outside of its axis counts as 0")
        return notes + self.not_tried

    def steps_latex(self) -> str:
        """The derivation as an `aligned` environment, a rule behind each line."""
        first = latex_form(self.unreduced, free_names(self.axes))
        rows = [f"& {first}"] + [rf"={{}}& {s.latex} && \text{{{in_text(s.rule)}}}" for s in self.steps]
        return "\\begin{aligned}\n  " + " \\\\\n  ".join(rows) + "\n\\end{aligned}"

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The array of `shape` at the given arrays, by tensor name.  Raises EinsightError on a misfit."""
        from ..targets.numpy import evaluate

        return evaluate(self.term, self.axes, values, self.inputs)

    def to(
        self,
        target: str,
        *,
        structured: bool = False,
        product: str | None = None,
        sizes: Mapping[str, int] | None = None,
    ) -> str:
        """Source of a function `derivative`, or the formula in another notation.

        target      `numpy`, `jax`, `torch`, `dask`, `sympy`; `latex`, `unicode`, `json`, `svg`; or what a plugin makes of it
        structured  the function returns `(values, pattern)`, in which deltas and outer products are not carried out:
                    `2 V'V` and `jl->ijil` for `2 δ_ik (V'V)_jl`, with a letter twice where two axes agree; `(A, B')` and
                    `ik,jl->ijkl` for `A_ik B_lj`; where several add up, a tuple of values and one of patterns.  The
                    values may be arguments themselves
        product     the function returns a product with the derivative, which it does not form: `vjp` takes a `cotangent`
                    of the output's shape, `jvp` and `hvp` a `tangent` of the (last) variable's
        sizes       how long dimensions are expected to be: the order of contraction is chosen for them

        Raises EinsightError (EIN002) for what has no source.
        """
        from .sources import source_of

        with answering():
            return source_of(self, target, structured, product, sizes)

    def as_json(self) -> dict[str, Any]:
        return {
            "input": self.input,
            "wrt": list(self.wrt),
            "order": self.order,
            "layout": self.layout,
            "free": list(self.free),
            "shape": list(self.shape),
            "index": self.index,
            "matrix": self.matrix,
            "matrix_shape": list(self.matrix_shape) if self.matrix_shape else None,
            "latex": self.latex,
            "steps": [s.as_json() for s in self.steps],
            "diagnostics": [
                diagnostic_json(d)
                for d in (*self.diagnostics, *(Diagnostic("EIN504", "information", (0, 0), m) for m in self.not_tried))
            ],
        }

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"


def diagnostic_json(found: Diagnostic) -> dict[str, Any]:
    return {
        "code": found.code,
        "name": found.name,
        "severity": found.severity,
        "span": list(found.span),
        "message": found.message,
        "fixes": [{"title": f.title, "span": list(f.span), "text": f.text} for f in found.fixes],
    }


# what nobody writes a line for: that the derivative of a constant is 0
SILENT = ("derivative.constant",)


def narrate(term: Term, names: dict[Index, str], rules: Sequence[Rule] | None = None, latex: bool = True) -> list[Step]:
    """The steps of a derivation as text, and in LaTeX; one that would not change what is shown is left out."""
    steps: list[Step] = []

    def add(rule: str, old: Term, new: Term, note: str) -> None:
        before = steps[-1].after if steps else index_form(old, names)
        after = index_form(new, names) + _where_components(new)
        if after == before:
            return
        if rule in SILENT and steps:  # it belongs to the step that left it open
            before, rule, note = steps[-1].before, steps[-1].rule, steps[-1].note
            del steps[-1]
        steps.append(Step(rule, before, after, note, latex_form(new, names) if latex else ""))

    last = term
    for rewrite in derivation(term, rules):
        add(
            rewrite.rule.id, rewrite.before, rewrite.after, rewrite.rule.doc.splitlines()[0] if rewrite.rule.doc else ""
        )
        last = rewrite.after
    if rules is None:
        add(
            "definition.fold",
            last,
            shortest(last, term),
            "What has a name is written by its name.",
        )
    return steps


@contextmanager
def answering(budget: float | None = BUDGET) -> Iterator[None]:
    """An answer within that many seconds.  Raises EinsightError (EIN504) where it takes longer, or too much memory."""
    catalogue()  # loading plugins is no part of an answer
    try:
        with within(budget) as limit:
            yield
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
        raise fail("EIN504", f"{spent}: define its inner parts under names") from None
    except BudgetExceeded as spent:
        raise fail(beyond(spent), str(spent)) from None
    except MemoryError:
        raise fail("EIN504", OUT_OF_MEMORY) from None
    except NumberTooLong as problem:
        raise fail("EIN504", str(problem)) from None
    except RecursionError:
        raise fail("EIN504", "the expression is nested too deeply: define its inner parts under names") from None


OUT_OF_MEMORY = f"it needs more memory than a process may use; {VARIABLE} sets that, in MB"


def beyond(spent: BudgetExceeded) -> str:
    """The code of what rewriting was given up for: it goes round, or it is too much."""
    return "EIN502" if spent.cycle else "EIN504"


def require_layout(layout: object) -> None:
    if layout not in LAYOUTS:
        raise fail("EIN001", f"`{layout}` is no layout: choose {', '.join(LAYOUTS)}")


def require_text(what: str, *given: object) -> None:
    """Raise EinsightError where something that must be text is not."""
    for item in given:
        if not isinstance(item, str):
            raise fail("EIN001", f"{what} must be text, not {type(item).__name__}")


def _listed(what: str, given: object) -> list[object]:
    if not isinstance(given, (list, tuple)):
        raise fail("EIN001", f"{what} must be text or a list of texts, not {type(given).__name__}")
    return list(given)


def read_declarations(declare: str | Sequence[str], layout: str) -> Names:
    """The names that some statements declare and define.  Raises EinsightError."""
    return _declared(declare, layout)[0]


def _declared(declare: str | Sequence[str], layout: str) -> tuple[Names, list[Diagnostic]]:
    """The same, and what there is to say of those statements that is no error."""
    lines = [declare] if isinstance(declare, str) else _listed("`declare`", declare)
    require_text("`declare`", *lines)
    text = "\n".join(map(str, lines))
    names, found = lower_document(text, catalogue().arity, layout)
    errors = [d for d in found if d.severity == "error"]
    if errors:
        raise EinsightError(errors)
    return names, found


def _lower_expression(expression: str, names: Names, layout: str) -> tuple[Lowered, Value]:
    """The value of an expression or of the right side of a definition."""
    from ..lowering.statements import lower_statement

    text = blanked(expression).strip()
    if not text:
        raise fail("EIN001", "the expression is empty: write what to derive, as in `y' A x`")
    lowered = lower_statement(Piece(0, text), names, layout)
    if any(d.severity == "error" for d in lowered.diagnostics):
        raise EinsightError(lowered.diagnostics)
    if lowered.kind == "definition" and lowered.tensor is not None and lowered.tensor.definition is not None:
        left, right = lowered.sides
        assert left.value is not None and right.value is not None
        if left.value.order:
            term = build.instantiate(lowered.tensor.definition, lowered.order)
            return lowered, Value(term, order=lowered.order)
        return lowered, right.value
    if lowered.kind != "query" or lowered.sides[0].value is None:
        if lowered.diagnostics:
            raise EinsightError(lowered.diagnostics)
        raise fail("EIN001", "this is no expression: write one without `=`, or a definition")
    return lowered, lowered.sides[0].value


def derive(
    expression: str,
    wrt: str | Sequence[str] | None = None,
    declare: str | Sequence[str] = "",
    order: int = 1,
    layout: str = "numerator",
) -> Derived:
    """The derivative of an expression; `wrt` may be left out where the expression is one (`d/dx (…)`).

    Raises EinsightError on bad input, on anything that no rule covers, and when the budget is spent.
    """
    require_layout(layout)
    if not isinstance(order, int) or not 1 <= order <= HIGHEST_ORDER:
        raise fail("EIN001", f"the order of a derivative is a whole number from 1 to {HIGHEST_ORDER}, not {order!r}")
    require_text("the expression", expression)
    if wrt is not None:
        require_text("`wrt`", *((wrt,) if isinstance(wrt, str) else _listed("`wrt`", wrt)))
    with answering():
        names, said = _declared(declare, layout)
        found = _derive(expression, wrt, names, order, layout)
        return replace(found, diagnostics=(*said, *found.diagnostics))


def _derive(expression: str, wrt: str | Sequence[str] | None, names: Names, order: int, layout: str) -> Derived:
    variables = [] if wrt is None else [wrt] * order if isinstance(wrt, str) else list(wrt)
    if not variables:
        return _evaluate_expression(expression, names, layout)
    lowered, value = _lower_expression(expression, names, layout)
    if value.flexible:
        raise fail("EIN301", "nothing here says how large this is: write `I(n)` or `ones(n)`")
    output = value.order + value.plain_axes
    laid = replace(value, axes=(*value.order, *value.axes), order=(), row=False)
    term, axes, matrix_value = value.term, output, laid
    reader = Reader(names, Report(), expression, layout)
    of_variables = []
    for place, variable in enumerate(variables):
        slots, tensor = _variable(variable, names, reader, axes)
        term = build.derivative(term, tensor, slots)
        # a second derivative of a scalar is the Jacobian of its gradient
        once = "gradient" if len(variables) > 1 and place == 0 else "numerator" if place else layout
        free = tuple(s for s in slots if isinstance(s, Index))
        matrix_value = lay_out(replace(matrix_value, term=term), free, once)
        axes = axes + free
        of_variables.append(len(free))
    settled = reader.settle(Value(term, axes))
    matrix_value = reader.settle(matrix_value)
    found = _finish(
        expression,
        tuple(variables),
        len(variables),
        layout,
        settled.term,
        settled.plain_axes,
        matrix_value,
        names,
        lowered.diagnostics,
        not output,
    )
    ends = [*accumulate(of_variables, initial=len(output))]
    return replace(found, variables=tuple(found.axes[a:b] for a, b in pairwise(ends)))


def _variable(text: str, names: Names, reader: Reader, axes: tuple[Index, ...]) -> tuple[tuple[Any, ...], Any]:
    text = blanked(text).strip()
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation) or len(tree.sides) != 1:
        raise fail("EIN001", f"`{text}` is no variable: write a name, or a component such as `x_j`")
    node = tree.sides[0]
    entry = names.get(text)
    if entry is not None and entry.tensor is not None:
        named = free_names([*axes, *(build.fresh_index(d) for d in entry.tensor.dims)])
        letters = list(named.values())[len(axes) :]
        return tuple(Index(n, d) for n, d in zip(letters, entry.tensor.dims, strict=True)), entry.tensor
    if isinstance(node, Indexed):
        probe = Reader(names, Report(), text)
        with probe.keeping([e.plain for e in node.subscript.entries if e.plain]):
            value = probe.read(node)
        if value is None:
            raise EinsightError(probe.report.diagnostics)
        component: Any = value.term
        if getattr(component, "tensor", None) is not None:
            taken = {a.name for a in axes}
            clash = [i.name for i in value.order if i.name in taken]
            if clash:
                raise fail("EIN202", f"index `{clash[0]}` of the variable is an output index too: give it another name")
            return component.indices, component.tensor
    known = ", ".join(sorted(names.all())) or "none"
    raise fail("EIN101", f"`{text}` does not occur in the expression and is not declared; known names: {known}")


def _evaluate_expression(expression: str, names: Names, layout: str) -> Derived:
    """An expression as it stands, derivatives in it carried out."""
    # read once in component order and once in the layout: the components never depend on it
    lowered, plain = _lower_expression(expression, names.child(), "second")
    _, laid = _lower_expression(expression, names, layout)
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


def reduce(term: Term) -> Term:
    """The normal form.  Raises EinsightError where no rule goes on, or the budget is spent."""
    try:
        return normal_form(term)
    except MissingRule as missing:
        advice = f": a plugin can add one, as `derivative.{missing.name}`" if missing.can_be_added else ""
        raise fail("EIN002", f"{missing}{advice}") from None
    except BudgetExceeded as spent:
        raise fail(beyond(spent), str(spent)) from None


def _finish(
    expression: str, wrt: tuple[str, ...], order: int, layout: str, term: Term, axes: tuple[Index, ...], laid: Value,
    names: Names, diagnostics: Sequence[Diagnostic], scalar: bool,
) -> Derived:  # fmt: skip
    named = free_names(axes)
    # fresh axes get their letters for good, so that every later text agrees
    rename: dict[Index, Any] = {a: Index(named[a], a.dim) for a in axes}
    term = build.substitute(term, rename)
    reduced = shortest(reduce(term), term)
    axes = tuple(rename[a] for a in axes)
    laid = replace(laid, term=build.substitute(laid.term, rename), axes=_renamed(laid.axes, rename))
    laid = stacked(laid, layout) or laid
    index = index_form(reduced, named_axes(axes)) + _where_components(reduced)
    return Derived(
        expression, wrt, order, layout, index, tuple(a.name for a in axes), tuple(str(a.dim) for a in axes),
        tuple(diagnostics), reduced, axes, term, _inputs(term, names), names, laid, scalar and order == 1,
    )  # fmt: skip


def _inputs(term: Term, names: Names) -> tuple[Tensor, ...]:
    own = sorted(term.depends, key=lambda t: t.key)
    declared = [e.tensor for e in names.all().values() if e.tensor is not None and e.kind == "declared"]
    return tuple(dict.fromkeys([*own, *declared]))


def _renamed(axes: Sequence[Axis], names: Mapping[Index, Index]) -> tuple[Axis, ...]:
    return tuple(
        Fused(tuple(names.get(p, p) for p in a.parts)) if isinstance(a, Fused) else names.get(a, a) for a in axes
    )


def named_axes(axes: Sequence[Index]) -> dict[Index, str]:
    return {a: a.name for a in axes}


def shortest(reduced: Term, original: Term) -> Term:
    """A result with what has a name written by its name; with the definitions put in first, where that cancels."""
    defined = definitions_in(original)
    if not defined:
        return reduced
    if is_deep(reduced):
        return fold_definitions(reduced, defined)
    starts = [reduced]
    with suppress(BudgetExceeded, MissingRule):
        starts.append(normal_form(expand_definitions(reduced)))
    candidates = [fold_definitions(start, defined) for start in starts]
    for start in starts:  # a definition may be written in others, which must be found in it first
        for tensor in reversed(defined):
            start = fold_definitions(start, [tensor])
        candidates.append(start)
    return min(candidates, key=weight)


def _where_components(term: Term) -> str:
    """What the names mean that accumulation gave, in components."""
    parts = []
    for tensor in named_parts([term]):
        assert tensor.definition is not None
        params, body = build.open_abstraction(tensor.definition)
        named = free_names(params)
        left = index_form(build.component(tensor, params), named)
        parts.append(f"{left} = {index_form(body, named)}")
    return f" where {', '.join(parts)}" if parts else ""


def simplify(expression: str, declare: str | Sequence[str] = "", layout: str = "numerator") -> Derived:
    """An expression in canonical form, with its shape and matrix form; derivatives in it are carried out."""
    return derive(expression, None, declare, layout=layout)


@dataclass(frozen=True)
class Rewritten:
    """An expression rewritten by rules: index form and steps."""

    input: str
    index: str
    free: tuple[str, ...]
    steps: list[Step] = field(hash=False)

    def as_json(self) -> dict[str, Any]:
        return {
            "input": self.input,
            "index": self.index,
            "free": list(self.free),
            "steps": [s.as_json() for s in self.steps],
        }


def rewrite(expression: str, rules: Sequence[str] | None = None, declare: str | Sequence[str] = "") -> Rewritten:
    """Apply the named rules, or all, until none fires.  Raises EinsightError."""
    require_text("the expression", expression)
    known = catalogue().rules
    if rules is not None:
        rules = [rules] if isinstance(rules, str) else [str(r) for r in _listed("`rules`", rules)]
    for name in rules or ():
        if name not in known:
            raise fail("EIN001", f"there is no rule `{name}`: `einsight rules` lists them")
    with answering():
        names = read_declarations(declare, "numerator")
        _, value = _lower_expression(expression, names, "numerator")
        axes = value.order + value.plain_axes
        named = free_names(axes)
        chosen = rules_for(rules)
        try:
            steps = narrate(value.term, named, chosen)
            result = normal_form(value.term, chosen)
        except BudgetExceeded as spent:
            raise fail(beyond(spent), str(spent)) from None
        return Rewritten(expression, index_form(result, named), tuple(named.values()), steps)
