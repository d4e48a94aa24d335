"""Differentiation, one idea a rule.  Each looks at one `∂ body/∂x` and takes one step."""

from __future__ import annotations

from ..terms import build
from ..terms.bounds import LONGEST_POWER
from ..terms.dimension import Slot
from ..terms.term import Apply, Bracket, Component, Derivative, Number, Operator, Power, Product, Sum, Tensor, Term
from ..terms.unknown import is_unknown, split_unknown, unknown_name
from .function_bodies import function_derivative
from .rule import Rule


def _of(term: Term) -> Derivative | None:
    return term if isinstance(term, Derivative) else None


def _d(body: Term, like: Derivative) -> Term:
    return build.derivative(body, like.tensor, like.indices)


def constant(term: Term) -> Term | None:
    """∂c/∂x = 0 where c provably does not depend on x."""
    at = _of(term)
    return build.ZERO if at and at.tensor not in at.body.depends else None


def component(term: Term) -> Term | None:
    """∂x_i/∂x_j = δ_ij; a matrix with structure varies with it."""
    at = _of(term)
    if at is None or not isinstance(at.body, Component) or at.body.tensor is not at.tensor:
        return None
    return variation(at.tensor, at.body.indices, at.indices)


def variation(tensor: Tensor, at: tuple[Slot, ...], by: tuple[Slot, ...]) -> Term:
    """`∂T_at/∂T_by`: deltas, symmetrised as the tensor's properties ask.

    Source: K. B. Petersen, M. S. Pedersen, The Matrix Cookbook, section 2.8 (structured matrices).
    """
    plain = build.product([build.delta(a, b) for a, b in zip(at, by, strict=True)])
    if len(at) == 2:
        turned = build.product([build.delta(at[0], by[1]), build.delta(at[1], by[0])])
        if "diagonal" in tensor.properties:
            return build.product([plain, build.delta(by[0], by[1])])
        if "symmetric" in tensor.properties:
            return build.product([build.HALF, build.add(plain, turned)])
        if "antisymmetric" in tensor.properties:
            return build.product([build.HALF, build.subtract(plain, turned)])
    return plain


def definition(term: Term) -> Term | None:
    """∂y_i/∂x_j where y is defined: put the definition in."""
    at = _of(term)
    if (
        at
        and isinstance(at.body, Component)
        and at.body.tensor.definition is not None
        and at.body.tensor is not at.tensor
    ):
        return _d(build.instantiate(at.body.tensor.definition, at.body.indices), at)
    return None


def under_sum(term: Term) -> Term | None:
    """∂/∂x ∑_k f = ∑_k ∂f/∂x."""
    at = _of(term)
    if at is None or not isinstance(at.body, Product) or not at.body.bound:
        return None
    factors, dummies = build.open_product(at.body)
    return build.product([_d(build.product(factors), at)], dummies)


def linear(term: Term) -> Term | None:
    """∂(f + g)/∂x = ∂f/∂x + ∂g/∂x."""
    at = _of(term)
    if at is None or not isinstance(at.body, Sum):
        return None
    return build.add(*(_d(t, at) for t in at.body.terms))


def _split(at: Derivative) -> tuple[list[Term], list[Term]] | None:
    if not isinstance(at.body, Product) or at.body.bound:
        return None
    varying = [f for f in at.body.factors if at.tensor in f.depends]
    return varying, [f for f in at.body.factors if at.tensor not in f.depends]


def constant_factor(term: Term) -> Term | None:
    """∂(c f)/∂x = c ∂f/∂x."""
    at = _of(term)
    parts = _split(at) if at else None
    if at is None or parts is None or not parts[1] or not parts[0]:
        return None
    return build.product([*parts[1], _d(build.product(parts[0]), at)])


def product(term: Term) -> Term | None:
    """∂(f g)/∂x = ∂f/∂x g + f ∂g/∂x."""
    at = _of(term)
    parts = _split(at) if at else None
    if at is None or parts is None or parts[1] or len(parts[0]) < 2:
        return None
    factors = parts[0]
    return build.add(*(build.product([*factors[:k], _d(f, at), *factors[k + 1 :]]) for k, f in enumerate(factors)))


