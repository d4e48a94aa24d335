"""Putting a file in its place in one step: who looks finds the old one or the new one, and each whole.

The new text is written beside the old one and then takes its name.  What fails on the way leaves the old one as it is, and nothing
beside it.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from random import randrange


def put_in_place(path: str | Path, content: bytes) -> None:
    """A link stays a link, and permissions are kept; a new file has those that others get here.

    On the disk before it takes the name, so that a machine that goes down does not leave an empty file.  Raises OSError.
    """
    real = os.path.realpath(path)
    beside = f"{os.path.join(os.path.dirname(real), f'.{os.path.basename(real)[:200]}')}.{os.getpid()}-{randrange(1 << 32):x}"
    try:
        is_new = _is_new(real)
        # nobody reads before the permissions are those of the old one
        handle = os.open(
            beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666 if is_new else 0o600
        )
        try:
            _write(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        if not is_new:
            shutil.copymode(real, beside)
        os.replace(beside, real)
    except BaseException:  # Ctrl-C too leaves nothing behind
        with suppress(OSError):
            os.unlink(beside)
        raise


class Growing:
    """A file that grows by lines, each on its way to the disk before the next one is made; for `with`.

    keep  how many bytes of what is there stay; None where nothing may be there yet.  Raises OSError, also FileExistsError.
    """

    def __init__(self, path: str | Path, keep: int | None = None):
        new = os.O_EXCL if keep is None else 0
        self._handle = os.open(path, os.O_CREAT | os.O_WRONLY | new | getattr(os, "O_BINARY", 0), 0o666)
        try:
            os.ftruncate(self._handle, keep or 0)
            os.lseek(self._handle, 0, os.SEEK_END)
        except BaseException:
            os.close(self._handle)
            raise

    def __enter__(self) -> Growing:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def add(self, line: bytes) -> None:
        _write(self._handle, line)


def _is_new(path: str) -> bool:
    """`exists` takes a file for new that it cannot ask about."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return True
    return False


def _write(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]
