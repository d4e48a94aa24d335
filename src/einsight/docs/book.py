"""All pages of a folder, and the one page that an editor shows."""

from __future__ import annotations

import re
from pathlib import Path

from ..documents import reading
from ..documents.writing import put_in_place
from ..lowering.report import fail
from ..rules.catalogue import Catalogue, catalogue
from .catalogue import ALL_CODES, catalogue_page
from .codes import all_codes, code_page
from .explain import PAGES
from .functions import array_page, function_page
from .markdown import MARK, Links
from .origin import OWN
from .rules import rule_page
from .topics import topic_page, topics

INDEX = "README.md"
CODES = "codes.md"


def book(only: str | None = None) -> dict[str, str]:
    """Every page by its path: of everything, or of one plugin alone.  Raises EinsightError where there is no such plugin."""
    known = catalogue()
    if only not in (None, OWN, *known.versions):
        raise fail("EIN001", f"there is no plugin `{only}`: `einsight plugin list` lists them")
    places = _places(known, only)

    def below(name: str) -> str:  # from a page in a folder of its own
        return f"../{places[name]}" if name in places else ""

    pages = {INDEX: catalogue_page(known, only, lambda name: places.get(name, ""))}
    for name, path in places.items():
        if path not in (INDEX, CODES):
            pages[path] = _page(name, known, below)
    if CODES in places.values():
        pages[CODES] = all_codes()
        pages |= {f"{topic}.md": text for topic, text in topics().items()}
    return pages


def one_page(what: str) -> str:
    """The page of a topic, a code, a rule or a function, without links.  Raises EinsightError for anything else."""
    known = catalogue()
    if what.upper() in PAGES:
        return code_page(what.upper())
    if what.lower() in topics():
        return topic_page(what.lower())
    if what in known.rules or what in known.functions or what in known.arrays:
        return _page(what, known, lambda name: "").removeprefix(MARK).lstrip()
    raise fail(
        "EIN001", f"`{what}` is neither a topic, a code, a rule nor a function: `einsight rules` lists the rules"
    )


def write(folder: Path, only: str | None = None) -> int:
    """Write the pages into a folder, and take away those of an earlier run that are none any more; how many there are.

    The old ones go last: where something cannot be written, nothing is lost.  Raises OSError.
    """
    pages = book(only)
    for place, text in pages.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(path, text.encode("utf-8"))
    for path in [p for place in ("", "rules", "functions") for p in (folder / place).glob("*.md")]:
        if path.relative_to(folder).as_posix() not in pages and _is_ours(path):
            path.unlink()
    return len(pages)


def _is_ours(path: Path) -> bool:
    """Was it written by this?  What cannot be read was not."""
    try:
        return reading.text(path).startswith(MARK)
    except (OSError, ValueError):
        return False


def _page(name: str, known: Catalogue, links: Links) -> str:
    if name in known.rules:
        rule = known.rules[name]
        return rule_page(rule, links, [f for f in (*known.functions, *known.arrays) if _speaks(rule.statement, f)])
    speaking = [r.id for r in known.rules.values() if _speaks(r.statement, name)]
    if name in known.functions:
        return function_page(known.functions[name], links, speaking)
    return array_page(known.arrays[name], links, speaking)


def _speaks(statement: str, function: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(function)}\(", statement) is not None


def _places(known: Catalogue, only: str | None) -> dict[str, str]:
    """The path of the page of each rule and function, of the index under an empty name, and of the diagnostics."""
    places = {"": INDEX}
    taken: set[str] = set()
    named = [
        *(("rules", r.id, r.source) for r in known.rules.values()),
        *(("functions", f.name, f.source) for f in known.functions.values()),
        *(("functions", f.name, f.source) for f in known.arrays.values()),
    ]
    for folder, name, source in named:
        if only in (None, source):
            safe = re.sub(r"[^\w.-]", "-", name).strip(".")
            places[name] = _free(f"{folder}/{safe}", taken)
    if only is None:
        places[ALL_CODES] = CODES
    return places


def _free(stem: str, taken: set[str]) -> str:
    """A path that no other page has, not even where upper and lower case are one."""
    path, count = stem, 1
    while path.lower() in taken:
        count += 1
        path = f"{stem}-{count}"
    taken.add(path.lower())
    return f"{path}.md"
