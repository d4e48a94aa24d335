"""Decides the verdict of every claim of the corpus with NumPy alone.

Nothing of einsight is imported. A claim is two Python expressions, one for each side, written by hand; both are
evaluated at random values, at sizes that are all different and at sizes that are all equal. Derivatives are central
differences with Richardson extrapolation. `python tests/corpus/judge.py` prints every claim whose written verdict
differs from the one found here, and exits 1 when there is one.

    right       the sides agree at every point
    transposed  they agree after the right side is transposed (claims of a derivative, or of two different shapes)
    right_if:X  they disagree in general and agree where X holds, X being the first sufficient one of
                `A symmetric`, `A antisymmetric`, `A diagonal`, `A orthogonal`, `x positive`, `n = m`, `sum(y) = 1`,
                `A, B symmetric`; several that suffice, none of which implies another, are separated by ` or `
    shape       the shapes differ, also after transposing, or one side has no shape at all
    wrong       otherwise
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

CORPUS = Path(__file__).parent / "claims.txt"
PROPERTIES = ("symmetric", "antisymmetric", "diagonal", "orthogonal", "positive-definite", "positive")
AGREE, DISAGREE = 1e-7, 1e-5


class Unusable(Exception):
    """The point says nothing: a kink is near, a matrix is close to singular, or a side has no value there."""


# The file


@dataclass
class Claim:
    text: str
    verdict: str
    left: str
    right: str
    line: int


@dataclass
class Block:
    family: str
    line: int
    declare: list[str] = field(default_factory=list)
    define: list[str] = field(default_factory=list)
    numpy: list[str] = field(default_factory=list)
    layout: str = "numerator"
    claims: list[Claim] = field(default_factory=list)

    @property
    def tensors(self) -> list[Declared]:
        return list(_declared(self.declare))


@dataclass(frozen=True)
class Declared:
    name: str
    dims: tuple[str, ...]
    properties: frozenset[str]


def read(path: Path = CORPUS) -> list[Block]:
    """The blocks of a corpus file."""
    blocks: list[Block] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if found := re.fullmatch(r"\[(.*)\]", line) if "|||" not in line else None:
            blocks.append(Block(found.group(1), number))
        elif found := re.match(r"(declare|define|numpy|layout):\s*(.*)", line):
            if found.group(1) == "layout":
                blocks[-1].layout = found.group(2)
            else:
                getattr(blocks[-1], found.group(1)).append(found.group(2))
        else:
            parts = [part.strip() for part in line.split("|||")]
            if len(parts) != 4:
                raise ValueError(f"line {number}: a claim has four parts, this has {len(parts)}")
            blocks[-1].claims.append(Claim(*parts, number))
    return blocks


def _declared(lines: list[str]) -> Iterator[Declared]:
    for statement in ";".join(lines).split(";"):
        names, _, space = statement.partition("∈")
        found = re.match(r"\s*ℝ(?:\^\(([^)]*)\)|\^(\w+))?\s*(.*)", space)
        if not found:
            raise ValueError(f"not a declaration: {statement}")
        dims = tuple(re.split(r"\s*×\s*", found.group(1) or found.group(2))) if found.group(1) or found.group(2) else ()
        properties = frozenset(found.group(3).split())
        if not properties <= set(PROPERTIES):
            raise ValueError(f"unknown property in: {statement}")
        for name in names.split(","):
            yield Declared(name.strip(), dims, properties)


# Values


def _draw(rng: np.random.Generator, shape: tuple[int, ...], properties: set[str]) -> np.ndarray:
    value = rng.normal(size=shape) + 0.1
    if "positive" in properties:
        value = np.abs(value) + 0.2
    if "symmetric" in properties:
        value = (value + value.T) / 2
    if "antisymmetric" in properties:
        value = (value - value.T) / 2
    if "diagonal" in properties:
        value = np.diag(np.diag(value))
    if "orthogonal" in properties:
        value = np.linalg.qr(value)[0] * rng.choice([-1.0, 1.0], size=shape[0])
    if "positive-definite" in properties:
        value = value @ value.T / shape[0] + rng.choice([0.5, 0.05, 0.002]) * np.eye(shape[0])
    return value


def _dims(tensors: list[Declared]) -> list[str]:
    return sorted({d for t in tensors for d in t.dims if not d.isdigit()})


def _points(
    tensors: list[Declared], assumption: str | None, most: int, large: bool, scaled: bool
) -> Iterator[dict[str, Any]]:
    """Values for all names and sizes: most with dimensions that are all different, some with equal ones.

    large: also with dimensions up to 12, far apart; scaled: also with very small and very large values.
    """
    rng = np.random.default_rng(20240229)
    dims = _dims(tensors)
    pool = list(range(2, 2 + max(4, len(dims))))
    extra: dict[str, set[str]] = {}
    if assumption and (found := re.fullmatch(r"(\w+(?:, \w+)*) ([a-z-]+)", assumption)):
        extra = {name: {found.group(2)} for name in found.group(1).split(", ")}
    # most assumptions fail at once: small matrices come first
    first = (2,) if assumption else ()
    for trial in (*first, *(t for t in range(most) if t not in first)):
        if trial % 3 == 2:
            sizes = dict.fromkeys(dims, (2, 3, 4)[trial // 3 % 3])
        else:  # the pool is turned, so that each dimension meets odd and even sizes
            sizes = {d: pool[(k + trial) % len(pool)] for k, d in enumerate(dims)}
        if large and trial % 5 == 4:
            chosen = np.arange(12, 0, -1) if trial % 10 == 4 else rng.permutation(np.arange(1, 13))
            sizes = dict(zip(dims, map(int, chosen), strict=False))
        if assumption and (found := re.fullmatch(r"(\w+) = (\w+)", assumption)):
            sizes[found.group(1)] = sizes[found.group(2)]
        values: dict[str, Any] = dict(sizes)
        for t in tensors:
            shape = tuple(int(d) if d.isdigit() else sizes[d] for d in t.dims)
            properties = set(t.properties) | extra.get(t.name, set())
            values[t.name] = _draw(rng, shape, properties)
            if scaled and trial % 2 and not properties & {"orthogonal", "antisymmetric"}:
                values[t.name] = values[t.name] * 10 ** rng.uniform(-4, 4)
        if assumption and (found := re.fullmatch(r"sum\((\w+)\) = 1", assumption)):
            entries = values[found.group(1)]
            values[found.group(1)] = entries + (1 - entries.sum()) / entries.size
        yield values


# What the expressions of the corpus may use


STEPS = 0.04 / 2.0 ** np.arange(4)


def _along(f: Callable[[Any], Any], x: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """The derivative along a direction, with an error of order h^8.

    Unusable next to a kink: there the last step of the extrapolation still changes the value, or the slopes on
    both sides do not approach each other as the step shrinks.
    """
    middle = np.asarray(f(x))
    values = [(np.asarray(f(x + h * direction)), np.asarray(f(x - h * direction))) for h in STEPS]
    bends = [np.abs(ahead - 2 * middle + behind) / h for h, (ahead, behind) in zip(STEPS, values, strict=True)]
    table = [(ahead - behind) / (2 * h) for h, (ahead, behind) in zip(STEPS, values, strict=True)]
    for order in (4, 16, 64):
        before = table[-1]
        table = [(order * fine - coarse) / (order - 1) for coarse, fine in zip(table, table[1:], strict=False)]
    scale = 1 + np.abs(before)
    if not np.all(np.abs(table[0] - before) <= 1e-7 * scale) or np.any(bends[-1] > 0.4 * bends[0] + 1e-7 * scale):
        raise Unusable
    return table[0]


def D(f: Callable[[Any], Any], x: Any) -> np.ndarray:
    """∂f/∂x in components: the axes of the output, then those of the variable."""
    x = np.asarray(x, dtype=float)
    out = [_along(f, x, unit.reshape(x.shape)) for unit in np.eye(x.size)]
    return np.stack(out, axis=-1).reshape(np.shape(out[0]) + x.shape)


def Dsym(f: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    """As D for a symmetric matrix: along (E_ij + E_ji)/2."""
    units = np.eye(x.size).reshape(-1, *x.shape)
    out = [_along(f, x, (unit + unit.T) / 2) for unit in units]
    return np.stack(out, axis=-1).reshape(np.shape(out[0]) + x.shape)


def row(v: np.ndarray) -> np.ndarray:
    """A vector as a matrix 1×m."""
    return np.asarray(v).reshape(1, -1)


def _ranks(f: Callable[[Any], Any], x: Any) -> tuple[int, int]:
    ranks = np.ndim(f(x)), np.ndim(x)
    if ranks not in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0)]:
        raise TypeError(f"a derivative of rank {ranks} has no layout as a matrix")
    return ranks


def numer(f: Callable[[Any], Any], x: Any, derivative: Callable[..., np.ndarray] = D) -> np.ndarray:
    """∂f/∂x as a matrix in numerator layout."""
    d, ranks = derivative(f, x), _ranks(f, x)
    return row(d) if ranks == (0, 1) else d.T if ranks == (0, 2) else d


def denom(f: Callable[[Any], Any], x: Any) -> np.ndarray:
    """∂f/∂x as a matrix in denominator layout."""
    d, ranks = D(f, x), _ranks(f, x)
    return row(d) if ranks == (1, 0) else d.T if ranks in [(1, 1), (2, 0)] else d


def mixed(f: Callable[[Any], Any], x: Any) -> np.ndarray:
    """∂f/∂x as a matrix in mixed layout: scalars by denominator, vectors by numerator."""
    d = D(f, x)
    _ranks(f, x)
    return d


def grad(f: Callable[[Any], Any], x: Any) -> np.ndarray:
    """The gradient of a scalar, in the shape of its variable."""
    if np.ndim(f(x)):
        raise TypeError("a gradient is of a scalar")
    return D(f, x)


def hess(f: Callable[[Any], Any], x: Any) -> np.ndarray:
    """The second derivative of a scalar by a vector."""
    return D(lambda z: D(f, z), x)


def D2(f: Callable[[Any, Any], Any], x: Any, y: Any) -> np.ndarray:
    """∂²f/∂x∂y in components: the axes of the output, of x, of y."""
    return D(lambda w: D(lambda z: f(z, w), x), y)


def inv(a: np.ndarray) -> np.ndarray:
    if np.linalg.cond(a) > 1e5:
        raise Unusable
    return np.linalg.inv(a)


def logdet(a: np.ndarray) -> float:
    sign, value = np.linalg.slogdet(a)
    return value if sign > 0 else np.nan


def softmax(x: np.ndarray) -> np.ndarray:
    """Of a vector; of a matrix, row by row."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def lse(x: np.ndarray) -> float:
    return np.log(np.exp(x).sum())


