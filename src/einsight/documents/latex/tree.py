"""What a formula in LaTeX is made of, as TeX sees it: leaves, groups, commands, environments, with their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Leaf:
    """One sign: `kind` is its token in `grammar/latex.lark`, `text` what it is in the language where it has a sign there.

    `source` is what was written; `spaced` where a blank stands before it.
    """

    kind: str
    text: str
    source: str
    start: int
    end: int
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """What stands below (`_`), above (`^`), or a prime (`'`)."""

    sign: str
    inside: Items
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Item:
    """An atom with its scripts, in the order in which they are written."""

    atom: Atom
    scripts: tuple[Script, ...] = ()

    @property
    def start(self) -> int:
        return self.atom.start

    @property
    def end(self) -> int:
        return max([self.atom.end, *(s.end for s in self.scripts)])


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in braces."""

    rows: Rows
    start: int
    end: int

    @property
    def items(self) -> Items:
        return joined(self.rows)


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its arguments."""

    name: str
    arguments: tuple[Items, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Environment:
    name: str
    rows: Rows
    start: int
    end: int


Atom: TypeAlias = Leaf | Group | Command | Environment
Items: TypeAlias = tuple[Item, ...]
Rows: TypeAlias = tuple[tuple[Items, ...], ...]


def joined(rows: Rows) -> Items:
    """All cells of all rows behind one another."""
    return tuple(item for row in rows for cell in row for item in cell)


def is_sign(item: Item, *texts: str) -> bool:
    """Is it one of these signs of the language, with nothing below or above?"""
    return isinstance(item.atom, Leaf) and item.atom.text in texts and item.atom.kind != "LETTER" and not item.scripts


def is_bracket(item: Item, kind: str) -> bool:
    """Is it a round or square bracket, an OPENING or a CLOSING one?"""
    return isinstance(item.atom, Leaf) and item.atom.kind == kind and item.atom.text in "([)]"


def leaves(items: Items) -> list[Leaf]:
    """The signs of a formula in their order, those of scripts and arguments too; fonts and braces are gone."""
    found: list[Leaf] = []
    for item in items:
        atom = item.atom
        if isinstance(atom, Leaf):
            found.append(atom)
        elif isinstance(atom, Command):
            found.append(Leaf("WORD", atom.name, atom.name, atom.start, atom.end))
            for argument in atom.arguments:
                found += leaves(argument)
        else:
            found += leaves(atom.items if isinstance(atom, Group) else joined(atom.rows))
        for script in item.scripts:
            found.append(Leaf("SCRIPT", script.sign, script.sign, script.start, script.start))
            found += leaves(script.inside)
    return found
