"""Rules and functions by name: what the plugins registered, looked up by everything else.

The table is filled once, at the first question, by whatever `install_loader` named; `plugins` does so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import lru_cache

from ..lowering.expressions import Reader
from ..lowering.names import Entry, Names
from ..lowering.report import Report
from ..syntax.parse import parse_statement
from ..syntax.tree import Relation
from ..terms import build
from ..terms.dimension import Tensor
from ..terms.term import Component, Term
from ..terms.walk import map_parts
from .functions import from_sympy
from .rule import Function, Rule


class Catalogue:
    """All rules and functions of a process."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.functions: dict[str, Function] = {}
        self.version = 0  # counts the additions: what was worked out with other rules does not stand
        self._foreign: dict[str, Function | None] = {}

    def add(self, rules: Iterable[Rule], functions: Iterable[Function]) -> None:
        self.version += 1
        for rule in rules:
            if rule.id in self.rules:
                raise ValueError(
                    f"rule {rule.id} is registered twice, by {self.rules[rule.id].source} and {rule.source}"
                )
            self.rules[rule.id] = rule
        for function in functions:
            if function.name in self.functions:
                raise ValueError(f"function {function.name} is registered twice")
            self.functions[function.name] = function

    def function(self, name: str) -> Function | None:
        """A registered function, else one of SymPy's."""
        found = self.functions.get(name)
        if found is None and name.isascii() and name.isidentifier() and len(name) > 2:
            if name not in self._foreign:
                self._foreign[name] = from_sympy(name)
            found = self._foreign[name]
        return found

    def arity(self, name: str) -> int:
        found = self.function(name)
        return found.arity if found else 0


_lock = threading.RLock()
_state: dict[str, Catalogue] = {}
_loader: list[Callable[[Catalogue], None]] = []


def install_loader(loader: Callable[[Catalogue], None]) -> None:
    """Say who fills the catalogue; called before the first question."""
    _loader[:] = [loader]


def catalogue() -> Catalogue:
    with _lock:
        if "it" not in _state:
            made = Catalogue()
            for loader in _loader:
                loader(made)
            _state["it"] = made
        return _state["it"]


_Z, _W = Tensor("z"), Tensor("w")


@lru_cache(maxsize=512)
def _derivative_body(name: str, place: int) -> Term | None:
    found = catalogue().function(name)
    if found is None or place >= len(found.derivative):
        return None
    tree, problems = parse_statement(found.derivative[place])
    if problems or not isinstance(tree, Relation):
        return None
    names = Names(catalogue().arity)
    for tensor in (_Z, _W):
        names.put(Entry(tensor.name, tensor, None, "declared"))
    report = Report()
    value = Reader(names, report, found.derivative[place]).read(tree.sides[0])
    return None if value is None or report.has_errors() else value.term


def function_derivative(name: str, place: int, arguments: tuple[Term, ...]) -> Term | None:
    """`∂f/∂(argument number place)` at the arguments; of an unknown function `s`, `s'`."""
    if catalogue().function(name) is None:
        return build.apply(name + "'", *arguments) if len(arguments) == 1 else None
    body = _derivative_body(name, place)
    if body is None:
        return None
    given = dict(zip((_Z, _W), arguments, strict=False))

    def visit(term: Term) -> Term:
        if isinstance(term, Component):
            return given.get(term.tensor, term)
        return map_parts(term, visit)

    return visit(body)
