"""SARIF 2.1.0, which code scanning services read: https://docs.oasis-open.org/sarif/sarif/v2.1.0"""

from __future__ import annotations

import os
import re
from pathlib import Path
from textwrap import indent
from typing import Any, TextIO
from urllib.parse import quote

from ..notation.quoting import visible
from .counts import Counts
from .files import STDIN, relative
from .json_stream import Elements
from .record import Record
from .terminal import json_text

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "information": "note", "hint": "note"}


class Sarif:
    """One run; its results are written as they come, what is known at the end stands behind them."""

    def __init__(self, out: TextIO, is_verbose: bool):
        self.out = out
        self.results = Elements(out, 8)
        self.numbers: dict[str, int] = {}
        self.is_begun = False

    def _begin(self) -> None:
        if self.is_begun:
            return
        self.is_begun = True
        rules = _rules()
        self.numbers = {rule["id"]: k for k, rule in enumerate(rules)}
        opening = {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": _tool(rules)}]}
        text = json_text(opening)
        self.out.write(text[: text.rindex("\n    }\n  ]\n}")])
        self.out.write(',\n      "columnKind": "utf16CodeUnits",\n      "results": ')

    def file(self, name: str, record: Record) -> None:
        self._begin()
        place = _artifact(name)
        for found in record["diagnostics"]:
            self.results.add(_result(found, place, self.numbers[found["code"]]))

    def end(self, counts: Counts, is_fixing: bool) -> None:
        self._begin()
        self.results.end()
        failed = [
            {"level": "error", "message": _said(problem), "locations": [_location(_artifact(name))]}
            for name, problem in counts.failed
        ]
        call = {"executionSuccessful": not failed, "toolExecutionNotifications": failed}
        told = indent(json_text([call]), " " * 6).lstrip()
        self.out.write(f',\n      "invocations": {told}\n    }}\n  ]\n}}\n')


def _tool(rules: list[dict[str, Any]]) -> dict[str, Any]:
    from .. import __version__

    return {"driver": {"name": "einsight", "version": __version__, "semanticVersion": __version__, "rules": rules}}


def _rules() -> list[dict[str, Any]]:
    from ..docs.explain import PAGES, explain
    from ..lowering.report import NAMES

    return [
        {
            "id": code,
            "name": NAMES[code][0],
            "shortDescription": {"text": meaning},
            "fullDescription": {"text": f"{meaning} {advice}"},
            "help": {"text": explain(code)},
            "defaultConfiguration": {"level": LEVELS[NAMES[code][1]]},
        }
        for code, (meaning, _, advice) in PAGES.items()
    ]


def _result(found: dict[str, Any], place: dict[str, Any], number: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": found["code"],
        "ruleIndex": number,
        "level": LEVELS[found["severity"]],
        "message": _said(found["message"]),
        "locations": [_location(place, found["range"])],
        "partialFingerprints": {"statement/v1": found["fingerprint"]},
    }
    if found["related"]:
        result["relatedLocations"] = [
            {"id": k, **_location(place, other["range"]), "message": _said(other["message"])}
            for k, other in enumerate(found["related"], 1)
        ]
    if found["fixes"]:
        result["fixes"] = [
            {
                "description": _said(fix["title"]),
                "artifactChanges": [
                    {
                        "artifactLocation": place,
                        "replacements": [
                            {"deletedRegion": _region(fix["range"]), "insertedContent": {"text": fix["text"]}}
                        ],
                    }
                ],
            }
            for fix in found["fixes"]
        ]
    return result


def _said(text: str) -> dict[str, str]:
    """A plain message, in which `[text](place)` would be a link."""
    return {"text": re.sub(r"\[([^\]]*)\](?=\()", r"\\[\1\\]", visible(text, lines=True))}


def _artifact(name: str) -> dict[str, Any]:
    """Relative to the current folder where it is below, which services take for the repository's top."""
    if name == STDIN:
        return {"uri": "stdin"}
    path = relative(name)
    return {"uri": Path(path).as_uri() if os.path.isabs(path) else quote(path, errors="replace")}


def _location(place: dict[str, Any], where: dict[str, Any] | None = None) -> dict[str, Any]:
    physical = {"artifactLocation": place}
    if where is not None:
        physical["region"] = _region(where)
    return {"physicalLocation": physical}


def _region(where: dict[str, Any]) -> dict[str, int]:
    """From 1; the end column is the one behind the last."""
    return {
        "startLine": where["start"]["line"] + 1,
        "startColumn": where["start"]["character"] + 1,
        "endLine": where["end"]["line"] + 1,
        "endColumn": where["end"]["character"] + 1,
    }
