"""Small files with what is true of them, which the libraries say: nothing is alarmed that is right, next to all that is wrong is found."""

import importlib.util
import re
import warnings

import pytest
from python_truths import DATA, GRADIENTS, cases, given_at, truth
from thinning import part_in, rest_in_campaigns

from einsight.python.check import findings

FILES = (
    "gradients", "shapes", "held-back", "unseen", "layers", "habits", "outside", "outside-held-back", "outside-second", "branches",
    "aside", "places", "outside-third", "outside-fourth", "beside",
)  # fmt: skip
CASES = [pytest.param(case, id=f"{name}-{case.name}") for name in FILES for case in cases(DATA / f"{name}.txt")]
FILED = [case.values[0] for case in CASES]
# what is told of a gradient, where that may be another word than the truth: what is accused stays accused
ACCUSED = ("wrong", "right_if", "shape")
# true, and not found: a derivative that would be right of the output is left open
LEFT_OPEN = {"activation-class-wrong"}


def told(case):
    """What is told of each line: `error`, or the verdict on what stands there, the worst of several.

    What is returned by its name is told of where the name is given its value, if a mark stands there.
    """
    found = findings(case.code, 60)  # seconds: machines may be busy
    line = lambda offset: case.code.count("\n", 0, offset) + 1  # noqa: E731
    said = {line(d.span[0]): "error" for d in found.diagnostics if d.code.startswith("EIN6")}
    for claim in found.claims:
        for at in given_at(case, claim, line(claim.span[0])):
            if said.get(at) not in ACCUSED and (claim.verdict in ACCUSED or at not in said):
                # what a name says of a matrix is an assumption, too
                is_if = case.marks.get(at) == "right_if" and (claim.assumption or "").endswith(" symmetric")
                said[at] = "right_if" if is_if else claim.verdict
    return said


# as long as twenty of the others: a network with its parameters in a dictionary is read in columns too, a softmax along rows by itself
LONG = ("two-layer-dicts", "two-layer-net", "conv-naive", "multi-head", "attention-np", "rnn-unrolled", "several-outputs-lstm", "gmm-spherical-means")


def stays(case):
    return part_in(case.code, 8) == 0 and case.name not in LONG


@pytest.mark.parametrize("case", rest_in_campaigns(FILED, stays, lambda c: c.name))
def test_what_is_told_is_true(case):
    said = told(case)
    for line, mark in case.marks.items():
        if mark.endswith("?") and said.get(line, "undecided") in ("undecided", mark.rstrip("?")):
            said[line] = mark
    # `wrong?` may be left undecided, or be accused; `right?` be left undecided
    doubtful = {line for line, mark in case.marks.items() if mark.rstrip("?") in ACCUSED and said.get(line) in ACCUSED}
    wanted = {line: "accused" if mark in ACCUSED or line in doubtful else mark for line, mark in case.marks.items()}
    found = {line: "accused" if word in ACCUSED else word for line, word in said.items()}
    if case.name in LEFT_OPEN:
        wanted = dict.fromkeys(wanted, "undecided")
    assert found == wanted


def test_there_are_many():
    assert len(CASES) >= 250
    wrong = [c for c in CASES if set(c.values[0].marks.values()) - {"right"}]
    assert len(wrong) >= len(CASES) // 2 - 5


@pytest.mark.campaign
@pytest.mark.parametrize("case", CASES)
def test_the_libraries_say_so(case):
    for library in re.findall(r"^(?:import|from) (\w+)", case.code, re.M):
        if library != "somewhere" and importlib.util.find_spec(library) is None:
            pytest.skip(f"{library} IS NOT INSTALLED: the truth of this file has not been asked")
    if case.asked == ["none"]:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = truth(case)
    marked = [f"{line} error" for line, mark in case.marks.items() if mark == "error"]
    gradients = [m.rstrip("?") for m in case.marks.values() if m.rstrip("?") in GRADIENTS]
    assert sorted(said) == sorted([*marked, *gradients])
