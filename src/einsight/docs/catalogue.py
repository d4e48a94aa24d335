"""The index of all pages: plugins, rules by group, functions, and what else was registered."""

from __future__ import annotations

from itertools import groupby

from ..rules.catalogue import Catalogue
from ..rules.rule import ArrayFunction, Function, Rule
from .functions import derivatives
from .markdown import MARK, Links, code, link, page, plain, table
from .origin import OWN, origin, told_and_literature
from .topics import topics

# the page of the diagnostics, among the names of rules and functions
ALL_CODES = "/codes"


def catalogue_page(known: Catalogue, only: str | None, links: Links) -> str:
    """Of everything, or of one plugin alone."""
    rules = [r for r in known.rules.values() if only in (None, r.source)]
    every: list[Function | ArrayFunction] = [*known.functions.values(), *known.arrays.values()]
    functions = [f for f in every if only in (None, f.source)]
    tensors = [t for t in dict.fromkeys(known.tensors.values()) if only in (None, t.source)]
    others = [
        ("Tensors", [(code(t.name), plain(t.doc), t.source) for t in tensors]),
        ("Properties", [(code(p.name), code(p.statement), p.source) for p in known.properties.values()]),
        ("Targets", [(code(t.name), plain(t.doc), t.source) for t in known.targets.values()]),
        ("Lints", [(code(i.id), plain(i.doc), i.source) for i in known.lints.values()]),
    ]
    parts = [
        MARK,
        f"# Rules and functions of {only}" if only else "# Rules and functions",
        "\n".join(f"* {origin(s)}" for s in _sources(known, only)),
    ]
    groups = {name: list(found) for name, found in groupby(sorted(rules, key=_group), key=_group)}
    if groups:
        parts.append("Groups: " + ", ".join(f"[{g}](#{_anchor(f'Group {g}')})" for g in groups) + ".")
    for name, found in groups.items():
        rows = [
            (link(r.id, links), code(r.statement), plain(told_and_literature(r.doc)[0]), code(r.source)) for r in found
        ]
        parts += [f"## Group {name}", table(["rule", "statement", "", "from"], rows)]
    if functions:
        rows = [
            (link(f.name, links), _said(f), plain(told_and_literature(f.doc)[0]), code(f.source)) for f in functions
        ]
        parts += ["## Functions", table(["function", "derivative, or definition", "", "from"], rows)]
    for title, listed in others:
        kept = [(name, said, code(source)) for name, said, source in listed if only in (None, source)]
        if kept:
            parts += [f"## {title}", table(["name", "", "from"], kept)]
    if links(ALL_CODES):
        pages = ", ".join(f"[{topic}]({topic}.md)" for topic in topics())
        parts.append(f"The reference: {pages}. What a check can find is in [the diagnostics]({links(ALL_CODES)}).")
    return page(*parts)


def _sources(known: Catalogue, only: str | None) -> list[str]:
    return [only] if only else [OWN, *known.versions]


def _group(rule: Rule) -> str:
    return rule.id.partition(".")[0]


def _anchor(heading: str) -> str:
    """What a heading is linked by."""
    return "".join(c for c in heading.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _said(function: Function | ArrayFunction) -> str:
    if isinstance(function, Function):
        return "; ".join(code(d) for d in derivatives(function).values())
    return code(function.statement)
