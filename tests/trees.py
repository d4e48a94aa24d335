"""Random expressions as trees, each of them in three languages.

A `Node` is written in matrix notation (`matrix`), in index notation (`index`), and computed with `jax.numpy` (`value`).
What a notation does not have raises `Unwritable`.  A `Gardener` grows trees, a `Style` decides the accidents of writing.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import jax
import numpy

jax.config.update("jax_enable_x64", True)
jnp = jax.numpy

SIZES = {"n": 2, "m": 3, "p": 4, "5": 5}
TENSORS = {
    "c": (), "t": (), "r": (), "x": "m", "a": "m", "y": "n", "b": "n", "z": "p", "q": "m", "w": "5",
    "W": "nm", "V": "nm", "U": "pn", "Q": "mm", "B": "nn", "S": "mm", "P": "mm", "D": "mm", "K": "mm", "O": "mm",
    "L": "m5", "T": "nmp",
}  # fmt: skip
PROPERTIES = {
    "r": "positive", "q": "positive", "S": "symmetric", "P": "positive-definite", "D": "diagonal",
    "K": "antisymmetric", "O": "orthogonal",
}  # fmt: skip
DEFINED = ("h", "g")
VARIABLES = ["c", "r", "x", "x", "x", "y", "b", "z", "q", "w", "W", "W", "U", "Q", "B", "S", "P", "D", "K", "T"]
BY_SHAPE: dict[tuple[str, ...], list[str]] = {}
for _name, _dims in TENSORS.items():
    BY_SHAPE.setdefault(tuple(_dims), []).append(_name)


class Unwritable(Exception):
    """This notation does not have it, or it would say something else."""


# How tightly a text binds: a sum, a `∑` that runs to the end of its product, a Hadamard product, a product, a postfix.
SUM, OPEN, LAYER, PRODUCT, POSTFIX, ATOM = range(6)
MANY = 9


@dataclass(frozen=True)
class Text:
    """A piece of text; `uses` says how often each index occurs by the summation convention, MANY where it does not say.

    A `chain` is a product of matrices alone, which associates with its neighbours."""

    text: str
    level: int
    uses: dict[str, int] = field(default_factory=dict)
    chain: bool = False

    def at(self, level: int) -> str:
        return self.text if self.level >= level else f"({self.text})"


class Style:
    """The accidents of writing: brackets, spellings, letters, summation written out or by convention."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.taken: list[str] = []  # in a scope that is open
        self.spent: set[str] = set()  # summed by convention: never again

    def chance(self, probability):
        return self.random.random() < probability

    def one(self, *texts):
        return self.random.choice(texts)

    def letter(self):
        for letter in "ijkluvsoαβγμν":
            if letter not in self.taken and letter not in self.spent and not self.chance(0.2):
                self.taken.append(letter)
                return letter
        raise Unwritable

    def close(self, letter, by_convention):
        self.taken.remove(letter)
        if by_convention:
            self.spent.add(letter)


@dataclass(frozen=True, eq=False)
class Node:
    """A tree in three languages.  `again` makes it anew from other parts; `rough` has a kink somewhere."""

    dims: tuple[str, ...]
    matrix: Callable[[Style], Text]
    entry: Callable[[Style, tuple[str, ...]], Text]
    compute: Callable[[dict], object]
    name: str = ""
    parts: tuple[Node, ...] = ()
    again: Callable[..., Node] | None = None

    def value(self, env):
        """Its array; a shared node is computed once."""
        if self not in env:
            env[self] = self.compute(env)
        return env[self]

    def index(self, style, ix):
        """Its component; now and then written as a component of the whole."""
        if self.dims and self.parts and len(set(ix)) == len(ix) and style.chance(0.08):
            try:
                return Text(f"({self.matrix(style).text}){subscript(style, ix)}", ATOM, uses(ix))
            except Unwritable:
                pass
        return self.entry(style, ix)

    def walk(self, seen=None):
        seen = set() if seen is None else seen
        if self not in seen:
            seen.add(self)
            yield self
            for part in self.parts:
                yield from part.walk(seen)

    def replaced(self, old, new, memo):
        if self is old:
            return new
        if self not in memo:
            parts = tuple(p.replaced(old, new, memo) for p in self.parts)
            memo[self] = self if parts == self.parts else self.again(*parts)
        return memo[self]


def maker(function):
    """A function that makes a node of nodes and remembers how."""

    def make(*parts, **options):
        made = function(*parts, **options)
        return Node(made.dims, made.matrix, made.entry, made.compute, made.name, parts, partial(make, **options))

    return make


def uses(ix):
    return {i: n if n <= 2 else MANY for i, n in Counter(i for i in ix if not i.isdigit()).items()}


def subscript(style, ix):
    plain = "".join(ix)
    return style.one(f"_{plain}", f"_{{{plain}}}", f"_{{{','.join(ix)}}}", f"[{', '.join(ix)}]")


def no_matrix(style):
    raise Unwritable


def no_index(style, ix):
    raise Unwritable


def product(style, *texts):
    """A product of components."""
    total = Counter()
    for text in texts:
        total.update(text.uses)
    words = [t.text if t.level == OPEN and t is texts[-1] and style.chance(0.5) else t.at(PRODUCT) for t in texts]
    level = OPEN if words[-1] == texts[-1].text and texts[-1].level == OPEN else PRODUCT
    return Text(style.one(" ", " ", " * ", " · ").join(words), level, {i: min(n, MANY) for i, n in total.items()})


