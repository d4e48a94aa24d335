"""The pages of the reference, a topic each: `einsight explain layouts` shows one, `einsight explain` their index.

They stand in `pages/`, written by hand but for `codes.md`; `tests/docs/test_pages.py` carries out what is on them.  Their links
lead to one another alone, so that they can be read from a clone, from an installation and in a folder of `python -m einsight.docs`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

INDEX = "README"
# made from the diagnostics, each of which has a page of its own
CODES = "codes"
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")


@cache
def topics() -> dict[str, str]:
    """The pages by their topics, in Markdown, without the index and the diagnostics."""
    folder = resources.files(__package__).joinpath("pages")
    names = sorted(p.name.removesuffix(".md") for p in folder.iterdir() if p.name.endswith(".md"))
    return {name: _read(name) for name in names if name not in (INDEX, CODES)}


def index_page() -> str:
    """Which topics there are, a line each."""
    return without_links(_read(INDEX))


def topic_page(topic: str) -> str:
    """A page to be read where no link leads anywhere.  KeyError for what is no topic."""
    return without_links(topics()[topic])


def headline(page: str) -> str:
    """The sentence that a page begins with, below its title."""
    return " ".join(without_links(page.split("\n\n")[1]).split())


def without_links(page: str) -> str:
    """The words of links alone."""
    return _LINK.sub(r"\1", page)


def _read(name: str) -> str:
    return resources.files(__package__).joinpath("pages").joinpath(f"{name}.md").read_text(encoding="utf-8")
