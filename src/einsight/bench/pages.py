"""Pages of notes: how much of them is read, what is judged, and how long it takes.

With labels beside a page (`NAME.json`, see `tests/data/pages/README.md`) also whether the verdicts are true:

recall        claims that a careful reader can decide, judged as they are
false alarm   a verdict that accuses, on what is right or claims nothing
false right   `right` on what is not

`--held-back` tells no more than totals.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .table import Row

PAGES = Path(__file__).parents[3] / "tests" / "data" / "pages"
ALARMS = ("wrong", "shape", "transposed", "right_if")
WIDTH = 28
# of a reason, what does not belong to its kind: what it quotes
QUOTED = "`"


@dataclass(frozen=True)
class Settings:
    """Which pages, and what is told of them."""

    folder: str = str(PAGES)
    show: bool = False
    reasons: bool = False
    held_back: bool = False


@dataclass
class Judged:
    """A relation of a page with its label, and the verdict that it got; `why` it got none, or what is said of it."""

    page: str
    line: int
    text: str
    kind: str
    truth: str
    verdict: str
    why: str = ""
    accepted: tuple[str, ...] = ()

    @property
    def is_claim(self) -> bool:
        return bool(self.truth)

    @property
    def hit(self) -> bool:
        both = self.truth in ALARMS and self.verdict in ALARMS
        return self.is_claim and (self.verdict == self.truth or self.verdict in self.accepted or both)

    @property
    def false_alarm(self) -> bool:
        return self.verdict in ALARMS and self.truth in ("", "right") and self.verdict not in self.accepted

    @property
    def false_right(self) -> bool:
        return self.is_claim and self.verdict == "right" != self.truth and "right" not in self.accepted


@dataclass
class Page:
    """What became of a page."""

    name: str
    seconds: float
    claims: Counter[str]
    unread: list[tuple[int, str, str]]
    formulas: int
    items: list[Judged] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=str(PAGES), help="documents, with labels beside them or without")
    parser.add_argument("--show", action="store_true", help="each labelled relation that is not judged as it is")
    parser.add_argument("--reasons", action="store_true", help="why formulas are not read, and how often")
    parser.add_argument("--held-back", action="store_true", help="totals alone")


def settings(given: argparse.Namespace) -> Settings:
    return Settings(given.folder, given.show, given.reasons, given.held_back)


def run(wanted: Settings) -> list[Row]:
    pages = list(measured(Path(wanted.folder)))
    rows: list[Row] = []
    if not wanted.held_back:
        rows += [_row(p.name, [p]) for p in pages]
    rows.append(_row(f"all {len(pages)} pages", pages))
    if wanted.reasons:
        found = Counter(" ".join(why.split(QUOTED)[::2]) for p in pages for _, _, why in p.unread)
        rows += [Row("reason", None, "why not read", why[:110], "", n) for why, n in found.most_common(60)]
    if wanted.show and not wanted.held_back:
        rows += [_shown(i) for p in pages for i in p.items if i.false_alarm or (i.is_claim and not i.hit)]
    return rows


def measured(folder: Path) -> Iterator[Page]:
    """Each document of a folder, checked as `einsight check` does."""
    from ..documents.regions import SUFFIXES
    from ..documents.walking import files_below

    for path in sorted(files_below(folder)) if folder.is_dir() else [folder]:
        if path.suffix in SUFFIXES:
            yield _measured(path, SUFFIXES[path.suffix])


def _measured(path: Path, language: str) -> Page:
    from ..documents.inputs import on_disk
    from ..sheets.check import check_within

    text, label = path.read_text(encoding="utf-8"), path.with_suffix(".json")
    label = label if label.exists() else Path(f"{path}.json")
    labels = json.loads(label.read_text(encoding="utf-8")) if label.exists() else None
    if language == "notebook" and labels is not None:  # places of labels count in the joined cells
        cells = [c["source"] for c in json.loads(text)["cells"] if c["cell_type"] == "markdown"]
        text, language = "\n\n".join("".join(c) for c in cells), "markdown"
    begin = time.perf_counter()
    found = check_within(None, text, language, "auto", on_disk(path) if language == "latex" else None)
    seconds = time.perf_counter() - begin
    unread = [(span[0], text[slice(*span)], why) for span, why in found.unread_reasons]
    page = Page(path.name, seconds, Counter(c.verdict for c in found.claims), unread, found.formulas)
    if labels is not None:
        page.items = list(_labelled(path.name, text, labels["items"], found))
    return page


def _labelled(name: str, text: str, items: list[dict[str, Any]], found: Any) -> Iterator[Judged]:
    """Each labelled relation with the claim that was found within it, the smallest relations first."""
    starts = [0]
    for k, sign in enumerate(text):
        if sign == "\n":
            starts.append(k + 1)
    spans = []
    for item in items:
        near = starts[max(0, min(item.get("line", 1), len(starts)) - 1)] if "cell" not in item else 0
        at = text.find(item["latex"], max(0, near - 1))
        at = at if at >= 0 else text.find(item["latex"])
        spans.append((at, at + len(item["latex"]), item))
    taken: set[int] = set()
    for start, end, item in sorted(spans, key=lambda s: s[1] - s[0]):
        inside = [
            k
            for k, c in enumerate(found.claims)
            if k not in taken and start >= 0 and c.span[0] >= start - 1 and c.span[1] <= end + 2
        ]
        if len(inside) > 1:
            inside = [_in_place(item, inside, items, [found.claims[k].span[1] for k in inside])]
        taken |= set(inside)
        verdict = found.claims[inside[0]].verdict if inside else "unread"
        checkable = item["kind"] == "claim" and item.get("checkable") and item["truth"]
        also = item.get("also_acceptable") or ()
        yield Judged(
            name,
            item.get("line", 0),
            item["latex"],
            item["kind"],
            item["truth"] if checkable else "",
            verdict,
            _why(found, text, start, end),
            (also,) if isinstance(also, str) else tuple(also),
        )


def _in_place(item: dict[str, Any], inside: list[int], items: list[dict[str, Any]], ends: list[int]) -> int:
    """Of the claims in a chain the one of a link, where each link has one; else the last."""
    links = sorted(i.get("link", 1) for i in items if i["latex"] == item["latex"] and i.get("line") == item.get("line"))
    ordered = [k for _, k in sorted(zip(ends, inside, strict=True))]
    left = len(links) - len(ordered)  # links whose claims were taken before
    number = links.index(item.get("link", 1)) - left
    return ordered[number] if 0 <= number < len(ordered) and len(links) > 1 else ordered[-1]


def _why(found: Any, text: str, start: int, end: int) -> str:
    """What is said of a part of a page."""
    said = [f"{d.code} {d.message}" for d in found.diagnostics if d.span[0] < end and d.span[1] > start]
    said += [f"not read: {why}" for span, why in found.unread_reasons if span[0] < end and span[1] > start]
    return " | ".join(" ".join(s.split())[:160] for s in said)


def _row(title: str, pages: list[Page]) -> Row:
    items = [i for p in pages for i in p.items]
    claims = sum((p.claims for p in pages), Counter[str]())
    checkable = [i for i in items if i.is_claim]
    figures: dict[str, object] = {"claims": sum(claims.values()), "undecided": claims["undecided"]}
    figures |= {"accused": sum(claims[v] for v in ALARMS), "not read": sum(len(p.unread) for p in pages)}
    if items:
        hits = sum(i.hit for i in checkable)
        figures |= {"checkable": len(checkable), "true": hits, "recall": f"{hits / max(1, len(checkable)):.0%}"}
        figures |= {"alarms": sum(i.verdict in ALARMS for i in items)}
        figures |= {"false": sum(i.false_alarm for i in items), "false right": sum(i.false_right for i in items)}
    figures["s"] = f"{sum(p.seconds for p in pages):.2f}"
    told = "  ".join(f"{key} {value}" for key, value in figures.items())
    return Row("page", None, "pages", title[:WIDTH], "", len(pages), note=told)


def _shown(item: Judged) -> Row:
    flag = "FALSE ALARM " if item.false_alarm else "FALSE RIGHT " if item.false_right else ""
    what = f"{flag}{item.page}:{item.line} {item.truth or item.kind} → {item.verdict}: {' '.join(item.text.split())}"
    return Row("not as it is", None, "not judged as it is", what, "", note=item.why)


def text(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        if row.measure == "page":
            lines.append(f"{row.title:{WIDTH}}  {row.note}")
        else:
            lines.append(f"{row.count:4}  {row.title}" if row.count else f"{row.title}\n      {row.note}")
    return "\n".join(lines)
