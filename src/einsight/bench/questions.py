"""Questions as users paste them: how many are accepted, and what becomes of the answers.

right    the derivative that JAX finds, at two points of different sizes: axes of the output, then of the variables
misread  an answer to something else: what was read has another value, or another shape, than what was asked
wrong    read as it was meant, and another derivative
refused  told that it is not understood, or not derived
crashed  refused with something else than a message

What is out of scope ought to be refused; an answer counts as misread there unless there is a truth that it agrees with.
Without declarations only those are asked whose text settles the shapes.  `--held-back` tells no more than totals.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from .asked import HELD_BACK, KINDS, POINTS, SEEN, Question, read
from .table import Row

OUTCOMES = ("right", "wrong", "misread", "refused", "crashed")
COLUMNS = ("asked", "accepted", *OUTCOMES)
TOLERANCE = 1e-6
WIDTH = 34  # of the titles
MODES = {True: "with declarations", False: "without declarations"}


@dataclass(frozen=True)
class Settings:
    """Which questions are asked, and what is told of them."""

    path: str = str(SEEN)
    bare: bool = False
    refusals: bool = False
    show: bool = False
    held_back: bool = False
    only: str = ""


@dataclass(frozen=True)
class Answer:
    """What became of one question; `told` is the message of a refusal, or what was read instead."""

    question: Question
    declared: bool
    outcome: str
    told: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--held-back", action="store_true", help="those nobody may tune to; totals alone")
    parser.add_argument("--bare", action="store_true", help="ask without declarations, too")
    parser.add_argument("--refusals", action="store_true", help="the messages, and how often each")
    parser.add_argument("--show", action="store_true", help="the texts of those that are not right")
    parser.add_argument("--only", default="", metavar="WORD", help="a kind, a topic or an id")
    parser.add_argument("--file", type=Path, metavar="FILE", help="other questions, of the same format")


def settings(given: argparse.Namespace) -> Settings:
    path = given.file or (HELD_BACK if given.held_back else SEEN)
    return Settings(str(path), given.bare, given.refusals, given.show, given.held_back, given.only)


def run(wanted: Settings) -> list[Row]:
    asked = [q for q in read(Path(wanted.path)) if wanted.only in ("", q.id, q.kind, q.topic)]
    answers = list(answered(asked, (True, False) if wanted.bare else (True,)))
    rows: list[Row] = []
    for declared, mode in MODES.items():
        here = [a for a in answers if a.declared == declared]
        inside = [a for a in here if a.question.scope]
        outside = [a for a in here if not a.question.scope]
        rows += _counted(mode, "in all", {"in scope": inside, "out of scope": outside})
        if wanted.held_back and not wanted.show:
            continue
        rows += _counted(mode, "by kind", {k: [a for a in inside if a.question.kind == k] for k in KINDS})
        topics = sorted({a.question.topic for a in inside})
        rows += _counted(mode, "by topic", {t: [a for a in inside if a.question.topic == t] for t in topics})
        if wanted.refusals:
            rows += _messages(mode, inside)
        if wanted.show:
            rows += [_shown(mode, a) for a in here if a.outcome != ("right" if a.question.scope else "refused")]
    return rows


def answered(asked: Sequence[Question], modes: Sequence[bool] = (True,)) -> Iterator[Answer]:
    """An answer for each question and mode in which it is asked."""
    import jax

    jax.config.update("jax_enable_x64", True)
    for question in asked:
        for declared in modes:
            if declared or (question.bare and question.scope):
                yield Answer(question, declared, *_outcome(question, declared))


def _outcome(question: Question, declared: bool) -> tuple[str, str]:
    import einsight

    declare = question.declarations if declared else ""
    try:
        order = question.order if isinstance(question.wrt, str) else 1  # a list has one variable for each order
        found = einsight.derive(question.text, wrt=question.given, declare=declare, order=order)
    except einsight.EinsightError as error:
        return "refused", str(error)
    except Exception as error:
        return "crashed", f"{type(error).__name__}: {error}"
    if question.ref is None:
        return "misread", _as_read(found)
    for which in range(POINTS):
        point = question.point(which)
        if not agrees(found, question, point, question.truth(point, declared)):
            return ("wrong" if _is_read(question, declare) else "misread"), _as_read(found)
    return "right", ""


def agrees(found: Any, question: Question, point: dict[str, Any], truth: Any) -> bool:
    """Whether a result of einsight has this value; an axis of one entry may stand there or not."""
    import numpy

    import einsight

    try:
        value = numpy.asarray(found.evaluate(_spelled(question, point)), dtype=float)
    except (einsight.EinsightError, ValueError, TypeError):
        return False  # it takes arrays of other shapes, or others
    value, truth = numpy.squeeze(value), numpy.squeeze(truth)
    if (
        value.ndim > truth.ndim and value.size == truth.size
    ):  # an axis of `vec` or `⊗` runs over several of ours, in their order
        value = value.reshape(truth.shape)
    return value.shape == truth.shape and bool(numpy.allclose(value, truth, rtol=TOLERANCE, atol=TOLERANCE))


def _spelled(question: Question, point: dict[str, Any]) -> dict[str, Any]:
    """The values under each spelling that the user has for their names: `W1`, `W^{(1)}`, `W^(1)`."""
    names = {
        name: {name, spelled, re.sub("[{}]", "", spelled), spelled.replace("'", "ʹ")}
        for name, spelled in question.names.items()
    }
    if isinstance(question.wrt_text, str):
        names.setdefault(question.variables[0], {question.variables[0]}).add(question.wrt_text)
    return point | {spelled: point[name] for name, spellings in names.items() for spelled in spellings}


def _is_read(question: Question, declare: str) -> bool:
    """Whether the text is read as what it stands for, so that the fault lies with the derivative."""
    import einsight

    if question.asked:
        return True  # there is no text of the function alone
    try:
        read_as = einsight.simplify(question.text, declare=declare)
    except einsight.EinsightError:
        return False
    return all(agrees(read_as, question, point, question.value(point)) for point in map(question.point, range(POINTS)))


def _as_read(found: Any) -> str:
    """What was read, where the answer says that, and what came of it."""
    parts = [getattr(found, "read_as", None), "; ".join(getattr(found, "assumed", None) or ()), found.index]
    return " | ".join(part for part in parts if part)


def _counted(mode: str, by: str, groups: Mapping[str, Sequence[Answer]]) -> Iterator[Row]:
    """A row for each figure of each group that has any answers."""
    for title, answers in groups.items():
        outcomes = Counter(a.outcome for a in answers)
        accepted = len(answers) - outcomes["refused"] - outcomes["crashed"]
        figures = {"asked": len(answers), "accepted": accepted, **outcomes}
        if answers:
            for name in COLUMNS:
                measure = f"questions.{mode.split()[0]}.{by.split()[-1]}.{title}.{name}"
                yield Row(measure, None, f"{mode}, {by}", title, name, len(answers), figures.get(name, 0))


def _messages(mode: str, answers: Sequence[Answer]) -> Iterator[Row]:
    """How often each message was the first one told, whatever it names."""
    first = [re.split(r"; (?=EIN\d)", a.told)[0] for a in answers if a.outcome in ("refused", "crashed")]
    told = Counter(re.sub(r"`[^`]*`", "`…`", message) for message in first)
    for message, count in told.most_common():
        yield Row("questions.refusal", None, f"{mode}, refusals", message, "times", count, count)


def _shown(mode: str, answer: Answer) -> Row:
    q = answer.question
    title = f"{answer.outcome} {q.id} {q.kind} [{q.topic}] {q.text}   in {q.given or q.wrt}"
    return Row("questions.shown", None, f"{mode}, not right", title, answer.outcome, 1, note=answer.told)


def text(rows: Sequence[Row]) -> str:
    """The counts as a table, then the messages and the texts."""
    out = []
    for group, grouped in groupby(rows, lambda row: row.group):
        of_group = list(grouped)
        if of_group[0].measure == "questions.refusal":
            out += ["", group, *(f"{row.count:>6}  {row.title}" for row in of_group)]
        elif of_group[0].measure == "questions.shown":
            out += ["", group, *(f"  {row.title}\n      {row.note}" for row in of_group)]
        else:
            out += ["", f"{group:{WIDTH}}" + "".join(f"{name:>10}" for name in COLUMNS)]
            for title, figures in groupby(of_group, lambda row: row.title):
                out.append(f"  {title:{WIDTH - 2}}" + "".join(f"{row.p50:>10}" for row in figures))
    return "\n".join(out) + "\n"
