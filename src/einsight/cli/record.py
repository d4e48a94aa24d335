"""What is said of one file, as plain data: it comes from a worker process or from the cache, and every format prints it.

    {"claims": [...], "diagnostics": [...], "unread": N, "unread_reasons": [...], "premises": [...], "formulas": N, "failing": [...]}

`formulas` counts those with claims, `failing` has the claims that do not stand, each with its number `claim` and the `codes` that
say so, `unread_reasons` have `range`, `column` and `reason`, `premises` are those of each claim; the rest is as `check --format json`
has it, and in each diagnostic besides

    column       of its start, in characters: what a terminal shows
    related      other places, each with `range`, `column` and `message`
    certain      is its first fix one that `--fix` carries out?
    fingerprint  the same wherever its line moves to
"""

from __future__ import annotations

import hashlib
import os
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..documents import reading
from ..settings import SEARCH
from .cache import Cache
from .files import NO_MEMORY, STDIN

if TYPE_CHECKING:
    from ..documents.inputs import Beside
    from ..documents.positions import LineIndex
    from ..lowering.report import Diagnostic, Span
    from ..sheets.check import Findings

Record = dict[str, Any]
# what may be another time, on another machine
_PASSING = {"EIN502", "EIN504"}
# characters of a line, before a place and behind, by which it is known again
_AROUND = 1_000


@dataclass(frozen=True)
class Task:
    """A file to be checked, and how; `silent` codes are not reported.

    is_piped, text    does it come through standard input, which may go under the name of a file, and what came
    disabled, rules   plugins that do not count, and files of rules that do
    search            steps of the search for a matrix form
    """

    name: str
    language: str
    layout: str
    budget: float | None
    disabled: Sequence[str] = ()
    silent: Sequence[str] = ()
    fix: bool = False
    text: str | None = None
    rules: Sequence[str] = ()
    is_piped: bool = False
    search: int = SEARCH


@dataclass
class Outcome:
    """What became of a task: a record, or the `problem` for which there is none.

    fixed     how many fixes were carried out
    text      what has to be written for them, instead of a text with that `digest`
    faults    what went wrong in plugins, and was not told before in this process: whose, and the message
    """

    record: Record | None = None
    problem: str = ""
    fixed: int = 0
    text: str = ""
    digest: str = ""
    faults: list[tuple[str, str]] = field(default_factory=list)


def read(task: Task) -> str:
    """The text of a task; OSError or ValueError, with words for a user, where it cannot be had."""
    if task.text is not None:
        return task.text
    try:
        return reading.text(task.name, reading.most_of(task.name))
    except OSError as problem:
        raise OSError(problem.strerror or str(problem)) from None


def key_of(task: Task, text: str, cache: Cache) -> str:
    """Of a text, how it is checked, and what it reads beside it."""
    from ..documents.inputs import neighbours

    read = [*neighbours(text, _beside(task)).items(), *((name, _rules_text(name)) for name in task.rules)]
    return cache.key(text, task.language, task.layout, (task.budget, task.search), task.disabled, read)


@lru_cache(maxsize=64)
def _rules_text(name: str) -> str:
    """What a file of rules says, as it was when it was first asked for."""
    try:
        return reading.content(name, reading.MOST_OF_A_SMALL_FILE).decode("utf-8", "replace")
    except (OSError, ValueError) as problem:
        return f"unreadable: {problem}"


def _beside(task: Task) -> Beside | None:
    from ..documents.inputs import on_disk

    return on_disk(Path(task.name)) if task.language == "latex" and task.name != STDIN else None


def _is_fixable(task: Task, text: str) -> bool:
    """Fixes are tried on the text alone, which is not enough where macros of other files count."""
    from ..documents.inputs import neighbours

    return task.fix and not neighbours(text, _beside(task))


def checked(task: Task, cache: Cache) -> Outcome:
    """Check one file, and keep what was found.  Never raises, but what ends a process."""
    from ..plugins.telling import untold_faults, use

    use(task.disabled, task.rules)
    outcome = _checked(task, cache)
    outcome.faults = [(f"{f.plugin} {f.subject}", f.message) for f in untold_faults()]
    return outcome


