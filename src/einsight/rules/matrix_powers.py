"""Powers of matrices: `A^k` for whole k, symbolic or so large that it is not multiplied out."""

from __future__ import annotations

from ..terms import build
from ..terms.dimension import Index, Slot, slot_indices
from ..terms.term import Abstraction, Component, Operator, Product, Term
from .rule import Rule


def determinant_of_power(term: Term) -> Term | None:
    """det(A^k) = det(A)^k."""
    power = _power_within(term, "det")
    if power is None:
        return None
    return build.power(build.operator("det", power.arguments[:1]), power.arguments[1].body)


def inverse_of_power(term: Term) -> Term | None:
    """inv(A^k) = A^(-k)."""
    power = _power_within(term, "inv")
    if power is None or not isinstance(term, Operator):
        return None
    exponent = build.abstraction((), build.negate(power.arguments[1].body))
    return build.operator("power", [power.arguments[0], exponent], term.indices)


def _power_within(term: Term, name: str) -> Operator | None:
    """The power of a matrix that a function of matrices is taken of."""
    if not isinstance(term, Operator) or term.name != name:
        return None
    (matrix,) = term.arguments
    inner = matrix.body
    is_power = isinstance(inner, Operator) and inner.name == "power" and inner.indices == matrix.params
    return inner if isinstance(inner, Operator) and is_power and inner.free == set(matrix.params) else None


def product_of_powers(term: Term) -> Term | None:
    """A^k A^l = A^(k + l), where one of them is not multiplied out."""
    if not isinstance(term, Product) or not term.bound or not any(map(_is_power, term.factors)):
        return None
    factors, dummies = build.open_product(term)
    bound = set(dummies)
    for one in filter(_is_power, factors):
        assert isinstance(one, Operator)
        for other in factors:
            if other is one:
                continue
            merged = _merged(one, other, [i for i in bound if _stands_twice(i, factors)])
            if merged is not None:
                gone, power = merged
                rest = [f for f in factors if f is not one and f is not other]
                return build.product([*rest, power], [d for d in dummies if d is not gone])
    return None


def _is_power(term: Term) -> bool:
    return isinstance(term, Operator) and term.name == "power"


def _stands_twice(index: Index, factors: tuple[Term, ...]) -> bool:
    """Does it link two factors, and stand nowhere else?"""
    slots = [s for f in factors for s in f.slots() if index in slot_indices(s)]
    return len(slots) == 2 and all(s is index for s in slots) and sum(index in f.free for f in factors) == 2


def _merged(one: Operator, other: Term, links: list[Index]) -> tuple[Index, Term] | None:
    """The index that two factors share, and the power that their product over it is."""
    matrix, exponent = one.arguments[0], one.arguments[1].body
    more = _exponent_of(other, matrix)
    if more is None:
        return None
    total = build.abstraction((), build.add(exponent, more))
    turns = (False, True) if matrix.symmetric else (False,)
    for (a, b), (c, d) in ((x, y) for x in _ends(one, turns) for y in _ends(other, turns)):
        if b is c and b in links:
            return b, build.operator("power", [matrix, total], (a, d))
        if d is a and d in links:
            return d, build.operator("power", [matrix, total], (c, b))
    return None


def _ends(term: Term, turns: tuple[bool, ...]) -> list[tuple[Slot, Slot]]:
    first, second = term.slots()
    return [(second, first) if turned else (first, second) for turned in turns]


def _exponent_of(term: Term, matrix: Abstraction) -> Term | None:
    """k where a term is an entry of the matrix to the power k."""
    if len(term.slots()) != 2:
        return None
    if isinstance(term, Operator) and term.arguments[0] is matrix:
        return term.arguments[1].body if term.name == "power" else build.MINUS_ONE if term.name == "inv" else None
    if isinstance(term, Component) and isinstance(matrix.body, Component):
        return build.ONE if build.instantiate(matrix, term.indices) is term else None
    return None


_D = "k in R integer; A, B in R^(m x m); S in R^(m x m) symmetric; x in R^m"
RULES = (
    Rule(
        "power.determinant", "det(A^k) => det(A)^k", determinant_of_power.__doc__ or "", "expand", ("Operator",),
        determinant_of_power, ((_D, "det(B^k)", "det(B)^k"), (_D, "det(B^9)", "det(B)^9"), (_D, "det(B)", None)),
    ),
    Rule(
        "power.inverse", "inv(A^k)_ij => (A^(-k))_ij", inverse_of_power.__doc__ or "", "expand", ("Operator",),
        inverse_of_power, ((_D, "inv(B^k)_ij", "(B^(-k))_ij"), (_D, "inv(B^9)_ij", "(B^(-9))_ij"), (_D, "inv(B)_ij", None)),
    ),
    Rule(
        "power.product", "(A^k)_ij A_jl => (A^(k + 1))_il", product_of_powers.__doc__ or "", "simplify", ("Product",),
        product_of_powers,
        (
            (_D, "(A^k)_ij A_jl", "(A^(k + 1))_il"),
            (_D, "A_ij (A^7)_jl x_l", "(A^8)_il x_l"),
            (_D, "(A^7)_ij (A^9)_jl", "(A^16)_il"),
            (_D, "(A^7)_ij inv(A)_jl", "(A^6)_il"),
            (_D, "(S^7)_ij S_lj", "(S^8)_il"),
            (_D, "(A^7)_ij A_lj", None),
            (_D, "(A^7)_ij B_jl", None),
            (_D, "A_ij A_jl", None),
        ),
        inside=("Operator",),
    ),
)  # fmt: skip
