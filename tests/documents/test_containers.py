r"""Where formulas stand in the files people write: ⟦…⟧ marks what is one, and everything else is none."""

import json
import re
import textwrap

import pytest

import einsight
from einsight.documents.inputs import macros_with, neighbours, on_disk
from einsight.documents.regions import LANGUAGES, SUFFIXES, extracts_of, formulas_in, regions_of


def found(text, language):
    """The spans of the formulas, without the blanks around them."""
    spans = []
    for extract in extracts_of(text, language):
        for formula in formulas_in(extract):
            start, end = extract.place((formula.start, formula.end))
            inside = text[start:end]
            spans.append((start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip())))
    return sorted(spans)


def unmarked(marked):
    """The text without its marks, and the spans that they mark."""
    text, spans = "", []
    for part in re.split("(⟦|⟧)", marked):
        if part == "⟦":
            spans.append([len(text)])
        elif part == "⟧":
            spans[-1].append(len(text))
        else:
            text += part
    return text, [tuple(s) for s in spans]


MARKDOWN = {
    "inline": "a $⟦x = y⟧$ b \\(⟦x = y⟧\\) c",
    "display": "$$⟦x = y⟧$$ \\[⟦x = y⟧\\] and inline as kramdown has it: $$⟦x⟧$$.",
    "display over lines": "$$\n⟦x\n= y⟧\n$$ {#eq-label}\n",
    "bare environment": "⟦\\begin{align*}\nx &= y \\\\\nz &= w\n\\end{align*}⟧",
    "at the end of the file": "so $⟦x = y⟧$",
    "at the end of a fence that nobody closes": "```math\n⟦x = y⟧",
    "prices": "It costs $5, or $6 with $ 7 for x$ and $8 more.",
    "escaped dollars": r"It costs \$5 and $⟦x = y⟧$, that is \$6; $⟦a = \$5⟧$",
    "dollars of GitHub": "$`⟦x = y⟧`$ and `$x = y$`",
    "code": "`$x = y$` and ``a ` $x$``",
    "code fences": "```python\n$x = y$\n```\n~~~\n$x = y$\n~~~~\n$⟦x⟧$",
    "a fence in a list": "1. so\n\n   ```math\n   ⟦x = y⟧\n   ```\n   * deeper $⟦x = y⟧$\n",
    "fences that are ours": "```ein\n⟦x = y⟧\n```\n```{einsight}\n⟦x = y⟧\n```\n",
    "MyST": "```{math}\n:label: eq\n\n⟦x = y⟧\n```\n:::{math}\n:label: eq\n⟦x = y⟧\n:::\nby {math}`⟦x = y⟧`",
    "MyST in one line": "```{math} ⟦x = y⟧\n:label: eq\n```\n",
    "a table": "| a | b |\n|---|---|\n| $⟦\\lvert x \\rvert = y⟧$ | $⟦x \\| y⟧$ |\n",
    "headings and footnotes": "# On $⟦x = y⟧$\n\n[^1]: Where $⟦x = y⟧$.\n",
    "comments": "<!-- $x = y$ -->\n<!--\n$$x = y$$\n-->\n$⟦x⟧$\n<!-- open $x$",
    "front matter": "---\ntitle: $x = y$\n---\n$⟦x⟧$\n",
    "rulers are no front matter": "text\n\n---\n\n$⟦x = y⟧$\n\n---\n",
    "HTML": '<pre>$x = y$</pre> <code>$x$</code> <script>$x$</script> <script type="math/tex">⟦x = y⟧</script>',
    "line ends of Windows": "a\r\n\r\n$$\r\n⟦x = y⟧\r\n$$\r\n\r\n```ein\r\n⟦x = y⟧\r\n```\r\n$a\r\n\r\nb$\r\n",
    "no formula over a paragraph's end": "it is $x\n\nand y$ there",
    "dollars in words": "$⟦x = y \\text{ if $a$}⟧$",
    "brackets with a backslash": r"\[note\] and \(see\)",
    "astral letters before": "𝛿𝛿 $⟦𝛿 = y⟧$",
}
LATEX = {
    "dollars": "a $⟦x = y⟧$ b $ ⟦x⟧ $ c $$⟦x = y⟧$$",
    "brackets": r"a \(⟦x = y⟧\) b \[⟦x = y⟧\]",
    "environments": "".join(
        f"⟦\\begin{{{name}}}\nx &= y\n\\end{{{name}}}⟧\n"
        for name in "equation equation* align align* gather eqnarray multline flalign* displaymath math".split()
    )
    + "⟦\\begin{alignat}{2} x &= y \\end{alignat}⟧",
    "an environment in another": "⟦\\begin{equation}\n\\begin{aligned} x &= y \\end{aligned}\n\\end{equation}⟧",
    "comments": "% $x = y$\n$⟦x⟧$ % and $y$\n50\\% of $⟦z⟧$\n",
    "verbatim": "\\verb|$x$| \\verb*+$x$+ \\begin{verbatim}\n$x$\n\\end{verbatim} $⟦y⟧$ \\lstinline!$x$!",
    "listings": "\\begin{lstlisting}[language=C]\n$x$\n\\end{lstlisting}\n\\begin{minted}{c}\n$x$\n\\end{minted}\n$⟦y⟧$",
    "comment environments": "\\begin{comment}\n$x$\n\\end{comment}\\iffalse $x$ \\fi $⟦y⟧$",
    "escaped dollars": r"It costs \$5, $⟦x = \$5⟧$, \\$⟦y⟧$",
    "room between rows is no display": "a \\\\[2pt] b \\\\[2pt] c $⟦x⟧$",
    "the preamble": "\\title{$x$}\n\\newcommand{\\R}{$y$}\n% \\begin{document}\n\\begin{document}\n$⟦z⟧$\n\\end{document}\n$w$",
    "a fragment with macros": "\\newcommand{\\half}[1]{$\\frac12 #1$}\n\\def\\x{$x$}\n$⟦z⟧$",
    "words in a formula": r"$⟦x = y \text{ if $a$ is so}⟧$, $⟦z⟧$",
    "no formula over a paragraph's end": "it is $x\n\nand y$ there",
    "own commands for a display": "\\newcommand{\\be}{\\begin{equation}}\\def\\ee{\\end{equation}}\n\\be ⟦x = y⟧ \\ee \\beta \\be\n⟦x⟧\n\\ee",
    "line ends of Windows": "\\begin{document}\r\n$⟦x⟧$ % $y$\r\n\\[\r\n⟦z⟧\r\n\\]\r\n$a\r\n\r\nb$",
}
RST = {
    "roles": ":math:`⟦x = y⟧` and `⟦x = y⟧`:math: and `x = y`",
    "a role over two lines": "so :math:`⟦x\n= y⟧` is",
    "a directive in one line": ".. math:: ⟦x = y⟧\n\nand",
    "a directive that goes on": ".. math:: ⟦x = y\n   \\quad z = w⟧\n   :label: eq\n\n   ⟦a = b⟧\n",
    "a directive with options": ".. math::\n   :label: eq\n   :nowrap:\n\n   ⟦\\begin{eqnarray}\n   x & = & y\n   \\end{eqnarray}⟧\n\nand",
    "formulas of one directive": ".. math::\n\n   ⟦x = y⟧\n\n   ⟦z =\n     w⟧\n\nend of it",
    "literal blocks": "For example::\n\n    :math:`x = y`\n\n    .. math:: x = y\n\nthen :math:`⟦x⟧`",
    "code": ".. code-block:: python\n\n   :math:`x`\n\n``:math:`x` `` and ``$x$`` :math:`⟦y⟧`\n\n>>> ':math:`x`'\n",
    "comments": ".. :math:`x`\n   :math:`x`\n\n.. [1] :math:`⟦x⟧`\n.. _target: :math:`⟦y⟧`\n",
    "lists and tables": "* a :math:`⟦x⟧`\n\n  .. math:: ⟦x = y⟧\n\n+-----+\n| :math:`⟦z⟧` |\n+-----+\n",
    "in a note": ".. note:: so :math:`⟦x⟧`\n\n   .. math::\n\n      ⟦x = y⟧\n",
    "blocks that are ours": ".. einsight::\n\n   ⟦x = y⟧\n\n.. code-block:: ein\n   :caption: a\n\n   ⟦x = y⟧\n   z\n".replace(
        "⟧\n   z", "\n   z⟧"
    ),
    "dollars are none": "it is $x = y$",
    "line ends of Windows": ".. math::\r\n   :label: a\r\n\r\n   ⟦x = y⟧\r\n\r\n   ⟦z⟧\r\n\r\nso :math:`⟦x⟧`\r\n",
    "the default role": ".. default-role:: math\n\nso `⟦x = y⟧` is\n",
}
PYTHON = {
    "docstrings": 'r"""Of :math:`⟦x = y⟧`."""\nclass A:\n    r"""Of $⟦x = y⟧$."""\n    b = 1\n    r"""Of $⟦x = z⟧$."""\n'
    '    def f(self):\n        r"""Of\n\n        .. math:: ⟦x = w⟧\n        """\n        "and $x = y$"\n',
    "strings are none": 'x = r"""$x = y$"""\nf(r":math:`x`")\n# :math:`x = y`\n',
    "escapes": 'def f():\n    """Of :math:`⟦\\\\frac{x}{y} = \\u00e9⟧` and $⟦a = \\x62⟧$"""\n',
    "pieces of a string": 'def f():\n    ("$⟦x = "\n     r"y⟧$")\n',
    "a continued line": 'def f():\n    """so \\\n    $⟦x = y⟧$"""\n',
    "prices and shells": 'def f():\n    """``$x = y$`` of $HOME=$PATH, $5 = $6, `$a = b$`, ^\\\\(foo=bar\\\\)$ and $$x$$ pids"""\n',
    "the first line is as far in as the others": 'def f():\n    """.. math:: ⟦x = y⟧\n\n    text $⟦a = b⟧$\n    """\n',
    "a file that does not parse": 'def f(:\n    """$x = y$"""\n',
    "a fence": 'def f():\n    """\n    ```math\n    ⟦x = y⟧\n    ```\n    ```python\n    $x = y$\n    ```\n    """\n',
    "letters of several bytes before": 'é = "é"; 𝛿 = 1\nclass A: "𝛿 $⟦x = y⟧$"\n',
    "line ends of Windows": 'def f():\r\n    r"""a\r\n\r\n    .. math::\r\n\r\n        ⟦x = y⟧\r\n\r\n    """\r\n',
}
JULIA = {
    "double backquotes": '"""\nSo ``⟦x = y⟧`` and `x = y`.\n"""\nf(x) = 1\n',
    "escapes": '"""\nSo ``⟦\\\\frac{x}{y} = z⟧``, \\$⟦x = y⟧\\$ and $x = y$.\n"""\nf(x) = 1\n',
    "raw strings": '@doc raw"""\n```math\n⟦\\frac{x}{y} = z⟧\n```\nso $⟦x = y⟧$ and ``⟦x = y⟧``\n"""\nf(x) = 1\n',
    "doc strings": '@doc doc"""``⟦x = y⟧``""" f\n',
    "strings and comments are none": 'x = """\n``x = y``\n"""\n# """``x``"""\n#= """ =#\ny = "\\"``x``"\n"""\n``⟦x = y⟧``\n"""\ng(x) = x\'\n',
}  # fmt: skip
CASES = [
    pytest.param(language, text, id=f"{language}: {name}")
    for language, table in (
        ("markdown", MARKDOWN),
        ("latex", LATEX),
        ("rst", RST),
        ("python", PYTHON),
        ("julia", JULIA),
    )
    for name, text in table.items()
]


