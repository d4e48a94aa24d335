"""The formatter: cases of `data/format.txt`, and what holds of every text: one pass is enough, nothing is lost."""

import io
import random
import re
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paths import CORPUS, DATA
from thinning import parts

import einsight
from einsight.cli.main import main
from einsight.formatting import format as formatting
from einsight.formatting.format import Edit, apply_edits, format_document, format_range, formatted, says_the_same
from einsight.syntax.mistakes import catalogue
from einsight.syntax.parse import parse_statement
from einsight.syntax.statements import Piece, split_document
from einsight.syntax.tree import Node, Subscript

STYLES = (None, "unicode", "ascii")


def _cases():
    """`(title, style, before, after)`."""
    text = (DATA / "format.txt").read_text(encoding="utf-8").replace("␠", " ")
    for case in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        title, _, body = case.partition("\n")
        before, _, after = body.partition("\n---\n")
        style = re.search(r"\[(\w+)\]", title)
        yield title, style and style[1], before + "\n", after.rstrip("\n") + "\n"


def _documents():
    """Every statement of the test data: well-formed, malformed, and as a person writes with comments."""
    documents = [p.read_text(encoding="utf-8") for p in sorted(DATA.glob("*.ein"))]
    corpus = (CORPUS / "claims.txt").read_text(encoding="utf-8").splitlines()
    claims = [line.partition("|||")[0] for line in corpus if "|||" in line]
    documents.append("\n".join(claims[::8]))  # all of them hold; an eighth takes a second
    documents.append("\n".join(example for examples in catalogue().values() for example in examples))
    return [*documents, *(before for _, _, before, _ in _cases())]


def check(text, style):
    """Formats a text and holds the result to what it promises."""
    edits = format_document(text, style)
    assert all(a.span[1] <= b.span[0] for a, b in zip(edits, edits[1:], strict=False))
    assert all(text[slice(*e.span)] != e.text for e in edits)
    new = apply_edits(text, edits)
    assert format_document(new, style) == []
    assert says_the_same(text, new)
    assert _comments(text) == _comments(new)
    if style is None:
        assert "".join(text.split()) == "".join(new.split())
        assert [*map(_shape, _trees(text))] == [*map(_shape, _trees(new))]
    return new


def _comments(text):
    comments = [re.search("#.*", line) for line in re.split(r"\r\n|\n|\r", text)]
    return [(" ".join(c[0].split()) if c[0][:2] == "#!" else c[0].rstrip()).replace("#! ", "#!") for c in comments if c]


def _trees(text):
    items = [item for block in split_document(text) for item in block.items]
    return [parse_statement(item.text)[0] for item in items if isinstance(item, Piece)]


def _shape(part):
    """A tree without positions."""
    if isinstance(part, tuple):
        return tuple(map(_shape, part))
    if not isinstance(part, Node):
        return part
    found = {s: _shape(getattr(part, s)) for s in part.__slots__ if s not in ("start", "end")}
    if isinstance(part, Subscript):
        found["text"] = "".join(part.text.split())
        found["problem"] = bool(part.problem)
    return type(part).__name__, tuple(found.items())


CASES = list(_cases())


