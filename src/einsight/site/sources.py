"""All pages of the site as Markdown, and what the generator is told of them."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .. import __version__
from ..docs.book import book
from ..docs.topics import topics
from .carried_out import FENCE, Run, as_it_says, can_be_carried_out
from .gallery import gallery
from .mathml import mathml
from .notebook import notebook_page
from .verdicts import verdict_pages

PAGES = Path(__file__).parent / "pages"
PACKAGE = Path(__file__).parent.parent
_DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.M | re.S)
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#\s]*)(#[^)\s]*)?\)")
_PLAYGROUND = """# Try it

[Open the playground](playground/index.html){ .md-button .md-button--primary }

A formula, or a whole document, in your browser: einsight itself runs in the page. It takes JavaScript and about 30 MB the first time, and
works without a network from then on. Nothing that you type is sent anywhere; a link holds it behind its `#`.
"""


def sources(tests: Path | None, has_playground: bool) -> dict[str, str]:
    """The Markdown of each page by its path; `tests` is the folder of the project's tests, where there is one."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(PAGES.glob("*.md"))}
    if has_playground:
        pages["playground.md"] = _PLAYGROUND
    pages |= gallery("../playground/index.html" if has_playground else None)
    pages |= {f"reference/{_named(path)}": text for path, text in book().items()}
    pages["notebook.md"] = notebook_page()
    if tests is not None:
        pages |= verdict_pages(tests)
    bench = PACKAGE / "bench" / "README.md"
    if bench.exists():
        pages["speed.md"] = bench.read_text(encoding="utf-8")
    return {path: _written(path, text, pages) for path, text in pages.items()}


def not_so(run: Run) -> Iterator[str]:
    """What the pages that are written by hand say and is not so, in words."""
    topical = {f"reference/{name}.md": text for name, text in topics().items()}
    own = {path.name: path.read_text(encoding="utf-8") for path in sorted(PAGES.glob("*.md"))}
    for name, text in {**own, **topical}.items():
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache, _cached_in(cache):
            yield from as_it_says(name, text, Path(folder).resolve(), run)


@contextmanager
def _cached_in(folder: str) -> Iterator[None]:
    """What earlier runs have kept must not show in what commands print."""
    before = os.environ.get("EINSIGHT_CACHE")
    os.environ["EINSIGHT_CACHE"] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ["EINSIGHT_CACHE"]
        else:
            os.environ["EINSIGHT_CACHE"] = before


def left_out() -> list[str]:
    """Sessions that could not be carried out for want of a library, in words."""
    return [
        f"{path.name}: a session that needs {fence['needs']}"
        for path in sorted(PAGES.glob("*.md"))
        for fence in FENCE.finditer(path.read_text(encoding="utf-8"))
        if not can_be_carried_out(fence)
    ]


def _named(path: str) -> str:
    return "index.md" if path == "README.md" else path


def _written(path: str, text: str, pages: dict[str, str]) -> str:
    """A page as the generator takes it: formulas in MathML, files named above their fences, links to what is on the site."""

    def fence(found: re.Match[str]) -> str:
        title = f' title="{found["file"]}"' if found["file"] else ""
        return f"{found['ticks']}{found['language']}{title}\n{found['body']}{found['ticks']}"

    def display(found: re.Match[str]) -> str:
        return f"\n{mathml(found[1], found[1], is_display=True)}\n"

    def link(found: re.Match[str]) -> str:
        words, target, anchor = found[1], found[2], found[3] or ""
        if not target or "://" in target or target.endswith((".html", ".png")):
            return found[0]
        here = Path("/") / path
        there = _resolved(here.parent, target)
        if there.name == "README.md":
            there = there.with_name("index.md")
        if str(there.relative_to("/")) in pages:
            return f"[{words}]({Path(target).with_name(there.name).as_posix()}{anchor})"
        return words  # it leads to what is not on the site: a figure, the code

    parts, last = [], 0
    for found in FENCE.finditer(text):
        parts += [_LINK.sub(link, _DISPLAY.sub(display, text[last : found.start()])), fence(found)]
        last = found.end()
    parts.append(_LINK.sub(link, _DISPLAY.sub(display, text[last:])))
    return "".join(parts)


def _resolved(folder: Path, target: str) -> Path:
    parts: list[str] = []
    for part in (folder / target).parts[1:]:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return Path("/", *parts)


def settings(pages: dict[str, str], docs: Path, out: Path) -> str:
    """The generator's settings; JSON is YAML."""
    made: dict[str, Any] = {
        "site_name": f"einsight {__version__}",
        "site_description": "Derive Jacobians and gradients in index or matrix notation, and have every = of a derivation checked",
        "site_url": "",
        "use_directory_urls": False,
        "docs_dir": str(docs),
        "site_dir": str(out),
        "theme": {
            "name": "material",
            "font": False,  # nothing of other hosts
            "features": ["navigation.sections", "navigation.top", "content.code.copy", "toc.follow"],
            "palette": [
                {"media": "(prefers-color-scheme: light)", "scheme": "default", "primary": "indigo", "toggle": {"icon": "material/weather-night", "name": "Dark"}},
                {"media": "(prefers-color-scheme: dark)", "scheme": "slate", "primary": "indigo", "toggle": {"icon": "material/weather-sunny", "name": "Light"}},
            ],
        },
        "markdown_extensions": [
            "attr_list", "md_in_html", "tables", {"toc": {"permalink": True}}, {"pymdownx.highlight": {"use_pygments": True}},
            "pymdownx.superfences", {"pymdownx.tabbed": {"alternate_style": True}},
        ],
        "plugins": ["search"],
        "extra_css": ["site.css"],
        "validation": {"links": {"not_found": "warn", "anchors": "warn", "unrecognized_links": "info"}, "nav": {"omitted_files": "ignore"}},
        "nav": _navigation(pages),
    }  # fmt: skip
    return json.dumps(made, ensure_ascii=False, indent=2)


def _navigation(pages: dict[str, str]) -> list[Any]:
    def given(*named: tuple[str, str]) -> list[dict[str, str]]:
        return [{title: path} for title, path in named if path in pages]

    reference = [(name.capitalize(), f"reference/{name}.md") for name in topics()]
    return [
        *given(("einsight", "index.md"), ("Try it", "playground.md"), ("The index method", "ten-minutes.md"), ("Coming from …", "coming-from.md"), ("Gallery", "gallery/index.md"), ("In a notebook", "notebook.md")),
        {"Reference": given(*reference, ("Rules and functions", "reference/index.md"), ("Diagnostics by code", "reference/codes.md"))},
        {"Held to": given(("Claims", "verdicts-judged.md"), ("Known to fail", "known-to-fail.md"), ("Speed", "speed.md"))},
    ]  # fmt: skip


CSS = """/* formulas that are wider than their column scroll in it */
.md-typeset math { font-size: 1.08em; }
.md-typeset math[display="block"] { display: block math; overflow-x: auto; overflow-y: hidden; padding: .6em 0; font-size: 1.25em; }
.md-typeset table:not([class]) td { vertical-align: baseline; }
.md-typeset td:first-child code { white-space: nowrap; }
/* what a notebook shows below a cell */
.md-typeset .output { margin: 1em 0; overflow-x: auto; font-size: .74rem; }
.md-typeset .output :is(td, th) { padding: .2em 1.6em .2em 0; vertical-align: baseline; }
.md-typeset .output td code:empty { display: none; }
"""