def power(term: Term) -> Term | None:
    """∂f^n/∂x = n f^(n-1) ∂f/∂x."""
    at = _of(term)
    if at is None or not isinstance(at.body, Power) or at.tensor in at.body.exponent.depends:
        return None
    base, n = at.body.base, at.body.exponent
    return build.product([n, build.power(base, build.add(n, build.MINUS_ONE)), _d(base, at)])


def exponential(term: Term) -> Term | None:
    """∂f^g/∂x = f^g (log f ∂g/∂x + g/f ∂f/∂x)."""
    at = _of(term)
    if at is None or not isinstance(at.body, Power) or at.tensor not in at.body.exponent.depends:
        return None
    f, g = at.body.base, at.body.exponent
    inner = build.add(
        build.product([build.apply("log", f), _d(g, at)]), build.product([g, build.power(f, -1), _d(f, at)])
    )
    return build.product([at.body, inner])


def chain(term: Term) -> Term | None:
    """∂f(u)/∂x = f'(u) ∂u/∂x."""
    at = _of(term)
    if at is None or not isinstance(at.body, Apply):
        return None
    parts = []
    for place, argument in enumerate(at.body.arguments):
        if at.tensor not in argument.depends:
            continue
        outer = function_derivative(at.body.function, place, at.body.arguments)
        if outer is None:
            return None
        parts.append(build.product([outer, _d(argument, at)]))
    return build.add(*parts)


def bracket(term: Term) -> Term | None:
    """∂[a < b]/∂x = 0: a mask is constant wherever it has a derivative."""
    at = _of(term)
    return build.ZERO if at and isinstance(at.body, Bracket) else None


def of_operator(term: Term, name: str) -> tuple[Derivative, Operator] | None:
    at = _of(term)
    if at and isinstance(at.body, Operator) and at.body.name == name:
        return at, at.body
    return None


def inverse(term: Term) -> Term | None:
    """∂inv(X)_ij/∂t = -inv(X)_ik ∂X_kl/∂t inv(X)_lj.  Source: The Matrix Cookbook, eq. 59."""
    found = of_operator(term, "inv")
    if found is None:
        return None
    at, body = found
    (k, l), inner = build.open_abstraction(body.arguments[0])
    i, j = body.indices
    left = build.operator("inv", body.arguments, (i, k))
    right = build.operator("inv", body.arguments, (l, j))
    return build.product([build.MINUS_ONE, left, _d(inner, at), right], (k, l))


def determinant(term: Term) -> Term | None:
    """∂det(X)/∂t = det(X) inv(X)_lk ∂X_kl/∂t.  Source: The Matrix Cookbook, eq. 46 (Jacobi's formula)."""
    found = of_operator(term, "det")
    if found is None:
        return None
    at, body = found
    (k, l), inner = build.open_abstraction(body.arguments[0])
    return build.product([body, build.operator("inv", body.arguments, (l, k)), _d(inner, at)], (k, l))


def log_determinant(term: Term) -> Term | None:
    """∂logdet(X)/∂t = inv(X)_lk ∂X_kl/∂t.  Source: The Matrix Cookbook, eq. 43."""
    found = of_operator(term, "logdet")
    if found is None:
        return None
    at, body = found
    (k, l), inner = build.open_abstraction(body.arguments[0])
    return build.product([build.operator("inv", body.arguments, (l, k)), _d(inner, at)], (k, l))


def unknown_function(term: Term) -> Term | None:
    """∂f(u)_i/∂t = J_f(u)_ik ∂u_k/∂t for an unknown function f of an array."""
    at = _of(term)
    if at is None or not isinstance(at.body, Operator) or not is_unknown(at.body.name):
        return None
    body = at.body
    function, order = split_unknown(body.name)
    params, inner = build.open_abstraction(body.arguments[0])
    outer = build.operator(unknown_name(function, order + 1), body.arguments, (*body.indices, *params))
    return build.product([outer, _d(inner, at)], params)


