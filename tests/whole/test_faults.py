"""The n-th thing that is asked of the disk, or of memory, fails, for every n of a short run.

A cache that fails is none.  A document is the old one or the new one, whole, and nothing is left beside it.  Who could not do what he
was asked says so in one line, and exits with 2.
"""

import builtins
import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from einsight.cli.main import main
from einsight.docs import book as books
from einsight.docs.__main__ import main as write_pages
from einsight.docs.markdown import MARK

pytestmark = pytest.mark.skipif(os.name == "nt", reason="what is asked of the disk is counted as POSIX has it")
KINDS = ["ENOSPC", "EACCES", "EIO", "EINTR", "memory"]
ASKED = "open stat lstat readlink scandir mkdir rename replace unlink rmdir utime chmod".split()
OF_A_HANDLE = "read write fsync".split()
TRANSPOSED = "a, x in R^m\nd/dx (a' x) = a\n"


def fault(kind, path=None):
    if kind == "memory":
        return MemoryError()
    number = getattr(errno, kind)
    return OSError(number, os.strerror(number), *([] if path is None else [os.fspath(path)]))


class Disk:
    """Everything that is asked of the files below a folder is counted, and the `failing`th of it fails; half of a write is done."""

    def __init__(self, root, kind="", failing=0):
        self.root, self.kind, self.failing, self.count = os.fspath(root), kind, failing, 0
        self.asked = []
        self._handles = set()

    def __enter__(self):
        self._own = {name: getattr(os, name) for name in (*ASKED, *OF_A_HANDLE)}, builtins.open, io.open
        for name in ASKED:
            setattr(os, name, self._of_a_path(name, self._own[0][name]))
        for name in OF_A_HANDLE:
            setattr(os, name, self._of_a_handle(name, self._own[0][name]))
        builtins.open = io.open = self._opened
        return self

    def __exit__(self, *_):
        named, builtins.open, io.open = self._own
        for name, own in named.items():
            setattr(os, name, own)

    def _is_below(self, path):
        if isinstance(path, int):
            return path in self._handles
        try:
            return os.path.abspath(os.fspath(path)).startswith(self.root)
        except (TypeError, ValueError):
            return False

    def ask(self, what, path=None):
        self.count += 1
        self.asked.append(what)
        if self.count == self.failing:
            raise fault(self.kind, path)

    def _of_a_path(self, name, own):
        def asked(path, *given, **more):
            below = self._is_below(path)
            if below:
                self.ask(name, path)
            found = own(path, *given, **more)
            if name == "open" and below:
                self._handles.add(found)
            return found

        return asked

    def _of_a_handle(self, name, own):
        def asked(handle, *given):
            if handle in self._handles:
                if name == "write" and self.count + 1 == self.failing:
                    own(handle, given[0][: len(given[0]) // 2])
                self.ask(name)
            return own(handle, *given)

        return asked

    def _opened(self, path, *given, **more):
        if not self._is_below(path):
            return self._own[1](path, *given, **more)
        self.ask("open", path)
        return File(self._own[1](path, *given, **more), self)


class File:
    """An open file whose reads, writes and end are counted."""

    def __init__(self, own, disk):
        self._own, self._disk = own, disk

    def __getattr__(self, name):
        return getattr(self._own, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __iter__(self):
        return iter(self.read().splitlines(keepends=True))

    def read(self, *size):
        self._disk.ask("read")
        return self._own.read(*size)

    def write(self, content):
        if self._disk.count + 1 == self._disk.failing:
            self._own.write(content[: len(content) // 2])
        self._disk.ask("write")
        return self._own.write(content)

    def close(self):
        is_open = not self._own.closed
        self._own.close()
        if is_open:
            self._disk.ask("close")


def every(count, is_campaign=False):
    """Each place with a kind of fault: by default one kind a place, so that all kinds are met."""
    if is_campaign:
        return [(n, kind) for n in range(1, count + 1) for kind in KINDS]
    return [(n, KINDS[n % len(KINDS)]) for n in range(1, count + 1)]


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.campaign)], ids=["", "every kind"])
def is_campaign(request):
    return request.param


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("EINSIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("EINSIGHT_DEBUG", raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def files(folder):
    """Everything below a folder, with its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()}


def reset(folder, wanted):
    for name in files(folder).keys() - wanted.keys():
        (folder / name).unlink()
    for name, content in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


def in_one_line(err):
    return err.startswith("einsight: ") and err.count("\n") == 1 and "internal error" not in err and "None" not in err


@pytest.mark.parametrize("is_warm", [False, True], ids=["cold", "warm"])
def test_a_cache_that_fails_is_none(place, capfd, is_warm, is_campaign):
    for name, text in (("a.ein", TRANSPOSED), ("b.ein", TRANSPOSED.replace("= a", "= 3 a"))):
        (place / name).write_text(text, encoding="utf-8")
    command = ["check", ".", "--jobs", "1"]
    told = main([*command, "--no-cache"]), *capfd.readouterr()
    cache = place.parent / "cache"
    main(command if is_warm else [*command, "--no-cache"])
    before = files(cache) if is_warm else {}
    with Disk(cache) as disk:
        main(command)
    assert disk.count >= (8 if is_warm else 15)
    assert {"open", "read", "close", "utime"} <= set(disk.asked) or not is_warm
    assert {"open", "write", "close", "mkdir", "replace", "scandir"} <= set(disk.asked) or is_warm
    capfd.readouterr()
    for n, kind in every(disk.count, is_campaign):
        if is_warm:
            reset(cache, before)
        else:
            for folder in sorted((p for p in (cache, *cache.rglob("*")) if p.is_dir()), reverse=True):
                for path in folder.iterdir():
                    path.unlink()
                folder.rmdir()
        with Disk(cache, kind, n) as disk:
            status = main(command)
        assert (status, *capfd.readouterr()) == told, (n, kind, disk.asked[-1])
        assert all(name.endswith(".json") for name in files(cache)), (n, kind, disk.asked[-1])
        assert (main(command), *capfd.readouterr()) == told


OLD = {"a.ein": b"a, x in R^m\r\nd/dx (a' x) =  a\r\n", "b.ein": TRANSPOSED.replace("x)", " x)").encode()}
COMMANDS = {
    "fmt": (["fmt", "."], {"a.ein": b"a, x in R^m\r\nd/dx (a' x) = a\r\n", "b.ein": TRANSPOSED.encode()}),
    "fix": (["check", ".", "--fix", "--jobs", "1", "--no-cache"], {
        "a.ein": b"a, x in R^m\r\nd/dx (a' x) =  a'\r\n", "b.ein": OLD["b.ein"].replace(b"= a", b"= a'")}),
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_a_document_is_never_half_written(place, capfd, command, is_campaign):
    arguments, new = COMMANDS[command]
    reset(place, OLD)
    with Disk(place) as disk:
        assert main(arguments) == 0
    assert files(place) == new
    assert {"open", "read", "write", "fsync", "replace", "chmod", "scandir"} <= set(disk.asked)
    capfd.readouterr()
    refused = 0
    for n, kind in every(disk.count, is_campaign):
        reset(place, OLD)
        (place / "a.ein").chmod(0o640)
        with Disk(place, kind, n) as disk:
            status = main(arguments)
        found, (_, err) = files(place), capfd.readouterr()
        where = (command, n, kind, disk.asked[n - 1], err)
        assert found.keys() == OLD.keys(), where
        assert all(content in (OLD[name], new[name]) for name, content in found.items()), where
        assert (place / "a.ein").stat().st_mode & 0o777 == 0o640, where
        if status:
            refused += 1
            assert status == 2 and in_one_line(err), where
        else:
            assert found == new and (not err or in_one_line(err) and "einsight.toml" in err or "pyproject" in err), (
                where
            )
    assert refused > disk.count / 3


def test_the_program_says_what_it_could_not_read(place, capfd, is_campaign):
    (place / "a.ein").write_text(TRANSPOSED, encoding="utf-8")
    (place / "einsight.toml").write_text('ignore = ["EIN402"]\n', encoding="utf-8")
    command = ["check", "a.ein", "--jobs", "1", "--no-cache"]
    with Disk(place) as disk:
        told = main(command), *capfd.readouterr()
    for n, kind in every(disk.count, is_campaign):
        with Disk(place, kind, n) as disk:
            found = main(command), *capfd.readouterr()
        lines = found[2].splitlines()
        said = found[0] == 2 and lines and all(in_one_line(f"{line}\n") for line in lines)
        assert found == told or said, (n, kind, disk.asked[n - 1], found)


def test_pages_are_written_whole(place, capfd, monkeypatch, is_campaign):
    new = {"README.md": f"{MARK}\nnew ∂\n", "codes.md": f"{MARK}\ncodes\n", "rules/a.md": f"{MARK}\na\n"}
    pages, new = new, {name: text.encode() for name, text in new.items()}
    monkeypatch.setattr(books, "book", lambda only=None: pages)
    old = {
        "README.md": f"{MARK}\nold\n".encode(),
        "rules/gone.md": f"{MARK}\ngone\n".encode(),
        "rules/own.md": b"# Mine\n",
    }
    folder = place / "pages"
    reset(folder, old)
    with Disk(folder) as disk:
        assert write_pages([str(folder)]) == 0
    assert files(folder) == {**new, "rules/own.md": b"# Mine\n"}
    capfd.readouterr()
    for n, kind in every(disk.count, is_campaign):
        reset(folder, old)
        with Disk(folder, kind, n) as disk:
            status = write_pages([str(folder)])
        found, (_, err) = files(folder), capfd.readouterr()
        where = (n, kind, disk.asked[n - 1], err)
        assert all(content in (old.get(name), new.get(name)) for name, content in found.items()), where
        assert found.keys() >= {"README.md", "rules/own.md"}, where
        if found.keys() < old.keys() | new.keys() and "rules/gone.md" not in found:
            assert found.items() >= new.items(), where
        assert status == 0 and not err or status == 2 and in_one_line(err), where


def test_a_new_plugin_is_there_or_not(place, capfd, is_campaign):
    with Disk(place) as disk:
        assert main(["plugin", "new", "my-course"]) == 0
    whole = files(place)
    assert len(whole) == 4 and {"mkdir", "write", "rename"} <= set(disk.asked)
    capfd.readouterr()
    for n, kind in every(disk.count, is_campaign):
        reset(place, {})
        for folder in sorted((p for p in place.rglob("*") if p.is_dir()), reverse=True):
            folder.rmdir()
        with Disk(place, kind, n) as disk:
            status = main(["plugin", "new", "my-course"])
        _, err = capfd.readouterr()
        where = (n, kind, disk.asked[n - 1], err)
        if status:
            assert status == 2 and in_one_line(err) and not list(place.iterdir()), where
        else:
            assert files(place) == whole, where


ALLOCATIONS = """
import _testcapi, sys
from pathlib import Path
from einsight.cli.cache import Cache
cache, record = Cache(Path(sys.argv[1]), "p"), {"claims": [], "diagnostics": [], "unread": 0, "unread_reasons": [], "premises": [], "formulas": 0, "failing": []}
key = cache.key("x", "ein", "numerator", None)
def keep(): cache.put(key, record)
def look(): return cache.get(key)
shards = {key[0]}
def tidy(): cache.prune(shards)
cache.put(key, record); assert cache.get(key) == record
count = 0
for work in (look, keep, tidy):
    for n in range(400):
        _testcapi.set_nomemory(n, n + 1)
        try:
            found = work()
        finally:
            _testcapi.remove_mem_hooks()
        assert found is None or found == record, found
        count += 1
    cache.put(key, record)
    assert cache.get(key) == record
    assert [p.name for p in Path(sys.argv[1]).rglob("*") if p.is_file()] == [key + ".json"]
print(count)
"""


def test_every_allocation_of_the_cache_may_fail(tmp_path):
    """In a process of its own: Python itself is not made for it everywhere."""
    pytest.importorskip("_testcapi")
    done = subprocess.run([sys.executable, "-c", ALLOCATIONS, str(tmp_path / "kept")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "1200\n"), done.stderr