def norm(x: np.ndarray) -> float:
    """Euclidean; of a matrix, Frobenius."""
    return np.sqrt((np.asarray(x) ** 2).sum())


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(x)))


def misfit() -> None:
    """A side that has no value: its parts do not fit."""
    raise ValueError("no shape")


def unless(condition: bool) -> int:
    """1, unless the point is outside the domain of the claim."""
    if condition:
        raise Unusable
    return 1


def ind(condition: Any) -> np.ndarray:
    """An Iverson bracket."""
    return np.asarray(condition, dtype=float)


TOOLS: dict[str, Any] = {
    name: getattr(np, name)
    for name in "exp log sqrt abs sign sin cos tan sinh cosh tanh einsum outer kron diag ones zeros eye trace".split()
} | {
    "np": np, "D": D, "Dsym": Dsym, "D2": D2, "row": row, "misfit": misfit, "unless": unless, "numer": numer, "denom": denom, "mixed": mixed, "grad": grad,
    "hess": hess, "inv": inv, "det": np.linalg.det, "logdet": logdet, "tr": np.trace, "softmax": softmax, "lse": lse,
    "norm": norm, "sigmoid": sigmoid, "ind": ind, "sum": np.sum, "mean": np.mean, "arctan": np.arctan,
    "arcsin": np.arcsin, "pi": np.pi, "erf": np.vectorize(math.erf),
    "relu": lambda x: np.maximum(x, 0), "softplus": lambda x: np.logaddexp(0, x),
    "vec": lambda a: np.asarray(a).reshape(-1, order="F"), "delta": np.eye,
}  # fmt: skip


