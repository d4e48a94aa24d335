"""A result: index form, matrix form, layout, steps, numbers, code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..forms.effort import searching
from ..lazily import lazily
from ..lowering.names import Names
from ..lowering.report import Diagnostic, EinsightError, fail
from ..lowering.values import Value
from ..notation.gathering import gathered
from ..notation.html_table import html_table
from ..notation.index_form import free_names, index_form
from ..notation.index_latex import latex_form
from ..notation.quoting import in_html, visible
from ..notation.tree_latex import formula_latex, numbered_in
from ..targets.arguments import Request
from ..terms.dimension import Index, Shift
from ..terms.term import Derivative, Tensor, Term, has_head
from .answering import answering
from .kinks import kinks
from .narrated import Narrated
from .products import Differentiated, product_with
from .readback import verified_matrix
from .reducing import reduce, shortest
from .sources import CODE, brought, checked, source_of
from .steps import Step, narrate


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
    diagnostics: tuple[Diagnostic, ...] = field(repr=False)
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
    # the steps of the search for its forms; None for as many as are set where it is asked
    search: int | None = field(default=None, repr=False)
    # the expression in the language, where it was written otherwise
    read_as: str = field(default="", repr=False)
    # what was taken of names that nobody declared, as declarations
    assumed: tuple[str, ...] = field(default=(), repr=False)

    def said_of(self, **fields: Any) -> Derived:
        """The same with other fields: what `replace` does, at a tenth of its cost."""
        made = object.__new__(Derived)
        vars(made).update(vars(self), **fields)
        return made

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
            with answering(), searching(self.search):
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
        if self.matrix is None:
            return latex_form(gathered(self.term), free_names(self.axes))
        return formula_latex(self.matrix, numbered=numbered_in(self.term))

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
            note, latex = "the same, in the shortest form found", latex_form(gathered(self.term), names)
            steps.append(Step("algebra.rearrange", end, self.index, note, latex))
        if self.matrix is not None and has_head(self.unreduced, Derivative):
            note = f"{self.layout} layout"
            steps.append(Step("notation.matrix", self.index, self.matrix, note, self.latex))
        return steps

    @property
    def notes(self) -> list[str]:
        """What the answer rests on: structure of a variable, the order of `vec`, what lies outside of an axis, kinks."""
        notes = []
        for tensor in sorted(self.unreduced.depends, key=lambda t: t.key):
            kinds = [k for k in ("symmetric", "antisymmetric", "diagonal") if k in tensor.properties]
            if tensor.name in self.wrt and kinds:
                notes.append(f"{tensor.name} is {kinds[-1]}: the derivative varies it within {kinds[-1]} matrices")
        if self.matrix_shape and any("·" in d for d in self.matrix_shape):
            notes.append("rows and columns run over the entries of a matrix column by column, as vec stacks them")
        if any(isinstance(s, Shift) for part in self.term.walk() for s in part.slots()):
            notes.append("a component outside of its axis counts as 0")
        notes += filter(None, [kinks(self.unreduced)])
        return notes + self.not_tried

    @property
    def rows(self) -> list[tuple[str, str]]:
        """What there is to say of it, each with its label: what a terminal, a session and a notebook show."""
        rows = [("read as", self.read_as)] if self.read_as else []
        rows += [("index", self.index + (f"        free {', '.join(self.free)}" if self.free else ""))]
        if self.matrix is not None:
            shape = "×".join(self.matrix_shape) if self.matrix_shape else "a number"
            rows.append(("matrix", f"{self.matrix}        {shape}, {self.layout} layout"))
        else:
            rows.append(("matrix", "none: this has no matrix form that einsight knows"))
        if self.gradient is not None and self.gradient != self.matrix:
            own = f"in the variable's own shape, {'×'.join(self.shape)}"
            rows.append(("gradient", f"{self.gradient}        {own}"))
        rows.append(("shape", f"({', '.join(self.shape)})" if self.shape else "a number"))
        rows += [("note", note) for note in self.notes]
        if self.assumed:
            rows.append(("assumed", ", ".join(self.assumed)))
        rows += [
            ("hint" if d.severity == "hint" else "note", f"{d.code} {d.message}")
            for d in self.diagnostics
            if d.code != "EIN106"  # which `assumed` says
        ]
        return rows

    def __str__(self) -> str:
        return "\n".join(visible(f"{label:9} {text}", lines=True) for label, text in self.rows)

    @property
    def derivation(self) -> Narrated:
        """The steps to be read: printed, or typeset by a notebook.  Raises EinsightError where they are too long."""
        names = free_names(self.axes)
        return Narrated(index_form(self.unreduced, names), latex_form(self.unreduced, names), self.steps)

    def steps_latex(self) -> str:
        """The derivation as an `aligned` environment, a rule behind each line."""
        return self.derivation.latex

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

        target      `numpy`, `jax`, `torch`, `dask`, `sympy`; `latex`, `unicode`, `json`, `svg`, and `diagram`, a tensor network in SVG; or what a plugin makes of it
        structured  the function returns `(values, pattern)`, in which deltas and outer products are not carried out:
                    `2 V'V` and `jl->ijil` for `2 δ_ik (V'V)_jl`, with a letter twice where two axes agree; `(A, B')` and
                    `ik,jl->ijkl` for `A_ik B_lj`; where several add up, a tuple of values and one of patterns.  The
                    values may be arguments themselves
        product     the function returns a product with the derivative, which it does not form: `vjp` takes a `cotangent`
                    of the output's shape, `jvp` and `hvp` a `tangent` of the (last) variable's
        sizes       how long dimensions are expected to be: the order of contraction is chosen for them

        Raises EinsightError (EIN002) for what has no source.
        """
        with answering():
            if target in CODE:
                return source_of(target, self._request(structured, product, sizes))
            if structured or product is not None:
                listed = ", ".join(CODE)
                raise fail("EIN002", f"`{target}` is no code of ours: structured forms and products are for {listed}")
            return TEXTS[target](self) if target in TEXTS else brought(target, self, [t for t in TEXTS if t != "text"])

    def _request(self, structured: bool, product: str | None, sizes: Mapping[str, int] | None) -> Request:
        sizes = checked(sizes)
        if product is None:
            return Request(self.term, self.axes, self.formula, self.inputs, (), sizes, structured)
        whole = Differentiated(self.unreduced, self.axes, self.variables, self.inputs)
        found = product_with(whole, product)
        return Request(found.term, found.axes, found.formula, self.inputs, (found.vector,), sizes, structured)

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
                _diagnostic_json(d)
                for d in (*self.diagnostics, *(Diagnostic("EIN504", "information", (0, 0), m) for m in self.not_tried))
            ],
        }

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"

    def _repr_pretty_(self, printer: Any, is_cycle: bool) -> None:
        """For IPython: in full where it stands alone, short within a list or a dictionary."""
        printer.text(repr(self) if is_cycle or printer.indentation else str(self))

    def _repr_html_(self) -> str:
        """The formula, which a notebook typesets, above what else there is to say."""
        return f"<div>$\\displaystyle {in_html(self.latex)}$</div>\n{html_table(self.rows)}"


