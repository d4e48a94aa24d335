"""`einsight check`: files and whole trees judged, in several processes, with what was found before taken from the cache.

    paths ─ plan ─▶ tasks ─ cache ─▶ known, or due ─ workers.py or here ─▶ outcomes ─▶ fixes written, a report

First every file is looked up in the cache, so that it is known how much there is to do; then the outcomes are reported in
the order of the files, each as soon as those before it are.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Generator
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass
from dataclasses import replace as with_changes
from pathlib import Path
from typing import TYPE_CHECKING

from ..documents import reading
from .files import NO_MEMORY, STDIN, named, put, replace, take
from .parsing import PATH, CannotRun, Command, add_plugin_option, positive
from .terminal import for_programs, path, say

if TYPE_CHECKING:
    from ..settings import Settings
    from .cache import Cache
    from .counts import Counts
    from .progress import Progress
    from .record import Outcome, Task
    from .reports import Report


EXAMPLES = (
    ("notes.md", "judge what stands in a page"),
    ("--stdin-filename notes.md - < notes.md", "judge what an editor holds of a file, by its name"),
    ("--fix notes", "correct what is certain in all files of a folder, and tell the rest"),
    (
        "--select EIN401,EIN402 --format github notes",
        "annotate a pull request with claims that are wrong or transposed",
    ),
)
# those of `documents.regions`, which is read when there is something to check
LANGUAGES = ("ein", "markdown", "latex", "rst", "notebook", "python", "julia")
STATUSES = {
    0: "every judged claim stands, and no error is reported",
    1: "an error is reported, or a claim is wrong, transposed, or right only under an assumption; what is ignored does "
    "not count",
    2: "a file could not be checked; standard error says why",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar=PATH, help="files, folders, or '-' for standard input")
    parser.add_argument("--language", choices=LANGUAGES, help="what '-' is written in; ein where nothing says so")
    parser.add_argument(
        "--stdin-filename", metavar="NAME", help="the file that '-' stands for: its language, settings, name in reports"
    )
    parser.add_argument("--format", choices=["text", "json", "sarif", "github"], default="text")
    parser.add_argument("--layout", choices=["numerator", "denominator", "mixed", "auto"])
    parser.add_argument("--select", default="", metavar="C,..", help="report only these codes")
    parser.add_argument("--ignore", default="", metavar="C,..", help="leave these codes out")
    parser.add_argument(
        "--jobs", type=positive, metavar="N", help="processes; one for a little work, else one a core, up to 8"
    )
    parser.add_argument(
        "--fix", action="store_true", help="carry out the fixes that are certain, and report what is left"
    )
    parser.add_argument("--verbose", action="store_true", help="say of each formula that is not read why, and what verdicts in notes rest on")
    parser.add_argument(
        "--exit-zero", action="store_true", help="exit 0 whatever is found, but 2 where a file could not be read"
    )
    parser.add_argument("--no-cache", action="store_true", help="check anew what was checked before")
    add_plugin_option(parser)


def run(options: argparse.Namespace) -> int:
    """Check; returns the exit status.  Raises CannotRun."""
    from .cache import Cache, folder
    from .counts import Counts
    from .progress import Progress
    from .reports import formats

    counts, progress = Counts(), Progress()
    faults: set[str] = set()
    plan = _Plan(options, Cache(None if options.no_cache else folder()), counts)
    # what came through a pipe goes on in it, and nothing else
    out = sys.stderr if options.fix and "-" in options.paths else sys.stdout
    if options.format != "text":
        for_programs(out, is_json=options.format in ("json", "sarif"))
    report = formats()[options.format](out, options.verbose)
    progress.total = len(plan.tasks)
    try:
        with closing(_outcomes(plan, options.jobs, progress)) as outcomes:
            for task, outcome in outcomes:
                progress.clear()
                for whose, fault in outcome.faults:
                    if whose not in faults:  # each process tells its own
                        say(fault)
                    faults.add(whose)
                _tell(task, outcome, plan, counts, report)
                progress.done += 1
    finally:
        progress.clear()
    report.end(counts, options.fix)
    plan.cache.prune({plan.keys[k][0] for k in plan.due})
    if os.environ.get("EINSIGHT_DEBUG"):
        told = f"{len(plan.tasks) - len(plan.due)} of {len(plan.tasks)} files from the cache"
        say(told)
    return counts.status(options.exit_zero)


def _fail(name: str, problem: str, counts: Counts) -> None:
    """One file less; the others are checked all the same."""
    problem = " ".join(problem.split())
    counts.failed.append((name, problem))
    say(f"{path(name)}: {problem}")


# what there is to do


def _piped(options: argparse.Namespace) -> tuple[str, str]:
    """Name and language of what comes through standard input.  Raises CannotRun where options of it contradict the paths."""
    from ..documents.regions import SUFFIXES

    given = {"--language": options.language, "--stdin-filename": options.stdin_filename}
    told = [option for option, value in given.items() if value is not None]
    others = [p for p in options.paths if p != "-"]
    if told and others:
        raise CannotRun(
            f"{told[0]} says what standard input is, and `{others[0]}` is a path: give `-` alone, or leave {told[0]} out; "
            "a file's language is known by the end of its name"
        )
    name = STDIN if options.stdin_filename is None else options.stdin_filename
    suffix = Path(name).suffix
    if options.language is None and name != STDIN and suffix not in SUFFIXES:
        raise CannotRun(
            f"`{name}` does not say its language: give --language, or a name that ends in {', '.join(SUFFIXES)}"
        )
    return name, options.language or SUFFIXES.get(suffix, "ein")


def _may_be(path: Path) -> bool:
    """Is there something of that name?  Where nobody can say, it is looked at, and what is wrong is told then."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True
    return True


