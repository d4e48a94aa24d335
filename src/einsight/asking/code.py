"""An expression of NumPy, JAX or PyTorch, written down in the language.

The text is parsed, and never run.  In code `*` and `**` are elementwise, `@` of two vectors is a number, and a vector has no
orientation: so what is written depends on how many axes a name has (`ranks`), and a name of which nobody says that is taken by
its letter, a capital for a matrix.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, combinations, islice

from ..lowering.names import GREEK, canonical_name
from .calls import Calls
from .components import Components, names_in
from .counting import WEIGHTS
from .factors import factors_of_numbers
from .nodes import Lengths, is_library, is_new, length_asked, new_axis, number_of
from .pieces import (
    ATOM,
    CHAIN,
    LAYER,
    POSTFIX,
    SUM,
    Unwritten,
    Written,
    column,
    exponent,
    over,
    plus,
    times,
    transposed,
)
from .turns import counted_once

_MOST_SUBSETS = 8  # of capitals that may be vectors


def written(code: str, ranks: dict[str, int], dims: Mapping[str, tuple[str, ...]] | None = None) -> Iterator[list[str]]:
    """The statements of the language that say what some lines of code do, the last of them an expression: of whole arrays, then in components.

    `ranks` are the numbers of axes of the names that are declared, `dims` how long these are; what others are taken for is added to `ranks`.
    Raises Unwritten where neither can be written.
    """
    try:
        tree = ast.parse(code.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        at = getattr(problem, "offset", None) or 1
        raise Unwritten(f"this is no Python: {getattr(problem, 'msg', problem)}", at - 1, at) from None
    told, own = dict(ranks), {canonical_name(n) for n in names_in(tree)}
    is_torch = not own.isdisjoint({"torch", "F", "nn"})
    unknown = [n for n in names_in(tree) if n not in told and canonical_name(n) not in told]
    taken = dict.fromkeys(batches(tree, lambda name: name not in unknown), 2)
    taken |= {name: rank for name, rank in ranks_said(tree).items() if name in unknown}
    taken |= {name: 0 for name in _intercepts(tree) if name in unknown}
    taken |= {name: 0 for name in factors_of_numbers(tree) if name in unknown}
    counted = {name: count for name, count in counted_once(tree).items() if name in unknown}
    if counted:
        yield _turn_by_turn(tree.body, ranks, told | taken, counted, lambda: Lengths(dims or {}, own), is_torch)
        return
    ranks.update(taken)
    refused: Unwritten | None = None
    try:
        writer = _Writer(ranks, Lengths(dims or {}, own), is_torch)
        program = writer.program(tree.body)
        yield [*writer.lengths.declared, *program]
    except Unwritten as problem:
        refused = problem
        ranks.clear()
        ranks.update(told | taken)
    try:
        yield _in_components(tree.body, _Writer(ranks, Lengths(dims or {}, own), is_torch))
    except Unwritten:
        if refused is not None:
            raise refused from None


def _turn_by_turn(
    body: list[ast.stmt],
    ranks: dict[str, int],
    known: Mapping[str, int],
    counted: Mapping[str, int],
    lengths: Callable[[], Lengths],
    is_torch: bool,
) -> list[str]:
    """Code with comprehensions: capitals that have one index are matrices, or vectors where that makes a number of it."""
    capitals = [n for n, count in counted.items() if count == 1 and n[0].isupper() and n not in known]
    subsets = chain.from_iterable(combinations(capitals, k) for k in range(len(capitals) + 1))
    found: tuple[list[str], dict[str, int]] | None = None
    refused: Unwritten | None = None
    for vectors in islice(subsets, _MOST_SUBSETS):
        ranks.clear()
        ranks.update(known)
        ranks.update(dict.fromkeys(vectors, 1))
        writer = _Writer(ranks, lengths(), is_torch)
        for name, count in counted.items():
            ranks[name] = max(count, writer.rank_of(name)) if name not in known and name not in vectors else ranks[name]
        try:
            made = _in_components(body, writer)
        except Unwritten as problem:
            refused = refused or problem
            continue
        if "=" not in made[-1].partition("∑")[0]:
            return made
        found = found or (made, dict(ranks))
    if found is None:
        assert refused is not None
        raise refused
    ranks.clear()
    ranks.update(found[1])
    return found[0]


def _in_components(body: list[ast.stmt], writer: _Writer) -> list[str]:
    """Some lines of code as one expression in components, behind what is declared for it."""
    made = Components(writer.rank_of, writer.lengths, writer.is_torch)
    while len(body) == 1 and isinstance(body[0], (ast.FunctionDef, ast.AsyncFunctionDef)):
        body = [s for s in body[0].body if not _is_text(s)]
    for k, statement in enumerate(body):
        last = k == len(body) - 1
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        value = getattr(statement, "value", None)
        if last and isinstance(statement, (ast.Return, ast.Expr, ast.Assign)) and value is not None:
            statement_of_it = made.statement(value.body if isinstance(value, ast.Lambda) else value)
            return [*writer.lengths.declared, statement_of_it]
        target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
        if not isinstance(target, ast.Name) or value is None:
            break
        made.known[target.id] = made.write(value)
    raise Unwritten("only assignments to names, and an expression at the end, are read")


def batches(tree: ast.AST, is_known: Callable[[str], bool]) -> set[str]:
    """Names of which each row is a sample, since weights stand behind them: `x` of `x @ W.T`, and `y` beside it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult) and isinstance(node.left, ast.Name):
            right = node.right.value if isinstance(node.right, ast.Attribute) else node.right
            is_sample = node.left.id[0].islower() and not is_known(node.left.id)
            if is_sample and isinstance(right, ast.Name) and right.id[0] == "W" and not is_known(right.id):
                found.add(node.left.id)
    if found:
        found |= {n for n in names_in(tree) if n[0] in "yt" and len(n) == 1 and not is_known(n)}
    return found


