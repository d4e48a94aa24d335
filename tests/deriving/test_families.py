"""The derivatives of the courses, family by family: each in both notations, its matrix form, and its value.

The value is held to dual numbers, which know no rule; the matrix form is read back.  `python tests/test_families.py`
prints the table of coverage.
"""

import pytest
from paths import DATA
from thinning import PARTS, part_in, part_of, rest_in_campaigns

import einsight
from einsight.deriving.readback import function_value
from einsight.meaning.equality import compare

TEXT = (DATA / "families.txt").read_text(encoding="utf-8")
DECLARE = "\n".join(line[2:] for line in TEXT.splitlines() if line.startswith("! "))
FAMILIES = [
    [part.strip() for part in line.split(" | ")] for line in TEXT.splitlines() if " | " in line and line[0] != "#"
]


def _derived(expression, variable):
    variables = variable.split()
    return einsight.derive(expression, wrt=variables if len(variables) > 1 else variable, declare=DECLARE)


@pytest.mark.parametrize("family", rest_in_campaigns(FAMILIES, lambda f: part_in(f[0]) == 0, lambda f: f[0]))
def test_family(family):
    _, matrix_notation, index_notation, variable, form = family
    for expression in (matrix_notation, index_notation):
        if expression == "-":
            continue
        derived = _derived(expression, variable)
        assert (derived.matrix or "none") == form
        verdict = compare(derived.unreduced, derived.term, derived.axes, function_value, points=2)
        # a second derivative of an elementwise function has no dual number: it is compared in the other tests
        assert verdict.equal or (verdict.equal is None and " " in variable), verdict


@pytest.mark.parametrize("part", PARTS)
def test_both_notations_are_one_expression(part):
    """Where the output has no axes to name, the two notations end in one object."""
    for name, matrix_notation, index_notation, variable, _ in part_of(FAMILIES, part, lambda f: f[0]):
        if "-" not in (matrix_notation, index_notation) and "=" not in index_notation:
            first, second = _derived(matrix_notation, variable), _derived(index_notation, variable)
            if first.shape == second.shape and first.free == second.free:
                same = compare(first.term, second.term, first.axes, function_value, points=2)
                assert first.term is second.term or same.equal, name


if __name__ == "__main__":
    for name, *expressions, _, form in FAMILIES:
        marks = ["·" if e == "-" else "yes" for e in expressions]
        print(f"{name:40} {marks[0]:4} {marks[1]:4} {form}")
    found = sum(f[-1] != "none" for f in FAMILIES)
    print(f"{len(FAMILIES)} families, {found} with a matrix form")
