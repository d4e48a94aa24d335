"""What `einsight explain` prints: a topic's page, what there is to say about a diagnostic or a rule."""

from __future__ import annotations

from difflib import get_close_matches

from ..lowering.report import NAMES, EinsightError, fail
from ..rules.catalogue import catalogue
from .topics import headline, index_page, topic_page, topics

# what it means, an example that shows it, and what to do
PAGES: dict[str, tuple[str, str, str]] = {
    "EIN001": ("The text does not read as a statement.", "y = A * / b", "Write what the message says; only this statement is lost. In a file of settings it is told on the first line that is wrong; the rest of the file counts where it can be read."),
    "EIN002": ("The formula is well formed, but einsight does not handle it yet.", "A ∈ ℝ^(n×n)\nA^(1/2)", "Write it in components, or leave it: nothing is claimed about it."),
    "EIN101": ("A name in matrix notation has no declaration, so its shape is unknown.", "W x", "Declare it: `W in R^(n x m)`. In index notation names are inferred from their indices."),
    "EIN102": ("A name is declared or defined a second time.", "x ∈ ℝ^m\nx ∈ ℝ^n", "Use another name, or remove one of the two."),
    "EIN103": ("A declared name is never used.", "x ∈ ℝ^m", "Remove the declaration, or use the name."),
    "EIN104": ("A declared name starts with `d` and could be read as a derivative.", "dy, dx ∈ ℝ\ndy/dx", "The declared name wins; write `∂y/∂x` for the derivative."),
    "EIN105": ("Definitions lead back to themselves, so that none of them says anything; the message shows the way round.", "A ∈ ℝ^(n×n); x, y ∈ ℝ^n\ny = A x\nx = inv(A) y", "Take one of them back, or write it as a claim, with the sides exchanged."),
    "EIN106": ("A name that nobody declares was given the shape with which the formula conforms, as people use its letter.", "", "Declare it where it is another: `-d \"X in R^(n x m)\"`."),
    "EIN107": ("A name of several letters stands before brackets, and is neither a function nor declared.", "x ∈ ℝ^m\nrelux(x)", "Write the function that the message names, or declare it: `f : R -> R` is a function, `f in R^n` an array."),
    "EIN201": ("The terms of a sum, or the sides of a claim, have different free indices.", "x_i + A_ij", "Give all terms the same free indices, or sum over the extra one."),
    "EIN202": ("An index occurs three times or more in a product, and no `∑` says what it means.", "a_i b_i c_i", "Write `∑_i`, or a definition with `i` on its left."),
    "EIN203": ("A tensor has another number of axes than indices.", "W ∈ ℝ^(n×m)\nW_i", "Give one index for each axis."),
    "EIN204": ("The right side of a definition lacks an index of the left side and is repeated along it.", "y_ij = x_i", "Nothing, if that is meant."),
    "EIN205": ("The bound written at a sum is not the size of the axis it runs over.", "x ∈ ℝ^m\n∑_{j=1}^n x_j", "Correct the bound."),
    "EIN206": ("A literal component is outside its axis; components count from 1.", "x ∈ ℝ^3\nx_4", "Write a component that exists."),
    "EIN207": ("An index stands above and below the line of a quotient, once each, as in a normalisation, so it is not summed; or it stands behind the sum of a `∑`, in what is added to that.", "exp(X_ij)/∑_k exp(X_ik)", "Write `∑_i` before the quotient, or brackets around all that is summed, where the sum is meant."),
    "EIN208": ("A function of whole arrays, such as `tr`, `det` or `sum`, is taken of a component, which is one number.", "A ∈ ℝ^(n×n)\ntr(A_ij)", "Take it of the array, or write the sum."),
    "EIN301": ("The shapes do not fit, and no single transpose mends it.", "A ∈ ℝ^(n×m)\ny ∈ ℝ^k\nA y", "Compare the two declarations that the message names."),
    "EIN302": ("The shapes do not fit, and with one transpose they do.", "A ∈ ℝ^(n×m)\nz ∈ ℝ^n\nA z", "Apply the fix."),
    "EIN303": ("Two columns, or two rows, are multiplied.", "x, y ∈ ℝ^m\nx y", "Write `x' y`, `x y'` or `x ⊙ y`."),
    "EIN304": ("An operation needs a square matrix.", "A ∈ ℝ^(n×m)\ntr(A)", "Check the declaration, or form a square matrix such as `A' A`."),
    "EIN305": ("A number is added to every entry of an array, or a function that there is of square matrices too, such as `exp`, is taken of every entry; or a norm of a matrix is one of several that people write so.", "x ∈ ℝ^m\nc ∈ ℝ\nx + c", "Nothing, if that is meant; write `c ones(m)` to say so."),
    "EIN306": ("A function that runs along an axis, such as `softmax`, is taken of a matrix, which has two.", "S ∈ ℝ^(n×m)\nsoftmax(S)", "Name the axis, as NumPy counts it: after `softmax(S, axis=1)` each row adds up to 1, after `axis=0` each column. In components write `softmax_j(S_ij)`."),
    "EIN401": ("The two sides differ; the message has a point where they do.", "x ∈ ℝ^m\nd/dx (x' x) = x'", "Replace the right side by what einsight derives."),
    "EIN402": ("The right side is right but for a transpose in this layout.", "a, x ∈ ℝ^m\nd/dx (a' x) = a", "Apply the fix, or state the layout: `#! layout denominator`."),
    "EIN403": ("einsight could neither show the claim nor refute it; so it is with what is not supported, and with unknown functions.", "A ∈ ℝ^(n×n)\nδ_ii = n", "The message says what was missing. Here no array gives `i` an axis: `∑_{i=1}^n δ_ii = n` is right, and so is `tr(I(n)) = n`."),
    "EIN404": ("The sides have different shapes, and no transpose mends it.", "a, x ∈ ℝ^m\nd/dx (a' x) = 3", "Compare the shapes in the message."),
    "EIN405": ("The claim holds only under an assumption that is not declared.", "A ∈ ℝ^(n×n)\nx ∈ ℝ^n\nd/dx (x' A x) = 2 x' A", "Declare the property, or write the general form."),
    "EIN406": ("Claims of one file follow different layouts.", "", "State one with `#! layout …`."),
    "EIN501": ("A plugin, or one rule or function of it, failed and was switched off; everything else goes on.", "", "`einsight plugin list` says which and why. Update the plugin, or disable it: `plugins.disable` in the settings, `EINSIGHT_DISABLE_PLUGINS`, `--disable-plugin NAME`."),
    "EIN502": ("Rewriting did not come to an end; a rule of a plugin that keeps it from that is switched off.", "", "Define its inner parts under names. Of a rule, `einsight rules --verify` says what undoes what."),
    "EIN503": ("A lint of a plugin found something; the message begins with its name.", "", "What the message says. `einsight plugin list` says where it comes from."),
    "EIN504": ("What was not tried, since it needs more memory or time than the budget; the message says how much.", "f : R^1000 -> R\nx ∈ ℝ^1000\nd/dx f(2 x) = J_f(2 x)", "Declare smaller sizes, or names for them: what is true of the shapes shows at small ones. Define inner parts under names; `budget` in the settings gives more time."),
    "EIN601": ("The string of an `einsum`, `rearrange`, `reduce` or `repeat` says nothing that its library carries out; the message names the letter and the operand.", "", "Correct the string: each letter of an output stands in an operand, and there is an operand for each part."),
    "EIN602": ("The string of an `einsum` or of einops does not fit the shapes of its operands, as annotations, constructors or earlier lines say them.", "", "Compare the string with the shapes that the message names."),
    "EIN603": ("Shapes in array code do not go together: two numbers differ, or two names that one scope declares.", "", "Compare the shapes in the message with their annotations."),
}  # fmt: skip


