"""The loop over Lark's tables against Lark itself, on every line of the tests' data."""

from lark import UnexpectedInput
from paths import DATA

from einsight.syntax import parse

ODD = [
    "|a||b|",
    "‖x‖ + ||y||",
    "|x|²",
    "a || b",
    "|",
    "f(",
    "in in R",
    "dim n = 3",
    "where where = 1",
    "x ∈ ℝⁿ",
    "",
    "   ",
    "A'B^-T",
    "\\",
]


def test_it_reads_what_lark_reads():
    texts = {
        line.strip()
        for suffix in ("ein", "txt")
        for file in DATA.rglob(f"*.{suffix}")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    replay, read = parse._replay(), 0
    for text in [*texts, *ODD, *(t[:-1] for t in texts), *(t[1:] for t in texts)]:
        try:
            tree = parse.grammar().parse(text)
        except UnexpectedInput:
            tree = None
        assert replay.tree(text) == tree, text
        read += tree is not None
    assert read > 1000


def test_a_lark_that_keeps_its_tables_elsewhere_reads_alone(monkeypatch):
    monkeypatch.setattr(parse, "_replay", lambda: None)
    fresh = parse.parse_statement.__wrapped__
    assert fresh("y' A x") == parse.parse_statement("y' A x")
    assert fresh("y' A (")[1] == parse.parse_statement("y' A (")[1]
