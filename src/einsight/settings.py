"""Settings in files: `[tool.einsight]` of a `pyproject.toml`, or an `einsight.toml`, the nearest one above a document."""

from __future__ import annotations

import re
import reprlib
import sys
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from .documents import reading
from .lowering.layout import LAYOUTS
from .lowering.report import NAMES, Diagnostic

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILES = ("einsight.toml", "pyproject.toml")
LAYOUT_CHOICES = (*LAYOUTS, "auto")
# seconds for one answer or verdict: what is set where nothing is, and the most
BUDGET = 5.0
LONGEST_BUDGET = 86_400
# steps of the search for a matrix form: what is set where nothing is, and the most
SEARCH, MOST_SEARCH = 120, 100_000
# parts of a key, files of rules, and entries that are told of one file
MOST_PARTS, MOST_RULES, MOST_TOLD = 200, 100, 3
# what makes a pyproject.toml our business: our name in it, or that there is no table `tool` in which it could be
_OURS = re.compile(r"einsight|^[ \t]*tool[ \t]*=|^[ \t]*\[\[[ \t]*tool[ \t]*\]\]", re.MULTILINE)
_KEY = r"""[\w"'.\- \t]{1,200}"""
_HEADER, _ENTRY = re.compile(rf"\s*\[\[?({_KEY})\]"), re.compile(rf"({_KEY})=")


@dataclass(frozen=True)
class BadSettings:
    """What is wrong in a file of settings, in words, and the first line with it, from 1; 0 where there is no file."""

    source: str
    words: str
    line: int

    def __str__(self) -> str:
        return f"{self.source}: {self.told}"

    @property
    def told(self) -> str:
        return f"line {self.line}: {self.words}" if self.line else self.words


@dataclass(frozen=True)
class Settings:
    """How a document is checked.

    select, ignore   codes that alone are reported, and that are not
    disabled         plugins that are not loaded (`plugins.disable`)
    rules            files of rules of the project, as absolute paths
    budget           seconds for one answer or verdict
    search           steps of the search for the shortest matrix form; 0 for none
    source           the file they come from
    problem          what is wrong in it
    """

    layout: str = "numerator"
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    disabled: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    budget: float = BUDGET
    search: int = SEARCH
    source: str = ""
    problem: BadSettings | None = None
    given: frozenset[str] = field(default=frozenset(), repr=False)

    def layout_for(self, language: str) -> str:
        """The layout that is set; else numerator, and in notes the one that most of their claims follow."""
        return self.layout if "layout" in self.given or language == "ein" else "auto"

    def layout_while_typing(self, language: str) -> str:
        """The same, but that one which changes while one types would only confuse in a document of the language."""
        layout = self.layout_for(language)
        return "numerator" if layout == "auto" and language == "ein" else layout

    def reports(self, found: Diagnostic) -> bool:
        return found.code not in self.ignore and (not self.select or found.code in self.select)

    def over(self, other: Settings) -> Settings:
        """These where they are given, the other ones where they are not."""
        named = {f.name: getattr(self, f.name) for f in fields(self) if f.name in self.given}
        return replace(other, **named, source=self.source or other.source, given=self.given | other.given)


def settings_for(path: Path) -> Settings:
    """The settings of the nearest file above a document.  Never raises; what is wrong is its `problem`."""
    try:
        folders = path.absolute().parents
    except OSError:  # of a working folder that is no longer there
        return Settings()
    for folder in folders:
        for name in FILES:
            found = _in_file(folder / name)
            if found is not None:
                return found
    return Settings()


def _in_file(path: Path) -> Settings | None:
    """The settings of one file; None where it has none.  One that cannot be read costs those below it its settings."""
    source, is_shared = str(path), path.name == "pyproject.toml"
    try:
        text = reading.text(path, reading.MOST_OF_A_SMALL_FILE)
        if is_shared and not _OURS.search(text):  # what is broken in it is for others to report
            return None
        _require_short_keys(text)
        data = tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        return _without(source, problem.strerror or str(problem))
    except reading.NotUtf8 as problem:
        return _without(source, str(problem), problem.line)
    except tomllib.TOMLDecodeError as problem:
        return _without(source, *_told(str(problem), text))
    except (ValueError, OverflowError) as problem:  # a name that is none; a number of too many digits
        return _without(source, str(problem))
    except RecursionError:
        return _without(source, "brackets inside one another, too many of them")
    if not is_shared:
        return read_settings(data, source, text)
    tool = data.get("tool", {})
    if not isinstance(tool, dict):
        return _without(source, "`tool` is a table", _line_of(text, "tool"))
    return read_settings(tool["einsight"], source, text, "tool.einsight") if "einsight" in tool else None


