"""The import order of ARCHITECTURE.md: earlier never imports later."""

import ast
import re
from pathlib import Path

import pytest

ORDER = "syntax documents terms lowering meaning rules plugins notation targets services docs server cli bench".split()
ONLY = {"lark": ("syntax", "documents"), "pygls": ("server",), "lsprotocol": ("server",), "pluggy": ("plugins",)}
LAZY = {"sympy", "numpy"}
ROOT = Path(__file__).parent.parent / "src" / "einsight"


def _imports(path):
    """`(module, at the top level or not)` of a file, relative ones resolved."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = path.relative_to(ROOT.parent).with_suffix("").parts[:-1]
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, id(node) in top
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            yield base + (node.module or ""), id(node) in top


FILES = sorted(p for p in ROOT.rglob("*.py") if p.parent != ROOT)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports(path):
    home = path.relative_to(ROOT).parts[0]
    for module, top in _imports(path):
        head = module.split(".")[0]
        assert home in ONLY.get(head, (home,)), f"only {ONLY.get(head)} imports {head}"
        assert not (head in LAZY and top), f"{head} is imported where it is needed, not at the top"
        if module.startswith("einsight.") and module.split(".")[1] in ORDER:
            target = module.split(".")[1]
            assert ORDER.index(target) <= ORDER.index(home), f"{home} imports {target}"


def test_every_package_is_installed():
    """The list in pyproject.toml is by hand, and an editable install works without it."""
    listed = re.search(
        r"^packages = \[(.*?)\]", (ROOT.parent.parent / "pyproject.toml").read_text(encoding="utf-8"), re.M | re.S
    )
    packages = {".".join(p.parent.relative_to(ROOT.parent).parts) for p in ROOT.rglob("__init__.py")}
    assert set(re.findall(r'"([\w.]+)"', listed[1])) == packages | {"einsight.grammar"}
