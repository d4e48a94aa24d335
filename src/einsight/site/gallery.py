"""Derivations with their forms, layouts, steps and code, worked out when they are written."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import urlencode

from ..deriving.derive import derive
from ..deriving.derived import Derived
from ..lowering.layout import LAYOUTS
from ..lowering.report import EinsightError
from ..notation.tree_latex import formula_latex
from .mathml import mathml

FILE = Path(__file__).parent / "gallery.txt"
LIBRARIES = {"numpy": "NumPy", "jax": "JAX", "torch": "PyTorch", "dask": "Dask", "sympy": "SymPy"}


@dataclass(frozen=True)
class Entry:
    """One derivation: what is differentiated in what, among which declarations."""

    section: str
    title: str
    expression: str
    wrt: str
    declare: str

    @property
    def page(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") + ".md"

    def derived(self, layout: str = "numerator") -> Derived:
        return derive(self.expression, self.wrt, self.declare, layout=layout)

    @property
    def link(self) -> str:
        """What the playground's address holds to ask the same."""
        shapes = [shape for line in self.declare.split(";") for shape in _apart(line.strip())]
        return "#" + urlencode([("f", self.expression), ("in", self.wrt), *(("shape", s) for s in shapes)])


def _apart(declaration: str) -> list[str]:
    """`x, y ∈ ℝ^n` as a declaration of each."""
    names, _, space = declaration.partition(" ∈ ")
    return [f"{name.strip()} ∈ {space}" for name in names.split(",")]


def entries() -> list[Entry]:
    """The rows of gallery.txt."""
    lines = [
        line for line in FILE.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")
    ]
    return [Entry(*(part.strip() for part in line.split(" | "))) for line in lines]


def gallery(playground: str | None) -> dict[str, str]:
    """The pages by their paths; `playground` leads from the folder of a page to it, None where there is none."""
    found = entries()
    pages = {"gallery/index.md": _index(found)}
    for entry in found:
        pages[f"gallery/{entry.page}"] = _page(entry, playground)
    return pages


def _index(found: list[Entry]) -> str:
    parts = [
        "# Gallery",
        f"{len(found)} derivations, each with its index form, its matrix form in every layout, the steps, and code. All of it was worked out when this page was built.",
    ]
    for section, of in groupby(found, key=lambda e: e.section):
        rows = ["| | | derivative, numerator layout |", "|---|---|---|"]
        for entry in of:
            d = entry.derived()
            asked = mathml(_asked(entry), entry.expression)
            rows.append(
                f"| [{entry.title}]({entry.page}) | {_cell(asked)} | {_cell(mathml(d.latex, d.matrix or d.index))} |"
            )
        parts += [f"## {section}", "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def _page(entry: Entry, playground: str | None) -> str:
    d = entry.derived()
    shape = "×".join(d.matrix_shape) if d.matrix_shape else ""
    parts = [f"# {entry.title}", mathml(rf"{_asked(entry)} = {d.latex}", d.matrix or d.index, is_display=True)]
    rows = [
        ("declared", f"`{entry.declare}`"),
        ("index form", f"`{d.index}`" + (f", free `{', '.join(d.free)}`" if d.free else "")),
    ]
    if d.matrix is not None:
        rows.append(("matrix form", f"`{d.matrix}`" + (f", {shape}" if shape else "")))
    else:
        rows.append(("matrix form", "none: four axes or so are written with indices"))
    if d.gradient is not None:
        rows.append(("gradient", f"`{d.gradient}`, {'×'.join(d.shape)}: in the variable's own shape"))
    rows.append(("shape", f"`({', '.join(d.shape)})`"))
    rows += [("note", note) for note in d.notes]
    parts.append(_table(("what", "as einsight writes it"), rows))
    if playground is not None:
        parts.append(f"[Try it]({playground}{entry.link}){{ .md-button }}")
    if d.matrix is not None:
        laid = {layout: entry.derived(layout) for layout in LAYOUTS}
        parts += ["## In each layout", _table(("layout", "matrix form", "shape"), [
            (name, f"`{of.matrix}`", "×".join(of.matrix_shape or ()) or "a number") for name, of in laid.items()
        ])]  # fmt: skip
    parts += ["## Derivation", _steps(d), "## Code", *_code(d)]
    return "\n\n".join(parts) + "\n"


def _asked(entry: Entry) -> str:
    name, _, body = entry.expression.rpartition(" = ")
    below = rf"\partial {formula_latex(entry.wrt)}"
    if name:
        return rf"\frac{{\partial}}{{{below}}} \left( {formula_latex(name)} = {formula_latex(body)} \right)"
    return rf"\frac{{\partial}}{{{below}}} \left( {formula_latex(entry.expression)} \right)"


def _steps(d: Derived) -> str:
    rows = [("", mathml(formula_latex(d.steps[0].before), d.steps[0].before))] if d.steps else []
    rows += [
        (f"[`{s.rule}`](../reference/rules/{s.rule}.md)", mathml(f"= {s.latex}", f"= {s.after}"))
        for s in d.steps
        if s.rule != "notation.matrix"
    ]
    rows += [
        ("`notation.matrix`", mathml(f"= {s.latex}", f"= {s.after}")) for s in d.steps if s.rule == "notation.matrix"
    ]
    return _table(("rule", "step"), rows)


def _code(d: Derived) -> Iterator[str]:
    for target, name in LIBRARIES.items():
        try:
            lines = d.to(target).splitlines()
        except EinsightError as refused:
            yield f'=== "{name}"\n\n    There is none: {refused.diagnostics[0].message}.'
            continue
        source = "\n".join(f"    {line}".rstrip() for line in lines)
        yield f'=== "{name}"\n\n    ```python\n{source}\n    ```'


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)])


def _cell(text: str) -> str:
    return (
        text.replace("|", "&#124;")
        if "`" not in text
        else re.sub(r"`([^`]*\|[^`]*)`", lambda m: f"<code>{html.escape(m[1]).replace('|', '&#124;')}</code>", text)
    )
