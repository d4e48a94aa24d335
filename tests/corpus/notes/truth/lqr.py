"""The claims of lqr.ipynb: n, k = m, k."""

from types import SimpleNamespace

from ..points import hess, inv, k, m


def _lqr(p):
    v = SimpleNamespace(A=p.mat(m, m), B=p.mat(m, k), Q=p.sym(m), R=p.spd(k), P=p.spd(m), x=p.col(m), u=p.col(k))
    v.y = v.A @ v.x + v.B @ v.u
    v.M = v.R + v.B.T @ v.P @ v.B
    v.K = inv(v.M) @ v.B.T @ v.P @ v.A
    v.S = v.Q + v.A.T @ v.P @ v.A - v.A.T @ v.P @ v.B @ inv(v.R + v.B.T @ v.P @ v.B) @ v.B.T @ v.P @ v.A
    v.c = lambda x, u: x.T @ v.Q @ x + u.T @ v.R @ u
    v.H = lambda x, u: v.c(x, u) + (v.A @ x + v.B @ u).T @ v.P @ (v.A @ x + v.B @ u)
    return v


def lqr_next_state(p):
    v = _lqr(p)
    return p.d(lambda x: v.A @ x + v.B @ v.u, v.x), v.A.T


def lqr_input(p):
    v = _lqr(p)
    return p.d(lambda u: v.B @ u, v.u), v.B.T


def lqr_next_input(p):
    v = _lqr(p)
    return p.d(lambda u: v.A @ v.x + v.B @ u, v.u), v.B


def lqr_cost_state(p):
    v = _lqr(p)
    return p.d(lambda x: v.c(x, v.u), v.x), 2 * v.Q @ v.x


def lqr_cost_input(p):
    v = _lqr(p)
    return p.d(lambda u: v.c(v.x, u), v.u), 2 * v.R @ v.u


def lqr_chain(p):
    v = _lqr(p)
    dy = p.d(lambda u: v.A @ v.x + v.B @ u, v.u)
    return p.d(lambda u: v.H(v.x, u), v.u), 2 * v.R @ v.u + dy @ (2 * v.P @ v.y)


def lqr_gradient(p):
    v = _lqr(p)
    dy = p.d(lambda u: v.A @ v.x + v.B @ u, v.u)
    return 2 * v.R @ v.u + dy @ (2 * v.P @ v.y), 2 * v.R @ v.u + 2 * v.B.T @ v.P @ (v.A @ v.x + v.B @ v.u)


def lqr_gradient_collected(p):
    v = _lqr(p)
    left = 2 * v.R @ v.u + 2 * v.B.T @ v.P @ (v.A @ v.x + v.B @ v.u)
    return left, 2 * (v.R + v.B.T @ v.P @ v.B) @ v.u + 2 * v.B.T @ v.P @ v.A @ v.x


def lqr_hessian(p):
    v = _lqr(p)
    return hess(lambda u: v.H(v.x, u), v.u), v.R + v.B.T @ v.P @ v.B


def lqr_riccati_gain(p):
    v = _lqr(p)
    return v.S, v.Q + v.A.T @ v.P @ (v.A - v.B @ v.K)


def lqr_riccati_joseph(p):
    v = _lqr(p)
    return v.S, v.Q + v.K.T @ v.R @ v.K + (v.A - v.B @ v.K).T @ v.P @ (v.A - v.B @ v.K)


def lqr_riccati_swapped(p):
    v = _lqr(p)
    return v.S, v.Q + (v.A - v.K @ v.B).T @ v.P @ v.A


def lqr_cross_input(p):
    x, N, u = p.col(m), p.mat(m, k), p.col(k)
    return p.d(lambda u: 2 * x.T @ N @ u, u), 2 * N.T @ x


def lqr_cross_state(p):
    x, N, u = p.col(m), p.mat(m, k), p.col(k)
    return p.d(lambda x: 2 * x.T @ N @ u, x), 2 * N.T @ u


def lqr_terminal(p):
    x, T = p.col(m), p.mat(m, m, "T")
    return p.d(lambda x: x.T @ T @ x, x), 2 * T @ x


def lqr_costate(p):
    v, λ = _lqr(p), p.col(m)
    return p.d(lambda x: v.c(x, v.u) + λ.T @ (v.A @ x + v.B @ v.u), v.x), 2 * v.Q @ v.x + v.A.T @ λ


def lqr_costate_input(p):
    v, λ = _lqr(p), p.col(m)
    return p.d(lambda u: v.c(v.x, u) + λ.T @ (v.A @ v.x + v.B @ u), v.u), 2 * v.R @ v.u + v.B @ λ
