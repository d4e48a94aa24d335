"""Files of rules: a project's own identities in the notation of the language, without Python.

    # Whole lines that begin with `#` say what the next entry is about.
    course.even: cosh(-s) => cosh(s)
    course.contrary: S_ij A_ij => 0   where S symmetric, A antisymmetric
        example  2 X_ij K_ij => 0   with X ∈ ℝ^(n×n) symmetric; K ∈ ℝ^(n×n) antisymmetric
    function softsign(z) = z/(1 + abs(z))
        derivative  1/(1 + abs(z))^2
    function dist(a, b) = (a_i - b_i) (a_i - b_i)

An entry begins at the start of a line; lines below it that are indented belong to it.  Examples say what must become of an
expression, or that nothing must (`=> nothing`).  A line that does not read costs its entry alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from ..rules.catalogue import Kit
from ..rules.defined import array_function, circle, defined_function
from ..rules.pattern import MalformedRule, require_readable, rule
from ..rules.rule import ID, ArrayFunction, Function, Rule

# A name in the settings may lead to any file.  What has not the shape of an entry is not quoted: it is somebody's words.
_RULE = re.compile(r"(?P<id>[\w.-]+)\s*:\s*(?P<statement>.+=>.+)")
_FUNCTION = re.compile(r"function\s+\w+\s*\([^()]*\)\s*(?:_(?:\w+|\{[^{}]*\})\s*)?:?=")
_EXAMPLE = re.compile(r"example\s+(?P<before>.+?)=>(?P<after>.+?)(?:\s+with\s+(?P<declare>.+))?")
_DERIVATIVE = re.compile(r"derivative\s+(?P<text>.+)")


class MalformedLine(Exception):
    """A line that is no entry; `line` counts from 1."""

    def __init__(self, line: int, reason: str):
        super().__init__(reason)
        self.line = line


def read_rules(
    text: str, source: str, place: str = "", owner: Callable[[str], str] = lambda name: ""
) -> tuple[Kit, list[MalformedLine]]:
    """What a file of rules has in it, and the lines that do not read.

    `place` is what messages call it; `owner` says who has a name already, if anybody.
    """
    reading = _Reading(source, place, owner)
    problems: list[MalformedLine] = []
    for number, line in enumerate(io.StringIO(text, newline=None), 1):  # lines as an editor counts them
        try:
            reading.line(number, line)
        except MalformedLine as malformed:
            problems.append(malformed)
        except MalformedRule as malformed:
            problems.append(MalformedLine(number, str(malformed)))
    problems += reading.leave_out_circles()
    return Kit.of(reading.entries), problems


class _Reading:
    """The entries so far; the last one is what indented lines belong to, None where it did not read."""

    def __init__(self, source: str, place: str, owner: Callable[[str], str]):
        self.source, self.place, self.owner = source, place, owner
        self.entries: list[Rule | Function | ArrayFunction] = []
        self.said: list[str] = []
        self.is_open = False
        self.lines: dict[str, int] = {}

    def line(self, number: int, line: str) -> None:
        stripped = line.strip()
        if not stripped:
            self.said = []
        elif stripped.startswith("#"):
            self.said.append(stripped.lstrip("# "))
        elif line[0] in " \t":
            self._detail(number, stripped)
        else:
            self.is_open = False
            entry = self._entry(number, stripped)
            name = entry.id if isinstance(entry, Rule) else entry.name
            if name in self.lines:
                raise MalformedLine(number, f"`{name}` stands in line {self.lines[name]} already")
            if self.owner(name):
                raise MalformedLine(number, f"`{name}` is registered by {self.owner(name)} already: take another name")
            self.lines[name] = number
            self.entries.append(entry)
            self.said, self.is_open = [], True

    def _entry(self, number: int, line: str) -> Rule | Function | ArrayFunction:
        doc = " ".join(self.said)
        if line.startswith("function "):
            if not _FUNCTION.match(line):
                raise MalformedLine(
                    number, "this defines no function: write `function f(z) = …` or `function f(a, b)_i = …`"
                )
            made = array_function(line.removeprefix("function "), doc, self.source)
            if made.indices or len(made.parameters) > 1 or made.parameters[0][1] or made.size:
                return made
            return defined_function(made.name, made.parameters[0][0], made.body, doc, self.source)
        found = _RULE.fullmatch(line)
        if found is None:
            raise MalformedLine(number, "this is no entry: write `group.name: left => right` or `function f(z) = …`")
        if "." not in found["id"]:
            raise MalformedLine(number, f"`{found['id']}` lacks its group: write `{self.source}.{found['id']}`")
        if not ID.fullmatch(found["id"]):
            raise MalformedLine(number, f"`{found['id']}` is no name of a rule: write `group.name`")
        require_readable(found["statement"])
        return self._placed(rule(found["id"], found["statement"], doc, source=self.source), number)

    def leave_out_circles(self) -> Iterator[MalformedLine]:
        """Take out functions that are defined by themselves."""
        while names := circle(e for e in self.entries if not isinstance(e, Rule)):
            self.entries = [e for e in self.entries if isinstance(e, Rule) or e.name != names[0]]
            through = "".join(f", through `{n}`" for n in names[1:])
            yield MalformedLine(self.lines[names[0]], f"`{names[0]}` is defined by itself{through}")

    def _placed(self, made: Rule, number: int) -> Rule:
        """The rule, which says where it stands once it turns out that it does not mean anything."""

        own = made.prepare
        assert own is not None

        def prepare() -> object:
            try:
                return own()
            except MalformedRule as malformed:
                raise MalformedRule(f"{self.place}:{number}: {malformed}") from None

        return replace(made, prepare=prepare)

    def _detail(self, number: int, line: str) -> None:
        """An example, or the derivative of the function above."""
        last = self.entries[-1] if self.entries else None
        example, derivative = _EXAMPLE.fullmatch(line), _DERIVATIVE.fullmatch(line)
        if not self.is_open and (example or derivative) and last:
            return  # of an entry that did not read, which has been told
        if example and isinstance(last, Rule):
            after = example["after"].strip()
            made = (
                (example["declare"] or "").strip(),
                example["before"].strip(),
                None if after == "nothing" else after,
            )
            self.entries[-1] = replace(last, examples=(*last.examples, made))
        elif derivative and isinstance(last, Function):
            if last.derivative != ("",):
                raise MalformedLine(number, f"`{last.name}` has its derivative already")
            self.entries[-1] = replace(last, derivative=(derivative["text"],))
        else:
            message = "an indented line is `example …` of the rule above it, or `derivative …` of the function"
            raise MalformedLine(number, f"this belongs to nothing: {message}")
