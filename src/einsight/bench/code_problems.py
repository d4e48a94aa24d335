"""Derivatives that people compute: as einsight is asked for them, as a function for autodiff, and as one writes them by hand.

The functions for autodiff take a `library` of the few names that JAX and PyTorch spell alike or are given here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Problem:
    """What is differentiated in `wrt`; `shapes` gives those of the arguments for a size n, `entries` those of the answer."""

    name: str
    expression: str
    declare: str
    wrt: str
    order: int
    shapes: Callable[[int], Shapes]
    entries: Callable[[int], int]
    function: Callable[..., Any]
    hand: Callable[..., Any]


def _logistic_hand(np: Any, X: Any, w: Any, y: Any) -> Any:
    p = 1 / (1 + np.exp(-(X @ w)))
    return X.T @ (X * (p * (1 - p))[:, None])


def _factors_hand(np: Any, T: Any, U: Any, V: Any) -> Any:
    n, r = U.shape
    H = np.zeros((n, r, n, r))
    i = np.arange(n)
    H[i, :, i, :] = 2 * (V.T @ V)
    return H


def _net_gradient_hand(np: Any, W: Any, x: Any, b: Any, V: Any, y: Any) -> Any:
    t = np.tanh(W @ x + b)
    return np.outer((V.T @ (2 * (V @ t - y))) * (1 - t * t), x)


def _net_hessian_hand(np: Any, W: Any, x: Any, b: Any, V: Any, y: Any) -> Any:
    t = np.tanh(W @ x + b)
    s = 1 - t * t
    M = 2 * (V * s).T @ (V * s)
    M[np.diag_indices(len(t))] -= 4 * s * t * (V.T @ (V @ t - y))
    return M[:, None, :, None] * np.outer(x, x)[None, :, None, :]


def _tanh_hand(np: Any, W: Any, x: Any, b: Any) -> Any:
    return (1 - np.tanh(W @ x + b) ** 2)[:, None] * W


def _sides_hand(np: Any, A: Any, X: Any, B: Any) -> Any:
    return A[:, None, :, None] * B.T[None, :, None, :]


def _softmax_hand(np: Any, x: Any) -> Any:
    s = np.exp(x - x.max())
    s /= s.sum()
    J = -np.outer(s, s)
    J[np.diag_indices(len(s))] += s
    return J


def _layer_norm_hand(np: Any, x: Any) -> Any:
    n = len(x)
    c = x - x.mean()
    scale = ((c @ c) / n + 1e-5) ** -0.5
    J = np.outer(c * (-(scale**3) / n), c)
    J -= scale / n
    J[np.diag_indices(n)] += scale
    return J


def _attention_hand(np: Any, Q: Any, K: Any, V: Any) -> Any:
    S = Q @ K.T
    P = np.exp(S - S.max(1, keepdims=True))
    P /= P.sum(1, keepdims=True)
    n, d = Q.shape
    e = V.shape[1]
    # ∂F_ie/∂Q_id = ∑_j P_ij K_jd V_je - (P V)_ie (P K)_id
    block = np.matmul((V.T[None] * P[:, None, :]), K[None])
    block -= (P @ V)[:, :, None] * (P @ K)[:, None, :]
    J = np.zeros((n, e, n, d))
    i = np.arange(n)
    J[i, :, i, :] = block
    return J


def _attention(library: Any, Q: Any, K: Any, V: Any) -> Any:
    return library.softmax(Q @ K.T) @ V


def _layer_norm(library: Any, x: Any) -> Any:
    c = x - x.mean()
    return c / ((c * c).mean() + 1e-5) ** 0.5


def _net(n: int) -> Shapes:
    return {"W": (n, n), "x": (n,), "b": (n,), "V": (n, n), "y": (n,)}


def _net_loss(library: Any, W: Any, x: Any, b: Any, V: Any, y: Any) -> Any:
    return ((V @ library.tanh(W @ x + b) - y) ** 2).sum()


_NET = "W in R^(h x m); x in R^m; b in R^h; V in R^(n x h); y in R^n"
RANK = 5  # of the factors
WIDTH = 8  # of the keys

PROBLEMS = (
    Problem(
        "logistic regression, Hessian", "sum(softplus(X w)) - y' X w", "X in R^(n x m); y in R^n; w in R^m", "w", 2,
        lambda n: {"X": (2 * n, n), "w": (n,), "y": (2 * n,)}, lambda n: n**2,
        lambda library, X, w, y: library.softplus(X @ w).sum() - y @ (X @ w), _logistic_hand,
    ),
    Problem(
        "‖T - U V'‖², Hessian in U", "‖T - U V'‖²", "T in R^(n x m); U in R^(n x r); V in R^(m x r)", "U", 2,
        lambda n: {"T": (n, n), "U": (n, RANK), "V": (n, RANK)}, lambda n: (n * RANK) ** 2,
        lambda library, T, U, V: ((T - U @ V.T) ** 2).sum(), _factors_hand,
    ),
    Problem(
        "two layers, gradient", "‖V tanh(W x + b) - y‖²", _NET, "W", 1, _net, lambda n: n**2, _net_loss, _net_gradient_hand,
    ),
    Problem(
        "two layers, Hessian", "‖V tanh(W x + b) - y‖²", _NET, "W", 2, _net, lambda n: n**4, _net_loss, _net_hessian_hand,
    ),
    Problem(
        "tanh layer, Jacobian", "tanh(W x + b)", "W in R^(n x m); x in R^m; b in R^n", "x", 1,
        lambda n: {"W": (n, n), "x": (n,), "b": (n,)}, lambda n: n**2,
        lambda library, W, x, b: library.tanh(W @ x + b), _tanh_hand,
    ),
    Problem(
        "A X B, Jacobian", "A X B", "A in R^(p x n); X in R^(n x m); B in R^(m x q)", "X", 1,
        lambda n: {"A": (n, n), "X": (n, n), "B": (n, n)}, lambda n: n**4, lambda library, A, X, B: A @ X @ B, _sides_hand,
    ),
    Problem(
        "softmax, Jacobian", "softmax(x)", "x in R^n", "x", 1, lambda n: {"x": (n,)}, lambda n: n**2,
        lambda library, x: library.softmax(x), _softmax_hand,
    ),
    Problem(
        "layer norm, Jacobian", "(x - mean(x)) / sqrt(mean((x - mean(x)).^2) + 1e-5)", "x in R^n", "x", 1,
        lambda n: {"x": (n,)}, lambda n: n**2, _layer_norm, _layer_norm_hand,
    ),
    Problem(
        "attention, Jacobian in Q", "F_ie = ∑_j exp(S_ij)/(∑_k exp(S_ik)) V_je",
        "Q in R^(n x d); K in R^(m x d); V in R^(m x e); S = Q K'", "Q", 1,
        lambda n: {"Q": (n, WIDTH), "K": (n, WIDTH), "V": (n, WIDTH)}, lambda n: (n * WIDTH) ** 2, _attention, _attention_hand,
    ),
)  # fmt: skip