class _Plan:
    """A task for each file that can be read, with its key in the cache; `due` are the numbers of those to be checked."""

    def __init__(self, options: argparse.Namespace, cache: Cache, counts: Counts):
        from ..documents.regions import GUESTS, SUFFIXES

        self.options, self.cache, self.counts = options, cache, counts
        self.tasks: list[Task] = []
        self.keys: list[str] = []
        self.due: dict[int, int] = {}  # with the size of the text
        self.mark = b""  # of standard input
        self._select, self._ignore = _codes(options.select), _codes(options.ignore)
        self._settings: dict[Path, Settings] = {}
        self._bad: set[str] = set()  # files of settings that have been told
        self._hidden: dict[Settings, tuple[str, ...]] = {}
        self._piped = _piped(options)
        for name, is_explicit in named(options.paths, SUFFIXES, self._unlisted):
            shown = self._piped[0] if name == STDIN else name
            try:
                task = self._task(name, is_explicit)
                self._enter(task, self._read(task))
            except reading.NotUtf8 as problem:
                if is_explicit or task.language not in GUESTS:
                    _fail(shown, str(problem), counts)
            except (OSError, ValueError) as problem:
                _fail(shown, str(problem), counts)
            except MemoryError:
                _fail(shown, NO_MEMORY, counts)

    def _unlisted(self, problem: OSError) -> None:
        _fail(os.path.normpath(problem.filename), problem.strerror or str(problem), self.counts)

    def _task(self, name: str, is_explicit: bool) -> Task:
        from ..documents.regions import SUFFIXES
        from ..plugins.loading import disabled_by_environment
        from ..settings import Settings
        from .record import Task

        is_piped = name == STDIN
        if is_piped:
            name, language = self._piped
        else:
            suffix = Path(name).suffix
            if is_explicit and suffix not in SUFFIXES and os.path.exists(name):
                raise ValueError(f"einsight reads {', '.join(SUFFIXES)} files")
            language = SUFFIXES.get(suffix, "ein")
        settings = self._settings_in(Path(os.path.abspath(name)).parent) if name != STDIN else Settings()
        self._tell_bad(settings)
        return Task(
            name,
            language,
            self.options.layout or settings.layout_for(language),
            settings.budget,
            tuple(sorted({*settings.disabled, *self.options.disable_plugin, *disabled_by_environment()})),
            self._silent(settings),
            self.options.fix,
            rules=settings.rules,
            is_piped=is_piped,
            search=settings.search,
        )

    def _tell_bad(self, settings: Settings) -> None:
        """A file of settings that is wrong is one file that could not be read: it costs those below it its settings."""
        bad = settings.problem
        if bad is not None and bad.source not in self._bad:
            self._bad.add(bad.source)
            _fail(bad.source, bad.told, self.counts)

    def _settings_in(self, folder: Path) -> Settings:
        """Each settings file is read once, however many folders are below it."""
        from ..settings import FILES, settings_for

        if folder not in self._settings:
            has_own = any(map(_may_be, (folder / name for name in FILES)))
            is_top = folder.parent == folder
            found = settings_for(folder / "_") if has_own or is_top else self._settings_in(folder.parent)
            self._settings[folder] = found
        return self._settings[folder]

    def _silent(self, settings: Settings) -> tuple[str, ...]:
        """The codes that are not reported; `--select` stands over what a file of settings leaves out."""
        from ..lowering.report import NAMES

        def is_reported(code: str) -> bool:
            chosen = code not in settings.ignore and (not settings.select or code in settings.select)
            if self._select:
                chosen = code in self._select
            return chosen and code not in self._ignore

        if settings not in self._hidden:
            self._hidden[settings] = tuple(code for code in NAMES if not is_reported(code))
        return self._hidden[settings]

    def _read(self, task: Task) -> str:
        from .record import read

        if not task.is_piped:
            return read(task)
        self.mark, text = reading.decoded(take())
        return text

    def _enter(self, task: Task, text: str) -> None:
        from .record import key_of

        key = key_of(task, text, self.cache)
        if not self._is_known(task, key):
            self.due[len(self.tasks)] = len(text)
        self.tasks.append(with_changes(task, text=text) if task.is_piped else task)
        self.keys.append(key)

    def _is_known(self, task: Task, key: str) -> bool:
        if not task.fix:
            return self.cache.has(key)
        record = self.cache.get(key)
        fixable = record is None or any(d["certain"] and d["code"] not in task.silent for d in record["diagnostics"])
        return not fixable and not task.is_piped


