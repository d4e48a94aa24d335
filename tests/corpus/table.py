"""Runs einsight on the corpus and tabulates the verdicts it gives against the written ones.

`python -m tests.corpus.table` prints the table and every claim with another verdict than the written one.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import einsight

from .judge import Block, Claim, read, suffices, written

KNOWN = Path(__file__).parent / "known.txt"
# a claim that is not understood has the verdict `shape` in einsight; here it is told apart
NOT_READ = ("EIN001", "EIN002", "EIN101", "EIN102", "EIN202", "EIN203", "EIN502")


@dataclass(frozen=True)
class Outcome:
    """What einsight said about one claim."""

    block: Block
    claim: Claim
    given: str
    codes: tuple[str, ...]
    message: str
    derived: str | None

    @property
    def key(self) -> str:
        return f"{self.block.family}: {self.claim.text}"

    @property
    def expected(self) -> bool:
        kind, alternatives = written(self.claim)
        head, _, assumption = self.given.partition(":")
        if head != kind or kind != "right_if":
            return head == kind
        return assumption in alternatives or suffices(assumption, self.claim, self.block)


def text_of(block: Block) -> str:
    """The block as a document; claims stand in its last lines."""
    directive = [] if block.layout == "numerator" else [f"#! layout {block.layout}"]
    return "\n".join([*directive, *block.declare, *block.define, *(c.text for c in block.claims)]) + "\n"


def outcomes(block: Block) -> list[Outcome]:
    """What einsight says about the claims of a block, checked as one document."""
    text = text_of(block)
    lines = text.splitlines()
    before = len(lines) - len(block.claims)
    findings = einsight.check(text)
    verdicts: dict[int, list[einsight.Claim]] = {}
    reports: dict[int, list[einsight.Diagnostic]] = {}
    for found in findings.claims:
        verdicts.setdefault(text.count("\n", 0, found.span[0]), []).append(found)
    for report in findings.diagnostics:
        reports.setdefault(text.count("\n", 0, report.span[0]), []).append(report)
    if early := [r for n, rs in reports.items() for r in rs if n < before and r.severity == "error"]:
        raise AssertionError(f"the declarations of line {block.line} are not understood: {early[0].message}")
    out = []
    for number, claim in enumerate(block.claims, before):
        found = verdicts.get(number, [])
        serious = [r for r in reports.get(number, []) if r.severity != "hint"]
        codes = tuple(dict.fromkeys(r.code for r in serious))
        if len(found) != 1 or any(c in NOT_READ for c in codes):
            given = "not read"
        else:
            given = found[0].verdict + (f":{found[0].assumption}" if found[0].assumption else "")
        derived = found[0].derived if found else None
        out.append(Outcome(block, claim, given, codes, "; ".join(r.message for r in serious), derived))
    return out


def known(path: Path = KNOWN) -> dict[str, tuple[str, str]]:
    """Claims with another verdict than the written one, for now: the verdict given, and why."""
    out: dict[str, tuple[str, str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        if line.strip() and not line.startswith("#"):
            key, given, why = (part.strip() for part in line.split("|||"))
            out[key] = given, why
    return out


def table(found: list[Outcome]) -> str:
    """Verdicts written (rows) and given (columns)."""
    counts = Counter((written(o.claim)[0], o.given.partition(":")[0]) for o in found)
    kinds = ["right", "transposed", "right_if", "wrong", "shape"]
    given = [*kinds, "undecided", "not read"]
    rows = [["written \\ given", *given, "all"]]
    for kind in kinds:
        numbers = [counts[kind, g] for g in given]
        rows.append([kind, *(str(n or "·") for n in numbers), str(sum(numbers))])
    totals = [sum(counts[k, g] for k in kinds) for g in given]
    rows.append(["all", *(str(n or "·") for n in totals), str(sum(totals))])
    widths = [max(len(r[k]) for r in rows) for k in range(len(rows[0]))]
    lines = []
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *cells]))
    return "\n".join(lines)


def main() -> int:
    found = [o for block in read() for o in outcomes(block)]
    print(table(found))
    for o in found:
        if not o.expected:
            print(f"\n{o.key}\n    line {o.claim.line}: written {o.claim.verdict}, given {o.given}: {o.message}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