# The verdict


def _side(source: str, scope: dict[str, Any]) -> SimpleNamespace:
    """The value of one side, and its free indices when it stands in components (`ij: …`)."""
    found = re.match(r"([a-z]*):\s*(.*)", source)
    axes, code = (found.group(1), found.group(2)) if found else (None, source)
    value = np.asarray(eval(code, scope))
    if axes is None:
        value = value.reshape(-1, 1) if value.ndim == 1 else value
    elif len(axes) != value.ndim:
        raise ValueError(f"{value.ndim} axes for the indices `{axes}`")
    else:
        value = value.transpose([axes.index(a) for a in sorted(axes)])
    return SimpleNamespace(axes=axes if axes is None else "".join(sorted(axes)), value=value)


def _compare(claim: Claim, block: Block, assumption: str | None = None, turned: bool = False) -> str:
    """`agree`, `vanish` (both sides are always zero), `disagree`, `shape`, `turned shape` (the shapes fit when turned)."""
    usable, vanishing = 0, True
    plain, threshold = not _is_derivative(claim), _has_threshold(claim)
    wanted = 500 if plain and threshold else 120 if threshold else 15 if plain else 7
    for values in _points(block.tensors, assumption, 2 * wanted + 50, plain, plain and threshold):
        scope = TOOLS | values
        try:
            with np.errstate(all="ignore"):
                for line in block.numpy:
                    exec(line, scope)
                left, right = _side(claim.left, scope), _side(claim.right, scope)
        except (Unusable, IndexError):  # a component that small arrays do not have is as good as a point outside
            continue
        except ValueError as error:
            if assumption is None and ("dimension" in str(error) or "broadcast" in str(error) or "shape" in str(error)):
                return "shape"
            raise
        a, b = left.value, right.value.T if turned else right.value
        if (left.axes or "") != (right.axes or "") or (left.axes is None) != (right.axes is None) and a.ndim + b.ndim:
            return "shape"
        if a.shape != b.shape:
            return "turned shape" if not turned and left.axes is None and a.shape == b.T.shape else "shape"
        if not (np.isfinite(a).all() and np.isfinite(b).all()):
            continue
        usable += 1
        error = np.max(np.abs(a - b), initial=0) / (1 + np.max(np.abs(a), initial=0))
        if error > DISAGREE:
            return "disagree"
        vanishing &= max(np.max(np.abs(a), initial=0), np.max(np.abs(b), initial=0)) < DISAGREE
        if error > AGREE:
            usable -= 1  # rounding may be all there is
            continue
        if usable == wanted:
            break
    if usable < 2:
        if assumption is not None:
            return "disagree"
        raise ArithmeticError("there are no usable points")
    return "vanish" if vanishing else "agree"


