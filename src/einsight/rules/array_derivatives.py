"""Derivatives of the largest entry, of the product of all entries, and of matrix exponentials."""

from __future__ import annotations

from ..terms import build
from ..terms.term import Derivative, Operator, Product, Term
from .derivative import differentiation, of_operator


def slope(body: Term, like: Derivative) -> Term:
    """The derivative of another body in the same variable."""
    return build.derivative(body, like.tensor, like.indices)


def largest(term: Term) -> Term | None:
    """∂max(u)/∂t = [max(u) ≤ u_k] ∂u_k/∂t, where one entry alone is the largest."""
    found = of_operator(term, "max")
    if found is None:
        return None
    at, body = found
    params, inner = build.open_abstraction(body.arguments[0])
    return build.product([build.bracket("≤", body, inner), slope(inner, at)], params)


def product_of_entries(term: Term) -> Term | None:
    """∂prod(u)/∂t = prod(u)/u_k ∂u_k/∂t, where no entry is 0."""
    found = of_operator(term, "prod")
    if found is None:
        return None
    at, body = found
    params, inner = build.open_abstraction(body.arguments[0])
    return build.product([body, build.power(inner, -1), slope(inner, at)], params)


def trace_of_exponential(term: Term) -> Term | None:
    """∂tr(expm(A))/∂t = expm(A)_qp ∂A_pq/∂t.  Source: N. J. Higham, Functions of Matrices, section 3.2."""
    body = term.body if isinstance(term, Derivative) else None
    if (
        not isinstance(term, Derivative)
        or not isinstance(body, Product)
        or (len(body.bound), len(body.factors)) != (1, 1)
    ):
        return None
    (factor,), (dummy,) = build.open_product(body)
    if not (isinstance(factor, Operator) and factor.name == "expm" and factor.indices == (dummy, dummy)):
        return None
    (p, q), inner = build.open_abstraction(factor.arguments[0])
    return build.product([build.operator("expm", factor.arguments, (q, p)), slope(inner, term)], (p, q))


def exponential_along_a_line(term: Term) -> Term | None:
    """∂expm(t A)/∂t = A expm(t A), for a number t and an A that does not depend on it."""
    found = of_operator(term, "expm")
    if found is None:
        return None
    at, body = found
    (p, q), inner = build.open_abstraction(body.arguments[0])
    factors, dummies = build.open_product(inner) if isinstance(inner, Product) else ((inner,), ())
    moving = [f for f in factors if at.tensor in f.depends]
    if not moving or any(f.free for f in moving):
        return None
    matrix = build.product([f for f in factors if f not in moving], dummies)
    i, j = body.indices
    left = build.substitute(matrix, {p: i})
    right = build.operator("expm", body.arguments, (q, j))
    return build.product([slope(build.product(moving), at), left, right], (q,))


RULES = (
    differentiation(
        "largest",
        "∂max(u)/∂x => [max(u) <= u_k] ∂u_k/∂x",
        largest,
        ("∂/∂x_j max(a ⊙ x)", "∑_k [max(a ⊙ x) <= a_k x_k] ∂/∂x_j (a_k x_k)"),
        ("∂/∂x_j max(x_i, a_i)", None),
    ),
    differentiation(
        "entries-product",
        "∂prod(u)/∂x => prod(u)/u_k ∂u_k/∂x",
        product_of_entries,
        ("∂/∂x_j prod(a ⊙ x)", "∑_k prod(a ⊙ x)/(a_k x_k) ∂/∂x_j (a_k x_k)"),
    ),
    differentiation(
        "trace-exponential",
        "∂tr(expm(A))/∂A_ij => expm(A)_ji",
        trace_of_exponential,
        ("∂/∂X_ij tr(expm(X))", "expm(X)_qp ∂X_pq/∂X_ij"),
        ("∂/∂X_ij tr(X)", None),
    ),
    differentiation(
        "exponential-along-a-line",
        "∂expm(t A)_ij/∂t => A_ik expm(t A)_kj",
        exponential_along_a_line,
        ("∂/∂t expm(t X)_ij", "∂t/∂t X_ik expm(t X)_kj"),
        ("∂/∂X_kl expm(X)_ij", None),
    ),
)
