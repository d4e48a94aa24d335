"""A question in the spelling of whoever asks it, as statements of the language among the names that it needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from ..lowering.names import ALONG_ROWS, DELTA_IS_ARRAY, Names, canonical_name
from ..lowering.report import Diagnostic, EinsightError, fail
from ..lowering.statements import lower_statement
from ..syntax.blanks import blanked
from ..syntax.statements import Piece
from .crosses import with_crosses
from .customary import (
    GAMMA,
    SIGMOID,
    has_one_index,
    is_of_numbers,
    with_function,
    with_normal_densities,
    with_normal_functions,
)
from .entries import induced_norms
from .entrywise import CHOICES
from .habits import with_raised_marks
from .letters import OF_ARRAYS, OF_NUMBERS, TYPESET, WORDS
from .lists import (
    named_by,
    put_together,
    without_left_side,
    without_operator,
    without_powers,
)
from .members import with_members
from .offers import with_another_sum, with_offer
from .pieces import Unwritten
from .prose import OF_MATRICES, require_no_function_of_a_matrix, require_no_prose
from .ranks import MEMBER, NUMBER, likely_ranks
from .remarks import Remarks, learn, require_no_structure, without_remarks
from .sentences import formula_of, sentence
from .spellings import CODE, LANGUAGE, LATEX, spelling_of
from .times import with_times
from .undeclared import (
    Taken,
    as_it_stands,
    first_that_conforms,
    is_plain,
    require_no_unknown_function,
    with_bounds_of_axes,
    with_matrix_exponentials,
)
from .ways import as_declared, has_primes, variable_of, ways_in
from .words import Asked, in_words, objective, require_derivable, with_derivative_behind


@dataclass(frozen=True)
class Question:
    """
    expression   text of the language
    variables    what is differentiated in, as the language writes it
    names        what is declared, defined with the expression, and taken of names that nobody declared
    spelling     `language`, `latex` or `code`
    read_as      the expression, where it is not what was written
    assumed      what is taken of names, as declarations
    order        how often it is to be differentiated, as words say: of a Hessian 2
    """

    expression: str
    variables: tuple[str, ...]
    names: Names
    spelling: str = LANGUAGE
    read_as: str = ""
    assumed: tuple[str, ...] = ()
    order: int = 1

    @property
    def said(self) -> list[Diagnostic]:
        """What there is to say of what was taken."""
        return [Diagnostic("EIN106", "hint", (0, 0), _taken_for(d)) for d in self.assumed]


def _taken_for(what: str) -> str:
    return CHOICES.get(what) or f"nobody declares `{what.partition(' ')[0]}`: it is taken for `{what}`"


def read_question(expression: str, variables: Sequence[str], names: Names) -> Question:
    """What is asked.  Raises EinsightError where an expression in LaTeX or code is not read.

    An expression of the language with names that are all known stays as it is; what is wrong with it is for others to say.
    """
    whole = blanked(expression).strip()
    asked, remarks = _without_words(whole, names, variables)
    if remarks.formula != asked.formula:
        asked = replace(asked, formula=remarks.formula, variables=asked.variables or remarks.variables)
    if len(asked.variables) > 1 and not variables:
        listed = ", ".join(asked.variables)
        raise fail("EIN001", f"a derivative is in one variable, and {listed} are several: ask in one after the other")
    text, over = objective(asked.formula)
    variables = variables or asked.variables or over
    elsewhere = over and variables and not any(v.strip("\\{} ") in over[0] for v in variables)
    if elsewhere:
        text = asked.formula  # the smallest value is no objective in anything else
    require_derivable(text, over[0] if elsewhere else "", names)
    spelling = spelling_of(text)
    bold = _bold_in(text) if spelling == LATEX else {}
    wrt = tuple([as_declared(variable_of(v), names) for v in variables])
    require_no_structure(remarks.structures, wrt)
    found: Question | None = None
    refused: EinsightError | None = None
    ranks: dict[str, int] = {}
    ways = ways_in(text, spelling, names, ranks, wrt)
    while True:
        try:
            statements = next(ways, None)
            if statements is None:
                break
            *definitions, formula = statements
            formula = without_left_side(formula, names)
            formula = without_operator(formula, wrt) if spelling == LATEX else formula
            statements = without_powers([*definitions, formula])
            statements = with_crosses(statements, names, bold)
            among, within, families = names, wrt, list[str]()
            if spelling != CODE:
                statements, within = with_times(statements, wrt, names)
                statements, within, among, families = with_members(statements, within, names)
            ask = partial(
                _question, text=whole, order=asked.order, wrt=within, spelling=spelling, ranks=ranks, said=remarks.kinds
            )
            made = _jointly(statements, within, among, ask, spelling != CODE)
            if spelling != CODE:
                _require_no_offer(made, statements, among, ask)
            if families:
                made = replace(made, assumed=(*families, *made.assumed))
        except Unwritten as unwritten:
            what = {LATEX: "this LaTeX", CODE: "this code"}.get(spelling, "this")
            message = f"{what} is not read: {unwritten.reason}"
            refused = refused or EinsightError(
                [Diagnostic("EIN001", "error", (unwritten.start, unwritten.end), message)]
            )
            break
        except EinsightError as problem:
            refused = refused or problem
            continue
        is_open = spelling == CODE or (spelling != CODE and has_primes(text, spelling))
        if not is_open or _conforms(Taken(made.expression), made.names):
            return made
        found = found or made
    if found is not None:
        return found
    assert refused is not None
    raise refused from None


def _jointly(
    statements: Sequence[str],
    wrt: tuple[str, ...],
    names: Names,
    ask: Callable[..., Question],
    may_be: bool,
) -> Question:
    """What is asked of statements, each of which is read by itself; where that does not conform, with shapes with which they do together."""
    made: Question | None = None
    refused: EinsightError | None = None
    try:
        made = _customary(statements, wrt, names, ask)
    except EinsightError as problem:
        refused = problem
    if len(statements) > 1 and may_be and (made is None or _errors(Taken(made.expression), made.names)):
        with suppress(EinsightError, Unwritten):
            together = _customary(statements, wrt, names, partial(ask, jointly=True))
            if not _errors(Taken(together.expression), together.names):
                return together
    if made is None:
        assert refused is not None
        raise refused
    return made


def _require_no_offer(
    made: Question, statements: Sequence[str], names: Names, ask: Callable[[Sequence[str], Names], Question]
) -> None:
    """Raise EinsightError with what might be meant, where a question does not conform and that does."""
    ways = list(with_another_sum(statements[-1]))
    wrong = _errors(Taken(made.expression), made.names) if ways else []
    for way in ways if wrong else ():
        try:
            other = ask([*statements[:-1], way], names)
        except EinsightError:
            continue
        if not _errors(Taken(other.expression), other.names):
            raise with_offer(EinsightError(wrong), way)


def _without_words(text: str, names: Names, variables: Sequence[str]) -> tuple[Asked, Remarks]:
    """The formula that words stand around, what they ask, and what they say of its names.  Raises EinsightError (EIN001) where a
    sentence asks for a derivative and nobody says in what."""
    found = sentence(text) if "$" in text else None
    if found is None:
        asked = (with_derivative_behind(text) if "/" in text else None) or in_words(text)
        return asked, without_remarks(asked.formula, names)
    asked = Asked(formula_of(found), tuple(v.strip(" .,") for v in found.in_what()), found.order)
    if found.is_asked and not (variables or asked.variables):
        raise fail("EIN001", "a derivative is asked for: say in which variable, as in `with respect to $x$`")
    remarks = without_remarks(asked.formula, names)
    learn(found.words, remarks)
    return asked, remarks


def _conforms(way: Taken, names: Names) -> bool:
    return not _errors(way, names)


def _errors(way: Taken, names: Names) -> list[Diagnostic]:
    inner = names.child()
    way.tell(inner)
    lowered = lower_statement(Piece(0, way.text), inner, names.layout)
    return [d for d in lowered.diagnostics if d.severity == "error"]


def _customary(
    statements: Sequence[str], wrt: tuple[str, ...], names: Names, ask: Callable[[Sequence[str], Names], Question]
) -> Question:
    """What is asked of statements, with `σ(…)` and `Γ(…)` as the functions that they customarily are, which is told.  Raises EinsightError."""
    told: tuple[str, ...] = ()
    if (of_logistic := with_function(statements, *SIGMOID, wrt, names)) is not None:
        statements, told = of_logistic, ("σ = sigmoid",)
    if (of_densities := with_normal_densities(statements, names)) is not None:
        statements, told = of_densities, (*told, "N = normal density")
    if (of_normal := with_normal_functions(statements, wrt, names)) is not None:
        with suppress(EinsightError):
            inner = names.child()
            inner.own[OF_NUMBERS] = True
            made = ask(of_normal, inner)
            if is_of_numbers([*of_normal[:-1], made.expression], "erf", made.names):
                return replace(made, assumed=(*told, "Φ = normal distribution function", *made.assumed))
    of_gamma = with_function(statements, *GAMMA, wrt, names)
    if of_gamma is not None:
        inner = names.child()
        inner.own["of numbers", GAMMA[1]] = True
        with suppress(EinsightError):
            made = ask(of_gamma, inner)
            if is_of_numbers([*of_gamma[:-1], made.expression], GAMMA[1], made.names):
                return replace(made, assumed=(*told, "Γ = gamma", *made.assumed))
    made = ask(statements, names)
    return replace(made, assumed=(*told, *made.assumed)) if told else made


def _question(
    statements: Sequence[str],
    names: Names,
    text: str,
    order: int,
    wrt: tuple[str, ...],
    spelling: str,
    ranks: Mapping[str, int],
    said: Mapping[str, str],
    jointly: bool = False,
) -> Question:
    """A question in the language, with what is taken of its names.  Raises EinsightError."""
    *definitions, formula = statements
    # a vector has no orientation in code, so what is written rests on what its names were taken for
    kinds: dict[str, str] = {}
    inner = names
    if spelling == CODE:  # its names are words, whatever letters they have
        kinds = {canonical_name(n): _OF_RANK[min(rank, 2)] for n, rank in ranks.items() if rank}
        kinds |= {n: "number" for n, rank in ranks.items() if not rank and likely_ranks(canonical_name(n))[0] != NUMBER}
        inner = names.child()
        inner.own[WORDS] = True
        inner.own.update({("mark", canonical_name(n)): True for n in ranks if "_" in n})
    elif spelling == LATEX:
        inner = names.child()
        inner.own[TYPESET] = inner.own[ALONG_ROWS] = True
        kinds = _bold_in(text)
        kinds |= {n + MEMBER: "sample" for n in kinds if not any(_stands_whole(n, s) for s in statements)}
    kinds |= {n if "_" not in n else n.partition("_")[0] + MEMBER: kind for n, kind in said.items()}
    assumed: list[str] = []
    if definitions and inner is names:
        inner = names.child()
    for word in (
        _WORDS.findall(" ".join(statements)) if definitions else ()
    ):  # no dimension of one statement is called as a name of another
        inner.own["taken", word] = True
    if jointly:
        way = first_that_conforms(put_together(statements), wrt, inner, kinds)
        if not _conforms(way, inner):
            raise fail("EIN001", "these statements do not conform together")
        way.tell(inner)
        assumed += way.declarations
    if not names.knows("δ") and has_one_index(statements, ("δ", "delta")):
        inner = names.child() if inner is names else inner
        inner.own[DELTA_IS_ARRAY] = True
    for definition in definitions:
        if _is_declared(definition, inner):
            continue
        require_no_unknown_function(definition, inner)
        require_no_prose(definition, wrt, inner)
        scope = inner.child()
        scope.own[OF_ARRAYS] = any(_takes_for_array(s, named_by(definition)) for s in statements if s != definition)
        way = first_that_conforms(definition, wrt, scope, kinds)
        way.tell(inner)
        assumed += way.declarations
        lowered = lower_statement(Piece(0, way.text), inner, names.layout)
        if lowered.kind == "declaration":
            assumed.append(definition)
        if any(d.severity == "error" for d in lowered.diagnostics):
            raise EinsightError(lowered.diagnostics)
        if lowered.kind in ("claim", "query"):
            message = f"`{definition.strip()}` stands behind the formula, and says what none of its names is"
            raise EinsightError([Diagnostic("EIN001", "error", (0, 0), message)])
    require_no_unknown_function(formula, inner)
    require_no_prose(formula, wrt, inner)
    is_open = not is_plain(formula, inner)
    if is_open:
        formula, equal = with_bounds_of_axes(formula, inner, wrt)
        assumed += equal
    may_be = spelling != CODE and not inner.fact(OF_NUMBERS)
    of_matrices = with_matrix_exponentials(formula, text) if may_be else None
    if is_open or of_matrices is not None:
        way = first_that_conforms(of_matrices or formula, wrt, inner, kinds)
    else:
        way = as_it_stands(Taken(formula), inner)
    if of_matrices is not None and not _conforms(way, inner):
        way = first_that_conforms(formula, wrt, inner, kinds)
    if way.declarations or way.families or way.dimensions:
        inner = names.child() if inner is names else inner
        way.tell(inner)
        assumed += way.declarations
    assumed += (*way.chosen, *induced_norms(way.text, inner))
    if spelling != CODE and "tr" in way.text and any(f in way.text for f in OF_MATRICES):
        lowered = lower_statement(Piece(0, way.text), inner.child(), inner.layout)
        if lowered.tree is not None:
            require_no_function_of_a_matrix(lowered.tree, lowered.diagnostics)
    wrt = tuple([_as_name(v, way.text) for v in wrt])
    shown = "; ".join([way.text, *definitions])
    changed = spelling != LANGUAGE or way.text != formula or formula != text
    return Question(way.text, wrt, inner, spelling, shown if changed else "", tuple(assumed), order)


# a small letter in bold or under an arrow, which is no number
_BOLD = re.compile(r"\\(?:mathbf|boldsymbol|bm|vec|pmb)\s*\{?\s*(\\[a-z]+|[a-z])(?![A-Za-z])")


def _bold_in(text: str) -> dict[str, str]:
    """The small letters that are bold in some LaTeX, with what they are then."""
    return {
        canonical_name(m[1].lstrip("\\")): "bold greek" if m[1][0] == "\\" else "bold" for m in _BOLD.finditer(text)
    }


def _stands_whole(name: str, statement: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(name)}(?![\w\u0300-\u036f])", statement) is not None


def _takes_for_array(statement: str, name: str) -> bool:
    """Is a name transposed there, or its length taken?"""
    return (
        bool(name)
        and re.search(
            rf"(?<!\w){re.escape(name)}\s*(?:'|ᵀ|\^\{{?T)|(?:\|\||‖)\s*{re.escape(name)}\s*(?:\|\||‖)", statement
        )
        is not None
    )


def _is_declared(statement: str, names: Names) -> bool:
    """Does it say where names lie that are all known?"""
    said, sign, _ = statement.partition("∈")
    return bool(sign) and "=" not in said and all(names.knows(canonical_name(n.strip())) for n in said.split(","))


def _as_name(variable: str, text: str) -> str:
    """`h_{t-1}` as the name that it has in the text, `h⁽ᵗ⁻¹⁾`."""
    if variable.isalnum():
        return variable
    raised = with_raised_marks(variable)
    if raised in text:
        return raised
    bare = re.sub(r"[{}]", "", variable)
    if bare != variable and re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", text):
        return bare
    together = re.sub(r"[_{}]", "", variable)  # `W_{out}`, whose label is part of it
    is_word = len(together) > 2 and re.search(rf"(?<!\w){re.escape(together)}(?!\w)", text) is not None
    return together if is_word and variable not in text else variable


_WORDS = re.compile(r"(?<![^\W\d_])[^\W\d_](?![^\W\d_])")
_OF_RANK = {1: "sample", 2: "matrix"}
