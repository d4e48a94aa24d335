"""The floors of ARCHITECTURE.md: no room imports one above it or beside it, no two files need each other, and none is long without a
reason.
"""

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
        "asking formatting rules",
        "notation plugins",
        "targets forms",
        "deriving",
        "judging",
        "python worlds",
        "sheets",
        "grading editing verifying",
        "docs",
        "server mcp",
        "web site",
        "cli",
        "bench",
    )
]
FLOOR = {room: height for height, floor in enumerate(FLOORS) for room in floor}
ONLY = {"mcp": ("mcp",), "lark": ("syntax", "documents"), "pygls": ("server",), "lsprotocol": ("server",), "pluggy": ("plugins",)}
LAZY = {"sympy", "numpy"}
SOURCE = ROOT / "src" / "einsight"
EVERY_FILE = sorted(SOURCE.rglob("*.py"))
IN_ROOMS = [p for p in EVERY_FILE if p.parent != SOURCE]


def _module(path):
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_module(p): p for p in EVERY_FILE}
MOST_LINES = 400
REASON = "Long because"  # begins the line of a docstring that says why a file has more
# those that say nothing yet: an entry goes when the file is short, or says why it is not
KNOWN_LONG: set[str] = set()


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


def _what_is_wrong_with_the_imports(path):
    home = path.relative_to(SOURCE).parts[0]
    for module, top in _imports(path):
        head = module.split(".")[0]
        if home not in ONLY.get(head, (home,)):
            yield f"{_shown(path)}: only {ONLY.get(head)} imports {head}"
        if head in LAZY and top:
            yield f"{_shown(path)}: {head} is imported where it is needed, not at the top"
        room = (module.split(".") + [""])[1] if head == "einsight" else ""
        if room in FLOOR and room != home and FLOOR[room] >= FLOOR[home]:
            yield f"{_shown(path)}: {home} imports {room}"


def test_imports():
    assert [told for path in IN_ROOMS for told in _what_is_wrong_with_the_imports(path)] == []


def test_every_room_stands_on_a_floor():
    assert {p.relative_to(SOURCE).parts[0] for p in IN_ROOMS} == set(FLOOR)


def test_the_architecture_tells_the_floors():
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", (SOURCE / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.M)
    assert {room: int(floor) - 1 for floor, room in rows} == FLOOR
    assert [int(floor) for floor, _ in rows] == sorted(int(floor) for floor, _ in rows)


def test_every_package_is_installed():
    """The list in pyproject.toml is by hand, and an editable install works without it."""
    listed = re.search(
        r"^packages = \[(.*?)\]", (SOURCE.parent.parent / "pyproject.toml").read_text(encoding="utf-8"), re.M | re.S
    )
    packages = {".".join(p.parent.relative_to(SOURCE.parent).parts) for p in SOURCE.rglob("__init__.py")}
    assert set(re.findall(r'"([\w.]+)"', listed[1])) == packages | {"einsight.grammar"}


def _needed(module):
    """The modules of ours that a file imports anywhere: inside functions, and for their types, too."""
    return sorted({name for name, _ in _imports(MODULES[module]) if name in MODULES} - {module})


def components(graph):
    """The strongly connected components of a graph (node: those it leads to) that hold more than one node; by Tarjan's algorithm."""
    number, lowest, stack, found = {}, {}, [], set()

    def visit(node):
        number[node] = lowest[node] = len(number)
        stack.append(node)
        for other in graph[node]:
            if other not in number:
                visit(other)
            if other in stack:
                lowest[node] = min(lowest[node], lowest[other])
        if lowest[node] == number[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.add(frozenset(stack[at:]))
            del stack[at:]

    for node in graph:
        if node not in number:
            visit(node)
    return found


def shortest_circle(graph, inside):
    """A way from a node back to itself through a component, as short as there is one."""
    ways = [[node] for node in sorted(inside)]
    for way in ways:  # which grows: breadth first
        for other in graph[way[-1]]:
            if other == way[0]:
                return [*way, other]
            if other in inside and other not in way:
                ways.append([*way, other])
    raise AssertionError("a component has a circle")


def _told(circles, graph):
    return "\n".join(" -> ".join(shortest_circle(graph, inside)) + f"    of {sorted(inside)}" for inside in circles)


def test_no_two_files_need_each_other():
    graph = {module: _needed(module) for module in MODULES}
    found = components(graph)
    assert not found, f"circles of imports:\n{_told(found, graph)}"


def test_circles_are_found():
    graph = {"a": "b", "b": "ca", "c": "d", "d": "e", "e": "cf", "f": ""}
    assert components(graph) == {frozenset("ab"), frozenset("cde")}
    assert shortest_circle(graph, frozenset("cde")) == ["c", "d", "e", "c"]


def test_an_import_counts_wherever_it_stands(tmp_path, monkeypatch):
    """In a function, for a type, of a module by its name, of a package of which a module is meant."""
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..terms.term import Term\ndef f():\n    from . import layout\n    import einsight.forking\n"
    home = SOURCE / "lowering" / "made_for_this.py"
    monkeypatch.setattr(type(home), "read_text", lambda *_, **__: text)
    assert {name for name, _ in _imports(home)} >= {
        "einsight.terms.term", "einsight.lowering.layout", "einsight.forking"
    }  # fmt: skip


def _is_long(path):
    """More than `MOST_LINES`, and its docstring does not say why."""
    text = path.read_text(encoding="utf-8")
    told = ast.get_docstring(ast.parse(text)) or ""
    return len(text.splitlines()) > MOST_LINES and not re.search(f"^{REASON} \\w", told, re.M)


def test_a_long_file_says_why():
    found = {_shown(p) for p in EVERY_FILE if _is_long(p)}
    assert not found - KNOWN_LONG, (
        f"over {MOST_LINES} lines, without a line `{REASON} …` in the docstring: {found - KNOWN_LONG}"
    )
    assert not KNOWN_LONG - found, f"short, or told now: correct KNOWN_LONG: {KNOWN_LONG - found}"


@pytest.mark.parametrize(
    ("docstring", "lines", "is_long"),
    [
        ("Words.", 401, True),
        ("Words.", 400, False),
        (f"Words.\n\n{REASON} it is a table.", 401, False),
        (f"Words. {REASON}", 401, True),
    ],
)
def test_what_is_long(tmp_path, docstring, lines, is_long):
    path = tmp_path / "made.py"
    head = f'"""{docstring}\n"""\n'
    path.write_text(head + "x = 1\n" * (lines - head.count("\n")), encoding="utf-8")
    assert _is_long(path) is is_long
