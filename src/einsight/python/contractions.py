"""Calls that say which axes meet: `einsum`, and `rearrange`, `reduce` and `repeat` of einops.

A contraction is linear in each operand, so that its derivatives are contractions too, of the other operands: the Jacobian
and the vector-Jacobian product come from the string alone, whatever the shapes are.
"""

from __future__ import annotations

import ast
import itertools
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..targets.contraction import pairs
from ..terms.dimension import Dim, Index
from .libraries import library_of
from .module import Module
from .subscripts import (
    ELLIPSIS,
    Group,
    Malformed,
    Pattern,
    Subscripts,
    einops_pattern,
    einops_subscripts,
    einsum_subscripts,
)

EINSUMS = frozenset(
    (
        "numpy.einsum",
        "jax.numpy.einsum",
        "torch.einsum",
        "torch.functional.einsum",
        "opt_einsum.contract",
        "einops.einsum",
    )
)
REGROUPINGS = frozenset(("einops.rearrange", "einops.reduce", "einops.repeat"))
EINOPS_REDUCTIONS = frozenset(("sum", "mean", "max", "min", "prod", "any", "all"))
# more operands than these have their order left to the library
MOST_ORDERED = 8


@dataclass(frozen=True)
class Contraction:
    """A call of `einsum`: `function` is how the author calls it, `texts` how the operands are written."""

    node: ast.Call
    library: str
    function: str
    subscripts: Subscripts
    operands: tuple[ast.expr, ...]
    texts: tuple[str, ...]

    # as text

    def index_form(self, name: str = "out") -> str:
        """`out[b,q] = ∑_k A[b,k] B[k,q]`."""
        subscripts = self.subscripts
        left = f"{name}{_bracketed(subscripts.output)}"
        summed = [x for x in subscripts.summed if x != ELLIPSIS]
        sign = f"∑_{','.join(summed)} " if summed else ""
        factors = " ".join(f"{_atom(t)}{_bracketed(x)}" for t, x in zip(self.texts, subscripts.operands, strict=True))
        return f"{left} = {sign}{factors}"

    def call(self, subscripts: Subscripts, operands: Sequence[str]) -> str:
        """Another such call in the author's library."""
        if self.library == "einops":
            pattern = f"{', '.join(map(_spaced, subscripts.operands))} -> {_spaced(subscripts.output)}".strip()
            return f"{self.function}({', '.join(operands)}, '{pattern}')"
        pattern = f"{','.join(map(_joined, subscripts.operands))}->{_joined(subscripts.output)}"
        return f"{self.function}('{pattern}', {', '.join(operands)})"

    # derivatives

    def vjp(self, place: int, cotangent: str = "g") -> str | None:
        """The product of a cotangent with the Jacobian of an operand, as such a call; None where none says it."""
        made = self._others(place)
        if made is None:
            return None
        operands, texts, target, _ = made
        subscripts = Subscripts((self.subscripts.output, *operands), target)
        return self.call(subscripts, [cotangent, *texts])

    def jacobian(self, place: int) -> str | None:
        """The Jacobian of an operand: its axes are the output's, then the operand's."""
        if any(ELLIPSIS in x for x in (*self.subscripts.operands, self.subscripts.output)):
            return None
        made = self._others(place, apart=True)
        if made is None:
            return None
        operands, texts, target, _ = made
        if not operands:
            return None
        return self.call(Subscripts(operands, (*self.subscripts.output, *target)), texts)

    def _others(
        self, place: int, apart: bool = False
    ) -> tuple[tuple[tuple[str, ...], ...], list[str], tuple[str, ...], bool] | None:
        """The other operands, with what an index needs that they do not have, and the letters of the operand.

        apart   has the operand letters of its own where the output has them too?
        """
        own = self.subscripts.operands[place]
        others = [x for k, x in enumerate(self.subscripts.operands) if k != place]
        texts = [t for k, t in enumerate(self.texts) if k != place]
        known = {x for other in others for x in other} | (set() if apart else set(self.subscripts.output))
        taken = {x for part in (*self.subscripts.operands, self.subscripts.output) for x in part}
        fresh = self._fresh(taken)
        target: list[str] = []
        more: list[tuple[tuple[str, ...], str]] = []
        dotted = [k for k, x in enumerate(self.subscripts.operands) if ELLIPSIS in x]
        # a sum over `...` has no string, nor what is broadcast among several of them
        if dotted and (dotted != [place] or ELLIPSIS not in self.subscripts.output):
            return None
        for at, letter in enumerate(own):
            if letter == ELLIPSIS:
                target.append(letter)
                continue
            repeated = letter in own[:at]
            if repeated or (apart and letter in self.subscripts.output):
                new = next(fresh)
                more.append(((letter, new), f"eye({self._size(place, at)})"))
                target.append(new)
            else:
                target.append(letter)
                if letter not in known:
                    more.append(((letter,), f"ones({self._size(place, at)})"))
                    known.add(letter)
        namespace = self.namespace
        if more and namespace is None:
            return None
        # an eye brings its letter along
        brought = {x for letters, text in more if text.startswith("eye") for x in letters}
        more = [(x, t) for x, t in more if not (t.startswith("ones") and x[0] in brought)]
        operands = (*others, *(x for x, _ in more))
        return tuple(operands), [*texts, *(f"{namespace}{t}" for _, t in more)], tuple(target), bool(more)

    def _fresh(self, taken: set[str]) -> Iterator[str]:
        if self.library == "einops":
            return (f"i{k}" for k in itertools.count(2) if f"i{k}" not in taken)
        return (x for x in string.ascii_letters if x not in taken)

    def _size(self, place: int, axis: int) -> str:
        letters = self.subscripts.operands[place]
        at = axis if ELLIPSIS not in letters[:axis] else axis - len(letters)
        return f"{_atom(self.texts[place])}.shape[{at}]"

    @property
    def namespace(self) -> str | None:
        """What stands before `eye` in the author's library."""
        if self.library in ("numpy", "jax", "torch") and "." in self.function:
            return self.function.rpartition(".")[0] + "."
        return None

    # costs

    def cost(self) -> str:
        """Multiplications and additions, as a product of sizes, all operands at once."""
        letters = dict.fromkeys(x for operand in self.subscripts.operands for x in operand)
        shown = "·".join("…" if x == ELLIPSIS else x for x in letters)
        operands = len(self.subscripts.operands)
        times = operands if self.subscripts.summed else max(operands - 1, 0)
        return f"{times}·{shown}" if shown else str(times)

    def order(self, sizes: Mapping[str, int] | None = None) -> list[str] | None:
        """The contraction two operands at a time, as calls, where there are three or more of them."""
        operands = self.subscripts.operands
        if not 3 <= len(operands) <= MOST_ORDERED or any(ELLIPSIS in x for x in operands):
            return None
        dims = {x: Index(x, Dim((sizes or {}).get(x) or x)) for operand in operands for x in operand}
        found = pairs([[dims[x] for x in o] for o in operands], [dims[x] for x in self.subscripts.output], {})
        left = list(zip(operands, self.texts, strict=True))
        lines = []
        for number, (a, b) in enumerate(found, 1):
            (first, first_text), (second, second_text) = left[a], left[b]
            left = [x for k, x in enumerate(left) if k not in (a, b)]
            needed = set(self.subscripts.output).union(*(x for x, _ in left))
            result = (
                tuple(dict.fromkeys(x for x in (*first, *second) if x in needed)) if left else self.subscripts.output
            )
            call = self.call(Subscripts((first, second), result), [first_text, second_text])
            name = f"t{number}"
            lines.append(f"{name} = {call}" if left else call)
            left.append((result, name))
        return lines


