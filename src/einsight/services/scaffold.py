"""A rule plugin to start from: a package with one rule, one function, and their tests."""

from __future__ import annotations

import re
from pathlib import Path

from .derive import fail

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

_PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "einsight-{name}"
version = "0.1.0"
description = "Rules for einsight"
readme = "README.md"
requires-python = ">=3.10"
dependencies = ["einsight"]

[project.optional-dependencies]
test = ["pytest"]

# einsight loads every module that an installed package names here
[project.entry-points.einsight]
{name} = "einsight_{module}"
"""

_MODULE = '''\
"""Rules and functions of {name} for einsight."""

from einsight.plugins.hooks import hookimpl
from einsight.rules.pattern import rule
from einsight.rules.rule import Function

# A rule reads like the identity it is: names stand for any expression, indices for any index.
RULES = [
    rule(
        "{name}.softsign-odd",
        "softsign(-s) => -softsign(s)",
        doc="softsign is odd.",
        source="einsight-{name}",
    ),
]

# An elementwise function: its derivative in z, how it is computed, its name in NumPy code and in formulas.
FUNCTIONS = [
    Function(
        "softsign",
        derivative=("1/(1 + abs(z))^2",),
        value=lambda z: z / (1 + abs(z)),
        numpy="({{0}}/(1 + numpy.abs({{0}})))",
        latex=r"\\operatorname{{softsign}}",
        source="einsight-{name}",
    ),
]


@hookimpl
def einsight_rules():
    return RULES


@hookimpl
def einsight_functions():
    return FUNCTIONS
'''

_TEST = '''\
"""Every rule has the same value on both sides, every function the derivative that it states, at random points."""

import einsight_{module} as plugin
import pytest
from einsight.services.verify import verify_function, verify_rule


@pytest.mark.parametrize("rule", plugin.RULES, ids=lambda r: r.id)
def test_rule(rule):
    results = verify_rule(rule)
    assert results and not [r.problem for r in results if r.problem]


@pytest.mark.parametrize("function", plugin.FUNCTIONS, ids=lambda f: f.name)
def test_function(function):
    results = verify_function(function)
    assert results and not [r.problem for r in results if r.problem]
'''

_README = """\
# einsight-{name}

Rules and functions for [einsight](https://pypi.org/project/einsight/).

```sh
pip install -e '.[test]'    # einsight finds the plugin by its entry point
pytest                      # each rule and function, held to numbers
einsight rules {name}.softsign-odd
einsight derive "softsign(W x)" -w x -d "W in R^(n x m); x in R^m"
```
"""


def new_plugin(name: str, folder: Path) -> Path:
    """Write the package `einsight-NAME` into a folder; its module's file.

    Raises EinsightError for a name that cannot be one, and where the package's folder is there already.
    """
    if not NAME.fullmatch(name):
        raise fail(
            "EIN001", f"`{name}` cannot be a plugin's name: lower-case letters, digits and hyphens, a letter first"
        )
    module = name.replace("-", "_")
    home = folder / f"einsight-{name}"
    if home.exists():
        raise fail("EIN001", f"`{home}` is there already, and nothing was written: take another name, or remove it")
    source = home / "src" / f"einsight_{module}" / "__init__.py"
    for path, template in (
        (home / "pyproject.toml", _PROJECT),
        (source, _MODULE),
        (home / "tests" / f"test_{module}.py", _TEST),
        (home / "README.md", _README),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.format(name=name, module=module), encoding="utf-8")
    return source
