"""Claims of the tests, whose truth stands beside them, as they are judged when the page is built; and what is known to fail.

claims.ein   a claim a line, `#: right right` behind it; judged here, one by one
known.txt    `family: claim ||| verdict given ||| why`: claims of the corpus that get another verdict than the true one
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path

from ..documents.positions import LineIndex
from ..lowering.report import fail
from ..sheets.check import check


def verdict_pages(tests: Path) -> dict[str, str]:
    """Pages by their paths.  Raises EinsightError where a claim gets another verdict than stands behind it."""
    text = (tests / "data" / "claims.ein").read_text(encoding="utf-8")
    report = check(text)
    lines, marked = LineIndex(text), text.splitlines()
    rows: list[tuple[str, str, str]] = []
    counted: Counter[str] = Counter()
    told: dict[int, list[str]] = {}
    for claim in report.claims:
        told.setdefault(lines.position(claim.span[0])[0], []).append(claim.verdict)
        counted[claim.verdict] += 1
    for number, verdicts in told.items():
        statement, _, said = marked[number].partition("#:")
        if said and said.split() != verdicts:
            raise fail("EIN001", f"claims.ein:{number + 1} is {' '.join(verdicts)}, not {said.strip()}")
        rows.append((statement.strip(), ", ".join(verdicts), ""))
    known = _known(tests / "corpus" / "known.txt")
    return {"verdicts-judged.md": _judged(rows, counted), "known-to-fail.md": _failing(known)}


def _judged(rows: list[tuple[str, str, str]], counted: Counter[str]) -> str:
    parts = [
        "# Claims, and what is said of them",
        "The claims that einsight's own tests are held to, as they were judged when this page was built. What each verdict means, and how it"
        " is found, is told in [verdicts](reference/verdicts.md); which claims are known to get another verdict than the true one, in"
        " [known to fail](known-to-fail.md).",
        "\n".join(["| verdict | claims |", "|---|---|", *(f"| {v} | {n} |" for v, n in counted.most_common())]),
        "Declared: those of the first line. A chain has a verdict for each `=`.",
        "\n".join(
            ["| claim | verdict |", "|---|---|", *(f"| {_code(claim)} | {verdict} |" for claim, verdict, _ in rows)]
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _known(path: Path) -> list[tuple[str, str, str, str]]:
    """Family, claim, verdict given, why."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            claim, given, why = (part.strip() for part in line.split("|||"))
            family, _, formula = claim.partition(": ")
            found.append((family, formula, given, why))
    return found


def _failing(known: list[tuple[str, str, str, str]]) -> str:
    parts = [
        "# Known to fail",
        f"{len(known)} claims of the tests' corpus, whose truth is settled by numbers, get another verdict than the one they deserve. The"
        " tests insist that each claim on this list is still judged so, and that no other is.",
    ]
    for why, of in groupby(sorted(known, key=lambda k: k[3]), key=lambda k: k[3]):
        rows = [f"| {family} | {_code(claim)} | {given} |" for family, claim, given, _ in of]
        parts += [
            f"## {why[:1].upper()}{why[1:]}",
            "\n".join(["| family | claim | verdict given |", "|---|---|---|", *rows]),
        ]
    return "\n\n".join(parts) + "\n"


def _code(text: str) -> str:
    shown = (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace("|", "&#124;")
        .replace("*", "&#42;")
        .replace("_", "&#95;")
    )
    return f"<code>{shown}</code>"
