"""A formula in any spelling, and what a page shows of it.

    text ─▶ declarations, one formula ─▶ question ─▶ derivative, or verdicts on each `=` ─▶ plain data

What is asked is also a document of a few lines: the declarations that were taken, and the formula as a query, a definition or a claim.
So the derivation beside it is the one that editors show (`view_of`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from ..asking.question import Question, read_question
from ..asking.ranks import likely_ranks
from ..asking.spellings import LANGUAGE, spelling_of
from ..deriving.answering import answering
from ..deriving.derive import derive
from ..deriving.derived import Derived
from ..deriving.questions import declared
from ..deriving.sources import CODE
from ..documents.positions import LineIndex
from ..editing.copying import copied
from ..editing.hints import SIGNS
from ..editing.panel import applicable, view
from ..judging.claims import Claim
from ..lowering.layout import LAYOUTS
from ..lowering.lowered import Lowered
from ..lowering.report import Diagnostic, EinsightError, fail
from ..lowering.statements import lower_statement
from ..notation.tree_latex import formula_latex
from ..rules.catalogue import kept_while_known
from ..rules.engine import MissingRule
from ..server.features.panel import rules_json, view_json
from ..sheets.check import Findings, check
from ..sheets.sheet import Sheet
from ..syntax.parse import parse_statement
from ..syntax.statements import Piece, split_document
from ..syntax.tree import Relation
from ..terms.term import Derivative, Tensor

# names that people differentiate in, the likeliest first, where nobody says in what
_LIKELY = ("x", "θ", "w", "W", "β", "X", "z", "A", "y", "u", "v")
TARGETS = (*CODE, "latex")
# readings and derivatives that are kept: layouts, derivation, code of a formula are asked for one after the other
KEPT = 8


@dataclass(frozen=True)
class Asked:
    """What a page asks.

    text      the formula, with statements before it that declare or define
    wrt       what it is differentiated in; empty where it says so itself, or where the likeliest is meant
    layout    one of LAYOUTS
    shapes    declarations that were chosen for names, `A ∈ ℝ^(n×n) symmetric`
    order     of the derivative
    """

    text: str
    wrt: str = ""
    layout: str = "numerator"
    shapes: tuple[str, ...] = ()
    order: int = 1

    @staticmethod
    def of(given: dict[str, Any]) -> Asked:
        """From a page's plain data; what is missing has its default."""
        return Asked(
            str(given.get("text", "")),
            str(given.get("wrt") or ""),
            str(given.get("layout") or "numerator"),
            tuple(map(str, given.get("shapes") or ())),
            int(given.get("order") or 1),
        )


@dataclass
class Read:
    """What was understood: the declarations as they are given to `derive`, the formula, and what kind of statement it is."""

    declare: list[str]
    formula: str
    question: Question
    lowered: Lowered
    variables: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """`claim`, `derivative` or `expression`."""
        if self.lowered.kind == "claim":
            return "claim"
        value = self.lowered.sides[0].value if self.lowered.sides else None
        is_derivative = value is not None and any(isinstance(t, Derivative) for t in value.term.walk())
        return "derivative" if is_derivative else "expression"


def answered(asked: Asked) -> dict[str, Any]:
    """All that is known at once: `kind`, and either `problems` or what there is to show."""
    try:
        with answering():
            read = _read(asked)
        if read.kind == "claim":
            return _claim(asked, read)
        found = _derived(asked)
        shown = _derivative(asked, read, found)
        if found.not_tried:  # asked again there may be time
            _derived.cache_clear()
        return shown
    except EinsightError as refused:
        return {"kind": "problem", "problems": [_problem(d) for d in refused.diagnostics]}
    except MissingRule as missing:
        return {"kind": "problem", "problems": [{"code": "", "message": str(missing), "fixes": []}]}


def in_layouts(asked: Asked) -> list[dict[str, Any]]:
    """In each layout the matrix form and its shape, or the verdicts of a claim."""
    rows: list[dict[str, Any]] = []
    with answering():
        read = _read(asked)
    for layout in LAYOUTS:
        if read.kind == "claim":
            claims = _checked(_document(asked, read)[0], layout).claims
            rows.append({"layout": layout, "signs": [_sign(c) for c in claims]})
            continue
        found = _derived(asked) if layout == asked.layout else _derived_of(replace(asked, layout=layout), read)
        shape = "×".join(found.matrix_shape) if found.matrix_shape else ""
        rows.append({"layout": layout, "matrix": found.matrix, "shape": shape, "latex": found.latex})
    return rows


def source(asked: Asked, target: str) -> str:
    """The derivative as code, or in LaTeX.  Raises EinsightError."""
    if target not in TARGETS:
        raise fail("EIN002", f"`{target}` is none of {', '.join(TARGETS)}")
    return _derived(asked).to(target)


def view_of(asked: Asked) -> dict[str, Any] | None:
    """The derivation as the view of the editors takes it; the document that it is about is `document`."""
    sheet, at, variable, lines = _placed(asked)
    found = view(sheet, at, variable)
    return None if found is None else {**view_json(found, lines), "version": 0, "document": sheet.text}