@pytest.mark.parametrize("language, marked", CASES)
def test_formulas_stand_where_they_are_marked(language, marked):
    text, spans = unmarked(marked)
    assert [text[slice(*s)] for s in found(text, language)] == [text[slice(*s)] for s in spans]
    assert found(text, language) == spans


def test_every_language_has_a_suffix():
    assert set(SUFFIXES.values()) == set(LANGUAGES)


# notebooks


def notebook(*cells, **dumping):
    """A notebook of Markdown cells; one that is a dictionary is as it is."""
    made = [c if isinstance(c, dict) else {"cell_type": "markdown", "metadata": {}, "source": c} for c in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, **dumping)


CODE = {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["# $x = y$"]}
DECLARED = 'Let $x \\in \\mathbb{R}^n$ and $A \\in \\mathbb{R}^{n \\times n}$, é 𝛿 "quoted".'
CLAIMED = "$$\n\\frac{\\partial}{\\partial x} (x^T x) = 3 x^T\n$$"


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("ensure_ascii", [True, False])
@pytest.mark.parametrize("split", [lambda s: s, lambda s: s.splitlines(keepends=True)])
def test_cells_of_a_notebook(indent, ensure_ascii, split):
    raw = {**CODE, "cell_type": "raw"}
    text = notebook(split(DECLARED), CODE, raw, split(CLAIMED), indent=indent, ensure_ascii=ensure_ascii)
    report = einsight.check(text, language="notebook")
    (claim,) = report.claims
    assert (claim.verdict, text[slice(*claim.span)]) == ("wrong", "3 x^T")
    assert [text[slice(*d.span)] for d in report.diagnostics] == ["3 x^T"]
    # a formula over several lines may be in pieces
    pieces = [re.sub(r'",\s*"', "", text[slice(*s)]) for s in found(text, "notebook")]
    inside = [json.loads(f'"{p}"').strip() for p in pieces]
    assert inside == ["x \\in \\mathbb{R}^n", "A \\in \\mathbb{R}^{n \\times n}", CLAIMED.strip("$\n")]


