"""Whatever a name leads to: a file is read, anything else is refused at once, and nothing is read without an end."""

import ast
import os
import subprocess
import sys

import pytest
import warm
from paths import ROOT
from session import Session

from einsight.cli.main import main
from einsight.documents import reading
from einsight.documents.inputs import on_disk
from einsight.plugins.rules_file import read_rules

SOURCE = ROOT / "src" / "einsight"
posix = pytest.mark.skipif(os.name != "posix", reason="pipes and devices have names")

# names of functions that open a file, and what else they open: by the file, a word of the line
OPENS = {"open", "fdopen", "read_text", "read_bytes", "open_code", "mkstemp"}
ELSEWHERE = {
    "documents/reading.py": ("_opened", "_FLAGS"),  # the one place
    "syntax/parse.py": ("resources.files",), "syntax/mistakes.py": ("resources.files",), "documents/latex/parse.py": ("resources.files",),
    "docs/topics.py": ("resources.files",),
    "server/main.py": ("os.dup(", "os.devnull"), "server/session.py": ("self.documents.open",), "server/tcp.py": ("(listening)",),
    "cli/terminal.py": ("os.devnull",), "processes.py": ("os.dup(",), "memory.py": ("/proc/self/status",),
    "documents/writing.py": ("handle = os.open(", "self._handle = os.open("), "cli/cache.py": ('"wb"',), "cli/sealing.py": ("with open(", "os.O_WRONLY"),
    "plugins/watch.py": ("/proc/self/statm",),  # how much memory this process has, of the kernel
}  # fmt: skip


def _opens(path):
    """The lines of a file in which another one is opened for reading, or may be."""
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)) if any(f"{name}(" in text for name in OPENS) else ():
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in OPENS:
                yield text.splitlines()[node.lineno - 1].strip()


def test_one_function_opens_files():
    """But for the benchmarks and the site, which nobody gives a document."""
    odd = [
        (home, line)
        for path in SOURCE.rglob("*.py")
        if (home := path.relative_to(SOURCE).as_posix()) and not home.startswith(("bench/", "site/"))
        for line in _opens(path)
        if not any(word in line for word in ELSEWHERE.get(home, ()))
    ]
    assert not odd, "use einsight.documents.reading"


def test_bytes_and_text(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbfa\r\n\xc3\xa9\n")
    assert reading.text(path) == "a\r\né\n" and reading.content(path, 9) == path.read_bytes()
    with pytest.raises(reading.TooLarge, match="larger than 0 MB"):
        reading.content(path, 8)
    path.write_bytes(b"\xef\xbb\xbf\n\nab\xe9")
    with pytest.raises(reading.NotUtf8, match="byte 0xe9 in line 3"):
        reading.text(path)
    with pytest.raises(FileNotFoundError):
        reading.content(tmp_path / "none")


# the name of something that is no file, and what is said of it
ODD = {
    "pipe": (lambda path: os.mkfifo(path), "this is no file but a pipe"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "this is no file but a device"),
    "folder": (lambda path: path.mkdir(), "Is a directory"),
    "sparse": (lambda path: os.truncate(path, 1 << 40) if path.write_bytes(b"") == 0 else None, "is larger than"),
    "itself": (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links"),
}


@pytest.fixture(params=ODD)
def odd(request, tmp_path):
    make, words = ODD[request.param]

    def made(name):
        make(tmp_path / name)
        return tmp_path / name, words

    return made


@posix
def test_none_is_read(odd):
    path, words = odd("a")
    with pytest.raises(OSError, match=words):
        reading.text(path)


@posix
@pytest.mark.parametrize("name", ["a.ein", "a.md", "a.tex", "a.ipynb", "a.py"])
def test_a_document_that_is_none_costs_itself(odd, name, tmp_path, capsys):
    path, words = odd(name)
    (tmp_path / "b.ein").write_text("c in R\nc = c\n", encoding="utf-8")
    paths = [str(path), str(tmp_path / "b.ein")]
    if path.is_dir():
        (path / "c.ein").write_text("c in R\n", encoding="utf-8")
        assert main(["check", "--no-cache", *paths]) == 0
        return
    assert main(["check", "--no-cache", *paths]) == 2
    out, err = capsys.readouterr()
    assert "checked 1 claim" in out and err.splitlines() == [f"einsight: {path}: {err.strip().rpartition(': ')[2]}"]
    assert words in err
    if path.suffix in (".ein", ".md"):
        assert main(["fmt", str(path)]) == 2 and words in capsys.readouterr().err


@posix
def test_a_file_that_latex_reads(odd, tmp_path):
    path, _ = odd("macros.tex")
    assert on_disk(tmp_path / "main.tex")("macros.tex") is None
    (tmp_path / "main.tex").write_text(r"\input{macros} $c \in \mathbb{R}$ and $c = c$", encoding="utf-8")
    assert main(["check", "--no-cache", str(tmp_path / "main.tex")]) == 0


@posix
def test_rules_that_are_none(odd, tmp_path):
    path, words = odd("course.rules")
    (tmp_path / "einsight.toml").write_text('rules = ["course.rules"]', encoding="utf-8")
    (tmp_path / "a.ein").write_text("c in R\nc = c\n", encoding="utf-8")
    done = subprocess.run(
        warm.einsight("check", "--no-cache", "a.ein"),
        cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and words in done.stderr and done.stderr.count("\n") == 1


@posix
def test_a_workspace_with_files_that_are_none(tmp_path):
    for name, (make, _) in ODD.items():
        make(tmp_path / f"{name}.ein")
    (tmp_path / "a.ein").write_text("c in R\nc = c\n", encoding="utf-8")
    with Session() as session:
        uris = [p.as_uri() for p in sorted(tmp_path.iterdir()) if p.suffix == ".ein"]
        told = session.command("einsight.checkWorkspace", uris)
        assert told["files"] == 1 and len(told["unread"]) == len(ODD) and told["verdicts"] == {"right": 1}


@posix
def test_a_pipe_that_takes_the_place_of_a_file_meanwhile(tmp_path, monkeypatch):
    """What was opened is looked at, not only what the name led to before."""
    path = tmp_path / "a"
    os.mkfifo(path)
    plain = os.stat(__file__)
    monkeypatch.setattr(reading.os, "stat", lambda name: plain)
    with pytest.raises(reading.NoRegularFile):
        reading.content(path)


@posix
def test_standard_input_has_an_end():

    with open("/dev/zero", "rb") as endless:
        # the shell sets the limit: a function between fork and exec is none for a process with threads
        done = subprocess.run(
            ["sh", "-c", 'ulimit -v 2000000; exec "$@"', "sh", sys.executable, "-m", "einsight.cli.main", "check", "-"],
            stdin=endless, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2 and "larger than 10 MB" in done.stderr and done.stderr.count("\n") == 1


PASSWD = """root:x:0:0:root:/root:/bin/secret
secret.d:x:1:1:secret:/usr/sbin:/usr/sbin/nologin
function secret(a) { return secret; }
    secret: indented
    examples secret => secret
-----BEGIN SECRET KEY-----
password = secret
"""


def test_a_fault_of_rules_quotes_nothing_of_a_file_that_is_none():
    _, problems = read_rules(PASSWD, "course", "course.rules")
    assert [p.line for p in problems] == list(range(1, 8))
    assert not [p for p in problems if "secret" in str(p).lower()]
