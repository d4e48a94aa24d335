"""Names of functions: known ones that a page writes out, `σ(t) = 1/(1 + e^{-t})`, and those that it gives no formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ...documents.latex.names import RAISED
from ...documents.regions import Region
from ...lowering.mentioned import names_of
from ...lowering.names import Entry, Names
from ...lowering.statements import lower_statement
from ...syntax.statements import Piece
from ...syntax.tree import Call, Name, Relation
from ...terms.term import Tensor
from .bounds import holds
from .trees import Change, changed, closing, relation_of

_WRITTEN_OUT = ("sigmoid", "softplus", "tanh")
# their derivatives at what stands in brackets
_DERIVATIVES = {
    "sigmoid": "(sigmoid{0} ⊙ (1 - sigmoid{0}))",
    "softplus": "sigmoid{0}",
    "tanh": "(1 - tanh{0} ⊙ tanh{0})",
}


_PRIMED_CALL = re.compile(r"(?<!\w)([^\W\d_])ʹ\s?\(")
_ALONE = re.compile(r"(?<!\w)([σφψ])(?![\wʹ(⁽]|\s\()")
_OF_SOMETHING = re.compile(r"(?<!\w)([σφψ])\s?\(")
_CALLED = re.compile(r"^\s*([^\W\d_])\s?\([^\W\d_]\w*\)\s*:?=")
_MOST = 20
# what stands before brackets and is read by itself
_NO_FUNCTIONS = frozenset({"d", "I", "ones", "inv", "jac", "grad", "hess"})


def written_out(region: Region, tree: Relation, names: Names) -> tuple[str, str] | None:
    """The name that a definition gives to a known function of one number, and that function: `("σ", "sigmoid")`."""
    left = tree.sides[0]
    if len(tree.sides) != 2 or not (
        isinstance(left, Call) and isinstance(left.callee, Name) and len(left.arguments) == 1
    ):
        return None
    argument = left.arguments[0]
    if (
        not isinstance(argument, Name)
        or names.knows(left.callee.text)
        or set(names_of(tree.sides[1])) - {argument.text, "exp", "log"}
    ):
        return None
    right = region.text[tree.sides[1].start : tree.sides[1].end]
    scope = names.child()
    scope.put(Entry(argument.text, Tensor(argument.text, ()), None, "declared"))
    for function in _WRITTEN_OUT:
        lowered = lower_statement(Piece(0, f"{right} = {function}({argument.text})"), scope)
        if holds(lowered, scope):
            return left.callee.text, function
    return None


def aliases_of(regions: Iterable[Region], names: Names) -> dict[str, str]:
    """The letters that a page gives to known functions, wherever it does."""
    found: dict[str, str] = {}
    for region in regions:
        tree = relation_of(region) if region.translated and _CALLED.match(region.text) else None
        alias = written_out(region, tree, names.child()) if tree is not None else None
        if alias is not None:
            found.setdefault(*alias)
    return found


def with_functions(region: Region, aliases: Mapping[str, str]) -> Region:
    """The region with such functions under their own names, and their derivatives, `σʹ(z)`, written out."""
    made = changed(region, list(_renamed(region.text, aliases)))
    for _ in range(_MOST):  # one may stand inside another
        found = next(_primed(made.text), None)
        if found is None:
            break
        made = changed(made, [found])
    return made


def _renamed(text: str, aliases: Mapping[str, str]) -> Iterator[Change]:
    for name, function in aliases.items():
        for found in re.finditer(rf"(?<!\w){re.escape(name)}(ʹ*)(?=\s?\()", text):
            yield found.start(), found.end(), function + "'" * len(found[1])


def _primed(text: str) -> Iterator[Change]:
    for found in re.finditer(rf"(?<!\w)({'|'.join(_DERIVATIVES)})['ʹ]\s?(?=\()", text):
        end = closing(text, found.end())
        if end:
            yield found.start(), end, _DERIVATIVES[found[1]].format(text[found.end() : end])


def functions_of_entries(regions: Iterable[Region]) -> list[str]:
    """Letters whose derivative is taken of something, `φʹ(z)`, before the page says what they are: functions of each entry."""
    found: dict[str, bool] = {}
    alone: set[str] = set()
    for region in regions:
        for defined in _CALLED.finditer(region.text):
            found.setdefault(defined[1], False)
        for primed in _PRIMED_CALL.finditer(region.text):
            found.setdefault(primed[1], True)
        alone |= {m[1] for m in _ALONE.finditer(region.text)}
    for region in regions:  # `σ(W x)`, of a letter that stands before brackets wherever it stands
        for called in _OF_SOMETHING.finditer(region.text):
            found.setdefault(called[1], called[1] not in alone)
    return [name for name, is_one in found.items() if is_one and name not in _WRITTEN_OUT]


def sample_in_sum(text: str) -> str:
    """A name whose mark holds an index that is summed, such as `x⁽ⁱ⁾` under `∑_i`; the mark is no index, so nothing is known of it."""
    summed = "".join(re.findall(r"∑_\{?((?:[a-z],?)+)", text)).replace(",", "")
    raised = {letter.translate(RAISED) for letter in summed} - {""}
    return next((m[0] for m in re.finditer(r"[^\W\d_]\w*⁽([^⁾]*)⁾", text) if set(m[1]) & raised), "")


def unknown_call(text: str, names: Names) -> str:
    """A name before a lone name in brackets, `f(x)`, that is no function we know: nobody writes a product so."""
    for found in re.finditer(r"(?<!\w)([^\W\d_]\w*?)(⁽[^⁾]*⁾)?ʹ*\s?\(([^\W\d_]\w*)\)", text):
        name = found[1] + (found[2] or "")
        entry = names.find(name)
        is_function = names.is_function(name) or (entry is not None and entry.kind == "function")
        if not (is_function or name.endswith("ᵀ") or name in _NO_FUNCTIONS or found[3] == name):
            return name
    return ""


def taken_elsewhere(text: str, arguments: Mapping[str, str]) -> str:
    """A function whose definition has arguments, and that is taken at others here."""
    return next((name for name in arguments if re.search(rf"(?<!\w){re.escape(name)}ʹ*\s?\(", text)), "")