def trace_of_power(term: Term) -> Term | None:
    """∂tr(A^k)/∂t = k (A^(k-1))_qp ∂A_pq/∂t.  Source: The Matrix Cookbook, eq. 122."""
    at = _of(term)
    if at is None or not isinstance(at.body, Product) or len(at.body.bound) != 1 or len(at.body.factors) != 1:
        return None
    (factor,), (dummy,) = build.open_product(at.body)
    if not (isinstance(factor, Operator) and factor.name == "power" and factor.indices == (dummy, dummy)):
        return None
    matrix, exponent = factor.arguments
    if at.tensor in exponent.body.depends:
        return None
    (p, q), inner = build.open_abstraction(matrix)
    _, k = build.open_abstraction(exponent)
    lower = build.substitute(build.matrix_power((p, q), inner, build.add(k, build.MINUS_ONE)), {p: q, q: p})
    return build.product([k, lower, _d(inner, at)], (p, q))


def matrix_power(term: Term) -> Term | None:
    """∂(A^n)_ij/∂t = ∑_{r=1}^n (A^(r-1))_ip ∂A_pq/∂t (A^(n-r))_qj.  Source: The Matrix Cookbook, eq. 91.

    For a negative power ∂A^-n/∂t = -∑_{r=1}^n A^-r ∂A/∂t A^(r-n-1).
    """
    found = of_operator(term, "power")
    if found is None:
        return None
    at, body = found
    matrix, exponent = body.arguments[0], body.arguments[1].body
    if not isinstance(exponent, Number) or abs(exponent.value) > LONGEST_POWER:
        return None
    (p, q), inner = build.open_abstraction(matrix)
    i, j = body.indices
    count = int(exponent.value)
    pairs = [(r, count - 1 - r) for r in range(count)] or [(-r, r + count - 1) for r in range(1, 1 - count)]
    sign = build.ONE if count > 0 else build.MINUS_ONE

    def power(number: int, ends: tuple[Slot, Slot]) -> Term:
        return build.operator("power", [matrix, build.abstraction((), build.number(number))], ends)

    slope = _d(inner, at)
    return build.add(
        *(build.product([sign, power(left, (i, p)), slope, power(right, (q, j))], (p, q)) for left, right in pairs)
    )


_M = "f : R^m -> R^n; g : R^n -> R; k in R integer; W in R^(n x m); x in R^m; y in R^n; a, b in R^m; X in R^(p x p); s, t in R; q_i = tanh(x_i) + a_i"


def differentiation(name: str, statement: str, apply, *examples: tuple[str, str | None]) -> Rule:  # type: ignore[no-untyped-def]
    doc = (apply.__doc__ or "").strip()
    return Rule(
        f"derivative.{name}", statement, doc, "differentiate", ("Derivative",), apply, tuple((_M, *e) for e in examples)
    )


