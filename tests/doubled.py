"""Texts that can be made twice as long: what opens and never closes, what comes very often, what is very long.

A row is `(before, unit, behind)`: the unit over and over between the two others.  `§` in a unit is its number.
"""

import json

MARKDOWN = [
    ("", "$", ""), ("", "$ ", ""), ("", "$a ", ""), ("", "$$ a ", ""), ("", "$x$ ", ""), ("$", "a ", "$"), ("$", "\\$", "$"),
    ("$", r"\text{", ""), ("$", r"\text{a}", ""), ("", r"$\text{a$}", ""), ("", r"\text{$", ""), ("", "$a$1", ""), ("", "$$$", ""),
    ("", "`", ""), ("", "` a\n\n", ""), ("", "` a ``b ", ""), ("", "$`", ""), ("", "{math}`", ""), ("", "``` ", ""),
    ("", r"\(", ""), ("", r"\[ ", ""), ("", r"\[ a", " = "), (r"\[", "aaa ", r"= \]"), ("", r"\begin{equation} ", ""), ("", "\\", ""),
    ("", "<!--", ""), ("", "<pre>", ""), ("", "<code ", ""), ("", '<script type="math/tex">', ""), ("", "<script ", ""),
    ("", "```a\n", ""), ("", "```\na\n```\n", ""), ("", "~~~\n````\n", ""), ("", "~", ""), ("", "~", "`"), ("", ":", "\n"),
    ("", ":::{math}\n", ""), ("", ":::: {math} a\n:::\n", ""), ("---\n", "a\n", ""), ("", "---\n", ""), ("", ">", ""), ("", "> ", ""),
    ("", "> $a\n> b$\n", ""), ("", "- 1. ", ""), ("", " ", ""), ("", "\t\n", ""), ("", "\n", ""), ("", "word ", ""), ("", "w", ""),
    ("", "$$\nx = y\n$$\n\n", ""), ("", "1", ". "), ("", "é$a$", ""),
]  # fmt: skip
LATEX = [
    ("", "$", ""), ("", "$$a ", ""), ("", "$a\n\n", ""), ("", r"\( ", ""), ("", r"\[ ", ""), ("", r"\begin{align}", ""), ("", "\\", ""),
    ("", r"\verb|", ""), ("", r"\verb§", ""), ("", r"\begin{verbatim}", ""), ("", r"\iffalse ", ""), ("", r"\newcommand{\a}{", ""),
    ("", r"\newcommand\a[", ""), (r"\newcommand\a", " ", ""), ("", r"\def\a#1", ""), ("", r"\def\a{{{{ ", ""), (r"\def\a", "{", ""),
    (r"\def\a{", "{a}", ""), (r"\newcommand{\a}{", "{{{a}}}", ""), ("", "%", ""), ("", "% a\n", ""), ("", r"\input{a}", ""),
    ("", r"\input ", ""), ("", r"\usepackage[", ""), (r"\usepackage", " ", ""), ("", r"\usepackage{a,b}", ""), ("", r"\\[", ""),
    ("", r"\mintinline[", ""), ("", r"a \begin{document ", ""), ("", "$x = y$\n\n", ""), ("", " ", ""), ("", "\n ", ""),
    (r"\newcommand{\be}{\begin{equation}}\newcommand{\ee}{\end{equation}}", r"\be ", ""), ("$", r"\text{a}", ""), (r"\kern", "1", ""),
]  # fmt: skip
RST = [
    ("", ":math:`", ""), ("", ":math:`a ", ""), ("", ":math:`x = y` a\n\n", ""), ("", "`a ", ""), ("", "``", ""), ("", "``a ", ""),
    ("", ".. math::\n\n   x = y\n\n", ""), (".. math::\n", "   x\n", ""), ("", "..\n", ""), ("", ".. a\n", ""), ("", "a::\n", ""),
    ("", ".. note::\n", ""), ("", "a\n", ""), ("", "\n", ""), ("", ">>> a\n", ""), (".. ein::\n", "\n", ""), (".. ein::\n", "   x\n", ""),
    (".. default-role:: math\n\n", "`a ", ""), ("", " ", ""), (".. a:: x", " ", "y"), (".. ", ":", ""), ("", ".. a::\n ..\n", ""),
]  # fmt: skip
PYTHON = [
    ("", 'def f():\n    """:math:`x = y`"""\n', ""), ('"""', "$", '"""'), ('"""', "$= ", '"""'), ('"""', r"\\(", ' = """'),
    ('"""', r"\\( = ", '"""'), ('"""', r"\\[ = ", '"""'), ('"""', "$a\n=", '"""'), ("#:math:\ndef f():\n    ", "'b' ", "\n"),
    ('""":math:`x` ', "\\x41", '"""'), ('def f():\n """:math:`x`\n', " a\n", ' """\n'),
    ('def f():\n """:math:`x`\n', " :math:`a` $b = c$\n\n", ' """\n'), ("#:math:\n", "(", ""), ("#:math:\n", 'a="ä";', ""),
    ("#:math:\n", "a=1;'ä';", ""), ("#:math:\n", "class A: 'ä'\n", ""), ('""":math:`', "\\N{", '"""'),
]  # fmt: skip
JULIA = [
    ('``"""', '\\"', ""), ("", '"""``x=y``"""\nf\n', ""), ('"""``"""', "#=", ""), ('"""``"""', "'\\", ""), ('"""``"""', '"', ""),
    ('"""``"""', 'raw"""', ""), ('"""``"""', "`a ", ""), ('"""``a``', "$", '"""'), ('"""``"""', "\n ", ""), ('"""``x`` ', "\\N{", '"""'),
]  # fmt: skip
FORMULA = [
    ("x", "+ x", ""), ("x ", "\\\\ &= x ", ""), ("x", "\\\\ x = y ", ""), ("x", "& = x &", ""), ("x", "_i^2", ""), ("x", "'", ""),
    ("x", ", x", ""), ("x", "\\in x,", ""), ("x", "\\text{ if } x ", ""), ("x=y", "\\quad x=y ", ""), ("x_1", "+ \\dots + x_n ", ""),
    ("", "\\frac{x}{y} ", ""), ("", "\\frac{", ""), ("", "\\sum_i x_i ", ""), ("", "(", ""), ("", "(x) ", ""), ("", "[x", ""),
    ("", "\\{x", ""), ("", "\\hspace{", ""), ("x", "\\\\[", ""), ("", "\\pd{", ""), ("", "\\dv{x}{y}", ""), ("", "\\begin{pmatrix}", ""),
    ("\\begin{pmatrix} x", "& x ", "\\end{pmatrix}"), ("\\begin{cases} x", "\\\\ x & i = j", "\\end{cases}"), ("", "\\nabla_x ", ""),
    ("", "1", ""), ("x_{", "1", "}"), ("\\kern", "1", ""), ("", " ", ""), ("", "%\n", ""), ("x^\\mathsf", " ", ""), ("", "\\left(x", ""),
    ("(x_1", ",x_2", ")"), ("", "\\newcommand{\\a}{", ""), ("", "\\def\\a{x} ", ""), ("", "\\langle x,", ""), ("x", "\u0302", ""),
]  # fmt: skip
NOTES = [
    ("", "$x$ ", ""), ("", "$a = b$\n\n", ""), ("", "$a = b$ ", ""), ("", "$x = y$", ""), ("", "A matrix $A$ is symmetric. ", ""),
    ("", "If $A$ is symmetric then $A = A$. ", ""), ("", "the vector $x$ and ", ""), ("", "$A$, ", ""), ("$x=y$", "\n\n", ""),
    ("", "an $n \\times m$ matrix $X$, ", ""), ("", "$\\foo{x} = y$\n\n", ""), ("", "# a\n\n$x = y$\n\n", ""), ("$x=y$ a", "\n\n-", ""),
    ("$x = y$", "\n\n,", ""), ("$x = y$", " ", ""), ("", "$a = b$:\n\n", ""), ("", "$a = b$\n\nwhere ", ""), ("", "suppose ", "$x=y$"),
    ("| $f$ | $\\partial f/\\partial x$ |\n|---|---|\n", "| $x$ | $1$ |\n", ""), ("$x=y$ |\n", "|---|---|\n", ""), ("$x=y$ |\n", " ", ""),
    ("$x=y$ ", "|", ""), ("$x=y$ |\n|", "--|", ""), ("", "$y_{§} = x$\n\n", ""), ("", "$x = y$ if $i \\neq j$. ", ""),
    ("$x=y$", "A b. ", ""), ("$x=y$", "lorem ", ""), ("", "> $$a\n> = b$$\n\n", ""), ("", "$dy = A dx$\n\n", ""),
]  # fmt: skip
EIN = [
    ("", "(\n", ""), ("", "(", ""), ("", ")", ""), ("", ";", ""), ("", "a;", ""), ("", "\n", ""), ("", "\r", ""), ("", "#", ""),
    ("", "#\n", ""), ("", "# einsight: ignore EIN402\n", ""), ("", "#einsight: ignore", ""), ("", " ", ""), ("", "+\n", ""), ("", "[a\n", ""),
    ("", "{=\n", ""), ("", "(a +\n", ""), ("", "x ∈ (\n", ""), ("", "#! layout mixed\n", ""), ("", "a = b\n", ""), ("", "-", ""),
]  # fmt: skip
SETTINGS = [
    ("", "a.", "a=1"), ("[", "a.", "a]"), ("", "a§=1\n", ""), ("", "[a§]\n", ""), ("", "[[a]]\n", ""), ("a=[", "1,", "]"),
    ("a=", "[", ""), ("a=", "{a=", ""), ('a="', "x", '"'), ('a="""', "\\\n", '"""'), ("", "#", ""), ("", "\n", ""), ("a=", "1", ""),
    ("a=0x", "1", ""), ("a={", "a§=1,", "b=1}"), ("", "[a.b§.c]\n", ""), ("", "[tool.einsight]\n", ""), ("", "# einsight\n", ""),
]  # fmt: skip
RULES = [
    ("", "a.b: c => c\n", ""),
    ("", "# a\n", ""),
    ("", "a", ""),
    ("", "a:", ""),
    ("function f(", "a,", "a) = 1"),
    ("", " ", ""),
]


