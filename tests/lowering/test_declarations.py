"""Declarations as people type them."""

import pytest

import einsight


@pytest.mark.parametrize("space", ["R^(NxD)", "R^(N x D)", "ℝ^(N×D)"])
def test_a_product_of_dimensions_needs_no_blanks(space):
    report = einsight.check(f"X in {space}; w in R^D; y in R^N\nd/dw (y' X w) = y' X")
    assert [c.verdict for c in report.claims] == ["right"]
