"""What `check` prints, a file at a time: text for people, JSON for programs, workflow commands for GitHub."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent
from typing import Any, Protocol, TextIO

from ..notation.quoting import visible
from .record import Record
from .terminal import json_text, path, shown

COLOURS = {"error": "31", "warning": "33", "information": "36", "hint": "2"}


@dataclass
class Counts:
    """What all files together came to.

    errors    how many files have a finding of severity error that is reported
    failing   how many claims do not stand, but for those of which nothing is reported
    failed    the files that could not be checked, with the reason
    """

    files: int = 0
    errors: int = 0
    failing: int = 0
    unread: int = 0
    formulas: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    fixed: int = 0
    fixed_files: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)

    def add(self, record: Record, fixed: int) -> None:
        self.files += 1
        self.errors += any(d["severity"] == "error" for d in record["diagnostics"])
        self.failing += len(record["failing"])
        self.unread += record["unread"]
        self.formulas += record["formulas"]
        self.verdicts.update(c["verdict"] for c in record["claims"])
        self.fixed += fixed
        self.fixed_files += bool(fixed)

    @property
    def ignored(self) -> int:
        """How many claims do not stand, and nothing is to be said of it."""
        return sum(self.verdicts.values()) - self.verdicts["right"] - self.verdicts["undecided"] - self.failing

    def status(self, is_exit_zero: bool) -> int:
        """The exit status: 2 where a file could not be checked, 1 where a claim does not stand or there is an error."""
        return 2 if self.failed else 1 if (self.errors or self.failing) and not is_exit_zero else 0

    def sentence(self) -> str:
        """What was checked; in a line before what else there is to say of all files."""
        files = [_number(self.files, "file")] if self.files != 1 else []
        claims, right, undecided = (sum(self.verdicts.values()), *(self.verdicts[v] for v in ("right", "undecided")))
        fail = self.failing
        stand = (
            [f"{_number(right, 'claim')} stand{'s' * (right == 1)}, {fail} do{'es' * (fail == 1)} not"] if fail else []
        )
        stand += [f"{undecided} undecided"] if undecided else []
        stand += [f"{self.ignored} ignored"] if self.ignored else []
        fixed = [f"fixed {self.fixed} in {_number(self.fixed_files, 'file')}"] if self.fixed else []
        more = "; ".join([*files, *stand, *fixed])
        told = f"checked {_number(claims, 'claim')} in {_number(self.formulas, 'formula')}"
        told += f", {_number(self.unread, 'formula')} not read" if self.unread else ""
        return f"{more}\n{told}" if more else told


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


class Report(Protocol):
    """A format: one call for each file in order, one at the end.  `is_verbose`: say also why what is not read is not."""

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

    def end(self, counts: Counts, is_fixing: bool) -> None:
        if counts.files or not counts.failed:
            self.out.write(counts.sentence() + "\n")


def _place(name: str, found: dict[str, Any]) -> str:
    """The columns of a terminal are characters."""
    return f"{path(name)}:{found['range']['start']['line'] + 1}:{found['column'] + 1}"


class Json:
    """The keys that docs/pages/commands.md#formats names, and `unread_reasons` where that is wanted; positions as an editor counts them."""

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
        self.out.write(',\n  "summary": ' + _indented(summary, 2).lstrip() + "\n}\n")


class Elements:
    """A list in JSON that is written as it grows, as `json.dumps` with an indent of 2 would write it."""

    def __init__(self, out: TextIO, depth: int):
        self.out, self.depth, self.count = out, depth, 0

    def add(self, value: Any) -> None:
        self.out.write((",\n" if self.count else "[\n") + _indented(value, self.depth))
        self.count += 1

    def end(self) -> None:
        self.out.write(f"\n{' ' * (self.depth - 2)}]" if self.count else "[]")


def _indented(value: Any, depth: int) -> str:
    return indent(json_text(value), " " * depth, lambda line: True)


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


def relative(name: str) -> str:
    """A path as it stands in the repository: from the current folder where it is below, with slashes."""
    whole, here = Path(os.path.abspath(name)), Path.cwd()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else whole.as_posix()


def formats() -> dict[str, Callable[[TextIO, bool], Report]]:
    from .sarif import Sarif

    return {"text": Text, "json": Json, "sarif": Sarif, "github": GitHub}
