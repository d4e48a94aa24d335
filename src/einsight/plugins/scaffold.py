"""A rule plugin to start from: a package with one rule, one function, and their tests."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from random import randrange

from ..lowering.report import fail
from .hooks import API_VERSION

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

from einsight.api import function, hook, rule

# The version of einsight.api that this is written for.
EINSIGHT_API = {api}


@hook
def einsight_rules():
    return [
        # It reads like the identity it is: names stand for any expression, indices for any index. The examples say what must
        # become of an expression, among some declarations, or with None that the rule must leave it alone.
        rule(
            "{name}.softsign-odd",
            "softsign(-s) => -softsign(s)",
            doc="Softsign is odd.",
            examples=[
                ("x in R^n", "softsign(-x_i) x_i", "-softsign(x_i) x_i"),
                ("x in R^n", "softsign(x_i)", None),
            ],
        ),
    ]


@hook
def einsight_functions():
    return [
        # Its derivative in z, how NumPy computes it, and its name in formulas.
        function(
            "softsign",
            derivative="1/(1 + abs(z))^2",
            numpy="{{0}}/(1 + numpy.abs({{0}}))",
            latex=r"\\operatorname{{softsign}}",
            doc="A sigmoid without an exponential.",
        ),
    ]
'''

_TEST = '''\
"""Everything that the plugin brings, held to numbers: a test for each rule and function, and each check of it."""

import einsight_{module}
import pytest
from einsight.testing import cases


@pytest.mark.parametrize("case", cases(einsight_{module}))
def test_holds(case):
    case.require()
'''

_README = """\
# einsight-{name}

Rules and functions for [einsight](https://pypi.org/project/einsight/).

```sh
pip install -e '.[test]'    # einsight finds the plugin by its entry point
pytest                      # each rule and function, held to numbers
einsight plugin list        # is it on?
einsight rules {name}
einsight derive "softsign(W x)" -w x -d "W in R^(n x m); x in R^m"
```

Everything is in `src/einsight_{module}/__init__.py`. `einsight rules --verify {name}` checks it too, and says which rules of
other plugins apply to the same terms.
"""


def new_plugin(name: str, folder: Path) -> Path:
    """Write the package `einsight-NAME` into a folder; its module's file.

    Raises EinsightError for a name that cannot be one, and where the package's folder is there already; OSError, and then nothing
    is left.
    """
    if not NAME.fullmatch(name):
        raise fail(
            "EIN001", f"`{name}` cannot be a plugin's name: lower-case letters, digits and hyphens, a letter first"
        )
    module = name.replace("-", "_")
    home = folder / f"einsight-{name}"
    if home.exists():
        raise fail("EIN001", f"`{home}` is there already, and nothing was written: take another name, or remove it")
    files = {
        "pyproject.toml": _PROJECT,
        f"src/einsight_{module}/__init__.py": _MODULE,
        f"tests/test_{module}.py": _TEST,
        "README.md": _README,
    }
    made = (
        folder / f".{home.name}.{os.getpid()}-{randrange(1 << 32):x}"
    )  # all of it takes its name at once, or nothing does
    try:
        made.mkdir()
        for place, template in files.items():
            path = made / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(template.format(name=name, module=module, api=API_VERSION), encoding="utf-8")
        made.rename(home)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return home / "src" / f"einsight_{module}" / "__init__.py"
