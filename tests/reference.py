"""The pages of the reference and the first one, as tests take them apart."""

import contextlib
import io
import re
import shlex

from paths import ROOT

from einsight.cli.main import _parser

SOURCE = ROOT / "src" / "einsight"
FOLDER = SOURCE / "docs" / "pages"
LINK = re.compile(r"\[[^\]]*\]\(([^)]*)\)")
# the pages by their paths, with the one that stands at the top
HAND_WRITTEN = [
    "README.md",
    *sorted(p.relative_to(ROOT).as_posix() for p in FOLDER.glob("*.md") if p.name != "codes.md"),
]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(page):
    heads = re.findall(r"^#+ (.+)$", page, re.M)
    return {re.sub(r"[^\w-]", "", h.lower().replace(" ", "-")) for h in heads}


def runs(command):
    """Does the command line take it?"""
    first, *rest = shlex.split(command)
    if first == "python":
        return (ROOT / "src" / rest[1].replace(".", "/") / "__main__.py").exists()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            _parser().parse_args(rest)
    except SystemExit as ended:  # it was asked for help
        return ended.code == 0
    except Exception:
        return False
    return True
