"""What takes long: nobody waits for it without a word, and nobody else waits for it."""

import pytest
from session import COMPUTED, HASTY, STOPPED, Session, wait_until

TEXT = """W_1 ∈ ℝ^(h×d);  b_1 ∈ ℝ^h;  W_2 ∈ ℝ^(k×h);  x ∈ ℝ^d;  y ∈ ℝ^k
L = -y' log(softmax(W_2 tanh(W_1 x + b_1)))
x' x
∇_x² (-y' log(softmax(W_2 tanh(W_1 x + b_1))))
d/dx (x' x)
"""
# the answers of second derivatives have no end
ENDLESS = """
import einsight.editing.answers as a
from einsight.terms.interruption import poll
real = a.Part.answer
def answer(part, names, layout):
    while len(part.axes) > 1:
        poll()
    return real(part, names, layout)
a.Part.answer = answer
"""
# while that file is there, every derivation goes on
HELD = """
import os, time, einsight.editing.derivations as d
from einsight.terms.interruption import poll
real = d._answers
def answers(*given):
    open({0!r} + ".met", "w").close()
    while os.path.exists({0!r}):
        poll()
        time.sleep(0.001)
    return real(*given)
d._answers = answers
"""


def _view(session, needle, shift=0, **more):
    return session.client.request(
        "einsight/view", {"uri": session.uri, "position": session.position(needle, shift), **more}
    )


def test_a_statement_is_shown_before_its_derivation():
    with Session(clock=STOPPED) as session:
        session.open(TEXT).checked()
        first = _view(session, "d/dx (x'", part="statement")
        assert first["text"] == "d/dx (x' x)" and first["derivation"] is None
        assert _view(session, "d/dx (x'")["derivation"]["matrix"] == "2 x'"


def test_while_one_is_derived_hovers_and_statements_are_answered(tmp_path):
    held = tmp_path / "held"
    held.touch()
    with Session(patch=HELD.format(str(held)), clock=STOPPED) as session:
        session.open(TEXT).checked()
        where = {"uri": session.uri, "position": session.position("d/dx (x'")}
        waiting = session.client.send_request("einsight/view", where)
        wait_until((tmp_path / "held.met").exists, "the derivation")
        found = session.ask("textDocument/hover", "x' x\n∇", 2)
        assert "`x'`" in found["contents"]["value"]
        assert _view(session, "∇_x²", part="statement")["text"].startswith("∇_x²")
        held.unlink()
        assert waiting.wait()["derivation"]["matrix"] == "2 x'"


def test_a_derivation_beyond_its_time_has_what_there_is():
    settings = {"budget": 0.4}
    with Session(patch=ENDLESS, clock=COMPUTED, options={"settings": settings}, settings=settings) as session:
        session.open(TEXT)
        found = _view(session, "∇_x²")
        derivation = found["derivation"]
        assert "longer than" in derivation["lack"]
        assert derivation["matrix"] is None and found["text"].startswith("∇_x²")
        # what is copied says so too
        assert derivation["text"].endswith(derivation["lack"])


def test_the_rest_of_a_hover_comes_by_itself():
    unlimited = {"budget": 86_400}
    with Session(clock=HASTY, options={"settings": unlimited, "hoverRest": True}, settings=unlimited) as session:
        session.open(TEXT).checked()
        first = session.ask("textDocument/hover", "d/dx (x'")["contents"]["value"]
        assert "being worked out" not in first and "2 x'" not in first
        where = {"uri": session.uri, "position": session.position("d/dx (x'")}
        rest = session.client.request("einsight/hoverRest", where)["contents"]["value"]
        assert "2 x'" in rest and "delta.contract" in rest
        assert not set(first.split("  \n")) & set(rest.split("  \n"))
        assert session.client.request("einsight/hoverRest", where) is None


def test_the_rest_of_a_hover_beyond_its_time_says_so():
    settings = {"budget": 0.3}
    options = {"settings": settings, "hoverRest": True}
    with Session(patch=ENDLESS, clock=COMPUTED, options=options, settings=settings) as session:
        session.open(TEXT)
        assert session.ask("textDocument/hover", "∇_x²", 1)["contents"]["value"]
        where = {"uri": session.uri, "position": session.position("∇_x²", 1)}
        rest = session.client.request("einsight/hoverRest", where)["contents"]["value"]
        assert "more than 0.3 s" in rest


def test_cheap_hints_do_not_wait_for_dear_ones():
    settings = {"budget": 0.5}
    with Session(clock=COMPUTED, options={"settings": settings}, settings=settings) as session:
        session.open(TEXT).checked()

        def labels():
            return [h["label"] for h in session.ask("textDocument/inlayHint", range=session.whole)]

        first = labels()
        assert first == ["∈ ℝ", "= ‖x‖^2", "= 2 x'"]
        wait_until(lambda: len(labels()) == 4, "the fourth result, or the word that it takes too long")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("W ∈ ℝ^(n×m); x ∈ ℝ^m; y, b ∈ ℝ^n\nL = 1/2 ‖W x + b - y‖²\n", ["W", "b", "x", "y"]),
        ("W ∈ ℝ^(n×m); x ∈ ℝ^m; b ∈ ℝ^n\nL = tanh(W x + b)\n", ["x", "b", "W"]),
        ("W ∈ ℝ^(n×m); x ∈ ℝ^m; y, b ∈ ℝ^n\nL = 1/2 ‖W x + b - y‖²\ndL/db\n", ["b", "W", "x", "y"]),
    ],
)
def test_a_loss_is_differentiated_in_its_parameters_and_a_map_in_its_inputs(text, order):
    with Session(clock=STOPPED) as session:
        session.open(text).checked()
        found = _view(session, "L = ")
        assert found["variables"] == order
        assert found["derivation"]["expression"] == f"∂L/∂{order[0]}"
