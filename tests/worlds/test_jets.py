"""Numbers with their derivatives, held to difference quotients."""

import math
import random

import pytest

from einsight.worlds import arrays, jets
from einsight.worlds.functions import ENTRYWISE, derived
from einsight.worlds.jets import Jet

# where each function and its derivatives are smooth
POINTS = {"arcsin": 0.4, "asin": 0.4, "arccos": 0.4, "acos": 0.4, "log": 1.7, "ln": 1.7, "sqrt": 1.7, "abs": -0.8, "sign": -0.8, "sgn": 0.9}


@pytest.mark.parametrize("name", sorted(ENTRYWISE))
@pytest.mark.parametrize("order", [1, 2])
def test_derivatives_are_those_of_difference_quotients(name, order):
    x, step = POINTS.get(name, 0.6), 1e-5
    below = derived(ENTRYWISE[name], order - 1)
    found = jets.plain(derived(ENTRYWISE[name], order)(x))
    quotient = (jets.plain(below(x + step)) - jets.plain(below(x - step))) / (2 * step)
    assert found == pytest.approx(quotient, rel=1e-6, abs=1e-8)


def _seeded(n, seed):
    draw = random.Random(seed)
    return [[draw.uniform(-1, 1) + 2 * (i == j) for j in range(n)] for i in range(n)]


@pytest.mark.parametrize("n", [2, 3, 5])
def test_derivatives_of_matrices(n):
    """In one entry: of an inverse `-A^-1 E A^-1`, of the logarithm of a determinant an entry of the inverse (Petersen & Pedersen, 43, 60)."""
    a, (i, j) = _seeded(n, n), (1, 0)
    moving = arrays.built(n, n, lambda r, c: Jet(1, a[r][c], {0: 1.0}) if (r, c) == (i, j) else a[r][c])
    plain = arrays.built(n, n, lambda r, c: a[r][c])
    inverse = arrays.inverse(plain)
    slope = jets.parts_at(arrays.log_determinant(moving), 1)[0]
    assert jets.plain(slope) == pytest.approx(jets.plain(inverse.at(j, i)))
    step = 1e-6
    ahead = arrays.inverse(arrays.built(n, n, lambda r, c: a[r][c] + step * ((r, c) == (i, j))))
    for r in range(n):
        for c in range(n):
            part = jets.parts_at(arrays.inverse(moving).at(r, c), 1).get(0, 0.0)
            quotient = (jets.plain(ahead.at(r, c)) - jets.plain(inverse.at(r, c))) / step
            assert jets.plain(part) == pytest.approx(quotient, rel=1e-4, abs=1e-5)


def test_levels_do_not_mix():
    """`d/dx (x d/dy (x + y))` is 1, not 2 (Siskind & Pearlmutter, Nesting forward-mode AD)."""
    x = Jet(1, 3.0, {0: 1.0})
    inner = jets.parts_at(jets.add(x, Jet(2, 1.0, {0: 1.0})), 2)[0]
    assert jets.plain(jets.parts_at(jets.multiply(x, inner), 1)[0]) == 1.0


def test_a_partial_that_is_not_there_is_none():
    assert not isinstance(jets.multiply(2.0, math.pi), Jet)
    assert jets.parts_at(jets.multiply(0.0, Jet(1, 2.0, {})), 1) == {}
