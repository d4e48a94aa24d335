"""One way of computing derivatives, asked for a problem and a size at a time: seconds, memory, and what the answer is.

numpy, jax, torch  what einsight generates; by JAX under `jit`
structured         the same for NumPy, with what stands on diagonals kept apart
hand               NumPy as one writes it
jax-…, torch-…     automatic differentiation: jacfwd, jacrev, hessian, in JAX under `jit`
"""

from __future__ import annotations

import hashlib
import resource
import sys
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from .code_problems import PROBLEMS, Problem
from .workers import serve, timed

PROBES = 3  # random sums of the entries, by which answers are compared
Run = Callable[[dict[str, Any]], Any]


def arguments(problem: Problem, n: int) -> dict[str, Any]:
    """The same numbers in every process, of the size that keeps sums of n products about 1."""
    import numpy

    seed = int(hashlib.sha256(f"{problem.name} {n}".encode()).hexdigest()[:8], 16)
    generator = numpy.random.default_rng(seed)
    return {
        name: generator.normal(size=shape) / (shape[-1] ** 0.5 if len(shape) == 2 else 1)
        for name, shape in problem.shapes(n).items()
    }


def probes(answer: Any) -> list[float]:
    """Sums of all entries times random numbers, and their count."""
    import numpy

    flat = numpy.ascontiguousarray(answer).ravel()
    generator = numpy.random.default_rng(flat.size)
    return [float(flat.size), *(float(flat @ generator.standard_normal(flat.size)) for _ in range(PROBES))]


def _generated(problem: Problem, target: str, **options: Any) -> Run:
    import einsight

    variables = [problem.wrt] * problem.order if problem.order > 1 else problem.wrt
    source = einsight.derive(problem.expression, variables, problem.declare).to(target, **options)
    scope: dict[str, Any] = {}
    exec(compile(source, "<generated>", "exec"), scope)  # noqa: S102 - our own text
    function = scope["derivative"]
    names = function.__code__.co_varnames[: function.__code__.co_kwonlyargcount]
    if target == "jax":
        import jax

        function = jax.jit(function)
    return lambda given: function(**{name: given[name] for name in names})


def filled(values: Any, patterns: Any, shape: Sequence[int]) -> Any:
    """The array that a structured result stands for."""
    import numpy

    whole = numpy.zeros(shape)
    for value, pattern in [(values, patterns)] if isinstance(patterns, str) else zip(values, patterns, strict=True):
        letters, _, axes = pattern.partition("->")
        kept = "".join(dict.fromkeys(axes))
        factors = value if "," in letters else (value,)
        product = numpy.ones([shape[axes.index(letter)] for letter in kept])
        for factor, given in zip(factors, letters.split(","), strict=True):
            product *= numpy.einsum(f"{given}->{''.join(c for c in kept if c in given)}", factor)[
                tuple(slice(None) if letter in given else None for letter in kept)
            ]
        (numpy.einsum(f"{axes}->{kept}", whole) if axes else whole)[...] += product
    return whole


def _jax_library() -> tuple[Any, Any]:
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax, SimpleNamespace(tanh=jax.numpy.tanh, softplus=jax.nn.softplus, softmax=lambda x: jax.nn.softmax(x, -1))


def _torch_library() -> tuple[Any, Any]:
    import torch

    functions = torch.nn.functional
    return torch, SimpleNamespace(tanh=torch.tanh, softplus=functions.softplus, softmax=lambda x: torch.softmax(x, -1))


def _automatic(problem: Problem, how: str, transforms: Any, library: Any) -> Run:
    """By a transform of the library; a Hessian by `jacfwd` and `jacrev` is that of the gradient."""

    def function(variable: Any, given: dict[str, Any]) -> Any:
        return problem.function(library, **{**given, problem.wrt: variable})

    if problem.order == 2:
        derivative = (
            transforms.hessian(function) if how == "hessian" else getattr(transforms, how)(transforms.grad(function))
        )
    else:
        derivative = getattr(transforms, how)(function)
    return lambda given: derivative(given[problem.wrt], given)


def start(way: str) -> tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]:
    import numpy

    kind, _, how = way.partition("-")
    make: Callable[[Any], Any] = numpy.asarray
    wait: Callable[[Any], Any] = lambda answer: answer  # noqa: E731 - replaced below
    about: dict[str, Any] = {"version": numpy.__version__}
    library: Any = None
    if kind == "jax":
        jax, library = _jax_library()
        make, wait, about = jax.numpy.asarray, jax.block_until_ready, {"version": jax.__version__}
    elif kind == "torch":
        torch, library = _torch_library()
        make, about = torch.as_tensor, {"version": torch.__version__}
    if kind != "hand" and not how:
        import einsight  # noqa: F401 - imported before anything is measured

    def prepare(problem: Problem) -> Run:
        if kind == "hand":
            return lambda given: problem.hand(numpy, **given)
        if kind == "structured":
            return _generated(problem, "numpy", structured=True)
        if not how:
            return _generated(problem, kind)
        if kind == "jax":
            return jax.jit(_automatic(problem, how, jax, library))
        return _automatic(problem, how, torch.func, library)

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        problem = next(p for p in PROBLEMS if p.name == question["problem"])
        if how == "hessian" and problem.order == 1:
            return {"cannot": "a first derivative"}
        n = question["n"]
        run = prepare(problem)
        given = {name: make(array) for name, array in arguments(problem, n).items()}
        before = _memory()
        result = wait(run(given))
        seconds, _ = timed(lambda _: wait(run(given)), question["rounds"], question["limit"])
        peak = _memory() - before
        if kind == "structured":
            values, patterns = result
            result = filled(values, patterns, question["shape"])
        return {
            "seconds": seconds,
            "peak": peak,
            "shape": list(numpy.shape(result)),
            "probes": probes(numpy.asarray(result)),
        }

    return about, answer


def _memory() -> int:
    """The most bytes that this process has held; sizes that rise show what each needs."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    serve(lambda: start(sys.argv[1]))
