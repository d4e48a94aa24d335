"""Names in LaTeX."""

from __future__ import annotations

import re
import unicodedata

from .quoting import in_text

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta",
    "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "∑": "sum",
}  # fmt: skip

ACCENTS = {
    "\u0302": "hat",
    "\u0304": "bar",
    "\u0303": "tilde",
    "\u0307": "dot",
    "\u0308": "ddot",
    "\u030c": "check",
    "\u0306": "breve",
}


def letter_latex(letter: str) -> str:
    """`\\alpha` for `α`; what is not Greek as it is."""
    return f"\\{GREEK[letter]}" if letter in GREEK else letter


def name_latex(text: str) -> str:
    """A name with what tells it apart: accents, primes, a layer (`W⁽¹⁾`, or `W_1`)."""
    text, _, raised = text.rstrip("⁾").partition("⁽")
    mark = unicodedata.normalize("NFKC", raised).replace("−", "-")
    if not re.fullmatch(r"[\w+*,.-]*", mark):  # whatever else stands in the raised brackets is text
        mark = rf"\text{{{in_text(mark)}}}"
    base, _, number = text.partition("_")
    plain = base.rstrip("ʹ")
    letters = unicodedata.normalize("NFD", plain)
    accents = [c for c in letters if c in ACCENTS]
    plain = unicodedata.normalize("NFC", "".join(c for c in letters if c not in ACCENTS))
    written = letter_latex(plain) if plain in GREEK or len(plain) == 1 else rf"\mathrm{{{plain}}}"
    for accent in accents:
        written = rf"\{ACCENTS[accent]}{{{written}}}"
    written += "'" * (len(base) - len(base.rstrip("ʹ")))
    above = number or mark
    return f"{written}^{{({above})}}" if above and above != "*" else f"{written}^\\star" if above else written


_RAISED = re.compile(r"\^(?:\{(?P<mark>\([^{}]*\))\}|(?P<star>\\star))(?P<indices>_\{[^{}]*\})?$")


def raised_latex(base: str, exponent: str) -> str:
    """LaTeX to an exponent; a name that has a layer there, which a second exponent would not read behind, in brackets."""
    return rf"\left({base}\right)^{{{exponent}}}" if _RAISED.search(base) else f"{base}^{{{exponent}}}"


def transposed_latex(base: str, sign: str = r"\top") -> str:
    """The transpose; the sign stands beside a layer."""
    found = _RAISED.search(base)
    if found is None or found["indices"]:
        return raised_latex(base, sign)
    return f"{base[: found.start()]}^{{{found['mark'] or found['star']}{sign}}}"