def copied_of(asked: Asked, target: str) -> str:
    """What that view copies: code, or the steps in LaTeX or as lines of a document.  Raises EinsightError."""
    sheet, at, variable, _ = _placed(asked)
    return copied(sheet, at, target, variable) or ""


def rules_of(asked: Asked, start: Sequence[int], end: Sequence[int]) -> dict[str, Any] | None:
    """The rules for a part of that document, from a line and column to another."""
    sheet, _, _, lines = _placed(asked)
    span = (lines.offset(start[0], start[1]), lines.offset(end[0], end[1]))
    found = applicable(sheet, *span)
    return None if found is None else rules_json(sheet, *found, lines)


# reading


@kept_while_known
@lru_cache(KEPT)
def _read(asked: Asked) -> Read:
    if not asked.text.strip():
        raise fail("EIN001", "write a formula, as in `y' A x`")
    declare, formula = list(asked.shapes), asked.text.strip()
    if spelling_of(formula) == LANGUAGE:
        pieces = [item.text for block in split_document(formula) for item in block.items if isinstance(item, Piece)]
        if pieces:
            *before, formula = pieces
            declare += before
    names, _ = declared(declare, asked.layout)
    question = read_question(formula, [asked.wrt] if asked.wrt else [], names)
    lowered = lower_statement(Piece(0, question.expression), question.names.child(), asked.layout)
    read = Read(declare, formula, question, lowered)
    read.variables = _variables(lowered)
    return _as_meant(asked, read) if read.kind == "claim" else read


# how little a verdict says for a reading; of the two that refuse a claim none says more than the other
_SAYS = {"right": 0, "right_if": 1, "transposed": 1, "wrong": 2, "shape": 2, "undecided": 3}


def _as_meant(asked: Asked, read: Read) -> Read:
    """A claim with the shapes with which both sides conform, or those of its left side alone.

    What fails may have bent the shapes to itself, so that a vector has become a matrix; of two readings that both refuse it, that
    counts in which more names are what people mean by their letters.
    """
    if (whole := _rank(asked, read)) == 0:
        return read
    other = _by_left_side(asked, read)
    alone = _rank(asked, other)
    if alone != whole:
        return other if alone < whole else read
    return other if _usual(other) > _usual(read) else read


def _usual(read: Read) -> int:
    """How many names have as many axes as people give their letters."""
    spaces = (line.partition(" ∈ ") for line in read.question.assumed)
    return sum(space.count("×") + ("^" in space) == likely_ranks(name)[0] for name, _, space in spaces)


def _rank(asked: Asked, read: Read) -> int:
    """How little is said of a claim as it is read: the least of its verdicts."""
    claims = _checked(_document(asked, read)[0], asked.layout).claims
    return max((_SAYS[c.verdict] for c in claims), default=len(_SAYS))


@kept_while_known
@lru_cache(KEPT)
def _checked(document: str, layout: str) -> Findings:
    """The verdicts of a document of a few lines."""
    return check(document, "ein", layout)


def _by_left_side(asked: Asked, read: Read) -> Read:
    """The claim with the shapes with which its left side conforms, where with no shapes both sides do."""
    names, _ = declared(read.declare, asked.layout)
    expression = read.question.expression
    tree, _ = parse_statement(expression)
    assert isinstance(tree, Relation)
    left = read_question(expression[tree.sides[0].start : tree.sides[0].end], [], names)
    whole = read_question(expression, [], left.names)
    assumed = tuple(dict.fromkeys((*left.assumed, *whole.assumed)))
    lowered = lower_statement(Piece(0, whole.expression), whole.names.child(), asked.layout)
    return replace(read, question=replace(whole, assumed=assumed, read_as=read.question.read_as), lowered=lowered)


def _variables(lowered: Lowered) -> list[str]:
    """Names of arrays that a statement depends on, those that people differentiate in first."""
    found: dict[str, None] = {}
    terms = [s.value.term for s in lowered.sides if s.value is not None]
    if lowered.kind == "definition" and lowered.tensor is not None:
        terms = terms[1:]
    for term in terms:
        found.update((t.name, None) for t in sorted(term.depends, key=lambda t: t.key) if isinstance(t, Tensor))
    return sorted(found, key=lambda n: (_LIKELY.index(n) if n in _LIKELY else len(_LIKELY), n))


def _wrt(asked: Asked, read: Read) -> str:
    if asked.wrt or read.kind == "derivative":
        return asked.wrt
    said = [name for name in read.question.variables if name in read.variables]
    return next(iter(said or read.variables), "")


@kept_while_known
@lru_cache(KEPT)
def _derived(asked: Asked) -> Derived:
    with answering():
        read = _read(asked)
    return _derived_of(asked, read)


def _derived_of(asked: Asked, read: Read) -> Derived:
    wrt = _wrt(asked, read)
    return derive(read.formula, wrt or None, read.declare, asked.order if wrt else 1, asked.layout)


