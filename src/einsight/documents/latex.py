"""A LaTeX formula as a formula of the language: the constructs that a plain derivation uses.

A command that is not known is left as it stands, so that the formula is counted as not read.
"""

from __future__ import annotations

import re

_SIGNS = {
    r"\partial": "∂", r"\nabla": "∇", r"\sum": "∑", r"\cdot": "·", r"\odot": "⊙", r"\otimes": "⊗", r"\times": "×",
    r"\in": "∈", r"\mathbb{R}": "ℝ", r"\top": "T", r"\intercal": "T", r"\lVert": "‖", r"\rVert": "‖", r"\|": "‖",
    r"\delta": "δ", r"\to": "→", r"\neq": "≠", r"\leq": "≤", r"\geq": "≥", r"\quad": " ", r"\,": " ", r"\;": " ",
    r"\left": "", r"\right": "", r"\,.": "",
}  # fmt: skip
_NAMED = re.compile(r"\\(?:mathbf|boldsymbol|bm|mathrm|vec|operatorname|text)\s*\{([^{}]*)\}")
_FUNCTION = re.compile(r"\\(exp|log|ln|tanh|sin|cos|tan|det|max|min|sqrt)(?![A-Za-z])")
_GREEK = re.compile(
    r"\\(alpha|beta|gamma|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|chi|psi|omega"
    r"|Gamma|Delta|Theta|Lambda|Xi|Sigma|Phi|Psi|Omega)(?![A-Za-z])"
)


def to_ein(latex: str) -> str:
    """The formula in the language, on one line."""
    text = _NAMED.sub(r" \1 ", latex.replace("\n", " ")).strip().rstrip(".,")
    text = _fractions(text)
    for command, sign in sorted(_SIGNS.items(), key=lambda pair: -len(pair[0])):
        ending = r"(?![A-Za-z])" if command[-1].isalpha() else ""
        text = re.sub(re.escape(command) + ending, sign, text)
    text = _GREEK.sub(r"\1", _FUNCTION.sub(r" \1", text))
    text = re.sub(r"\^\s*\{\s*-T\s*\}", "^-T", re.sub(r"\^\s*\{\s*T\s*\}", "^T", text))
    text = re.sub(r"ℝ\s*\^\s*\{([^{}]*)\}", r"ℝ^(\1)", text)
    return re.sub(r"∂\s+", "∂", text).strip()


def _fractions(text: str) -> str:
    """`\\frac{a}{b}` as `(a)/(b)`, and of derivatives as `∂f/∂x`."""
    while (at := text.find(r"\frac")) >= 0:
        top = _braced(text, at + 5)
        bottom = _braced(text, top[1]) if top else None
        if top is None or bottom is None:
            return text
        over, under = _fractions(top[0]).strip(), _fractions(bottom[0]).strip()
        if over.startswith((r"\partial", "∂", "d")) and under.startswith((r"\partial", "∂", "d")):
            middle = f" {over}/{under} "
        else:
            middle = f" ({over})/({under}) "
        text = text[:at] + middle + text[bottom[1] :]
    return text


def _braced(text: str, at: int) -> tuple[str, int] | None:
    """The group that opens at or behind `at`, and where it ends."""
    while at < len(text) and text[at].isspace():
        at += 1
    if at >= len(text) or text[at] != "{":
        return None
    depth = 0
    for k in range(at, len(text)):
        depth += (text[k] == "{") - (text[k] == "}")
        if depth == 0:
            return text[at + 1 : k], k + 1
    return None
