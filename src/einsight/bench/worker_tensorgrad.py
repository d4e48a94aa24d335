"""tensorgrad, asked for derivations: `Derivative(expression, variable).full_simplify()`, as its pages do.

Its answers are evaluated here, since its own evaluation needs named tensors, which newer releases of torch lack.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from .problems import PROBLEMS, SIZES, Problem
from .workers import serve, timed

# a line each: problem | expression | edges of the output | edges of arrays, where they are not called like the dimensions.
# `@` contracts the edges of the same name, `*` multiplies along them.
# The rows of `F.inverse(Q)` are the edge that the columns of Q are.
FORMS = """
matrix times vector | W @ x | n | -
matrix times vector, in the matrix | W @ x | n | -
transposed matrix times vector | W @ y | m | -
dot product | a @ x | - | -
affine map | W @ x + b | n | -
sum of a product | F.sum(W @ x) | - | -
bilinear form | y @ A @ x | - | -
bilinear form, in the matrix | y @ A @ x | - | -
bilinear form, in the row | y @ A @ x | - | -
two matrices between vectors | y @ A @ B @ x | - | -
outer product | x @ y | n m | -
elementwise product | a * x | m | -
trilinear form | T @ x @ y @ z | - | -
quadratic form | x @ A @ x.rename(i='j') | - | A i j, x i
quadratic form in indices | x @ A @ x.rename(i='j') | - | A i j, x i
quadratic form, in the matrix | x @ A @ x.rename(i='j') | - | A i j, x i
symmetric quadratic form | x @ S @ x.rename(i='j') | - | S i j, x i
squared length | F.frobenius2(x) | - | -
least squares | F.frobenius2(W @ x - y) | - | -
least squares, in the matrix | F.frobenius2(W @ x - y) | - | -
least squares in indices | F.frobenius2(W @ x - y) | - | -
ridge regression | F.frobenius2(W @ x - y) + c*F.frobenius2(x) | - | -
weighted least squares | (W @ x - y) @ A @ (W @ x - y).rename(n='k') | - | A n k
square of a quadratic form | (x @ A @ x.rename(i='j'))**2 | - | A i j, x i
trace of a product | A @ X | - | -
squared Frobenius norm | F.frobenius2(X) | - | -
trace of three factors | A @ X @ B | - | -
trace of a quadratic form | X @ A @ X.rename(n='k') | - | A n k
trace of a cube | Q @ Q.rename(i='j', j='k') @ Q.rename(i='k', j='i') | - | Q i j
trace with two sides | A @ Q @ B @ Q.rename(j='i', k='l') | - | A i j, Q j k, B k l
trace in indices | A @ X @ B | - | -
factorisation | F.frobenius2(T - U @ V) | - | -
determinant | F.det(Q) | - | Q i j
logarithm of a determinant | F.log(F.det(Q)) | - | Q i j
logarithm of a Gram determinant | F.log(F.det(X @ X.rename(n='k'))) | - | -
determinant of a product | F.det(A @ Q @ B) | - | A i j, Q j k, B k l
inverse | F.inverse(Q) | j i | Q i j
inverse in a form | x @ F.inverse(Q) @ y | - | Q i j, x j, y i
trace of an inverse | A @ F.inverse(Q) | - | Q i j, A i j
trace of an inverse in indices | A @ F.inverse(Q) | - | Q i j, A i j
Gaussian, in the mean | -(x - a) @ F.inverse(R) @ (x - a).rename(j='i')/2 | - | R i j, x j, a j
tanh layer | F.tanh(W @ x) | n | -
tanh layer in indices | F.tanh(W @ x + b) | n | -
sigmoid layer, in the weights | F.sigmoid(W @ x + b) | n | -
relu layer, summed | F.sum(F.relu(W @ x)) | - | -
two layers | V @ F.tanh(W @ x + b) | p | -
exponentials | F.exp(W @ x) | n | -
squares in indices | (W @ x)**2 | n | -
logistic regression | F.sum(F.log(1 + F.exp(X @ w))) - y @ X @ w | - | -
Poisson regression | F.sum(F.exp(X @ w)) - y @ X @ w | - | -
two layers, in the first weights | F.frobenius2(V @ F.tanh(W @ x + b) - y) | - | -
two layers, in the bias | F.frobenius2(V @ F.tanh(W @ x + b) - y) | - | -
two layers in indices | F.frobenius2(V @ F.tanh(W @ x + b) - y) | - | -
one layer in indices | F.frobenius2(F.tanh(W @ x) - y) | - | -
smooth absolute loss | F.sum(F.sqrt(1 + (X @ w - y)**2)) | - | -
Kullback-Leibler divergence | F.sum(a*F.log(a/x)) | - | -
softmax | F.softmax(x, dim='m') | m | -
softmax of a product | F.softmax(A @ x, dim='n') | n | -
logsumexp | F.log(F.sum(F.exp(A @ x))) | - | -
logsumexp in indices | F.log(F.sum(F.exp(A @ x))) | - | -
cross-entropy | -y @ F.log(F.softmax(x, dim='m')) | - | -
softmax regression, in the weights | F.log(F.sum(F.exp(A @ x))) - y @ A @ x | - | -
attention with one query | F.softmax(A @ x, dim='n') @ B @ y | - | -
norm | F.sqrt(F.frobenius2(x)) | - | -
norm in indices | F.sqrt(F.frobenius2(x)) | - | -
normalised vector | x/F.sqrt(F.frobenius2(x)) | m | -
norm of a residual | F.sqrt(F.frobenius2(W @ x - y)) | - | -
cosine similarity | a @ x/F.sqrt(F.frobenius2(a)*F.frobenius2(x)) | - | -
Frobenius norm | F.sqrt(F.frobenius2(X)) | - | -
variance | F.mean((x - F.mean(x, dim='m', keepdims=True))**2, dim='m') | - | -
quadratic form, Hessian | x @ A @ x.rename(i='j') | - | A i j, x i
least squares, Hessian | F.frobenius2(W @ x - y) | - | -
logistic regression, Hessian | F.sum(F.log(1 + F.exp(X @ w))) | - | -
exponentials in indices, Hessian | F.sum(F.exp(W @ x)) | - | -
logsumexp, Hessian | F.log(F.sum(F.exp(x))) | - | -
norm, Hessian | F.sqrt(F.frobenius2(x)) | - | -
cubes in indices, Hessian | F.sum(x**3) | - | -
bilinear form, mixed | y @ A @ x | - | -
matrix product | A @ X @ B | p q | -
matrix product in indices | A @ X @ B | p q | -
Gram matrix | X @ X.rename(m='k') | m k | -
square of a matrix | Q @ Q.rename(i='j', j='k') | i k | Q i j
elementwise product of matrices | A * X | n m | -
tanh of a product | F.tanh(A @ X) | p m | -
contraction | T @ x | n m | -
contraction, in the tensor | T @ x @ y | n | -
quartic form | T @ x @ x.rename(i='j') @ x.rename(i='k') @ x.rename(i='l') | - | T i j k l, x i
CP decomposition | F.frobenius2(G - F.sum(U*V*W, dim='q')) | - | -
Tucker decomposition | F.frobenius2(G - C @ U @ V @ W) | - | C q r c, W c p
stress of a tensor | T @ E | i j | T i j k l, E k l
convolution, in the kernel | F.frobenius2(u - w @ F.Convolution(r, q, p) @ v) | - | -
convolution, in the signal | F.frobenius2(u - w @ F.Convolution(r, q, p) @ v) | - | -
"""


def _read() -> dict[str, tuple[str, list[str], dict[str, list[str]]]]:
    found = {}
    for line in filter(None, FORMS.splitlines()):
        name, expression, output, arrays = line.split(" | ")
        edges = {words[0]: words[1:] for words in map(str.split, arrays.split(", "))}
        found[name] = (expression, [] if output == "-" else output.split(), edges)
    return found


TEXTS = _read()


def _start() -> tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]:
    from importlib.metadata import version

    import tensorgrad  # noqa: F401

    tasks = {"derive": _derive, "chain": _chain}
    return {"version": version("tensorgrad")}, lambda question: tasks[question["task"]](question)


@cache
def _language() -> dict[str, Any]:
    import sympy
    import tensorgrad.functions

    return {"F": tensorgrad.functions, **{d: sympy.Symbol(d) for d in SIZES}}


def _derive(question: dict[str, Any]) -> dict[str, Any]:
    """Seconds of some rounds with fresh names, and the value of the answer."""
    import tensorgrad

    problem = next(p for p in PROBLEMS if p.name == question["name"])
    if problem.name not in TEXTS:
        return {"cannot": "not expressed in it"}
    text, output, given = TEXTS[problem.name]
    language, code = _language(), compile(text, problem.name, "eval")
    edges = {name: given.get(name, list(shape)) for name, shape in problem.shapes.items()}

    def work(number: int) -> Any:
        arrays = {name: _variable(problem, name, edges[name], f"{question['mark']}{number}") for name in problem.shapes}
        derived = eval(code, language, arrays)
        for order, variable in enumerate(problem.variables, 1):
            derived = tensorgrad.Derivative(derived, arrays[variable], {e: e + "_" * order for e in edges[variable]})
        return derived.full_simplify(), arrays

    seconds, (derived, arrays) = timed(work, question["rounds"], question["limit"])
    found = {"seconds": seconds, "text": " ".join(str(derived).split())[:200]}
    if "point" in question:
        wanted = output + [e + "_" * k for k, v in enumerate(problem.variables, 1) for e in edges[v]]
        values = {arrays[name].name: value for name, value in question["point"].items()}
        try:
            found["answer"] = _aligned(_value(derived, values), wanted).tolist()
        except Exception as error:
            found["unknown"] = f"{type(error).__name__}: {error}"[:200]
    return found


def _variable(problem: Problem, name: str, edges: list[str], mark: str) -> Any:
    import tensorgrad

    language = _language()
    sizes = {edge: language[d] for edge, d in zip(edges, problem.shapes[name], strict=True)}
    variable = tensorgrad.Variable(name + mark, **sizes)
    symmetric = any(words.split()[0] == name and "symmetric" in words for words in problem.arrays)
    return variable.with_symmetries(" ".join(edges)) if symmetric else variable


def _aligned(named: tuple[Any, list[str]], wanted: list[str]) -> Any:
    array, edges = named
    return array.transpose([edges.index(e) for e in wanted])


def _value(tensor: Any, values: dict[str, Any]) -> tuple[Any, list[str]]:
    """The array of a tensor, and the names of its axes."""
    import numpy as np

    name = type(tensor).__name__
    edges, sizes = list(tensor.edges), [SIZES[str(d)] for d in tensor.shape.values()]
    if name == "Variable":
        return np.array(values[tensor.name], dtype=float), list(tensor.shape)
    if name == "Rename":
        array, inner = _value(tensor.tensor, values)
        return array, [tensor.mapping.get(e, e) for e in inner]
    if name == "Zero":
        return np.zeros(sizes), edges
    if name == "Delta":
        if not edges:
            return np.asarray(float(SIZES[str(tensor.size)])), []
        array = np.zeros(sizes)
        array[(np.arange(sizes[0]),) * len(sizes)] = 1
        return array, edges
    if name == "Convolution":
        return _convolution(tensor)
    if name == "Sum":
        parts = [_aligned(_value(t, values), edges) for t in tensor.terms]
        total = np.zeros(sizes)
        for weight, part in zip(tensor.weights, parts, strict=True):
            total = total + float(weight) * part
        return total, edges
    if name == "Product":
        letters: dict[str, int] = {}
        operands: list[Any] = []
        for factor in tensor.factors:
            array, inner = _value(factor, values)
            operands += [array, [letters.setdefault(e, len(letters)) for e in inner]]
        return np.asarray(np.einsum(*operands, [letters[e] for e in edges]) if operands else 1.0), edges
    if name == "Function":
        return _function(tensor, values)
    raise NotImplementedError(f"{name} has no value")


def _convolution(tensor: Any) -> tuple[Any, list[str]]:
    """1 where the place in the input is that in the kernel plus that in the output."""
    import numpy as np

    edges = [tensor.input_name, tensor.kernel_name, tensor.output_name]
    first, second, third = np.indices([SIZES[str(tensor.shape[e])] for e in edges])
    return (first == second + third).astype(float), edges


def _function(tensor: Any, values: dict[str, Any]) -> tuple[Any, list[str]]:
    import numpy as np

    signature = tensor.signature
    array, edges = _value(tensor.inputs[0], values)
    name = signature.name.partition("(")[0]
    if name == "pow":
        return array ** float(signature.k), edges
    if name in ("exp", "log", "tanh", "sign", "abs"):
        return getattr(np, name)(array), edges
    if name in ("relu", "gt0"):
        return np.where(array > 0, array if name == "relu" else 1.0, 0.0), edges
    if name in ("inv", "det"):
        (used,) = signature.inputs
        rest = [e for e in edges if e not in used]
        rows, columns = [e for e in edges if e in used]
        array = _aligned((array, edges), [*rest, rows, columns])
        if name == "det":
            return np.linalg.det(array), rest
        return np.linalg.inv(array), [*rest, columns, rows]
    raise NotImplementedError(f"{signature.name} has no value")


def _chain(question: dict[str, Any]) -> dict[str, Any]:
    """The Jacobian in the input of so many tanh layers."""
    import sympy
    import tensorgrad

    layers, functions = question["layers"], _language()["F"]
    sizes = sympy.symbols(f"n0:{layers + 1}")

    def work(number: int) -> Any:
        first = output = tensorgrad.Variable(f"x{number}", sizes[0])
        for k in range(layers):
            output = functions.tanh(tensorgrad.Variable(f"W{k}_{number}", sizes[k + 1], sizes[k]) @ output)
        return tensorgrad.Derivative(output, first, {"n0": "n0_"}).full_simplify()

    seconds, derived = timed(work, question["rounds"], question["limit"])
    return {"seconds": seconds, "length": len(str(derived))}


if __name__ == "__main__":
    serve(_start)