# what is shown


def _derivative(asked: Asked, read: Read, found: Derived) -> dict[str, Any]:
    return {
        "kind": read.kind,
        "readAs": found.read_as,
        "wrt": list(found.wrt),
        "order": found.order,
        "variables": read.variables if read.kind == "expression" else [],
        "layout": found.layout,
        "index": found.index,
        "free": list(found.free),
        "shape": list(found.shape),
        "matrix": found.matrix,
        "matrixShape": list(found.matrix_shape) if found.matrix_shape else [],
        "gradient": found.gradient if found.gradient != found.matrix else None,
        "latex": found.latex,
        "asked": _asked_latex(read, found),
        "notes": found.notes,
        "said": [_problem(d) for d in found.diagnostics if d.code != "EIN106"],
        "assumed": [_assumed(line) for line in found.assumed],
        "chosen": [_assumed(line) for line in asked.shapes],
    }


def _asked_latex(read: Read, found: Derived) -> str:
    """What was differentiated, typeset: with the sign of the derivative where the formula had none."""
    inner = formula_latex(read.question.expression)
    if read.kind == "derivative" or not found.wrt or not inner:
        return inner
    if read.lowered.kind == "definition":
        inner = formula_latex(read.lowered.sides[0].text)
        return rf"\frac{{\partial {inner}}}{{\partial {formula_latex(found.wrt[0])}}}"
    power = rf"^{{{found.order}}}" if found.order > 1 else ""
    below = rf"\partial {formula_latex(found.wrt[0])}{power}"
    return rf"\frac{{\partial{power}}}{{{below}}} \left( {inner} \right)"


def _claim(asked: Asked, read: Read) -> dict[str, Any]:
    report = _checked(_document(asked, read)[0], asked.layout)
    if any(c.verdict == "undecided" for c in report.claims):  # asked again there may be time
        _read.cache_clear()
        _checked.cache_clear()
    return {
        "kind": "claim",
        "readAs": read.question.read_as,
        "variables": [],
        "layout": asked.layout,
        "latex": formula_latex(read.question.expression),
        "claims": [
            {
                "text": c.text, "verdict": c.verdict, "sign": _sign(c),
                "assumption": c.assumption, "derived": c.derived,
                "derivedLatex": formula_latex(c.derived) if c.derived else "", "counterexample": c.counterexample,
            }
            for c in report.claims
        ],
        "said": [_problem(d) for d in report.diagnostics if d.severity != "hint"],
        "assumed": [_assumed(line) for line in read.question.assumed],
        "chosen": [_assumed(line) for line in asked.shapes],
    }  # fmt: skip


def _sign(claim: Claim) -> str:
    return SIGNS.get(claim.verdict) or f"✓ if {claim.assumption}"


def _problem(told: Diagnostic) -> dict[str, Any]:
    return {
        "code": told.code, "severity": told.severity, "message": told.message, "span": list(told.span),
        "fixes": [{"title": f.title, "span": list(f.span), "text": f.text} for f in told.fixes],
    }  # fmt: skip


def _assumed(line: str) -> dict[str, Any]:
    """A declaration, and what else its name may stand for."""
    name, _, space = line.partition(" ∈ ")
    inner = space.partition("ℝ^")[2].strip("()")
    dims = inner.split(")")[0].replace("^", "").split("×") if inner else []
    n = dims[0] if dims else "n"
    m = next((d for d in (*dims[1:], "m", "n") if d != n), "m")
    spaces = ["ℝ", f"ℝ^{n}", f"ℝ^({n}×{m})", f"ℝ^({n}×{n})", f"ℝ^({n}×{n}) symmetric"]
    return {"name": name, "space": space, "choices": [f"{name} ∈ {s}" for s in spaces if s != space]}


# the document


def _document(asked: Asked, read: Read) -> tuple[str, str]:
    """The declarations and the formula as lines, and what a definition there is differentiated in."""
    wrt = _wrt(asked, read)
    lines = [*read.declare, *read.question.assumed]
    formula = read.question.expression
    if read.kind == "expression" and wrt and read.lowered.kind != "definition":
        power = f"^{asked.order}" if asked.order > 1 else ""
        formula = f"∂{power}/∂{wrt}{power} ({formula})"
    return "\n".join([*lines, formula, ""]), wrt if read.lowered.kind == "definition" else ""


def document_of(asked: Asked) -> str:
    """What was asked as a document, to go on with in an editor.  Raises EinsightError."""
    with answering():
        return _document(asked, _read(asked))[0]


def _placed(asked: Asked) -> tuple[Sheet, int, str | None, LineIndex]:
    """The document worked out, and where the formula stands in it."""
    with answering():
        read = _read(asked)
    text, variable = _document(asked, read)
    sheet = Sheet(text, "ein", asked.layout)
    sheet.finish()
    at = len(text.rstrip("\n")) - len(text.rstrip("\n").rpartition("\n")[2])
    return sheet, at, variable or None, LineIndex(text)
