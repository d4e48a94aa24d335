"""Small documents of every kind, all that can be asked of one, and edits as people and editors make them."""

import json

from einsight.rules.catalogue import catalogue
from einsight.sheets.notes import bounds
from einsight.sheets.sheet import Sheet

EIN = """# a note
A ∈ ℝ^(n×n); x, b ∈ ℝ^n
y = A x + b

dy/dx = A
d/dx (b' x) = b
z = A (
  x + b)
#! layout denominator
d/dx (b' z) = A' b
"""
DECLARED = "Let $A \\in \\mathbb{R}^{n \\times n}$ and $x, b \\in \\mathbb{R}^n$."
FORMULAS = (
    "f = x^T A x + b^T x",
    "\\frac{\\partial f}{\\partial x} = (A + A^T) x + 2 b",
    "r_i = \\sum_j A_{ij} x_j",
    "\\nabla_b f = q(x)",
)
# whether this is said of numbers is tried while the page is planned
OF_NUMBERS = "\\nabla_x (b^T x) = 3 b"
DISPLAYS = "\n\n".join(f"$$\n{f}\n$$" for f in FORMULAS)
MARKDOWN = f"# Notes\n\n{DECLARED}\n\n{DISPLAYS}\n\n```ein\nc ∈ ℝ^m\nd/dc (c' c) = 2 c\n```\n\nIn the scalar case ${OF_NUMBERS}$ 𝛿.\n"
BODY = "\n\n".join(f"\\[\n{f}\n\\]" for f in FORMULAS) + f"\n\nIn the scalar case ${OF_NUMBERS}$."
RST = (
    ":math:`A \\in \\mathbb{R}^{n \\times n}` and :math:`x, b \\in \\mathbb{R}^n`\n\n"
    + "\n\n".join(f".. math::\n\n   {f}" for f in FORMULAS)
    + f"\n\nIn the scalar case :math:`{OF_NUMBERS}`."
    + "\n\n.. code:: ein\n\n   c ∈ ℝ^m\n   d/dc (c' c) = 2 c\n"
)
CELLS = [f"# Notes\n\n{DECLARED}", *(f"$$\n{f}\n$$" for f in FORMULAS), f"In the scalar case ${OF_NUMBERS}$."]
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": c.splitlines(keepends=True)} for c in CELLS
        ],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    },
    indent=1, ensure_ascii=False,
)  # fmt: skip
DOCSTRING = f"{DECLARED}\n\n$${FORMULAS[0]}$$\n\n$${FORMULAS[1]}$$\n\nIn the scalar case $${OF_NUMBERS}$$\n"
PYTHON = (
    f'"""Gradients.\n\n{DOCSTRING}'.replace("\\", "\\\\")
    + '"""\n\n\ndef f(x):\n    r"""\n    .. math:: x \\in \\mathbb{R}^n\n\n    .. math:: \\nabla_x (x^T x) = 3 x\n    """\n'
)
JULIA = (
    f'@doc raw"""\n{DOCSTRING}"""\nf(x) = x\n\n'
    '"""\nLet ``x \\\\in \\\\mathbb{R}^n``. Then ``\\\\nabla_x (x^T x) = 3 x``.\n"""\ng(x) = x\n'
)
PAGES = {
    "ein": EIN,
    "markdown": MARKDOWN,
    "latex": f"\\newcommand{{\\R}}{{\\mathbb{{R}}}}\n\\begin{{document}}\n{DECLARED} % now\n{BODY}\n\\end{{document}}\n",
    "rst": RST,
    "notebook": NOTEBOOK,
    "cells": "\n\n\x1e\n\n".join(CELLS),
    "python": PYTHON,
    "julia": JULIA,
}
# what is typed or pasted: of the language, of notes, and of neither
SCRAPS = [
    "\n", "\n\n", "\r\n", "\r", ";", "(", ")", "=", " + b", "'", "#", "# note\n", "#! layout mixed\n", "x", " A x", "y = 2 x\n",
    "x ∈ ℝ^m\n", "= A", " ", "𝛿", "𝛿_ij x_j", "f : ℝ → ℝ\n", "dim n = 4\n", "dy/dx = A\n", "# einsight: ignore EIN402",
    "$", "$$", "$x \\in \\mathbb{R}^m$", "$$\nf = b^T x\n$$\n", "```ein\n", "```\n", "```\nc\n```\n", "\\", "\\[", "\\]", "%", "{", "}",
    "## Heading\n", "where $A$ is symmetric. ", "| a | b |\n|---|---|\n| $x$ | $1$ |\n", "\\begin{equation}", "^T", "`", ".. math::\n\n   ",
    '"', '"""', ",", "\\n", "> ", "    ", "\t", "\ufeff", "\x1e",
]  # fmt: skip