@dataclass(frozen=True)
class Regrouping:
    """A call of `rearrange`, `reduce` or `repeat`."""

    node: ast.Call
    kind: str
    function: str
    pattern: Pattern
    operand: ast.expr
    text: str
    reduction: str = ""
    sizes: tuple[tuple[str, ast.expr], ...] = ()

    def index_form(self, name: str = "out") -> str:
        """`out[b,h w,c] = x[b,h,w,c]`."""
        left, right = (f"[{','.join(_group(g) for g in side)}]" for side in (self.pattern.right, self.pattern.left))
        gone = [x for g in self.pattern.left for x in g if x not in {y for h in self.pattern.right for y in h}]
        sign = {"sum": "∑", "": ""}.get(self.reduction, self.reduction)
        over = f"{sign}_{','.join(_shown(x) for x in gone)} " if gone else ""
        return f"{name}{left} = {over}{_atom(self.text)}{right}"

    def vjp(self, cotangent: str = "g") -> str | None:
        """The product of a cotangent with the Jacobian, as such a call; None where none says it."""
        left, right = (" ".join(f"({' '.join(map(_shown, g))})" if len(g) != 1 else _shown(g[0]) for g in side) for side in (
            self.pattern.left, self.pattern.right))  # fmt: skip
        kind = {"rearrange": "rearrange", "repeat": "reduce", "reduce": "repeat"}[self.kind]
        if self.pattern.sizes or (self.kind == "reduce" and self.reduction != "sum"):
            return None
        function = f"{self.function.rpartition('.')[0]}.{kind}".lstrip(".")
        sizes = [f"{n}={ast.unparse(v)}" for n, v in self.sizes]
        if self.kind == "repeat":
            return f"{function}({', '.join([cotangent, repr(f'{right} -> {left}'), repr('sum'), *sizes])})"
        flat = [x for g in self.pattern.left for x in g]
        told = {n for n, _ in self.sizes}
        if any(len(g) > 1 for g in self.pattern.left) and self.kind == "reduce":
            return None
        if self.kind == "reduce" or any(len(g) > 1 for g in self.pattern.right):
            needs = [x for x in flat if x not in told and x != ELLIPSIS] if self.kind == "rearrange" else [
                x for x in flat if x not in {y for g in self.pattern.right for y in g}]  # fmt: skip
            inside = {x for g in self.pattern.right if len(g) > 1 for x in g}
            for name in needs:
                if self.kind == "rearrange" and name not in inside:
                    continue
                if (name,) not in self.pattern.left or ELLIPSIS in flat[: flat.index(name)]:
                    return None
                sizes.append(f"{name}={_atom(self.text)}.shape[{self.pattern.left.index((name,))}]")
        return f"{function}({', '.join([cotangent, repr(f'{right} -> {left}'), *sizes])})"


