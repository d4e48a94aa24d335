"""`python -m einsight.docs FOLDER [PLUGIN]`: pages of all rules and functions, or of those of one plugin, in Markdown."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..lowering.report import EinsightError
from ..plugins import telling as plugins
from ..settings import settings_for
from .book import INDEX, write


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages; plugins and files of rules count as the settings above this folder say."""
    parser = argparse.ArgumentParser(prog="python -m einsight.docs", description=__doc__)
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="where the pages are written; its index is README.md"
    )
    parser.add_argument("plugin", nargs="?", metavar="PLUGIN", help="the pages of this plugin or file of rules alone")
    given = parser.parse_args(arguments)
    settings = settings_for(Path("_"))
    if settings.problem is not None:
        print(f"einsight: {settings.problem}", file=sys.stderr)
    plugins.use(settings.disabled, settings.rules)
    try:
        count = write(given.folder, given.plugin)
    except EinsightError as problem:
        print(f"einsight: {problem}", file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"einsight: {problem.filename or given.folder}: {problem.strerror or problem}", file=sys.stderr)
        return 2
    except MemoryError:
        print(f"einsight: {given.folder}: there is not enough memory; close other programs", file=sys.stderr)
        return 2
    finally:
        plugins.tell(lambda message: print(f"einsight: {message}", file=sys.stderr))
    print(f"{count} pages in {given.folder}: begin with {given.folder / INDEX}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