def long(row, size):
    """A row's text of about a size."""
    before, unit, behind = row
    units = (unit.replace("§", str(k)) for k in range(max(1, size // len(unit))))
    return before + "".join(units) + behind


def _cell(source, kind="markdown", **more):
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def _notebook(*cells):
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4})


# notebooks of about a size
NOTEBOOKS = {
    "picture": lambda n: _notebook(_cell(["x"], "code", outputs=[{"data": {"image/png": "A" * n}}])),
    "output": lambda n: _notebook(_cell(["x"], "code", outputs=[{"text": ["a\n"] * (n // 6)}])),
    "cells": lambda n: _notebook(*[_cell(["$x=y$\n"])] * (n // 70)),
    "lines": lambda n: _notebook(_cell(["a\n"] * (n // 7))),
    "escapes": lambda n: _notebook(_cell(["\n" * (n // 2)])),
    "formulas": lambda n: _notebook(_cell("$a$ " * (n // 4))),
    "no source": lambda n: _notebook(*[{"cell_type": "markdown"}] * (n // 26)),
    "brackets": lambda n: '{"cells":' + "[" * n,
    "quotes": lambda n: '{"cells":[' + '"' * n,
    "backslashes": lambda n: '{"cells":["' + "\\" * n,
    "blanks": lambda n: '{"cells":' + " " * n + "[]}",
    "digits": lambda n: '{"cells":[' + "1" * n + "]}",
    "keys": lambda n: "{" + ",".join(f'"{k}":1' for k in range(n // 8)) + ',"cells":[]}',
}
