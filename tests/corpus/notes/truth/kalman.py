"""The claims of kalman.md: n, m = n, k."""

from types import SimpleNamespace

from ..points import I, inv, k, n, tr


def _kalman(p, best=False):
    v = SimpleNamespace(P=p.spd(n), R=p.spd(k), H=p.mat(k, n), K=p.mat(n, k), x=p.col(n), y=p.col(k))
    v.S = v.H @ v.P @ v.H.T + v.R
    if best:
        v.K = v.P @ v.H.T @ inv(v.S)
    v.after = lambda K: (I(n) - K @ v.H) @ v.P @ (I(n) - K @ v.H).T + K @ v.R @ K.T
    return v


def kalman_innovation(p):
    v = _kalman(p)
    return p.d(lambda x: v.y - v.H @ x, v.x), -v.H


def kalman_state(p):
    v = _kalman(p)
    return p.d(lambda x: x + v.K @ (v.y - v.H @ x), v.x), I(n) - v.K @ v.H


def kalman_measurement(p):
    v = _kalman(p)
    return p.d(lambda y: v.x + v.K @ (y - v.H @ v.x), v.y), v.K.T


def kalman_expanded(p):
    v = _kalman(p)
    P, H, K, R = v.P, v.H, v.K, v.R
    return v.after(K), P - K @ H @ P - P @ H.T @ K.T + K @ (H @ P @ H.T + R) @ K.T


def kalman_linear(p):
    v = _kalman(p)
    return p.d(lambda K: tr(K @ v.H @ v.P), v.K), v.P @ v.H.T


def kalman_quadratic(p):
    v = _kalman(p)
    return p.d(lambda K: tr(K @ v.S @ K.T), v.K), 2 * v.K @ v.S


def kalman_trace(p):
    v = _kalman(p)
    return p.d(lambda K: tr(v.after(K)), v.K), -2 * v.P @ v.H.T + 2 * v.K @ v.S


def kalman_weighted(p):
    v, M, N = _kalman(p), p.mat(n, n, "M"), p.mat(k, k, "N")
    return p.d(lambda K: tr(M @ K @ N @ K.T), v.K), 2 * M @ v.K @ N


def kalman_reduced(p):
    v = _kalman(p, best=True)
    return v.after(v.K), v.P - v.K @ v.S @ v.K.T


def kalman_short(p):
    v = _kalman(p, best=True)
    return v.P - v.K @ v.S @ v.K.T, (I(n) - v.K @ v.H) @ v.P


def kalman_explicit(p):
    v = _kalman(p, best=True)
    return (I(n) - v.K @ v.H) @ v.P, v.P - v.P @ v.H.T @ inv(v.S) @ v.H @ v.P


def kalman_swapped(p):
    v = _kalman(p, best=True)
    return v.after(v.K), v.P @ (I(n) - v.K @ v.H)


def kalman_information(p):
    v = _kalman(p, best=True)
    return inv(v.after(v.K)), inv(v.P) + v.H.T @ inv(v.R) @ v.H


def kalman_gain(p):
    v = _kalman(p, best=True)
    return v.K, v.after(v.K) @ v.H.T @ inv(v.R)


def kalman_error_state(p):
    v = _kalman(p)
    left = p.d(lambda x: (v.y - v.H @ x).T @ inv(v.R) @ (v.y - v.H @ x), v.x)
    return left, -2 * inv(v.R) @ v.H @ (v.y - v.H @ v.x)


def kalman_error_measurement(p):
    v = _kalman(p)
    left = p.d(lambda y: (y - v.H @ v.x).T @ inv(v.R) @ (y - v.H @ v.x), v.y)
    return left, 2 * inv(v.R) @ (v.y - v.H @ v.x)
