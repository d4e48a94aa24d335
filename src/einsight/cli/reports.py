"""What `check` prints, a file at a time: text for people, JSON for programs, workflow commands for GitHub."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol, TextIO

from ..notation.quoting import visible
from .counts import Counts
from .files import relative
from .json_stream import Elements, indented
from .record import Record
from .terminal import path, shown

COLOURS = {"error": "31", "warning": "33", "information": "36", "hint": "2"}


class Report(Protocol):
    """A format: one call for each file in order, one at the end.  `is_verbose`: say also why what is not read is not, and what verdicts in notes
    rest on."""

    def __init__(self, out: TextIO, is_verbose: bool): ...
    def file(self, name: str, record: Record) -> None: ...
    def end(self, counts: Counts, is_fixing: bool) -> None: ...


class Text:
    def __init__(self, out: TextIO, is_verbose: bool):
        self.out, self.is_verbose = out, is_verbose
        self.is_coloured = out.isatty() and not os.environ.get("NO_COLOR")

    def file(self, name: str, record: Record) -> None:
        for found in record["diagnostics"]:
            severity = found["severity"]
            if self.is_coloured:
                severity = f"\033[{COLOURS[severity]}m{severity}\033[0m"
            self.out.write(f"{_place(name, found)}: {severity} {found['code']} {shown(found['message'])}\n")
            for other in found["related"]:
                self.out.write(f"    {_place(name, other)}: {shown(other['message'])}\n")
        for unread in record["unread_reasons"] if self.is_verbose else ():
            self.out.write(f"{_place(name, unread)}  not read: {shown(unread['reason'])}\n")
        for claim, premises in zip(record["claims"], record["premises"], strict=True) if self.is_verbose else ():
            if premises:
                at = f"{path(name)}:{claim['range']['start']['line'] + 1}"
                self.out.write(f"{at}  {claim['verdict']}, which rests on: {shown(', '.join(premises))}\n")

    def end(self, counts: Counts, is_fixing: bool) -> None:
        if counts.files or not counts.failed:
            self.out.write(counts.sentence() + "\n")


def _place(name: str, found: dict[str, Any]) -> str:
    """The columns of a terminal are characters."""
    return f"{path(name)}:{found['range']['start']['line'] + 1}:{found['column'] + 1}"


class Json:
    """The keys that docs/pages/commands.md#formats names, and `unread_reasons` and `premises` where that is wanted; positions as an editor counts them."""

    KEYS = "code name severity range message fixes".split()

    def __init__(self, out: TextIO, is_verbose: bool):
        self.out, self.is_verbose = out, is_verbose
        self.files = Elements(out, 4)

    def file(self, name: str, record: Record) -> None:
        if not self.files.count:
            self.out.write('{\n  "files": ')
        found = [{key: d[key] for key in self.KEYS} for d in record["diagnostics"]]
        told = {"path": name, "claims": record["claims"], "diagnostics": found, "unread": record["unread"]}
        if self.is_verbose:
            told["premises"] = record["premises"]
            told["unread_reasons"] = [{k: u[k] for k in ("range", "reason")} for u in record["unread_reasons"]]
        self.files.add(told)

    def end(self, counts: Counts, is_fixing: bool) -> None:
        if not self.files.count:
            self.out.write('{\n  "files": ')
        self.files.end()
        claims = sum(counts.verdicts.values())
        summary = {"files": counts.files, "claims": claims, "verdicts": dict(counts.verdicts), "unread": counts.unread}
        if counts.ignored:
            summary["ignored"] = counts.ignored
        if is_fixing:
            summary["fixed"] = counts.fixed
        self.out.write(',\n  "summary": ' + indented(summary, 2).lstrip() + "\n}\n")


class GitHub:
    """Annotations of a workflow run: https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""

    LEVELS = {"error": "error", "warning": "warning", "information": "notice", "hint": "notice"}

    def __init__(self, out: TextIO, is_verbose: bool):
        self.out = out

    def file(self, name: str, record: Record) -> None:
        place = relative(name)
        for found in record["diagnostics"]:
            start, end = found["range"]["start"], found["range"]["end"]
            at = {"file": place, "line": start["line"] + 1, "endLine": end["line"] + 1}
            if start["line"] == end["line"]:  # columns over several lines are refused
                at |= {"col": start["character"] + 1, "endColumn": end["character"] + 1}
            others = [f"{_place(place, other)}: {shown(other['message'])}" for other in found["related"]]
            at["title"] = f"{found['code']} {found['name']}"
            self._command(self.LEVELS[found["severity"]], at, "\n".join([shown(found["message"]), *others]))

    def end(self, counts: Counts, is_fixing: bool) -> None:
        for name, problem in counts.failed:
            self._command("error", {"file": relative(name), "title": "einsight"}, shown(problem))
        if counts.files or not counts.failed:
            self.out.write(counts.sentence() + "\n")

    def _command(self, level: str, at: dict[str, Any], message: str) -> None:
        properties = ",".join(f"{key}={_property(str(value))}" for key, value in at.items())
        self.out.write(f"::{level} {properties}::{_data(message)}\n")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return visible(_data(text).replace(":", "%3A").replace(",", "%2C"))


def formats() -> dict[str, Callable[[TextIO, bool], Report]]:
    from .sarif import Sarif

    return {"text": Text, "json": Json, "sarif": Sarif, "github": GitHub}
