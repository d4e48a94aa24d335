"""Problems whose derivatives are derived, each stated twice: in the language of einsight, and as a NumPy expression.

The second statement is the truth: `reference` differentiates it by differences, so that an answer of anybody is held to
numbers that no rule has made.  All dimensions have different sizes, so that a lost transpose shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

SIZES = {"n": 3, "m": 4, "p": 5, "q": 2, "r": 6}
STEP = {1: 1e-3, 2: 1e-2}  # of the differences, by order; what they leave out is below the tolerance
TOLERANCE = 1e-6

# a line each: name | expression | variables | arrays: name, dimensions, properties | NumPy
TEXT = """
# linear
matrix times vector | W x | x | W n m, x m | W @ x
matrix times vector, in the matrix | W x | W | W n m, x m | W @ x
transposed matrix times vector | W' y | y | W n m, y n | W.T @ y
dot product | a_i x_i | x | a m, x m | a @ x
affine map | W_ij x_j + b_i | x | W n m, x m, b n | W @ x + b
sum of a product | sum(W x) | W | W n m, x m | (W @ x).sum()
# bilinear
bilinear form | y' A x | x | y n, A n m, x m | y @ A @ x
bilinear form, in the matrix | y' A x | A | y n, A n m, x m | y @ A @ x
bilinear form, in the row | y_i A_ij x_j | y | y n, A n m, x m | y @ A @ x
two matrices between vectors | y_i A_ij B_jk x_k | A | y n, A n m, B m p, x p | y @ A @ B @ x
outer product | x y' | x | x n, y m | np.outer(x, y)
elementwise product | a ⊙ x | x | a m, x m | a * x
trilinear form | T_ijk x_i y_j z_k | y | T n m p, x n, y m, z p | np.einsum('ijk,i,j,k', T, x, y, z)
# quadratic
quadratic form | x' A x | x | A n n, x n | x @ A @ x
quadratic form in indices | x_i A_ij x_j | x | A n n, x n | x @ A @ x
quadratic form, in the matrix | x' A x | A | A n n, x n | x @ A @ x
symmetric quadratic form | x' S x | x | S n n symmetric, x n | x @ S @ x
squared length | x' x | x | x m | x @ x
least squares | ‖W x - y‖² | x | W n m, x m, y n | ((W @ x - y)**2).sum()
least squares, in the matrix | ‖W x - y‖² | W | W n m, x m, y n | ((W @ x - y)**2).sum()
least squares in indices | ∑_i (W_ij x_j - y_i)^2 | W | W n m, x m, y n | ((W @ x - y)**2).sum()
ridge regression | ‖W x - y‖² + c ‖x‖² | x | W n m, x m, y n, c | ((W @ x - y)**2).sum() + c*(x @ x)
weighted least squares | (W x - y)' A (W x - y) | x | W n m, x m, y n, A n n | (W @ x - y) @ A @ (W @ x - y)
square of a quadratic form | (x' A x)^2 | x | A n n, x n | (x @ A @ x)**2
# traces
trace of a product | tr(A X) | X | A m n, X n m | np.trace(A @ X)
squared Frobenius norm | tr(X' X) | X | X n m | np.trace(X.T @ X)
trace of three factors | tr(A X B) | X | A p n, X n m, B m p | np.trace(A @ X @ B)
trace of a quadratic form | tr(X' A X) | X | X n m, A n n | np.trace(X.T @ A @ X)
trace of a cube | tr(Q^3) | Q | Q n n | np.trace(Q @ Q @ Q)
trace with two sides | tr(A Q B Q') | Q | A n n, Q n n, B n n | np.trace(A @ Q @ B @ Q.T)
trace in indices | A_ij X_jk B_ki | X | A p n, X n m, B m p | np.trace(A @ X @ B)
factorisation | ‖T - U V'‖² | U | T n m, U n p, V m p | ((T - U @ V.T)**2).sum()
# determinants and inverses
determinant | det(Q) | Q | Q n n | np.linalg.det(Q)
logarithm of a determinant | logdet(Q) | Q | Q n n | np.linalg.slogdet(Q)[1]
logarithm of a Gram determinant | logdet(X' X) | X | X m n | np.linalg.slogdet(X.T @ X)[1]
determinant of a product | det(A Q B) | Q | A n n, Q n n, B n n | np.linalg.det(A @ Q @ B)
inverse | inv(Q) | Q | Q n n | inv(Q)
inverse in a form | x' inv(Q) y | Q | x n, Q n n, y n | x @ inv(Q) @ y
trace of an inverse | tr(A inv(Q)) | Q | A n n, Q n n | np.trace(A @ inv(Q))
trace of an inverse in indices | A_ij inv(Q)_ji | Q | A n n, Q n n | np.trace(A @ inv(Q))
Gaussian, in the mean | -1/2 (x - a)' inv(R) (x - a) | a | x n, a n, R n n | -(x - a) @ inv(R) @ (x - a)/2
# elementwise layers
tanh layer | tanh(W x) | x | W n m, x m | np.tanh(W @ x)
tanh layer in indices | tanh(W_ij x_j + b_i) | x | W n m, x m, b n | np.tanh(W @ x + b)
sigmoid layer, in the weights | sigmoid(W x + b) | W | W n m, x m, b n | sigmoid(W @ x + b)
relu layer, summed | sum(relu(W x)) | W | W n m, x m | np.maximum(W @ x, 0).sum()
two layers | V tanh(W x + b) | x | V p n, W n m, x m, b n | V @ np.tanh(W @ x + b)
exponentials | exp(W x) | x | W n m, x m | np.exp(W @ x)
squares in indices | (W_ij x_j)^2 | x | W n m, x m | (W @ x)**2
sines in indices | sin(a_i x_i) | x | a m, x m | np.sin(a @ x)
# losses
logistic regression | sum(softplus(X w)) - y' X w | w | X n m, w m, y n | np.log1p(np.exp(X @ w)).sum() - y @ X @ w
Poisson regression | ∑_i exp(X_ij w_j) - y_i X_ij w_j | w | X n m, w m, y n | np.exp(X @ w).sum() - y @ X @ w
two layers, in the first weights | ‖V tanh(W x + b) - y‖² | W | V p n, W n m, x m, b n, y p | ((V @ np.tanh(W @ x + b) - y)**2).sum()
two layers, in the bias | ‖V tanh(W x + b) - y‖² | b | V p n, W n m, x m, b n, y p | ((V @ np.tanh(W @ x + b) - y)**2).sum()
two layers in indices | ∑_i (V_ij tanh(W_jk x_k + b_j) - y_i)^2 | x | V p n, W n m, x m, b n, y p | ((V @ np.tanh(W @ x + b) - y)**2).sum()
one layer in indices | ∑_i (tanh(W_ij x_j) - y_i)^2 | W | W n m, x m, y n | ((np.tanh(W @ x) - y)**2).sum()
smooth absolute loss | sum(sqrt(1 + (X w - y).^2)) | w | X n m, w m, y n | np.sqrt(1 + (X @ w - y)**2).sum()
Kullback-Leibler divergence | ∑_i a_i log(a_i/x_i) | x | a m positive, x m positive | (a*np.log(a/x)).sum()
# softmax and logsumexp
softmax | softmax(x) | x | x m | softmax(x)
softmax of a product | softmax(A x) | x | A n m, x m | softmax(A @ x)
logsumexp | logsumexp(A x) | x | A n m, x m | np.log(np.exp(A @ x).sum())
logsumexp in indices | log(∑_i exp(A_ij x_j)) | x | A n m, x m | np.log(np.exp(A @ x).sum())
cross-entropy | -y' log(softmax(x)) | x | x m, y m | -y @ np.log(softmax(x))
softmax regression, in the weights | logsumexp(A x) - y' A x | A | A n m, x m, y n | np.log(np.exp(A @ x).sum()) - y @ A @ x
attention with one query | softmax(A x)' B y | x | A n m, x m, B n p, y p | softmax(A @ x) @ B @ y
# norms
norm | ‖x‖ | x | x m | np.sqrt(x @ x)
norm in indices | sqrt(∑_i x_i^2) | x | x m | np.sqrt(x @ x)
normalised vector | x/‖x‖ | x | x m | x/np.sqrt(x @ x)
norm of a residual | ‖W x - y‖ | x | W n m, x m, y n | np.sqrt(((W @ x - y)**2).sum())
cosine similarity | a' x/(‖a‖ ‖x‖) | x | a m, x m | a @ x/np.sqrt((a @ a)*(x @ x))
Frobenius norm | ‖X‖ | X | X n m | np.sqrt((X**2).sum())
variance | mean((x - mean(x)).^2) | x | x m | x.var()
# Hessians
quadratic form, Hessian | x' A x | x x | A n n, x n | x @ A @ x
least squares, Hessian | ‖W x - y‖² | x x | W n m, x m, y n | ((W @ x - y)**2).sum()
logistic regression, Hessian | sum(softplus(X w)) | w w | X n m, w m | np.log1p(np.exp(X @ w)).sum()
exponentials in indices, Hessian | ∑_i exp(W_ij x_j) | x x | W n m, x m | np.exp(W @ x).sum()
logsumexp, Hessian | logsumexp(x) | x x | x m | np.log(np.exp(x).sum())
norm, Hessian | ‖x‖ | x x | x m | np.sqrt(x @ x)
cubes in indices, Hessian | ∑_i x_i^3 | x x | x m | (x**3).sum()
bilinear form, mixed | y' A x | y x | y n, A n m, x m | y @ A @ x
# matrices by matrices
matrix product | A X B | X | A p n, X n m, B m q | A @ X @ B
matrix product in indices | A_ij X_jk B_kl | X | A p n, X n m, B m q | A @ X @ B
Gram matrix | X' X | X | X n m | X.T @ X
square of a matrix | Q^2 | Q | Q n n | Q @ Q
elementwise product of matrices | A ⊙ X | X | A n m, X n m | A * X
tanh of a product | tanh(A X) | X | A p n, X n m | np.tanh(A @ X)
# tensors of higher order
contraction | T_ijk x_k | x | T n m p, x p | T @ x
contraction, in the tensor | T_ijk x_j y_k | T | T n m p, x m, y p | np.einsum('ijk,j,k->i', T, x, y)
quartic form | T_ijkl x_i x_j x_k x_l | x | T n n n n, x n | np.einsum('ijkl,i,j,k,l', T, x, x, x, x)
CP decomposition | ∑_{i,j,k} (G_ijk - ∑_r U_ri V_rj W_rk)^2 | U | G n m p, U q n, V q m, W q p | ((G - np.einsum('ri,rj,rk->ijk', U, V, W))**2).sum()
Tucker decomposition | ∑_{i,j,k} (G_ijk - C_opq U_oi V_pj W_qk)^2 | C | G n m p, C q r n, U q n, V r m, W n p | ((G - np.einsum('opq,oi,pj,qk->ijk', C, U, V, W))**2).sum()
stress of a tensor | T_ijkl E_kl | E | T n n m m, E m m | np.einsum('ijkl,kl->ij', T, E)
# shifts and parts of axes
convolution, in the kernel | ∑_i (u_i - ∑_k v_k w_{i+k-1})^2 | v | u p, v q, w r | ((u - np.convolve(w, v[::-1], 'valid'))**2).sum()
convolution, in the signal | ∑_i (u_i - ∑_k v_k w_{i+k-1})^2 | w | u p, v q, w r | ((u - np.convolve(w, v[::-1], 'valid'))**2).sum()
total variation | ∑_{i=1}^{m-1} (w_{i+1} - w_i)^2 | w | w m | (np.diff(w)**2).sum()
masked sum | ∑_{i,j} [j ≤ i] y_i w_j | w | y m, w m | y @ np.cumsum(w)
"""


@dataclass(frozen=True)
class Problem:
    """A function of arrays, and the variables in which it is differentiated, one for each order."""

    family: str
    name: str
    expression: str
    variables: tuple[str, ...]
    arrays: tuple[str, ...]  # name, dimensions, properties
    value: str

    @cached_property
    def shapes(self) -> dict[str, tuple[str, ...]]:
        return {name: tuple(w for w in words if w in SIZES) for name, *words in map(str.split, self.arrays)}

    @property
    def notation(self) -> str:
        return "index" if re.search(r"\b[a-zA-Z]_", self.expression) else "matrix"

    def fresh(self, mark: str) -> tuple[str, list[str], str]:
        """Expression, variables and declarations with names that nobody has met: what is remembered does not answer."""
        lines = []
        for name, *words in map(str.split, self.arrays):
            shape, properties = self.shapes[name], [w for w in words if w not in SIZES]
            space = f"R^({' x '.join(shape)})" if shape else "R"
            lines.append(" ".join([f"{name}{mark} in {space}", *properties]))
        # a name, not a letter of a function, and not an index
        names = re.compile(rf"(?<![A-Za-z_]){'(' + '|'.join(self.shapes) + ')'}(?![A-Za-z0-9])")
        expression = names.sub(rf"\g<1>{mark}", self.expression)
        return expression, [v + mark for v in self.variables], "; ".join(lines)

    def point(self, seed: int) -> dict[str, Any]:
        """Arrays at which answers are compared."""
        import numpy as np

        chance = np.random.default_rng(seed)
        found: dict[str, Any] = {}
        for name, *words in map(str.split, self.arrays):
            array = chance.normal(size=[SIZES[d] for d in self.shapes[name]])
            if "symmetric" in words:
                array = array + array.T
            found[name] = np.abs(array) + 0.5 if "positive" in words else array
        return found

    def reference(self, point: dict[str, Any]) -> Any:
        """The derivative there by central differences of fourth order; axes of the output, then of each variable."""
        return _differentiated(self.at, self.variables, point)

    def at(self, point: dict[str, Any]) -> Any:
        import numpy as np

        functions = {"np": np, "inv": np.linalg.inv, "softmax": _softmax, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
        return np.asarray(eval(self.value, functions, point))


def _softmax(z: Any) -> Any:
    import numpy as np

    return np.exp(z) / np.exp(z).sum()


def _differentiated(function: Any, variables: tuple[str, ...], point: dict[str, Any]) -> Any:
    import numpy as np

    if not variables:
        return function(point)
    *before, last = variables
    step, array = STEP[min(len(variables), 2)], np.asarray(point[last])

    def moved(cell: tuple[int, ...], by: float) -> Any:
        changed = array.copy()
        changed[cell] += by
        return _differentiated(function, tuple(before), {**point, last: changed})

    slopes = [
        (8 * (moved(cell, step) - moved(cell, -step)) - moved(cell, 2 * step) + moved(cell, -2 * step)) / (12 * step)
        for cell in np.ndindex(*array.shape)
    ]
    return np.moveaxis(np.array(slopes), 0, -1).reshape(*np.shape(slopes[0]), *array.shape)


def agrees(answer: Any, truth: Any, order: int = 1) -> bool:
    """Is an answer the derivative?  As exactly as the differences are."""
    import numpy as np

    answer = np.asarray(answer, dtype=float)
    tolerance = TOLERANCE if order == 1 else 20 * TOLERANCE
    scale = 1 + np.abs(truth).max()
    return answer.shape == truth.shape and bool(np.all(np.abs(answer - truth) <= tolerance * scale))


def _read(text: str) -> tuple[Problem, ...]:
    found, family = [], ""
    for line in filter(None, text.splitlines()):
        if line.startswith("# "):
            family = line[2:]
            continue
        name, expression, variables, arrays, value = line.split(" | ")
        found.append(Problem(family, name, expression, tuple(variables.split()), tuple(arrays.split(", ")), value))
    return tuple(found)


PROBLEMS = _read(TEXT)
