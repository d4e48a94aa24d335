"""What checks found before, kept by content: one JSON file for each text, settings and program that met.

Whatever is not exactly such an entry counts as none, and a cache that cannot be read or written is no cache: nothing is
said and nothing fails.  `EINSIGHT_CACHE` names the folder, `EINSIGHT_CACHE=0` is none.  Entries are sealed (`sealing.py`), and
stand in a folder of their user's, which nobody else may write in: what others put there counts as none.

    FOLDER/check-USER/3/3f…e1.json     {"key": "3f…e1", "digest": of the record, sealed, "record": {...}}
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ..documents import reading
from ..lowering.report import NAMES, SEVERITIES
from .sealing import is_own, seal, secret

# bytes of all entries, each of them counted as a block at least
LIMIT = 100_000_000
BLOCK = 4096
SHARDS = "0123456789abcdef"
_HALF_WRITTEN = 3600  # seconds after which nobody finishes an entry any more
# of a disk; of a path that can be none; of brackets within brackets; of too little memory, for which Python also raises RuntimeError
_NO_CACHE = (OSError, ValueError, MemoryError, RuntimeError)
_LIBRARIES = ("lark", "mpmath", "numpy", "sympy")

_PLACE = {"line": int, "character": int}
_RANGE = {"start": _PLACE, "end": _PLACE}
_CLAIM = {
    "range": _RANGE, "text": str, "verdict": str, "assumption": (str, type(None)), "derived": (str, type(None)),
    "counterexample": (str, type(None)),
}  # fmt: skip
_FOUND = {
    "code": frozenset(NAMES), "name": str, "severity": frozenset(SEVERITIES), "range": _RANGE, "message": str,
    "fixes": [{"title": str, "range": _RANGE, "text": str}], "column": int,
    "related": [{"range": _RANGE, "column": int, "message": str}], "certain": bool, "fingerprint": str,
}  # fmt: skip
_UNREAD = {"range": _RANGE, "column": int, "reason": str}
RECORD = {
    "claims": [_CLAIM], "diagnostics": [_FOUND], "unread": int, "unread_reasons": [_UNREAD], "premises": [[str]], "formulas": int,
    "failing": [{"claim": int, "codes": [frozenset(NAMES)]}],
}  # fmt: skip


def folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path | None:
    """Where this user's entries are; None where there are none."""
    named = environment.get("EINSIGHT_CACHE", "")
    if named:
        return None if named == "0" else Path(named)
    try:
        if platform == "win32":
            local = environment.get("LOCALAPPDATA")
            return (Path(local) if local else Path.home() / "AppData" / "Local") / "einsight" / "Cache"
        if platform == "darwin":
            return Path.home() / "Library" / "Caches" / "einsight"
        xdg = environment.get("XDG_CACHE_HOME", "")
        # a relative one is to be ignored, says the specification
        return (Path(xdg) if os.path.isabs(xdg) else Path.home() / ".cache") / "einsight"
    except RuntimeError:  # nobody's home
        return None


class Cache:
    """`program` says what checks; two that differ have no entry in common."""

    def __init__(self, home: Path | None, program: str | None = None, limit: int = LIMIT):
        self.home, self.limit = home, limit
        if program is not None:
            self.program = program

    @cached_property
    def program(self) -> str:
        return _program() if self.home is not None else ""

    @cached_property
    def _secret(self) -> bytes | None:
        return secret() if self.home is not None else None

    @cached_property
    def _root(self) -> str | None:
        """The folder of this user's entries, made where there is none; None where there can be none, or others may write in it."""
        if self.home is None or self._secret is None:
            return None
        root = os.path.join(self.home, f"check-{seal(self._secret, b'folder')[:16]}")
        try:
            os.makedirs(self.home, mode=0o700, exist_ok=True)
            with suppress(FileExistsError):
                os.mkdir(root, 0o700)
            state = os.lstat(root)
        except (OSError, ValueError):  # of a path that can be none
            return None
        return root if stat.S_ISDIR(state.st_mode) and is_own(state) else None

    def key(
        self,
        text: str,
        language: str,
        layout: str,
        effort: tuple[float | None, int],
        disabled: Sequence[str] = (),
        beside: Sequence[tuple[str, str]] = (),
    ) -> str:
        """Of a text and all that its findings rest on; `effort` are seconds and steps, `beside` the other files that it reads."""
        told = json.dumps([self.program, language, layout, effort, sorted(disabled), text, beside])
        return hashlib.sha256(told.encode("ascii")).hexdigest()

    def _path(self, key: str) -> str | None:
        return None if self._root is None else os.path.join(self._root, key[0], f"{key}.json")

    def get(self, key: str) -> dict[str, Any] | None:
        try:  # `suppress` would have to be made first
            path = self._path(key)
            return None if path is None else self._read(path, key)
        except _NO_CACHE:
            return None

    def put(self, key: str, record: dict[str, Any]) -> None:
        try:
            path = self._path(key)
            if path is not None:
                _write(path, self._entry(key, json.dumps(record).encode("ascii")))
        except _NO_CACHE:
            return

    def _read(self, path: str, key: str) -> dict[str, Any] | None:
        entry = reading.content(path)
        body = entry[len(self._opening(key, b"")) : -1]
        if not hmac.compare_digest(entry, self._entry(key, body)):
            return None
        record = json.loads(body)
        if not _fits(record, RECORD):
            return None
        with suppress(OSError):
            os.utime(path)  # what is in use is not old
        return record

    def _entry(self, key: str, body: bytes) -> bytes:
        return self._opening(key, body) + body + b"}"

    def _opening(self, key: str, body: bytes) -> bytes:
        """What stands before the record, of the same length for every one."""
        assert self._secret is not None
        return f'{{"key": "{key}", "digest": "{seal(self._secret, key.encode(), body)}", "record": '.encode("ascii")

    def has(self, key: str) -> bool:
        """Is there an entry, good or bad?"""
        try:
            path = self._path(key)
            return path is not None and os.path.isfile(path)
        except _NO_CACHE:
            return False

    def prune(self, shards: set[str]) -> None:
        """Remove the entries that were used longest ago, until those parts of the cache are within their limit."""
        try:
            if self._root is None:
                return
            for shard in shards:
                with suppress(OSError, ValueError):  # of one part, which costs the others nothing
                    self._prune(os.path.join(self._root, shard))
        except _NO_CACHE:
            return

    def _prune(self, shard: str) -> None:
        found = sorted(_entries(shard))
        room = self.limit // len(SHARDS) - sum(size for _, size, _ in found)
        stale = time.time() - _HALF_WRITTEN
        for used, size, path in found:
            half = not path.endswith(".json") and used < stale
            if room < 0 or half:
                with suppress(OSError):
                    os.unlink(path)
                    room += size


