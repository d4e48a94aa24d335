"""Which functions SymPy has that can be elementwise ones here: found by asking SymPy, and kept as a table.

`python -m einsight.rules.introspection` writes the table, `sympy_table.py`, anew; a test holds it to what this finds.  With the
table no word has to be asked of SymPy, and nothing but the values of such a function imports it.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from ..lowering.names import ARRAY_FUNCTIONS, CONSTANTS, GREEK
from .functions import FUNCTIONS

# what SymPy calls a function, its derivatives by each argument, its value
Entry = tuple[str, tuple[str, ...], str]
# where a function must have a value: at one of them at least
POINTS = ((0.3, 0.7), (1.7, 2.6), (2.4, 0.4))
# 0 wherever it has a value: no function, though SymPy writes it as one
DISTRIBUTIONS = frozenset({"DiracDelta"})
# mpmath does not end on some of their arguments, as on `elliptic_pi(-1.9, 1.7)`
ENDLESS = frozenset({"elliptic_pi", "lowergamma", "polylog"})
# sequences: SymPy computes these at whole numbers, however large, and gives most of them no derivative
SEQUENCES = "sympy.functions.combinatorial.numbers"
# an alias in small letters, as `lambertw`, has more letters than the short names that differ by a capital alone, as `Li` and `li`
SHORTEST_ALIAS = 4
HEAD = '''"""Functions that SymPy has, by name: what SymPy calls them, their derivatives, and their values in `z` and `w`.