@pytest.mark.parametrize("cell", ["```python\nopen", "$$ open", "<!-- open", "`open", "```ein"])
def test_nothing_that_a_cell_begins_goes_on_in_the_next(cell):
    assert len(found(notebook(DECLARED, cell, CLAIMED), "notebook")) >= 3


def test_what_is_a_surrogate_pair_in_the_file_is_one_letter():
    text = notebook("𝛿 $𝛿 = y$ end")
    ((start, end),) = found(text, "notebook")
    assert text[start:end] == "\\ud835\\udeff = y"


def test_our_own_language_in_a_notebook_has_its_places_and_no_fixes():
    text = notebook("```ein\na, x in R^m\nd/dx (a' x) = a\n```")
    report = einsight.check(text, language="notebook")
    (told,) = report.diagnostics
    assert (told.code, text[slice(*told.span)], told.fixes) == ("EIN402", "a", ())


@pytest.mark.parametrize(
    "text, at",
    [("", 0), ("{", 0), ('{"cells": [}', 11), ("[]", 0), ('{"cells": 1}', 0), ("[" * 100_000, 0), ("$x = y$", 0)],
)
def test_no_notebook_is_one_error(text, at):
    report = einsight.check(text, language="notebook")
    (told,) = report.diagnostics
    assert (told.code, told.span[0]) == ("EIN001", at) and "notebook" in told.message


