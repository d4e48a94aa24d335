"""Files of rules: a project's own identities in the notation of the language, without Python.

    # Whole lines that begin with `#` say what the next entry is about.
    course.trace-cyclic: tr(A B) => tr(B A)
    course.idempotent:   P_ij P_jk => P_ik   where P symmetric
        example  P ∈ ℝ^(n×n) symmetric; x ∈ ℝ^n | P_ij P_jk x_k => P_ij x_j
    function softsign(z) = z/(1 + abs(z))
        derivative  1/(1 + abs(z))^2

An entry begins at the start of a line; lines below it that are indented belong to it.  Examples say what must become of an
expression, or that nothing must (`=> nothing`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from ..rules.catalogue import Kit
from ..rules.defined import defined_function
from ..rules.pattern import MalformedRule, rule
from ..rules.rule import Function, Rule

_RULE = re.compile(r"(?P<id>[\w.-]+)\s*:\s*(?P<statement>.+=>.+)")
_FUNCTION = re.compile(r"function\s+(?P<name>\w+)\s*\(\s*(?P<argument>\w+)\s*\)\s*=\s*(?P<body>.+)")
_EXAMPLE = re.compile(r"example\s+(?:(?P<declare>.*?)\|)?(?P<before>.+?)=>(?P<after>.+)")
_DERIVATIVE = re.compile(r"derivative\s+(?P<text>.+)")


class MalformedFile(Exception):
    """A line that is no entry; `line` counts from 1."""

    def __init__(self, line: int, reason: str):
        super().__init__(reason)
        self.line = line


def read_rules(text: str, source: str) -> Kit:
    """What a file of rules has in it.  Raises MalformedFile."""
    rules: list[Rule] = []
    functions: list[Function] = []
    said: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped:
            said = []
        elif stripped.startswith("#"):
            said.append(stripped.lstrip("# "))
        elif line[0] in " \t":
            _detail(number, stripped, rules, functions)
        elif found := _FUNCTION.fullmatch(stripped):
            functions.append(defined_function(found["name"], found["argument"], found["body"], " ".join(said), source))
            said = []
        elif found := _RULE.fullmatch(stripped):
            if "." not in found["id"]:
                raise MalformedFile(number, f"`{found['id']}` lacks its group: write `course.{found['id']}`")
            try:
                rules.append(rule(found["id"], found["statement"], " ".join(said), source=source))
            except MalformedRule as malformed:
                raise MalformedFile(number, str(malformed)) from None
            said = []
        else:
            raise MalformedFile(
                number, f"`{stripped}` is no entry: write `group.name: left => right` or `function f(z) = …`"
            )
    return Kit(rules=tuple(rules), functions=tuple(functions))


def _detail(number: int, line: str, rules: list[Rule], functions: list[Function]) -> None:
    """An example, or the derivative of the function above."""
    if (found := _EXAMPLE.fullmatch(line)) and rules:
        after = found["after"].strip()
        example = ((found["declare"] or "").strip(), found["before"].strip(), None if after == "nothing" else after)
        rules[-1] = replace(rules[-1], examples=(*rules[-1].examples, example))
    elif (found := _DERIVATIVE.fullmatch(line)) and functions:
        functions[-1] = replace(functions[-1], derivative=(found["text"],))
    else:
        raise MalformedFile(
            number,
            f"`{line}` belongs to nothing: an indented line is `example …` of a rule, or `derivative …` of a function",
        )
