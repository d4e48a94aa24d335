"""The floors of ARCHITECTURE.md: no room imports one above it or beside it, and no two files need each other."""

import ast
import re
from functools import cache

import pytest
from paths import ROOT

# a room imports those on the floors before its own; `bench` measures from outside and may ask everybody
FLOORS = [
    floor.split()
    for floor in (
        "terms syntax documents",
        "lowering meaning",
        "formatting rules",
        "notation plugins",
        "targets",
        "deriving",
        "judging",
        "python",
        "sheets",
        "editing verifying",
        "docs",
        "server",
        "cli",
        "bench",
    )
]
FLOOR = {room: height for height, floor in enumerate(FLOORS) for room in floor}
ONLY = {"lark": ("syntax", "documents"), "pygls": ("server",), "lsprotocol": ("server",), "pluggy": ("plugins",)}
LAZY = {"sympy", "numpy"}
SOURCE = ROOT / "src" / "einsight"
EVERY_FILE = sorted(SOURCE.rglob("*.py"))
IN_ROOMS = [p for p in EVERY_FILE if p.parent != SOURCE]


def _module(path):
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_module(p): p for p in EVERY_FILE}


@cache
def _imports(path):
    """`(module, at the top level or not)` of a file, relative ones resolved, what is imported for its type too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = path.relative_to(SOURCE.parent).with_suffix("").parts[:-1]
    top = set(map(id, tree.body))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(name.name, id(node) in top) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join((*package[: len(package) - node.level + 1], *filter(None, [node.module])))
            base = base if node.level else node.module
            for name in node.names:
                whole = f"{base}.{name.name}"
                found.append((whole if whole in MODULES else base, id(node) in top))
    return found


def _shown(path):
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", IN_ROOMS, ids=_shown)
def test_imports(path):
    home = path.relative_to(SOURCE).parts[0]
    for module, top in _imports(path):
        head = module.split(".")[0]
        assert home in ONLY.get(head, (home,)), f"only {ONLY.get(head)} imports {head}"
        assert not (head in LAZY and top), f"{head} is imported where it is needed, not at the top"
        room = (module.split(".") + [""])[1] if head == "einsight" else ""
        if room in FLOOR and room != home:
            assert FLOOR[room] < FLOOR[home], f"{home} imports {room}"


def test_every_room_stands_on_a_floor():
    assert {p.relative_to(SOURCE).parts[0] for p in IN_ROOMS} == set(FLOOR)


def test_every_package_is_installed():
    """The list in pyproject.toml is by hand, and an editable install works without it."""
    listed = re.search(
        r"^packages = \[(.*?)\]", (SOURCE.parent.parent / "pyproject.toml").read_text(encoding="utf-8"), re.M | re.S
    )
    packages = {".".join(p.parent.relative_to(SOURCE.parent).parts) for p in SOURCE.rglob("__init__.py")}
    assert set(re.findall(r'"([\w.]+)"', listed[1])) == packages | {"einsight.grammar"}
