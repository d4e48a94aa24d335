"""What a subscript is on a page: an index, a mark that tells names apart, or the number of a sample.

    ∑_i x_i, W_{ij}       indices: what a sum runs over, what stands beside another one
    W_1, W_q, Σ_{ab}^{-1}  marks: a matrix has two indices or none, and a number has no transpose
    w^T x_i, X            samples: `x_i` is a vector, a row of `X` where the page has that

A page uses a name alike throughout, so this is decided for all of it, by what stands anywhere on it.  A name with its mark becomes
one word, `W1`; an entry that is written small, `w_ij`, that of the matrix `W`; a sample one of `X`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ...documents.latex.names import RAISED
from ...documents.regions import Region
from ...lowering.names import canonical_name
from .trees import Change, changed
from .typefaces import bold_members

_ACCENTS = "[\u0300-\u036f]*(?:⁽[^⁾\\s]*⁾)?ʹ*"
_BASE = rf"(?<![^\W_ᵀ])(?P<base>[^\W\d_²³¹⁰-⁹ᵀ]{_ACCENTS})"
_INDEXED = re.compile(rf"{_BASE}_(?:\{{(?P<braced>[^{{}}]*)\}}|(?P<one>[^\W_]|[+*]|-(?=[\s)}}]|$)))")
_WHOLE = re.compile(rf"{_BASE}(?![\w\u0300-\u036f⁽ʹ_(])")
_BOUND = re.compile(r"(?:∑|max|min|δ)_(?:\{([^{}]*)\}|([^\W\d_]))")
_EXTENT = re.compile(r"ℝ\^(?:\([^()]*\)|\{[^{}]*\}|\w+)|(?<=\})\^(?:\{[^{}]*\}|\w)|(?<=∑_\w)\^(?:\{[^{}]*\}|\w)")
# behind a whole array: its transpose or its inverse
_TURNED = re.compile(r"\s*(?:ᵀ|\^-(?:1|\{|T)|\^\{-|⁻)")
_RANGE = re.compile(r"∈ ℝ\^")
_SAMPLE = re.compile(
    rf"\s*{_BASE}_\{{?(?P<index>[a-z])\}}?(?:\s*,\s*\w+_\{{?\w\}}?)*\s*∈ ℝ\^(?P<extent>\([^()]*\)|\w+)\s*$"
)
_DECLARED = re.compile(r"\s*([^\W\d_]\w*)\s*(?:,\s*\w+\s*)*∈")
_COUNT = re.compile(r"∑_\{?([a-z])\s*=\s*1\}?\^\{?([^\W\d_]\w*)")
_CALL = re.compile(rf"\s*{_BASE}\s*\(([^\W\d_](?:,\s*[^\W\d_])*)\)\s*:?=")
_NO_BASES = frozenset("δd")
# small letters that count
_COUNTING = frozenset("ijklmnpqrs")
_SPELLED = {"+": "plus", "-": "minus", "*": "star", ",": "", " ": ""}


@dataclass
class _Use:
    """How a letter is used on a page.

    whole     does it stand without a subscript?
    turned    with which subscripts it is transposed, inverted or given a shape, so that it is an array there
    entries   its subscripts
    """

    whole: bool = False
    turned: set[str] = field(default_factory=set)
    entries: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Subscripts:
    """The decisions for a page."""

    def __init__(self, text: str, regions: Iterable[Region]):
        self.text = text
        self.used: dict[str, _Use] = defaultdict(_Use)
        self.bound: set[str] = set()
        self.sizes: set[str] = set()
        self.arguments: dict[str, set[str]] = {}
        self.declared: set[str] = set()
        self.counts: dict[str, str] = {}
        for region in regions:
            if region.translated and not region.problem:
                self._look(region.text)
        beside: dict[str, set[str]] = defaultdict(set)  # the letters below small names, each with those names
        for base, use in self.used.items():
            for entry in use.entries:
                for letter in _letters(entry):
                    beside[letter].add(base)
        several = {
            c
            for base, use in self.used.items()
            if not base[0].isupper()
            for e in use.entries
            if len(_letters(e)) > 1
            for c in _letters(e)
        }
        self.shared = {c for c, bases in beside.items() if len(bases) > 1} | several | self.bound
        self.steps = {
            m[1]
            for use in self.used.values()
            for e in use.entries
            if (m := re.fullmatch(r"([tkln])[+-]\d", e)) is not None and m[1] not in self.bound
        }
        self.bold = bold_members(text)
        self.samples = {b for b in self.used if self._is_sampled(b)}
        self.marks: dict[str, str] = {}  # names with their marks, `SB`, and how they are written, `S_B`

    def _look(self, text: str) -> None:
        declared = _DECLARED.match(text)
        if declared is not None:
            self.declared.add(declared[1])
        self.counts |= dict(_COUNT.findall(text))
        call = _CALL.match(text)
        if call is not None:
            self.arguments.setdefault(call["base"], set()).update(re.findall(r"[^\W\d_]", call[2]))
        for found in _BOUND.finditer(text):
            self.bound |= set(_letters((found[1] or found[2]).partition("=")[0]))
        for found in _EXTENT.finditer(text):
            self.sizes |= set(re.findall(r"[^\W\d_]", found[0]))
        plain = _EXTENT.sub("", text)
        for found in _INDEXED.finditer(plain):
            use, entry = self.used[found["base"]], found["braced"] or found["one"] or ""
            use.entries[entry] += 1
            behind = plain[found.end() :]
            if _TURNED.match(behind) and not (len(_letters(entry)) > 1 and behind.lstrip()[:1] == "⁻"):
                use.turned.add(entry)
        for found in re.finditer(rf"{_INDEXED.pattern}\s*{_RANGE.pattern}", text):
            self.used[found["base"]].turned.add(found["braced"] or found["one"] or "")
        for found in _WHOLE.finditer(plain):
            self.used[found["base"]].whole = True

    def _is_sampled(self, base: str) -> bool:
        """Is it a vector with one index that counts, `x_i` of `w' x_i`?"""
        use = self.used[base]
        if base[0].isupper():
            return False
        bold = base[0] in self.bold
        counted = {e for e in use.entries if len(e) == 1 and (e in self.bound or (e in _COUNTING and e in self.shared))}
        return bool(counted & use.turned) or (bold and bool(counted & self.bound))

    def _capital(self, base: str) -> str:
        """The matrix of which a small letter is an entry or a row, where the page has it."""
        capital = base[0].upper() + base[1:]
        known = self.used.get(capital)
        fits = len(capital) == len(base) and capital != base and capital not in self.sizes
        return capital if fits and known is not None and known.whole else ""

    def is_mark(self, base: str, entry: str) -> bool:
        """Does a subscript belong to the name?"""
        use = self.used[base]
        if base in _NO_BASES or not entry:
            return base == "δ" and entry.isdigit()  # Kronecker's has two
        if entry in "+*-" or entry == "0":
            return True
        letters = _letters(entry)
        if "ǀ" in entry:
            return True
        if re.fullmatch(r"[A-Z]{2,}", entry) and not set(letters) & self.bound:
            return True  # `β_GLS`: no letter of it counts
        if base in "JDH" and entry in self.arguments:
            return False  # the derivative of a function
        if base in self.arguments and letters and set(letters) <= self.arguments[base]:
            return False  # `f_x` of `f(x, y)`
        if base[0].isupper():
            if len(letters) + sum(c.isdigit() for c in entry) == 1 or "+" in entry or "-" in entry:
                return not set(letters) & self.bound
            return entry in use.turned and not set(letters) <= self.bound
        if len(entry) > 1 and not re.fullmatch(r"[A-Z]", entry):
            return entry in use.turned and not set(letters) & self.bound
        if entry.isdigit():
            counted = any(_letters(e) for e in use.entries)
            return entry in use.turned or base[0] in self.bold or not (use.whole or counted)
        if entry in self.bound or (entry.isupper() and any(e.islower() for e in use.entries)):
            return False
        if entry in use.turned and base not in self.samples:
            return True
        return entry not in _COUNTING and entry not in self.shared

    def written(self, region: Region) -> Region:
        """The region with names, entries and samples as they are."""
        if not region.translated or "_" not in region.text:
            return region
        declared = _SAMPLE.match(region.text)
        if declared is not None and declared["base"] in self.samples:
            return self._stacked(region, declared)
        changes: list[Change] = []
        spoken: dict[tuple[str, str], None] = {}
        for found in _INDEXED.finditer(region.text):
            base, entry = found["base"], found["braced"] or found["one"] or ""
            capital = self._capital(base)
            step = re.fullmatch(r"([tkln])([+-]\d)?", entry)
            if step is not None and step[1] in self.steps and base not in _NO_BASES and "⁽" not in base:
                name = f"{base}⁽{entry.translate(RAISED)}⁾"
                changes.append((*found.span(), name))
                spoken[name, f"{base}_{{{entry}}}"] = None
            elif self.is_mark(base, entry):
                name = base + "".join(_SPELLED.get(c, c) for c in entry)
                self.marks[canonical_name(name)] = canonical_name(f"{base}_{entry}")
                changes.append((*found.span(), name))
                spoken[name, f"{base}_{entry}" if len(entry) == 1 else f"{base}_{{{entry}}}"] = None
            elif base in self.arguments and _letters(entry) and set(_letters(entry)) <= self.arguments[base]:
                continue  # the derivative of a function
            elif capital and (len(_places(entry)) > 1 or base in self.samples):
                changes.append((*found.span("base"), capital))
        if not changes:
            return region
        return replace(changed(region, changes), spoken=(*region.spoken, *spoken))

    def _stacked(self, region: Region, declared: re.Match[str]) -> Region:
        """`x_i ∈ ℝ^d` as what it says of the array of all samples; nothing where that is declared itself."""
        name = self._capital(declared["base"]) or declared["base"]
        extent = declared["extent"].strip("(){}")
        if name in self.declared or "×" in extent:
            return replace(region, text="", places=())
        count = self.counts.get(declared["index"], f"{name.lower()}ʹ")
        text = f"{name} ∈ ℝ^({count}×{extent})"
        return replace(region, text=text, places=(region.map_span((0, len(region.text))),) * len(text))

    def families(self) -> Iterator[str]:
        """The arrays of which one index picks a sample."""
        for base in sorted(self.samples):
            yield self._capital(base) or base


def _letters(entry: str) -> list[str]:
    return re.findall(r"[^\W\d_]", entry)


def _places(entry: str) -> list[str]:
    """The indices of a subscript."""
    return entry.split(",") if "," in entry else re.findall(r"[^\W_](?:[+-]\w)*", entry)
