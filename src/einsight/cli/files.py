"""The files that a command is given: which they are, their bytes, and putting new ones in their place."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

STDIN = "<stdin>"
NO_MEMORY = "there is not enough memory for it"


def named(
    paths: Sequence[str], suffixes: Collection[str], on_error: Callable[[OSError], None] | None = None
) -> Iterator[tuple[str, bool]]:
    """Each file once, in the order given, and whether it was named itself; of folders those with the suffixes."""
    seen: set[str] = set()
    homes: dict[str, str] = {}
    for name, is_explicit in _listed(paths, suffixes, on_error):
        real = name if name == STDIN else _real(name, homes)
        if real not in seen:
            seen.add(real)
            yield name, is_explicit


def _listed(
    paths: Sequence[str], suffixes: Collection[str], on_error: Callable[[OSError], None] | None
) -> Iterator[tuple[str, bool]]:
    from ..documents.walking import files_below

    for path in paths:
        if path == "-":
            yield STDIN, True
        elif os.path.isdir(path):
            yield from ((str(p), False) for p in files_below(Path(path), suffixes, on_error))
        else:
            yield path, True


def _real(name: str, homes: dict[str, str]) -> str:
    """`os.path.realpath`, which looks at every part of a path, once a folder: 10 against 60 µs a file."""
    folder, last = os.path.split(name)
    if os.path.islink(name):
        return os.path.realpath(name)
    if folder not in homes:
        homes[folder] = os.path.realpath(folder)
    return os.path.join(homes[folder], last)


def take() -> bytes:
    """Standard input as it comes, since a text stream would lose the line ends.  OSError where it is too long."""
    from ..documents.reading import at_most

    stream = getattr(sys.stdin, "buffer", None)
    return at_most(stream) if stream is not None else sys.stdin.read().encode("utf-8")


def put(content: bytes) -> None:
    """The same for standard output."""
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(content.decode("utf-8"))
        return
    sys.stdout.flush()
    stream.write(content)
    stream.flush()


def replace(path: str, content: bytes) -> None:
    """In one step: a link stays a link, and permissions are kept.  Raises OSError, and then the old file is there as it was."""
    from ..documents.writing import put_in_place

    put_in_place(path, content)


def relative(name: str) -> str:
    """A path as it stands in the repository: from the current folder where it is below, with slashes."""
    whole, here = Path(os.path.abspath(name)), Path.cwd()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else whole.as_posix()
