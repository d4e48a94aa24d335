"""What results show of themselves: in a session, on a terminal, in a notebook."""

import html.parser

import pytest

import einsight
from einsight.cli.main import main

DECLARE = "A in R^(n x m); x in R^m; y in R^n"
SHOWN = [
    ("y' A x", ["x"], DECLARE),
    (r"\|X W - Y\|_F^2", ["W"], ""),
    ("W_ij X_jo", ["X_pq"], "W in R^(n x m); X in R^(m x k)"),
    ("x' S x", ["S"], "S in R^(n x n) symmetric; x in R^n"),
    ("s^2", ["s"], "s in R"),
]


class Table(html.parser.HTMLParser):
    """The cells of a table, row by row, and every tag in it."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.tags, self.typeset = [], set(), ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.rstrip("\n")
        else:
            self.typeset += data


@pytest.mark.parametrize(("expression", "wrt", "declare"), SHOWN)
def test_what_a_session_prints_is_what_the_terminal_shows(capsys, expression, wrt, declare):
    found = einsight.derive(expression, wrt[0], declare)
    assert main(["derive", expression, *(f"-w{v}" for v in wrt), *(["-d", declare] if declare else [])]) == 0
    assert capsys.readouterr().out == f"{found}\n"
    labels = [label for label, _ in found.rows]
    assert {"index", "matrix", "shape"} <= set(labels) and f"index     {found.index}" in str(found)
    assert ("read as" in labels) == bool(found.read_as) and ("assumed" in labels) == bool(found.assumed)
    assert ("gradient" in labels) == (found.gradient not in (None, found.matrix))
    assert repr(found).startswith("Derived(input=") and found.index in repr(found) and len(repr(found)) < 200


@pytest.mark.parametrize(("expression", "wrt", "declare"), SHOWN)
def test_a_notebook_shows_the_formula_and_the_rows(expression, wrt, declare):
    found = einsight.derive(expression, wrt[0], declare)
    table = Table(found._repr_html_())
    assert [tuple(row) for row in table.rows] == found.rows
    assert table.typeset.strip() == rf"$\displaystyle {found.latex}$" and found._repr_latex_() == f"${found.latex}$"


def test_what_was_rewritten_prints_as_its_index_form():
    found = einsight.rewrite("sum_j delta_ij x_j")
    assert str(found) == found.index == "x_i" and found._repr_latex_() == "$x_{i}$"


NOTES = """a, x in R^m
A in R^(n x m)
d/dx (a' x) = a
d/dx (a' x) = a'
A' x
A * / x
"""


def test_findings_print_a_line_for_each_claim_and_finding():
    report = einsight.check(NOTES)
    assert [row[:3] for row in report.rows] == [
        ("3:15", "d/dx (a' x) = a", "transposed"),
        ("4:15", "d/dx (a' x) = a'", "right"),
        ("5:1", "A'", "error"),
        ("6:5", "/", "error"),
    ]
    shown = str(report).splitlines()
    assert shown[0] == "3:15  transposed  d/dx (a' x) = a" and shown[1].strip().startswith("EIN402 right but for")
    assert shown[2] == "4:15  right       d/dx (a' x) = a'" and shown[3] == "5:1   error       A'"
    for found in report.diagnostics:
        assert f"{found.code} {found.message}" in str(report)
    assert str(einsight.check("")) == "no claims, and nothing to be said"


def test_what_is_not_read_is_among_them():
    report = einsight.check("$a = \\frac{x}$ and $\\mathfrak{q} \\overset{d}{\\to} r = 2$", "markdown")
    assert report.unread and [row[2] for row in report.rows].count("not read") == len(report.unread)


def test_a_table_of_findings_holds_their_words_and_no_markup_of_others():
    report = einsight.check(NOTES)
    table = Table(report._repr_html_())
    assert table.rows[0] == ["at", "", "verdict", "what is said"]
    assert [[*row[:3], row[3].replace("`", "")] for row in report.rows] == table.rows[1:]
    hostile = einsight.check("x in R^m\n<script>alert('$x$')</script> = x & \"`<b>`\"\n<img src=x> = `</td>`\x1b[31m\n")
    assert hostile.diagnostics
    assert Table(hostile._repr_html_()).tags <= {"table", "tr", "th", "td", "code"}
    assert "\x1b" not in hostile._repr_html_() and "\x1b" not in str(hostile)


def test_an_odd_backquote_is_one():
    from einsight.notation.html_table import html_table

    assert Table(html_table([["a ` b"], ["`c` & `d`"]])).rows == [["a ` b"], ["c & d"]]
