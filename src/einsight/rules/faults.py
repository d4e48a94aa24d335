"""What plugins did wrong: who, where, why, and what to do.  Each is told once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

# what is trusted: einsight's own rules, and SymPy's functions
OWN = frozenset({"einsight", "sympy"})
# the stages at which something has used up more time, rewrites or memory than it may
BUDGETS = frozenset({"looping", "slow", "memory"})


@dataclass(frozen=True)
class Fault:
    """Something of a plugin that was switched off: all of it, or one rule or function.

    `stage` is where it showed: import, registration, version, or the name of what went wrong at work.
    """

    plugin: str
    version: str
    subject: str  # the rule or function; empty for all of the plugin
    stage: str
    reason: str
    advice: str

    @property
    def code(self) -> str:
        """Of its page: what used up more than it may, or failed otherwise."""
        return "EIN502" if self.stage in BUDGETS else "EIN501"

    @property
    def message(self) -> str:
        """All of it in one line, the code first."""
        if self.stage == "reading" and self.subject:  # the reason begins with the place
            return " ".join(f"{self.code}: {self.reason.rstrip('.')}. {self.advice}".split())
        version = f" {self.version}" if self.version else ""
        plugin = f"plugin {self.plugin}{version}"
        what = f"`{self.subject}` of {plugin}" if self.subject else plugin
        told = f"{self.code}: {what} is switched off ({self.stage}): {self.reason.rstrip('.')}. {self.advice}"
        return " ".join(told.split())


@dataclass
class Faults:
    """All faults of a process; safe under threads."""

    all: list[Fault] = field(default_factory=list)
    _untold: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> None:
        with self._lock:
            if not any(f.plugin == fault.plugin and f.subject == fault.subject for f in self.all):
                self.all.append(fault)
                self._untold.append(fault)

    def untold(self) -> list[Fault]:
        """Those that nobody has been told of yet; from now on they are told."""
        if not self._untold:
            return []
        with self._lock:
            found, self._untold = self._untold, []
        return found

    def is_off(self, plugin: str, subject: str = "") -> bool:
        return any(f.plugin == plugin and f.subject in ("", subject) for f in self.all)