def _assumptions(tensors: list[Declared], dims: list[str], sums: bool) -> Iterator[str]:
    """From weak to strong, those that are not declared.

    Without `sums` where thresholds stand: small arrays that sum to 1 keep away from them.
    """
    for prop in ("symmetric", "antisymmetric", "diagonal", "orthogonal"):
        for t in tensors:
            square = len(t.dims) == 2 and t.dims[0] == t.dims[1]
            taken = {"positive-definite", "diagonal", "antisymmetric", "orthogonal", prop}
            if prop in ("antisymmetric", "orthogonal"):
                taken.add("symmetric")
            if square and not t.properties & taken:
                yield f"{t.name} {prop}"
    for t in tensors:
        if not t.properties & set(PROPERTIES) - {"symmetric"}:
            yield f"{t.name} positive"
    for a, b in combinations(dims, 2):
        yield f"{a} = {b}"
    for t in tensors:
        if sums and len(t.dims) == 1:
            yield f"sum({t.name}) = 1"


def _subject(claim: Claim, block: Block) -> tuple[list[Declared], list[str]]:
    """The tensors and the dimensions that the claim, or what the block defines, is about."""
    words = set(re.findall(r"\w+", " ".join([claim.left, claim.right, *block.numpy])))
    tensors = [t for t in block.tensors if t.name in words]
    return tensors, sorted(set(_dims(tensors)) | (set(_dims(block.tensors)) & words))


