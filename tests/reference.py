"""The pages of the reference and the first one, as tests take them apart."""

import contextlib
import io
import re
import shlex

from paths import ROOT

from einsight.cli.main import _parser

SOURCE = ROOT / "src" / "einsight"
FOLDER = SOURCE / "docs" / "pages"
FENCE = re.compile(r"^(?P<ticks>```+)(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<body>.*?)^(?P=ticks)$", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)]*)\)")
VERDICTS = {
    "right": None,
    "right_if": "EIN405",
    "transposed": "EIN402",
    "wrong": "EIN401",
    "shape": None,
    "undecided": "EIN403",
}
# what a comment in a fence may begin with
SAID = re.compile(rf"(?:(?:{'|'.join(sorted(VERDICTS, key=len, reverse=True))}|EIN\d{{3}})\b[ ,]*)+")
COMMENT = re.compile(r"(?<!\S)#(?![!])(.*)$")
# the pages by their paths, with the one that stands at the top
HAND_WRITTEN = [
    "README.md",
    *sorted(p.relative_to(ROOT).as_posix() for p in FOLDER.glob("*.md") if p.name != "codes.md"),
]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def said_by(line):
    """The verdicts and the codes that a line says it gets, and the result or shape that it shows, "" for none."""
    comment = COMMENT.search(line)
    text = comment[1].strip() if comment else ""
    found = SAID.match(text)
    return re.findall(r"\w+", found[0]) if found else [], text if re.match("[=∈] ", text) else ""


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