# the topic that a diagnostic belongs to, by the beginning of its code, the longest that fits
_TOPICS = {
    "EIN0": "language", "EIN1": "language", "EIN2": "language", "EIN3": "language", "EIN4": "verdicts", "EIN402": "layouts",
    "EIN406": "layouts", "EIN5": "rules", "EIN504": "verdicts", "EIN6": "code",
}  # fmt: skip


def topic_of(code: str) -> str:
    """The topic under which there is more to read about a diagnostic."""
    return _TOPICS[max((start for start in _TOPICS if code.startswith(start)), key=len)]


def explain(what: str | None = None) -> str:
    """The page of a topic, a code (by its name too) or a rule, without a newline at its end; the topics where none is named.

    Raises EinsightError, with what is nearest, for anything else.
    """
    if what is None:
        return index_page().rstrip()
    codes = {name: code for code, (name, _) in NAMES.items()}
    code = codes.get(what.lower(), what.upper())
    if code in PAGES:
        return _of_code(code)
    if what.lower() in topics():
        return topic_page(what.lower()).rstrip()
    if what in catalogue().rules:
        return _of_rule(what)
    raise _unknown(what, [*topics(), *PAGES, *codes, *catalogue().rules])


def _of_code(code: str) -> str:
    name, severity = NAMES[code]
    meaning, example, advice = PAGES[code]
    lines = [f"{code} {name} ({severity})", "", meaning]
    if example:
        lines += ["", *(f"    {line}" for line in example.splitlines())]
    return "\n".join([*lines, "", advice, "", f"More: einsight explain {topic_of(code)}"])


def _of_rule(name: str) -> str:
    found = catalogue().rules[name]
    lines = [f"{found.id} ({found.phase})", "", f"    {found.statement}", *(["", found.doc] if found.doc else [])]
    for declare, before, after in found.examples:
        lines += [
            "",
            f"    {before}  =>  {after if after is not None else '(does not fire)'}",
            f"        {declare}",
        ]
    return "\n".join([*lines, "", f"from {found.source}"])


def _unknown(what: str, known: list[str]) -> EinsightError:
    by_spelling = {k.lower(): k for k in known}
    near = [by_spelling[n] for n in get_close_matches(what.lower(), by_spelling, n=2)]
    meant = f" (nearest: {', '.join(f'`{n}`' for n in near)})" if near else ""
    return fail(
        "EIN001",
        f"`{what}` is neither a topic, a code nor a rule{meant}: "
        "`einsight explain` lists the topics, `einsight rules` the rules, codes look like EIN402",
    )


def pages() -> list[tuple[str, str]]:
    """What has a page, and what it is called: topics by their first sentence, codes by their names, rules by their statements,
    functions by what they say."""
    known = catalogue()
    told = [(topic, headline(page)) for topic, page in topics().items()]
    codes = [(code, NAMES[code][0]) for code in PAGES]
    functions = [(f.name, f.doc or "function") for f in known.functions.values()]
    arrays = [(f.name, f.statement) for f in known.arrays.values()]
    return told + codes + [(r.id, r.statement) for r in known.rules.values()] + functions + arrays
