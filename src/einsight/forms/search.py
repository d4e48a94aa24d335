"""The shortest of the equal forms that are found, within a number of steps: the same on every machine."""

from __future__ import annotations

import heapq
import itertools
from functools import lru_cache

from ..settings import SEARCH
from ..terms.interruption import poll
from . import form
from .form import Form, NotAForm, transpose
from .rules import alternatives
from .taste import cost

# forms whose neighbours are looked at, at one place at most; how much longer than the shortest one may be to be looked at
STEPS, SLACK = 24, 8
# how many of the forms that are found are given out
FEW = 6


class Search:
    """What was found for each part, and how many steps are left."""

    def __init__(self, steps: int = SEARCH):
        self.left = steps
        self.found: dict[Form, list[Form]] = {}

    def best(self, whole: Form) -> list[Form]:
        """Equal forms, the shortest first, the form itself among them."""
        if whole.is_atom:
            return [whole]
        known = self.found.get(whole)
        if known is not None:
            return known
        self.found[whole] = [whole]
        if whole.head == "total" and form.is_negative(whole):  # what is found for one of both is found for the other
            turned = self.best(form.total([form.times(p, -1) for p in whole.parts]))
            self.found[whole] = sorted(dict.fromkeys([whole, *(form.times(f, -1) for f in turned)]), key=cost)
            return self.found[whole]
        try:
            start = form.rebuild(whole, [p if p.is_atom else self.best(p)[0] for p in whole.parts])
        except NotAForm:
            start = whole
        self.found[whole] = self._around(start, whole)
        return self.found[whole]

    def _around(self, start: Form, whole: Form) -> list[Form]:
        """Those that are reached from one by steps, each of the parts at its best."""
        if start.head not in ("total", "product", "hadamard"):
            if start is whole:
                return [whole]
            return [start, whole] if cost(start) <= cost(whole) else [whole, start]
        if start is whole and self.left > 0 and not alternatives(whole):
            poll()
            self.left -= 1
            return [whole]
        order = itertools.count()
        seen = dict.fromkeys([start, whole])
        waiting = [(cost(f), next(order), f) for f in seen]
        heapq.heapify(waiting)
        least = waiting[0][0]
        for _ in range(STEPS):
            if not waiting or self.left <= 0:
                break
            poll()
            self.left -= 1
            _, _, current = heapq.heappop(waiting)
            for other in sorted(alternatives(current), key=cost):
                if other in seen or cost(other) > least + SLACK:
                    continue
                other = self._improved(other, current)
                length = cost(other)
                if other not in seen and length <= least + SLACK:
                    seen[other] = None
                    heapq.heappush(waiting, (length, next(order), other))
                    least = min(least, length)
        return sorted(seen, key=cost)

    def _improved(self, whole: Form, before: Form) -> Form:
        """With each part at its best; of a sum only what is new there and holds a bracket, since the others were."""
        if self.left <= 0:
            return whole
        is_sum, parts = whole.head == "total", []
        try:
            for part in whole.parts:
                if part.is_atom or (is_sum and (part in before.parts or "total" not in [p.head for p in part.parts])):
                    parts.append(part)
                else:
                    parts.append(self.best(part)[0])
            return form.rebuild(whole, parts)
        except NotAForm:
            return whole


def shortest(whole: Form, most: int) -> list[Form]:
    """Equal forms that a search of so many steps finds, the shortest first; those of a transpose are the same, transposed."""
    turned = transpose(whole)
    first = min(whole, turned, key=lambda f: f.key)
    found = _shortest(first, most)
    if len(found) == 1:
        return [whole]
    return list(found) if first is whole else sorted(map(transpose, found), key=cost)


@lru_cache(32)
def _shortest(whole: Form, most: int) -> tuple[Form, ...]:
    return tuple(Search(most).best(whole)[:FEW])
