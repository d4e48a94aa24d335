"""The strings that say which axes meet: subscripts of `einsum`, patterns of einops.

Each is read as its library reads it: a digit is a letter to JAX and none to NumPy, einops separates names by blanks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# the axes that `...` stands for
ELLIPSIS = "…"


class Malformed(Exception):
    """A string that its library refuses, and why."""


@dataclass(frozen=True)
class Subscripts:
    """The axes of each operand and of the output by name, `…` for any number of them."""

    operands: tuple[tuple[str, ...], ...]
    output: tuple[str, ...]

    @property
    def summed(self) -> tuple[str, ...]:
        """The letters that are summed over, in order of appearance."""
        return tuple(dict.fromkeys(x for operand in self.operands for x in operand if x not in self.output))


# one axis of a pattern: the names that it runs over, the first slowest; none for a length of 1
Group = tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """A pattern of `rearrange`, `reduce` or `repeat`; `sizes` are the lengths that stand in it, by the names given to them."""

    left: tuple[Group, ...]
    right: tuple[Group, ...]
    sizes: tuple[tuple[str, int], ...] = ()


_LETTERS = re.compile(r"[A-Za-z]")


def einsum_subscripts(text: str, count: int | None, library: str) -> Subscripts:
    """`ij,jk->ik` for so many operands, if that is known.  Raises Malformed."""
    shown = f"`{text}`"
    text = re.sub(r"\s+", "", text)
    left, arrow, right = text.partition("->")
    for sign in left + right:
        known = _LETTERS.match(sign) or sign in ".," or (library in ("jax", "opt_einsum") and sign not in "->")
        if not known:
            raise Malformed(f"`{sign}` is no letter in {shown}")
    operands = [_letters(part, shown, f"operand {k + 1}") for k, part in enumerate(left.split(","))]
    if count is not None and count != len(operands):
        named = f"{len(operands)} operand{'s' * (len(operands) != 1)}"
        raise Malformed(f"{shown} names {named}, and {count} {'is' if count == 1 else 'are'} given")
    if not arrow:
        return Subscripts(tuple(operands), _implicit(operands, library))
    if "," in right:
        raise Malformed(f"{shown} has two outputs")
    output = _letters(right, shown, "the output")
    _check_output(operands, output, shown, library)
    return Subscripts(tuple(operands), output)


def _letters(part: str, shown: str, whose: str) -> tuple[str, ...]:
    whole = part.replace("...", ELLIPSIS)
    if "." in whole or whole.count(ELLIPSIS) > 1:
        raise Malformed(f"{whose} of {shown} has dots that are no `...`")
    return tuple(whole)


def _implicit(operands: Sequence[tuple[str, ...]], library: str) -> tuple[str, ...]:
    """What occurs once, in alphabetical order; what `...` stands for before it."""
    counts = Counter(x for operand in operands for x in operand)
    once = sorted(x for x, n in counts.items() if n == 1 and x != ELLIPSIS)
    return ((ELLIPSIS,) if counts[ELLIPSIS] else ()) + tuple(once)


def _check_output(
    operands: Sequence[tuple[str, ...]], output: tuple[str, ...], shown: str, library: str, what: str = "letter"
) -> None:
    known = {x for operand in operands for x in operand}
    for name, count in Counter(output).items():
        if count > 1:
            raise Malformed(f"{what} `{_dots(name)}` stands twice in the output of {shown}")
        if name not in known and not (name == ELLIPSIS and library != "einops"):
            raise Malformed(f"{what} `{_dots(name)}` of the output is in no operand of {shown}")


def _dots(name: str) -> str:
    return "..." if name == ELLIPSIS else name


def einops_subscripts(text: str, count: int | None) -> Subscripts:
    """`b i, i o -> b o` of `einops.einsum`.  Raises Malformed."""
    shown = f"`{text}`"
    left, arrow, right = text.partition("->")
    if not arrow:
        raise Malformed(f"{shown} has no `->`")
    parts = [_groups(p, shown) for p in (*left.split(","), right)]
    for group in (g for part in parts for g in part):
        if len(group) != 1:
            raise Malformed(f"{shown} has brackets or an axis of length 1, which `einsum` does not take")
    if any(g[0].isdigit() for part in parts for g in part):
        raise Malformed(f"{shown} has a number, which `einsum` does not take")
    *operands, output = [tuple(g[0] for g in part) for part in parts]
    if count is not None and count != len(operands):
        named = f"{len(operands)} operand{'s' * (len(operands) != 1)}"
        raise Malformed(f"{shown} names {named}, and {count} {'is' if count == 1 else 'are'} given")
    _check_output(operands, output, shown, "einops", "axis")
    return Subscripts(tuple(operands), output)


_TOKEN = re.compile(r"\s*(\.\.\.|…|[()]|\w+)")


def _groups(text: str, shown: str) -> tuple[Group, ...]:
    """One side of a pattern.  Raises Malformed."""
    groups: list[Group] = []
    inner: list[str] | None = None
    at = 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise Malformed(f"`{text[at:].strip()[:1]}` is no axis in {shown}")
        at, sign = token.end(), token[1]
        if sign == "(":
            if inner is not None:
                raise Malformed(f"{shown} has brackets in brackets")
            inner = []
        elif sign == ")":
            if inner is None:
                raise Malformed(f"{shown} has a bracket that nothing opens")
            groups.append(tuple(inner))
            inner = None
        else:
            name = ELLIPSIS if sign == "..." else sign
            if name != ELLIPSIS and not name.isdigit() and not _is_axis_name(name):
                raise Malformed(f"`{name}` is no name of an axis in {shown}")
            if inner is not None:
                inner.append(name)
            else:
                groups.append(() if name == "1" else (name,))
    if inner is not None:
        raise Malformed(f"{shown} has a bracket that nothing closes")
    return tuple(tuple(x for x in g if x != "1") for g in groups)


def _is_axis_name(name: str) -> bool:
    return name.isidentifier() and not (name.startswith("_") or name.endswith("_"))


def einops_pattern(text: str, kind: str, given: Sequence[str] | None) -> Pattern:
    """A pattern of `rearrange`, `reduce` or `repeat`; `given` are the names with a size, None where that is not known.

    Raises Malformed.
    """
    shown = f"`{text}`"
    left, arrow, right = text.partition("->")
    if not arrow or "->" in right:
        raise Malformed(f"{shown} has {'two' if arrow else 'no'} `->`")
    sides = [_groups(left, shown), _groups(right, shown)]
    sizes: list[tuple[str, int]] = []
    for side, groups in enumerate(sides):
        named = []
        for group in groups:
            numbered = []
            for name in group:
                if name.isdigit():
                    if int(name) == 0:
                        raise Malformed(f"{shown} has an axis of length 0")
                    size = int(name)
                    name = f"{name}·{len(sizes)}"
                    sizes.append((name, size))
                numbered.append(name)
            named.append(tuple(numbered))
        sides[side] = tuple(named)
    flat = [[x for g in groups for x in g] for groups in sides]
    for whose, names in zip(("left", "right"), flat, strict=True):
        for name, count in Counter(names).items():
            if count > 1:
                raise Malformed(f"axis `{_dots(name)}` stands twice on the {whose} of {shown}")
    gone = [x for x in flat[0] if x not in flat[1]]
    new = [x for x in flat[1] if x not in flat[0]]
    if kind != "reduce" and gone:
        advice = ": `reduce` would say how it is reduced" if kind == "rearrange" else ""
        raise Malformed(f"axis `{_dots(gone[0])}` of {shown} is lost on the right{advice}")
    unsized = [x for x in new if not x.split("·")[0].isdigit() and (given is None or x not in given)]
    if new and kind == "rearrange":
        raise Malformed(f"axis `{_dots(new[0].split('·')[0])}` of {shown} is not on the left")
    if unsized and (kind == "reduce" or given is not None or ELLIPSIS in unsized):
        raise Malformed(
            f"axis `{_dots(unsized[0])}` of {shown} is not on the left" + " and has no size" * (kind == "repeat")
        )
    if any(ELLIPSIS in g and len(g) > 1 for g in sides[0]):
        raise Malformed(f"{shown} has `...` in brackets on the left")
    if given is not None:
        for name in given:
            if name not in flat[0] and name not in flat[1]:
                raise Malformed(f"a size is given for `{name}`, which is no axis of {shown}")
    return Pattern(sides[0], sides[1], tuple(sizes))
