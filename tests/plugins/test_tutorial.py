"""The tutorial, carried out: its files are written, its commands run, and what they print is what stands there.

`python tests/test_tutorial.py` writes into the page what its commands print now.
"""

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

import pytest
from paths import ROOT

TUTORIAL = ROOT / "plugins" / "TUTORIAL.md"
BLOCK = re.compile(r"^```(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<body>.*?)^```$", re.M | re.S)
SCRIPTS = {"einsight": "einsight", "pip": "pip", "pytest": "pytest"}
# what is another one each time: seconds, and milliseconds at the end of a row of the profile
TIMES = [
    (re.compile(r"\b\d+\.\d+ ?s\b"), "… s"),
    (re.compile(r" +ms$", re.M), "  ms"),
    (re.compile(r"(\d) +\d+\.\d\d$", re.M), r"\1  …"),
]


def environment(folder):
    """A fresh environment in which everything of this one is installed, and what is installed there is not here."""
    home = folder / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    site = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    here = [p for p in sys.path if p.endswith("-packages")]
    Path(site, "here.pth").write_text("".join(f"import site; site.addsitedir({p!r})\n" for p in here), encoding="utf-8")
    for name, module in SCRIPTS.items():
        script = home / "bin" / name
        script.write_text(f'#!/bin/sh\nexec python -m {module} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    own = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "EINSIGHT", "PIP", "COV"))}
    return {
        **own, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}", "VIRTUAL_ENV": str(home), "LC_ALL": "C.UTF-8",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PIP_NO_COMPILE": "1", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "PYTEST_ADDOPTS": "-p no:cacheprovider", "COLUMNS": "100",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "EINSIGHT_CACHE": str(folder / "cache"),
    }  # fmt: skip


class Follower:
    """Somebody who follows the page, in an empty folder."""

    def __init__(self, folder):
        self.environment = environment(folder)
        self.home = self.place = folder / "project"
        self.home.mkdir()

    def follow(self, block):
        """What a block has in it once it is carried out."""
        if block["file"]:
            path = self.place / block["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["body"], encoding="utf-8")
        elif block["language"] == "console":
            commands = [line.removeprefix("$ ") for line in block["body"].splitlines() if line.startswith("$ ")]
            return "".join(f"$ {command}\n{self.printed(command)}" for command in commands)
        return block["body"]

    def printed(self, command):
        """What a command prints, as the page writes it."""
        if command.startswith("cd "):
            self.place = (self.place / command.removeprefix("cd ")).resolve()
            return ""
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.place, env=self.environment, stdin=subprocess.DEVNULL, text=True,
            encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
        )  # fmt: skip
        text = done.stdout.replace(str(self.home), "~")
        for pattern, instead in TIMES:
            text = pattern.sub(instead, text)
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def followed(text, folder):
    """The page with what its commands print now."""
    follower = Follower(folder)

    def carried_out(found):
        head = found[0].partition("\n")[0]
        return f"{head}\n{follower.follow(found)}```"

    return BLOCK.sub(carried_out, text), follower


@pytest.mark.campaign  # it installs packages
@pytest.mark.skipif(os.name == "nt", reason="its commands are for a Unix shell")
def test_what_the_tutorial_shows_is_what_happens(tmp_path):
    text = TUTORIAL.read_text(encoding="utf-8")
    now, follower = followed(text, tmp_path.resolve())
    assert now.splitlines() == text.splitlines()
    # nothing of it has gone wrong in a way that the page would show and nobody would want
    for words in ("Traceback", "not found", "internal error", "No such file"):
        assert words not in text
    # the examples on the pages of the plugin that was installed are the rule's own
    page = (follower.home / "pages" / "rules" / "logistic.softsign-odd.md").read_text(encoding="utf-8")
    assert "softsign(-x_i) x_i = -softsign(x_i) x_i" in page and "`logistic` 0.1.0" in page


def test_every_block_of_the_tutorial_is_carried_out():
    """A file, or commands; nothing stands there that only looks like it."""
    text = TUTORIAL.read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    assert len(blocks) * 2 == text.count("```")
    for block in blocks:
        assert block["file"] or (block["language"] == "console" and block["body"].startswith("$ ")), block[0]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        TUTORIAL.write_text(followed(TUTORIAL.read_text(encoding="utf-8"), Path(made).resolve())[0], encoding="utf-8")
