"""LaTeX as people write it in notes, read as statements of the language, each character with its place."""

import unicodedata

import pytest

from einsight.documents.latex.kinds import Unread
from einsight.documents.latex.macros import macros_of
from einsight.documents.latex.reader import read_formula
from einsight.documents.markdown import formulas

MACROS = r"""
\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}} \DeclareMathOperator{\tr}{tr} \def\vx{\mathbf{x}}
\newcommand{\dd}[2][x]{\frac{d #2}{d #1}} \newcommand\A{\mathbf A} \newcommand{\loop}{\loop}
"""


def _read(source):
    found = read_formula(source, 0, len(source), macros_of(MACROS))
    for statement in found:
        if statement.problem:
            raise Unread(statement.problem, *statement.span)
    return [" ".join(s.text.split()) for s in found]


@pytest.mark.parametrize(
    ("source", "statements"),
    [
        (r"\frac{\partial y_i}{\partial x_j} = W_{ij}.", ["∂y_i/∂x_j = W_{ij}"]),
        (r"\frac{\partial \mathbf{x}^\top \mathbf{A}\mathbf{x}}{\partial \mathbf{x}} = (\mathbf{A}+\mathbf{A}^\top)\mathbf{x}", ["∂/∂x (xᵀ A x) = (A + Aᵀ) x"]),
        (r"\frac{d}{d\textbf{x}} \mathbf{(AB + C)x} = \mathbf{AB + C},", ["∂/∂x (A B + C) x = A B + C"]),
        (r"\mathbf{R} = \mathbf{PQ}^\top", ["R = P Qᵀ"]),
        (r"\mathrm{KL}(q\,\|\,p) = a", ["KL(q, p) = a"]),
        (r"D(q || p) = a", ["D(q, p) = a"]),
        (r"D(q \mid\mid p) = a", ["D(q, p) = a"]),
        (r"p(x \mid y) = a", ["p(x, y) = a"]),
        (r"f(\|x\|) = a", ["f(‖ x‖) = a"]),
        (r"f(|x|, |y|) = a", ["f(|x|, |y|) = a"]),
        (r"a = [\omega]_\times b", ["a = cross(ω) b"]),
        (r"\pd{f}{\vx} = \A^T", ["∂f/∂x = Aᵀ"]),
        (r"\dd{y} = \dd[t]{z}", ["∂y/∂x = ∂z/∂t"]),
        (r"\frac{\partial^2 f}{\partial x_i \partial x_j} = 0", ["∂²f/∂x_i∂x_j = 0"]),
        (r"\nabla_{\boldsymbol{\theta}} f = 2 A^{\mathsf T} (A x - b)", ["∇_θ f = 2 Aᵀ (A x - b)"]),
        (r"\nabla_\textbf{x} f = 2 A^\text{T} (A x - b)", ["∇_x f = 2 Aᵀ (A x - b)"]),  # what an atom can be, a script can take
        (r"\frac\text{a}\textrm{b} + \sqrt\textit{x}", ["(a/b) + sqrt(x)"]),
        (r"\begin{align*} f &= x^{\intercal} x \\ &= \sum_{i=1}^{n} x_i^2 \\ g &= 0 \end{align*}", ["f = xᵀ x = ∑_{i=1}^n x_i^2", "g = 0"]),
        (r"a = b \\ &= c", ["a = b = c"]),
        (r"X \in \mathbb{R}^{N \times D}", ["X ∈ ℝ^(N×D)"]),
        (r"f: \mathbb{R}^m \to \mathbb{R}^n", ["f : ℝ^m → ℝ^n"]),
        (r"\left\lVert A x - b \right\rVert_2^2 = c", ["‖ A x - b‖^2 = c"]),
        (r"\tfrac12 x = \frac{a+b}{c d}", ["(1/2) x = ((a + b)/(c d))"]),
        (r"\tr AB = \operatorname{tr}(BA)", ["tr(A B) = tr(B A)"]),
        (r"\hat\theta = \arg\,\min_{\theta} f(\theta)", ["\u03b8\u0302 = argmin_\u03b8(f(\u03b8))"]),
        (r"\hat w = \operatorname*{arg\,max}_{\mathbf{w}, b} -w^2 + 1", ["\u0175 = argmax_w( - w^2) + 1"]),
        (r"\log\det X^{-1} = X^{-\top}", ["log(det(X^-1)) = X^-T"]),
        (r"\hat{x} = \bar{y}_i + x_{\text{new}} + W'", ["x̂ = ȳ_i + xnew + Wʹ"]),
        (r"w_{i j} = w_{i,j} = W_{i+1,j} \tag{3} \label{eq:a}", ["w_{ij} = w_{i,j} = W_{i+1,j}"]),
        (r"a = b, \quad c = d", ["a = b", "c = d"]),
        (r"y = \underbrace{W x}_{\text{linear}} + b", ["y = W x + b"]),
        (r"(AB)_{ij} = [\mathbf{y^T A}]_i", ["(A B)_{ij} = [yᵀ A]_i"]),
        ("", []),
        # what is written out
        (r"y_i = w_{i1} x_1 + w_{i2} x_2 + \cdots + w_{im} x_m", ["y_i = ∑_{k=1}^m w_{ik}x_k"]),
        (r"s = x_1^2 + \dots + x_n^2 = 0", ["s = ∑_{k=1}^n x_k^2 = 0"]),
        (r"\delta_{ij} = \begin{cases} 1 & \text{if } i = j \\ 0 & \text{otherwise} \end{cases}", ["δ_{ij} = [i = j]"]),
        (r"\pd{s_i}{z_j} = \begin{cases} s_i (1 - s_i) & i = j \\ -s_i s_j, & i \neq j \end{cases}", ["∂s_i/∂z_j = s_i(1 - s_i) [i = j] - s_i s_j [i ≠ j]"]),
        (r"g = \begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}", ["g = x [x > 0]"]),
        (r"W = \begin{bmatrix} w_{11} & \cdots & w_{1m} \\ \vdots & \ddots & \vdots \\ w_{n1} & \cdots & w_{nm} \end{bmatrix}", ["W ∈ ℝ^(n×m)"]),
        (r"A = \begin{pmatrix} 1 & 0 \\ x & 1 \end{pmatrix}^T", ["A = [[1, 0], [x, 1]]ᵀ"]),
        (r"w = \begin{bmatrix} w_1 & w_2 \end{bmatrix}", ["w = [w_1, w_2]ᵀ"]),
        (r"x^* = W^\star b", ["x⁽*⁾ = W⁽*⁾ b"]),
        (r"\mathrm{RSS}(\beta) = 1", ["RSS(β) = 1"]),
        (r"g = (2xy, x^2)^T = [2xy, x^2]^T", ["g = [2 x y, x^2] = [2 x y, x^2]"]),
        (r"\begin{vmatrix} a & b \\ c & d \end{vmatrix} = ad - bc \neq 0", ["det( [[a, b], [c, d]]) = a d - b c"]),
        (r"W = \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix} \in \mathbb{R}^{2 \times 2}", ["W ∈ ℝ^(2×2)"]),
        (r"\vx = (x_1, \ldots, x_n)^\top", ["x ∈ ℝ^n"]),
        (r"\mathbf{y} = \mathbf{Wx} \in \mathbb{R}^n", ["y ∈ ℝ^n", "y = W x"]),
        (r"\pd{f}{x} = 2 A x \in \mathbb{R}^{n \times 1}", ["∂f/∂x = 2 A x"]),
        (r"x, y \in \mathbb{R}^{n \times 1}, A \in \mathbb{R}^{m \times 3}", ["x, y ∈ ℝ^n", "A ∈ ℝ^(m×3)"]),
        (r"A \in \mathbb{R}^{d_{\text{in}} \times 3}", ["A ∈ ℝ^(din×3)"]),
        (r"A \in \mathbb{R}^{n \times n} \text{ symmetric}", ["A ∈ ℝ^(n×n) symmetric"]),
        # rows, columns, gaps
        (r"\begin{align} a &= b & c &= d \\ &= e & &= f \end{align}", ["a = b = e", "c = d = f"]),
        (r"\begin{eqnarray} a & = & b \\ & = & c \end{eqnarray}", ["a = b = c"]),
        (r"\begin{equation} \begin{aligned} f &= ( a \\ &+ b ) \end{aligned} \end{equation}", ["f = (a + b)"]),
        (r"\left\{ \begin{aligned} a &= b \\ c &= d \end{aligned} \right.", ["a = b", "c = d"]),
        (r"a = \\ b", ["a = b"]),
        (r"a = b \qquad c = d", ["a = b", "c = d"]),
        (r"a_i = b_i, \quad i = 1, \dots, n", ["a_i = b_i"]),
        (r"a_i = b_i \quad \text{for all } i, j", ["a_i = b_i"]),
        (r"a = b \quad (3)", ["a = b"]),
        # names
        (r"z^{(1)} = W^{(1)} x + b^{[l-1]}", ["z⁽¹⁾ = W⁽¹⁾ x + b⁽ˡ⁻¹⁾"]),
        (r"x = \bW x", ["x = bW x"]),
        (r"\mathbf{1}_N^\top I_n = \mathbf{I}_{ij}", ["ones(N)ᵀ I(n) = I_{ij}"]),
        (r"\langle x, A y \rangle = 0", ["sum((x) ⊙ (A y)) = 0"]),
        (r"\exp\left\{ -\tfrac12 x \right\} = \norm{x}_2^2 = \log|X|", ["exp( - (1/2) x) = ‖ x‖^2 = log(|X|)"]),
        (r"a \stackrel{(i)}{=} b", ["a = b"]),
        ("∂‖W x − b‖²/∂x = A⁻¹ xᵀ", ["∂‖ W x - b‖²/∂x = A⁻¹ xᵀ"]),
    ],
)  # fmt: skip
def test_formulas(source, statements):
    read = [s.replace("∂² f", "∂²f").replace("x_i ∂x_j", "x_i∂x_j") for s in _read(source)]
    assert [unicodedata.normalize("NFC", s) for s in read] == [unicodedata.normalize("NFC", s) for s in statements]


