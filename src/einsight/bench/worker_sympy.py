"""SymPy, asked for derivations by each of its routes.

matrix   a `MatrixExpr` and its `diff`
array    the same, as an array expression, and `array_derive`
indexed  a `Sum` of `Indexed` components, its `diff` by a component, and `doit`, which contracts the deltas
deltas   the same without `doit`: a sum over `KroneckerDelta` stays one

Which is correct is found out from numbers; the fastest of those counts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from .problems import PROBLEMS, SIZES, Problem
from .sympy_values import value_of
from .workers import serve, timed

ROUTES = ("matrix", "array", "indexed", "deltas")
# a line each: problem | matrix expression, vectors are columns | components; `Sum(…, I)` runs over the whole axis of `i`
FORMS = """
matrix times vector | W*x | Sum(W[i,j]*x[j], J)
matrix times vector, in the matrix | W*x | Sum(W[i,j]*x[j], J)
transposed matrix times vector | W.T*y | Sum(W[i,j]*y[i], I)
dot product | a.T*x | Sum(a[i]*x[i], I)
affine map | W*x + b | Sum(W[i,j]*x[j], J) + b[i]
sum of a product | OneMatrix(1, n)*W*x | Sum(W[i,j]*x[j], I, J)
bilinear form | y.T*A*x | Sum(y[i]*A[i,j]*x[j], I, J)
bilinear form, in the matrix | y.T*A*x | Sum(y[i]*A[i,j]*x[j], I, J)
bilinear form, in the row | y.T*A*x | Sum(y[i]*A[i,j]*x[j], I, J)
two matrices between vectors | y.T*A*B*x | Sum(y[i]*A[i,j]*B[j,k]*x[k], I, J, K)
outer product | x*y.T | x[i]*y[j]
elementwise product | hadamard_product(a, x) | a[i]*x[i]
trilinear form | - | Sum(T[i,j,k]*x[i]*y[j]*z[k], I, J, K)
quadratic form | x.T*A*x | Sum(x[i]*A[i,j]*x[j], I, J)
quadratic form in indices | x.T*A*x | Sum(x[i]*A[i,j]*x[j], I, J)
quadratic form, in the matrix | x.T*A*x | Sum(x[i]*A[i,j]*x[j], I, J)
symmetric quadratic form | x.T*S*x | Sum(x[i]*S[i,j]*x[j], I, J)
squared length | x.T*x | Sum(x[i]**2, I)
least squares | (W*x - y).T*(W*x - y) | Sum((Sum(W[i,j]*x[j], J) - y[i])**2, I)
least squares, in the matrix | (W*x - y).T*(W*x - y) | Sum((Sum(W[i,j]*x[j], J) - y[i])**2, I)
least squares in indices | (W*x - y).T*(W*x - y) | Sum((Sum(W[i,j]*x[j], J) - y[i])**2, I)
ridge regression | (W*x - y).T*(W*x - y) + c*x.T*x | Sum((Sum(W[i,j]*x[j], J) - y[i])**2, I) + c*Sum(x[k]**2, K)
weighted least squares | (W*x - y).T*A*(W*x - y) | Sum((Sum(W[i,j]*x[j], J) - y[i])*A[i,k]*(Sum(W[k,l]*x[l], L) - y[k]), I, K)
square of a quadratic form | (x.T*A*x)**2 | Sum(x[i]*A[i,j]*x[j], I, J)**2
trace of a product | Trace(A*X) | Sum(A[i,j]*X[j,i], I, J)
squared Frobenius norm | Trace(X.T*X) | Sum(X[i,j]**2, I, J)
trace of three factors | Trace(A*X*B) | Sum(A[i,j]*X[j,k]*B[k,i], I, J, K)
trace of a quadratic form | Trace(X.T*A*X) | Sum(X[i,j]*A[i,k]*X[k,j], I, J, K)
trace of a cube | Trace(Q*Q*Q) | Sum(Q[i,j]*Q[j,k]*Q[k,i], I, J, K)
trace with two sides | Trace(A*Q*B*Q.T) | Sum(A[i,j]*Q[j,k]*B[k,l]*Q[i,l], I, J, K, L)
trace in indices | Trace(A*X*B) | Sum(A[i,j]*X[j,k]*B[k,i], I, J, K)
factorisation | Trace((T - U*V.T)*(T - U*V.T).T) | Sum((T[i,j] - Sum(U[i,k]*V[j,k], K))**2, I, J)
determinant | Determinant(Q) | -
logarithm of a determinant | log(Determinant(Q)) | -
logarithm of a Gram determinant | log(Determinant(X.T*X)) | -
determinant of a product | Determinant(A*Q*B) | -
inverse | Q.I | -
inverse in a form | x.T*Q.I*y | -
trace of an inverse | Trace(A*Q.I) | -
trace of an inverse in indices | Trace(A*Q.I) | -
Gaussian, in the mean | -(x - a).T*R.I*(x - a)/2 | -
tanh layer | (W*x).applyfunc(tanh) | tanh(Sum(W[i,j]*x[j], J))
tanh layer in indices | (W*x + b).applyfunc(tanh) | tanh(Sum(W[i,j]*x[j], J) + b[i])
sigmoid layer, in the weights | (W*x + b).applyfunc(sigmoid) | sigmoid(Sum(W[i,j]*x[j], J) + b[i])
relu layer, summed | OneMatrix(1, n)*(W*x).applyfunc(relu) | Sum(relu(Sum(W[i,j]*x[j], J)), I)
two layers | V*(W*x + b).applyfunc(tanh) | Sum(V[o,i]*tanh(Sum(W[i,j]*x[j], J) + b[i]), I)
exponentials | (W*x).applyfunc(exp) | exp(Sum(W[i,j]*x[j], J))
squares in indices | (W*x).applyfunc(square) | Sum(W[i,j]*x[j], J)**2
sines in indices | (a.T*x).applyfunc(sin) | sin(Sum(a[i]*x[i], I))
logistic regression | OneMatrix(1, n)*(X*w).applyfunc(softplus) - y.T*X*w | Sum(softplus(Sum(X[i,j]*w[j], J)), I) - Sum(y[i]*X[i,j]*w[j], I, J)
Poisson regression | OneMatrix(1, n)*(X*w).applyfunc(exp) - y.T*X*w | Sum(exp(Sum(X[i,j]*w[j], J)), I) - Sum(y[i]*X[i,j]*w[j], I, J)
two layers, in the first weights | (V*(W*x + b).applyfunc(tanh) - y).T*(V*(W*x + b).applyfunc(tanh) - y) | Sum((Sum(V[o,i]*tanh(Sum(W[i,j]*x[j], J) + b[i]), I) - y[o])**2, O)
two layers, in the bias | (V*(W*x + b).applyfunc(tanh) - y).T*(V*(W*x + b).applyfunc(tanh) - y) | Sum((Sum(V[o,i]*tanh(Sum(W[i,j]*x[j], J) + b[i]), I) - y[o])**2, O)
two layers in indices | (V*(W*x + b).applyfunc(tanh) - y).T*(V*(W*x + b).applyfunc(tanh) - y) | Sum((Sum(V[o,i]*tanh(Sum(W[i,j]*x[j], J) + b[i]), I) - y[o])**2, O)
one layer in indices | ((W*x).applyfunc(tanh) - y).T*((W*x).applyfunc(tanh) - y) | Sum((tanh(Sum(W[i,j]*x[j], J)) - y[i])**2, I)
smooth absolute loss | OneMatrix(1, n)*(X*w - y).applyfunc(smooth) | Sum(sqrt(1 + (Sum(X[i,j]*w[j], J) - y[i])**2), I)
Kullback-Leibler divergence | - | Sum(a[i]*log(a[i]/x[i]), I)
softmax | x.applyfunc(exp)*(OneMatrix(1, m)*x.applyfunc(exp))**-1 | exp(x[i])/Sum(exp(x[k]), K)
softmax of a product | (A*x).applyfunc(exp)*(OneMatrix(1, n)*(A*x).applyfunc(exp))**-1 | exp(Sum(A[i,j]*x[j], J))/Sum(exp(Sum(A[k,l]*x[l], L)), K)
logsumexp | (OneMatrix(1, n)*(A*x).applyfunc(exp)).applyfunc(log) | log(Sum(exp(Sum(A[i,j]*x[j], J)), I))
logsumexp in indices | (OneMatrix(1, n)*(A*x).applyfunc(exp)).applyfunc(log) | log(Sum(exp(Sum(A[i,j]*x[j], J)), I))
cross-entropy | - | -Sum(y[i]*log(exp(x[i])/Sum(exp(x[k]), K)), I)
softmax regression, in the weights | (OneMatrix(1, n)*(A*x).applyfunc(exp)).applyfunc(log) - y.T*A*x | log(Sum(exp(Sum(A[i,j]*x[j], J)), I)) - Sum(y[i]*A[i,j]*x[j], I, J)
attention with one query | - | Sum(exp(Sum(A[i,j]*x[j], J))*B[i,k]*y[k], I, K)/Sum(exp(Sum(A[i,j]*x[j], J)), I)
norm | (x.T*x).applyfunc(sqrt) | sqrt(Sum(x[i]**2, I))
norm in indices | (x.T*x).applyfunc(sqrt) | sqrt(Sum(x[i]**2, I))
normalised vector | x*(x.T*x)**Rational(-1, 2) | x[i]/sqrt(Sum(x[k]**2, K))
norm of a residual | ((W*x - y).T*(W*x - y)).applyfunc(sqrt) | sqrt(Sum((Sum(W[i,j]*x[j], J) - y[i])**2, I))
cosine similarity | a.T*x*(a.T*a)**Rational(-1, 2)*(x.T*x)**Rational(-1, 2) | Sum(a[i]*x[i], I)/sqrt(Sum(a[j]**2, J)*Sum(x[k]**2, K))
Frobenius norm | sqrt(Trace(X.T*X)) | sqrt(Sum(X[i,j]**2, I, J))
variance | (x - OneMatrix(m, m)*x/m).T*(x - OneMatrix(m, m)*x/m)/m | Sum((x[i] - Sum(x[k], K)/m)**2, I)/m
quadratic form, Hessian | x.T*A*x | Sum(x[i]*A[i,j]*x[j], I, J)
least squares, Hessian | (W*x - y).T*(W*x - y) | Sum((Sum(W[i,j]*x[j], J) - y[i])**2, I)
logistic regression, Hessian | OneMatrix(1, n)*(X*w).applyfunc(softplus) | Sum(softplus(Sum(X[i,j]*w[j], J)), I)
exponentials in indices, Hessian | OneMatrix(1, n)*(W*x).applyfunc(exp) | Sum(exp(Sum(W[i,j]*x[j], J)), I)
logsumexp, Hessian | (OneMatrix(1, m)*x.applyfunc(exp)).applyfunc(log) | log(Sum(exp(x[i]), I))
norm, Hessian | (x.T*x).applyfunc(sqrt) | sqrt(Sum(x[i]**2, I))
cubes in indices, Hessian | OneMatrix(1, m)*x.applyfunc(cube) | Sum(x[i]**3, I)
bilinear form, mixed | y.T*A*x | Sum(y[i]*A[i,j]*x[j], I, J)
matrix product | A*X*B | Sum(A[i,j]*X[j,k]*B[k,l], J, K)
matrix product in indices | A*X*B | Sum(A[i,j]*X[j,k]*B[k,l], J, K)
Gram matrix | X.T*X | Sum(X[k,i]*X[k,j], K)
square of a matrix | Q**2 | Sum(Q[i,j]*Q[j,k], J)
elementwise product of matrices | hadamard_product(A, X) | A[i,j]*X[i,j]
tanh of a product | (A*X).applyfunc(tanh) | tanh(Sum(A[i,j]*X[j,k], J))
contraction | - | Sum(T[i,j,k]*x[k], K)
contraction, in the tensor | - | Sum(T[i,j,k]*x[j]*y[k], J, K)
quartic form | - | Sum(T[i,j,k,l]*x[i]*x[j]*x[k]*x[l], I, J, K, L)
CP decomposition | - | Sum((G[i,j,k] - Sum(U[h,i]*V[h,j]*W[h,k], H))**2, I, J, K)
Tucker decomposition | - | Sum((G[i,j,k] - Sum(C[o,g,h]*U[o,i]*V[g,j]*W[h,k], O, G_, H))**2, I, J, K)
stress of a tensor | - | Sum(T[i,j,k,l]*E[k,l], K, L)
convolution, in the kernel | - | Sum((u[i] - Sum(v[k]*w[i + k], K))**2, I)
convolution, in the signal | - | Sum((u[i] - Sum(v[k]*w[i + k], K))**2, I)
total variation | - | Sum((w[i + 1] - w[i])**2, (i, 0, m - 2))
masked sum | - | Sum(y[i]*Sum(w[j], (j, 0, i)), I)
"""
LIMITS = {letter: letter.upper() + "_" * (letter == "g") for letter in "ijklogh"}  # of sums; `G` is a tensor


def _read() -> dict[str, dict[str, str]]:
    found = {}
    for line in filter(None, FORMS.splitlines()):
        name, matrix, indexed = line.split(" | ")
        forms = {"matrix": matrix, "array": matrix, "indexed": indexed, "deltas": indexed}
        found[name] = {route: text for route, text in forms.items() if text != "-"}
    return found


TEXTS = _read()


def _start() -> tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]:
    import sympy

    return {"version": sympy.__version__}, lambda question: {"derive": _derive, "chain": _chain}[question["task"]](
        question
    )


@cache
def _language() -> dict[str, Any]:
    """What the forms are written in."""
    import sympy
    from sympy.matrices.expressions.special import OneMatrix

    found = {name: getattr(sympy, name) for name in sympy.__all__}
    z = sympy.Dummy("z")
    found |= {"OneMatrix": OneMatrix, "square": sympy.Lambda(z, z**2), "cube": sympy.Lambda(z, z**3)}
    found |= {
        "sigmoid": sympy.Lambda(z, 1 / (1 + sympy.exp(-z))),
        "softplus": sympy.Lambda(z, sympy.log(1 + sympy.exp(z))),
    }
    found |= {"relu": sympy.Lambda(z, sympy.Max(z, 0)), "smooth": sympy.Lambda(z, sympy.sqrt(1 + z**2))}
    found |= {d: sympy.Symbol(d, integer=True, positive=True) for d in SIZES}
    return found | {letter: sympy.Symbol(letter, integer=True) for letter in LIMITS}


def _derive(question: dict[str, Any]) -> dict[str, Any]:
    """Each route: seconds of some rounds with fresh names, and the value of the answer."""
    problem = next(p for p in PROBLEMS if p.name == question["name"])
    found = {}
    for route, text in TEXTS.get(problem.name, {}).items():
        if route not in question.get("routes", ROUTES):
            continue
        try:
            work = _work(problem, route, text, question["mark"])
            seconds, (derived, arrays) = timed(work, question["rounds"], question["limit"])
            found[route] = {"seconds": seconds, "text": str(derived)[:200]}
        except Exception as error:
            found[route] = {"error": f"{type(error).__name__}: {error}"[:200]}
            continue
        if "point" in question:
            try:
                found[route]["answer"] = _answer(problem, route, text, derived, arrays, question["point"]).tolist()
            except Exception as error:
                found[route]["unknown"] = f"{type(error).__name__}: {error}"[:200]
    return {"routes": found}


def _work(problem: Problem, route: str, text: str, mark: str) -> Callable[[int], Any]:
    """One derivation: the arrays, the expression, its derivative.  Compiling the text is not part of it."""
    import sympy
    from sympy.tensor.array.expressions import array_derive, convert_matrix_to_array

    language, code = _language(), compile(text, problem.name, "eval")
    ranges = {LIMITS[i]: (language[i], 0, language[d] - 1) for i, d in _axes(text, problem.shapes).items()}

    def matrix(number: int) -> Any:
        arrays = {
            name: sympy.MatrixSymbol(f"{name}{mark}{number}", *(language[d] for d in shape), *[1] * (2 - len(shape)))
            if shape else sympy.Symbol(f"{name}{mark}{number}")
            for name, shape in problem.shapes.items()
        }  # fmt: skip
        derived = eval(code, language, arrays)
        for variable in problem.variables:
            derived = derived.diff(arrays[variable])
        return derived, arrays

    def array(number: int) -> Any:
        arrays = {
            name: sympy.MatrixSymbol(f"{name}{mark}{number}", *(language[d] for d in shape), *[1] * (2 - len(shape)))
            if shape else sympy.Symbol(f"{name}{mark}{number}")
            for name, shape in problem.shapes.items()
        }  # fmt: skip
        derived = convert_matrix_to_array(eval(code, language, arrays))
        for variable in problem.variables:
            derived = array_derive(derived, arrays[variable])
        return derived, arrays

    def indexed(number: int) -> Any:
        arrays = {
            name: sympy.IndexedBase(f"{name}{mark}{number}") if shape else sympy.Symbol(f"{name}{mark}{number}")
            for name, shape in problem.shapes.items()
        }
        derived = eval(code, language, ranges | arrays)
        for variable, at in zip(problem.variables, _places(problem), strict=True):
            derived = derived.diff(arrays[variable][at])
            if route == "indexed":
                derived = derived.doit()
        return derived, arrays

    return {"matrix": matrix, "array": array}.get(route, indexed)


def _axes(text: str, shapes: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """The dimension of each index of a form, from where it stands alone."""
    found: dict[str, str] = {}
    for name, inside in re.findall(r"(\w)\[([^\]]*)\]", text):
        for index, dimension in zip(inside.split(","), shapes[name], strict=True):
            found.setdefault(index.strip(), dimension)
    return {i: d for i, d in found.items() if i in LIMITS}


def _places(problem: Problem) -> list[tuple[Any, ...]]:
    """The component in which each derivative is taken."""
    import sympy

    return [
        tuple(sympy.Symbol(f"{'abcd'[axis]}{order}", integer=True) for axis in range(len(problem.shapes[variable])))
        for order, variable in enumerate(problem.variables)
    ]


def _answer(
    problem: Problem, route: str, text: str, derived: Any, arrays: dict[str, Any], point: dict[str, Any]
) -> Any:
    """Its value there, with the axes of the output, then of each variable."""
    import numpy as np

    language = _language()
    known: dict[Any, Any] = {language[d]: size for d, size in SIZES.items()}
    for name, shape in problem.shapes.items():
        value = np.array(point[name], dtype=float)
        known[arrays[name]] = value.reshape(-1, 1) if len(shape) == 1 and route in ("matrix", "array") else value
    if route in ("matrix", "array"):
        value = np.squeeze(value_of(derived, known))
        counts = [len(problem.shapes[v]) for v in problem.variables]
        # axes of the variables, the last first, then the output's
        starts = [sum(counts[k + 1 :]) for k in range(len(counts))]
        taken = [list(range(s, s + c)) for s, c in zip(starts, counts, strict=True)]
        output = list(range(sum(counts), value.ndim))
        if value.ndim < sum(counts):
            raise ValueError(f"an array of {value.ndim} axes")
        return value.transpose(output + list(itertools.chain(*taken)))
    axes = _axes(text, problem.shapes)
    bound = {i for i in axes if re.search(rf"\b{LIMITS[i]}\b", text) or f"({i}, 0" in text}
    free = [i for i in axes if i not in bound]
    symbols = [language[i] for i in free] + list(itertools.chain(*_places(problem)))
    sizes = [SIZES[axes[i]] for i in free] + [SIZES[d] for v in problem.variables for d in problem.shapes[v]]
    for place, (symbol, size) in enumerate(zip(symbols, sizes, strict=True)):
        known[symbol] = np.arange(size).reshape([-1 if k == place else 1 for k in range(len(sizes))])
    return np.broadcast_to(value_of(derived, known), sizes)


def _chain(question: dict[str, Any]) -> dict[str, Any]:
    """The Jacobian in the input of so many tanh layers, in components with deltas.

    The matrix and the array route fail from two layers on, and `doit` takes a minute for six.
    """
    import sympy

    layers = question["layers"]
    sizes = sympy.symbols(f"n0:{layers + 1}", integer=True, positive=True)
    indices = sympy.symbols(f"i0:{layers + 1}", integer=True)
    at = sympy.Symbol("a", integer=True)

    def work(number: int) -> Any:
        first = sympy.IndexedBase(f"x{number}")
        output = first[indices[0]]
        for k in range(layers):
            weights = sympy.IndexedBase(f"W{k}_{number}")[indices[k + 1], indices[k]]
            output = sympy.tanh(sympy.Sum(weights * output, (indices[k], 0, sizes[k] - 1)))
        return output.diff(first[at])

    seconds, derived = timed(work, question["rounds"], question["limit"])
    return {"seconds": seconds, "length": len(str(derived))}


if __name__ == "__main__":
    serve(_start)