def _has_threshold(claim: Claim) -> bool:
    """Such a claim may be true at most points and false at few."""
    names = "abs|sign|relu|ind|maximum|minimum" + ("" if _is_derivative(claim) else "|sqrt")
    return bool(re.search(rf"\b({names})\(", claim.left + claim.right))


def _groups(tensors: list[Declared]) -> Iterator[tuple[str, ...]]:
    """Two or three square matrices that may be symmetric together."""
    square = sorted(t.name for t in tensors if len(t.dims) == 2 and t.dims[0] == t.dims[1] and not t.properties)
    for size in (2, 3):
        yield from combinations(square, size)


def suffices(assumption: str, claim: Claim, block: Block) -> bool:
    """Does the claim hold under an assumption that another program names?"""
    return _compare(claim, block, assumption) in ("agree", "vanish")


def _is_derivative(claim: Claim) -> bool:
    return bool(re.search(r"\b(D|Dsym|D2|numer|denom|mixed|grad|hess)\(", claim.left + claim.right))


def verdict(claim: Claim, block: Block) -> tuple[str, list[str]]:
    """The verdict and, for `right_if`, every assumption that suffices, the weakest first."""
    found = _compare(claim, block)
    if found == "shape":
        return "shape", []
    if found in ("agree", "vanish"):
        return "right", []
    components = re.match(r"[a-z]*:", claim.left)
    may_turn = found == "turned shape" or (_is_derivative(claim) and not components)
    if may_turn and _compare(claim, block, turned=True) == "agree":
        return "transposed", []
    if found == "turned shape":
        return "wrong", []
    # an assumption under which both sides vanish says something only of a claim that its left side is zero
    enough = ("agree", "vanish") if re.match(r"(\w*:\s*)?(0$|zeros\()", claim.right) else ("agree",)
    tensors, dims = _subject(claim, block)
    sufficient = [
        a for a in _assumptions(tensors, dims, not _has_threshold(claim)) if _compare(claim, block, a) in enough
    ]
    for names in _groups(tensors):
        known = [set(a.removesuffix(" symmetric").split(", ")) for a in sufficient if a.endswith(" symmetric")]
        text = f"{', '.join(names)} symmetric"
        if not any(k <= set(names) for k in known) and _compare(claim, block, text) in enough:
            sufficient.append(text)
    return ("right_if", sufficient) if sufficient else ("wrong", [])


def weakest(sufficient: list[str]) -> set[str]:
    """Of assumptions that suffice, those that no other implies: a diagonal matrix is symmetric."""
    implied = {a for a in sufficient if a.endswith(" diagonal") and a.replace("diagonal", "symmetric") in sufficient}
    return set(sufficient) - implied


def written(claim: Claim) -> tuple[str, set[str]]:
    head, _, rest = claim.verdict.partition(":")
    return head, set(rest.split(" or ")) if rest else set()


def disagreement(claim: Claim, block: Block) -> str | None:
    """What is found instead of the written verdict, None when they agree."""
    kind, sufficient = verdict(claim, block)
    wanted, alternatives = written(claim)
    if kind == wanted and (kind != "right_if" or alternatives == weakest(sufficient)):
        return None
    return f"{kind}:{' or '.join(a for a in sufficient if a in weakest(sufficient))}" if sufficient else kind


def main() -> int:
    wrong = 0
    for block in read():
        for claim in block.claims:
            try:
                found = disagreement(claim, block)
            except Exception as error:
                found = f"{type(error).__name__}: {error}"
            if found is not None:
                wrong += 1
                print(f"claims.txt:{claim.line}: {claim.text}\n    written {claim.verdict}, found {found}")
    total = sum(len(b.claims) for b in read())
    print(f"{total} claims, {wrong} with another verdict")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
