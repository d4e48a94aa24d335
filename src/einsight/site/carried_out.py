"""Pages in Markdown, carried out: what stands on them is what happens.

An `ein` fence is judged, line by line.  Behind a statement a comment may begin with what is said of it: verdicts and codes
(`# wrong`, `# EIN302`), the result of a query (`# = W`), the shape of a definition (`# ∈ ℝ^n`); a line without one is right, and
nothing but hints is said of it.  `file=NAME` makes a file of a fence, for the commands below it; in a `console` fence stands what
they print, in a `python` one a session, in an `ipython` one cells (`In: `, continued by `..: `) and what is shown of them.  A session
with `needs=NAME` is carried out where that can be imported.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import os
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import einsight

from ..editing.hints import hints
from ..lowering.report import NAMES
from ..plugins import telling as plugins
from ..rules.catalogue import forget
from ..sheets.sheet import Sheet

FENCE = re.compile(
    r"^(?P<ticks>```+)(?P<language>\w+)(?: (?:file=(?P<file>\S+)|needs=(?P<needs>\S+)))?\n(?P<body>.*?)^(?P=ticks)$",
    re.M | re.S,
)
VERDICTS = {
    "right": None,
    "right_if": "EIN405",
    "transposed": "EIN402",
    "wrong": "EIN401",
    "shape": None,
    "undecided": "EIN403",
}
# what a comment in a fence may begin with
SAID = re.compile(rf"(?:(?:{'|'.join(sorted(VERDICTS, key=len, reverse=True))}|EIN\d{{3}})\b[ ,]*)+")
COMMENT = re.compile(r"(?<!\S)#(?![!])(.*)$")
_CELL = re.compile(r"^In: (?P<line>.*)\n(?P<body>(?:\.\.: .*\n)*)", re.M)
_IGNORED = re.compile(r"# einsight: ignore (\w+)")

Run = Callable[[Sequence[str]], int]


# fences of the language


def said_by(line: str) -> tuple[list[str], str]:
    """The verdicts and the codes that a line says it gets, and the result or shape that it shows, "" for none."""
    comment = COMMENT.search(line)
    text = comment[1].strip() if comment else ""
    found = SAID.match(text)
    return re.findall(r"\w+", found[0]) if found else [], text if re.match("[=∈] ", text) else ""


def not_as_it_says(text: str, language: str = "ein") -> list[tuple[Any, ...]]:
    """The lines of a fence that get something else than they say, with what they get."""
    sheet = Sheet(text, language, "numerator", None)
    sheet.finish()
    starts = [m.start() for m in re.finditer("^", text, re.M)]

    def line_of(offset: int) -> int:
        return max(number for number, start in enumerate(starts) if start <= offset)

    labels = [(line_of(h.offset), h.label) for h in hints(sheet, 0, len(text)) if h.kind in ("results", "shapes")]
    odd: list[tuple[Any, ...]] = []
    for number, line in enumerate(text.splitlines()):
        verdicts = [c.verdict for c in sheet.claims() if line_of(c.span[0]) == number]
        codes = {d.code for d in sheet.diagnostics() if line_of(d.span[0]) == number and d.severity != "hint"}
        words, shown = said_by(line)
        ignored = _IGNORED.search(line)
        told = [v for v in words if v in VERDICTS] or [
            v for v, code in VERDICTS.items() if ignored and code == ignored[1]
        ]
        expected = {w for w in words if w in NAMES} | {VERDICTS[v] for v in told if VERDICTS[v] and not ignored}
        if verdicts != (told or ["right"] * len(verdicts)) or codes != expected:
            odd.append((line, verdicts, sorted(codes)))
        if shown and (number, shown) not in labels:
            odd.append((line, [label for place, label in labels if place == number]))
    return odd


# commands and sessions


class Reader:
    """Somebody who follows a page, in an empty folder; `run` carries out the arguments of `einsight`."""

    def __init__(self, folder: Path, run: Run):
        self.folder, self.run = folder, run
        self.names: dict[str, Any] = {"einsight": einsight}
        self.magics: dict[str, Callable[..., Any]] = {}
        self.status = 0

    def follow(self, fence: re.Match[str]) -> str:
        """What a fence has in it once it is carried out."""
        if fence["file"]:
            path = self.folder / fence["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fence["body"], encoding="utf-8")
        elif fence["language"] == "console":
            commands = [line.removeprefix("$ ") for line in fence["body"].splitlines() if line.startswith("$ ")]
            return "".join(f"$ {command}\n{self.printed(command)}" for command in commands)
        elif fence["language"] == "python" and can_be_carried_out(fence):
            return self.session(fence["body"])
        elif fence["language"] == "ipython":
            return "".join(f"{cell[0]}{self.cell(cell)}" for cell in _CELL.finditer(fence["body"]))
        return fence["body"]

    def printed(self, command: str) -> str:
        """What `einsight` prints, in this process; what it says on stderr comes behind."""
        words = shlex.split(command)
        if words == ["echo", "$?"]:
            return f"{self.status}\n"
        if words[0] == "cat":
            return (self.folder / words[1]).read_text(encoding="utf-8")
        assert words[0] == "einsight", command
        out, said = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
            self.status = self.run(words[1:])
        text = (out.getvalue() + said.getvalue()).replace(str(self.folder), "~")
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())

    def session(self, body: str) -> str:
        """A session in Python, with what it answers."""
        made: list[str] = []
        for example in doctest.DocTestParser().get_examples(body):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(example.source, "<page>", "single"), self.names)  # noqa: S102
            first, *rest = example.source.splitlines()
            made += [f">>> {first}", *(f"... {line}" for line in rest), *out.getvalue().splitlines()]
        return "".join(f"{line.rstrip()}\n" for line in made)

    def cell(self, cell: re.Match[str]) -> str:
        """What a cell shows on a terminal; to its extension this is the shell."""
        line, body = cell["line"], "".join(f"{part}\n" for part in re.findall(r"^\.\.: (.*)$", cell["body"], re.M))
        command, _, rest = line.partition(" ")
        if command == "%load_ext":
            self.names[rest].load_ipython_extension(self)
            return ""
        given = (rest, body) if command.startswith("%%") else (rest,)
        return "".join(f"{shown.rstrip()}\n" for shown in str(self.magics[command.lstrip("%")](*given)).splitlines())

    def register_magic_function(self, function: Callable[..., Any], kind: str, name: str) -> None:
        self.magics[name] = function


def can_be_carried_out(fence: re.Match[str]) -> bool:
    """Is there all that a session needs?"""
    return not fence["needs"] or importlib.util.find_spec(fence["needs"]) is not None


def followed(text: str, folder: Path, run: Run) -> str:
    """The page with what its commands and sessions print now."""
    reader = Reader(folder, run)

    def carried_out(found: re.Match[str]) -> str:
        return f"{found[0].partition(chr(10))[0]}\n{reader.follow(found)}{found['ticks']}"

    with _in(folder):
        return FENCE.sub(carried_out, text)


def as_it_says(name: str, text: str, folder: Path, run: Run) -> Iterator[str]:
    """What a page says that is not what happens, in words; nothing where all of it is."""
    now = followed(text, folder, run)
    for was, is_now in zip(text.splitlines(), now.splitlines(), strict=False):
        if was != is_now:
            yield f"{name}: `{was}` is now `{is_now}`"
            break
    else:
        if now != text:
            yield f"{name}: what is printed is longer or shorter than what stands there"
    for fence in FENCE.finditer(text):
        if fence["language"] == "ein" and not fence["file"]:
            yield from (f"{name}: {line}" for line in map(str, not_as_it_says(fence["body"])))


@contextlib.contextmanager
def _in(folder: Path) -> Iterator[None]:
    here = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        plugins.use()
        forget()
