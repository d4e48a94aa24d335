"""Pages of notes in LaTeX, any number of them, no two alike: the letters, the dimensions and the numbers are drawn.

A page is a Markdown file with six of the topics, each some prose and three or four formulas.  About a tenth of the claims
have lost a transpose or a factor.
"""

from __future__ import annotations

import random
import re

PER_PAGE, BROKEN = 6, 0.1
MATRICES, VECTORS, SIZES = "ABCDEFGHKLMPQRSTUVWXZ", "abcfghpqrsuvwxyz", "mnpqkrst"
# `@A` is a name to be drawn, `⟨right | broken⟩` a right side and what a mistake makes of it
TOPICS = (
    r"""
## A linear map
Let $\mathbf{@A} \in \mathbb{R}^{@n \times @m}$ and $\mathbf{@x} \in \mathbb{R}^@m$, and $\mathbf{@y} = \mathbf{@A @x}$. Then
$$\frac{\partial @y_i}{\partial @x_j} = \frac{\partial}{\partial @x_j} \sum_{l=1}^@m @A_{il} @x_l = \sum_{l=1}^@m \delta_{jl} @A_{il} = @A_{ij},$$
so that $\frac{\partial \mathbf{@y}}{\partial \mathbf{@x}} = ⟨\mathbf{@A} | \mathbf{@A}^T⟩$.
""",
    r"""
## A quadratic form
Let $@B$ be a symmetric $@n \times @n$ matrix and $@u$ a vector of length $@n$. The gradient is
$$\nabla_{@u} \left( @u^\top @B @u + @c @u^\top @u \right) = ⟨2 @B @u + 2 \cdot @c \, @u | @B @u + 2 \cdot @c \, @u⟩.$$
""",
    r"""
## Least squares
For $@X \in \mathbb{R}^{@n \times @m}$, $@w \in \mathbb{R}^@m$ and $@y \in \mathbb{R}^@n$ let $@r = @X @w - @y$. Then
\begin{align}
\frac{\partial}{\partial @w} \| @X @w - @y \|^2 &= ⟨2 @r^T @X | @r^T @X⟩ \\
\frac{\partial @r}{\partial @w} &= @X .
\end{align}
""",
    r"""
## Traces
With $@P \in \mathbb{R}^{@m \times @n}$ and $@Q \in \mathbb{R}^{@n \times @m}$, $\nabla_@P \operatorname{tr}(@P @Q) = ⟨@Q^T | @Q⟩$, and
$$d \operatorname{tr}(@P^T @P) = ⟨2 \operatorname{tr}(@P^T d@P) | \operatorname{tr}(@P^T d@P)⟩.$$
""",
    r"""
## One layer
With $@W \in \mathbb{R}^{@n \times @m}$, $@x \in \mathbb{R}^{@m}$, $@z = @W @x$ and $@a = \tanh(@z)$ we have
$$\frac{\partial @a}{\partial @z} = ⟨\operatorname{diag}(1 - @a \odot @a) | \operatorname{diag}(1 - @a)⟩, \qquad
\frac{\partial @a}{\partial @x} = \operatorname{diag}(1 - @a \odot @a) \, @W .$$
""",
    r"""
## Deltas
In components, $\sum_j \delta_{ij} @x_j = @x_i$, and with $@C \in \mathbb{R}^{@n \times @n}$
$$\frac{\partial}{\partial @x_i} \sum_{j,l} @x_j @C_{jl} @x_l = \sum_l @C_{il} @x_l + \sum_j @x_j ⟨@C_{ji} | @C_{ij}⟩.$$
""",
    r"""
## Powers and exponentials
Let $@v, @b \in \mathbb{R}^@n$. Then $\frac{\partial}{\partial @v} \exp(@b^T @v) = ⟨\exp(@b^T @v) @b^T | \exp(@b^T @v) @v^T⟩$ and
$$\frac{\partial}{\partial @v_i} \sum_j @b_j @v_j^@c = ⟨@c @b_i @v_i^{@c - 1} | @b_i @v_i^{@c - 1}⟩.$$
""",
    r"""
## Determinants
For an invertible $@S \in \mathbb{R}^{@n \times @n}$, $d \log \det @S = ⟨\operatorname{tr}(@S^{-1} d@S) | \operatorname{tr}(@S \, d@S)⟩$, and
$$d @S^{-1} = -@S^{-1} (d@S) @S^{-1} .$$
""",
)


def page(number: int) -> str:
    """The text of the page with that number; the same number, the same page."""
    draw = random.Random(number)
    return f"# Notes {number}\n" + "".join(_topic(text, draw) for text in draw.sample(TOPICS, PER_PAGE))


def _topic(text: str, draw: random.Random) -> str:
    matrices, vectors, sizes = (draw.sample(letters, len(letters)) for letters in (MATRICES, VECTORS, SIZES))
    names = {name: matrices.pop() for name in "ABCPQSWX"} | {name: vectors.pop() for name in "abruvwxyz"}
    names |= {"n": sizes.pop(), "m": sizes.pop(), "c": str(draw.randint(3, 9))}
    text = re.sub(r"⟨(.*?) \| (.*?)⟩", lambda side: side[2 if draw.random() < BROKEN else 1], text)
    return re.sub(r"@(\w)", lambda name: names[name[1]], text)