def _bracketed(letters: Sequence[str]) -> str:
    return f"[{','.join(map(_shown, letters))}]" if letters else ""


def _shown(letter: str) -> str:
    return "..." if letter == ELLIPSIS else letter.split("·")[0]


def _group(group: Group) -> str:
    return " ".join(map(_shown, group)) or "1"


def _joined(letters: Sequence[str]) -> str:
    return "".join(map(_shown, letters))


def _spaced(letters: Sequence[str]) -> str:
    return " ".join(map(_shown, letters))


def _atom(text: str) -> str:
    return text if text.replace(".", "").replace("_", "").isalnum() else f"({text})"


def call_of(module: Module, node: ast.Call, path: str) -> Contraction | Regrouping | None:
    """What a call of `einsum` or of einops says, found out once; None where its string does not stand there.  Raises Malformed."""
    key = node, path
    if key not in module.called:
        texts = [module.source.text_of(a) for a in node.args]
        function = module.source.text_of(node.func)
        try:
            given = [module.with_constants(node, a) for a in node.args]
            module.called[key] = (contraction if path in EINSUMS else regrouping)(node, path, texts, function, given)
        except Malformed as wrong:
            module.called[key] = wrong
    found = module.called[key]
    if isinstance(found, Malformed):
        raise found
    assert found is None or isinstance(found, (Contraction, Regrouping))
    return found