def sized(text):
    """A delta alone says nothing of the size of its axes."""
    if not text.uses:
        raise Unwritable
    return text


def inside(text, used):
    """What a function, a power or a bracket lets through: one occurrence stays one."""
    return Text(text, ATOM, {i: n if n == 1 else MANY for i, n in used.items()})


def summed(style, letters, body, dims):
    """The sum over some letters, by `∑` or by convention."""
    if any(body.uses.get(i, 0) == 0 for i in letters):
        raise Unwritable  # nothing says how long it is
    by_convention = all(body.uses[i] == 2 for i in letters) and style.chance(0.5)
    for letter in letters:
        style.close(letter, by_convention)
    rest = {i: n for i, n in body.uses.items() if i not in letters}
    if by_convention:
        return Text(body.text, body.level, rest)
    sign = style.one("∑", "sum")
    if len(letters) == 1 and style.chance(0.2):
        below = f"{{{letters[0]}=1}}^{dims[0]}"
    else:
        below = letters[0] if len(letters) == 1 else f"{{{','.join(letters)}}}"
    return Text(f"{sign}_{below} {body.at(PRODUCT)}", OPEN, rest)


def chained(style, *texts):
    """A product of whole matrices, of which the first may be a number."""
    words = [texts[0].at(PRODUCT if style.chance(0.5) else POSTFIX)]
    words += [t.at(PRODUCT if t.chain and style.chance(0.5) else POSTFIX) for t in texts[1:]]
    return " ".join(words)


# ---------------------------------------------------------------------------------------------- leaves


def leaf(name):
    return Node(
        tuple(TENSORS[name]),
        lambda style: Text(name, ATOM, chain=True),
        lambda style, ix: Text(name + (subscript(style, ix) if ix else ""), ATOM, uses(ix)),
        lambda env: env[name],
        name,
    )


def number(text, value, name=""):
    """A number, or the size of a dimension that the tensor `name` has."""
    level = ATOM if text.replace(".", "").isalnum() else PRODUCT
    return Node((), lambda style: Text(text, level), lambda style, ix: Text(text, level), lambda env: value, name)


def literal(name, *places):
    """A component `W_{i1}`; None is a free place."""
    dims = tuple(d for d, place in zip(TENSORS[name], places, strict=True) if place is None)

    def written(style, ix):
        rest = iter(ix)
        full = [next(rest) if place is None else str(place) for place in places]
        return Text(name + subscript(style, full), ATOM, uses(ix))

    at = tuple(slice(None) if place is None else place - 1 for place in places)
    return Node(
        dims, no_matrix if dims else lambda style: written(style, ()), written, lambda env: env[name][at], f"{name}!"
    )


def ones(dim):
    return Node(
        (dim,),
        lambda style: Text(f"ones({dim})", ATOM),
        lambda style, ix: Text("1", ATOM),
        lambda env: numpy.ones(SIZES[dim]),
        BY_SHAPE[(dim,)][0],  # which says that there is such a dimension
    )


@maker
def shared(body, *, name):
    """A definition."""
    return Node(
        body.dims,
        lambda style: Text(name, ATOM, chain=True),
        lambda style, ix: Text(name + (subscript(style, ix) if ix else ""), ATOM, uses(ix)),
        body.value,
        name,
    )


# ---------------------------------------------------------------------------------------------- any shape


def _same_free(ix, *texts):
    """Terms of a sum have the same indices, or none."""
    for text in texts:
        if text.uses and any(i not in text.uses for i in ix if not i.isdigit()):
            raise Unwritable


def _sum_uses(*texts):
    total = {}
    for text in texts:
        for i, n in text.uses.items():
            total[i] = max(total.get(i, 0), n if n == 1 else MANY)
    return total


@maker
def add(a, b, *, sign="+"):
    """A sum; a number may be added to an array."""
    dims = a.dims or b.dims

    def entry(style, ix):
        texts = [p.index(style, ix if p.dims else ()) for p in (a, b)]
        _same_free(ix, *texts)
        return Text(f"{texts[0].text} {sign} {texts[1].at(OPEN)}", SUM, _sum_uses(*texts))

    return Node(
        dims,
        lambda style: Text(f"{a.matrix(style).text} {sign} {b.matrix(style).at(LAYER)}", SUM),
        entry,
        lambda env: a.value(env) + b.value(env) if sign == "+" else a.value(env) - b.value(env),
    )


@maker
def negative(a):
    return Node(
        a.dims,
        lambda style: Text(f"-{a.matrix(style).at(LAYER)}", SUM),
        lambda style, ix: (lambda t: Text(f"-{t.at(OPEN)}", SUM, _sum_uses(t)))(a.index(style, ix)),
        lambda env: -a.value(env),
    )


@maker
def scaled(s, a):
    """A number times an array."""
    return Node(
        a.dims,
        lambda style: Text(chained(style, s.matrix(style), a.matrix(style)), PRODUCT),
        lambda style, ix: product(style, s.index(style, ()), a.index(style, ix)),
        lambda env: s.value(env) * a.value(env),
    )


