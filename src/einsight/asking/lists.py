"""A formula with what its names stand for behind it, and where they lie: `y log(h(x)), h(x) = 1/(1 + exp(-w' x))`, `a' x, a, x ∈ ℝ^n`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..lowering.mentioned import names_of
from ..lowering.names import Names, canonical_name
from ..syntax.parse import parse_statement
from ..syntax.quotients import Quotient, units
from ..syntax.tree import Chain, Relation, Symbol
from .brackets import closing, outside
from .habits import with_raised_marks
from .pieces import Unwritten

# what stands between a formula and what its names stand for
_BETWEEN = re.compile(
    r"[,;]\s*(?:\\\\|\\q?quad|\\text\s*\{\s*(?:where|with|and|for)\s*\}|(?:where|with|and)\b|\\[ ,;]|~|\s)*"
)
_SAID_BETWEEN = re.compile(
    r"(?:\\q?quad\s*)*\\(?:text|mbox|textrm)\s*\{\s*,?\s*(?:where|with|and|for|for all|subject to)\s*:?\s*\}(?:\s|\\[ ,;]|~)*"
)
# room before what a name stands for: `… \\quad \\mu = …`
_APART = re.compile(r"(?:\\q?quad(?![A-Za-z])(?:\s|\\[ ,;]|~)*)+")
_NAMED = re.compile(r"(?:\\?[A-Za-z]+\s*\{?\s*)*(?:[_^]\s*(?:\{[^{}]*\}|\w)\s*)*\}?\s*=")
# what a statement names: `h`, `W_1`, `p_i` (which is `p`), `σ^2`, `s(q, k)`
_NAMED_LEFT = re.compile(
    r"\s*([^\W\d_][\u0300-\u036f\w⁰-⁾]*?(?:_\{\w+\})?)(?:_\{?[a-z](?:,?\s*[a-z])?\}?|[ᵢⱼₖₗₘₙₜ]+)?(?:\s*\^\s*\{?2\}?|²)?\s*(?:\([\w\s,]*\)\s*)?=(?!=)"
)
_SAYS = re.compile(r"=|∈|\\in(?![A-Za-z])")
# behind it stand names that the formula itself explains, one behind the other
_WHERE = re.compile(r"(?<![\w\\{])where\b")
# a function that is said behind: `where s(a) = …`
_WHERE_FUNCTION = re.compile(r"where\s+(?=[^\W\d_]\w*\s*\(\s*\w+\s*\)\s*=)")
# a name that is
_WHERE_NAME = re.compile(r"\s*,?\s*(?<![\w\\{])where\s+(?=[^\W\d_]\w*\s*=(?!=))")
# what a square stands for: `σ^2 = …`
_SQUARE = re.compile(r"\s*([^\W\d_]\w*)\s*(?:\^\s*\{?2\}?|²)\s*=(?!=)")
# `, i = 1, \\dots, n` at the end: for all of them
_FOR_ALL = re.compile(
    r"[,;]?(?:\s|\\q?quad|\\[,; ]|~|\\(?:text|mbox)\s*\{\s*for\s*(?:all\s*)?\}|\\forall)*(?<=[\s,;}~d])[a-z]\s*=\s*[01]\s*,\s*(?:\\[lc]?dots|…|\.\.\.)\s*,\s*\w+\s*\.?\s*$"
)
_FUNCTION = re.compile(r"\s*([^\W\d_]\w*)\s*\(([\w\s,]*)\)\s*=(?!=)\s*")


def with_names_apart(text: str, names: Names) -> str:
    """`f where R = …` as `f, R = …`, where there are names that nobody declares, which are told for the whole."""
    if "where" not in text:
        return text
    tree = parse_statement(text)[0]
    if isinstance(tree, Relation) and tree.bindings:
        own = {n for left, _ in tree.bindings for n in names_of(left)}
        if all(n in own or names.knows(n) or names.is_function(n) or names.is_dimension(n) for n in names_of(tree)):
            return text
    return _WHERE_NAME.sub(", ", text)


_ENDS = re.compile(r"[,;\\]|where")


def cut_first(text: str) -> tuple[str, list[str]]:
    """The first formula of a list, and the others: cut at the commas that stand in no bracket and have an `=` or a `∈` behind them."""
    if _ENDS.search(text) is None:
        return text, []
    text = _FOR_ALL.sub("", text)
    parts, depth, begin, at = [], 0, 0, 0
    while at < len(text):
        char = text[at]
        said = _SAID_BETWEEN.match(text, at) if char == "\\" and depth == 0 and _SAYS.search(text, at) else None
        if said is not None and at > begin:
            parts.append(text[begin:at])
            begin = at = said.end()
            continue
        apart = _APART.match(text, at) if char == "\\" and depth == 0 else None
        if apart is not None and at > begin and _NAMED.match(text, apart.end()):
            parts.append(text[begin:at])
            begin = at = apart.end()
            continue
        behind = _WHERE_FUNCTION.match(text, at) if char == "w" and depth == 0 else None
        if behind is not None and at > begin and not text[at - 1].isalnum():
            parts.append(text[begin:at].rstrip(" ,;"))
            begin = at = behind.end()
            continue
        if char == "\\":
            command = re.match(r"\\([A-Za-z]+|.)", text[at:], re.S)
            at += len(command[0]) if command else 1
            continue
        depth += (char in "([{") - (char in ")]}")
        between = _BETWEEN.match(text, at) if char in ",;" and depth == 0 and _is_cut(text, begin, at) else None
        if between is not None and not _WHERE.search(text, begin, at):
            parts.append(text[begin:at])
            begin = at = between.end()
            continue
        at += 1
    formula, *others = [*parts, text[begin:]]
    joined: list[str] = []
    names: list[str] = []
    for part in others:  # `a, x ∈ ℝ^n`
        names.append(part)
        if _SAYS.search(part):
            joined.append(", ".join(names))
            names = []
    return formula, joined + names


def _is_cut(text: str, begin: int, at: int) -> bool:
    """Does a statement stand before this comma, or behind it?"""
    is_named = bool(_NAMED.match(text, begin) or _NAMED_LEFT.match(text, begin)) and text[at + 1 :].strip(" ,;.") != ""
    return bool(_SAYS.search(text, at)) or is_named


_LINE = re.compile(r"\s*\n\s*")
# a line that begins or ends so goes on
_BEGINS_WITH_MORE, _ENDS_WITH_MORE = re.compile(r"[-+*/^·⊙=,;)\]}−]"), re.compile(r"[-+*/^·⊙=,(\[{−]")


def on_one_line(text: str) -> str:
    """Statements that stand below one another, one behind the other: a line ends with its statement, unless a sign says that it goes on."""
    lines = _LINE.split(text.strip())
    out = lines[0]
    for line in lines[1:]:
        says = _NAMED_LEFT.match(line) or _NAMED_LEFT.match(_last_of(out))
        is_open = sum(map(out.count, "([{")) > sum(map(out.count, ")]}"))
        goes_on = is_open or _BEGINS_WITH_MORE.match(line) or _ENDS_WITH_MORE.match(out[-1:])
        out += f"; {line}" if says and not goes_on else f" {line}"
    return out


def _last_of(text: str) -> str:
    return text.rpartition(";")[2]


def _applied(formula: str, function: str, letters: Sequence[str], body: str) -> str:
    """The formula with what `φ(t) = …` says put in for each `φ(…)`.  Raises Unwritten where it is called with more or less."""
    called = re.compile(rf"(?<!\w){re.escape(function)}\s*(?=\()")
    letter = re.compile(rf"(?<![^\W_])(?:{chr(124).join(map(re.escape, letters))})(?![^\W_ᵀ⁻²³])")
    for _ in range(20):
        found = called.search(formula)
        if found is None:
            return formula
        end = closing(formula, found.end())
        given = _parted(formula[found.end() + 1 : end])
        if len(given) != len(letters):
            raise Unwritten(f"`{function}` is a function of {len(letters)} names, and called with {len(given)}")
        meant = dict(zip(letters, (a if re.fullmatch(r"\w+", a) else f"({a})" for a in given), strict=True))
        said = letter.sub(lambda m, meant=meant: meant[m[0]], body)  # type: ignore[misc]
        formula = f"{formula[: found.start()]}({said}){formula[end + 1 :]}"
    raise Unwritten(f"`{function}` stands in too many places")


def _parted(arguments: str) -> list[str]:
    """What stands between the commas that are in no bracket."""
    parts, depth = [""], 0
    for char in arguments:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [p.strip() for p in parts]


def named_by(statement: str) -> str:
    """The name of which a statement says what it stands for; none of a declaration or an expression."""
    found = _NAMED_LEFT.match(statement)
    return "" if found is None or "∈" in statement[: found.end()] else found[1]


def _body(statement: str) -> str:
    found = _NAMED_LEFT.match(statement)
    return statement if found is None else statement[found.end() :]


def _mentions(text: str, name: str) -> bool:
    """Does it stand there, or a component of it: `p`, `p_k`, `pₖ`?  `p_{k-1}` is that of another time, unless it is summed."""
    another = "" if "∑" in text or "sum" in text else r"(?!\s*[-+−]\s*\d)"
    behind = rf"(?:(?![\w\u0300-\u036f⁽])|(?=_\{{?[a-z]{{1,2}}(?![a-z]){another})|(?=[ᵢⱼₖₗₘₙₜ]))"
    return bool(name) and re.search(rf"(?<!\w){re.escape(name)}{behind}", text) is not None


def _rests(statements: Sequence[str]) -> list[list[int]]:
    """For each statement the places of those that say what its names stand for."""
    if any("_{" in s for s in statements):  # `x_{t+1}` is the name of another time
        statements = list(map(with_raised_marks, statements))
    named, bodies = list(map(named_by, statements)), list(map(_body, statements))
    return [[j for j, n in enumerate(named) if j != k and _mentions(bodies[k], n)] for k in range(len(statements))]


def hang_together(statements: Sequence[str]) -> bool:
    """Does all but one of them say what a name of another stands for?"""
    is_used = {j for on in _rests(statements) for j in on}
    return len(statements) - len(is_used) <= 1


def asked_of(statements: Sequence[str]) -> tuple[str, list[str]]:
    """What a list of statements asks for, and the others, each behind those that it rests on.

    It is the first one, as in `a' x, a = …`, unless another rests on that: then the last one that none rests on.
    """
    if len(statements) == 1:
        return statements[0], []
    rests = _rests(statements)
    is_used = {j for on in rests for j in on}
    asked = 0
    if 0 in is_used:
        asked = next(
            (k for k in reversed(range(1, len(statements))) if k not in is_used and not _declares(statements[k])), 0
        )
    order: list[int] = [k for k, s in enumerate(statements) if _declares(s) and k != asked]

    def add(k: int, around: tuple[int, ...]) -> None:
        for j in rests[k]:
            if j not in around and j != asked:
                add(j, (*around, j))
        if k not in order and k != asked:
            order.append(k)

    for k in range(len(statements)):
        add(k, (k,))
    return statements[asked], [statements[k] for k in order]


def _declares(statement: str) -> bool:
    return "∈" in statement and "=" not in statement.partition("∈")[0]


def with_functions_as_names(formula: str, others: Sequence[str], is_known: Callable[[str], bool]) -> list[str]:
    """What names stand for, then the formula; `h(x) = …` in the names as they are says what `h` stands for.

    Of a function that there is (`is_known`) it says nothing: `tr(A) = …` is a claim.

    Raises Unwritten where something behind the formula says what none of its names is.
    """
    if not others and "=" not in formula:
        return [formula]
    formula, others = asked_of([formula, *others])
    found = _FUNCTION.match(formula)
    if (
        found and not any("=" in o for o in others) and not is_known(found[1])
    ):  # `f(x) = x' A x` asks for the right side
        formula = _asked_for(found[1], formula[found.end() :])
    square = _SQUARE.match(formula)
    if square and not any(_mentions(s, square[1]) for s in (*others, formula[square.end() :])):  # `s^2 = …` asks for it
        formula = formula[square.end() :]
    rest = [*others, formula]
    definitions: list[str] = []
    while len(rest) > 1:
        statement = rest.pop(0)
        found = _FUNCTION.match(statement)
        if found:
            letters = [a.strip() for a in found[2].split(",")]
            between = r"\s*,\s*".join(map(re.escape, letters))
            call = rf"(?<!\w){re.escape(found[1])}\s*\(\s*{between}\s*\)"
            bare = [re.sub(call, found[1], s) for s in rest]
            if any(
                re.search(rf"(?<!\w){re.escape(found[1])}\s*\(", s) for s in bare
            ):  # of something else than its letter
                rest = [_applied(s, found[1], letters, statement[found.end() :]) for s in rest]
                continue
            rest = bare
            statement = f"{found[1]} = {statement[found.end() :]}"
        elif (name := named_by(statement)) and any(re.search(rf"(?<!\w){re.escape(name)}\s*\(", s) for s in rest):
            rest = [_without_arguments(s, name, statement) for s in rest]
        if "=" not in statement and "∈" not in statement:
            raise Unwritten(f"`{statement.strip()}` stands behind the formula, and says what none of its names is")
        definitions.append(statement)
    return [*definitions, *rest]


def _without_arguments(text: str, name: str, definition: str) -> str:
    """`r` for `r(θ)`, where `r = y - X θ` says what it stands for in that letter."""
    body = _body(definition)

    def bare(found: re.Match[str]) -> str:
        letters = [a.strip() for a in found[1].split(",")]
        return name if all(_mentions(body, a) for a in letters) else found[0]

    return re.sub(rf"(?<!\w){re.escape(name)}\s*\(\s*([^\W\d_]\w*(?:\s*,\s*[^\W\d_]\w*)*)\s*\)", bare, text)


def put_together(statements: Sequence[str]) -> str:
    """The last statement with what each name of those before it stands for in its place, to look at their shapes together."""
    bodies = {named_by(s): _body(s).strip() for s in statements[:-1] if named_by(s)}
    text = statements[-1]
    for _ in bodies:
        for name, body in bodies.items():
            whole = re.compile(rf"(?<![\w\u0300-\u036f]){re.escape(name)}(?![\w\u0300-\u036f⁽_])")
            text = f"({body})".join(whole.split(text))
    return text


# `log p(x)`, `N(x | μ, Σ)`, `-KL(q ‖ p)` before an `=`: the name of a quantity
_QUANTITY = re.compile(r"\s*-?\s*(?:(?:log|ln|exp)\s*\(?\s*)?([^\W\d_]\w*(?:_\{\w+\})?)\s*\(")

# `E[w]` before an `=`, with what it is of in brackets
_FUNCTIONAL = re.compile(r"\s*[A-Z]\s*\[\s*([^\W\d_]\w*)\s*\]\s*")
# `ln L` before an `=`
_LOG_OF_QUANTITY = re.compile(r"\s*-?\s*(?:log|ln)\s*\(?\s*([^\W\d_]\w*)\s*\)?\s*")


def without_left_side(formula: str, names: Names) -> str:
    """The right side of `log p(x) = …`, whose left side says what it is called and nothing that is known."""
    if "=" not in formula:
        return formula
    # an `=` that nothing encloses, and that is not the limit of a sum, `∑_i=1^n`
    signs = [k for k in outside(formula) if formula[k] == "=" and not _LIMIT.search(formula, 0, k)]
    if len(signs) != 1 or formula[: signs[0]].endswith((":", "<", ">", "!")):
        return formula
    left, right = formula[: signs[0]], formula[signs[0] + 1 :]
    functional = _FUNCTIONAL.fullmatch(left)
    if functional is not None and re.search(rf"(?<![\w\[,{{]){re.escape(functional[1])}(?![\w\[])", right):
        return right.strip()
    found = _LOG_OF_QUANTITY.fullmatch(left)
    if found is not None and not names.knows(canonical_name(found[1])):
        is_there = re.search(rf"(?<!\w){re.escape(found[1])}(?!\w)", right) is not None
        return formula if is_there else right.strip()
    found = _QUANTITY.match(left)
    if found is None or left[closing(left, found.end() - 1) + 1 :].strip(" )"):
        return formula
    arguments = left[found.end() : closing(left, found.end() - 1)]
    is_claim = names.is_function(found[1]) and not re.fullmatch(
        r"\s*[^\W\d_]\w*ʹ*(?:\s*,\s*[^\W\d_]\w*ʹ*)*\s*", arguments
    )
    if names.knows(canonical_name(found[1])) or is_claim:
        return formula
    if re.search(rf"(?<!\w){re.escape(found[1])}(?!\w)", right) is not None:
        return formula
    return _asked_for(found[1], right.strip())


def without_operator(formula: str, variables: Sequence[str]) -> str:
    """`tr(X A)` of `∂/∂X tr(X A)` that is asked in `X`: nobody who copies a derivative asks for the second."""
    tree = parse_statement(formula)[0]
    body = tree.sides[0] if isinstance(tree, Relation) and len(tree.sides) == 1 else None
    if not isinstance(body, Chain) or len(variables) != 1:
        return formula
    first, *rest = units(body)
    operator = first[1]
    if not (isinstance(operator, Quotient) and len(operator.above) == 1 and rest):
        return formula
    below = [n for n in operator.below if not isinstance(n, Symbol)]
    is_asked = len(below) == 1 and canonical_name(formula[below[0].start : below[0].end].lstrip("d∂")) == variables[0]
    return formula[rest[0][1].start :] if is_asked else formula


def _asked_for(name: str, right: str) -> str:
    """What a name is, alone; with the name where that says which entry it is, as in `f_i(x) = x_i (r_i + …)`."""
    letters = set(name.partition("_")[2].strip("{}"))
    is_entry = any(letters & set(below[0]) for below in _BELOW.finditer(right)) if letters else False
    return f"{name} = {right}" if is_entry else right


_BELOW = re.compile(r"(?<=_)(?:\{[^{}]*\}|\w+)")
_LIMIT = re.compile(r"_\w$")


def without_powers(statements: Sequence[str]) -> list[str]:
    """The statements, with `σ^2 = v` among the definitions as a definition of its own name, `σ⁽²⁾ = v`, or of `σ` where that stands elsewhere too."""
    *definitions, formula = statements
    for k, definition in enumerate(definitions):
        found = _SQUARE.match(definition)
        if found is None:
            continue
        name = re.escape(found[1])
        square = re.compile(rf"(?<!\w){name}\s*(?:\^\s*(?:\{{2\}}|2(?![\w.]))|²)")
        others = [d for j, d in enumerate(definitions) if j != k]
        body = definition[found.end() :]
        rest = square.sub(" ", "\n".join([*others, formula, body]))
        if re.search(rf"(?<!\w){name}(?!\w)", rest):
            definitions[k] = f"{found[1]} = sqrt({body.strip()})"
            continue
        marked = f"{found[1]}⁽²⁾"
        definitions = [
            f"{marked} = {body.strip()}" if j == k else square.sub(marked, d) for j, d in enumerate(definitions)
        ]
        formula = square.sub(marked, formula)
    return [*definitions, formula]
