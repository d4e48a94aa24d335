"""The settings in `editors/`, tried in the editors themselves: headless, with a home of their own.

Where an editor is not installed its test is skipped; EINSIGHT_REQUIRE_EDITORS=1 turns that into a failure.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest
from paths import DATA, ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EDITORS = ROOT / "editors"
DRIVERS = DATA / "editors"
PATIENCE = 120  # seconds for an editor; it takes two
SHEET = """# a layer
A ∈ ℝ^(n×m); a, x ∈ ℝ^m; y, b ∈ ℝ^n
h = tanh(A x + b)
dh/dx = diag(1 - h ⊙ h) A
d/dx (a' x) = a
d/dx (y' A x)
sum_j   delta_ij x_j =  x_i
"""
# Emacs 28 has no Eglot of its own; Debian has a package of it
PACKAGES = """(progn (require 'package) (add-to-list 'package-directory-list "/usr/share/emacs/site-lisp/elpa")
    (package-initialize) (unless (locate-library "eglot") (kill-emacs 3)))"""
COMPILE = """(progn (setq byte-compile-error-on-warn t)
    (unless (byte-compile-file "einsight-mode.el") (kill-emacs 2)))"""


def _missing(what, packages):
    reason = f"{what} is not installed: apt-get install {packages}"
    if os.environ.get("EINSIGHT_REQUIRE_EDITORS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def home(tmp_path):
    """A folder with nothing but a sheet, and an `einsight` that is this one."""
    programs = tmp_path / "bin"
    programs.mkdir()
    server = programs / "einsight"
    server.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m einsight "$@" 2>>"$HOME/server.log"\n', encoding="utf-8")
    server.chmod(0o755)
    (tmp_path / "sheet.ein").write_text(SHEET, encoding="utf-8")
    return tmp_path


def _run(command, home):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "NVIM", "VIM", "EMACS"))}
    environment = {
        **kept,
        "HOME": str(home),
        "PATH": os.pathsep.join([str(home / "bin"), os.environ.get("PATH", os.defpath)]),
        "LC_ALL": "C.UTF-8",
        "EINSIGHT_SEEN": str(home / "seen.json"),
    }
    return subprocess.run(
        command, cwd=home, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
    )


def _seen(command, home):
    """What a driver has written down after it has worked on the sheet in an editor."""
    done = _run(command, home)
    file, log = home / "seen.json", home / "server.log"
    told = done.stdout + done.stderr + (log.read_text(encoding="utf-8") if log.exists() else "no server was started")
    assert file.exists(), told
    found = json.loads(file.read_text(encoding="utf-8"))
    assert "problem" not in found, f"{found}\n{told}"
    return found


def _check(seen):
    """What is the same in every editor."""
    assert list(seen["codes"]) == ["EIN402"]
    for words in ("defines", "h ∈ ℝ^n", "tanh(A_ik x_k + b_i)", "∂h/∂b"):
        assert words in seen["hover"]
    assert seen["derivation"].startswith("∂/∂x_i (y_k A_kl x_l)\n= ")
    assert "delta.contract" in seen["derivation"] and "y' A" in seen["derivation"]
    assert seen["numpy"].startswith("import numpy\n") and seen["jax"].startswith("import jax\n")
    assert seen["mended"] == "d/dx (a' x) = a'"
    assert seen["renamed"] == "g = tanh(A x + b)"
    assert seen["formatted"] == "sum_j delta_ij x_j = x_i"
    assert seen["completion"] == ["δ"]


def test_neovim(home):
    if shutil.which("nvim") is None:
        _missing("Neovim", "neovim")
    seen = _seen(
        ["nvim", "--clean", "--headless", "--cmd", f"let &runtimepath = '{EDITORS / 'neovim'},' . &runtimepath",
         "sheet.ein", "-c", f"luafile {DRIVERS / 'neovim.lua'}", "-c", "qall!"],
        home,
    )  # fmt: skip
    _check(seen)
    assert (seen["filetype"], seen["commentstring"], seen["syntax"]) == ("einsight", "# %s", "einsightComment")
    assert "rror" not in seen["messages"]
    assert "hints" not in seen or {"∈ ℝ^n", "✓", "= y' A"} <= set(seen["hints"])


def test_emacs(home):
    """The mode is compiled without a warning; what is tried is the compiled file."""
    if shutil.which("emacs") is None:
        _missing("Emacs", "emacs-nox elpa-eglot")
    shutil.copy(EDITORS / "emacs" / "einsight-mode.el", home)
    batch = ["emacs", "-Q", "--batch", "--eval", PACKAGES]
    compiled = _run([*batch, "--eval", COMPILE], home)
    if compiled.returncode == 3:
        _missing("Eglot", "elpa-eglot")
    assert compiled.returncode == 0, compiled.stderr
    seen = _seen([*batch, "-l", "./einsight-mode.elc", "-l", DRIVERS / "emacs.el"], home)
    _check(seen)
    assert (seen["mode"], seen["comment"], seen["face"]) == ("einsight-mode", "# ", "font-lock-comment-face")


def _toml(name):
    return tomllib.loads((EDITORS / name).read_text(encoding="utf-8"))


def test_helix_reads():
    given = _toml("helix/languages.toml")
    assert given["language-server"]["einsight"] == {"command": "einsight", "args": ["lsp"]}
    languages = {each["name"]: each for each in given["language"]}
    assert languages["einsight"]["file-types"] == ["ein"]
    assert all("einsight" in each["language-servers"] for each in languages.values())


def test_zed_reads():
    extension, language = _toml("zed/extension.toml"), _toml("zed/languages/einsight/config.toml")
    server = extension["language_servers"]["einsight"]
    assert language["name"] in server["languages"] and set(server["language_ids"]) == set(server["languages"])
    assert language["path_suffixes"] == ["ein"]
    assert extension["version"] == _toml("zed/Cargo.toml")["package"]["version"]
