"""What a client gives to commands and to requests of ours: is it what they take?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pygls.exceptions import JsonRpcInvalidParams

# a position further down or right than this is a slip
LARGEST = 2**31 - 1


def field_of(data: Any, name: str) -> Any:
    """pygls hands on what it has no type for as a dictionary or as an object."""
    return data.get(name) if isinstance(data, dict) else getattr(data, name, None)


def require_arguments(command: str, takes: str, given: Sequence[Any]) -> None:
    """Raise JsonRpcInvalidParams, with words for whoever wrote the client, unless a command is given what it takes."""
    expected = takes.split()
    fewest = sum(not name.endswith("?") for name in expected)
    told = f"{command} takes {', '.join(name.replace('?', ' (which may be left out)') for name in expected)}"
    if not fewest <= len(given) <= len(expected):
        raise JsonRpcInvalidParams(f"{told}; it was given {len(given)} argument{'s' * (len(given) != 1)}")
    for name, value in zip(expected, given, strict=False):
        if not (value is None and name.endswith("?")):
            require(f"{told}; `{name.rstrip('?')}`", name.rstrip("?"), value)


def require(told: str, name: str, value: Any) -> None:
    """The same for one of them; `told` is how the message begins."""
    is_right, kind = _KINDS.get(name, (_is_text, "text"))
    if not is_right(value):
        raise JsonRpcInvalidParams(f"{told} is {kind}, not {_shown(value)}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


def _is_position(value: Any) -> bool:
    return _is_number(field_of(value, "line")) and _is_number(field_of(value, "character"))


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(map(_is_text, value))


_KINDS = {
    "position": (_is_position, "a position, `{line, character}` with numbers from 0"),
    "end": (_is_position, "a position, `{line, character}` with numbers from 0"),
    "step": (_is_number, "a number from 0"),
    "uris": (_is_list_of_texts, "a list of URIs"),
}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
