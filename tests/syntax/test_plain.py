"""Declarations read by one expression against the grammar: what it matches is the grammar's tree, and it matches what people write."""

import itertools
import re

from lark import UnexpectedInput
from paths import DATA

from einsight.syntax.parse import grammar
from einsight.syntax.plain import plain_declaration

NAMES = [
    "x",
    "A, B",
    "A,B , θ",
    "in",
    "x in",
    "R",
    "dim",
    "where, x",
    "x_1",
    "x'",
    " W ",
    "W1",
    "λ,Σ",
    "x,",
    "ς",
    "2x",
    "x y",
]
SIGNS = [" in ", "∈", " ∈ ", "  in", " In ", " in\t"]
SPACES = [
    "R", "ℝ", "R^n", "R^12", "R ^n", "R^ n", "Rn", "R^n1", "R^n_1", "R^n x m", "R^(n)", "R^( n )", "R^(n x m)", "R^(n × m)",
    "R^(n×m×3)", "R^(n*m)", "R^(nxm)", "R^(n xm)", "R^(x x x)", "R^(3 x 4)", "R^(3x4)", "R^{n x m}", "R^(n x)", "R^()", "R^(n, m)", "ℝⁿ",
    "R^x", "R^(n x mx)", "R^(x)", "R^(in x where)", "R^(n  x  m)", "R^(1n x m)", "R^-1",
]  # fmt: skip
ENDS = [
    "",
    " ",
    " symmetric",
    " positive-definite",
    " symmetric constant ",
    " x m",
    " Sym",
    " -a",
    " a-",
    "  in",
    "symmetric",
    " = 1",
]


def test_what_it_matches_is_read_as_by_the_grammar():
    made = map("".join, itertools.product(NAMES, SIGNS, SPACES, ENDS))
    lines = (
        line
        for f in DATA.rglob("*")
        if f.suffix in (".ein", ".txt", ".md")
        for line in f.read_text("utf-8").splitlines()
    )
    written = {piece.strip() for line in lines for piece in re.split("[;|!]", line)}
    matched = 0
    for text in {*written, *itertools.islice(made, 0, None, 7)}:
        tree = plain_declaration(text)
        if tree is not None:
            matched += 1
            try:
                assert tree == grammar().parse(text), text
            except UnexpectedInput:
                raise AssertionError(text) from None
    assert matched > 200


def test_it_matches_what_people_write():
    for text in ("x in R^n", "A, B ∈ ℝ^(n×m)", "S in R^(n x n) symmetric", "c ∈ ℝ", "T in R^(2 x 3 x k)", "θ in R^d"):
        assert plain_declaration(text) is not None
    assert plain_declaration("x = 2") is plain_declaration("f : R -> R") is plain_declaration("W_q in R^n") is None
