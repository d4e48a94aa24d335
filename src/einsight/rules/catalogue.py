"""Rules and functions by name: what the plugins registered, looked up by everything else.

The table is filled once, at the first question, by whatever `install_loader` named; `plugins` does so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..lowering.expressions import Reader
from ..lowering.names import PROPERTIES, SPECIAL, SQUARE_PROPERTIES, Entry, Names, canonical_name
from ..lowering.report import Report
from ..meaning.instances import SAMPLES
from ..meaning.instances import SPECIAL as SPECIAL_VALUES
from ..syntax.parse import parse_statement
from ..syntax.tree import Relation
from ..terms import build
from ..terms.dimension import Dim, Tensor
from ..terms.term import Component, Term
from ..terms.walk import map_parts
from .faults import Fault, Faults
from .functions import from_sympy
from .rule import PHASES, Function, Property, Rule, SpecialTensor, by_heads


@dataclass
class Kit:
    """What one plugin registers."""

    rules: tuple[Rule, ...] = ()
    functions: tuple[Function, ...] = ()
    tensors: tuple[SpecialTensor, ...] = ()
    properties: tuple[Property, ...] = ()


class Catalogue:
    """All that the plugins of a process know.

    `version` counts the changes: what was worked out with other rules does not stand.
    """

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.functions: dict[str, Function] = {}
        self.tensors: dict[str, SpecialTensor] = {}
        self.properties: dict[str, Property] = {}
        self.versions: dict[str, str] = {}  # of the plugins
        self.faults = Faults()
        self.version = 0
        self._foreign: dict[str, Function | None] = {}
        self._by_head: tuple[int, dict[type[Term], list[Rule]]] = (-1, {})

    def add(self, kit: Kit) -> None:
        """Take in what a plugin registers, all of it or nothing.  Raises Clash where a name is taken."""
        tables: list[tuple[str, dict[str, Any], Iterable[tuple[str, Any]]]] = [
            ("rule", self.rules, ((r.id, r) for r in kit.rules)),
            ("function", self.functions, ((f.name, f) for f in kit.functions)),
            ("tensor", self.tensors, ((n, t) for t in kit.tensors for n in (t.name, *t.aliases))),
            ("property", self.properties, ((p.name, p) for p in kit.properties)),
        ]
        new: list[tuple[dict, str, Any]] = []
        for kind, table, items in tables:
            seen: set[str] = set()
            for name, item in items:
                if name in table or name in seen:
                    other = table[name].source if name in table else item.source
                    raise Clash(f"{kind} `{name}` is registered twice, by {other} and by {item.source}")
                seen.add(name)
                new.append((table, name, item))
        for table, name, item in new:
            table[name] = item
        for tensor in kit.tensors:
            _make_special(tensor)
        for word in kit.properties:
            PROPERTIES.append(word.name)
            SQUARE_PROPERTIES.add(word.name)
            SAMPLES[word.name] = word.sample
        self.version += 1

    def switch_off(self, fault: Fault) -> None:
        """Take out the rule, or all of the plugin, that a fault is about."""
        self.faults.add(fault)
        for table in (self.rules, self.functions, self.tensors, self.properties):
            entries: dict[str, Any] = table  # type: ignore[assignment]
            for name, item in list(entries.items()):
                if item.source == fault.plugin and fault.subject in ("", name):
                    del entries[name]
        self.version += 1
        _derivative_body.cache_clear()
        body_of.cache_clear()

    def by_head(self) -> dict[type[Term], list[Rule]]:
        """The rules by the heads that they can fire on, in order of phase."""
        version, found = self._by_head
        if version != self.version:
            found = by_heads(sorted(self.rules.values(), key=lambda r: PHASES.index(r.phase)))
            self._by_head = self.version, found
        return found

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

    def value(self, name: str) -> Callable[..., float] | None:
        """A function as one of numbers; None where the name is no function."""
        found = self.function(name)
        return found.value if found is not None else None


class Clash(ValueError):
    """A name that two plugins give."""


def _make_special(tensor: SpecialTensor) -> None:
    """Let the language know the name, and numbers its entries."""
    made = Tensor(canonical_name(tensor.name), tuple(map(Dim, tensor.shape)), frozenset(("special", "constant")))
    for name in (tensor.name, *tensor.aliases):
        SPECIAL[canonical_name(name)] = Entry(made.name, made, None, "special")
    SPECIAL_VALUES[made.name] = tensor.value


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


def _read_in(text: str, arguments: Iterable[tuple[str, Tensor]]) -> Term | None:
    """A text as a term in some names of numbers; None where it does not read."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation) or len(tree.sides) != 1:
        return None
    names = Names(catalogue().arity)
    for name, tensor in arguments:
        names.put(Entry(name, tensor, None, "declared"))
    report = Report()
    value = Reader(names, report, text).read(tree.sides[0])
    return None if value is None or report.has_errors() or value.rank else value.term


@lru_cache(maxsize=512)
def body_of(name: str) -> Term | None:
    """What a function that is defined by an expression is at `z`."""
    found = catalogue().function(name)
    if found is None or found.definition is None:
        return None
    argument, text = found.definition
    return _read_in(text, [(argument, _Z)])


@lru_cache(maxsize=512)
def _derivative_body(name: str, place: int) -> Term | None:
    found = catalogue().function(name)
    if found is None or place >= len(found.derivative):
        return None
    if not found.derivative[place]:
        return _differentiated(body_of(name))
    return _read_in(found.derivative[place], [(t.name, t) for t in (_Z, _W)])


def _differentiated(body: Term | None) -> Term | None:
    from .engine import BudgetExceeded, MissingRule, normal_form  # which asks this module for the rules

    try:
        return None if body is None else normal_form(build.derivative(body, _Z))
    except (BudgetExceeded, MissingRule):
        return None


def function_derivative(name: str, place: int, arguments: tuple[Term, ...]) -> Term | None:
    """`∂f/∂(argument number place)` at the arguments; of an unknown function `s`, `s'`."""
    if catalogue().function(name) is None:
        return build.apply(name + "'", *arguments) if len(arguments) == 1 else None
    body = _derivative_body(name, place)
    return None if body is None else _at(body, arguments)


def _at(body: Term, arguments: tuple[Term, ...]) -> Term:
    given = dict(zip((_Z, _W), arguments, strict=False))

    def visit(term: Term) -> Term:
        if isinstance(term, Component):
            return given.get(term.tensor, term)
        return map_parts(term, visit)

    return visit(body)