@maker
def over(a, s):
    """An array by a number."""

    def entry(style, ix):
        top, bottom = a.index(style, ix), s.index(style, ())
        return Text(f"{top.at(PRODUCT)}/{bottom.at(POSTFIX)}", LAYER, top.uses)

    return Node(
        a.dims,
        lambda style: Text(f"{a.matrix(style).at(PRODUCT)} / {s.matrix(style).at(POSTFIX)}", LAYER),
        entry,
        lambda env: a.value(env) / s.value(env),
    )


@maker
def hadamard(a, b):
    return Node(
        a.dims,
        lambda style: Text(f"{a.matrix(style).at(LAYER)} {style.one('⊙', '.*', '∘')} {b.matrix(style).at(PRODUCT)}", LAYER),
        lambda style, ix: product(style, a.index(style, ix), b.index(style, ix)),
        lambda env: a.value(env) * b.value(env),
    )  # fmt: skip


@maker
def quotient(a, b):
    def entry(style, ix):
        top, bottom = a.index(style, ix), b.index(style, ix)
        total = product(style, top, bottom).uses
        return Text(f"{top.at(PRODUCT)}/{bottom.at(POSTFIX)}", LAYER, total)

    return Node(
        a.dims,
        lambda style: Text(f"{a.matrix(style).at(PRODUCT)} ./ {b.matrix(style).at(PRODUCT)}", LAYER),
        entry,
        lambda env: a.value(env) / b.value(env),
    )


@maker
def power(a, *, exponent):
    """An elementwise power with a number."""
    value = eval(exponent) if "/" in exponent else float(exponent)
    written = exponent if exponent.isdigit() else f"({exponent})"
    raised = {"2": "²", "3": "³", "-1": "⁻¹"}.get(exponent, f"^{written}")

    def matrix(style):
        base = a.matrix(style).at(ATOM)
        if len(a.dims) == 2 or (a.dims and style.chance(0.3)):
            return Text(f"{base}.^{written}", POSTFIX)
        return Text(base + (style.one(f"^{written}", raised) if exponent != "-1" else f"^{written}"), POSTFIX)

    def entry(style, ix):
        base = a.index(style, ix)
        return Text(base.at(ATOM) + style.one(f"^{written}", raised), POSTFIX, inside("", base.uses).uses)

    return Node(a.dims, matrix, entry, lambda env: a.value(env) ** value)


@maker
def raised(a, b):
    """A power of something positive with any exponent: a number's, or an array's entry by entry."""

    def entry(style, ix):
        base, exponent = a.index(style, ix), b.index(style, ix if b.dims else ())
        return Text(f"{base.at(ATOM)}^({exponent.text})", POSTFIX, inside("", product(style, base, exponent).uses).uses)

    return Node(
        a.dims,
        lambda style: Text(f"{a.matrix(style).at(ATOM)}{'.^' if a.dims else '^'}({b.matrix(style).text})", POSTFIX),
        entry,
        lambda env: a.value(env) ** b.value(env),
    )


FUNCTIONS = {
    "exp": jnp.exp, "log": jnp.log, "sqrt": jnp.sqrt, "sin": jnp.sin, "cos": jnp.cos, "tan": jnp.tan, "tanh": jnp.tanh,
    "sinh": jnp.sinh, "cosh": jnp.cosh, "atan": jnp.arctan, "asin": jnp.arcsin, "acos": jnp.arccos,
    "sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "softplus": jax.nn.softplus, "erf": jax.scipy.special.erf,
    "gelu": partial(jax.nn.gelu, approximate=False), "silu": jax.nn.silu, "abs": jnp.abs, "sign": jnp.sign,
    "ln": jnp.log, "max": jnp.maximum, "min": jnp.minimum,
}  # fmt: skip
ROUGH = {"relu", "abs", "sign", "max", "min"}
SMOOTH = ["exp", "sin", "cos", "tanh", "sigmoid", "softplus", "erf", "gelu", "silu", "atan", "sinh", "cosh"]


@maker
def apply(*args, function):
    """An elementwise function."""

    def matrix(style):
        texts = [a.matrix(style).text for a in args]
        if function == "abs" and not args[0].dims and style.chance(0.5):
            return Text(f"|{texts[0]}|", ATOM)
        return Text(f"{function}({', '.join(texts)})", ATOM)

    def entry(style, ix):
        texts = [a.index(style, ix if a.dims else ()) for a in args]
        used = product(style, *texts).uses
        return inside(f"{function}({', '.join(t.text for t in texts)})", used)

    def compute(env):
        return FUNCTIONS[function](*(a.value(env) for a in args))

    return Node(args[0].dims, matrix, entry, compute, function)