@pytest.mark.parametrize(("style", "before", "after"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_case(style, before, after):
    assert check(before, style) == after


@pytest.mark.parametrize("part", parts(3))
@pytest.mark.parametrize("style", STYLES)
def test_every_document_of_the_test_data(style, part):
    """By default each in one of the styles, in campaigns each in each."""
    for number, text in enumerate(_documents()):
        if (number + STYLES.index(style)) % 3 == part:
            check(text, style)


def test_lines_end_as_they_did():
    for end in ("\r\n", "\n", "\r"):
        text = f"a=b{end}{end}{end}{end}  c =d;{end}= e  # f{end}{end}"
        assert check(text, None) == f"a = b{end}{end}{end}c = d;{end}= e  # f{end}"
        assert check(f"a=b{end}c=d", None) == f"a = b{end}c = d{end}"


@pytest.mark.parametrize(
    ("text", "new"), [("", ""), ("  ", "\n"), ("\r\n\r\n", "\r\n"), ("a", "a\n"), ("\n\na\n\n", "a\n")]
)
def test_ends(text, new):
    assert check(text, None) == new


def test_an_edit_is_what_changes():
    text = "a = b\nc  = d\n\n\n\n\ne = f"
    assert format_document(text) == [Edit((8, 9), ""), Edit((15, 17), ""), Edit((22, 22), "\n")]
    assert format_document("a = b\n# c\n") == []


def test_a_range_touches_its_lines_only():
    lines = ["a=b", "c=d", "  e=f", "g=h"]
    text = "\n".join(lines)
    for first in range(4):
        for last in range(first, 4):
            start, end = text.index(lines[first]), text.index(lines[last]) + 1
            new = apply_edits(text, format_range(text, start, end)).splitlines()
            assert new == [formatted(x).strip() if first <= k <= last else x for k, x in enumerate(lines)]
    # a range of whole lines ends where the next line starts
    assert apply_edits(text, format_range(text, 0, 4)) == text.replace("a=b", "a = b")
    assert format_range(text, 5, 5) == [Edit((5, 6), " = ")]
    # a part of a statement
    assert apply_edits("(a+\nb+\nc)", format_range("(a+\nb+\nc)", 4, 5)) == "(a+\n    b +\nc)"


def _mutated(chance, text):
    """The text with other white space."""
    parts = re.findall(r"\s+|\w+|.", text, re.DOTALL)
    some = [" ", "", "  ", "\t", "\n", "\n   ", "\r\n", "  # c\n ", ";"]
    return "".join(
        chance.choice(some) if p.isspace() and chance.random() < 0.4 else p + " " * (chance.random() < 0.1)
        for p in parts
    )


def test_other_white_space():
    chance = random.Random(7)
    lines = [line for text in _documents() for line in text.splitlines()]
    for _ in range(40):
        text = "\n".join(_mutated(chance, chance.choice(lines)) for _ in range(5))
        check(text, chance.choice(STYLES))


SIGNS = [
    *" \t\n\r;#()[]{}|‖'^_=:,+-*/.·×⊙⊗∇∂∑∈≠<>!θδπσᵀ²⁻ᵢRℝTxdin12\xa0\f⊤′−",
    "theta",
    "sum_j",
    "||",
    "->",
    "#!",
    "\r\n",
]


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(
    st.one_of(st.text(max_size=30), st.lists(st.sampled_from(SIGNS), max_size=30).map("".join)), st.sampled_from(STYLES)
)
def test_any_text(text, style):
    check(text, style)


def test_a_result_that_says_something_else_is_not_given(monkeypatch):
    monkeypatch.setattr(formatting, "says_the_same", lambda text, other: False)
    assert format_document("a=b") == []


def test_what_is_very_long_or_deep():
    for text in ("x" + "'" * 2000 + " + y", "x^" + "-" * 2000 + "1", "(" * 70 + "x" + ")" * 70, "a  b " * 1000):
        check(text, "ascii")


def test_verdicts_hold_in_another_style():
    text = (
        "dim eta = 3; x in R^mu; theta, y in R^eta; gamma in R; W in R^(eta x mu)\n"
        "dL = theta' W x; dtheta/dtheta = I; d/dtheta (theta' y) = y'; d/dtheta (theta' y) = y\n"
        "∇_theta (gamma ||theta||^2) = 2 gamma theta; sum_j delta_ij y_j = y_i; ∂theta_j/∂theta_j = eta; sin(pi) = 0\n"
        "tr(theta y') = y' theta; ∂²(theta' theta)/∂theta_i∂theta_j = 2 delta_ij; tanh(c) .* c = c where c = gamma\n"
    )
    verdicts = [c.verdict for c in einsight.check(text).claims]
    assert set(verdicts) == {"right", "transposed", "wrong"}
    for style in ("unicode", "ascii"):
        text = formatted(text, style)
        assert [c.verdict for c in einsight.check(text).claims] == verdicts
    assert text.isascii() or set(re.sub(r"[\x00-\x7f]", "", text)) == {"∇", "∂"}


def test_two_thousand_statements():
    text = "\n".join(f"h_{k % 200} = tanh( W  x+b_{k % 200} )  # {k}" for k in range(2000))
    formatted(text)
    start = time.process_time()
    formatted(text)
    assert time.process_time() - start < 0.8


# Markdown and the command line

NOTES = "# Notes\n\n- item\n\n  ```ein\n  x in  R^m;y=2x\n =  2x\n\n  ```\n\n```python\nx  =1\n```\n$$ x  = y $$\n"


def test_fences_of_markdown():
    new = formatted(NOTES, "unicode", "markdown")
    assert new == NOTES.replace("  x in  R^m;y=2x\n =  2x\n\n", "  x ∈ ℝ^m; y = 2x\n      = 2x\n")
    assert format_document(new, "unicode", "markdown") == []
    body = NOTES.index("  x in")
    assert format_range(NOTES, 0, body, None, "markdown") == []
    assert len(format_range(NOTES, body, body, None, "markdown")) == 1


def test_fmt(tmp_path, capsys):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.ein").write_bytes("\ufeffa=θ\r\n".encode())
    (folder / "b.ein").write_bytes(b"a = b\n")
    (folder / "c.md").write_text(NOTES, encoding="utf-8")
    assert main(["fmt", str(folder), "--check"]) == 1
    assert capsys.readouterr().out == f"{folder / 'a.ein'}\nwould format 1 file, 1 unchanged\n"
    assert main(["fmt", str(folder), str(folder / "c.md"), str(folder / "a.ein"), "--style", "ascii"]) == 0
    assert capsys.readouterr().out == "formatted 2 files, 1 unchanged\n"
    assert (folder / "a.ein").read_bytes() == "\ufeffa = theta\r\n".encode()
    assert (folder / "b.ein").read_bytes() == b"a = b\n"
    assert sorted(p.name for p in folder.iterdir()) == ["a.ein", "b.ein", "c.md"]
    assert main(["fmt", "--check", str(folder), str(folder / "c.md")]) == 0


def test_fmt_in_a_pipe(monkeypatch, capfdbinary):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a=b\r\nc=d"), encoding="ascii"))
    assert main(["fmt", "-"]) == 0
    assert capfdbinary.readouterr().out == b"a = b\r\nc = d\r\n"


def test_fmt_writes_nothing_where_a_file_cannot_be_read(tmp_path, capsys):
    (tmp_path / "a.ein").write_bytes(b"a=b")
    (tmp_path / "b.ein").write_bytes(b"\xff")
    for paths in ([str(tmp_path)], [str(tmp_path / "a.ein"), "missing.ein"], [__file__]):
        assert main(["fmt", *paths]) == 2
        error = capsys.readouterr().err
        assert error.startswith("einsight: ") and error.count("\n") == 1
    assert (tmp_path / "a.ein").read_bytes() == b"a=b"
