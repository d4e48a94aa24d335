"""What is fed with bytes that nobody wrote: each target takes some and raises nothing, whatever they are.

A target says what may be wrong with its input, as a user is told; an exception, a time-out, too much memory is a finding.
"""

from __future__ import annotations

import json
import logging
import tempfile
from functools import cache
from pathlib import Path

from einsight.documents.latex.kinds import Unread
from einsight.documents.latex.macros import macros_of
from einsight.documents.latex.reader import read_formula
from einsight.documents.positions import LineIndex
from einsight.plugins.rules_file import read_rules
from einsight.settings import FILES, settings_for
from einsight.sheets.check import check_within

BUDGET = 0.1  # seconds for each claim
LANGUAGES = {
    "language": "ein", "latex": "latex", "markdown": "markdown", "notebook": "notebook", "rst": "rst", "python": "python",
    "julia": "julia",
}  # fmt: skip


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _document(language):
    def target(data: bytes) -> None:
        text = _text(data)
        found = check_within(BUDGET, text, language, "numerator")
        lines = LineIndex(text)
        for finding in found.diagnostics:  # every place is one of the text
            start, end = finding.span
            assert 0 <= start <= end <= len(text) + 1, finding  # what is missing stands behind the end
            assert lines.offset(*lines.position(start)) <= start

    return target


def formula(data: bytes) -> None:
    """A formula, before a blank line the macros for it."""
    macros, _, text = _text(data).rpartition("\n\n")
    try:
        for statement in read_formula(text, 0, len(text), macros_of(macros)):
            assert len(statement.places) == len(statement.text) or statement.problem
            assert all(0 <= start <= end <= len(text) for start, end in statement.places)
    except Unread as why:
        assert why.reason


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="einsight-fuzz-"))


def settings(data: bytes) -> None:
    """The same bytes as either file of settings."""
    for name in FILES:
        path = _folder() / name
        path.write_bytes(data)
        try:
            found = settings_for(_folder() / "a.ein")
            assert 0 < found.budget <= 86_400 and hash(found) is not None
            assert found.problem is None or (found.problem.line >= 1 and len(str(found.problem).splitlines()) == 1)
        finally:
            path.unlink()


def rules(data: bytes) -> None:
    text = _text(data)
    kit, problems = read_rules(text, "course", "course.rules")
    assert kit is not None and all(1 <= p.line <= text.count("\n") + text.count("\r") + 1 for p in problems)


@cache
def _protocol():
    from einsight.server.main import make_server

    logging.disable(logging.CRITICAL)  # it logs a traceback for each
    made = make_server().protocol
    made._send_data = lambda data: json.dumps(data)
    return made


def frames(data: bytes) -> None:
    """The bodies of messages to the server, a line each: what is no message is refused and costs nothing else."""
    protocol = _protocol()
    for body in data.split(b"\n"):
        try:
            message = json.loads(body, object_hook=protocol.structure_message)
        except (ValueError, RecursionError):  # which the reader tells of
            continue
        if not hasattr(message, "method") or protocol._not_now(message) is not None or hasattr(message, "reason"):
            protocol.handle_message(message)


TARGETS = {
    **{name: _document(language) for name, language in LANGUAGES.items()},
    "formula": formula, "settings": settings, "rules": rules, "frames": frames,
}  # fmt: skip
