"""The words of the language, described: for hovers, completion and signature help."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Described:
    """A function as it is called, what it gives, and its arguments with a word on each."""

    signature: str
    doc: str
    arguments: tuple[tuple[str, str], ...] = ()


def _one(name: str, argument: str, doc: str, word: str = "") -> tuple[str, Described]:
    return name, Described(f"{name}({argument})", doc, ((argument, word),))


_MATRIX, _SQUARE, _ANY, _VECTOR = "a matrix", "a square matrix", "an array of any shape", "a vector"

# functions of whole arrays (docs/pages/language.md#functions)
ARRAY_FUNCTIONS: dict[str, Described] = dict([
    _one("tr", "A", "trace, `A_ii`", _SQUARE),
    _one("trace", "A", "trace, `A_ii`", _SQUARE),
    _one("det", "A", "determinant", _SQUARE),
    _one("logdet", "A", "logarithm of the determinant; its derivative is `inv(A)'`", _SQUARE),
    _one("inv", "A", "inverse, also `A^-1`", _SQUARE),
    _one("diag", "x", "of a vector a diagonal matrix, of a matrix its diagonal", "a vector or a square matrix"),
    _one("vec", "A", "the columns of a matrix behind one another", _MATRIX),
    _one("sum", "x", "the sum of all entries; `∑_j` sums over an index", _ANY),
    _one("mean", "x", "the mean of all entries", _ANY),
    _one("norm", "x", "Euclidean norm, of a matrix the Frobenius norm; also `‖x‖`", _ANY),
    _one("softmax", "x", "`exp(x_i)/∑_k exp(x_k)`", _VECTOR),
    _one("logsumexp", "x", "`log ∑_k exp(x_k)`", _VECTOR),
    _one("ln", "x", "natural logarithm, entry by entry", _ANY),
    ("jac", Described("jac(f, x)", "Jacobian `∂f/∂x` in the layout of the file", (("f", "what is differentiated"), ("x", "a declared name")))),
    ("grad", Described("grad(f, x)", "gradient, in the shape of `x` in every layout", (("f", "a number"), ("x", "a declared name")))),
    ("hess", Described("hess(f, x)", "Hessian, the matrix of second derivatives", (("f", "a number"), ("x", "a declared name")))),
    ("I", Described("I(n)", "identity matrix", (("n", "a dimension or a number"),))),
    ("ones", Described("ones(n, m)", "array of ones", (("n", "a dimension or a number"), ("m", "a dimension or a number")))),
    ("min", Described("min(x, y)", "the smaller, entry by entry", (("x", _ANY), ("y", "of the same shape")))),
    ("max", Described("max(x, y)", "the larger, entry by entry", (("x", _ANY), ("y", "of the same shape")))),
])  # fmt: skip

# what is typed, and what it stands for
SPELLINGS: dict[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "in": "∈", "R": "ℝ", "real": "ℝ", "times": "×", "to": "→", "partial": "∂", "nabla": "∇", "sum": "∑",
    "odot": "⊙", "circ": "⊙", "otimes": "⊗", "cdot": "·", "norm": "‖", "Vert": "‖", "neq": "≠", "ne": "≠", "leq": "≤",
    "le": "≤", "geq": "≥", "ge": "≥", "top": "ᵀ", "T": "ᵀ", "inv": "⁻¹", "^T": "ᵀ", "^-1": "⁻¹", "^2": "²", "^3": "³",
    "_i": "ᵢ", "_j": "ⱼ", "_k": "ₖ", "_l": "ₗ", "_m": "ₘ", "_n": "ₙ", "_1": "₁", "_2": "₂", "_3": "₃",
}  # fmt: skip
