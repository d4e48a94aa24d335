"""Which files below a folder are ours: those whose names end as we read them, where people keep notes."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from .regions import SUFFIXES

# folders in which nobody keeps notes; hidden ones and virtual environments are left out by what they are
PASSED_OVER = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})


def files_below(
    folder: Path, suffixes: Collection[str] = SUFFIXES, on_error: Callable[[OSError], None] | None = None
) -> Iterator[Path]:
    """The files in order of their paths.

    Links to folders are not followed, so that none leads in circles; a link to a file is a file.  A folder that cannot be
    listed, and a file of which it cannot be found out what it is, are told to `on_error` and cost nothing else.
    """
    waiting = [(os.fspath(folder), True)]
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            yield Path(path)
            continue
        try:
            with os.scandir(path) as listed:
                entries = sorted(listed, key=lambda e: e.name, reverse=True)
        except OSError as problem:
            if on_error is not None:
                on_error(problem)
            continue
        for entry in entries:
            if _is_folder(entry):
                if not _is_passed_over(entry):
                    waiting.append((entry.path, True))
            elif os.path.splitext(entry.name)[1] in suffixes and _is_file(entry.path, on_error):
                waiting.append((entry.path, False))


def _is_file(path: str, on_error: Callable[[OSError], None] | None) -> bool:
    """Of a link, where it leads to: one that leads nowhere, or to itself, is none.  What cannot be found out is told."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError as problem:
        if problem.errno not in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR) and on_error is not None:
            on_error(problem)
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """A folder itself, no link to one; on Windows no junction either, which Python knows from 3.12 on."""
    is_junction: Any = getattr(entry, "is_junction", None)
    return entry.is_dir(follow_symlinks=False) and not (is_junction is not None and is_junction())


def _is_passed_over(entry: os.DirEntry[str]) -> bool:
    hidden = entry.name.startswith(".") or entry.name in PASSED_OVER
    return hidden or os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))
