"""Blanks, line ends and marks that no reader sees: read as what they look like, with every place where it stands."""

import json

import pytest

import einsight
from einsight.documents.positions import LineIndex
from einsight.editing.fixing import fix
from einsight.editing.hover import hover
from einsight.formatting.format import formatted
from einsight.server.features.drawing import _placed
from einsight.sheets.sheet import Sheet
from einsight.syntax.blanks import blanked

# an astral letter, which takes two units of UTF-16, before each place that is looked at
TEXT = "𝛿 ∈ ℝ; a, x ∈ ℝ^m  # of a note\n𝛿 + 𝛿 = 3 𝛿\nd/dx (𝛿 a' x) = 𝛿 a\n𝛿 × × x\n"
SPACES = {"no-break": "\xa0", "narrow": "\u202f", "thin": "\u2009", "ideographic": "\u3000", "zero-width": " \u200b",
          "soft hyphen": "\xad ", "joiner": "\u2060\xa0", "mark": " \ufeff", "tab": "\t", "form feed": "\x0c "}  # fmt: skip
ENDS = {"CR": "\r", "CRLF": "\r\n", "form feed": "\x0c", "tab": "\x0b", "NEL": "\x85", "LS": "\u2028", "PS": "\u2029"}
WHOLE = {
    "mark": "\ufeff" + TEXT,
    "everything": "\ufeff" + TEXT.replace(" ", "\u202f").replace("\n", "\u2029"),
    **{f"blank: {name}": TEXT.replace(" ", sign) for name, sign in SPACES.items() if name != "form feed"},
    **{f"end: {name}": TEXT.replace("\n", sign) for name, sign in ENDS.items()},
    "zero-width beside signs": TEXT.replace("=", "\u200b=\u200b").replace("(", "(\u200b").replace("+", "\u200b+"),
}


