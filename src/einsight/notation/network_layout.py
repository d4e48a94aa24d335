"""Where the nodes of a network stand: wires as long as they should be, as far as that goes, the longest way lying flat.

Source: E. R. Gansner, Y. Koren, S. North, Graph drawing by stress majorization (2004).  The same on every machine, but for rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

from .network import NoNetwork

ROUNDS = 200
# how far apart parts are that no wire joins
APART = 26.0
Point = tuple[float, float]


def laid_out(
    halves: Sequence[float], wires: Sequence[tuple[int, int, float]], first: Sequence[int] = ()
) -> list[Point]:
    """Places of nodes of such half widths, between which wires have lengths; of each part a node in `first` stands on the left."""
    count = len(halves)
    parts = _parts(count, wires)
    places: list[Point] = [(0.0, 0.0)] * count
    right = 0.0
    for part in parts:
        own = [w for w in wires if w[0] in part]
        at = _of_part(part, own, [n for n in first if n in part])
        left = min(x - halves[n] for n, (x, _) in at.items())
        for node, (x, y) in at.items():
            places[node] = (x - left + right, y)
        right = max(places[n][0] + halves[n] for n in part) + APART
    return places


def _parts(count: int, wires: Sequence[tuple[int, int, float]]) -> list[list[int]]:
    """The nodes that hang together, in their order."""
    group = list(range(count))
    for a, b, _ in wires:
        one, two = group[a], group[b]
        group = [min(one, two) if g in (one, two) else g for g in group]
    return [[n for n in range(count) if group[n] == g] for g in sorted(set(group))]


def _of_part(part: Sequence[int], wires: Sequence[tuple[int, int, float]], first: Sequence[int]) -> dict[int, Point]:
    size = len(part)
    if size == 1:
        return {part[0]: (0.0, 0.0)}
    try:
        import numpy as np
    except ModuleNotFoundError:
        raise NoNetwork("a picture of several nodes needs NumPy, which is not installed") from None
    number = {node: k for k, node in enumerate(part)}
    far = np.full((size, size), np.inf)
    np.fill_diagonal(far, 0)
    for a, b, length in wires:
        i, j = number[a], number[b]
        if i != j:
            far[i, j] = far[j, i] = min(far[i, j], length)
    for k in range(size):
        far = np.minimum(far, far[:, k : k + 1] + far[k : k + 1, :])
    weights = np.where(far > 0, 1 / np.where(far > 0, far, 1) ** 2, 0)
    best, least = None, np.inf
    steps = np.arange(size)
    turn = 2 * np.pi * steps / size
    ends = [k for k, n in enumerate(part) if sum(n in w[:2] for w in wires) == 1]
    is_path = len(ends) == 2 and all(sum(n in w[:2] for w in wires) <= 2 for n in part)
    start = ends[0] if ends else number[first[0]] if first else 0
    starts = (
        np.stack([far[start], (not is_path) * 9 * np.sin(2.4 * steps + 1)], axis=1),
        far.max() / 3 * np.stack([np.cos(turn + 0.1), np.sin(turn + 0.1)], axis=1),
    )
    for begin in starts[: 1 if is_path else 2]:
        at, stress = _majorized(begin, far, weights)
        if stress < least * 0.98:
            best, least = at, stress
    assert best is not None
    return {node: (float(x), float(y)) for node, (x, y) in zip(part, _turned(best, number, first), strict=True)}


def _majorized(at, far, weights):  # type: ignore[no-untyped-def]
    """Places moved until their distances are near to those that are wanted, and how far off they are."""
    import numpy as np

    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.linalg.pinv(laplacian)
    for _ in range(ROUNDS):
        apart = np.linalg.norm(at[:, None] - at[None, :], axis=2)
        pull = np.where(apart > 1e-9, weights * far / np.where(apart > 1e-9, apart, 1), 0)
        at = inverse @ ((np.diag(pull.sum(axis=1)) - pull) @ at)
    apart = np.linalg.norm(at[:, None] - at[None, :], axis=2)
    return at, float((weights * (apart - far) ** 2).sum())


def _turned(at, number: dict[int, int], first: Sequence[int]):  # type: ignore[no-untyped-def]
    """With the longest direction lying flat, the first node on the left, and most of the rest not below the line."""
    import numpy as np

    at = at - at.mean(axis=0)
    ends = [number[n] for n in first]
    if len(ends) > 1:  # from the first leg to the last one
        along = at[ends[-1]] - at[ends[0]]
    else:
        values, vectors = np.linalg.eigh(at.T @ at)
        along = vectors[:, int(np.argmax(values))]
        if ends and at[ends[0]] @ along > 0:
            along = -along
    long = float(np.linalg.norm(along))
    if long < 1e-9:
        return at
    x, y = along / long
    at = at @ np.array([[x, -y], [y, x]])
    if not ends and at[0, 0] > 0:
        at[:, 0] *= -1
    if at[:, 1].sum() > 1e-6 or (abs(at[:, 1].sum()) <= 1e-6 and at[0, 1] > 1e-6):
        at[:, 1] *= -1
    return at
