"""Signs of plain text that are something else between vectors: `x · y` their inner product, `|x|` a length."""

from __future__ import annotations

import re
from collections.abc import Collection

from ..lowering.names import Names, canonical_name
from .ranks import VECTOR, likely_ranks

_INNER = re.compile(r"(?<!\w)([^\W\d_](?:_[a-z1-9](?!\w))?)\s*·\s*([^\W\d_](?:_[a-z1-9](?!\w))?)(?![\w'ᵀ^(\[])")
_OF_BRACKETS = re.compile(r"(\([^()]*\)|(?<!\w)[^\W\d_]\w*)\s*·\s*(\([^()]*\)|[^\W\d_]\w*(?!\w))(?![\^'ᵀ²])")
_CASE = re.compile(r"(?<=[\w)\]'ᵀ²³])\s+\[(?=[^\[\]]*[<>≤≥])")
_BARS = re.compile(r"(?<!\|)\|(?!\|)([^|]+)(?<!\|)\|(?!\|)")
_SQUARED = re.compile(r"(?<![|\w(])\|(?!\|)([^|]+)(?<!\|)\|(?=\s*(?:\^\s*\{?2\}?|²))")
_BAR = re.compile(r"(?<!\|)\|(?!\|)")


def with_lengths_of(vectors: set[str], text: str) -> str:
    """`|r|` of vectors as their length."""
    return _BARS.sub(lambda m: f"‖{m[1]}‖" if _is_of(vectors, m[1]) else m[0], text)


def _is_of(vectors: set[str], text: str) -> bool:
    """Is it a sum of these vectors, with no product in it?"""
    found = re.findall(r"[^\W\d_]\w*", text)
    return (
        bool(found)
        and all(canonical_name(n.partition("_")[0]) in vectors for n in found)
        and not set(text) & set("^⁻'ᵀ/(")
    )


def with_other_signs(text: str, names: Names, bold: set[str]) -> list[str]:
    """A formula, with `x · y` of two vectors as their inner product before it, `|x|^2` as the square of a length, and `|x|` as one behind."""
    text = _SQUARED.sub(lambda m: f"‖{m[1]}‖" if _has_vector(m[1], names) else m[0], text) if "|" in text else text
    texts = [text]
    if "·" in text:
        inner = _INNER.sub(lambda m: f"{m[1]}' {m[2]}" if is_pair_of_vectors(m[1], m[2], names, bold) else m[0], text)
        texts = [inner, _BAR.sub("‖", inner), text] if inner != text and "|" in text else [inner, text]
    if "|" in text:
        texts.append(_BAR.sub("‖", text))
    if _CASE.search(text):  # cases of an array are cases of its entries
        texts.append(_CASE.sub(r" ⊙ [", text))
    if "·" in text and (inner := _OF_BRACKETS.sub(r"\1' \2", text)) != text:
        texts.append(inner)
    return texts


def _has_vector(text: str, names: Names) -> bool:
    """Does a vector stand there by its own, as it is declared, or by its letter?"""
    for word in re.findall(r"(?<![\w.])[^\W\d_]\w*(?![\w(])", text):
        entry = names.find(word)
        if entry is None and likely_ranks(canonical_name(word))[0] == VECTOR and "_" not in word:
            return any(c.isupper() for c in text)  # beside a matrix, or it may be a number
        if entry is not None and entry.tensor is not None and len(entry.tensor.dims) == 1:
            return True
    return False


def is_pair_of_vectors(left: str, right: str, names: Names, bold: Collection[str] = ()) -> bool:
    """Are both vectors, as they are declared, set in bold, or by their letters?"""
    for text in (left, right):
        name, _, index = text.partition("_")
        if names.knows(text):
            name, index = text, ""
        entry = names.find(name)
        if entry is None and canonical_name(name) not in bold and likely_ranks(name)[0] != VECTOR:
            return False
        if entry is not None and (entry.tensor is None or len(entry.tensor.dims) != 1 + bool(index)):
            return False
    return True
