"""The words of the language, described: for hovers, completion and signature help."""

from __future__ import annotations

from dataclasses import dataclass

from ..lowering.function_table import ROWS


@dataclass(frozen=True)
class Described:
    """A function as it is called, what it gives, and its arguments with a word on each."""

    signature: str
    doc: str
    arguments: tuple[tuple[str, str], ...] = ()


# functions of whole arrays
ARRAY_FUNCTIONS: dict[str, Described] = {row.name: Described(row.signature, row.doc, row.arguments) for row in ROWS}

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