@pytest.mark.parametrize(
    "argument", [r"\text{T}", r"\textbf{x}", r"\textrm{new}", r"\mbox{all i}", r"\mathbf{x}", r"\theta", "2"]
)
@pytest.mark.parametrize(
    "form",
    ["A_@ x", "A^@ x", r"\nabla_@ f", r"\sum_@ x_i", r"\frac{a}@ x", r"\sqrt@ x", r"\hat@ x", r"\mathbb{R}^@", "A^T_@"],
)
def test_one_thing_is_taken_without_braces_as_with_them(form, argument):
    def told(source):
        try:
            return _read(source)
        except Unread as refused:
            return str(refused)

    assert told(form.replace("@", argument)) == told(form.replace("@", f"{{{argument}}}"))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (r"y = x_1 + \cdots + y_n", "dots"),
        (r"y = x_1 + 4 x_2 + \cdots + x_n", "dots"),
        (r"\begin{cases} 1 \\ 0 \end{cases} = x", "case"),
        (r"x \in \mathbb{Z}", "set"),
        (r"\unknown{x} = 1", "not known"),
        (r"\loop = 1", "expands to itself"),
        (r"W^{(A B)} = 1", "superscript"),
        (r"\{a, b\} = 1", "set"),
        (r"\begin{align} a = b \end{gather}", "ends as"),
        (r"a = ^2", "above or below"),
        (r"\dv{x} = 1", "not known"),
        (r"a \approx c", "not known"),
        (r"\begin{pmatrix} 1 & \cdots \\ 0 & 1 \end{pmatrix} = A", "dots"),
        (r"A = \begin{pmatrix} 1 & \\ 0 & 1 \end{pmatrix}", "left out"),
        (r"a \overset{!}{=} b", "demands"),
        (r"(a = b", None),
        (r"\frac{a}{b", "brace"),
        (r"x^\dagger = 1", r"\^dagger"),
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
    ("source", "condition"),
    [
        (r"a = b, \text{ if } A = A^T", "if A = Aᵀ"),
        (r"a = b \quad (i \neq j)", "if (i ≠ j)"),
        (r"a = b \quad \text{since $A$ is symmetric}", "since $A$ is symmetric"),
        (r"a = b \quad \text{for } i \ne j", "for i ≠ j"),
        (r"a = b \quad \text{for all } i", ""),
        (r"a = b \quad \text{by the chain rule}", ""),
    ],
)
def test_conditions(source, condition):
    (statement,) = read_formula(source, 0, len(source), {})
    assert " ".join(statement.condition.split()) == condition


def test_a_row_that_is_not_understood_costs_itself_alone():
    source = r"a = b \\ c \approx d \\ e = f"
    found = read_formula(source, 0, len(source), {})
    assert [(s.text, s.problem) for s in found] == [("a = b", ""), ("", r"`\approx` is not known"), ("e = f", "")]


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
    assert [text[s.start : s.end] for s in formulas(text)] == found
