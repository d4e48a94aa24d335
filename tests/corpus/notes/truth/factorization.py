"""The claims of factorization.md: n, m, k = n, q, k."""

import numpy as np

from ..points import Matrix, hess, k, n, norm, partial, q, stack, tr


def _factors(p):
    M = (p.arr(n, q) > 0) * 1.0
    return p.mat(n, q), p.mat(n, k), p.mat(q, k), M.view(Matrix)


def _factor_loss(R, P, Q):
    return 1 / 2 * norm(R - P @ Q.T) ** 2


def factorization_traces(p):
    R, P, Q, _ = _factors(p)
    return _factor_loss(R, P, Q), 1 / 2 * tr(R.T @ R) - tr(R.T @ P @ Q.T) + 1 / 2 * tr(P.T @ P @ Q @ Q.T)


def _error(R, P, Q, u, i):
    return R[u, i] - sum(P[u, g] * Q[i, g] for g in range(k))


def factorization_users_entry(p):
    R, P, Q, _ = _factors(p)
    right = stack(lambda u, f: -sum(_error(R, P, Q, u, i) * Q[i, f] for i in range(q)), n, k)
    return partial(lambda P: _factor_loss(R, P, Q), P), right


def factorization_items_entry(p):
    R, P, Q, _ = _factors(p)
    right = stack(lambda i, f: -sum(_error(R, P, Q, u, i) * P[u, f] for u in range(n)), q, k)
    return partial(lambda Q: _factor_loss(R, P, Q), Q), right


def factorization_users(p):
    R, P, Q, _ = _factors(p)
    return p.d(lambda P: _factor_loss(R, P, Q), P), (P @ Q.T - R) @ Q


def factorization_items(p):
    R, P, Q, _ = _factors(p)
    return p.d(lambda Q: _factor_loss(R, P, Q), Q), (P @ Q.T - R) @ P


def factorization_masked_users(p):
    R, P, Q, M = _factors(p)
    return p.d(lambda P: 1 / 2 * norm(M * (R - P @ Q.T)) ** 2, P), -(M * (R - P @ Q.T)) @ Q


def factorization_masked_items(p):
    R, P, Q, M = _factors(p)
    return p.d(lambda Q: 1 / 2 * norm(M * (R - P @ Q.T)) ** 2, Q), (M * (R - P @ Q.T)).T @ P


def factorization_mask(p):
    *_, M = _factors(p)
    return M * M, M


def factorization_penalty(p):
    _, P, Q, _ = _factors(p)
    λ = p.num()
    return p.d(lambda P: λ / 2 * (norm(P) ** 2 + norm(Q) ** 2), P), 2 * λ * P


def factorization_penalty_entry(p):
    _, P, Q, _ = _factors(p)
    λ = p.num()
    return partial(lambda Q: λ / 2 * (norm(P) ** 2 + norm(Q) ** 2), Q), np.asarray(λ * Q)


def factorization_penalty_weight(p):
    _, P, Q, _ = _factors(p)
    return partial(lambda λ: λ / 2 * (norm(P) ** 2 + norm(Q) ** 2), p.num()), 1 / 2 * tr(P.T @ P + Q.T @ Q)


def factorization_curvature(p):
    Q, r, x = p.mat(q, k), p.col(q), p.col(k)
    return hess(lambda x: 1 / 2 * norm(r - Q @ x) ** 2, x), Q.T @ Q
