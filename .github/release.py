"""What a release needs before it is built.

    python .github/release.py check v0.1.0     is all of one version, and is it dated in the changelog?
    python .github/release.py notes            what the changelog says of it
    python .github/release.py urls ADDRESS     the repository's address into every pyproject.toml that is built

The version stands in src/einsight/__init__.py; what carries it too is compared here.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATED = re.compile(r"^## (\S+) \((\d{4}-\d{2}-\d{2})\)$", re.M)


def version() -> str:
    return _found(r'^__version__ = "(.*)"$', "src/einsight/__init__.py")


def others() -> dict[str, str]:
    """The versions that have to be the same, by the file that they stand in."""
    return {
        "editors/vscode/package.json": json.loads((ROOT / "editors/vscode/package.json").read_text(encoding="utf-8"))[
            "version"
        ],
        "editors/zed/extension.toml": _found(r'^version = "(.*)"$', "editors/zed/extension.toml"),
        "CHANGELOG.md": _found(r"^## (\S+) \(", "CHANGELOG.md"),
        "editors/vscode/CHANGELOG.md": _found(r"^## (\S+) \(", "editors/vscode/CHANGELOG.md"),
    }


def problems(tag: str) -> Iterator[str]:
    """Why this tag is no release yet."""
    own = version()
    if tag != f"v{own}":
        yield f"the tag {tag} is not v{own}, which src/einsight/__init__.py says"
    for place, found in others().items():
        if found != own:
            yield f"{place} says {found}, not {own}"
    for name in ("CHANGELOG.md", "editors/vscode/CHANGELOG.md"):
        dated = DATED.search((ROOT / name).read_text(encoding="utf-8"))
        if dated is None or dated[1] != own:
            yield f"{name} has no date for {own}: write `## {own} (YYYY-MM-DD)`"


def notes() -> str:
    """The newest section of the changelog."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.split(r"^## .*$", text, flags=re.M)[1].strip() + "\n"


def with_urls(text: str, address: str) -> str:
    """A pyproject.toml that names the repository's address; one that names it already stays."""
    if "[project.urls]" in text:
        return text
    named = {"Repository": "", "Changelog": "/blob/HEAD/CHANGELOG.md", "Issues": "/issues"}
    lines = "\n".join(f'{name} = "{address}{path}"' for name, path in named.items())
    return re.sub(r"(?m)^(?=\[project\.optional-dependencies\])", f"[project.urls]\n{lines}\n\n", text, count=1)


def _found(pattern: str, name: str) -> str:
    found = re.search(pattern, (ROOT / name).read_text(encoding="utf-8"), re.M)
    if found is None:
        raise SystemExit(f"{name} has no version")
    return found[1]


def main(command: str, *given: str) -> int:
    if command == "check":
        found = list(problems(*given))
        print("\n".join(found) or f"{given[0]} can be released")
        return 1 if found else 0
    if command == "notes":
        print(notes(), end="")
        return 0
    if command == "urls":
        for path in [ROOT / "pyproject.toml", *sorted((ROOT / "plugins").glob("*/pyproject.toml"))]:
            path.write_text(with_urls(path.read_text(encoding="utf-8"), *given), encoding="utf-8")
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
