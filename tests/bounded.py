"""Documents, and what else is asked, that would take gigabytes or hours if they were simply worked out.

Each document with the verdicts that its claims may have: `?` is undecided, and told as EIN504.
"""

AXES = "abcdefghijklmnopqrst"
_RING = [f"A_{a}{b}" for a, b in zip(AXES[:12], AXES[1:12] + AXES[0], strict=True)]
_LONG_RING = [f"A_{a}{b}" for a, b in zip(AXES[:16], AXES[1:16] + AXES[0], strict=True)]
_FIBONACCI = "x in R\nh_1 = sin(x)\nh_2 = x^2\n" + "".join(
    f"h_{i} = h_{i - 1} + h_{i - 2} h_{i - 1}\n" for i in range(3, 42)
)


def nested(function, count, inner):
    for _ in range(count):
        inner = f"{function}({inner})"
    return inner


SOFTMAX = nested("softmax", 20, "x")
DERIVATIVES = nested("d/da ", 30, "exp(exp(exp(a)))")
PRODUCTS = "".join(f"(sin(a^{k}) + b^{k})" for k in range(1, 30))


def _sum(axes, body):
    return f"∑_{{{','.join(axes)}}} {body}"


# name: the document, and of each claim the verdicts that it may have
DOCUMENTS = {
    "a matrix of a million rows": (
        "Z in R^(1000000 x 1000000)\ntr(Z'Z) = sum(Z ⊙ Z)\nd/dZ tr(Z'Z) = 2 Z'\nd/dZ tr(Z'Z) = Z'\ntr(Z'Z) = sum(Z)^2\n"
        "tr(Z'Z) + δ_11 = tr(Z'Z) + 1\ntr(Z'Z)/1000000 = tr(Z'Z)\nZ_{700000,3} = Z_{3,700000}\nexp(Z) = Z\n",
        "right right wrong wrong right wrong right_if wrong",
    ),
    "nine axes of nine": (
        f"T in R^({' x '.join(['9'] * 9)})\n{_sum(AXES[:9], f'T_{AXES[:9]}^2')} = sum(T ⊙ T)\n"
        f"{_sum(AXES[:9], f'T_{AXES[:9]}^2')} = {_sum(AXES[:9], f'T_ba{AXES[2:9]} T_{AXES[:9]}')}\n"
        f"{_sum(AXES[:9], f'T_{AXES[:9]} sin(T_{AXES[:9]})')} = {_sum(AXES[:9], f'T_ba{AXES[2:9]} sin(T_ba{AXES[2:9]})')}\n",
        "right wrong right",
    ),
    "twenty axes of five": (
        f"T in R^({' x '.join(['5'] * 20)})\n{_sum(AXES, f'T_{AXES}^2')} = {_sum(AXES, f'T_{AXES} T_{AXES}')}\n"
        f"{_sum(AXES, f'T_{AXES}^2')} = {_sum(AXES, f'T_ba{AXES[2:]} T_{AXES}')}\n",
        "right ?",
    ),
    "a ring of twelve": (
        f"A in R^(n x n)\n{' '.join(_RING)} = tr(A^12)\n{' '.join(_RING)} = tr(A^11)\n", "right wrong",
    ),
    "a ring of sixteen": (f"A in R^(n x n)\n{' '.join(_LONG_RING)} = tr({' '.join('A' * 16)})\n", "right"),
    "fifteen factors of Kronecker": (
        f"A in R^(n x n)\nB in R^(2 x 2)\n{' ⊗ '.join('A' * 15)} = {' ⊗ '.join('A' * 14)} ⊗ A'\n"
        f"{' ⊗ '.join('B' * 15)} = {' ⊗ '.join('B' * 14)} ⊗ B'\n",
        "? ?",
    ),
    "definitions of Fibonacci": (_FIBONACCI + "d/dx h_41 = 0\nh_41 = h_40 + h_39 h_40\nh_41 = h_40\n", "?|wrong right ?|wrong"),
    "inverses of 200 rows": (
        "A in R^(200 x 200)\ninv(A) A = I\nd/dA logdet(A) = inv(A)\nd/dA logdet(A) = inv(A)'\nlogdet(A) = det(A)\n"
        "logdet(A A) = 2 logdet(A)\ninv(A)' = inv(A')\ninv(A + A) = inv(A)\ndet(2 A) = 2^200 det(A)\ndet(2 A) = 2 det(A)\n",
        "right right transposed wrong right right wrong right wrong",
    ),
    "thirty derivatives": (f"a in R\n{DERIVATIVES} = 0\n", "?"),
    "twenty softmax": (f"x in R^n\nd/dx ({SOFTMAX}) = 0\n{SOFTMAX} = x\n", "? ?"),
    "about a declared size": (
        "dim n = 1000000000\nx in R^n\nd/dx (x'x) = 2 x'\nd/dx (x'x) = 3 x'\n∑_i (sin(x_i)^2 + cos(x_i)^2) = n\n"
        "∑_i (sin(x_i)^2 + cos(x_i)^2) = 10\nmean(x) = sum(x)\n(∑_i (sin(x_i)^2 + cos(x_i)^2))^(1/9) = 10\ntr(I(3)) = 3\n",
        "right wrong right wrong wrong right right",
    ),
    "places that count": (
        "x in R^100000\nones(100000)' x = sum(x)\n∑_{i,j} [i < j] x_i x_j = ∑_{i,j} [j < i] x_i x_j\n∑_{i,j} [i < j] x_i = 0\n",
        "right right|? ?",
    ),
    "ranks": (
        "X in R^(100 x 60)\nY in R^(100 x 50)\ndet(X X' + Y Y') = 0\nU in R^(100 x 30)\nV in R^(100 x 40)\ndet(U U' + V V') = 0\n",
        "? ?|right",
    ),
    "regressions": (
        "X in R^(100000 x 5000)\ny in R^100000\nw in R^5000\nd/dw sum(log(1 + exp(X w))) = sigmoid(X w)' X\n"
        "d/dw sum(log(1 + exp(X w))) = sigmoid(X w)' X + w'\nd/dw ‖X w - y‖² = 2 (X w - y)' X\nd/dw ‖X w - y‖² = (X w - y)' X\n",
        "right wrong right wrong",
    ),
    "structured matrices": (
        "Q in R^(300 x 300) orthogonal\nP in R^(300 x 300) positive-definite\nD in R^(300 x 300) diagonal\n"
        "S in R^(300 x 300) antisymmetric\nx in R^300\nQ'Q = I\nlogdet(Q P Q') = logdet(P)\ntr(D S) = 0\nx' S x = 0\nx' P x = 0\n"
        "Q P Q' = P\nD S = S D\n",
        "right right right right wrong wrong wrong",
    ),
    "powers": (
        "a in R\na^1000000000 = a\n(a^1000000)^1000000 = a^1000000000000\n2^(10^9) = 4^(5 10^8)\n2^1000000000 = 3^1000000000\n"
        "(1 + a)^100000 = 1 + a^100000\n((((a^10)^10)^10)^10)^100 = a\n",
        "wrong right right|? wrong|? wrong wrong",
    ),
    "numbers of a thousand digits": (f"a in R\na {'9' * 1000} = a\na^{'9' * 1000} = a\n", "wrong|? wrong|?"),
    "products of sums": (
        f"a, b, c, d in R\n{'(a + b + c + d)' * 40} = (a + b + c + d)^40\n((((a + b)^2 + c)^2 + d)^2 + a)^20 = 1\n", "right wrong|?",
    ),
    "a chain of largest entries": (f"a, b in R\nd/da {nested('max', 30, 'a').replace('max(', 'max(a b, ')} = 1\n", "wrong|?"),
    "a wide product": (
        "T, S in R^(n x n x n x n x n x n)\nT_abcdef S_ghijkl T_aghibc S_defjkl = T_abcdef S_abcdef\n", "wrong|?",
    ),
    "vec of a Kronecker product": (
        "A in R^(50 x 60)\nC in R^(40 x 30)\nX in R^(60 x 40)\nvec(A X C) = (C' ⊗ A) vec(X)\nvec(A X C) = 2 (C' ⊗ A) vec(X)\n",
        "right wrong",
    ),
    "derivatives of a determinant": (
        "A in R^(100 x 100)\n∂²det(A)/∂A_ij∂A_kl = det(A) (inv(A)_ji inv(A)_lk - inv(A)_li inv(A)_jk)\n∂²det(A)/∂A_ij∂A_kl = 0\n"
        "∂³det(A)/∂A_ij∂A_kl∂A_mp = 0\n",
        "right wrong ?|wrong",
    ),
    "large Kronecker products": (
        "A, B in R^(100 x 100)\nA ⊗ B ⊗ A = A ⊗ A ⊗ B\n(A ⊗ B)' = A' ⊗ B'\ntr(A ⊗ B) = tr(A) tr(B)\ntr(A ⊗ B) = tr(A) + tr(B)\n",
        "wrong right right wrong",
    ),
    "an unknown function": ("f : R^1000 -> R\nx in R^1000\nd/dx f(2 x) = 2 J_f(2 x)\nd/dx f(2 x) = J_f(2 x)\n", "right ?"),
    "attention": (
        "T in R^(2000 x 2000)\nu in R^2000\nsoftmax(T u) = u\nd/du sum(softmax(T u)) = 0\nd/du logsumexp(T u) = softmax(T u)' T\n",
        "wrong|? right right",
    ),
    "576 terms": (
        f"x, y in R^n\n{' + '.join(f'∑_i x_i^{k} y_i^{m}' for k in range(1, 25) for m in range(1, 25))} = 0\n", "wrong|?",
    ),
}  # fmt: skip
