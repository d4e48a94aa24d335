"""What all files of a `check` together came to: the exit status, and a line for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .record import Record


@dataclass
class Counts:
    """What all files together came to.

    errors    how many files have a finding of severity error that is reported
    failing   how many claims do not stand, but for those of which nothing is reported
    failed    the files that could not be checked, with the reason
    """

    files: int = 0
    errors: int = 0
    failing: int = 0
    unread: int = 0
    formulas: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    fixed: int = 0
    fixed_files: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)

    def add(self, record: Record, fixed: int) -> None:
        self.files += 1
        self.errors += any(d["severity"] == "error" for d in record["diagnostics"])
        self.failing += len(record["failing"])
        self.unread += record["unread"]
        self.formulas += record["formulas"]
        self.verdicts.update(c["verdict"] for c in record["claims"])
        self.fixed += fixed
        self.fixed_files += bool(fixed)

    @property
    def ignored(self) -> int:
        """How many claims do not stand, and nothing is to be said of it."""
        return sum(self.verdicts.values()) - self.verdicts["right"] - self.verdicts["undecided"] - self.failing

    def status(self, is_exit_zero: bool) -> int:
        """The exit status: 2 where a file could not be checked, 1 where a claim does not stand or there is an error."""
        return 2 if self.failed else 1 if (self.errors or self.failing) and not is_exit_zero else 0

    def sentence(self) -> str:
        """The last line says what was checked; one before it says what of that does not stand, where there is any."""
        files = [_number(self.files, "file")] if self.files != 1 else []
        claims, right, undecided = (sum(self.verdicts.values()), *(self.verdicts[v] for v in ("right", "undecided")))
        fail = self.failing
        stand = (
            [f"{_number(right, 'claim')} stand{'s' * (right == 1)}, {fail} do{'es' * (fail == 1)} not"] if fail else []
        )
        stand += [f"{undecided} undecided"] if undecided else []
        stand += [f"{self.ignored} ignored"] if self.ignored else []
        fixed = [f"fixed {self.fixed} in {_number(self.fixed_files, 'file')}"] if self.fixed else []
        more = "; ".join([*files, *stand, *fixed])
        told = f"checked {_number(claims, 'claim')} in {_number(self.formulas, 'formula')}"
        told += f", {_number(self.unread, 'formula')} not read" if self.unread else ""
        return f"{more}\n{told}" if more else told


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