def contraction(
    node: ast.Call, path: str, texts: Sequence[str], function: str, given: Sequence[ast.expr] | None = None
) -> Contraction | None:
    """What a call of `einsum` says; None where its string does not stand there.  Raises Malformed.

    texts   of the arguments
    given   the arguments with the constants that their names stand for
    """
    library = library_of(path)
    arguments = node.args if given is None else given
    starred = any(isinstance(a, ast.Starred) for a in arguments)
    if not arguments:
        return None
    if library == "einops":
        text = _literal(arguments[-1])
        if text is None or (starred and len(arguments) < 2):
            return None
        operands = arguments[:-1]
        subscripts = einops_subscripts(text, None if starred else len(operands))
        return None if starred else Contraction(
            node, library, function, subscripts, tuple(operands), tuple(texts[:-1]))  # fmt: skip
    text = _literal(arguments[0])
    if text is None:
        return None if starred else _interleaved(node, library, texts, function, arguments)
    operands = arguments[1:]
    own = texts[1:]
    if library == "torch" and len(operands) == 1 and isinstance(operands[0], (ast.List, ast.Tuple)):
        operands = operands[0].elts
        own = [ast.unparse(o) for o in operands]
        starred = any(isinstance(a, ast.Starred) for a in operands)
    # one operand may be a tuple of them
    unsure = starred or (len(operands) == 1 and "," in text.split("->")[0] and library == "torch")
    subscripts = einsum_subscripts(text, None if unsure else len(operands), library)
    if unsure:
        return None
    return Contraction(node, library, function, subscripts, tuple(operands), tuple(own))


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


_NAMES = string.ascii_lowercase + string.ascii_uppercase


def _interleaved(
    node: ast.Call, library: str, texts: Sequence[str], function: str, arguments: Sequence[ast.expr]
) -> Contraction | None:
    """`einsum(A, [0, 1], B, [1, 2], [0, 2])`."""
    lists = [_sublist(a) for a in arguments[1::2]]
    if not lists or any(x is None for x in lists):
        return None
    count = len(arguments) // 2
    operands, letters = arguments[: 2 * count : 2], [x for x in lists[:count] if x is not None]
    if len(arguments) % 2:
        output = _sublist(arguments[-1])
        if output is None:
            return None
    else:
        flat = [x for part in letters for x in part]
        once = sorted({x for x in flat if flat.count(x) == 1 and x != ELLIPSIS}, key=_NAMES.index)
        output = ((ELLIPSIS,) if ELLIPSIS in flat else ()) + tuple(once)
    known = {x for part in letters for x in part}
    for name in output:
        if name not in known and name != ELLIPSIS:
            raise Malformed(f"axis {_NAMES.index(name)} of the output is in no operand")
        if output.count(name) > 1:
            raise Malformed(f"axis {_NAMES.index(name)} stands twice in the output")
    own = tuple(texts[: 2 * count : 2])
    return Contraction(node, library, function, Subscripts(tuple(letters), output), tuple(operands), own)


def _sublist(node: ast.expr) -> tuple[str, ...] | None:
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    found = []
    for item in node.elts:
        if isinstance(item, ast.Constant) and item.value is ...:
            found.append(ELLIPSIS)
        elif isinstance(item, ast.Constant) and type(item.value) is int and 0 <= item.value < len(_NAMES):
            found.append(_NAMES[item.value])
        else:
            return None
    return tuple(found)


def regrouping(
    node: ast.Call, path: str, texts: Sequence[str], function: str, known: Sequence[ast.expr] | None = None
) -> Regrouping | None:
    """What a call of einops says; None where its pattern does not stand there.  Raises Malformed."""
    arguments = node.args if known is None else known
    kind = path.split(".")[-1]
    wanted = 3 if kind == "reduce" else 2
    if len(node.args) < 2 or any(isinstance(a, ast.Starred) for a in node.args) or len(node.args) > wanted:
        return None
    text = _literal(arguments[1])
    if text is None:
        return None
    reduction = ""
    if kind == "reduce":
        given = (
            node.args[2] if len(node.args) > 2 else next((k.value for k in node.keywords if k.arg == "reduction"), None)
        )
        reduction = (_literal(given) or "?") if given is not None else "?"
    named = [(k.arg, k.value) for k in node.keywords if k.arg != "reduction"]
    spread = any(n is None for n, _ in named)
    sizes = tuple((n, v) for n, v in named if n is not None)
    pattern = einops_pattern(text, kind, None if spread else [n for n, _ in sizes])
    return Regrouping(node, kind, function, pattern, node.args[0], texts[0], reduction, sizes)