RULES = (
    differentiation("constant", "∂y_i/∂x_j => 0", constant, ("∂y_i/∂x_j", "0 y_i x_j"), ("∂x_i/∂x_j", None)),
    differentiation("component", "∂x_i/∂x_j => δ_ij", component, ("∂x_i/∂x_j", "δ_ij"), ("∂s/∂s", "1")),
    differentiation(
        "definition",
        "∂y_i/∂x_j => ∂e_i/∂x_j for y_i := e_i",
        definition,
        ("∂q_i/∂x_j", "∂/∂x_j (tanh(x_i) + a_i)"),
        ("∂x_i/∂x_j", None),
    ),
    differentiation(
        "trace-power",
        "∂tr(A^k)/∂A_ij => k (A^(k-1))_ji",
        trace_of_power,
        ("∂/∂X_ij tr(X^k)", "k (X^(k-1))_qp ∂X_pq/∂X_ij"),
        ("∂/∂X_ij tr(X)", None),
    ),
    differentiation(
        "matrix-power",
        "∂(A^3)_ij/∂A_kl => δ_ik (A^2)_lj + A_ik A_lj + (A^2)_ik δ_lj",
        matrix_power,
        (
            "∂(X^5)_ij/∂X_kl",
            "δ_ip ∂X_pq/∂X_kl (X^4)_qj + X_ip ∂X_pq/∂X_kl (X^3)_qj + (X^2)_ip ∂X_pq/∂X_kl (X^2)_qj"
            " + (X^3)_ip ∂X_pq/∂X_kl X_qj + (X^4)_ip ∂X_pq/∂X_kl δ_qj",
        ),
        ("∂inv(X)_ij/∂X_kl", None),
    ),
    differentiation(
        "under-sum",
        "∂/∂x_j (∑_k a_k x_k) => ∑_k ∂/∂x_j (a_k x_k)",
        under_sum,
        ("∂/∂x_j ∑_k a_k x_k", "∑_k ∂/∂x_j (a_k x_k)"),
    ),
    differentiation(
        "sum",
        "∂/∂x_j (x_i^2 + a_i) => ∂/∂x_j x_i^2 + ∂/∂x_j a_i",
        linear,
        ("∂/∂x_j (x_i^2 + a_i)", "∂/∂x_j x_i^2 + ∂/∂x_j a_i"),
    ),
    differentiation(
        "constant-factor", "∂/∂x_j (s x_i) => s ∂x_i/∂x_j", constant_factor, ("∂/∂x_j (s x_i)", "s ∂x_i/∂x_j")
    ),
    differentiation(
        "product",
        "∂/∂x_j (x_i exp(x_k)) => ∂x_i/∂x_j exp(x_k) + x_i ∂/∂x_j exp(x_k)",
        product,
        ("∂/∂x_j (x_i exp(x_k))", "∂x_i/∂x_j exp(x_k) + x_i ∂/∂x_j exp(x_k)"),
        ("∂/∂x_j (s x_i)", None),
    ),
    differentiation("power", "∂/∂x_j x_i^3 => 3 x_i^2 ∂x_i/∂x_j", power, ("∂/∂x_j x_i^3", "3 x_i^2 ∂x_i/∂x_j")),
    differentiation(
        "exponential", "∂/∂s t^s => t^s log(t)", exponential, ("∂/∂s t^s", "t^s log(t)"), ("∂/∂s s^3", None)
    ),
    differentiation(
        "chain",
        "∂/∂x_j tanh(x_i) => (1 - tanh(x_i)^2) ∂x_i/∂x_j",
        chain,
        ("∂/∂x_j tanh(x_i)", "(1 - tanh(x_i)^2) ∂x_i/∂x_j"),
        ("∂/∂x_j sigmoid(W_ik x_k)", "sigmoid(W_ik x_k) (1 - sigmoid(W_ik x_k)) ∂/∂x_j (W_ik x_k)"),
    ),
    differentiation(
        "unknown-function",
        "∂f(u)_i/∂x_j => J_f(u)_ik ∂u_k/∂x_j",
        unknown_function,
        ("∂f(a + x)_i/∂x_j", "J_f(a + x)_ik ∂/∂x_j (a_k + x_k)"),
        ("∂/∂x_j g(W x)", "J_g(W x)_k ∂/∂x_j (W x)_k"),
        ("∂det(X)/∂X_kl", None),
    ),
    differentiation("bracket", "∂/∂x_j [x_i > 0] => 0", bracket, ("∂/∂x_j [x_i > 0]", "0 δ_ij")),
    differentiation(
        "inverse",
        "∂inv(X)_ij/∂X_kl => -inv(X)_ik inv(X)_lj",
        inverse,
        ("∂inv(X)_ij/∂X_kl", "-inv(X)_ip ∂X_pq/∂X_kl inv(X)_qj"),
        ("∂det(X)/∂X_kl", None),
    ),
    differentiation(
        "determinant",
        "∂det(X)/∂X_kl => det(X) inv(X)_lk",
        determinant,
        ("∂det(X)/∂X_kl", "det(X) inv(X)_qp ∂X_pq/∂X_kl"),
    ),
    differentiation(
        "log-determinant",
        "∂logdet(X)/∂X_kl => inv(X)_lk",
        log_determinant,
        ("∂logdet(X)/∂X_kl", "inv(X)_qp ∂X_pq/∂X_kl"),
        ("∂det(X)/∂X_kl", None),
    ),
)

__all__ = ["RULES", "differentiation", "of_operator", "variation"]
