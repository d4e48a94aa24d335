"""What stands at a position of a document: the name or the statement, short first, its derivation below."""

from __future__ import annotations

from dataclasses import dataclass

from ..lowering.layout import lay_out, stacked, tensor_value
from ..lowering.report import Span
from ..lowering.statements import Lowered
from ..lowering.values import Value
from ..notation.index_form import free_names, index_form
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..terms import build
from ..terms.term import Derivative, Term, has_head
from .check import Findings
from .derive import narrate, shortest, verified_matrix

LONGEST = 60_000
MOST_JACOBIANS = 6


@dataclass(frozen=True)
class Hover:
    """Markdown, and the span it is about."""

    markdown: str
    span: Span


def hover(findings: Findings, text: str, offset: int) -> Hover | None:
    """The hover at an offset; None between statements."""
    lowered = next((s for s in findings.statements if s.span[0] <= offset <= s.span[1]), None)
    if lowered is None:
        return None
    parts = [p for p in (_name_at(findings, text, offset), _statement(lowered, findings)) if p]
    if not parts:
        return None
    markdown = "\n\n".join(parts)
    if len(markdown) > LONGEST:
        markdown = markdown[:LONGEST] + "\n\n… (shortened)"
    return Hover(markdown, lowered.span)


def _name_at(findings: Findings, text: str, offset: int) -> str | None:
    """The declared name under the cursor."""
    start = end = offset
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    entry = findings.names.all().get(text[start:end]) if findings.names and start < end else None
    if entry is None:
        return None
    properties = ", ".join(sorted(entry.tensor.properties)) if entry.tensor else ""
    return f"`{entry.describe()}`" + (f" {properties}" if properties else "") + f" ({entry.kind})"


def _statement(lowered: Lowered, findings: Findings) -> str | None:
    try:
        if lowered.kind == "definition":
            return _definition(lowered, findings)
        if lowered.kind in ("claim", "query"):
            return _expression(lowered, findings)
    except MissingRule as missing:
        return f"No rule differentiates `{getattr(missing.term.body, 'function', getattr(missing.term.body, 'name', '?'))}`."
    except BudgetExceeded as spent:
        return str(spent)
    return None


def _value_lines(value: Value, findings: Findings, layout: str) -> list[str]:
    names = free_names((*value.order, *value.plain_axes))
    term = shortest(normal_form(value.term), value.term)
    lines = [f"**index form** `{index_form(term, names)}`"]
    if value.order:
        lines[0] += f" (free {', '.join(i.name for i in value.order)})"
    if findings.names is not None and not value.order:
        matrix = verified_matrix(term, stacked(value, layout) or value, findings.names)
        lines.append(f"**matrix form** `{matrix}`" if matrix else "**matrix form** none")
    shape = value.shape_text() if value.rank else "×".join(str(i.dim) for i in value.order) or "a number"
    lines.append(f"**shape** {shape}, {layout} layout")
    return lines


def _expression(lowered: Lowered, findings: Findings) -> str | None:
    side = lowered.sides[0]
    if side.value is None or side.value.flexible:
        return None
    lines = _value_lines(side.value, findings, lowered.layout)
    verdicts = [c.verdict for c in findings.claims if lowered.span[0] <= c.span[0] <= lowered.span[1]]
    if verdicts:
        lines.insert(0, f"**{', '.join(verdicts)}**: `{lowered.text}`")
    return "  \n".join(lines) + _steps(side.value)


def _steps(value: Value) -> str:
    if not has_head(value.term, Derivative):
        return ""
    names = free_names((*value.order, *value.plain_axes))
    steps = narrate(value.term, names)
    if not steps:
        return ""
    rows = [f"  {steps[0].before}", *(f"= {s.after}    ({s.rule})" for s in steps)]
    return "\n\n---\n```text\n" + "\n".join(rows) + "\n```"


def _definition(lowered: Lowered, findings: Findings) -> str | None:
    value = lowered.sides[1].value
    tensor = lowered.tensor
    if value is None or tensor is None or tensor.definition is None:
        return None
    named = (
        Value(build.instantiate(tensor.definition, lowered.order), order=lowered.order)
        if lowered.sides[0].value and lowered.sides[0].value.order
        else value
    )
    lines = _value_lines(named, findings, lowered.layout)
    if len(tensor.dims) <= 1:
        lines += _jacobians(lowered, findings)
    return "  \n".join(lines)


def _jacobians(lowered: Lowered, findings: Findings) -> list[str]:
    """Of a scalar or vector, its Jacobian in every variable it depends on."""
    tensor = lowered.tensor
    assert tensor is not None
    leaves = sorted(
        (t for t in tensor.depends if t.definition is None and "constant" not in t.properties), key=lambda t: t.key
    )
    lines = []
    for leaf in leaves[:MOST_JACOBIANS]:
        whole = tensor_value(tensor)
        slots = tuple(build.fresh_index(d) for d in leaf.dims)
        laid = lay_out(Value(build.derivative(whole.term, leaf, slots), whole.axes), slots, lowered.layout)
        laid = stacked(laid, lowered.layout) or laid
        term: Term = shortest(normal_form(laid.term), laid.term)
        matrix = verified_matrix(term, laid, findings.names) if findings.names is not None else None
        shown = matrix or index_form(term, free_names((*whole.plain_axes, *slots)))
        lines.append(f"**∂{tensor.name}/∂{leaf.name}** `{shown}`")
    return lines