def _intercepts(tree: ast.AST) -> Iterator[str]:
    """`b` of `X @ w + b`: beside data times weights it is one number for all rows."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.right, ast.Name):
            of = node.left
            if isinstance(of, ast.BinOp) and isinstance(of.op, ast.MatMult) and isinstance(of.right, ast.Name):
                is_data = isinstance(of.left, ast.Name) and of.left.id == "X"
                if is_data and canonical_name(of.right.id) in WEIGHTS and node.right.id in ("b", "bias"):
                    yield node.right.id


def _is_identity(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("eye", "identity")


def _is_an_axis(node: ast.expr) -> bool:
    return number_of(node) in (0, 1, -1)


def ranks_said(tree: ast.AST) -> dict[str, int]:
    """Numbers of axes that code says of names: `x[:, None, :]` has two, and what `bmm` multiplies has three."""
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Tuple):
            count = sum(not is_new(p) for p in node.slice.elts)
            if count > 1 and not any(isinstance(p, ast.Constant) and p.value is ... for p in node.slice.elts):
                found[node.value.id] = count
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):  # `s * np.eye(n)` is a multiple
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(one, ast.Name) and one.id[0].islower() and _is_identity(other):
                    found.setdefault(one.id, 0)
        if isinstance(node, ast.Call) and any(k.arg == "axis" and _is_an_axis(k.value) for k in node.keywords):
            of = node.func.value if isinstance(node.func, ast.Attribute) and not is_library(node.func.value) else None
            of = node.args[0] if of is None and node.args else of
            if isinstance(of, ast.Name):  # of a vector nobody says along which axis
                found.setdefault(of.id, 2)
            elif isinstance(of, ast.BinOp) and not any(
                isinstance(n, (ast.Call, ast.MatMult, ast.Subscript)) for n in ast.walk(of)
            ):
                names = list(dict.fromkeys(names_in(of)))
                if not any(n[0].isupper() for n in names):
                    found |= {n: 2 for n in names if n in "xzh" or not {*names} & {*"xzh"} and len(n) == 1}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "bmm":
            factors = [*node.args, *([] if is_library(node.func.value) else [node.func.value])]
            found |= {a.id: 3 for a in factors if isinstance(a, ast.Name)}
    return found


class _Writer(Calls):
    def __init__(self, ranks: dict[str, int], lengths: Lengths, is_torch: bool = False):
        self.ranks, self.declared, self.lengths, self.is_torch = ranks, frozenset(ranks), lengths, is_torch
        self.whole: ast.AST | None = None  # the expression at the end
        self.kept: dict[str, int] = {}  # of names that stand for one row or one column

    def program(self, body: list[ast.stmt]) -> list[str]:
        """Assignments, then what is returned or stands last."""
        out: list[str] = []
        for k, statement in enumerate(body):
            last = k == len(body) - 1
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and last:
                return out + self.program([s for s in statement.body if not _is_text(s)])
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                continue
            if isinstance(statement, ast.Return) and statement.value is not None and last:
                return [*out, self.last(statement.value)]
            if isinstance(statement, ast.Expr) and last:
                return [*out, self.last(statement.value)]
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                target = statement.targets[0]
                if isinstance(target, ast.Name):
                    if last:
                        return [*out, self.last(statement.value)]
                    made = self.write(statement.value)
                    self.ranks[target.id] = made.rank
                    self.kept[target.id] = made.kept
                    out.append(f"{_name(target.id)}{chr(39) if made.row else ''} = {made.text}")
                    continue
            raise self.refuse(statement, "only assignments to names, and an expression at the end, are read")
        raise Unwritten("there is no expression at the end")

    def last(self, node: ast.expr) -> str:
        self.whole = node.body if isinstance(node, ast.Lambda) else node
        made = self.write(self.whole)
        return f"{made.at(ATOM)}'" if made.kept == 0 else made.text

    def refuse(self, node: ast.AST, reason: str) -> Unwritten:
        start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0) or 0
        return Unwritten(reason, start, end)

    def write(self, node: ast.expr) -> Written:
        asked = length_asked(node)
        if asked is not None and (size := self.lengths.of(canonical_name(asked[0]), asked[1], self.rank_of(asked[0]))):
            return Written(size, ATOM, 0)
        method: Callable[[ast.expr], Written] | None = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is None:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        return method(node)

    # names and numbers

    def _constant(self, node: ast.Constant) -> Written:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise self.refuse(node, f"`{node.value!r}` is no number")
        return Written(repr(node.value), ATOM, 0)

    def _name(self, node: ast.Name) -> Written:
        name = _name(node.id)
        rank = self.rank_of(node.id)
        return Written(name, ATOM, rank, kept=self.kept.get(node.id, -1))

    def rank_of(self, name: str) -> int:
        """The number of axes of a name, which is kept."""
        rank = self._rank(name)
        self.ranks.setdefault(_name(name), rank)
        return rank

    def _rank(self, name: str) -> int:
        for known in (name, _name(name), canonical_name(_name(name))):
            if known in self.ranks:
                return self.ranks[known]
        if name[0].isupper():
            return 2
        letter = name.split("_")[0]
        return 1 if letter[0] in "xyzuvwabpqhrsg" and len(letter) <= 2 and letter not in GREEK else 0

    def _attribute(self, node: ast.Attribute) -> Written:
        if node.attr in ("T", "mT", "H"):
            return transposed(self.write(node.value))
        if node.attr == "pi" and isinstance(node.value, ast.Name):
            return Written("π", ATOM, 0)
        if node.attr == "e" and is_library(node.value):
            return Written("exp(1)", ATOM, 0)
        raise self.refuse(node, f"`.{node.attr}` is not read in code")

    def _subscript(self, node: ast.Subscript) -> Written:
        """`x[0]`, `A[i, 1]`: components, which the language counts from 1; `x[:, None]`; other slices are not read."""
        base = self.write(node.value)
        place = new_axis(node.slice)
        if place is not None and base.rank < 2:
            return self.with_axis(base, place)
        called = node.value.func if isinstance(node.value, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr == "slogdet" and number_of(node.slice) == 1:
            return base
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        indices = []
        for part in parts:
            number = number_of(part)
            if number is not None and number >= 0:
                indices.append(str(number + 1))
            elif isinstance(part, ast.Name):
                indices.append(part.id)
            else:
                raise self.refuse(node, f"`{ast.unparse(node)}` takes a part of an array, which is not read")
        if len(indices) != base.rank:
            raise self.refuse(node, f"`{ast.unparse(node)}` takes a part of an array, which is not read")
        return Written(f"{base.at(ATOM)}[{', '.join(indices)}]", ATOM, 0)

    def with_axis(self, value: Written, place: int) -> Written:
        """A vector as a column (`place` 1) or as a row (0)."""
        return replace(column(self.as_vector(value)), rank=2, kept=place)

    # operators

    def _unaryop(self, node: ast.UnaryOp) -> Written:
        if not isinstance(node.op, (ast.USub, ast.UAdd)):
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        inner = self.write(node.operand)
        sign = "-" if isinstance(node.op, ast.USub) else ""
        return Written(f"{sign}{inner.at(LAYER)}", SUM, inner.rank, inner.row, inner.kept)

    def _binop(self, node: ast.BinOp) -> Written:
        left, right = self.write(node.left), self.write(node.right)
        kind = type(node.op)
        if kind in (ast.Add, ast.Sub):
            return plus(left, "+" if kind is ast.Add else "-", right)
        if kind is ast.MatMult:
            return self.matmul(node, left, right)
        if kind is ast.Mult:
            return times(left, right)
        if kind is ast.Div:
            return over(left, right)
        if kind is ast.Pow:
            dot = "." if left.rank else ""
            return Written(f"{left.at(ATOM)}{dot}^{exponent(right)}", POSTFIX, left.rank, left.row, left.kept)
        raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")

    def matmul(self, node: ast.AST, left: Written, right: Written) -> Written:
        """`a @ b`: of two vectors a number; a vector before a matrix is a row."""
        left, right = self.as_vector(left), self.as_vector(right)
        if not (left.rank and right.rank):
            raise self.refuse(node, "`@` is of arrays, and one of these is a number")
        if left.rank > 2 or right.rank > 2:
            raise self.refuse(node, "`@` of arrays with more than two axes: write `einsum`")
        if left.kept >= 0 or right.kept >= 0:
            return self.matmul_kept(node, left, right)
        if left.rank == 1 and not left.row:
            left = transposed(left)
        if right.rank == 1 and right.row:
            right = transposed(right)
        text = f"{left.at(CHAIN)} {right.at(POSTFIX)}"
        if left.rank == right.rank == 1:
            return Written(text, CHAIN, 0)
        rank = left.rank + right.rank - 2
        if rank == 1 and left.rank == 1:  # `x @ A` has no orientation: it is the column `A' x`
            turned = transposed(right)
            return Written(f"{turned.at(POSTFIX)} {transposed(left).at(POSTFIX)}", CHAIN, 1)
        return Written(text, CHAIN, rank)

    def matmul_kept(self, node: ast.AST, left: Written, right: Written) -> Written:
        """`a @ b` where one of them is a row or a column of a matrix, which is written as a vector."""
        if left.kept == 1 and right.kept == 0:
            return Written(f"{left.at(CHAIN)} {right.at(ATOM)}'", CHAIN, 2)
        if left.kept == 0 and (right.kept == 1 or right.rank == 1):
            return Written(f"{left.at(ATOM)}' {column(right).at(POSTFIX)}", CHAIN, 0)
        if left.kept == 0 and right.rank == 2 and right.kept < 0:
            return Written(f"{transposed(right).at(POSTFIX)} {left.at(POSTFIX)}", CHAIN, 2, kept=0)
        if left.rank == 2 and left.kept < 0 and right.kept == 1:
            return Written(f"{left.at(CHAIN)} {right.at(POSTFIX)}", CHAIN, 2, kept=1)
        raise self.refuse(node, "this product of a row or a column is not read")

    def as_vector(self, value: Written) -> Written:
        """A name that nobody declares is a vector where it stands beside `@`, whatever its letters."""
        is_declared = value.text in self.declared or canonical_name(value.text) in self.declared
        if value.rank or is_declared or not value.text.isidentifier():
            return value
        self.ranks[value.text] = 1
        return Written(value.text, ATOM, 1)


def _name(text: str) -> str:
    """`lambda_` is `lambda`."""
    return text.rstrip("_") or text


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