def _units(text, offset):
    """Line and column as the protocol counts them, worked out anew."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n").rpartition("\n")
    return before[0].count("\n") + bool(before[1]), len(before[2].encode("utf-16-le")) // 2


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_what_looks_the_same_says_the_same_at_its_place(text):
    found = einsight.check(text)
    assert [(c.verdict, text[c.span[0]], text[c.span[1] - 1]) for c in found.claims] == [
        ("wrong", "3", "𝛿"),
        ("transposed", "𝛿", "a"),
    ]
    assert [(d.code, text[slice(*d.span)].strip()) for d in found.diagnostics][:2] == [
        ("EIN401", text[slice(*found.claims[0].span)]),
        ("EIN402", text[slice(*found.claims[1].span)]),
    ]
    assert [d.code for d in found.diagnostics][2:] == ["EIN001"]
    lines = LineIndex(text)
    for place in (o for d in found.diagnostics for o in d.span):
        assert lines.position(place) == _units(text, place) and lines.offset(*lines.position(place)) == place
    sheet = Sheet(text)
    sheet.finish()
    for at in range(len(text)):  # whatever a hover is on stands there
        said = hover(sheet, at)
        assert said is None or said.span[0] <= at <= said.span[1]
    assert "ℝ^m" in hover(sheet, text.index("x", text.index("a'"))).brief[0]


def test_fixes_are_put_where_they_belong():
    text = WHOLE["everything"]
    assert fix(text, "ein", "numerator").text == text.replace("\u202f𝛿\u202fa\u2029", "\u202f𝛿 a'\u2029")


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_formatting_changes_nothing_that_is_said(text):
    new = formatted(text)
    assert [c.verdict for c in einsight.check(new).claims] == ["wrong", "transposed"] and formatted(new) == new


def test_edits_come_to_what_a_fresh_reading_gives():
    """A character at a time, and away again from the front."""
    text = WHOLE["everything"] + TEXT.replace("\n", "\x0c").replace("x", "u").replace("a", "b")
    sheet = Sheet("")
    for at, char in enumerate(text):
        sheet.edit(at, at, char)
    for _ in range(40):
        sheet.finish()
        fresh = Sheet(sheet.text)
        fresh.finish()
        assert sheet.diagnostics() == fresh.diagnostics() and sheet.claims() == fresh.claims()
        sheet.edit(0, 3, "")


@pytest.mark.parametrize("language", ["markdown", "rst", "latex", "python", "julia", "notebook"])
def test_a_byte_order_mark_stands_before_every_kind_of_file(language):
    formula = "$x \\in \\mathbb{R}^m$, $\\frac{d}{dx} x^\\top x = 3 x^\\top$"
    body = {
        "rst": ":math:`x \\in \\mathbb{R}^m`, :math:`\\frac{d}{dx} x^\\top x = 3 x^\\top`\n",
        "python": f'r"""A page.\n\n{formula}\n"""\n', "julia": f'@doc raw"""\n{formula}\n""" f\n',
        "notebook": json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": formula}]}),
        "markdown": "```ein\nx in R^m\nd/dx (x' x) = 3 x'\n```\n",
    }.get(language, formula + "\n")  # fmt: skip
    plain, marked = einsight.check(body, language=language), einsight.check("\ufeff" + body, language=language)
    assert [c.verdict for c in plain.claims] == ["wrong"]
    assert [(c.verdict, c.text) for c in marked.claims] == [(c.verdict, c.text) for c in plain.claims]
    assert [c.span for c in marked.claims] == [(a + 1, b + 1) for a, b in (c.span for c in plain.claims)]


@pytest.mark.parametrize("blank", [*SPACES.values(), "\u2028"])
def test_the_library_reads_them_in_every_argument(blank):
    derived = einsight.derive(f"\ufeffx'{blank}A{blank}x", wrt=f"{blank}x", declare=f"\ufeffA in R^(n x{blank}n);{blank}x in R^n")
    assert derived.matrix == "x' (A + A')"
    assert einsight.rewrite(f"sum_j{blank}delta_ij{blank}x_j").index == "x_i"


INSIDE = ["W{}x", "f{}(x)", "W{}_ij", "x{}'", "W{}[i,j]", "1{}0", "x_{{i{}j}}", "A ⊗{}{}B"]


@pytest.mark.parametrize("sign", ["\u200b", "\u2060", "\xad", "\u200d", "\ufeff"])
@pytest.mark.parametrize("text", INSIDE[:-2])
def test_where_nothing_and_a_blank_differ_it_is_told_and_can_be_deleted(text, sign):
    (found,) = [d for d in einsight.check(text.format(sign)).diagnostics if d.code == "EIN001"]
    at = text.index("{")
    assert found.span == (at, at + 1) and f"U+{ord(sign):04X}" in found.message and sign not in found.message
    assert [(f.span, f.text) for f in found.fixes] == [((at, at + 1), "")]


@pytest.mark.parametrize("sign", ["\u202e", "\u200f", "\u2066", "\u061c"])
def test_what_turns_a_text_around_is_no_blank(sign):
    (found,) = [d for d in einsight.check(f"x in R\nx {sign}= x").diagnostics if d.code == "EIN001"]
    assert "order" in found.message and sign not in found.message and found.fixes


@pytest.mark.parametrize("text", [t.format("\u200b", "\u200b") for t in INSIDE])
def test_nothing_that_is_blanked_changes_its_length(text):
    assert len(blanked(text)) == len(text) and blanked("plain \t text") == "plain \t text"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0c", "\u2028"])
def test_colours_lie_on_what_they_colour(end):
    """A statement over two lines in ASCII was once coloured as if it were on one."""
    text = f"A in R^(n x m); x in R^m; b in R^n{end}y = A x{end}   + b{end}"
    sheet, lines = Sheet(text), LineIndex(text)
    sheet.finish()
    coloured = "".join(text[lines.offset(*a) : lines.offset(*b)] for a, b, _, _ in _placed(sheet, lines, 0, len(text)))
    assert coloured.endswith("yAxb")
