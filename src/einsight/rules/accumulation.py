"""Derivatives through many definitions, backwards and one definition at a time.

`h_1 = tanh(W_1 x)`, `h_2 = tanh(W_2 h_1)`, …: put into one another, the definitions of a deep chain give a
product with as many sums as there are layers, and every rule would walk through all of it.  Here each
definition on the way gets a name `g_k` for the derivative in it, made from the names nearer to the output:
`g_k = g_(k+1) ∂h_(k+1)/∂h_k`, so that time and text grow with the number of definitions (reverse
accumulation: A. Griewank, A. Walther, Evaluating Derivatives, chapter 3).
"""

from __future__ import annotations

from collections.abc import Iterable

from ..terms import build
from ..terms.dimension import Index, Slot, fresh_index
from ..terms.term import Abstraction, Component, Delta, Derivative, Number, Product, Tensor, Term
from ..terms.walk import fold_definitions, replace_tensors
from .engine import normal_form
from .rule import Rule

# definitions on the way beyond which they are not put into one another
DEEP = 5
LETTERS = "grqpuvse"
DERIVED = "derived"


def way(body: Term, tensor: Tensor) -> list[Tensor]:
    """The defined tensors between a term and a tensor, each after those that it uses."""
    found = [t for t in body.depends if t.definition is not None and t is not tensor and tensor in t.depends]
    return sorted(found, key=lambda t: (len(t.depends), t.key))


def _depth(nodes: list[Tensor]) -> int:
    """How many definitions stand within one another at most."""
    depth: dict[Tensor, int] = {}
    for node in nodes:
        assert node.definition is not None
        depth[node] = 1 + max((depth.get(t, 0) for t in _used(node.definition.body)), default=0)
    return max(depth.values(), default=0)


def _used(term: Term) -> set[Tensor]:
    """The tensors that stand in a term itself."""
    return {t.tensor for t in term.walk() if isinstance(t, Component)}


def accumulate(term: Term) -> Term | None:
    """∂f/∂x = g_1 ∂h_1/∂x with g_k = g_(k+1) ∂h_(k+1)/∂h_k, through more than five definitions h_k."""
    if not isinstance(term, Derivative):
        return None
    nodes = way(term.body, term.tensor)
    if len(nodes) <= DEEP or _depth(nodes) <= DEEP:
        return None
    return _Backwards(term, nodes).derivative()


class _Backwards:
    """The derivative of `term.body` in each definition on the way, from the output down."""

    def __init__(self, term: Derivative, nodes: list[Tensor]):
        self.term, self.nodes = term, nodes
        self.output = tuple(sorted(term.body.free, key=lambda i: i.key))
        # a definition is held fixed where one looks at the uses of others: it is a tensor of its own then
        self.shut = {t: Tensor(t.name, t.dims, t.properties) for t in nodes}
        self.open = {shut: t for t, shut in self.shut.items()}
        self.uses = {t: _used(t.definition.body) for t in nodes if t.definition is not None}
        self.adjoints: dict[Tensor, Abstraction | Tensor] = {}
        taken = {t.name.split("_")[0] for t in term.body.depends}
        self.letter = next((c for c in LETTERS if c not in taken), "g")
        self.numbers: set[int] = set()

    def derivative(self) -> Term:
        for node in reversed(self.nodes):
            slots = tuple(fresh_index(d) for d in node.dims)
            body = self._in(node, slots, self.shut[node])
            self.adjoints[node] = self._named(node, build.abstraction((*self.output, *slots), body))
        return self._in(self.term.tensor, self.term.indices, self.term.tensor)

    def _in(self, target: Tensor, slots: tuple[Slot, ...], variable: Tensor) -> Term:
        """The derivative in one tensor: of the output itself, and through every definition that uses it."""
        parts: list[Term] = []
        if target in _used(self.term.body):
            parts.append(build.derivative(replace_tensors(self.term.body, self.shut), variable, slots))
        for user in self.nodes:
            if target in self.uses[user] and user in self.adjoints:
                assert user.definition is not None
                places, inner = build.open_abstraction(user.definition)
                local = build.derivative(replace_tensors(inner, self.shut), variable, slots)
                parts.append(build.product([self._adjoint(user, places), local], places))
        result = replace_tensors(normal_form(build.add(*parts)), self.open)
        return fold_definitions(result, [u for u in self.nodes if target in self.uses[u]])

    def _adjoint(self, node: Tensor, places: tuple[Index, ...]) -> Term:
        found = self.adjoints[node]
        slots = (*self.output, *places)
        return build.component(found, slots) if isinstance(found, Tensor) else build.instantiate(found, slots)

    def _named(self, node: Tensor, function: Abstraction) -> Abstraction | Tensor:
        """A name for the derivative in a definition, unless it is as short as a name."""
        body = function.body
        parts = body.factors if isinstance(body, Product) else (body,)
        if all(isinstance(p, (Number, Delta)) or (isinstance(p, Component) and p is body) for p in parts):
            return function
        ending = node.name.rpartition("_")[2]
        number = int(ending) if ending.isdigit() and int(ending) not in self.numbers else 1
        while number in self.numbers:
            number += 1
        self.numbers.add(number)
        return Tensor(f"{self.letter}_{number}", function.dims, frozenset({DERIVED}), function)


def is_deep(term: Term) -> bool:
    """Do more definitions stand within one another than are put in?"""
    defined = [t for t in term.depends if t.definition is not None]
    return len(defined) > DEEP and _depth(sorted(defined, key=lambda t: (len(t.depends), t.key))) > DEEP


def named_parts(terms: Iterable[Term]) -> list[Tensor]:
    """The tensors that accumulation named in some terms, each after those that it uses."""
    found = {t for term in terms for t in term.depends if DERIVED in t.properties}
    return sorted(found, key=lambda t: (len(t.depends), t.key))


_D = (
    "W in R^(n x n); x in R^n; h_1 = tanh(W x); h_2 = tanh(W h_1); h_3 = tanh(W h_2); h_4 = tanh(W h_3); "
    "h_5 = tanh(W h_4); h_6 = tanh(W h_5)"
)
RULES = (
    Rule(
        "derivative.accumulate", "∂h_6/∂x => g_1 ∂h_1/∂x, g_k = g_{k+1} ∂h_{k+1}/∂h_k", accumulate.__doc__ or "",
        "expand", ("Derivative",), accumulate,
        ((_D, "∂h_6_i/∂x_j", "jac(h_6, x)_ij"), (_D, "∂h_5_i/∂x_j", None)),
    ),
)  # fmt: skip
