"""The one place where a file that somebody names is opened: regular files alone, up to a size, text in UTF-8.

A name may lead to a pipe in which nobody speaks, to a device that never ends, or to something else by the time that it
is opened.  So it is opened without waiting, and what was opened is looked at, not what the name led to before.
"""

from __future__ import annotations

import codecs
import errno
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO, TypeAlias

Name: TypeAlias = str | os.PathLike[str]
# bytes of a document: a notebook has its pictures in it, a text is written by somebody
MOST_OF_A_NOTEBOOK = 60_000_000
MOST_OF_A_TEXT = 10_000_000
# of what is written by hand and read for every document: settings, rules, macros
MOST_OF_A_SMALL_FILE = 1_000_000
MOST_OF_A_LINE = 1_000_000
# nothing that is opened may wait for another program, become our terminal, or be changed on Windows
_FLAGS = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))
_KINDS = {
    stat.S_IFIFO: "a pipe", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFSOCK: "a socket",
}  # fmt: skip


class NoRegularFile(OSError):
    """A name of something else: a pipe, a device."""


class TooLarge(OSError):
    """A file of more bytes than are read of its kind."""


class NotUtf8(ValueError):
    """Text in another encoding, or no text, from a byte of a `line` on, which counts from 1."""

    def __init__(self, byte: int, line: int):
        super().__init__(f"this is not UTF-8 text: byte 0x{byte:02x} in line {line}")
        self.line = line


def most_of(name: Name) -> int:
    """How many bytes are read of a document of that name."""
    return MOST_OF_A_NOTEBOOK if os.fspath(name).endswith(".ipynb") else MOST_OF_A_TEXT


def content(name: Name, most: int = MOST_OF_A_TEXT) -> bytes:
    """The bytes of a regular file.  Raises OSError, whose `strerror` is for users: NoRegularFile, TooLarge, and the system's."""
    before = os.stat(name)
    _require_regular(before.st_mode, name)  # opening alone can set a device going
    with open(name, "rb", opener=_opened) as file:
        state = os.fstat(file.fileno())
        _require_regular(state.st_mode, name)
        if state.st_size > most:
            raise _too_large(most, name)
        return at_most(file, most, name)


def lines(name: Name) -> Iterator[bytes]:
    """The lines of a regular file of any size, one by one, as `lines_of` has them.  Raises OSError as `content` does."""
    _require_regular(os.stat(name).st_mode, name)
    with open(name, "rb", opener=_opened) as file:
        _require_regular(os.fstat(file.fileno()).st_mode, name)
        yield from lines_of(file)


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of an open file or stream, with their ends; of one that is too long its first MOST_OF_A_LINE bytes, and no end."""
    while line := file.readline(MOST_OF_A_LINE):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(MOST_OF_A_LINE)
        yield line


def at_most(file: BinaryIO, most: int = MOST_OF_A_TEXT, name: Name | None = None) -> bytes:
    """What is left of an open file or stream, which need not end.  Raises TooLarge."""
    read = file.read(most + 1)  # some files are longer than they say
    if len(read) > most:
        raise _too_large(most, name)
    return read


def text(name: Name, most: int = MOST_OF_A_TEXT) -> str:
    """The text of a file, without a byte order mark, its line ends as they are.  Raises as `content`, and NotUtf8."""
    return decoded(content(name, most))[1]


def decoded(content: bytes) -> tuple[bytes, str]:
    """The byte order mark, where there is one, and the text behind it.  Raises NotUtf8."""
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    try:
        return mark, content[len(mark) :].decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start + len(mark)) + 1
        raise NotUtf8(error.object[error.start], line) from None


def _opened(name: str, flags: int) -> int:
    return os.open(name, _FLAGS)


def _require_regular(mode: int, name: Name) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(name))
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise NoRegularFile(errno.EINVAL, f"this is no file but {kind}", os.fspath(name))


def _too_large(most: int, name: Name | None) -> TooLarge:
    told = f"this is larger than {most // 1_000_000} MB, and is not read"
    return TooLarge(errno.EFBIG, told, None if name is None else os.fspath(name))
