"""Subscripts that tell names apart and are no indices: `S_W` and `S_B` of two matrices, `P_{+}` of an updated one.

A sign is never an index.  A lone capital is none where the page gives the whole name a shape or a value, as in `S_W ∈ ℝ^{d×d}`,
and runs over it nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ...documents.regions import Region
from .trees import changed

# `P_-` only where nothing follows that it could be taken from
_SIGN = re.compile(r"([^\W\d_])_\{?([+*]|-(?=[\s)}]|$))\}?")
_CAPITAL = re.compile(r"(?<![^\W\d_])([^\W\d_])_\{?([A-Z])\}?(?![\w,])")
_INTRODUCED = re.compile(r"\s*([^\W\d_])_([A-Z])\s*(?:\([^)=]*\)\s*)?(?:∈|:?=)")
_SPELLED = {"+": "plus", "-": "minus", "*": "star"}
_RUNS = re.compile(r"_\{([^{}]*)\}|_([^\W\d_])")


def labelled(regions: Iterable[Region]) -> list[Region]:
    """The regions with such a name as one word, `SW`, `Pplus`."""
    regions = list(regions)
    introduced = {m.groups() for r in regions if (m := _INTRODUCED.match(r.text))}
    indices = {c for r in regions if not r.problem for c in _indices(r.text)}
    labels = {(name, label) for name, label in introduced if label not in indices}
    return [_with_labels(r, labels) if r.translated and "_" in r.text else r for r in regions]


def _indices(text: str) -> set[str]:
    """The capitals that are indices beyond doubt: among others, under a sum, or with a bound."""
    found = set()
    for entries, _ in _RUNS.findall(text):
        if len(entries) > 1:
            found |= set(re.findall(r"[A-Z]", entries))
    return found | set(re.findall(r"[∑∂]_\{?([A-Z])", text))


def _with_labels(region: Region, labels: set[tuple[str, str]]) -> Region:
    named = [m for m in _CAPITAL.finditer(region.text) if (m[1], m[2]) in labels]
    named += _SIGN.finditer(region.text)
    if not named:
        return region
    changes = [(m.start(), m.end(), m[1] + _SPELLED.get(m[2], m[2])) for m in named]
    spoken = tuple(dict.fromkeys((m[1] + _SPELLED.get(m[2], m[2]), f"{m[1]}_{m[2]}") for m in named))
    return replace(changed(region, changes), spoken=(*region.spoken, *spoken))