def _codes(listed: str) -> frozenset[str]:
    from ..lowering.report import NAMES

    codes = frozenset(c.strip().upper() for c in listed.split(",") if c.strip())
    for code in sorted(codes - NAMES.keys()):
        raise CannotRun(f"there is no code {code}: `einsight explain CODE` knows EIN001 to EIN603")
    return codes


# doing it


def _outcomes(plan: _Plan, jobs: int | None, progress: Progress) -> Generator[tuple[Task, Outcome], None, None]:
    """What became of each task, in order."""
    from .record import Outcome
    from .workers import checkers, default_jobs, outcome_of

    here = _Here(plan.cache, progress)
    due = {k: number for number, k in enumerate(plan.due)}
    jobs = jobs or default_jobs(list(plan.due.values()))
    with ExitStack() as stack:
        workers = None
        if jobs > 1 and due:
            tasks = [plan.tasks[k] for k in due]
            workers = stack.enter_context(checkers(min(jobs, len(due)), tasks, plan.cache))
        for k, task in enumerate(plan.tasks):
            if k in due:
                outcome = outcome_of(workers, due[k], progress.tick) if workers is not None else None
            else:
                record = plan.cache.get(plan.keys[k])
                outcome = Outcome(record) if record is not None else None
                progress.tick()
            yield task, outcome if outcome is not None else here.check(task)


@dataclass
class _Here:
    """This process, which draws the bar while it checks."""

    cache: Cache
    progress: Progress

    def check(self, task: Task) -> Outcome:
        from ..terms.interruption import polled_by
        from .record import checked

        with polled_by(self.progress.tick) if self.progress.is_shown else nullcontext():
            return checked(task, self.cache)


def _tell(task: Task, outcome: Outcome, plan: _Plan, counts: Counts, report: Report) -> None:
    from .record import reported

    if outcome.record is None:
        _fail(task.name, outcome.problem, counts)
        return
    if task.fix:
        try:
            _write(task, outcome, plan.mark)
        except BrokenPipeError:
            raise
        except (OSError, ValueError, MemoryError) as problem:
            why = NO_MEMORY if isinstance(problem, MemoryError) else getattr(problem, "strerror", "")
            _fail(task.name, f"could not be fixed: {why or problem}", counts)
            return
    record = reported(outcome.record, task.silent)
    counts.add(record, outcome.fixed)
    report.file(task.name, record)


def _write(task: Task, outcome: Outcome, mark: bytes) -> None:
    """Put the fixed text where it came from, with its line ends, byte order mark and permissions."""
    from .record import digest

    if task.is_piped:
        put(mark + outcome.text.encode("utf-8"))
    elif outcome.fixed:
        mark, text = reading.decoded(reading.content(task.name, reading.most_of(task.name)))
        if digest(text) != outcome.digest:
            raise ValueError("it has changed meanwhile")
        replace(task.name, mark + outcome.text.encode("utf-8"))


COMMAND = Command("judge every '=' of files (.ein, Markdown), folders or '-'", add_arguments, run, EXAMPLES, STATUSES)
