"""The tools that a model calls: each a function whose annotations are its schema and whose docstring is what the model reads.

Shapes of arrays are declared as everywhere, `A in R^(n x m); x in R^m`; what is asked wrongly raises ToolError, which says what to change.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, cast

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field
from typing_extensions import TypedDict  # pydantic takes no other before Python 3.12

from ..lowering.report import EinsightError
from ..plugins.loading import install

P = ParamSpec("P")
T = TypeVar("T")
LONGEST = 200_000
MOST = 200  # claims or diagnostics that are told of one text
# one at a time: two would only make both late
_turn = threading.Lock()
install()

Declared = Annotated[
    str,
    Field(
        description="Where names live, one statement or several separated by `;`. Declare what you know: what is not declared is inferred.",
        examples=["A in R^(n x m); x in R^m; b in R^n", "S in R^(n x n) symmetric; c in R"],
    ),
]
Layout = Annotated[
    Literal["numerator", "denominator", "mixed"],
    Field(
        description="numerator: a gradient is a row; denominator: a column, Jacobians transposed; mixed: a column, Jacobians not."
    ),
]
Expression = Annotated[
    str,
    Field(description="LaTeX, plain text or NumPy.", examples=["‖A x - b‖²", r"\log\det(X^\top X)", "x.T @ A @ x"]),
]


class Step(TypedDict):
    rule: str
    after: str


class Derivative(TypedDict):
    index: str
    free: list[str]
    shape: list[str]
    matrix: str | None
    matrix_shape: list[str] | None
    layout: str
    gradient: str | None
    latex: str
    read_as: str
    assumed: list[str]
    steps: list[Step]
    code: str


class ClaimFound(TypedDict):
    line: int
    text: str
    verdict: str
    assumption: str | None
    derived: str | None
    counterexample: str | None


class Said(TypedDict):
    line: int
    code: str
    severity: str
    message: str
    fixes: list[str]


class Checked(TypedDict):
    holds: bool | None
    language: str
    layout: str
    claims: list[ClaimFound]
    diagnostics: list[Said]
    unread: list[str]


class LinkFound(TypedDict):
    left: str
    right: str
    verdict: str
    reason: str
    counterexample: str | None


class Graded(TypedDict):
    verdict: str
    reason: str
    assumption: str | None
    counterexample: str | None
    read_as: str
    reference: str
    layout: str
    right_in: list[str]
    assumed: list[str]
    links: list[LinkFound]


class Page(TypedDict):
    page: str


def _tool(function: Callable[P, T]) -> Callable[P, T]:
    """The function, whose mistakes a model can act on, and which nothing else runs beside."""

    @wraps(function)
    def call(*given: P.args, **named: P.kwargs) -> T:
        try:
            with _turn:
                return function(*given, **named)
        except EinsightError as refused:
            raise ToolError(_told(refused)) from None

    return call


def _told(refused: EinsightError) -> str:
    lines = []
    for found in refused.diagnostics or ():
        lines.append(f"{found.code}: {found.message}")
        lines += [f"  to mend it: {fix.title}" for fix in found.fixes]
    codes = dict.fromkeys(d.code for d in refused.diagnostics)
    hint = ", ".join(f"`{code}`" for code in codes)
    return (
        "\n".join([*lines, f"Call `explain` with {hint} for an example of what is meant."]) if lines else str(refused)
    )


def _require_short(text: str) -> None:
    if len(text) > LONGEST:
        raise ToolError(f"the text has {len(text):,} characters, and at most {LONGEST:,} are read: send a part of it")


@_tool
def derive(
    expression: Expression,
    wrt: Annotated[
        str | list[str] | None,
        Field(
            description="The variable, or a list for mixed derivatives; none if the expression is a derivative or nothing is derived.",
            examples=["x", ["x", "y"]],
        ),
    ] = None,
    declare: Declared = "",
    order: Annotated[int, Field(ge=1, le=6, description="2 for a Hessian.")] = 1,
    layout: Layout = "numerator",
    to: Annotated[
        Literal["", "numpy", "jax", "torch", "sympy", "latex"],
        Field(description="Also give the derivative as code of this library."),
    ] = "",
    steps: Annotated[bool, Field(description="Also give the derivation, a rule at a time.")] = False,
) -> Derivative:
    """Derive a gradient, Jacobian or Hessian symbolically, in index and in matrix notation, with its shape and layout.

    Use it instead of deriving matrix calculus by hand: the result is read back and never a guess. `matrix` is laid out in `layout`;
    `gradient` has the variable's own shape. Example: expression "‖A x - b‖²", wrt "x" gives matrix "2 (A x - b)' A" and gradient
    "2 A' (A x - b)". Without `wrt` the expression is simplified.
    """
    from ..deriving.derive import derive as derived
    from ..deriving.derive import simplify

    _require_short(expression)
    found = (
        derived(expression, wrt, declare, order, layout)
        if wrt is not None
        else _worked_out(expression, declare, layout, simplify, derived)
    )
    return Derivative(
        index=found.index,
        free=list(found.free),
        shape=list(map(str, found.shape)),
        matrix=found.matrix,
        matrix_shape=None if found.matrix_shape is None else list(map(str, found.matrix_shape)),
        layout=found.layout,
        gradient=found.gradient,
        latex=found.latex,
        read_as=found.read_as,
        assumed=list(found.assumed),
        steps=[Step(rule=s.rule, after=s.after) for s in found.steps] if steps else [],
        code=found.to(to) if to else "",
    )


def _worked_out(expression: str, declare: str, layout: str, simplify: Any, derived: Any) -> Any:
    """What an expression without a variable says: a derivative that it writes out, else itself."""
    try:
        return derived(expression, None, declare, layout=layout)
    except EinsightError:
        return simplify(expression, declare)


@_tool
def check(
    text: Annotated[
        str,
        Field(
            description="A derivation to check: `.ein` statements, or a page of notes in Markdown or LaTeX, or Python with gradients by hand.",
            examples=[
                "A in R^(n x n); x in R^n\nd/dx (x' A x) = 2 x' A",
                r"For $a, x \in \mathbb{R}^m$, $\nabla_x (a^T x) = a$.",
            ],
        ),
    ],
    language: Annotated[
        Literal["auto", "ein", "markdown", "latex", "python"],
        Field(description="What the text is written in; auto: what it looks like."),
    ] = "auto",
    layout: Annotated[
        Literal["auto", "numerator", "denominator", "mixed"],
        Field(description="auto: the one that most claims follow."),
    ] = "auto",
) -> Checked:
    """Check every `=` of a derivation: right, transposed, right_if (an assumption is missing), wrong, shape, undecided.

    Use it on your own derivations before you show them. A wrong claim comes with a counterexample and with what einsight derives.
    `holds` is true where every claim that was judged is right, and there is no error; null where nothing was judged. Formulas that
    were not understood are in `unread`: nothing is claimed about them. Names are declared in the text: "Let $A \\in \\mathbb{R}^{n \\times m}$" or `A in R^(n x m)`.
    """
    from ..documents.positions import LineIndex
    from ..sheets.check import check as checked

    _require_short(text)
    language = _likely_language(text) if language == "auto" else language
    found = checked(text, language, layout)
    lines = LineIndex(text, "utf-32")

    def line_at(offset: int) -> int:
        return lines.position(offset)[0] + 1

    claims = [
        ClaimFound(
            line=line_at(c.span[0]),
            text=c.text,
            verdict=c.verdict,
            assumption=c.assumption,
            derived=c.derived,
            counterexample=c.counterexample,
        )
        for c in found.claims
    ]
    told = [
        Said(
            line=line_at(d.span[0]),
            code=d.code,
            severity=d.severity,
            message=d.message,
            fixes=[f.title for f in d.fixes],
        )
        for d in found.diagnostics
        if d.severity != "hint"
    ]
    bad = any(c["verdict"] not in ("right", "undecided") for c in claims) or any(d["severity"] == "error" for d in told)
    unread = [f"line {line_at(span[0])}: {reason}" for span, reason in found.unread_reasons]
    judged = bad or any(c["verdict"] == "right" for c in claims)
    return Checked(
        holds=not bad if judged else None,
        language=language,
        layout=found.layout,
        claims=claims[:MOST],
        diagnostics=told[:MOST],
        unread=unread[:MOST],
    )


def _likely_language(text: str) -> Literal["ein", "markdown", "latex", "python"]:
    """What a text looks like: statements of the language have neither dollars nor commands nor definitions of Python."""
    if re.search(r"^\s*(?:def |class |import |from \w+ import )", text, re.MULTILINE):
        return "python"
    if re.search(r"\\(?:documentclass|begin\{document\}|section)", text):
        return "latex"
    return "markdown" if re.search(r"\$|\\[\[(]|\\begin\{", text) else "ein"


@_tool
def grade(
    answer: Annotated[
        str,
        Field(
            description="The answer, as it was written: words, a \\boxed{…}, definitions (`where r = A x - b`) may stand around it.",
            examples=[r"\boxed{2A^\top(Ax - b)}", "2 * A.T @ (A @ x - b)"],
        ),
    ],
    reference: Annotated[
        str | None, Field(description="What it should be; or give a `question`.", examples=["2 A' (A x - b)"])
    ] = None,
    question: Annotated[
        str | None, Field(description="An expression whose derivative in `wrt` it should be.", examples=["‖A x - b‖²"])
    ] = None,
    wrt: Annotated[str | None, Field(description="The variable of the question.", examples=["x"])] = None,
    declare: Declared = "",
    layout: Annotated[
        Literal["any", "numerator", "denominator", "mixed"],
        Field(description="any: a gradient has the shape of its variable, and the transpose is told as `transposed`."),
    ] = "any",
    up_to: Annotated[
        list[Literal["sign", "factor", "constant"]], Field(description="Freedoms that the question grants.")
    ] = [],  # noqa: B006 - read, never changed
    steps: Annotated[bool, Field(description="Also judge each `=` of a whole solution, in `links`.")] = False,
) -> Graded:
    """Say whether an answer of matrix calculus or linear algebra equals a reference, or the derivative that a question asks for.

    Verdicts: equal; transposed (right in another layout, see `right_in`); equal_if (only under `assumption`, such as a symmetric
    matrix); different, with a counterexample; shape; undecided; unread. Give `reference`, or `question` with `wrt`.
    """
    from ..grading.grade import grade as graded

    _require_short(answer)
    found = graded(answer, reference, declare, question, layout, wrt=wrt, up_to=up_to, steps=steps)
    if found.error:
        raise ToolError(f"{found.error}. Mend `reference`, or give `question` and `wrt`.")
    data = found.as_json()
    del data["error"]
    return cast(Graded, data)


@_tool
def explain(
    what: Annotated[
        str,
        Field(
            description="A code of a diagnostic, a topic of the reference, or the id of a rule; empty for the topics.",
            examples=["EIN402", "layouts", "language", "derivative.inverse"],
        ),
    ] = "",
) -> Page:
    """Tell what a code such as EIN402 means and how to mend it, what a rule says, or a page of the reference.

    Read "language" for how expressions and declarations are written, "layouts" for numerator and denominator layout.
    """
    from ..docs.explain import explain as explained

    return Page(page=explained(what or None))


TOOLS: tuple[Callable[..., Any], ...] = (derive, check, grade, explain)