@maker
def mask(a, b):
    """The entries of b where those of a are positive."""
    comparison = lambda text: f"[{text} > 0]"  # noqa: E731

    def entry(style, ix):
        condition, body = a.index(style, ix), b.index(style, ix)
        return product(style, inside(comparison(condition.text), condition.uses), body)

    return Node(
        b.dims,
        lambda style: Text(f"{comparison(a.matrix(style).text)} {'⊙' if b.dims else ''} {b.matrix(style).at(PRODUCT)}", LAYER),
        entry,
        lambda env: (a.value(env) > 0) * b.value(env),
        "mask",
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- products of arrays


@maker
def times(a, b, *, flip=False):
    """The matrix product of a matrix with a matrix or a vector; with `flip` of the first's transpose."""
    inner = a.dims[0 if flip else 1]

    def matrix(style):
        left = a.matrix(style)
        if flip:
            left = Text(left.at(ATOM) + style.one("'", "'", "ᵀ", "^T", "^⊤"), POSTFIX)
        right = b.matrix(style)
        return Text(chained(style, left, right), PRODUCT, chain=left.chain or left.level >= POSTFIX)

    def entry(style, ix):
        k = style.letter()
        left = a.index(style, (k, ix[0]) if flip else (ix[0], k))
        right = b.index(style, (k, *ix[1:]))
        return summed(style, [k], product(style, left, right), [inner])

    def compute(env):
        left = a.value(env)
        return (left.T if flip else left) @ b.value(env)

    return Node((a.dims[1 if flip else 0], *b.dims[1:]), matrix, entry, compute)


@maker
def identity_times(a, *, by, inverse):
    """A multiple of the identity, or its inverse, times an array."""
    d = a.dims[0]

    def matrix(style):
        eye = f"{by} {style.one('I', f'I({d})')}"
        left = style.one(f"({eye})^-1", f"inv({eye})") if inverse else f"({eye})"
        return Text(f"{left} {a.matrix(style).at(POSTFIX)}", PRODUCT, chain=True)

    def entry(style, ix):
        k = style.letter()
        factor = Text(f"1/{by}" if inverse else f"{by}", PRODUCT)
        delta = Text(style.one(f"δ_{{{ix[0]}{k}}}", f"I({d})_{{{k}{ix[0]}}}"), ATOM, uses((k, ix[0])))
        return summed(style, [k], product(style, factor, delta, sized(a.index(style, (k, *ix[1:])))), [d])

    return Node(a.dims, matrix, entry, lambda env: a.value(env) / by if inverse else a.value(env) * by)


@maker
def dot(a, b):
    def entry(style, ix):
        k = style.letter()
        return summed(style, [k], product(style, a.index(style, (k,)), b.index(style, (k,))), a.dims)

    def matrix(style):
        return Text(f"{a.matrix(style).at(ATOM)}' {b.matrix(style).at(POSTFIX)}", PRODUCT)

    return Node((), matrix, entry, lambda env: a.value(env) @ b.value(env))


@maker
def form(a, matrix, b):
    """a' M b"""

    def entry(style, ix):
        k, l = style.letter(), style.letter()
        body = product(style, a.index(style, (k,)), matrix.index(style, (k, l)), b.index(style, (l,)))
        return summed(style, [k, l], body, matrix.dims)

    return Node(
        (),
        lambda style: Text(f"{a.matrix(style).at(ATOM)}' {matrix.matrix(style).at(POSTFIX)} {b.matrix(style).at(POSTFIX)}", PRODUCT),
        entry,
        lambda env: a.value(env) @ matrix.value(env) @ b.value(env),
    )  # fmt: skip


@maker
def outer(a, b):
    def matrix(style):
        if style.chance(0.3):
            return Text(f"{a.matrix(style).at(PRODUCT)} ⊗ {b.matrix(style).at(PRODUCT)}", LAYER)
        return Text(f"{a.matrix(style).at(POSTFIX)} {b.matrix(style).at(ATOM)}'", PRODUCT, chain=True)

    return Node(
        a.dims + b.dims,
        matrix,
        lambda style, ix: product(style, a.index(style, ix[:1]), b.index(style, ix[1:])),
        lambda env: a.value(env)[:, None] * b.value(env)[None, :],
    )


@maker
def transpose(a):
    return Node(
        a.dims[::-1],
        lambda style: Text(a.matrix(style).at(ATOM) + style.one("'", "ᵀ", "^T"), POSTFIX, chain=True),
        lambda style, ix: a.index(style, ix[::-1]),
        lambda env: a.value(env).T,
    )


@maker
def cube(*factors, letters):
    """A product of components of three-axis tensors and others, by the letters of `numpy.einsum`."""
    inputs, output = letters.split("->")
    inputs = inputs.split(",")
    dims = {l: d for f, ls in zip(factors, inputs, strict=True) for l, d in zip(ls, f.dims, strict=True)}

    def entry(style, ix):
        named = dict(zip(output, ix, strict=True))
        bound = [l for l in dims if l not in output]
        named |= {l: style.letter() for l in bound}
        texts = [f.index(style, tuple(named[l] for l in ls)) for f, ls in zip(factors, inputs, strict=True)]
        body = product(style, *texts)
        return summed(style, [named[l] for l in bound], body, [dims[l] for l in bound]) if bound else body

    def compute(env):
        return jnp.einsum(letters, *(f.value(env) for f in factors))

    return Node(tuple(dims[l] for l in output), no_matrix, entry, compute)


@maker
def stacked_form(a, b, c, d):
    """vec(A)' (B ⊗ C) vec(D), which is the sum of A ⊙ (C D B')"""

    def matrix(style):
        texts = [p.matrix(style) for p in (a, b, c, d)]
        return Text(
            f"vec({texts[0].text})' ({texts[1].at(PRODUCT)} ⊗ {texts[2].at(PRODUCT)}) vec({texts[3].text})", PRODUCT
        )

    def entry(style, ix):
        k, i, j, l = (style.letter() for _ in range(4))
        texts = [p.index(style, at) for p, at in ((a, (k, i)), (b, (i, j)), (c, (k, l)), (d, (l, j)))]
        return summed(style, [k, i, j, l], product(style, *texts), a.dims + d.dims[::-1])

    return Node((), matrix, entry, lambda env: jnp.sum(a.value(env) * (c.value(env) @ d.value(env) @ b.value(env).T)))


@maker
def stacked_dot(a, b):
    """vec(A)' vec(B)"""

    def entry(style, ix):
        k, l = style.letter(), style.letter()
        return summed(style, [k, l], product(style, a.index(style, (k, l)), b.index(style, (k, l))), a.dims)

    return Node(
        (),
        lambda style: Text(f"vec({a.matrix(style).text})' vec({b.matrix(style).text})", PRODUCT),
        entry,
        lambda env: jnp.sum(a.value(env) * b.value(env)),
    )


@maker
def kronecker(a, b, *, function):
    """A function of A ⊗ B that is the product of the same function of each."""
    of = {"tr": jnp.trace, "sum": jnp.sum, "‖": lambda m: jnp.sum(m**2)}[function]

    def matrix(style):
        inner = f"{a.matrix(style).at(PRODUCT)} ⊗ {b.matrix(style).at(PRODUCT)}"
        return Text(f"‖{inner}‖²" if function == "‖" else f"{function}({inner})", POSTFIX)

    return Node((), matrix, no_index, lambda env: of(a.value(env)) * of(b.value(env)))


def correlation(y, x, b):
    """y_i x_{i+k-1} b_k"""

    def entry(style, ix):
        i, k = style.letter(), style.letter()
        shift = style.one(f"_{{{i}+{k}-1}}", f"_{{{k}+{i}-1}}", f"[{i}+{k}-1]", f"_{{{i}-1+{k}}}")
        texts = [Text(y + subscript(style, (i,)), ATOM, uses(i)), Text(x + shift, ATOM, uses(i + k))]
        texts.append(Text(b + subscript(style, (k,)), ATOM, uses(k)))
        return summed(style, [i, k], product(style, *texts), [TENSORS[y], TENSORS[b]])

    def compute(env):
        return sum(env[y][i] * env[x][i + k] * env[b][k] for i in range(SIZES["n"]) for k in range(SIZES["n"]))

    used = tuple(leaf(name) for name in (y, x, b))
    return Node((), no_matrix, entry, compute, "correlation", used, lambda *parts: correlation(y, x, b))


def neighbours(x, kind):
    """A sum over part of an axis."""
    d = TENSORS[x]

    def entry(style, ix):
        i = style.letter()
        style.close(i, False)
        here, there = x + subscript(style, (i,)), x + style.one(f"_{{{i}+1}}", f"[{i}+1]")
        body = {"square": f"({there} - {here})^2", "product": f"{here} {there}", "function": f"tanh({there} {here})"}[
            kind
        ]
        return Text(f"∑_{{{i}=1}}^{{{d}-1}} {body}", OPEN)

    def compute(env):
        here, there = env[x][:-1], env[x][1:]
        return jnp.sum(
            {"square": (there - here) ** 2, "product": here * there, "function": jnp.tanh(there * here)}[kind]
        )

    return Node((), no_matrix, entry, compute, "neighbours", (leaf(x),), lambda *parts: neighbours(x, kind))


# ---------------------------------------------------------------------------------------------- of whole arrays


@maker
def diagonal_matrix(a):
    def entry(style, ix):
        i, j = ix
        body = sized(a.index(style, (style.one(i, j),)))
        delta = style.one(f"δ_{i}{j}", f"δ_{{{i}{j}}}", f"delta_{i}{j}", f"[{i} = {j}]")
        return product(style, Text(delta, ATOM, uses(ix)), body)

    return Node(
        a.dims * 2, lambda style: Text(f"diag({a.matrix(style).text})", ATOM), entry, lambda env: jnp.diag(a.value(env))
    )


@maker
def diagonal(a):
    return Node(
        a.dims[:1],
        lambda style: Text(f"diag({a.matrix(style).text})", ATOM),
        lambda style, ix: a.index(style, ix * 2),
        lambda env: jnp.diagonal(a.value(env)),
    )


@maker
def trace(a):
    def entry(style, ix):
        k = style.letter()
        return summed(style, [k], a.index(style, (k, k)), a.dims)

    return Node((), lambda style: Text(f"tr({a.matrix(style).text})", ATOM), entry, lambda env: jnp.trace(a.value(env)))


def _logdet(a):
    return jnp.linalg.slogdet(a)[1]


WHOLE = {"det": jnp.linalg.det, "logdet": _logdet, "inv": jnp.linalg.inv}


@maker
def whole(a, *, function):
    """A function of a square matrix."""

    def matrix(style):
        inner = a.matrix(style)
        if function == "det" and style.chance(0.3):
            return Text(f"|{inner.text}|", ATOM)
        if function == "inv" and style.chance(0.4):
            return Text(inner.at(ATOM) + style.one("^-1", "⁻¹", "^{-1}"), POSTFIX, chain=True)
        return Text(f"{function}({inner.text})", ATOM, chain=True)

    return Node(
        a.dims if function == "inv" else (),
        matrix,
        lambda style, ix: Text(f"{function}({a.matrix(style).text}){subscript(style, ix) if ix else ''}", ATOM, uses(ix)),
        lambda env: WHOLE[function](a.value(env)),
    )  # fmt: skip


@maker
def matrix_power(a, *, exponent):
    def entry(style, ix):
        k = [style.letter() for _ in range(exponent - 1)]
        path = [ix[0], *k, ix[1]]
        return summed(
            style, k, product(style, *(a.index(style, pair) for pair in zip(path, path[1:], strict=False))), a.dims * 2
        )

    return Node(
        a.dims,
        lambda style: Text(f"{a.matrix(style).at(ATOM)}^{exponent}", POSTFIX),
        entry,
        lambda env: jnp.linalg.matrix_power(a.value(env), exponent),
    )


@maker
def shifted(a, *, by):
    """A square matrix and so many identities."""
    dim = a.dims[0]
    scale = "" if by == 1 else f"{by} "

    def entry(style, ix):
        body = sized(a.index(style, ix))
        _same_free(ix, body)
        return Text(f"{body.text} + {scale}δ_{{{ix[0]}{ix[1]}}}", SUM, _sum_uses(body, Text("", ATOM, uses(ix))))

    return Node(
        a.dims,
        lambda style: Text(f"{a.matrix(style).text} + {scale}{style.one('I', f'I({dim})')}", SUM),
        entry,
        lambda env: a.value(env) + by * numpy.eye(SIZES[dim]),
    )


@maker
def total(a, *, mean=False):
    """The sum or the mean of all entries."""
    count = int(numpy.prod([SIZES[d] for d in a.dims]))

    def entry(style, ix):
        letters = [style.letter() for _ in a.dims]
        body = summed(style, letters, a.index(style, tuple(letters)), a.dims)
        if not mean:
            return body
        factor = "".join(f"1/{d} " for d in a.dims)
        return Text(f"{factor}{body.at(OPEN)}", OPEN, body.uses)

    def matrix(style):
        inner = a.matrix(style).text
        if mean and len(a.dims) == 1 and style.chance(0.3):
            return Text(f"1/{a.dims[0]} sum({inner})", LAYER)
        return Text(f"{'mean' if mean else 'sum'}({inner})", ATOM)

    return Node((), matrix, entry, lambda env: jnp.sum(a.value(env)) / (count if mean else 1))


@maker
def rows(a):
    """The sums of the rows."""

    def entry(style, ix):
        k = style.letter()
        return summed(style, [k], a.index(style, (ix[0], k)), a.dims[1:])

    return Node(
        a.dims[:1],
        lambda style: Text(f"{a.matrix(style).at(POSTFIX)} ones({a.dims[1]})", PRODUCT),
        entry,
        lambda env: jnp.sum(a.value(env), axis=1),
    )


@maker
def norm(a, *, squared=False):
    def entry(style, ix):
        letters = [style.letter() for _ in a.dims]
        body = a.index(style, tuple(letters))
        square = Text(f"{body.at(ATOM)}^2", POSTFIX, inside("", body.uses).uses)
        inner = summed(style, letters, square, a.dims)
        return inner if squared else Text(f"sqrt({inner.text})", ATOM)

    def matrix(style):
        inner = a.matrix(style).text
        text = style.one(f"norm({inner})", f"‖{inner}‖", f"||{inner}||")
        return Text(text + style.one("^2", "²"), POSTFIX) if squared else Text(text, ATOM)

    def compute(env):
        square = jnp.sum(a.value(env) ** 2)
        return square if squared else jnp.sqrt(square)

    return Node((), matrix, entry, compute)


@maker
def softmax(a):
    def entry(style, ix):
        if style.chance(0.3):
            return Text(f"softmax({a.matrix(style).text}){subscript(style, ix)}", ATOM, uses(ix))
        top = a.index(style, ix)
        k = style.letter()
        bottom = summed(style, [k], apply(a, function="exp").entry(style, (k,)), a.dims)
        return Text(f"exp({top.text})/({bottom.text})", LAYER, inside("", top.uses).uses)

    return Node(
        a.dims, lambda style: Text(f"softmax({a.matrix(style).text})", ATOM), entry, lambda env: jax.nn.softmax(a.value(env))
    )  # fmt: skip


@maker
def logsumexp(a):
    def entry(style, ix):
        k = style.letter()
        inner = summed(style, [k], apply(a, function="exp").entry(style, (k,)), a.dims)
        return Text(f"log({inner.text})", ATOM)

    return Node(
        (),
        lambda style: Text(f"logsumexp({a.matrix(style).text})", ATOM),
        entry,
        lambda env: jax.scipy.special.logsumexp(a.value(env)),
    )


TRIANGLES = {
    "<": lambda a: jnp.triu(a, 1),
    ">": lambda a: jnp.tril(a, -1),
    "≠": lambda a: a - jnp.diag(jnp.diagonal(a)),
}


@maker
def where_index(a, *, relation):
    """The entries on one side of the diagonal, or off it."""
    return Node(
        a.dims,
        no_matrix,
        lambda style, ix: product(
            style, Text(f"[{ix[0]} {relation} {ix[1]}]", ATOM, uses(ix)), sized(a.index(style, ix))
        ),
        lambda env: TRIANGLES[relation](a.value(env)),
    )


# ---------------------------------------------------------------------------------------------- random trees


class Gardener:
    """Grows random trees whose values exist and stay moderate."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.defined: list[Node] = []

    def one(self, *choices):
        return self.random.choice(choices)

    def grow(self, *choices):
        return self.random.choice(choices)()

    def dim(self):
        return self.one("n", "m", "m", "p", "5")

    def known(self, dims):
        return [n for n in self.defined if n.dims == dims]

    def tip(self, dims):
        known = self.known(dims)
        if known and self.random.random() < 0.5:
            return self.one(*known)
        if not dims:
            return self.grow(
                lambda: leaf(self.one("c", "t", "r")),
                lambda: leaf("c"),
                lambda: number(*self.one(("2", 2.0), ("3", 3.0), ("1/2", 0.5), ("0.5", 0.5), ("m", 3.0, "x"))),
                lambda: literal("x", self.one(1, 2)),
                lambda: literal("W", 1, 2),
            )
        if len(dims) == 1:
            return leaf(self.one(*BY_SHAPE[dims]))
        names = BY_SHAPE.get(dims, [])
        turned = BY_SHAPE.get(dims[::-1], [])
        if names and (not turned or self.random.random() < 0.7):
            return leaf(self.one(*names))
        if turned:
            return transpose(leaf(self.one(*turned)))
        return outer(*(leaf(self.one(*BY_SHAPE[(d,)])) for d in dims))

    def tree(self, dims, depth):
        if depth <= 0:
            return self.tip(dims)
        known = self.known(dims)
        if known and self.random.random() < 0.3:
            return self.one(*known)
        if self.random.random() < 0.45:
            return self.anything(dims, depth - 1)
        return (self.scalar, self.vector, self.square_or_not)[len(dims)](dims, depth - 1)

    def anything(self, dims, depth):
        """What there is in every shape."""
        inner = partial(self.tree, dims)
        return self.grow(
            lambda: add(inner(depth), inner(depth), sign=self.one("+", "-")),
            lambda: add(number("1", 1.0), inner(depth), sign=self.one("+", "-")),
            lambda: negative(inner(depth)),
            lambda: scaled(self.tree((), depth), inner(depth)),
            lambda: scaled(number(*self.one(("2", 2.0), ("1/2", 0.5), ("3", 3.0))), inner(depth)),
            lambda: over(inner(depth), self.positive((), depth)),
            lambda: hadamard(inner(depth), inner(depth)) if dims else scaled(inner(depth), inner(depth)),
            lambda: quotient(inner(depth), self.positive(dims, depth)) if dims else over(inner(depth), self.positive((), depth)),
            lambda: power(inner(depth), exponent=self.one("2", "2", "3")),
            lambda: power(self.positive(dims, depth), exponent=self.one("1/2", "-1", "3/2", "-2", "-1/2")),
            lambda: raised(self.positive(dims, depth), self.tree((), min(depth, 1))),
            lambda: apply(inner(depth), function=self.one(*SMOOTH)),
            lambda: apply(inner(depth), function=self.one(*SMOOTH)),
            lambda: apply(self.positive(dims, depth), function=self.one("log", "sqrt", "ln", "sqrt")),
            lambda: self.rough(dims, depth),
        )  # fmt: skip

    def rough(self, dims, depth):
        """A function with a kink, of something without: where two kinks meet, anything may be the derivative."""
        a, b = self.tree(dims, depth), self.tree(dims, depth)
        if any(n.name in ROUGH for p in (a, b) for n in p.walk()):
            return a
        return self.grow(
            lambda: apply(a, function=self.one("relu", "abs", "sign")),
            lambda: apply(a, self.elsewhere(a), function=self.one("max", "min")),
            lambda: apply(a, number("0", 0.0), function=self.one("max", "min")),
            lambda: mask(a, b),
        )

    def elsewhere(self, a):
        """A name of the same shape that does not occur: equal arguments would meet in a kink."""
        occurring = {n.name for n in a.walk()}
        others = [n for n in BY_SHAPE.get(a.dims, []) if n not in occurring]
        return leaf(self.one(*others)) if others else number("0.5", 0.5)

    def positive(self, dims, depth):
        depth -= 1
        inner = partial(self.tree, dims)
        one = number("1", 1.0)
        choices = [
            lambda: add(one, power(inner(depth), exponent="2")),
            lambda: add(number("2", 2.0), apply(inner(depth), function=self.one("sin", "tanh"))),
            lambda: apply(apply(inner(depth), function=self.one("tanh", "sin")), function="exp"),
            lambda: apply(inner(depth), function="softplus"),
        ]
        if dims:
            choices.append(lambda: add(one, hadamard(t := inner(depth), t)))
        else:
            choices.append(lambda: add(one, norm(self.tree((self.dim(),), depth), squared=True)))
            choices.append(lambda: leaf("r"))
        if dims == ("m",):
            choices.append(lambda: leaf("q"))
        return self.one(*choices)()

    def scalar(self, dims, depth):
        d, e = self.dim(), self.dim()
        vector = lambda d=d: self.tree((d,), depth)  # noqa: E731
        matrix = lambda d=d, e=e: self.tree((d, e), depth)  # noqa: E731
        return self.grow(
            lambda: dot(vector(), vector()),
            lambda: form(vector(d), matrix(d, e), vector(e)),
            lambda: trace(matrix(d, d)),
            lambda: trace(times(matrix(d, e), matrix(e, d))),
            lambda: total(self.one(vector, matrix)(), mean=self.one(True, False)),
            lambda: norm(self.one(vector, matrix)(), squared=True),
            lambda: norm(self.one(vector, matrix)()),
            lambda: logsumexp(vector()),
            lambda: whole(self.sound(self.one("n", "m"), depth), function=self.one("det", "logdet")),
            lambda: whole(leaf(self.one("Q", "B", "S", "O", "D")), function="det"),
            lambda: cube(leaf("T"), self.tree(("n",), depth), self.tree(("m",), depth), self.tree(("p",), depth), letters="ijk,i,j,k->"),
            lambda: total(where_index(self.tree((d, d), depth), relation=self.one(*TRIANGLES))),
            lambda: dot(softmax(v := vector()), v),
            lambda: stacked_form(matrix(d, "n"), matrix("n", e), matrix(d, "m"), matrix("m", e)),
            lambda: stacked_dot(matrix(), matrix()),
            lambda: kronecker(matrix(), matrix(), function=self.one("sum", "‖")),
            lambda: kronecker(matrix(d, d), matrix(e, e), function="tr"),
            lambda: self.shifts(),
        )  # fmt: skip

    def shifts(self):
        return self.grow(
            lambda: correlation(self.one("y", "b"), self.one("x", "a", "q"), self.one("y", "b")),
            lambda: neighbours(self.one("x", "z", "q"), self.one("square", "product", "function")),
        )

    def vector(self, dims, depth):
        (d,) = dims
        e = self.dim()
        return self.grow(
            lambda: times(self.tree((d, e), depth), self.tree((e,), depth)),
            lambda: times(self.tree((d, e), depth), self.tree((e,), depth)),
            lambda: times(self.tree((e, d), depth), self.tree((e,), depth), flip=True),
            lambda: apply(add(times(self.tree((d, e), depth), leaf(self.one(*BY_SHAPE[(e,)]))), self.tip(dims)), function="tanh"),
            lambda: softmax(self.tree(dims, depth)),
            lambda: identity_times(self.tree(dims, depth), by=self.one(2, 3), inverse=self.one(True, False)),
            lambda: diagonal(self.tree((d, d), depth)),
            lambda: rows(self.tree((d, e), depth)),
            lambda: times(whole(self.sound(d, depth), function="inv"), self.tree(dims, depth)) if d in "nm" else softmax(self.tree(dims, depth)),
            lambda: over(v := self.tree(dims, depth), norm(v)),
            lambda: scaled(self.tree((), depth), ones(d)),
            lambda: self.slice(d, depth),
        )  # fmt: skip

    def slice(self, d, depth):
        """What only indices can write."""
        if d == "n":
            return self.grow(
                lambda: cube(leaf("T"), self.tree(("m",), depth), self.tree(("p",), depth), letters="ijk,j,k->i"),
                lambda: literal("W", None, self.one(1, 3)),
                lambda: cube(leaf("T"), self.tree(("m", "p"), depth), letters="ijk,jk->i"),
            )
        if d == "m":
            return self.grow(
                lambda: cube(leaf("T"), self.tree(("n",), depth), self.tree(("p",), depth), letters="ijk,i,k->j"),
                lambda: literal("W", self.one(1, 2), None),
                lambda: cube(self.tree(("n", "m"), depth), self.tree(("n", "m"), depth), self.tree(("m",), depth), letters="ij,ij,j->j"),
            )  # fmt: skip
        return rows(where_index(self.tree((d, d), depth), relation=self.one(*TRIANGLES)))

    def square_or_not(self, dims, depth):
        d, e = dims
        f = self.dim()
        choices = [
            lambda: times(self.tree((d, f), depth), self.tree((f, e), depth)),
            lambda: times(self.tree((f, d), depth), self.tree((f, e), depth), flip=True),
            lambda: outer(self.tree((d,), depth), self.tree((e,), depth)),
            lambda: transpose(self.tree((e, d), depth)),
            lambda: identity_times(self.tree(dims, depth), by=self.one(2, 3), inverse=self.one(True, False)),
            lambda: times(diagonal_matrix(self.tree((d,), depth)), self.tree(dims, depth)),
            lambda: times(self.tree(dims, depth), diagonal_matrix(self.tree((e,), depth))),
        ]
        if d == e:
            choices += [
                lambda: diagonal_matrix(self.tree((d,), depth)),
                lambda: shifted(self.tree(dims, depth), by=self.one(1, 2)),
                lambda: matrix_power(self.tree(dims, depth), exponent=self.one(2, 3)),
                lambda: where_index(self.tree(dims, depth), relation=self.one(*TRIANGLES)),
            ]
            if d in "nm":
                choices.append(lambda: whole(self.sound(d, depth), function="inv"))
                choices.append(lambda: whole(self.sound(d, depth), function="inv"))
        if dims == ("n", "m"):
            choices.append(lambda: cube(leaf("T"), self.tree(("p",), depth), letters="ijk,k->ij"))
        return self.one(*choices)()

    def sound(self, d, depth):
        """A square matrix far from singular."""
        e = self.dim()
        choices = [
            lambda: shifted(times(a := self.tree((e, d), depth), a, flip=True), by=1),
            lambda: shifted(apply(self.tree((d, d), depth), function=self.one("sin", "tanh")), by=4),
        ]
        if d == "m":
            choices += [
                lambda: leaf("P"),
                lambda: leaf("O"),
                lambda: add(leaf("P"), times(a := self.tree((e, d), depth - 1), a, flip=True)),
            ]
        return self.one(*choices)()  # fmt: skip