def _diagnostic_json(found: Diagnostic) -> dict[str, Any]:
    return {
        "code": found.code,
        "name": found.name,
        "severity": found.severity,
        "span": list(found.span),
        "message": found.message,
        "fixes": [{"title": f.title, "span": list(f.span), "text": f.text} for f in found.fixes],
    }


def _svg(derived: Derived) -> str:
    from ..notation.picture import picture

    drawn = picture(derived.latex)
    if drawn is None:
        raise fail("EIN002", "this formula cannot be drawn: take `latex`")
    return drawn


def _diagram(derived: Derived) -> str:
    return diagram_of(derived)


def diagram_of(derived: Derived, theme: str | None = None) -> str:
    """The term as a tensor network, with a hole for each variable; raises EinsightError (EIN002) for one that is too large."""
    from ..notation.diagram import diagram
    from ..notation.network import NoNetwork

    holes = [(f"∂{name}", axes) for name, axes in zip(derived.wrt, derived.variables, strict=False) if axes]
    try:
        return diagram(derived.term, free_names(derived.axes), holes, theme)
    except NoNetwork as large:
        raise fail("EIN002", f"there is no diagram of this: {large}") from None


TEXTS: Mapping[str, Callable[[Derived], str]] = {
    "text": lambda derived: derived.matrix or derived.index,
    "unicode": lambda derived: derived.matrix or derived.index,
    "latex": lambda derived: derived.latex,
    "json": lambda derived: json.dumps(derived.as_json(), ensure_ascii=False, indent=2),
    "svg": _svg,
    "diagram": _diagram,
}
