"""The secret that cache entries are sealed with, so that nobody but this user can write one that counts.

Who can write a user's own cache folder can as well replace the program; but `EINSIGHT_CACHE` may name a folder that others write
in too, or that comes out of an archive.  So the secret is kept elsewhere: 32 random bytes in a file that only this user can
read, made when it is first needed.  `EINSIGHT_CACHE_KEY` is the secret instead, for machines that hand a cache to each other.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ..documents import reading

LENGTH = 32


def secret(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bytes | None:
    """The secret of this user; None where there is none and none can be kept."""
    given = environment.get("EINSIGHT_CACHE_KEY", "")
    if given:
        return hashlib.sha256(given.encode("utf-8", "surrogateescape")).digest()
    try:
        path = place(environment, platform)
        return _read(path) or _made(path)
    except (OSError, ValueError, RuntimeError):  # nobody's home
        return None


def place(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The file of the secret.  Raises RuntimeError where nobody is at home."""
    if platform == "win32":
        local = environment.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "einsight" / "cache.key"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "einsight" / "cache.key"
    xdg = environment.get("XDG_STATE_HOME", "")
    return (Path(xdg) if os.path.isabs(xdg) else Path.home() / ".local" / "state") / "einsight" / "cache.key"


def seal(key: bytes, *told: bytes) -> str:
    """What nobody writes under these texts who does not know the secret."""
    whole = hmac.new(key, digestmod=hashlib.sha256)
    for text in told:
        whole.update(len(text).to_bytes(8, "big") + text)
    return whole.hexdigest()


def is_own(state: os.stat_result, forbidden: int = 0o022) -> bool:
    """Is it this user's, and do others lack the forbidden rights?  Where a system has no such rights, it is."""
    return not hasattr(os, "geteuid") or (state.st_uid == os.geteuid() and not state.st_mode & forbidden)


def _read(path: Path) -> bytes | None:
    """The secret that was made before; None where there is none that only this user can have read or written."""
    with suppress(FileNotFoundError):
        state = os.lstat(path)
        if stat.S_ISREG(state.st_mode) and is_own(state, 0o077) and state.st_size == LENGTH:
            return reading.content(path, LENGTH)
    return None


def _made(path: Path) -> bytes | None:
    os.makedirs(path.parent, mode=0o700, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with open(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
        ) as file:
            file.write(secrets.token_bytes(LENGTH))
        with suppress(FileExistsError):
            os.link(beside, path)  # of two that are made at once, the first stands
        if _read(path) is None:  # what stands there is of no use
            os.replace(beside, path)
    finally:
        with suppress(OSError):
            os.unlink(beside)
    return _read(path)
