"""Settings in files: `[tool.einsight]` of a `pyproject.toml`, or an `einsight.toml`, the nearest one above a document."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ..lowering.layout import LAYOUTS
from ..lowering.report import NAMES, Diagnostic

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILES = ("einsight.toml", "pyproject.toml")
LAYOUT_CHOICES = (*LAYOUTS, "auto")
# seconds for one answer or verdict
BUDGET = 5.0


@dataclass(frozen=True)
class Settings:
    """How a document is checked.

    select, ignore   codes that alone are reported, and that are not
    disabled         plugins that are not loaded (`plugins.disable`)
    rules            files of rules of the project, as absolute paths
    budget           seconds for one answer or verdict
    source           the file they come from
    problems         what is wrong in it, in words
    """

    layout: str = "numerator"
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    disabled: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    budget: float = BUDGET
    source: str = ""
    problems: tuple[str, ...] = ()
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
    """The settings of the nearest file above a document.  Never raises; what is wrong is in `problems`."""
    for folder in path.absolute().parents:
        for name in FILES:
            found = _in_file(folder / name)
            if found is not None:
                return found
    return Settings()


def _in_file(path: Path) -> Settings | None:
    """The settings of one file; None where it has none."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        # a broken pyproject.toml is for others to report, unless it speaks of us
        if path.name == "pyproject.toml" and "tool.einsight" not in _text_or_nothing(path):
            return None
        return Settings(source=str(path), problems=(f"{path}: {problem}",))
    table = data if path.name == "einsight.toml" else data.get("tool", {}).get("einsight")
    return read_settings(table, str(path)) if table is not None else None


def _text_or_nothing(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def read_settings(table: Any, source: str) -> Settings:
    """A table of settings, from a file or from an editor; a wrong entry is told and passed over."""
    if not isinstance(table, dict):
        return Settings(source=source, problems=(f"{source}: the settings of einsight are a table",))
    values: dict[str, Any] = {}
    problems: list[str] = []
    for key, value in table.items():
        reader = _READ.get(key)
        if reader is None:
            problems.append(f"{source}: there is no setting `{key}`; there are {', '.join(_READ)}")
            continue
        name, read = reader
        try:
            values[name] = read(value)
        except ValueError as problem:
            problems.append(f"{source}: `{key}` {problem}")
    if "rules" in values:
        values["rules"] = tuple(str(Path(source).parent / name) for name in values["rules"])
    return Settings(**values, source=source, problems=tuple(problems), given=frozenset(values))


def _layout(value: Any) -> str:
    if value not in LAYOUT_CHOICES:
        raise ValueError(f"is one of {', '.join(LAYOUT_CHOICES)}, not {value!r}")
    return value


def _codes(value: Any) -> frozenset[str]:
    listed = [v.strip() for v in value.split(",") if v.strip()] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(v, str) and v.upper() in NAMES for v in listed):
        raise ValueError(f"is a list of codes such as EIN402, not {value!r}")
    return frozenset(v.upper() for v in listed)


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
        raise ValueError(f"is a positive number of seconds, not {value!r}")
    return float(value)


def _plugins(value: Any) -> tuple[str, ...]:
    listed = value.get("disable", []) if isinstance(value, dict) else None
    if not isinstance(listed, list) or not all(isinstance(v, str) for v in listed):
        raise ValueError("is a table with `disable`, a list of plugin names")
    return tuple(listed)


def _files(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.endswith(".rules") for v in value):
        raise ValueError(f"is a list of files whose names end in `.rules`, not {value!r}")
    return tuple(value)


_READ = {
    "layout": ("layout", _layout),
    "select": ("select", _codes),
    "ignore": ("ignore", _codes),
    "budget": ("budget", _seconds),
    "plugins": ("disabled", _plugins),
    "rules": ("rules", _files),
}
