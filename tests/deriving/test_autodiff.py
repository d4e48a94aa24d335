"""Derivatives against JAX: one random tree is written in matrix notation, in index notation, and as a function.

Nothing of einsight decides what a tree means: its value is computed with `jax.numpy`, its derivative by automatic
differentiation.  Both texts, the index form and the matrix form of the answer must agree with that.

The default run takes a few; `EINSIGHT_CAMPAIGN=10000 pytest -m campaign tests/deriving/test_autodiff.py -s` as many as it says.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import statistics
import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy
import pytest
from thinning import part_in, part_of, rest_in_campaigns

import einsight
from einsight.lowering.reach import with_reach

jax = pytest.importorskip("jax")

from trees import (  # noqa: E402 - needs JAX
    BY_SHAPE,
    DEFINED,
    PROPERTIES,
    SIZES,
    TENSORS,
    VARIABLES,
    Gardener,
    Node,
    Style,
    Unwritable,
    leaf,
    shared,
    subscript,
)  # fmt: skip

jnp = jax.numpy


def points(seed):
    """Arrays for all tensors, with their properties."""
    generator = numpy.random.default_rng(seed)
    values = {}
    for name, dims in TENSORS.items():
        array = 0.8 * generator.standard_normal([SIZES[d] for d in dims])
        kind = PROPERTIES.get(name, "")
        if kind == "positive":
            array = numpy.exp(array)
        elif kind == "positive-definite":
            array = array @ array.T + numpy.eye(len(array))
        elif kind == "orthogonal":
            array = numpy.linalg.qr(array)[0]
        values[name] = project(name, array)
    return values


def project(name, array):
    """The nearest array with the properties of a tensor, through which it is differentiated."""
    kind = PROPERTIES.get(name, "")
    if kind in ("symmetric", "positive-definite"):
        return (array + array.T) / 2
    if kind == "antisymmetric":
        return (array - array.T) / 2
    return array * numpy.eye(len(array)) if kind == "diagonal" else array


def space(dims):
    return f"R^({' x '.join(dims)})" if dims else "R"


@dataclass(frozen=True)
class Problem:
    seed: int
    tree: Node
    wrt: tuple[str, ...]
    layout: str

    def jacobian(self, values):
        def function(*variables):
            env = dict(values)
            env.update((name, project(name, v)) for name, v in zip(names, variables, strict=True))
            return self.tree.value(env)

        names = tuple(dict.fromkeys(self.wrt))
        derivative = function
        for place, name in enumerate(self.wrt):
            mode = jax.jacrev if self.seed % 2 and not place else jax.jacfwd
            derivative = mode(derivative, names.index(name))
        return derivative(*(values[n] for n in names))

    def definitions(self):
        """The shared parts, each after those that it uses."""
        found = {n.name: n for n in self.tree.walk() if n.name in DEFINED}
        return [found[name] for name in DEFINED if name in found]

    def declare(self, style):
        used = {n.name.rstrip("!") for n in self.tree.walk()} | set(self.wrt)
        lines = []
        for name, dims in TENSORS.items():
            if name in used:
                lines.append(f"{name} in {space(dims)} {PROPERTIES.get(name, '')}".strip())
        for node in self.definitions():
            (body,) = node.parts
            lines.append(write(node.name, body, style, style.one("matrix", "index"), always=True))
        return "; ".join(lines)


SUBSCRIPTS = re.compile(r"_\{([^}]*)\}|_(\w+)|\[([^\]]*)\]")


def write(name, tree, style, notation, always=False):
    """The text of a tree; with a left side where the order or the number of its axes needs one."""
    style.taken, style.spent = [], set()
    if notation == "matrix":
        try:
            text = tree.matrix(style).text
        except Unwritable:
            if not always:
                raise
            return write(name, tree, style, "index", always)
        return f"{name} = {text}" if always or style.chance(0.1) else text
    free = tuple(style.letter() for _ in tree.dims)
    text = tree.index(style, free)
    if any(i not in text.uses for i in free):
        raise Unwritable
    order = [i for i in "".join(sum(SUBSCRIPTS.findall(text.text), ())) if i in free]
    bare = all(text.uses[i] == 1 for i in free) and list(dict.fromkeys(order)) == list(free)
    if always or not bare or style.chance(0.3):
        return f"{name}{'_{' + ','.join(free) + '}' if free else ''} = {text.text}"
    return text.text


def problem(seed):
    garden = Gardener(seed)
    choose = garden.random
    order = 2 if choose.random() < 0.2 else 1
    for name in DEFINED[: choose.choice([0, 0, 0, 1, 1, 2])]:
        dims = choose.choice([(), ("m",), ("n",), ("n",), ("n", "m")])
        garden.defined.append(shared(garden.tree(dims, choose.choice([1, 2])), name=name))
    depth = choose.choice([1, 2, 2, 3]) if order == 1 else choose.choice([1, 2])
    dims = choose.choice([(), (), (), (garden.dim(),), (garden.dim(),), (garden.dim(), garden.dim())])
    tree = garden.tree(dims, depth if len(dims) < 2 else min(depth, 2))
    inside = [n.name.rstrip("!") for n in tree.walk() if n.name.rstrip("!") in VARIABLES]
    wrt = []
    for _ in range(order):
        wrt.append(choose.choice(inside) if inside and choose.random() < 0.95 else choose.choice(VARIABLES))
    if order == 2 and choose.random() < 0.6:
        wrt = wrt[:1] * 2
    return Problem(seed, tree, tuple(wrt), choose.choice(["numerator", "denominator", "mixed"]))


# ---------------------------------------------------------------------------------------------- judgement


@dataclass(frozen=True)
class Outcome:
    """What became of one text: `compared`, `refused` (with `message`), `failed` (with `message`) or `skipped`."""

    kind: str
    message: str = ""
    seconds: float = 0.0
    matrix: bool = False
    input: str = ""

    @property
    def wrong(self):
        """A refusal is right only of what is not supported, or too much."""
        return self.kind == "failed" or self.kind == "refused" and not self.message.startswith(("EIN002", "EIN502"))


def close(found, expected):
    found = numpy.asarray(found)
    if found.shape != expected.shape:
        return False
    scale = 1 + numpy.max(numpy.abs(expected), initial=0)
    return bool(numpy.all(numpy.abs(found - expected) <= 1e-7 * scale))


def laid_out(jacobian, output, wrt, layout):
    """The jacobian as a matrix with its shape, as the layout has it; None where the table of layouts has no entry."""
    dims = output + sum((tuple(TENSORS[w]) for w in wrt), ())
    first, last = tuple(TENSORS[wrt[0]]), tuple(TENSORS[wrt[-1]])
    if len(dims) > 2:
        # rows over what is differentiated, columns over the variable, each column by column
        split = len(dims) - len(last)
        if not 1 <= split <= 2 or not last or len(last) > 2:
            return None
        sides = [range(split)[::-1], range(split, len(dims))[::-1]]
        if layout == "denominator":
            sides.reverse()
        array = jacobian.transpose(*sides[0], *sides[1])
        rows = int(numpy.prod(array.shape[: len(sides[0])]))
        return array.reshape(rows, -1), tuple("·".join(dims[k] for k in side) for side in sides)
    if layout == "gradient":
        return jacobian, (*dims, "1") if len(dims) == 1 else dims
    if len(wrt) == 1 and len(dims) == 2:
        turn = {0: layout == "numerator", 1: layout == "denominator", 2: layout == "denominator"}[len(output)]
        return (jacobian.T, dims[::-1]) if turn else (jacobian, dims)
    if len(dims) == 1:
        if len(wrt) == 1:
            row = layout == "numerator" if not output else layout == "denominator"
        else:
            row = not output and not first  # the jacobian of a derivative by a number
        return jacobian, ("1", *dims) if row else (*dims, "1")
    if len(wrt) == 2 and len(dims) == 2 and not output and not first:
        return jacobian.T, dims[::-1]
    return jacobian, dims


def jacobians(problems):
    """The derivatives of some problems, compiled in one go, since compiling is what takes the time."""
    # quick code for tiny arrays
    options = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
    values = [points(p.seed) for p in problems]
    run = jax.jit(
        lambda arrays: [(p.tree.value(dict(v)), p.jacobian(v)) for p, v in zip(problems, arrays, strict=True)]
    )
    found = run.lower(values).compile(compiler_options=options)(values)
    jax.clear_caches()
    # where the function has no value it has no derivative
    return [numpy.asarray(j) if numpy.all(numpy.isfinite(f)) else numpy.full(j.shape, numpy.nan) for f, j in found]


def asked(problem, text, style):
    """The arguments of `derive`, in one of the ways in which one may ask, and whether it is a gradient."""
    wrt = list(problem.wrt)
    (x, *others) = wrt
    whole = " = " not in text and "_" not in re.sub(r"_\{?\d+\}?", "", text) and "[" not in text
    if whole and style.chance(0.15):
        if not others:
            if not problem.tree.dims and style.chance(0.4):
                return (style.one(f"∇_{x} ({text})", f"grad({text}, {x})"), None, 1), True
            return (style.one(f"d/d{x} ({text})", f"∂/∂{x} ({text})", f"jac({text}, {x})"), None, 1), False
        if others == [x] and not problem.tree.dims and len(TENSORS[x]) < 2:
            return (style.one(f"d^2/d{x}^2 ({text})", f"hess({text}, {x})"), None, 1), True
    if style.chance(0.15):
        letters = iter("αβγδεζ" if "δ" not in text else "ABEFGH")
        wrt = [w + (subscript(style, [next(letters) for _ in TENSORS[w]]) if TENSORS[w] else "") for w in wrt]
    elif others == [x] and style.chance(0.5):
        return (text, x, 2), False
    return (text, wrt if others or style.chance(0.5) else wrt[0], 1), False


def judge(problem, notation, jacobian, style_seed=0):
    """Write a problem in one notation, derive, and compare."""
    style = Style(f"{problem.seed} {notation} {style_seed}")
    try:
        declare = problem.declare(style)
        text = write("F", problem.tree, style, notation)
    except Unwritable:
        return Outcome("unwritten")
    (text, wrt, order), gradient = asked(problem, text, style)
    layout = "gradient" if gradient else problem.layout
    return judge_text(problem, text, wrt, declare, order, layout, jacobian, style, f"{problem.seed} {notation}: ")


def judge_text(problem, text, wrt, declare, order, layout, jacobian, style, label=""):
    told = f"{label}einsight.derive({text!r}, {wrt!r}, {declare!r}, {order}, {problem.layout!r})"
    if not numpy.all(numpy.isfinite(jacobian)) or numpy.max(numpy.abs(jacobian), initial=0) > 1e6:
        return Outcome("skipped", input=told)
    start = time.perf_counter()
    try:
        derived = einsight.derive(text, wrt, declare, order, problem.layout)
    except einsight.EinsightError as error:
        return Outcome("refused", "; ".join(f"{d.code} {d.message}" for d in error.diagnostics), input=told)
    except Exception as error:
        return Outcome("failed", f"raised {type(error).__name__}: {error}", input=told)
    seconds = time.perf_counter() - start
    wrong = []
    for look in judgements(problem, derived, declare, jacobian, layout, style):
        try:
            with numpy.errstate(all="ignore"):
                wrong.append(look())
        except Exception as error:
            if "no array has the dimension" in str(error):
                return Outcome("skipped", input=told)  # the derivative depends on no array of that size
            wrong.append(f"{look.args[-1]}: {type(error).__name__}: {error}")
    wrong = [w for w in wrong if w]
    if wrong:
        return Outcome("failed", "\n  ".join(wrong), seconds, derived.matrix is not None, told)
    return Outcome("compared", "", seconds, derived.matrix is not None, told)


def judgements(problem, derived, declare, jacobian, layout, style):
    """What is to be compared; each returns what is wrong, or None."""
    values = points(problem.seed)
    dims = problem.tree.dims + sum((tuple(TENSORS[w]) for w in problem.wrt), ())
    yield partial(judge_value, derived, values, jacobian, dims, "the value")
    if derived.shape == dims:
        told = f"the index form `{derived.index}`"
        yield partial(judge_form, derived.index, derived.free, declare, values, jacobian, dims, told)
        expected = laid_out(jacobian, problem.tree.dims, problem.wrt, layout)
        if derived.matrix is not None and expected is not None:
            told = f"the matrix form `{derived.matrix}`"
            yield partial(judge_matrix, derived.matrix, derived.matrix_shape, declare, values, *expected, told)
        if derived.gradient is not None and len(dims) in (1, 2):
            own = dims if len(dims) == 2 else (*dims, "1")
            told = f"the gradient `{derived.gradient}`"
            yield partial(judge_matrix, derived.gradient, own, declare, values, jacobian, own, told)
        if style.chance(0.1):
            yield partial(judge_others, derived, values, jacobian, "other forms")


def judge_value(derived, values, expected, dims, told):
    if derived.shape != dims:
        return f"{told} has shape {derived.shape}, not {dims}"
    return differ(told, derived.evaluate(values), expected)


def judge_form(text, free, declare, values, expected, dims, told):
    """The index form read back; a zero of the same shape tells the dimensions."""
    if with_reach(text):
        return f"{told} has a sum that is taken for a longer one"
    indices = f"_{{{','.join(free)}}}" if free else ""
    read = einsight.simplify(f"zzz{indices} = {text} + zz{indices}", f"{declare}; zz in {space(dims)}")
    return differ(told, read.evaluate({**values, "zz": numpy.zeros(expected.shape)}), expected)


def judge_matrix(text, shape, declare, values, expected, dims, told):
    """The matrix form read back, with its shape in this layout."""
    if text != "0":
        if (shape or ()) != dims:
            return f"{told} has shape {shape}, not {dims}"
        if dims and _is_number(text, declare):
            return f"{told} is a number, not an array"
    # a zero of the same shape tells the dimensions
    main, _, bindings = text.partition(" where ")
    if any("·" in d for d in dims):
        pairs = [("1", *d.split("·"))[-2:] for d in dims]
        shapes = [tuple(d for d in side if d != "1") for side in zip(*pairs, strict=True)]
        probe = " ⊗ ".join(f"zz{k + 1}{prime(side)}" for k, side in enumerate(zip(*pairs, strict=True)))
    else:
        shapes = [tuple(d for d in dims if d != "1")]
        probe = f"zz1{prime(dims)}"
    main = f"({main}) + ({probe})" + (f" where {bindings}" if bindings else "")
    read = einsight.simplify(main, "; ".join([declare, *(f"zz{k + 1} in {space(d)}" for k, d in enumerate(shapes))]))
    zeros = {f"zz{k + 1}": numpy.zeros([SIZES[d] for d in shape]) for k, shape in enumerate(shapes)}
    found = read.evaluate({**values, **zeros})
    if any("·" in d for d in dims):
        found = found.reshape(expected.shape)
    return differ(told, found, expected)


def prime(dims):
    return "'" if dims and dims[0] == "1" else ""


def judge_others(derived, values, expected, told):
    """The steps end in the answer, and the source computes it."""
    scope = {}
    exec(derived.to("numpy"), scope)
    function = scope["derivative"]
    names = function.__code__.co_varnames[: function.__code__.co_kwonlyargcount]
    problem = differ("the NumPy source", function(**{n: values[n] for n in names}), expected)
    steps = derived.steps
    if problem is None and steps and steps[-1].after not in (derived.index, derived.matrix):
        return f"the steps end in `{steps[-1].after}`, not in `{derived.index}`"
    derived.as_json(), derived.to("latex")
    return problem


def differ(told, found, expected):
    return None if close(found, expected) else f"{told} is {found}, not {expected}"


def _is_number(text, declare):
    try:
        return not einsight.simplify(text, declare).shape
    except einsight.EinsightError:
        return False  # as `I` alone


def smaller(tree):
    """Trees with one part replaced by something smaller of the same shape."""
    for part in tree.walk():
        if not part.parts and part.name != "mask":
            continue
        inside = [p for p in part.walk() if p is not part and p.dims == part.dims]
        names = [leaf(n) for n in BY_SHAPE.get(part.dims, [])[:3]]
        for other in (*inside, *names):
            yield tree.replaced(part, other, {})


def shrunk(problem, notation, outcome):
    """A problem as small as one finds that fails too."""
    size = lambda tree: sum(1 for _ in tree.walk())  # noqa: E731
    tried = 0
    going = True
    while going and tried < 100:
        going = False
        for tree in sorted(smaller(problem.tree), key=size):
            if size(tree) >= size(problem.tree):
                break
            tried += 1
            candidate = replace(problem, tree=tree)
            try:
                (jacobian,) = jacobians([candidate])
            except TypeError:  # a number without a derivative
                continue
            for style in range(3):
                found = judge(candidate, notation, jacobian, style)
                if _kind(found) == _kind(outcome):
                    problem, outcome, going = candidate, found, True
                    break
            if going:
                break
    return outcome


def _kind(outcome):
    """Failures and refusals are alike when their first messages are but for what they quote, and for numbers."""
    first = outcome.message.split("\n  ", 1)[0] if outcome.kind == "failed" else outcome.message
    return outcome.kind, re.sub(r"[-\d.]+", "0", re.sub(r"`[^`]*`", "`…`", first))[:80]


def survey(seeds):
    """The outcomes of some problems in both notations; failures are made small."""
    problems = [problem(seed) for seed in seeds]
    found = []
    for tried, jacobian in zip(problems, jacobians(problems), strict=True):
        for notation in ("matrix", "index"):
            outcome = judge(tried, notation, jacobian)
            if outcome.wrong:
                small = shrunk(tried, notation, outcome)
                if small.input != outcome.input:
                    outcome = replace(
                        outcome, message=f"{outcome.message}\n  smaller: {small.input}\n  {small.message}"
                    )
            found.append(outcome)
    return found


FOUND = [
    # what campaigns have found: text, variables, declarations, the same in Python, axes of the output
    ("x_1²", "x", "x in R^m", lambda x: x[0] ** 2, ""),
    ("W_12³", "W", "W in R^(n x m)", lambda W: W[0, 1] ** 3, ""),
    ("F_i = x_i²", "x", "x in R^m", lambda x: x**2, "m"),
    ("inv(2 I) x", "x", "x in R^m", lambda x: x / 2, "m"),
    ("F_i = inv(2 I)_ij x_j", "x", "x in R^m", lambda x: x / 2, "m"),
    ("inv(2 I(m)) x", "x", "x in R^m", lambda x: x / 2, "m"),
    ("tr(diag(z)^3)", "z", "z in R^p", lambda z: jnp.sum(z**3), ""),
    ("∑_{i,j,k} δ_ij δ_jk δ_ki z_i z_j z_k", "z", "z in R^p", lambda z: jnp.sum(z**3), ""),
    ("∑_{k=1}^4 (w_{k+1} - w_k)^2", "w", "w in R^5", lambda w: jnp.sum((w[1:] - w[:-1]) ** 2), ""),
    ("∑_{k=1}^2 w_k^2", "w", "w in R^5", lambda w: jnp.sum(w[:2] ** 2), ""),
    ("max(x, x)", "x", "x in R^m", lambda x: x, "m"),
    ("max(c + t, t + c)", "c", "c, t in R", lambda c, t: c + t, ""),
    ("logsumexp(S x)", "x x", "S in R^(m x m) symmetric; x in R^m", lambda S, x: jax.nn.logsumexp(S @ x), ""),
    ("c ∑_i 1/(q_i (1 + x_i^2))", "c", "c in R; q, x in R^m", lambda c, q, x: c * jnp.sum(1 / (q * (1 + x**2))), ""),
    ("c ∑_i sin(Q_ii) q_i", "c", "c in R; q in R^m; Q in R^(m x m)", lambda c, q, Q: c * jnp.diagonal(jnp.sin(Q)) @ q, ""),
    ("c ∑_i (1 + Q_ii^2)^c", "c", "c in R; Q in R^(m x m)", lambda c, Q: c * jnp.sum((1 + jnp.diagonal(Q) ** 2) ** c), ""),
    ("c tr(D)²", "c", "c in R; D in R^(m x m) diagonal", lambda c, D: c * jnp.trace(D) ** 2, ""),
    ("c tr(Q ⊗ B)", "c", "c in R; Q in R^(m x m); B in R^(n x n)", lambda c, Q, B: c * jnp.trace(Q) * jnp.trace(B), ""),
    ("O' diag(Q + 2 I)", "O", "O, Q in R^(m x m)", lambda O, Q: O.T @ (jnp.diagonal(Q) + 2), "m"),  # noqa: E741
    ("c relu(∑_{i,j} [i ≠ j] z_i z_j)", "c", "c in R; z in R^p", lambda c, z: c * jax.nn.relu(_off(z)), ""),
    ("c atan(∑_{i,j} [i ≠ j] z_i z_j)²", "c", "c in R; z in R^p", lambda c, z: c * jnp.arctan(_off(z)) ** 2, ""),
    ("det(x_1 B)", "x", "x in R^m; B in R^(n x n)", lambda x, B: jnp.linalg.det(x[0] * B), ""),
    ("diag(inv(tanh(W)' tanh(W) + I))", "W", "W in R^(n x m)", lambda W: jnp.diagonal(_gram(jnp.tanh(W))), "m"),
    ("F_ij = (∑_k b_k δ_ki) (∑_k z_k δ_kj)", "b", "b in R^n; z in R^p", lambda b, z: b[:, None] * z, "np"),
    ("(∑_{i,j} [i < j] B_ij) ∑_{i,j} [i < j] z_i z_j", "z", "z in R^p; B in R^(n x n)", lambda z, B: B[0, 1] * _off(z) / 2, ""),
    ("F = (∑_{i=1}^{m-1} q_i q_{i+1}) y_i x_{i+j-1} b_j", "b", "q, x in R^m; y, b in R^n", lambda q, x, y, b: (q[:-1] @ q[1:]) * (jnp.stack([x[:2], x[1:]]) @ b @ y), ""),
    ("(∑_{i=1}^{p-1} z_i z_{i+1}) ‖B b‖²", "b", "b in R^n; z in R^p; B in R^(n x n)", lambda b, z, B: (z[:-1] @ z[1:]) * jnp.sum((B @ b) ** 2), ""),
    ("softmax(1 - b ⊙ y)' (1 - b ⊙ y)", "y", "b, y in R^n", lambda b, y: jax.nn.softmax(1 - b * y) @ (1 - b * y), ""),
    ("atan(∑_{i,j} [i ≠ j] z_i z_j)", "z", "z in R^p", lambda z: jnp.arctan(_off(z)), ""),
    ("r^(∑_{i,j} [i ≠ j] Q_ij) x_1", "Q", "r in R positive; x in R^m; Q in R^(m x m)", lambda r, x, Q: r ** (jnp.sum(Q) - jnp.trace(Q)) * x[0], ""),
    ("c exp(sin(tr(D)))", "D", "c in R; D in R^(m x m) diagonal", lambda c, D: c * jnp.exp(jnp.sin(jnp.trace(D))), ""),
    ("(2 + sin(tr(Q)))^(w' w z' z)", "w", "Q in R^(m x m); w in R^5; z in R^p", lambda Q, w, z: (2 + jnp.sin(jnp.trace(Q))) ** (w @ w * (z @ z)), ""),
    ("det((1 + w y')' (1 + w y') + I)", "w", "w in R^5; y in R^n", lambda w, y: jnp.linalg.det((1 + jnp.outer(w, y)).T @ (1 + jnp.outer(w, y)) + numpy.eye(2)), ""),
    ("c det(O' O + I)", "c", "c in R; O in R^(m x m) orthogonal", lambda c, O: c * jnp.linalg.det(O.T @ O + numpy.eye(3)), ""),  # noqa: E741
    ("F_ij = (∑_{l,k} y_l x_{k+l-1} y_k) z_i z_j", "z", "x in R^m; y in R^n; z in R^p", lambda x, y, z: (x[0] * y[0] ** 2 + 2 * x[1] * y[0] * y[1] + x[2] * y[1] ** 2) * jnp.outer(z, z), "pp"),
    ("logsumexp(1000 x)", "x", "x in R^m", lambda x: jax.nn.logsumexp(1000 * x), ""),
    ("m c", "c", "c in R; x in R^m", lambda c, x: 3 * c, ""),
    ("‖c x‖ m", "c", "c in R; x in R^m", lambda c, x: 3 * jnp.linalg.norm(c * x), ""),
    ("sqrt(1 + x ⊙ x)", "x x", "x in R^m", lambda x: jnp.sqrt(1 + x**2), "m"),
]  # fmt: skip


def _off(z):
    return jnp.sum(z) ** 2 - jnp.sum(z**2)


def _gram(M):
    return jnp.linalg.inv(M.T @ M + numpy.eye(M.shape[1]))


def _asked_for(text, wrt, declare, function, dims):
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    tree = Node(tuple(dims), None, None, lambda env: function(*(env[n] for n in names)))
    return Problem(0, tree, tuple(wrt.split()), "numerator")


@cache
def _found(part):
    """Compiled together: one by one they take twice as long."""
    cases = part_of(FOUND, part, lambda case: case[0])
    problems = [_asked_for(*case) for case in cases]
    return dict(zip((case[0] for case in cases), zip(problems, jacobians(problems), strict=True), strict=True))


@pytest.mark.parametrize(
    "text, wrt, declare", rest_in_campaigns([case[:3] for case in FOUND], lambda c: part_in(c[0]) == 0, lambda c: c[0])
)
def test_found_by_campaigns(text, wrt, declare):
    asked_for, jacobian = _found(part_in(text))[text]
    style = Style(0)
    style.chance = lambda probability: True
    outcome = judge_text(asked_for, text, wrt.split(), declare, 1, "numerator", jacobian, style)
    assert outcome.kind == "compared", f"{outcome.input}\n  {outcome.message}"


SEEDS = [0, *(pytest.param(start, marks=pytest.mark.campaign) for start in range(7, 126, 7))]


@pytest.mark.parametrize("start", SEEDS)
def test_random_derivatives(start):
    found = survey(range(start, start + 7))
    wrong = [f"{o.input}\n  {o.message}" for o in found if o.wrong]
    assert not wrong, "\n".join(wrong)
    assert sum(o.kind == "compared" for o in found) >= 9


@pytest.mark.campaign
def test_campaign():
    count = int(os.environ.get("EINSIGHT_CAMPAIGN", "10000"))
    blocks = [range(at, min(at + 40, 10_000 + count)) for at in range(10_000, 10_000 + count, 40)]
    found = []
    # compiled code is never given back: a worker is replaced now and then
    with multiprocessing.get_context("spawn").Pool(maxtasksperchild=10) as pool:
        results = pool.imap_unordered(survey, blocks)
        for _ in blocks:
            found += results.next(timeout=600)
    kinds = Counter(o.kind for o in found)
    seconds = sorted((o.seconds, o.input) for o in found if o.seconds)
    refusals = Counter(_kind(o)[1] for o in found if o.kind == "refused")
    print(
        f"\n{count} random trees, {kinds['compared']} derivatives compared, {sum(o.matrix for o in found)} with a matrix form"
    )
    print(f"{kinds['failed']} failed, {kinds['refused']} refused, {kinds['skipped']} without a moderate value")
    print(*(f"  {n} × {message}" for message, n in refusals.most_common()), sep="\n")
    print(
        f"a derivation took {statistics.median(s for s, _ in seconds):.4f} s, at worst {seconds[-1][0]:.2f} s: {seconds[-1][1]}"
    )
    wrong = [f"{o.input}\n  {o.message}" for o in found if o.wrong]
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong)
