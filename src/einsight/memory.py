"""A limit of memory for a process of ours: the last resort behind the plans of what an answer costs.

Beyond it Python raises MemoryError, which costs the claim or the answer that asked for too much (EIN504).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

VARIABLE = "EINSIGHT_MEMORY"
# megabytes beyond what the process uses at its start, so that all of it stays under a gigabyte
MEGABYTES = 700
_MB = 1 << 20


def limit_memory() -> int | None:
    """Limit what this process may use from now on; gives the limit in bytes, None where there is none.

    EINSIGHT_MEMORY says how many megabytes more than now, 0 for no limit.  Data is limited where the system tells how
    much of it there is (Linux), else the address space, where it can be (not on Windows; macOS takes it and does nothing).
    """
    megabytes = _asked_for()
    if not megabytes:
        return None
    try:
        import resource
    except ImportError:
        return None
    used = _data_in_use()
    kind = resource.RLIMIT_AS if used is None else resource.RLIMIT_DATA
    if used is None:  # nobody tells what is used: libraries and stacks take addresses that nobody fills
        used = 2 * megabytes * _MB
    limit = used + megabytes * _MB
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY and hard < limit:
        return hard  # whoever started us was stricter
    with suppress(OSError, ValueError):
        resource.setrlimit(kind, (limit, hard))
        return limit
    return None


def _asked_for() -> int:
    text = os.environ.get(VARIABLE, "").strip()
    return int(text) if text.isdecimal() and len(text) < 10 else MEGABYTES


def _data_in_use() -> int | None:
    """Bytes of private memory, as the kernel counts them against RLIMIT_DATA."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return None
