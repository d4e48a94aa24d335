"""Relations between derivatives of what is never defined: a loss with its gradients, functions of which nothing is said."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Protocol

from ...documents.regions import Region
from ...lowering.mentioned import names_of, walk
from ...lowering.statements import lower_statement
from ...syntax.statements import Piece
from ...syntax.tree import Indexed, Name, Relation
from .gradients import gradients, signal_of, undefined_function, with_binding, with_gradient
from .known import Known
from .layers import Layers
from .trees import Change, changed, relation_of
from .unknown import readings

# the bar over an adjoint, and the name of what it is the gradient of
ADJOINT, _ANY_LOSS = "\u0304", "ℒ"
# `dX` and `δX` for such gradients: of a letter, since `det` is none
_MARKED = re.compile(r"(?<![\w∂∇/])(?:d|δ)\s?(?P<name>[^\W\d_](?![^\W\d_])\w*[\u0300-\u036f]*(?:⁽[^⁾]*⁾)?ʹ*)")
_MOST_LOSSES = 3


class Plan(Protocol):
    """Who is asked to read a relation.

    symmetric  does the page speak of symmetric matrices without a name?
    targets    names that some formula of the page gives a value
    """

    symmetric: bool
    targets: set[str]

    def statement(self, region: Region) -> None: ...

    def put_out(self, region: Region, tree: Relation, if_it_holds: bool = False) -> None: ...


class Through:
    """
    signals   names that were introduced as a gradient, `δ = ∂L/∂z`, with the function and the variable
    layers    definitions that hold for each layer, and `asked`, the names that one was made for
    """

    def __init__(self, plan: Plan, known: Known):
        self.plan, self.known, self.names = plan, known, known.names
        self.signals: dict[str, tuple[str, str]] = {}
        self.layers, self.asked = Layers(), set[str]()

    def put_out(self, region: Region, tree: Relation) -> bool:
        """Put out a relation that is one between such derivatives; False where it is none that is known to hold."""
        return self.through_signals(region, tree) or self.through_gradients(region, tree)

    def of_layer(self, name: str) -> None:
        """Put out what the definition of a layer says of a name of the next."""
        made = self.layers.of(name) if self.known.tensor(name) is None and name not in self.signals else None
        if made is not None and name not in self.asked:
            self.asked.add(name)
            self.plan.statement(made)

    def through_signals(self, region: Region, tree: Relation) -> bool:
        """Put out a relation between gradients that have names, where it holds for all functions."""
        inside = [n for side in tree.sides for n in walk(side)]
        places = [n for n in inside if isinstance(n, Name) and n.text in self.signals]
        entries = {n.base.start: n for n in inside if isinstance(n, Indexed)}
        if not places or len(tree.sides) < 2 or (self.known.target(tree) and not self._is_signal(tree)):
            return False
        for name in {v for n in places for v in self.signals[n.text]}:
            self.of_layer(name)
        made = changed(region, [self._as_derivative(region, n, entries.get(n.start)) for n in places])
        found = relation_of(made)
        return found is not None and self.through_functions(made, found)

    def _is_signal(self, tree: Relation) -> bool:
        left = tree.sides[0]
        return isinstance(left, Name) and left.text in self.signals

    def _as_derivative(self, region: Region, place: Name, entry: Indexed | None) -> Change:
        function, variable = self.signals[place.text]
        if entry is not None:
            return entry.start, entry.end, f"(∂{function}/∂{variable}{region.text[entry.base.end : entry.end]})"
        return place.start, place.end, self._quotient(place.text)

    def _quotient(self, name: str) -> str:
        function, variable = self.signals[name]
        return f"(∇_{{{variable}}} {function})" if name.endswith(ADJOINT) else f"(∂{function}/∂{variable})"

    def meet_adjoints(self, tree: Relation) -> None:
        """`X̄` beside `X` is the gradient in it of whatever one differentiates."""
        for name in names_of(tree):
            if name.endswith(ADJOINT) and not self.names.knows(name) and self.known.is_known(name[: -len(ADJOINT)]):
                self.signals.setdefault(name, (_ANY_LOSS, name[: -len(ADJOINT)]))

    def as_gradients(self, region: Region) -> bool:
        """Put out a relation in which `dX` and `δX` are the gradients of a loss in `X`, where it holds so."""
        marked = list(_MARKED.finditer(region.text))
        if not marked or marked[0].start() > region.text.find("="):
            return False
        for found in marked:
            self.of_layer(found["name"])
        made = changed(region, [(m.start(), m.end(), f"(∇_{{{m['name']}}} {_ANY_LOSS})") for m in marked])
        tree = relation_of(made)
        if tree is None or any(self.names.is_function(m["name"]) for m in marked):
            return False
        if self.through_functions(made, tree):
            return True
        for name in self._losses():
            named = changed(made, [(m.start(), m.end(), name) for m in re.finditer(_ANY_LOSS, made.text)])
            if self.known.holds(named):
                self.known.out.append(named)
                return True
        return False

    def _losses(self) -> list[str]:
        """The numbers that the page defines, the last first."""
        numbers = [t.name for t in self.known.tensors() if t.definition is not None and not t.dims]
        return numbers[: -_MOST_LOSSES - 1 : -1]

    def through_gradients(self, region: Region, tree: Relation) -> bool:
        """Put out a relation with derivatives of a function that nobody defines, or say why that is not read."""
        function = undefined_function(tree, self.names)
        signal = signal_of(tree, self.names)
        if not function or self.names.is_function(function) or not self._is_loss(function):
            return False
        if signal is not None and not self.names.knows(signal[0]):
            return self._signal(region, *signal)
        found = gradients(tree, function, self.names, self.signals)
        if not found.problem and any(v in self.known.assumed for _, v in found.arrays):
            return False
        if found.problem:
            return False
        for array, variable in found.arrays:
            self.known.declare_like(array, variable, region)
        made = with_binding(region, function, found.text)
        spoken = tuple((a, f"∇_{v} {function}") for a, v in found.arrays)
        # of one that is defined further on the page only what holds for all functions is known
        self.plan.put_out(
            replace(made, spoken=(*region.spoken, *spoken)), tree, if_it_holds=function in self.plan.targets
        )
        return True

    def through_functions(self, region: Region, tree: Relation) -> bool:
        """Put out an identity that holds of all functions."""
        known = self.known
        found = next((r for r in readings(region, tree, known) if r.holds()), None)
        if found is None:
            return False
        place = region.map_span((0, 1))
        for name, dims in found.declared.items():
            known.assumed.add(name)
            known.declare_as(name, dims, place)
        for text in found.functions:
            lower_statement(Piece(0, text), known.names)
            known.out.append(Region(*place, text, True, (place,) * len(text)))
        known.out.append(replace(found.region, rests_on=frozenset(found.declared), symmetric=self.plan.symmetric))
        return True

    def _is_loss(self, name: str) -> bool:
        """May it be a number of which nothing else is said?"""
        return not self.names.knows(name) or (self.known.rank(name) == 0 and name not in self.known.assumed)

    def _signal(self, region: Region, name: str, function: str, variable: str) -> bool:
        """`δ = ∂L/∂z` gives the gradient a name; in a layout in which it is a row, that is no column's name."""
        tensor = self.known.tensor(variable)
        if tensor is None or len(tensor.dims) > 2:
            return False
        array = f"{function}{variable}"
        self.known.declare_like(array, variable, region)
        made = with_binding(region, function, with_gradient(array, variable, tensor))
        lowered, scope = self.known.lower(made)
        if any(d.severity == "error" for d in lowered.diagnostics):
            return False
        self.known.take_defined(scope)
        self.signals[name] = function, variable
        self.layers.note(name, region)
        self.known.out.append(made)
        return True
