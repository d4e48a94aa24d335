"""`einsight grade`: an answer, or a file with one in each line, against what it should be.

    lines of JSON ─ tasks ─▶ here, or processes ─▶ grades in the order of the lines ─▶ lines of text, or of JSON

A line that is written names the line that it is of by a digest of it and of the options, so that a run that was cut off goes on where
it ended (`--resume`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter, deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from typing import Any

from ..documents import reading
from . import terminal
from .parsing import PATH, CannotRun, Command, add_plugin_option, positive

EXAMPLES = (
    ('--answer "2A^T(Ax-b)" --question "‖A x - b‖²" -w x', "one answer against what a question derives"),
    ('--answer "(A B)^T" --reference "B\' A\'" --format json', "against a reference, for a program"),
    ("answers.jsonl --jobs 4 --output grades.jsonl --resume", "a file of answers, from where the last run ended"),
    ('answers.jsonl --reference "2 X\' (X w - y)" -d "X in R^(n x m)"', "answers to one question"),
)
STATUSES = {
    0: "every answer is equal",
    1: "an answer is something else: transposed, equal under an assumption, different, of another shape, undecided, not read",
    2: "it could not be run, or what is asked in a line is wrong; standard error says why",
}
# what a line may say, as the options of those names do
KEYS = ("answer", "reference", "question", "wrt", "declare", "shapes", "layout", "language", "up_to", "steps", "budget")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        nargs="?",
        metavar=PATH,
        help="lines of JSON, each an object with `answer` and, where no option says it for all, `reference`, `question`, `wrt`, "
        "`declare`, `layout`, `language`, `up_to`; an `id` is handed on; '-' is standard input",
    )
    parser.add_argument("--answer", metavar="A", help="one answer: LaTeX, code, plain text, with words around it")
    parser.add_argument("--reference", metavar="R", help="what it should be")
    parser.add_argument("--question", metavar="Q", help="an expression; with -w its derivative is what it should be")
    parser.add_argument("-w", "--wrt", metavar="VAR", help="variable of the question")
    parser.add_argument("-d", "--declare", action="append", default=[], metavar="DECL", help="as in 'x in R^m'")
    parser.add_argument("--layout", choices=["any", "numerator", "denominator", "mixed"])
    parser.add_argument("--language", choices=["auto", "ein", "plain", "latex", "python", "numpy"])
    parser.add_argument("--up-to", metavar="F,..", help="right up to these as well: sign, factor, constant")
    parser.add_argument(
        "--steps", action="store_true", help="judge each '=' of the answer, and name the first false one"
    )
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="for one answer; 5 where nothing says so")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--jobs", type=positive, metavar="N", help="processes; one for a little work, else one a core")
    parser.add_argument("--output", metavar="FILE", help="write lines of JSON there, each as soon as it is known")
    parser.add_argument("--resume", action="store_true", help="go on behind what stands in the output")
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 whatever the answers are")
    add_plugin_option(parser)


def run(options: argparse.Namespace) -> int:
    """Grade; returns the exit status.  Raises CannotRun."""
    if (options.answer is None) == (options.file is None):
        raise CannotRun("give one answer with --answer, or a file of them")
    if options.file is None:
        return _one(options)
    if options.resume and options.output is None:
        raise CannotRun("--resume goes on with a file: name it with --output")
    return _Run(options).status()


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """What the options say for every answer."""
    given = {
        "reference": options.reference,
        "question": options.question,
        "wrt": options.wrt,
        "declare": options.declare or None,
        "layout": options.layout,
        "language": options.language,
        "up_to": options.up_to,
        "steps": options.steps or None,
        "budget": options.budget,
    }
    return {key: value for key, value in given.items() if value is not None}


def _one(options: argparse.Namespace) -> int:
    from ..grading.grade import grade

    found = grade(options.answer, **_given(options))
    if options.format == "json":
        terminal.hand_over_json(found.as_json())
    else:
        terminal.show(str(found))
    if found.error:
        terminal.say(found.error)
        return 2
    return 0 if options.exit_zero or found else 1


class _Run:
    """A file of answers on its way."""

    def __init__(self, options: argparse.Namespace):
        self.options, self.given = options, _given(options)
        self.seen: Counter[str] = Counter()
        self.wrong = 0
        self.lines: deque[tuple[int, bytes, Any]] = deque()

    def status(self) -> int:
        from ..documents.writing import Growing
        from ..grading.batch import graded
        from .progress import Progress

        name, progress = self.options.output, Progress()
        with ExitStack() as stack:
            source = stack.enter_context(closing(_numbered(self.options.file)))
            file = None
            if name is not None:
                keep = self._done_before(name, source) if self.options.resume else None
                try:
                    file = stack.enter_context(Growing(name, keep))
                except FileExistsError:
                    raise CannotRun(f"{name}: it is there already; go on with it with --resume") from None
            elif self.options.format == "json":
                terminal.for_programs(sys.stdout, is_json=True)
            if progress.is_shown:
                progress.total = _count(self.options.file)
                progress.done = sum(self.seen.values())
            # whoever writes into a pipe may wait for each answer
            jobs = self.options.jobs or (1 if self.options.file == "-" else None)
            for grade in graded(self._tasks(source), jobs, terminal.say):
                progress.clear()
                record = self._record(grade)
                self._count(record)
                if file is not None:
                    file.add(json.dumps(record).encode("ascii") + b"\n")
                elif self.options.format == "json":
                    terminal.hand_over(json.dumps(record, ensure_ascii=False), is_json=True)
                    terminal.flush()
                else:
                    shown = record["id"] if record["id"] is not None else record["line"]
                    terminal.show(f"{shown}: {grade}")
                    terminal.flush()
                progress.done += 1
                progress.tick()
            progress.clear()
        if self.options.format == "text":
            total = sum(self.seen.values())
            told = ", ".join(f"{count} {verdict}" for verdict, count in self.seen.most_common())
            terminal.show(f"{total} answer{'' if total == 1 else 's'}" + (f": {told}" if told else ""))
        if self.wrong:
            terminal.say(f"what is asked is wrong in {self.wrong} of the lines, which have an `error`")
            return 2
        return 0 if self.options.exit_zero or not self.seen or set(self.seen) == {"equal"} else 1

    def _tasks(self, source: Iterator[tuple[int, bytes]]) -> Iterator[dict[str, Any]]:
        for number, line in source:
            data = _object(line)
            mark = data.get("id") if isinstance(data, dict) else None
            self.lines.append((number, line, mark))
            if isinstance(data, str):
                yield {"error": data}
            else:
                yield self.given | {k: v for k, v in data.items() if k in KEYS and v is not None}

    def _record(self, grade: Any) -> dict[str, Any]:
        from .. import __version__

        number, line, mark = self.lines.popleft()
        return {
            "line": number,
            "id": mark,
            **grade.as_json(),
            "by": f"einsight {__version__}",
            "of": self._digest(line),
        }

    def _digest(self, line: bytes) -> str:
        asked = json.dumps(self.given, sort_keys=True).encode("ascii")
        return hashlib.sha256(asked + b"\n" + line.rstrip(b"\r\n")).hexdigest()[:16]

    def _count(self, record: dict[str, Any]) -> None:
        self.seen[record["verdict"]] += 1
        if record["error"]:
            self.wrong += 1
            if self.wrong <= 3:
                terminal.say(f"line {record['line']}: {record['error']}")

    def _done_before(self, name: str, source: Iterator[tuple[int, bytes]]) -> int:
        """How many bytes of an output stand: those of the lines that it has in full, which `source` has then gone past.

        Raises CannotRun where it is an output of something else.
        """
        keep = 0
        try:
            for written in reading.lines(name):
                if not written.endswith(b"\n"):
                    break
                record = _object(written)
                number, line = next(source, (0, b""))
                if not isinstance(record, dict) or record.get("of") != self._digest(line):
                    raise CannotRun(
                        f"{name}: its line for line {number} is the grade of something else: name another file"
                    )
                self._count(record)
                keep += len(written)
        except FileNotFoundError:
            return 0
        return keep


def _numbered(name: str) -> Generator[tuple[int, bytes], None, None]:
    """The lines of a file that hold something, with their numbers from 1."""
    lines = reading.lines_of(sys.stdin.buffer) if name == "-" else reading.lines(name)
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, line


def _count(name: str) -> int:
    return 0 if name == "-" else sum(1 for _ in _numbered(name))


def _object(line: bytes) -> dict[str, Any] | str:
    """What a line says, or what is wrong with it."""
    if len(line) >= reading.MOST_OF_A_LINE:
        return f"the line is longer than {reading.MOST_OF_A_LINE // 1_000_000} MB"
    try:
        data = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        return f"this is no line of JSON: {problem}"
    if not isinstance(data, dict):
        return 'a line is an object, as in {"answer": "A\' x", "reference": "A\' x"}'
    from difflib import get_close_matches

    for key in data:
        near = get_close_matches(key, KEYS, 1, 0.8) if key not in KEYS else ()
        if near:
            return f"there is no key `{key}`; did you mean `{near[0]}`?"
    return data


COMMAND = Command("say whether answers are what they should be", add_arguments, run, EXAMPLES, STATUSES)
