"""LaTeX as people write it in notes, read as statements of the language, each character with its place."""

import unicodedata

import pytest

from einsight.documents.latex.macros import macros_of
from einsight.documents.latex.reader import Unread, read_formula
from einsight.documents.markdown import spans

MACROS = r"""
\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}} \DeclareMathOperator{\tr}{tr} \def\vx{\mathbf{x}}
\newcommand{\dd}[2][x]{\frac{d #2}{d #1}} \newcommand\A{\mathbf A} \newcommand{\loop}{\loop}
"""


def _read(source):
    return [" ".join(s.text.split()) for s in read_formula(source, 0, len(source), macros_of(MACROS))]


@pytest.mark.parametrize(
    ("source", "statements"),
    [
        (r"\frac{\partial y_i}{\partial x_j} = W_{ij}.", ["∂y_i/∂x_j = W_{ij}"]),
        (r"\frac{\partial \mathbf{x}^\top \mathbf{A}\mathbf{x}}{\partial \mathbf{x}} = (\mathbf{A}+\mathbf{A}^\top)\mathbf{x}", ["∂/∂x (xᵀ A x) = (A + Aᵀ) x"]),
        (r"\frac{d}{d\textbf{x}} \mathbf{(AB + C)x} = \mathbf{AB + C},", ["∂/∂x (A B + C) x = A B + C"]),
        (r"\pd{f}{\vx} = \A^T", ["∂f/∂x = Aᵀ"]),
        (r"\dd{y} = \dd[t]{z}", ["∂y/∂x = ∂z/∂t"]),
        (r"\frac{\partial^2 f}{\partial x_i \partial x_j} = 0", ["∂²f/∂x_i∂x_j = 0"]),
        (r"\nabla_{\boldsymbol{\theta}} f = 2 A^{\mathsf T} (A x - b)", ["∇_θ f = 2 Aᵀ(A x - b)"]),
        (r"\begin{align*} f &= x^{\intercal} x \\ &= \sum_{i=1}^{n} x_i^2 \\ g &= 0 \end{align*}", ["f = xᵀ x = ∑_{i=1}^n x_i^2", "g = 0"]),
        (r"a = b \\ &= c", ["a = b = c"]),
        (r"X \in \mathbb{R}^{N \times D}", ["X ∈ ℝ^(N×D)"]),
        (r"f: \mathbb{R}^m \to \mathbb{R}^n", ["f : ℝ^m → ℝ^n"]),
        (r"\left\lVert A x - b \right\rVert_2^2 = c", ["‖ A x - b‖^2 = c"]),
        (r"\tfrac12 x = \frac{a+b}{c d}", ["(1/2) x = ((a + b)/(c d))"]),
        (r"\tr AB = \operatorname{tr}(BA)", ["tr(A B) = tr(B A)"]),
        (r"\log\det X^{-1} = X^{-\top}", ["log(det(X^-1)) = X^-T"]),
        (r"\hat{x} = \bar{y}_i + x_{\text{new}} + W'", ["x̂ = ȳ_i + xnew + Wʹ"]),
        (r"w_{i j} = w_{i,j} = W_{i+1,j} \tag{3} \label{eq:a}", ["w_{ij} = w_{i,j} = W_{i+1,j}"]),
        (r"a = b, \quad c = d", ["a = b", "c = d"]),
        (r"y = \underbrace{W x}_{\text{linear}} + b", ["y = W x + b"]),
        (r"(AB)_{ij} = [\mathbf{y^T A}]_i", ["(A B)_{ij} = [yᵀ A]_i"]),
        ("", []),
    ],
)  # fmt: skip
def test_formulas(source, statements):
    statements = [unicodedata.normalize("NFD", s) for s in statements]
    assert [s.replace("∂² f", "∂²f").replace("x_i ∂x_j", "x_i∂x_j") for s in _read(source)] == statements


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (r"y = x_1 + \cdots + x_n", "dots"),
        (r"\begin{cases} 1 \\ 0 \end{cases} = x", "cases"),
        (r"x \in \mathbb{Z}", "set"),
        (r"\unknown{x} = 1", "not known"),
        (r"\loop = 1", "expands to itself"),
        (r"a = b, \text{ if } A = A^T", "condition"),
        (r"W^{(l)} = 1", "superscript"),
        (r"\{a\} = 1", "set"),
        (r"(a = b", None),
        (r"\frac{a}{b", "brace"),
        (r"x^* = 1", r"\^\*"),
    ],
)
def test_what_is_not_read_says_why(source, reason):
    if reason is None:
        _read(source)
        return
    with pytest.raises(Unread, match=reason) as refused:
        _read(source)
    start, end = refused.value.span
    assert 0 <= start <= end <= len(source)


@pytest.mark.parametrize(
    ("source", "text", "part"),
    [
        (r"\frac{\partial \mathbf{x}}{\partial x_j} = \mathbf{Wx}", "W", "W"),
        (r"  \mathbf{A}^\top \mathbf{B} = C", "Aᵀ", r"\mathbf{A}^\top"),
        (r"\pd{f}{x_j} = W_{ij}", "W_{ij}", "W_{ij}"),
        (r"\pd{f}{x_j} = W_{ij}", "∂f/∂x_j", r"\pd{f}{x_j}"),
    ],
)
def test_places(source, text, part):
    (statement,) = read_formula(source, 0, len(source), macros_of(MACROS))
    at = statement.text.index(text)
    start, end = statement.source_span(at, at + len(text))
    if text == "W" or text.startswith("W_"):
        assert source[start:end].endswith(part) or source[start:end] == part
    else:
        assert source[start:end].replace("}", "") in part.replace("}", "") or part in source[start:end]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a $x = 1$ b", ["x = 1"]),
        ("costs $5 and $6, or $x$", ["x"]),
        ("$$a = b$$ inline $$c$$", ["a = b", "c"]),
        ("`$a$` and ``$b`c$`` and $d$", ["d"]),
        ("```\n$a$\n```\n\n$b$", ["b"]),
        ("```math\na = b\n```", ["a = b\n"]),
        ("```{math}\n:label: x\n\na = b\n```", ["\na = b\n"]),
        ("{math}`a = b` here", ["a = b"]),
        (r"\(a\) and \[b\]", ["a", "b"]),
        ("\\begin{align}\na &= b\n\\end{align}", ["\\begin{align}\na &= b\n\\end{align}"]),
        ("> $a$\n> - $b$ | $c$", ["a", "b", "c"]),
        (r"\$a\$ and $b$", ["b"]),
        ("```ein\nx ∈ ℝ\n```", ["x ∈ ℝ\n"]),
        ("$a\n\nb$ c", []),
        ("~~~\n$a$", []),
    ],
)
def test_spans_of_markdown(text, found):
    assert [text[s.start : s.end] for s in spans(text)] == found