def _checked(task: Task, cache: Cache) -> Outcome:
    try:
        text = read(task)
    except (OSError, ValueError) as problem:
        return Outcome(problem=str(problem))
    except MemoryError:
        return Outcome(problem=NO_MEMORY)
    try:
        return _fixed(task, text, cache) if _is_fixable(task, text) else Outcome(_found(task, text, cache))
    except MemoryError:
        from ..deriving.answering import OUT_OF_MEMORY

        return Outcome(problem=f"could not be checked: EIN504 {OUT_OF_MEMORY}")
    except Exception as error:  # a fault of ours in one file must not cost the others
        if os.environ.get("EINSIGHT_DEBUG"):
            traceback.print_exc(file=sys.stderr)
        return Outcome(problem=f"could not be checked: {type(error).__name__}: {error}")


def _found(task: Task, text: str, cache: Cache) -> Record:
    from ..forms.effort import searching
    from ..sheets.check import check_within

    with searching(task.search):
        findings = check_within(task.budget, text, task.language, task.layout, _beside(task))
    return _kept(task, text, findings, cache)


def _fixed(task: Task, text: str, cache: Cache) -> Outcome:
    from ..editing.fixing import fix
    from ..forms.effort import searching

    with searching(task.search):
        done = fix(text, task.language, task.layout, task.budget, task.silent)
    made = Outcome(_kept(task, done.text, done.findings, cache), fixed=done.count)
    if done.count or task.is_piped:
        made.text, made.digest = done.text, digest(text)
    return made


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _kept(task: Task, text: str, findings: Findings, cache: Cache) -> Record:
    from ..lowering.report import is_fault
    from ..plugins.telling import is_sound

    record = record_of(text, findings)
    passing = any(d.code in _PASSING or is_fault(d) for d in findings.diagnostics)
    if not passing and is_sound():  # what a faulty plugin did is told each time
        cache.put(key_of(task, text, cache), record)
    return record


def reported(record: Record, silent: Iterable[str]) -> Record:
    """Without the codes that are not reported, and what nothing else speaks against."""
    hidden = frozenset(silent)
    diagnostics = [d for d in record["diagnostics"] if d["code"] not in hidden]
    failing = [f for f in record["failing"] if not f["codes"] or not hidden.issuperset(f["codes"])]
    return {**record, "diagnostics": diagnostics, "failing": failing}


def record_of(text: str, findings: Findings) -> Record:
    from ..documents.positions import LineIndex
    from ..sheets.check import claim_json

    lines, characters = LineIndex(text), LineIndex(text, "utf-32")
    met: Counter[str] = Counter()
    return {
        "claims": [claim_json(c, lambda offset: _position(lines, offset)) for c in findings.claims],
        "diagnostics": [_diagnostic(d, lines, characters, met) for d in findings.diagnostics],
        "unread": len(findings.unread),
        "unread_reasons": [
            {"range": _range(lines, span), "column": characters.position(span[0])[1], "reason": reason}
            for span, reason in findings.unread_reasons
        ],
        "premises": [list(p) for p in findings.premises],
        "formulas": findings.formulas,
        "failing": [{"claim": number, "codes": list(codes)} for number, codes in findings.failing.items()],
    }


def _diagnostic(found: Diagnostic, lines: LineIndex, characters: LineIndex, met: Counter[str]) -> dict[str, Any]:
    from ..editing.fixing import is_certain

    return {
        "code": found.code,
        "name": found.name,
        "severity": found.severity,
        "range": _range(lines, found.span),
        "message": found.message,
        "fixes": [{"title": f.title, "range": _range(lines, f.span), "text": f.text} for f in found.fixes],
        "column": characters.position(found.span[0])[1],
        "related": [
            {"range": _range(lines, place), "column": characters.position(place[0])[1], "message": words}
            for place, words in found.related
            if not isinstance(place, str)
        ],
        "certain": is_certain(found),
        "fingerprint": _fingerprint(found, lines, met),
    }


def _fingerprint(found: Diagnostic, lines: LineIndex, met: Counter[str]) -> str:
    """Of the code and the words of the line, of a long one those around the place; the number tells those apart that have both the same."""
    line = lines.position(found.span[0])[0]
    stop = lines.starts[line + 1] if line + 1 < len(lines.starts) else len(lines.text)
    start = max(lines.starts[line], found.span[0] - _AROUND)
    words = " ".join(lines.text[start : min(stop, found.span[0] + _AROUND)].split())
    mark = digest(f"{found.code} {words}")[:16]
    met[mark] += 1
    return f"{mark}:{met[mark]}"


def _position(lines: LineIndex, offset: int) -> dict[str, int]:
    line, character = lines.position(offset)
    return {"line": line, "character": character}


def _range(lines: LineIndex, span: Span) -> dict[str, Any]:
    return {"start": _position(lines, span[0]), "end": _position(lines, span[1])}