Written by `python -m einsight.rules.introspection`.
"""

TABLE: dict[str, tuple[str, tuple[str, ...], str]] = {
'''


def found_in_sympy() -> dict[str, Entry]:
    """Every function of one or two real numbers: SymPy's name, the derivative by each argument, the value.

    A derivative is text of the language, empty where SymPy has none.  What the language has already is left out, and so are a
    function of two arguments that SymPy differentiates by neither, and a sequence that it does not differentiate.
    """
    taken = {f.name for f in FUNCTIONS} | ARRAY_FUNCTIONS | CONSTANTS | DISTRIBUTIONS | ENDLESS | {"d", "delta", "ln"}
    values = {name: value for name in _public() if name not in taken and (value := _value(name)) is not None}
    writer = _Writer(values)
    table: dict[str, Entry] = {}
    for name, (value, arity) in values.items():
        derivatives = tuple(writer.derivative(value, place) for place in range(arity))
        evaluated = _evaluated(value, arity, values)
        may_lack_derivative = arity == 1 and value.func.__module__ != SEQUENCES
        if evaluated is not None and (may_lack_derivative or any(derivatives)):
            table[name] = name, derivatives, str(evaluated)
    closed = _closed(table)
    for name, (spelling, derivatives, evaluated) in list(closed.items()):
        small = name.lower()
        if small != name and len(name) >= SHORTEST_ALIAS and small not in closed and small not in taken | set(GREEK):
            own = tuple(re.sub(rf"\b{name}\b", small, d) for d in derivatives)
            closed[small] = spelling, own, evaluated
    return dict(sorted(closed.items()))


def _closed(table: dict[str, Entry]) -> dict[str, Entry]:
    """The table without derivatives that name a function which is not in it."""
    known = set(table) | {f.name for f in FUNCTIONS} | {"sqrt"}

    def kept(text: str) -> str:
        return text if set(re.findall(r"(\w+)\(", text)) <= known else ""

    closed = {n: (s, tuple(map(kept, d)), v) for n, (s, d, v) in table.items()}
    closed = {n: e for n, e in closed.items() if len(e[1]) == 1 or any(e[1])}
    return closed if closed == table else _closed(closed)


def _public() -> list[str]:
    import sympy
    from sympy.core.function import FunctionClass

    return [n for n in sorted(dir(sympy)) if n.isidentifier() and isinstance(getattr(sympy, n), FunctionClass)]


def _arguments() -> tuple[Any, Any]:
    import sympy

    return sympy.Symbol("z", real=True), sympy.Symbol("w", real=True)


def _value(name: str) -> tuple[Any, int] | None:
    """The function of one argument, or else of two, as an expression in `z` and `w`; None where it is none of real numbers."""
    import sympy

    for arity in (1, 2):
        arguments = _arguments()[:arity]
        try:
            value = getattr(sympy, name)(*arguments)
            is_function = isinstance(value, sympy.Function) and value.free_symbols == set(arguments)
        except Exception:  # SymPy raises of every kind where a function takes no such arguments
            continue
        # `beta(z)` is `beta(z, z)`: a function of two
        if is_function and not value.is_polar and all(sum(a.has(x) for a in value.args) == 1 for x in arguments):
            return value, arity
    return None


def _evaluated(value: Any, arity: int, values: dict[str, tuple[Any, int]]) -> Any | None:
    """The value, or what SymPy can write it as, where that has a number."""
    import sympy

    for other in (None, *(getattr(sympy, n) for n, (_, k) in values.items() if k == 1)):
        try:
            written = value if other is None else value.rewrite(other)
        except Exception:  # as above
            continue
        if any(_is_number(written, arity, at) for at in POINTS):
            return written
    return None


def _is_number(value: Any, arity: int, at: tuple[float, float]) -> bool:
    import sympy

    numbers = dict(zip(_arguments()[:arity], map(sympy.Float, at), strict=False))
    try:
        found = sympy.N(value.xreplace(numbers), 20)
        return bool(found.is_Number and found.is_finite and found.is_real)
    except Exception:  # as above
        return False


class _Writer:
    """Writes SymPy's expressions in the language, with functions of one argument where there are such."""

    def __init__(self, values: dict[str, tuple[Any, int]]):
        import sympy

        z, _ = _arguments()
        self.arities = {name: arity for name, (_, arity) in values.items()}
        self.shorter = [  # `polygamma(1, z)` is `trigamma(z)`
            (value.func, value.args[:-1], sympy.Function(name))
            for name, (value, arity) in values.items()
            if arity == 1 and value.func.__name__ != name and value.args[-1] == z
        ]

    def derivative(self, value: Any, place: int) -> str:
        import sympy

        try:
            return self.text(sympy.diff(value, _arguments()[place]))
        except Exception:  # as above
            return ""

    def text(self, expression: Any) -> str:
        """Empty for what the language does not have."""
        import sympy

        # away from 0, which alone it is not 0 at
        expression = expression.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0))
        expression = expression.replace(sympy.zeta, _of_zeta)
        for function, first, shorter in self.shorter:
            expression = expression.replace(
                lambda e, f=function, a=first: isinstance(e, f) and e.args[:-1] == a,
                lambda e, s=shorter: s(e.args[-1]),
            )
        expression = expression.replace(sympy.Abs, sympy.Function("abs"))
        own = {f.name: f.arity for f in FUNCTIONS} | self.arities
        if any(own.get(e.func.__name__) != len(e.args) for e in expression.atoms(sympy.Function)):
            return ""
        plain = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Function, sympy.Symbol, sympy.Rational)
        known = all(isinstance(e, plain) or e is sympy.pi for e in sympy.preorder_traversal(expression))
        return str(expression).replace("**", "^") if known else ""


def _of_zeta(s: Any, a: Any = 1) -> Any:
    """ζ(s, a) = (-1)^s ψ^(s - 1)(a)/(s - 1)! for whole s > 1.  Source: DLMF 25.11.12."""
    import sympy

    if not (s.is_Integer and s > 1):
        return sympy.Function("zeta")(s, a)
    return (-1) ** s * sympy.polygamma(s - 1, a) / math.factorial(s - 1)


def table_text() -> str:
    """The source of `sympy_table.py`."""
    return (
        HEAD
        + "".join(f"    {n!r}: {e!r},\n".replace("'", '"') for n, e in found_in_sympy().items())
        + "}  # fmt: skip\n"
    )


if __name__ == "__main__":
    (Path(__file__).parent / "sympy_table.py").write_text(table_text(), encoding="utf-8")
