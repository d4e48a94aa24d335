"""What einsight says of the notes, beside their truth.

`python tests/corpus/notes/judge.py` prints one line a page and a table of all; `python tests/corpus/notes/judge.py PAGE` prints
every `=` of that page with its verdict, or why it was not read.  BAD is a wrong claim called right, or a right one called wrong.
A shape that does not fit is one report, at the declaration where there is one; the claims with that name count as told.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from corpus.notes import spans  # noqa: E402
from einsight.documents.inputs import on_disk  # noqa: E402
from einsight.documents.regions import SUFFIXES  # noqa: E402
from einsight.sheets.check import check_within  # noqa: E402

EXPECTED = ("right", "transposed", "right_if", "wrong", "shape", "definition", "not-a-claim")
GIVEN = ("right", "transposed", "right_if", "wrong", "shape", "undecided", "unread")
_DERIVATIVE = re.compile(
    r"\\partial|\\nabla|\\frac\s*\{\s*(?:\\mathrm\s*\{?)?\s*d\b|\\[a-z]*pd[v]?\b|[∂∇]|\bd\s?[A-Za-z]\s?="
)
_ESCAPE = re.compile(r"\\(?:u....|.)")
FAILS = frozenset({"transposed", "right_if", "wrong", "shape"})


@dataclass(frozen=True)
class Line:
    """One `=` of a page: what holds of it, what was said of it, and the reason for that."""

    number: str
    expected: str
    given: str
    text: str
    reason: str

    @property
    def is_bad(self) -> bool:
        if self.given == "right":
            return self.expected in FAILS
        return self.given in FAILS and self.expected not in FAILS


def lines(page: Path) -> Iterator[Line]:
    """Every `=` of a page, in order."""
    text = page.read_bytes().decode("utf-8")
    report = check_within(None, text, SUFFIXES[page.suffix], "auto", on_disk(page))
    link_at = _links(page, text)

    def formulas_of(span: tuple[int, int]) -> set[int]:
        return {link_at(place)[0] for place in range(*span)}

    said = {link_at(c.span[0]): c for c in report.claims}
    told = {link_at(d.span[0]): d.message for d in reversed(report.diagnostics)}
    redeclared = {d.message.split("`")[1] for d in report.diagnostics if d.code == "EIN301"}
    why = {number: reason for span, reason in reversed(report.unread_reasons) for number in formulas_of(span)}
    for claim in json.loads(page.with_name(page.stem + ".truth.json").read_text(encoding="utf-8"))["claims"]:
        key = claim["formula"], claim["link"]
        found = said.get(key)
        given = "unread" if found is None else found.verdict
        if (
            given == "right"
            and claim["expected"] == "shape"
            and redeclared & set(re.findall(r"\w+", found.text.replace("ᵀ", " ")))
        ):
            given = "shape"
        reason = why.get(key[0], "") if found is None else "" if given == "right" else told.get(key, "")
        yield Line(
            f"{key[0]}.{key[1]}", claim["expected"], given, f"{claim['latex_left']} = {claim['latex_right']}", reason
        )


def _links(page: Path, text: str) -> Callable[[int], tuple[int, int]]:
    """From a place of the file to the number of the formula around it, and of the last `=` before it there; -1 where none is."""
    formulas = spans.formulas(page)
    signs = [[f.start + link.start for link in spans.links(f.text)] for f in formulas]
    in_cell = _cells(text) if page.suffix == ".ipynb" else lambda place: (None, place)

    def link_at(place: int) -> tuple[int, int]:
        cell, at = in_cell(place)
        for number, formula in enumerate(formulas):
            if formula.cell == cell and formula.start <= at <= formula.start + len(formula.text):
                return number, max(0, sum(sign < at for sign in signs[number]) - 1)
        return -1, -1

    return link_at


def _cells(text: str) -> Callable[[int], tuple[int, int]]:
    """From a place of a notebook's file to the cell, and the place in its source."""
    starts: list[tuple[int, int, int]] = []
    at = 0
    for number, cell in enumerate(json.loads(text)["cells"]):
        offset = 0
        for line in cell["source"]:
            written = next(w for w in (json.dumps(line), json.dumps(line, ensure_ascii=False)) if w in text)
            at = text.index(written, at)
            starts.append((at + 1, number, offset))
            offset += len(line)

    def in_cell(place: int) -> tuple[int, int]:
        start, cell, offset = max((s for s in starts if s[0] <= place), default=(0, -1, 0))
        return cell, offset + len(_ESCAPE.sub(".", text[start:place])) if cell >= 0 else place

    return in_cell


def _print_page(page: Path) -> None:
    for line in lines(page):
        mark = "BAD" if line.is_bad else ""
        print(f"{line.number:>6} {line.expected:12} {line.given:10} {mark:3} {line.text}")
        if line.reason:
            print(" " * 37 + " ".join(line.reason.split())[:200])


def derivatives_read(page: Path) -> tuple[int, int]:
    """How many formulas of a page with a derivative are read, and how many there are."""
    text = page.read_bytes().decode("utf-8")
    report = check_within(None, text, SUFFIXES[page.suffix], "auto", on_disk(page))
    link_at = _links(page, text)
    lacking = {link_at(place)[0] for span, _ in report.unread_reasons for place in span}
    holding = [n for n, f in enumerate(spans.formulas(page)) if _DERIVATIVE.search(f.text)]
    return sum(n not in lacking for n in holding), len(holding)


def _print_all() -> None:
    table: Counter[tuple[str, str]] = Counter()
    read = holding = 0
    for page in spans.pages():
        found = list(lines(page))
        table.update((line.expected, line.given) for line in found)
        claims = [line for line in found if line.expected not in ("definition", "not-a-claim")]
        told = sum(line.given not in ("unread", "undecided") for line in claims)
        bad = sum(line.is_bad for line in found)
        print(f"{page.name:20} {told:3} of {len(claims):3} claims decided" + (f", {bad} BAD" if bad else ""))
        counts = derivatives_read(page)
        read, holding = read + counts[0], holding + counts[1]
    print(f"{read} of {holding} formulas with a derivative are read ({read / holding:.0%})")
    print(" " * 12 + "".join(f"{given:>11}" for given in GIVEN))
    for expected in EXPECTED:
        print(f"{expected:12}" + "".join(f"{table[expected, given]:11}" for given in GIVEN))


if __name__ == "__main__":
    if sys.argv[1:]:
        for argument in sys.argv[1:]:
            _print_page(Path(argument))
    else:
        _print_all()
