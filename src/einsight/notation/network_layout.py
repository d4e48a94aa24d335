"""Where the nodes of a network stand: wires as long as they should be, as far as that goes, the longest way lying flat.

Source: E. R. Gansner, Y. Koren, S. North, Graph drawing by stress majorization (2004), section 2.3: one node after the other
goes where the rest wants it, by which the stress never grows.  A point of the plane is a complex number.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence

ROUNDS = 200
# how far apart parts are that no wire joins
APART = 26.0
Point = tuple[float, float]
Wires = Sequence[tuple[int, int, float]]


def laid_out(halves: Sequence[float], wires: Wires, first: Sequence[int] = ()) -> list[Point]:
    """Places of nodes of such half widths, between which wires have lengths; of each part a node in `first` stands on the left."""
    count = len(halves)
    parts = _parts(count, wires)
    places: list[Point] = [(0.0, 0.0)] * count
    right = 0.0
    for part in parts:
        own = [w for w in wires if w[0] in part]
        at = _of_part(part, own, [n for n in first if n in part])
        left = min(point.real - halves[n] for n, point in at.items())
        for node, point in at.items():
            places[node] = (point.real - left + right, point.imag)
        right = max(places[n][0] + halves[n] for n in part) + APART
    return places


def _parts(count: int, wires: Wires) -> list[list[int]]:
    """The nodes that hang together, in their order."""
    group = list(range(count))
    for a, b, _ in wires:
        one, two = group[a], group[b]
        group = [min(one, two) if g in (one, two) else g for g in group]
    return [[n for n in range(count) if group[n] == g] for g in sorted(set(group))]


def _of_part(part: Sequence[int], wires: Wires, first: Sequence[int]) -> dict[int, complex]:
    size = len(part)
    if size == 1:
        return {part[0]: 0j}
    far = _distances(part, wires)
    number = {node: k for k, node in enumerate(part)}
    ends = [k for k, n in enumerate(part) if sum(n in w[:2] for w in wires) == 1]
    is_path = len(ends) == 2 and all(sum(n in w[:2] for w in wires) <= 2 for n in part)
    start = ends[0] if ends else number[first[0]] if first else 0
    widest = max(map(max, far))
    starts = [[complex(far[start][k], 0 if is_path else 9 * math.sin(2.4 * k + 1)) for k in range(size)]]
    if not is_path:
        starts.append([cmath.rect(widest / 3, 2 * math.pi * k / size + 0.1) for k in range(size)])
    best, least = starts[0], math.inf
    for begin in starts:
        at, stress = _majorized(begin, far)
        if stress < least * 0.98:
            best, least = at, stress
    return dict(zip(part, _turned(best, [number[n] for n in first]), strict=True))


def _distances(part: Sequence[int], wires: Wires) -> list[list[float]]:
    """The length of the shortest way between two nodes that hang together."""
    number = {node: k for k, node in enumerate(part)}
    far = [[0.0 if i == j else math.inf for j in range(len(part))] for i in range(len(part))]
    for a, b, length in wires:
        i, j = number[a], number[b]
        if i != j:
            far[i][j] = far[j][i] = min(far[i][j], length)
    for over in range(len(part)):
        far = [[min(d, row[over] + t) for d, t in zip(row, far[over], strict=True)] for row in far]
    return far


def _majorized(begin: Sequence[complex], far: Sequence[Sequence[float]]) -> tuple[list[complex], float]:
    """Places moved until their distances are near to those that are wanted, and how far off they are."""
    at = list(begin)
    pairs = [[(j, d, 1 / d**2) for j, d in enumerate(row) if d] for row in far]
    for _ in range(ROUNDS):
        moved = 0.0
        for i, others in enumerate(pairs):
            wanted, weights = 0j, 0.0
            for j, distance, weight in others:
                apart = at[i] - at[j]
                long = abs(apart)
                wanted += weight * (at[j] + (distance / long * apart if long > 1e-9 else 0))
                weights += weight
            place = wanted / weights
            moved = max(moved, abs(place - at[i]))
            at[i] = place
        if moved < 1e-3:  # of a pixel
            break
    stress = sum(w * (abs(at[i] - at[j]) - d) ** 2 for i, others in enumerate(pairs) for j, d, w in others)
    return at, stress


def _turned(at: Sequence[complex], ends: Sequence[int]) -> list[complex]:
    """With the longest direction lying flat, the first node on the left, and most of the rest not below the line."""
    middle = sum(at) / len(at)
    at = [point - middle for point in at]
    if len(ends) > 1:  # from the first leg to the last one
        along = at[ends[-1]] - at[ends[0]]
    else:  # the axis of inertia: squares of points on one line have one argument
        along = cmath.sqrt(sum(point**2 for point in at))
        if ends and (at[ends[0]] * along.conjugate()).real > 0:
            along = -along
    if abs(along) < 1e-9:
        return at
    at = [point * along.conjugate() / abs(along) for point in at]
    if not ends and at[0].real > 0:
        at = [complex(-point.real, point.imag) for point in at]
    below = sum(point.imag for point in at)
    if below > 1e-6 or (abs(below) <= 1e-6 and at[0].imag > 1e-6):
        at = [point.conjugate() for point in at]
    return at