def _without(source: str, words: str, line: int = 1) -> Settings:
    return Settings(source=source, problem=BadSettings(source, words, line))


def _require_short_keys(text: str) -> None:
    """Raise ValueError for a key of very many parts, on each of which tomllib spends time for all that are before it."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_PARTS and any(part.count(".") > MOST_PARTS for part in re.split("[=,]", line)):
            raise ValueError(f"a key of more than {MOST_PARTS} parts in line {number}")


def _told(words: str, text: str) -> tuple[str, int]:
    """What tomllib says, and the line of which it says that."""
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)\Z", words)
    if place is None:
        return words, 1
    return words[: place.start()], int(place[1]) if place[1] else text.count("\n") + 1


def read_settings(table: Any, source: str, text: str = "", home: str = "") -> Settings:
    """A table of settings, from a file or from an editor; a wrong entry is told and passed over.

    `text` is that of the file, `home` the name of the table in it.
    """
    if not isinstance(table, dict):
        return _without(source, "the settings of einsight are a table", _line_of(text, home))
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for key, value in table.items():
        reader = _READ.get(key)
        if reader is None:
            wrong.append((key, f"there is no setting {_shown(key)}; there are {', '.join(_READ)}"))
            continue
        name, read = reader
        try:
            values[name] = read(value)
        except ValueError as problem:
            wrong.append((key, f"`{key}` {problem}"))
    if "rules" in values:
        values["rules"] = tuple(str(Path(source).parent / name) for name in values["rules"])
    bad = None
    if wrong:
        more = f"; and {len(wrong) - MOST_TOLD} more" if len(wrong) > MOST_TOLD else ""
        words = "; ".join(said for _, said in wrong[:MOST_TOLD]) + more
        bad = BadSettings(source, words, _line_of(text, f"{home}.{wrong[0][0]}".strip(".")) if text else 0)
    return Settings(**values, source=source, problem=bad, given=frozenset(values))


def _line_of(text: str, key: str) -> int:
    """The line, from 1, in which a key stands, such as `tool.einsight.budget`; else that of the table that it is in."""
    here, found, longest = "", 1, 0
    for number, line in enumerate(text.split("\n"), 1):
        header, entry = _HEADER.match(line), _ENTRY.match(line)
        if header is not None:
            here = name = _plain(header[1])
        elif entry is not None:
            name = f"{here}.{_plain(entry[1])}".strip(".")
        else:
            continue
        if f"{name}.".startswith(f"{key}."):
            return number
        if f"{key}.".startswith(f"{name}.") and len(name) > longest:
            found, longest = number, len(name)
    return found


def _plain(key: str) -> str:
    return re.sub(r"""[\s"']""", "", key)


def _shown(value: Any) -> str:
    """A value of somebody's in a message: short, and in one line."""
    try:
        return reprlib.repr(value)
    except ValueError:  # Python writes no number of so many digits
        return "that number"


def _layout(value: Any) -> str:
    if value not in LAYOUT_CHOICES:
        raise ValueError(f"is one of {', '.join(LAYOUT_CHOICES)}, not {_shown(value)}")
    return value


def _codes(value: Any) -> frozenset[str]:
    listed = [v.strip() for v in value.split(",") if v.strip()] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(v, str) and v.upper() in NAMES for v in listed):
        raise ValueError(f"is a list of codes such as EIN402, not {_shown(value)}")
    return frozenset(v.upper() for v in listed)


def _seconds(value: Any) -> float:
    # written so that what is not a number is none either
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= LONGEST_BUDGET:
        raise ValueError(f"is a positive number of seconds, at most {LONGEST_BUDGET}, not {_shown(value)}")
    return float(value)


def _steps(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_SEARCH:
        raise ValueError(
            f"is a whole number of steps from 0, which is no search, to {MOST_SEARCH}, not {_shown(value)}"
        )
    return value


def _plugins(value: Any) -> tuple[str, ...]:
    listed = value.get("disable", []) if isinstance(value, dict) else None
    if not isinstance(listed, list) or not all(isinstance(v, str) for v in listed):
        raise ValueError("is a table with `disable`, a list of plugin names")
    return tuple(listed)


def _files(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.endswith(".rules") for v in value):
        raise ValueError(f"is a list of files whose names end in `.rules`, not {_shown(value)}")
    if len(value) > MOST_RULES or any("\0" in v for v in value):
        raise ValueError(f"is a list of at most {MOST_RULES} names of files")
    return tuple(value)


_READ = {
    "layout": ("layout", _layout),
    "select": ("select", _codes),
    "ignore": ("ignore", _codes),
    "budget": ("budget", _seconds),
    "search": ("search", _steps),
    "plugins": ("disabled", _plugins),
    "rules": ("rules", _files),
}
