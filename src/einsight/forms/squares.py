"""Products in which there are determinants or inverses of square matrices."""

from __future__ import annotations

from collections.abc import Iterator

from . import form
from .form import Form, product, scaled, total


def into_inverses(whole: Form) -> Iterator[Form]:
    """`(I + X X'/c)^-1/c = (c I + X X')^-1`, where the number is a divisor inside as well."""
    for place, part in enumerate(whole.parts):
        if part.head != "power" or part.data != -1 or part.parts[0].head != "total":
            continue
        terms = part.parts[0].parts
        inside = {s for t in terms for s in scaled(t)[1]}
        for divisor in whole.parts:
            if divisor.is_scalar and divisor.head == "power" and divisor.data == -1 and divisor in inside:
                base = total([product([divisor.parts[0], t]) for t in terms])
                rest = [
                    form.power(base, -1) if k == place else p for k, p in enumerate(whole.parts) if p is not divisor
                ]
                yield product(rest, whole.data)


def determinants(whole: Form) -> Iterator[Form]:
    """`det(A) det(B) = det(A B)`."""
    found = [p for p in whole.parts if p.head == "det" and len(p.parts[0].rows) == 1]
    found.sort(key=lambda p: (p.parts[0].parts or p.parts)[0].key)
    for k, left in enumerate(found):
        for right in found[k + 1 :]:
            if left.parts[0].shape == right.parts[0].shape:
                rest = [p for p in whole.parts if p is not left and p is not right]
                inner = product([left.parts[0], right.parts[0]])
                yield product([Form("det", (inner,), None, (), ()), *rest], whole.data)