def test_strange_notebooks():
    cells = [{}, {"cell_type": "markdown"}, {"cell_type": "markdown", "source": 3}, {"source": "$x = y$"}, CLAIMED]
    text = notebook(DECLARED, *(c for c in cells if isinstance(c, dict)), CLAIMED)
    assert len(found(text, "notebook")) == 3
    assert found(json.dumps({"cells": [1, None, []]}), "notebook") == []


def test_pictures_cost_nothing():
    picture = {"cell_type": "code", "source": [], "outputs": [{"data": {"image/png": "iVBOR" * 2_000_000}}]}
    attached = {
        "cell_type": "markdown",
        "attachments": {"a.png": {"image/png": "iVBOR" * 1_000_000}},
        "source": CLAIMED,
    }
    text = notebook(DECLARED, picture, attached)
    assert len(found(text, "notebook")) == 3


# quotations


@pytest.mark.parametrize(
    "quoted",
    [
        "> $$\n> 2 x\n> = 3 x\n> $$\n",
        "> > $$\n> > 2 x\n> > = 3 x\n> > $$\n",
        "> a list:\n> * $2 x\n> = 3 x$\n",
        "> ```math\n> 2 x = 3\n> x\n> ```\n",
    ],
)
def test_the_marks_of_a_quotation_are_no_part_of_a_formula(quoted):
    page = "$x \\in \\mathbb{R}^n$\n\n$A \\in \\mathbb{R}^{n \\times n}$\n\n" + quoted
    regions = [r for r in regions_of(page, "markdown") if r.start > page.index(">")]
    assert [r.text.replace(" ", "") for r in regions] == ["2x=3x"]
    place = regions[0].map_span((len(regions[0].text) - 1, len(regions[0].text)))
    assert page[slice(*place)] == "x" and place[0] == page.rindex("x")


