"""The page of a rule."""

from __future__ import annotations

from ..rules.rule import Rule
from .markdown import MARK, Links, code, fence, formula, link, page, plain
from .origin import origin, told_and_literature, way
from .typeset import ARROW, conditions, needed, statement_latex, text_latex


def rule_page(rule: Rule, links: Links, functions: list[str]) -> str:
    """Statement, what it says, when it holds, examples, and where it comes from; `functions` are those in its statement."""
    told, literature = told_and_literature(rule.doc)
    latex = statement_latex(rule.statement)
    about = [
        f"From {origin(rule.source)}." + (f" Found in {plain(literature)}" if literature else ""),
        f"It belongs to the phase {code(rule.phase)}. {way(rule)}",
    ]
    if functions:
        about.append(f"Functions in it: {', '.join(link(f, links) for f in functions)}.")
    if links(""):
        about.append(f"All rules are in [the catalogue]({links('')}).")
    return page(
        MARK,
        f"# {rule.id}",
        formula(latex) if latex else "",
        fence(rule.statement),
        plain(told),
        "## When it holds",
        "\n".join(f"* {c}" for c in conditions(rule)) or _unconditional(rule),
        "## Examples",
        *_examples(rule),
        "## Where it comes from",
        "\n".join(f"* {a}" for a in about),
    )


def _unconditional(rule: Rule) -> str:
    """Of a rule whose statement says no condition."""
    if rule.prepare is not None:
        return "Wherever both sides are defined, whatever its names stand for."
    return "Wherever both sides are defined and its function finds the form; what it leaves alone stands below."


def _examples(rule: Rule) -> list[str]:
    """Each is checked at random points by `einsight rules --verify`; what changes is a claim that einsight can judge."""
    out = []
    for declare, before, after in rule.examples:
        if after is None:
            continue
        above = needed(declare, before, after)
        latex = [text_latex(before), text_latex(after)]
        out += [formula(ARROW.join(filter(None, latex)))] if all(latex) else []
        out += [
            fence("\n\n".join(filter(None, [above, f"{before} = {after}"])), "ein")
        ]  # `-s` would go on a line above
    alone = [(needed(d, b), b) for d, b, after in rule.examples if after is None]
    if alone:
        out += ["It leaves alone:", "\n".join(f"* {code(b)}" + (f" with {code(d)}" if d else "") for d, b in alone)]
    return out or ["Its statement is its own example: both sides are compared at random points."]
