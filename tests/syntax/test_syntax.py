"""The grammar: labelled mistakes, and statements with their extents."""

import pytest

from einsight.syntax.mistakes import catalogue
from einsight.syntax.parse import parse_statement
from einsight.syntax.statements import Directive, Piece, split_document

MISTAKES = [(message, example) for message, examples in catalogue().items() for example in examples]


def test_there_are_enough_labels():
    assert len(catalogue()) >= 38 and len(MISTAKES) >= 80


@pytest.mark.parametrize(("message", "example"), MISTAKES, ids=[e for _, e in MISTAKES])
def test_mistake(message, example):
    tree, problems = parse_statement(example)
    assert tree is None
    (problem,) = problems
    assert problem.code == "EIN001"
    assert problem.message == message.replace("{token}", example[problem.start : problem.end] or "the end")


def test_statements():
    text = "a = b; c = d # note\ne =\n  f\n(g\n h)\n#! layout mixed\n- i"
    items = [(block.start + item.start, item) for block in split_document(text) for item in block.items]
    pieces = [(at, p) for at, p in items if isinstance(p, Piece)]
    assert [" ".join(p.text.split()) for _, p in pieces] == ["a = b", "c = d", "e =", "f", "(g h)", "- i"]
    assert all(text[at] == item.text[0] for at, item in items)
    assert [d.words for _, d in items if isinstance(d, Directive)] == [("layout", "mixed")]