def test_a_fence_of_ours_in_a_quotation():
    page = "> ```ein\n> a, x in R^m\n> d/dx (a' x)\n>   = a\n> ```\n"
    (told,) = einsight.check(page, language="markdown").diagnostics
    assert (told.code, page[slice(*told.span)], told.fixes) == ("EIN402", "a", ())


# docstrings


def test_a_docstring_is_a_page_of_its_own():
    text = textwrap.dedent(r'''
        def first():
            r"""Let $x \in \mathbb{R}^n$ and $y = x^T x$. So $\frac{\partial y}{\partial x} = 2 x^T$."""

        def second():
            r"""Let $x \in \mathbb{R}^n$, $b \in \mathbb{R}^n$ and $y = b^T x$. So $\frac{\partial y}{\partial x} = b^T$."""

        def third():
            r"""Let $x \in \mathbb{R}^n$ and $y = x^T x$. So $\frac{\partial y}{\partial x} = 3 x^T$."""
    ''')
    report = einsight.check(text, language="python")
    claims = [(c.verdict, text[slice(*c.span)]) for c in report.claims]
    assert claims == [("right", "2 x^T"), ("right", "b^T"), ("wrong", "3 x^T")]
    assert [d.code for d in report.diagnostics] == ["EIN401"]


def test_edits_of_docstrings():
    """What moves to another docstring is looked at again."""
    from einsight.sheets.sheet import Sheet

    text = (
        'r"""$x \\in \\mathbb{R}^n$, $A \\in \\mathbb{R}^{n \\times n}$, $y = A x$"""\ndef f():\n    r"""$y = 2 x$"""\n'
    )
    sheet = Sheet(text, "python")
    sheet.finish()
    for edit in ((text.index('"""\ndef'), text.index("$y = 2"), ""), (0, 0, "z = 1\n"), (0, 6, "")):
        sheet.edit(*edit)
        sheet.finish()
        fresh = Sheet(sheet.text, "python")
        fresh.finish()
        assert [(c.verdict, c.span) for c in sheet.claims()] == [(c.verdict, c.span) for c in fresh.claims()]
        assert sheet.diagnostics() == fresh.diagnostics()


# files beside a file


FILES = {
    "macros.tex": r"\input{more}\newcommand{\R}{\mathbb{R}}\newcommand{\both}{1}",
    "more.tex": r"\input{macros}\newcommand{\v}[1]{\mathbf{#1}}\newcommand{\both}{2}",
    "style.sty": r"\RequirePackage{other}\newcommand{\T}{^\top}",
    "other.sty": r"\newcommand{\other}{o}",
    "secret.tex": r"\newcommand{\secret}{s}",
}


def test_macros_of_files_beside():
    text = r"\usepackage{style,amsmath}\input{macros} % \input{secret}" + "\n" + r"\newcommand{\own}{w}$\both$"
    assert list(neighbours(text, FILES.get)) == ["other.sty", "style.sty", "more.tex", "macros.tex"]
    macros = macros_with(text, FILES.get)
    assert set(macros) == {r"\R", r"\v", r"\T", r"\other", r"\own", r"\both"}
    assert macros[r"\both"].body[0].text == "1"
    assert neighbours(text, None) == {}


def test_files_beside_on_disk(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "macros.tex").write_text(r"\newcommand{\R}{R}", encoding="utf-8")
    (tmp_path / "latin.tex").write_bytes(b"\xe9")
    (tmp_path / "large.sty").write_bytes(b" " * 2_000_000)
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    beside = on_disk(tmp_path / "one" / "page.tex")
    assert beside("../macros.tex") == r"\newcommand{\R}{R}"
    names = ("macros.tex", "../latin.tex", "../large.sty", "../notes.txt", "..", "\0.tex", str(tmp_path / "macros.tex"))
    assert [beside(name) for name in names] == [None] * len(names)
