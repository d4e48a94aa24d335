"""`einsight fmt`: documents in canonical form, in place.

All files are read and formatted before the first is written, and each is replaced at once, so that a failure leaves
every file whole.
"""

from __future__ import annotations

import argparse
import codecs
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = {".ein": "ein", ".md": "markdown", ".markdown": "markdown", ".qmd": "markdown"}
STDIN = "<stdin>"


class CannotFormat(Exception):
    """A file that cannot be read or written, or is none of ours."""


@dataclass(frozen=True)
class _Source:
    name: str
    content: bytes
    language: str

    def formatted(self, style: str | None) -> bytes:
        """The same encoding, byte order mark and line ends."""
        from ..services.format import formatted

        mark = codecs.BOM_UTF8 if self.content.startswith(codecs.BOM_UTF8) else b""
        try:
            text = self.content[len(mark) :].decode("utf-8")
        except UnicodeDecodeError:
            raise CannotFormat(f"{self.name}: this is not UTF-8 text") from None
        return mark + formatted(text, style, self.language).encode("utf-8")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
    parser.add_argument("--style", choices=["unicode", "ascii"], help="how signs are spelled; as they are without it")


def run(options: argparse.Namespace) -> int:
    """Format or check; returns the exit status.  Raises CannotFormat."""
    sources = list(_sources(options.paths))
    new = [source.formatted(options.style) for source in sources]
    changed = [(source, text) for source, text in zip(sources, new, strict=True) if source.content != text]
    if options.check:
        for source, _ in changed:
            print(source.name)
        print(_summary("would format", len(changed), len(sources)))
        return 1 if changed else 0
    for source, text in changed:
        if source.name != STDIN:
            _write(Path(source.name), text)
    # the text that came through a pipe goes on in it, and nothing else
    piped = next((text for source, text in zip(sources, new, strict=True) if source.name == STDIN), None)
    if piped is None:
        print(_summary("formatted", len(changed), len(sources)))
    else:
        _put(piped)
    return 0


def _summary(what: str, changed: int, all_: int) -> str:
    return f"{what} {changed} file{'s' * (changed != 1)}, {all_ - changed} unchanged"


def _sources(paths: Sequence[str]) -> Iterator[_Source]:
    seen: set[str] = set()
    for name, language in _names(paths):
        real = os.path.realpath(name)
        if real not in seen:
            seen.add(real)
            yield _Source(name, _take() if name == STDIN else _read(Path(name)), language)


def _names(paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        place = Path(path)
        if path == "-":
            yield STDIN, "ein"
        elif place.is_dir():
            yield from ((str(p), "ein") for p in sorted(place.rglob("*.ein")) if p.is_file())
        elif place.suffix in LANGUAGES or not place.exists():
            yield path, LANGUAGES.get(place.suffix, "ein")
        else:
            raise CannotFormat(f"{path}: einsight formats {', '.join(LANGUAGES)} files")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise CannotFormat(f"{path}: {problem.strerror or problem}") from None


def _write(path: Path, text: bytes) -> None:
    """In one step, through a new file beside the old one; a link stays a link."""
    real = Path(os.path.realpath(path))
    beside = None
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        shutil.copymode(real, beside)
        os.replace(beside, real)
    except OSError as problem:
        if beside is not None and os.path.exists(beside):
            os.unlink(beside)
        raise CannotFormat(f"{path}: {problem.strerror or problem}") from None


def _take() -> bytes:
    """Standard input as it comes: a text stream would lose the line ends."""
    stream = getattr(sys.stdin, "buffer", None)
    return stream.read() if stream is not None else sys.stdin.read().encode("utf-8")


def _put(text: bytes) -> None:
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(text.decode("utf-8"))
        return
    sys.stdout.flush()
    stream.write(text)
    stream.flush()
