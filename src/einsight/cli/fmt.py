"""`einsight fmt`: documents in canonical form, in place.

All files are read and formatted before the first is written, and each is replaced at once, so that a failure leaves
every file whole.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..documents import reading
from .files import NO_MEMORY, STDIN, named, put, replace, take
from .parsing import PATH, CannotRun, Command
from .terminal import path, show

LANGUAGES = {".ein": "ein", ".md": "markdown", ".markdown": "markdown", ".qmd": "markdown"}

EXAMPLES = (
    ("notes.md", "put a file in order"),
    ("--check .", "name the files of a folder that are not in order, and write nothing"),
    ("--style unicode - < draft.ein", "print what comes in, with ∈ for `in`"),
)
STATUSES = {
    0: "all files are in canonical form",
    1: "with --check, a file is not",
    2: "a file cannot be read or written; standard error says why",
}


@dataclass(frozen=True)
class _Source:
    name: str
    content: bytes
    language: str

    def formatted(self, style: str | None) -> bytes:
        """The same encoding, byte order mark and line ends."""
        from ..formatting.format import formatted

        try:
            mark, text = reading.decoded(self.content)
        except reading.NotUtf8 as problem:
            raise CannotRun(f"{self.name}: {problem}") from None
        return mark + formatted(text, style, self.language).encode("utf-8")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar=PATH)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
    parser.add_argument("--style", choices=["unicode", "ascii"], help="how signs are spelled; as they are without it")


def run(options: argparse.Namespace) -> int:
    """Format or check; returns the exit status.  Raises CannotRun."""
    sources = list(_sources(options.paths))
    new = [source.formatted(options.style) for source in sources]
    changed = [(source, text) for source, text in zip(sources, new, strict=True) if source.content != text]
    if options.check:
        for source, _ in changed:
            show(path(source.name))
        show(_summary("would format", len(changed), len(sources)))
        return 1 if changed else 0
    for source, text in changed:
        if source.name != STDIN:
            _write(source.name, text)
    # the text that came through a pipe goes on in it, and nothing else
    piped = next((text for source, text in zip(sources, new, strict=True) if source.name == STDIN), None)
    if piped is None:
        show(_summary("formatted", len(changed), len(sources)))
    else:
        put(piped)
    return 0


def _summary(what: str, changed: int, all_: int) -> str:
    return f"{what} {changed} file{'s' * (changed != 1)}, {all_ - changed} unchanged"


def _sources(paths: Sequence[str]) -> Iterator[_Source]:
    for name, is_explicit in named(paths, {".ein"}, _unlisted):
        if is_explicit and name != STDIN and Path(name).suffix not in LANGUAGES and Path(name).exists():
            raise CannotRun(f"{name}: einsight formats {', '.join(LANGUAGES)} files")
        content = _read(name)
        yield _Source(name, content, LANGUAGES.get(Path(name).suffix, "ein"))


def _unlisted(problem: OSError) -> None:
    raise CannotRun(f"{problem.filename}: {problem.strerror or problem}")


def _read(name: str) -> bytes:
    try:
        return take() if name == STDIN else reading.content(name, reading.most_of(name))
    except OSError as problem:
        raise CannotRun(f"{name}: {problem.strerror or problem}") from None
    except MemoryError:
        raise CannotRun(f"{name}: {NO_MEMORY}") from None


def _write(name: str, content: bytes) -> None:
    try:
        replace(name, content)
    except OSError as problem:
        raise CannotRun(f"{name}: {problem.strerror or problem}") from None
    except MemoryError:
        raise CannotRun(f"{name}: {NO_MEMORY}") from None


COMMAND = Command(
    "canonical spacing of files (.ein, Markdown's ein fences), folders or '-'", add_arguments, run, EXAMPLES, STATUSES
)
