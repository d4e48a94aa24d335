"""What `einsight` offers to whoever imports it: names, what is told of them, examples."""

import doctest
import inspect
import subprocess
import sys

import pytest

import einsight

FUNCTIONS = [name for name in einsight.__all__ if inspect.isfunction(getattr(einsight, name))]


def test_what_is_offered_is_listed_before_anything_is_imported():
    """In a process of its own, where nobody has asked for any of it."""
    told = "import einsight, sys; print(*dir(einsight)); print('einsight.deriving' in sys.modules)"
    listed, imported = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    public = {name for name in listed.split() if not name.startswith("_")}
    assert public == {*einsight.__all__, "api", "testing"} - {"__version__"} and imported == "False"
    assert {"check", "derive", "grade", "grade_many", "gradients", "rewrite", "simplify"} == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_tells_its_errors_and_shapes_and_has_an_example_that_holds(name):
    function = getattr(einsight, name)
    told = inspect.getdoc(function)
    assert "aises" in told and "EinsightError" in told and "shape" in told.lower() + name
    assert list(inspect.signature(function).parameters)[0] in ("expression", "text", "answer", "answers")
    (example,) = doctest.DocTestFinder(recurse=False).find(function, name, globs={"einsight": einsight})
    assert example.examples
    runner = doctest.DocTestRunner(verbose=False)
    said = []
    runner.run(example, out=said.append)
    assert runner.failures == 0, "".join(said)
