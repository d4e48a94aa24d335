"""What keywords say of a call, and what stands in their places: axes, orders of norms, bounds, what a variance divides by."""

from __future__ import annotations

import ast
from dataclasses import replace

from .library import KEYWORDS, counts_one_less, varied
from .nodes import Lengths, entries_of, number_of
from .pieces import ATOM, Unwritten, Written, transposed

_ALSO_CALLED = {"ord": frozenset({"ord", "p"}), "axis": frozenset({"axis", "dim"})}


class Keywords:
    """The part of the writer of code that honours keywords: one that changes a value is read or refused."""

    is_torch: bool
    lengths: Lengths

    def write(self, node: ast.expr) -> Written:
        raise NotImplementedError

    def refuse(self, node: ast.expr, reason: str) -> Unwritten:
        raise NotImplementedError

    def named(self, node: ast.Call, name: str, values: list[Written], keywords: dict[str, ast.expr]) -> Written:
        raise NotImplementedError

    def spread(
        self, node: ast.Call, name: str, value: Written, arguments: list[ast.expr], keywords: dict[str, ast.expr]
    ) -> Written:
        """A variance, a deviation or a covariance, by how it counts and along what it runs."""
        one_less = counts_one_less(name, keywords, self.is_torch)
        unknown = keywords.keys() - KEYWORDS - {"ddof", "correction", "unbiased", "bias", "rowvar"}
        if one_less is None or unknown or len(arguments) > 2:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        rest = {k: v for k, v in keywords.items() if k in KEYWORDS}
        if name == "cov" and value.rank == 2:
            rows = keywords.get("rowvar")
            by_rows = rows is None or not (isinstance(rows, ast.Constant) and rows.value in (False, 0))
            rest["axis"] = ast.Constant(1 if by_rows else 0)
        if len(arguments) == 2:
            if name == "cov" or rest.keys() & {"axis", "dim"}:
                raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
            rest["axis"] = arguments[1]
        if not one_less:
            return self.named(node, name, [value], rest)
        axis = number_of(rest["axis" if "axis" in rest else "dim"]) if rest.keys() & {"axis", "dim"} else None
        along = 0 if axis is None else axis % max(value.rank, 1)
        is_whole = value.rank < 2 or axis is not None
        length = self.lengths.of(value.text, along, value.rank) if value.text.isidentifier() and is_whole else None
        made = self.named(node, name, [value], rest)
        return varied(name, made, length, lambda reason: self.refuse(node, reason))

    def norm_of(
        self, node: ast.Call, name: str, arguments: list[ast.expr], keywords: dict[str, ast.expr]
    ) -> tuple[list[ast.expr], dict[str, ast.expr]]:
        """What a norm is of, with its order and its axis by their names; an order of PyTorch's that is of all entries is written as such."""
        keywords = dict(keywords)
        for place, key in enumerate(("ord", "axis")):
            if len(arguments) > place + 1:
                if keywords.keys() & _ALSO_CALLED[key]:
                    raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
                keywords[key] = arguments[place + 1]
        if len(arguments) > 3:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        callee = node.func
        owner = ast.unparse(callee.value) if isinstance(callee, ast.Attribute) else ""
        of_entries = name == "vector_norm" or (
            isinstance(callee, ast.Attribute) and not owner.endswith(("linalg", "LA"))
        )
        order = keywords.get("ord", keywords.get("p"))
        if of_entries and order is not None and not keywords.keys() & {"axis", "dim"} and number_of(order) == 2:
            keywords = {k: v for k, v in keywords.items() if k not in ("ord", "p")}
        elif (
            of_entries
            and order is not None
            and self.write(arguments[0]).rank > 1
            and not keywords.keys() & {"axis", "dim"}
        ):
            raise self.refuse(node, f"`{ast.unparse(node)}` is of all entries: write `abs` and `sum`")
        return arguments[:1], keywords

    def turned(self, node: ast.Call, name: str, arguments: list[ast.expr], keywords: dict[str, ast.expr]) -> Written:
        """An array with its axes in another order."""
        value = self.write(arguments[0])
        said = [keywords["axes"]] if "axes" in keywords else arguments[1:]
        order = [number_of(e) for e in entries_of(said)]
        if value.rank != 2 or len(order) != 2 or any(n not in (-2, -1, 0, 1) for n in order):
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        first, second = (n % 2 for n in order if n is not None)
        is_order = name == "permute" or name == "transpose" and len(said) == 1
        return value if first == second or (is_order and first < second) else transposed(value)

    def clipped(self, node: ast.Call, arguments: list[ast.expr], keywords: dict[str, ast.expr]) -> Written:
        """An array between bounds, of which one may be left out."""
        bounds: list[ast.expr | None] = [*arguments[1:], None, None][:2]  # type: ignore[list-item]
        for place, names in enumerate((("min", "a_min"), ("max", "a_max"))):
            for key in names:
                bounds[place] = keywords.pop(key, bounds[place])
        if keywords or len(arguments) > 3:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        value = self.write(arguments[0])
        for bound, name in zip(bounds, ("max", "min"), strict=True):
            if bound is not None and not (isinstance(bound, ast.Constant) and bound.value is None):
                limit = self.write(bound)
                if limit.rank:
                    raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
                value = replace(value, text=f"{name}({value.text}, {limit.text})", holds=ATOM)
        return value