def _write(path: str, entry: bytes) -> None:
    beside = f"{path}.{os.getpid()}"
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    try:
        with open(beside, "wb") as file:
            file.write(entry)
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


def _entries(shard: str) -> Iterator[tuple[float, int, str]]:
    with os.scandir(shard) as entries:
        for entry in entries:
            with suppress(OSError):
                state = entry.stat(follow_symlinks=False)
                yield state.st_mtime, max(state.st_size, BLOCK), entry.path


def _fits(value: Any, shape: Any) -> bool:
    """Is it data of that shape: an object, a list, one of some words, a type?  Numbers count from 0."""
    if isinstance(shape, dict):
        if not isinstance(value, dict) or value.keys() != shape.keys():
            return False
        # loops: half of the time of reading an entry is spent here, and `all` of a generator takes twice as much
        for key, inner in shape.items():  # noqa: SIM110
            if not _fits(value[key], inner):
                return False
        return True
    if isinstance(shape, list):
        if not isinstance(value, list):
            return False
        for part in value:  # noqa: SIM110
            if not _fits(part, shape[0]):
                return False
        return True
    if isinstance(shape, frozenset):
        return isinstance(value, str) and value in shape
    if shape is int:
        return type(value) is int and value >= 0
    return isinstance(value, shape)


# the program


def _program() -> str:
    """What checks: Python, einsight as its sources are, the libraries and the plugins."""
    from importlib.metadata import PackageNotFoundError, entry_points, version

    from .. import __version__
    from ..plugins.loading import ENTRY_POINTS

    told = [__version__, *map(str, sys.version_info[:3])]
    for library in _LIBRARIES:
        with suppress(PackageNotFoundError):
            told.append(f"{library} {version(library)}")
    told += _own_sources()
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: (p.name, p.value)):
        made = f"{point.dist.name} {point.dist.version}" if point.dist is not None else ""
        # the sources too: somebody who writes a plugin does not count up its version each time
        told.append(f"{point.name} = {point.value} {made} {_sources(point.module.partition('.')[0])}")
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


@cache
def _own_sources() -> tuple[str, str]:
    """Those of einsight, read once: a process goes on as it began."""
    return _sources("einsight"), _sources("einsight.grammar")


def _sources(module: str) -> str:
    """A digest of the code of a module or package, which is not imported; "" where there is none to be read."""
    from importlib.util import find_spec

    try:
        spec = find_spec(module)
        if spec is None:
            return ""
        homes = [*(spec.submodule_search_locations or ())]
        walked = (os.path.join(at, name) for home in homes for at, _, names in os.walk(home) for name in names)
        files = sorted(path for path in walked if path.endswith((".py", ".lark", ".txt")))
        if not homes and spec.origin is not None:
            files = [spec.origin]
        seen = hashlib.sha256()
        for file in files:
            seen.update(f"{os.path.basename(file)}\0".encode())
            seen.update(reading.content(file))
        return seen.hexdigest()
    except (OSError, ValueError, ImportError):
        return ""