def fresh(text, language):
    sheet = Sheet(text, language)
    sheet.finish()
    return sheet


def all_of(sheet):
    """What can be asked of a sheet that is finished, and what it goes by when it is asked next."""
    assert not sheet.dirty and not sheet.unjudged
    names = [
        (m.kind, m.name, cell.move((m.start, m.end))) for cell in sheet.cells for m in cell.lowered.marks.found.values()
    ]
    ledger = sheet.ledger
    return {
        "text": sheet.text,
        "diagnostics": sheet.diagnostics(),
        "claims": sheet.claims(),
        "unread": sheet.unread(),
        "refused": sheet.refused,
        "fences": sheet.fences,
        "findings": sheet.findings,
        "places": [(p.start, p.length, p.region) for p in sheet.places],
        "cells": [(c.order, c.start, c.end, c.item.text, list(c.diagnostics)) for c in sheet.cells],
        "names": names,
        "tellers": {key: [c.order for c in cells] for key, cells in ledger.tellers.items()},
        "askers": {key: {c.order for c in cells} for key, cells in ledger.askers.items()},
        "uses": +ledger.uses,
    }


def differences(sheet, wanted):
    """The parts in which a sheet is not as that."""
    found = all_of(sheet)
    return {part: (found[part], wanted[part]) for part in wanted if found[part] != wanted[part]}


def forget_results():
    """Have everything derived again, so that it is polled for."""
    catalogue()._changed()
    bounds._holds.cache_clear()


class Script:
    """Edits of a text, one after the other; `texts` are those that have been, for what is undone."""

    def __init__(self, generator, text):
        self.generator, self.text, self.texts, self.kept = generator, text, [text], ""

    def steps(self):
        """The replacements `(start, end, new)` of the next edit, each in the text after the one before."""
        edit = self.generator.choice(
            [self.type, self.type, self.type, self.scrap, self.scrap, self.delete, self.delete, self.cut, self.paste, self.paste,
             self.join, self.undo, self.undo, self.empty, self.move, self.rename]
        )  # fmt: skip
        for start, end, new in edit():
            self.text = self.text[:start] + new + self.text[end:]
            yield start, end, new
        self.texts.append(self.text)

    def _place(self):
        return self.generator.randrange(len(self.text) + 1)

    def _lines(self):
        """Where whole lines begin and end, a few in a row."""
        starts = [0, *(k + 1 for k, c in enumerate(self.text) if c == "\n"), len(self.text)]
        first = self.generator.randrange(len(starts) - 1)
        return starts[first], starts[min(len(starts) - 1, first + self.generator.choice([1, 1, 2, 4]))]

    def type(self):
        at, typed = self._place(), self.generator.choice(SCRAPS) + self.generator.choice(["", *SCRAPS])
        yield from ((at + k, at + k, c) for k, c in enumerate(typed))

    def scrap(self):
        at = self._place()
        yield at, min(len(self.text), at + self.generator.choice([0, 0, 1, 3])), self.generator.choice(SCRAPS)

    def delete(self):
        at = self._place()
        for _ in range(self.generator.choice([1, 2, 12])):
            if at:
                at -= 1
                yield at, at + 1, ""

    def cut(self):
        start, end = self._lines()
        self.kept = self.text[start:end]
        yield start, end, ""

    def paste(self):
        start, end = self._lines()
        at = self.generator.choice([start, self._place()])
        yield at, at, self.kept or self.text[start:end]

    def join(self):
        ends = [k for k, c in enumerate(self.text) if c == "\n"]
        if ends:
            at = self.generator.choice(ends)
            yield at, at + 1, self.generator.choice(["", " "])

    def undo(self):
        yield 0, len(self.text), self.generator.choice(self.texts)

    def empty(self):
        text = self.text
        yield 0, len(text), ""
        if self.generator.random() < 0.5:
            yield from ((k, k, c) for k, c in enumerate(text[:30]))
        else:
            yield 0, 0, text

    def move(self):
        start, end = self._lines()
        moved = self.text[start:end]
        yield start, end, ""
        at = self._place()
        yield at, at, moved

    def rename(self):
        old = self.generator.choice("xbAf")
        at = self.text.find(old)
        while at >= 0:
            yield at, at + 1, old + "2"
            at = self.text.find(old, at + 2)
