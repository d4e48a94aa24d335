"""Rules and functions by name: what the plugins registered, looked up by everything else.

The table is filled once, at the first question, by whatever `install_loader` named; `plugins` does so.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..forking import ForkedLock
from ..lowering.names import ARRAY_FUNCTIONS, CONSTANTS, FUNCTIONS, PROPERTIES
from .dispatch import Dispatch
from .faults import OWN, Fault, Faults
from .functions import from_sympy
from .rule import PHASES, ArrayFunction, Function, Lint, Property, Rule, SpecialTensor, Target
from .taught import teach, unteach


@dataclass
class Kit:
    """What one plugin registers."""

    rules: tuple[Rule, ...] = ()
    functions: tuple[Function, ...] = ()
    arrays: tuple[ArrayFunction, ...] = ()
    tensors: tuple[SpecialTensor, ...] = ()
    properties: tuple[Property, ...] = ()
    targets: tuple[Target, ...] = ()
    lints: tuple[Lint, ...] = ()

    @classmethod
    def of(cls, items: Iterable[Any]) -> Kit:
        """Those items, each where it belongs."""
        found: dict[str, list[Any]] = {}
        for item in items:
            table = next(table for kind, table in _TABLE_OF.items() if isinstance(item, kind))
            found.setdefault(table, []).append(item)
        return cls(**{table: tuple(given) for table, given in found.items()})

    def items(self) -> list[tuple[str, str, Any]]:
        """Everything in it: the table it belongs to, its name there, itself."""
        return [
            *(("rules", r.id, r) for r in self.rules),
            *(("functions", f.name, f) for f in self.functions),
            *(("arrays", f.name, f) for f in self.arrays),
            *(("tensors", n, t) for t in self.tensors for n in (t.name, *t.aliases)),
            *(("properties", p.name, p) for p in self.properties),
            *(("targets", t.name, t) for t in self.targets),
            *(("lints", t.id, t) for t in self.lints),
        ]

    def counts(self) -> tuple[tuple[str, int], ...]:
        """How much of each kind there is."""
        kinds = {
            "rules": self.rules, "functions": (*self.functions, *self.arrays), "tensors": self.tensors,
            "properties": self.properties, "targets": self.targets, "lints": self.lints,
        }  # fmt: skip
        return tuple((kind, len(items)) for kind, items in kinds.items() if items)


TABLES = {
    "rules": "rule", "functions": "function", "arrays": "function", "tensors": "tensor", "properties": "property",
    "targets": "target", "lints": "lint",
}  # fmt: skip
_TABLE_OF = {
    Rule: "rules", Function: "functions", ArrayFunction: "arrays", SpecialTensor: "tensors", Property: "properties",
    Target: "targets", Lint: "lints",
}  # fmt: skip
# what nobody else may register, by kind
TAKEN = {
    "function": ARRAY_FUNCTIONS | CONSTANTS | {"d", "delta", "δ"},
    "property": frozenset(PROPERTIES),
    "target": frozenset(
        ("numpy", "jax", "torch", "dask", "sympy", "text", "unicode", "latex", "json", "svg", "diagram")
    ),
}
_versions = itertools.count(1)
_caches: list[Callable[[], None]] = []


def kept_while_known(cached: Any) -> Any:
    """A cache, emptied whenever what is known changes."""
    _caches.append(cached.cache_clear)
    return cached


class Catalogue:
    """All that the plugins of a process know.

    `version` is another one after each change, in any catalogue: what was worked out with other rules does not stand.  The
    tables are never changed in place, so that other threads go through them safely.
    """

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.functions: dict[str, Function] = {}
        self.arrays: dict[str, ArrayFunction] = {}
        self.tensors: dict[str, SpecialTensor] = {}
        self.properties: dict[str, Property] = {}
        self.targets: dict[str, Target] = {}
        self.lints: dict[str, Lint] = {}
        self.versions: dict[str, str] = {}  # of the plugins
        self.is_one_by_one = False  # does each rule count, or only what they give together?
        self.faults = Faults()
        self.version = next(_versions)
        self._dispatch: tuple[int, Dispatch] = (-1, Dispatch(()))

    def __reduce__(self) -> tuple[Callable[[], Catalogue], tuple[()]]:
        return catalogue, ()  # a copy in another process is what that process knows

    def add(self, kit: Kit) -> None:
        """Take in what a plugin registers, all of it or nothing.  Raises Clash where a name is taken."""
        items = kit.items()
        seen: dict[tuple[str, str], Any] = {}
        for table, name, item in items:
            kind = TABLES[table]
            if item.source not in OWN and name in TAKEN.get(kind, ()):
                raise Clash(f"{kind} `{name}` is einsight's own, and registered by {item.source}")
            taken = self.functions.get(name) or self.arrays.get(name) if kind == "function" else None
            other = taken or getattr(self, table).get(name) or seen.get((kind, name))
            if other is not None:
                raise Clash(f"{kind} `{name}` is registered twice, by {other.source} and by {item.source}")
            seen[kind, name] = item
        for table in TABLES:
            setattr(self, table, {**getattr(self, table), **{n: i for t, n, i in items if t == table}})
        for _, _, item in items:
            if isinstance(item, (SpecialTensor, Property, ArrayFunction)):
                teach(item)
        self._changed()

    def owner(self, name: str) -> str:
        """Which plugin has registered a rule or function of that name; empty where none has."""
        known = self.rules.get(name) or self.functions.get(name) or self.arrays.get(name)
        own = "einsight" if name in TAKEN["function"] else ""
        return known.source if known is not None else own

    def exchange_rules(self, rules: dict[str, Rule]) -> None:
        """Have other rules under the same names, each of which is then applied by itself, derivatives too."""
        self.rules, self.is_one_by_one = rules, True
        self._changed()

    def switch_off(self, fault: Fault) -> None:
        """Take out the rule, or all of the plugin, that a fault is about."""
        self.faults.add(fault)
        self.take_out(lambda name, item: item.source == fault.plugin and fault.subject in ("", name))

    def take_out(self, is_meant: Callable[[str, Any], bool]) -> None:
        """Forget what is meant, by its name and itself."""
        for table in TABLES:
            entries: dict[str, Any] = getattr(self, table)
            gone = [i for n, i in entries.items() if is_meant(n, i)]
            setattr(self, table, {n: i for n, i in entries.items() if not is_meant(n, i)})
            for item in gone:
                if table in ("tensors", "properties", "arrays"):
                    unteach(item)
        self._changed()

    def _changed(self) -> None:
        FUNCTIONS.clear()
        FUNCTIONS.update(self.functions)
        self.version = next(_versions)
        for clear in _caches:
            clear()

    def dispatch(self) -> Dispatch:
        """The rules by what they can fire on, in order of phase."""
        version, found = self._dispatch
        if version != self.version:
            found = Dispatch(sorted(self.rules.values(), key=lambda r: PHASES.index(r.phase)), self.functions)
            self._dispatch = self.version, found
        return found

    def function(self, name: str) -> Function | None:
        """A registered function, else one of SymPy's."""
        return self.functions.get(name) or from_sympy(name)

    def arity(self, name: str) -> int:
        found = self.function(name)
        return found.arity if found else 0

    def value(self, name: str) -> Callable[..., float] | None:
        """A function as one of numbers; None where the name is no function."""
        found = self.function(name)
        return found.value if found is not None else None


class Clash(ValueError):
    """A name that two plugins give."""


_lock = ForkedLock()
_state: dict[str, Catalogue] = {}
_loader: list[Callable[[Catalogue], None]] = []
_is_filling: list[bool] = []


def install_loader(loader: Callable[[Catalogue], None]) -> None:
    """Say who fills the catalogue; called before the first question."""
    _loader[:] = [loader]


def catalogue() -> Catalogue:
    """The one of this process, filled at the first call.  Raises RuntimeError for a plugin that asks while it is loaded."""
    found = _state.get("it")
    if found is not None:
        return found
    with _lock:
        if "it" not in _state:
            if _is_filling:
                raise RuntimeError("einsight answers nothing while it loads plugins: ask it in a rule, not in a hook")
            made = Catalogue()
            _is_filling.append(True)
            try:
                for loader in _loader:
                    loader(made)
            finally:
                _is_filling.clear()
            _state["it"] = made
        return _state["it"]


def is_filled() -> bool:
    """Has anybody asked for anything?"""
    return "it" in _state


def forget() -> None:
    """Forget the catalogue, and what it taught the language: the next question fills another one."""
    with _lock:
        known = _state.pop("it", None)
        if known is not None:
            known.take_out(lambda name, item: True)
