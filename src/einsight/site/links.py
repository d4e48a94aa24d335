"""Whether the links of built pages lead somewhere: to a file of the site, and to a place in it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_ATTRIBUTES = {"a": "href", "link": "href", "script": "src", "img": "src", "iframe": "src"}


class _Page(HTMLParser):
    """The links of a page, and the places in it."""

    def __init__(self, text: str):
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.places.update(v for k in ("id", "name") if (v := given.get(k)))
        link = given.get(_ATTRIBUTES.get(tag, ""))
        if link:
            self.links.append(link)


def dead_links(folder: Path) -> Iterator[str]:
    """Each link that leads nowhere, in words, and each that leads to another host."""
    pages = {path.resolve(): _Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}
    home = folder.resolve()
    for path, page in pages.items():
        for link in dict.fromkeys(page.links):
            parts = urlsplit(link)
            if parts.scheme == "data":
                continue
            shown = f"{path.relative_to(home)}: {link}"
            if parts.scheme or parts.netloc:
                if "squidfunk.github.io" not in parts.netloc:  # the generator names itself below each page
                    yield f"{shown} leads to another host"
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            if not target.exists():
                yield f"{shown} leads nowhere"
            # the playground's addresses hold formulas, not places
            elif (
                parts.fragment
                and "=" not in parts.fragment
                and target in pages
                and unquote(parts.fragment) not in pages[target].places
            ):
                yield f"{shown} leads to no place of that page"
