"""What einsight's own rules are tested with, for plugins:

    import einsight_course
    import pytest
    from einsight.testing import cases

    @pytest.mark.parametrize("case", cases(einsight_course))
    def test_holds(case):
        case.require()

A case is a rule or function and one check of it: both sides of a statement at random points and sizes, an example, an end to
rewriting, a derivative against differences.  What a plugin is for is tested by what NumPy computes, and by claims:

    require_derivative("cross(a, x)", "x", "a, x in R^3", {"a": a, "x": x}, lambda x: numpy.cross(a, x))
    assert verdicts("a, x in R^3; d/dx cross(a, x) = skew(a)") == ["right"]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .deriving.derive import derive
from .plugins.guard import Guard
from .plugins.loading import PLUGINS, Unfit, kit_of
from .rules.catalogue import Clash, catalogue
from .sheets.check import check
from .verifying.verify import Check, checks_of, clashes

__all__ = ["Case", "cases", "differences", "require_derivative", "verdicts"]


@dataclass(frozen=True)
class Case:
    """One check of one rule, function or other thing of a plugin."""

    check: Check

    def require(self) -> None:
        """Raise AssertionError, with what is wrong, unless it holds."""
        found = self.check.run()
        assert not found.problem, f"{found.subject}: {found.check}: {found.problem}"

    def __repr__(self) -> str:
        return f"{self.check.subject}: {self.check.what}"


def cases(plugin: str | ModuleType) -> list[Any]:
    """A `pytest.param` for each check of a plugin: one that is installed, by its name, or its module, installed or not.

    Raises AssertionError where it cannot be loaded.
    """
    import pytest

    name = plugin if isinstance(plugin, str) else _registered(plugin)
    known = catalogue()
    if name not in known.versions and not any(r.source == name for r in known.rules.values()):
        why = next((f.message for f in known.faults.all if f.plugin == name), f"no plugin `{name}` is installed")
        raise AssertionError(why)
    checks = [*checks_of(name), Check(name, "no rule undoes another", lambda: _undoing(name))]
    return [pytest.param(Case(c), id=f"{c.subject}: {c.what}") for c in checks]


def _undoing(name: str) -> str:
    return "; ".join(f"{found.subject}: {found.problem}" for found in clashes(name) if found.problem)


def _registered(module: ModuleType) -> str:
    """The name under which a module is loaded; loaded now where it is not installed."""
    known = catalogue()
    for plugin in PLUGINS:
        if plugin.origin.partition(":")[0] == module.__name__:
            return plugin.name
    name = module.__name__
    if name not in known.versions:
        try:
            known.add(Guard(name, "", known).kit(kit_of(module, name)))
        except (Unfit, Clash) as problem:
            raise AssertionError(f"plugin {name} cannot be loaded: {problem}") from problem
        known.versions[name] = ""
    return name


def differences(f: Callable[[Any], Any], at: Any, step: float = 1e-6) -> Any:
    """The derivative of a function of an array by central differences: the axes of its value, then those of the array."""
    import numpy

    at = numpy.asarray(at, dtype=float)
    found = []
    for place in numpy.ndindex(at.shape):
        shift = numpy.zeros_like(at)
        shift[place] = step
        found.append((numpy.asarray(f(at + shift)) - numpy.asarray(f(at - shift))) / (2 * step))
    return numpy.stack(found, axis=-1).reshape(found[0].shape + at.shape)


def require_derivative(
    expression: str,
    variable: str,
    declare: str,
    values: Mapping[str, Any],
    plain: Callable[[Any], Any] | None = None,
    tolerance: float = 1e-5,
) -> None:
    """Raise AssertionError unless what einsight derives is the derivative in a variable, by differences at some values.

    `plain` computes the expression from the variable alone, by other means; without it, einsight's own value is differentiated.
    """
    import numpy

    value = derive(expression, None, declare)

    def own(at: Any) -> Any:
        return value.evaluate({**values, variable: at})

    at = values[variable]
    if plain is not None:
        numpy.testing.assert_allclose(own(at), plain(at), rtol=1e-9, atol=1e-12, err_msg=f"the value of {expression}")
    found = derive(expression, variable, declare).evaluate(values)
    wanted = differences(plain or own, at)
    words = f"the derivative of {expression} in {variable}"
    numpy.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance, err_msg=words)


def verdicts(text: str) -> list[str]:
    """What is said of each claim of a text in the language, its statements on lines or with semicolons between.

    `right`, `wrong`, `right_if`, `transposed`, `shape` or `undecided`, in their order; a line that does not read has none.
    """
    return [c.verdict for c in check(text).claims]
