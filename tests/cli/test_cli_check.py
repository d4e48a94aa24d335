"""`einsight check` over trees and in CI: processes, the cache, formats, fixes, folders."""

import ast
import functools
import hashlib
import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from paths import ROOT
from session import wait_until

import einsight
from einsight import processes
from einsight.cli import cache as caching
from einsight.cli import progress, sealing, workers
from einsight.cli.main import main
from einsight.documents.positions import LineIndex
from einsight.documents.regions import SUFFIXES
from einsight.documents.walking import files_below
from einsight.editing import fixing
from einsight.editing.actions import actions
from einsight.lowering.report import NAMES, Diagnostic, Fix
from einsight.sheets.sheet import Sheet

TRANSPOSED = "a, x in R^m\nd/dx (a' x) = a\n"
RIGHT = "x in R^m\nd/dx (x' x) = 2 x'\n"
WRONG = "x in R^m\nd/dx (x' x) = 3 x'\n"
EMPTY = {
    "claims": [],
    "diagnostics": [],
    "unread": 0,
    "unread_reasons": [],
    "premises": [],
    "formulas": 0,
    "failing": [],
}
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals, permissions and links of POSIX")


PROGRAM = caching._program


@functools.cache
def _program(version):
    """What checks, which is worked out once for hundreds of commands; `test_plugins_and_sources_…` holds it to what it is."""
    return PROGRAM()


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A folder to stand in, with a cache of its own beside it."""
    monkeypatch.setenv("EINSIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EINSIGHT_DEBUG", "1")
    monkeypatch.setattr(caching, "_program", lambda: _program(einsight.__version__))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def check(capfd):
    """Runs `check`; gives the exit status, what is printed, and what is said besides."""

    def run(*arguments):
        status = main(["check", *map(str, arguments)])
        out, err = capfd.readouterr()
        return status, out, err

    return run


def from_cache(err):
    """How many files came from the cache."""
    return int(re.search(r"^einsight: (\d+) of \d+ files from the cache$", err, re.MULTILINE)[1])


def said(err):
    """What is said but for that."""
    return [line for line in err.splitlines() if not line.endswith("from the cache")]


def write(path, text):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def tree(count=300):
    """Small files, no two alike; every sixth has something to report."""
    for k in range(count):
        claim = f"{k + 2} x = {k + (1 if k % 6 == 0 else 2)} x"
        name = f"part{k % 7}/n{k:03}" + (".md" if k % 5 == 0 else ".ein")
        body = f"x in R^m\n{claim}\n"
        write(name, f"# {k}\n\n```ein\n{body}```\n" if name.endswith(".md") else body)


# processes


@pytest.mark.parametrize("form, count", [pytest.param("text", 60, marks=pytest.mark.campaign), ("json", 24)])
def test_processes_and_the_cache_change_nothing(check, form, count):
    tree(count)
    status, alone, err = check(".", "--jobs", 1, "--no-cache", "--format", form)
    assert status == 1 and from_cache(err) == 0 and alone.count("EIN401") == count // 6
    status, first, err = check(".", "--jobs", 2, "--format", form)
    assert (status, first, from_cache(err)) == (1, alone, 0)
    for jobs in (1, 2):
        status, second, err = check(".", "--jobs", jobs, "--format", form)
        assert (status, second, from_cache(err)) == (1, alone, count)
    write("part3/n003.ein", RIGHT)
    assert from_cache(check(".", "--format", form)[2]) == count - 1
    assert check(".", "--no-cache", "--format", form)[2] == f"einsight: 0 of {count} files from the cache\n"


def stumbling(**faults):
    """The code of a worker in which the check of a text with one of those words in it does that."""
    table = repr(faults).replace("{", "{{").replace("}", "}}")
    return (
        f"import sys; sys.path[:] = {{path!r}}\nFAULTS = {table}\n"
        "import os, time, einsight.sheets.check as c\nbefore = c.check_within\n"
        "def check_within(budget, text, *rest):\n"
        "    for word in FAULTS:\n        if word in text: exec(FAULTS[word])\n"
        "    return before(budget, text, *rest)\n"
        "c.check_within = check_within\nfrom einsight.processes import serve; serve()"
    )


FAULTS = {
    "EXIT": ("os._exit(3)", "its process ended with status 3"),
    "RAISE": (
        "raise MemoryError('too large')",
        "EIN504 it needs more memory than a process may use; EINSIGHT_MEMORY sets that, in MB",
    ),
    "STOP": ("raise KeyboardInterrupt", ""),
    "PRINT": ("os.write(1, b'printed\\n'); print('printed'); os._exit(0)", "its process ended with status 0"),
    **({} if os.name == "nt" else {"KILL": ("os.kill(os.getpid(), 9)", "its process was killed (signal 9)")}),
}


def test_what_ends_a_worker_costs_its_file(check, monkeypatch):
    monkeypatch.delenv("EINSIGHT_DEBUG")
    monkeypatch.setattr(processes, "START", stumbling(**{word: fault for word, (fault, _) in FAULTS.items()}))
    words = ["", *FAULTS, "", ""]
    for k, word in enumerate(words):
        write(f"n{k}.ein", TRANSPOSED.replace("\n", f" # {k} {word}\n"))
    status, out, err = check(".", "--jobs", 2)
    assert status == 2
    good = [k for k, word in enumerate(words) if not word]
    assert [line[:3] for line in out.splitlines()[:-2]] == [f"n{k}:"[:2] + "." for k in good]
    assert out.endswith("\n3 files; 0 claims stand, 3 do not\nchecked 3 claims in 3 formulas\n")
    told = [line for line in err.splitlines() if line.startswith("einsight: ")]
    for k, (word, line) in enumerate(zip(FAULTS, told, strict=True), 1):
        assert line.startswith(f"einsight: n{k}.ein: could not be checked: ") and line.endswith(FAULTS[word][1])


def test_where_no_process_can_be_had_this_one_checks(check, monkeypatch):
    def refuse(*_, **__):
        raise OSError("no more processes")

    monkeypatch.setattr(processes.subprocess, "Popen", refuse)
    tree(6)
    assert check(".", "--jobs", 2)[:2] == check(".", "--jobs", 1, "--no-cache")[:2]


def test_a_fault_in_this_process_costs_its_file(check, monkeypatch):
    monkeypatch.delenv("EINSIGHT_DEBUG")
    write("a.ein", RIGHT)
    write("b.ein", WRONG)

    def check_within(budget, text, *rest):
        if text == RIGHT:
            raise ZeroDivisionError("of ours")
        return before(budget, text, *rest)

    before = einsight.sheets.check.check_within
    monkeypatch.setattr("einsight.sheets.check.check_within", check_within)
    status, out, err = check(".", "--jobs", 1)
    assert status == 2 and "EIN401" in out
    assert err == "einsight: a.ein: could not be checked: ZeroDivisionError: of ours\n"


@pytest.mark.parametrize(
    "sizes, cores, jobs",
    [([], 8, 1), ([300], 8, 1), ([300] * 10, 8, 1), ([300] * 2000, 4, 4), ([300] * 2000, 64, 8), ([10**6] * 2, 8, 2)],
)
def test_default_of_jobs(monkeypatch, sizes, cores, jobs):
    monkeypatch.setattr(processes.os, "sched_getaffinity", lambda _: range(cores), raising=False)
    assert workers.default_jobs(sizes) == jobs


@pytest.mark.parametrize("jobs", ["0", "-2", "many", "1.5", ""])
def test_jobs_are_a_positive_number(check, jobs):
    status, out, err = check(".", "--jobs", jobs)
    assert (status, out) == (2, "") and err.startswith("einsight: ") and err.count("\n") == 1


SLOW = """
import sys, time
from einsight import processes
processes.START = {start!r}
from einsight.cli.main import main
sys.exit(main(['check', '.', '--jobs', '2']))
"""


@POSIX
def test_interrupted(place):
    """Ctrl-C goes to all processes of the terminal; the workers end with the one that started them."""
    tree(6)
    write("a.ein", RIGHT + "# KILL\n")
    started = place.parent / "started"
    start = stumbling(KILL=f"open({str(started)!r}, 'w').write(str(os.getpid())); time.sleep(3600)")
    # where the tests run in the background of a shell, Ctrl-C is ignored, and so by all that they start
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    command = [sys.executable, "-c", heard + SLOW.format(start=start)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        wait_until(lambda: started.exists() and started.read_text(), "the worker")
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    worker = int(started.read_text())
    assert (process.returncode, out, err) == (2, b"", b"einsight: interrupted\n")

    def is_gone():  # its corpse is left for init to bury
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return True
        return False

    wait_until(is_gone, "the end of the worker")


# the cache


def entries(place):
    return sorted((place.parent / "cache").rglob("*.json"))


def test_settings_and_program_are_part_of_the_key(check, monkeypatch):
    write("a.ein", TRANSPOSED)
    assert [from_cache(check("a.ein")[2]) for _ in range(2)] == [0, 1]
    assert from_cache(check("a.ein", "--layout", "denominator")[2]) == 0
    for settings in ('layout = "mixed"', "budget = 3", "budget = 4", "search = 0", 'plugins = { disable = ["other"] }'):
        write("einsight.toml", settings)
        assert [from_cache(check("a.ein")[2]) for _ in range(2)] == [0, 1], settings
    # what is reported is chosen afterwards
    write("einsight.toml", 'ignore = ["EIN402"]')
    status, out, err = check("a.ein")
    assert from_cache(err) == 1 and "EIN402" not in out
    assert "EIN402" in check("a.ein", "--select", "EIN402")[1]
    monkeypatch.setattr(einsight, "__version__", "0.1.1")
    assert [from_cache(check("a.ein")[2]) for _ in range(2)] == [0, 1]


def test_plugins_and_sources_are_part_of_the_program(monkeypatch, tmp_path):
    code = write(tmp_path / "site" / "einsight_course.py", "x = 1\n")
    monkeypatch.syspath_prepend(str(code.parent))
    points = []
    monkeypatch.setattr(metadata, "entry_points", lambda group: list(points))
    seen = [PROGRAM()]
    points.append(metadata.EntryPoint("course", "einsight_course", "einsight"))
    seen.append(PROGRAM())
    code.write_text("x = 2\n")
    seen.append(PROGRAM())
    points.append(metadata.EntryPoint("missing", "no.such.package", "einsight"))
    seen.append(PROGRAM())
    monkeypatch.setattr(caching.sys, "version_info", (3, 99, 0))
    seen.append(PROGRAM())
    assert len(set(seen)) == 5 and PROGRAM() == seen[-1]


def _as_ours(record):
    """The record in the form of an entry that is whole."""
    return lambda entry: sealed(entry, json.dumps(record(entry)).encode())


def sealed(entry, body):
    """An entry as this user writes it, of whatever record."""
    return caching.Cache(Path("anywhere"))._entry(entry["key"], body)


POISON = {
    "empty": lambda entry: "",
    "cut": lambda entry: json.dumps(entry)[:-9],
    "pickle": lambda entry: b"\x80\x04cos\nsystem\n(S'exit 7'\ntR.",
    "a list": lambda entry: "[1, 2]",
    "deep": lambda entry: "[" * 100_000,
    "a number": lambda entry: "7",
    "no UTF-8": lambda entry: b"\xff\xfe\xff",
    "of another text": lambda entry: json.dumps({**entry, "key": "0" * 64}),
    "changed": lambda entry: json.dumps({**entry, "record": EMPTY}),
    "spaced": lambda entry: json.dumps(entry, indent=1),
    "deep within": lambda entry: sealed(entry, b"[" * 100_000),
    "no record": _as_ours(lambda entry: None),
    "a key too many": _as_ours(lambda entry: {**entry["record"], "run": "exit 7"}),
    "no number": _as_ours(lambda entry: {**entry["record"], "unread": "9"}),
    "a truth value": _as_ours(lambda entry: {**entry["record"], "unread": True}),
    "half a diagnostic": _as_ours(lambda entry: {**entry["record"], "diagnostics": [{"code": "EIN401"}]}),
    "a code of its own": _as_ours(
        lambda entry: {**entry["record"], "diagnostics": [{**entry["record"]["diagnostics"][0], "code": "EIN999"}]}
    ),
}


def test_a_poisoned_entry_is_ignored(check, place):
    write("a.ein", TRANSPOSED)
    told = check("a.ein")[:2]
    (path,) = entries(place)
    good = path.read_bytes()
    for name, poison in POISON.items():
        content = poison(json.loads(good))
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        status, out, err = check("a.ein", "--format", "sarif")
        assert not said(err), name
        assert json.loads(out)["runs"][0]["results"][0]["ruleId"] == "EIN402", name
        assert check("a.ein")[:2] == told
        assert path.read_bytes() == good, f"{name}: it is written anew"


def test_nobody_else_writes_an_entry_that_counts(check, place, monkeypatch):
    """Who can write into the folder knows the form of an entry, and not the secret."""
    write("a.ein", WRONG)
    told = check("a.ein")[:2]
    (path,) = entries(place)
    good = path.read_bytes()
    entry = json.loads(good)
    with monkeypatch.context() as other:
        other.setenv("EINSIGHT_CACHE_KEY", "another's")
        forged = sealed(entry, json.dumps(EMPTY).encode())
    plain = hashlib.sha256(json.dumps(EMPTY).encode()).hexdigest()
    for bad in (forged, json.dumps({**entry, "digest": plain, "record": EMPTY}).encode()):
        path.write_bytes(bad)
        assert check("a.ein")[:2] == told and path.read_bytes() == good


def test_users_of_one_folder_keep_apart(check, place, monkeypatch):
    write("a.ein", WRONG)
    for user in ("one", "another"):
        monkeypatch.setenv("EINSIGHT_CACHE_KEY", user)
        assert [from_cache(check("a.ein")[2]) for _ in range(2)] == [0, 1]
    monkeypatch.setenv("EINSIGHT_CACHE_KEY", "one")
    assert from_cache(check("a.ein")[2]) == 1 and len(entries(place)) == 2


@POSIX
def test_a_folder_that_others_may_write_in_is_no_cache(check, place, monkeypatch):
    write("a.ein", WRONG)
    told = check("a.ein")[:2]
    (path,) = entries(place)
    root = path.parent.parent
    assert root.stat().st_mode & 0o777 == 0o700
    for mode, count in ((0o755, 1), (0o770, 0), (0o707, 0), (0o700, 1)):
        root.chmod(mode)
        status, out, err = check("a.ein")
        assert ((status, out), from_cache(err)) == (told, count), oct(mode)
    with monkeypatch.context() as other:
        other.setattr(os, "geteuid", lambda: 12345)
        assert from_cache(check("a.ein")[2]) == 0
    root.symlink_to(root.rename(root.with_name("elsewhere")))
    assert from_cache(check("a.ein")[2]) == 0


@POSIX
def test_the_secret_is_the_user_s_alone(tmp_path):
    where = {"XDG_STATE_HOME": str(tmp_path / "state")}
    path = sealing.place(where, "linux")
    first = sealing.secret(where, "linux")
    assert sealing.secret(where, "linux") == first and len(first) == sealing.LENGTH
    assert [p.stat().st_mode & 0o777 for p in (path, path.parent)] == [0o600, 0o700]
    assert list(path.parent.iterdir()) == [path]

    def spoil(way):
        if way == "linked":
            other = path.rename(tmp_path / "known")
            path.symlink_to(other)
        elif way == "read by all":
            path.chmod(0o644)
        else:
            path.write_bytes(b"short")

    for way in ("linked", "read by all", "cut"):
        before = sealing.secret(where, "linux")
        spoil(way)
        after = sealing.secret(where, "linux")
        assert after != before and sealing.secret(where, "linux") == after and path.stat().st_mode & 0o777 == 0o600, way
    for impossible in ({"XDG_STATE_HOME": "/dev/null/x"}, {"XDG_STATE_HOME": "/a\0b"}):
        assert sealing.secret(impossible, "linux") is None
    given = sealing.secret({**where, "EINSIGHT_CACHE_KEY": "told"}, "linux")
    assert given == sealing.secret({"EINSIGHT_CACHE_KEY": "told"}, "win32") != after


def test_without_a_secret_there_is_no_cache(check, place, monkeypatch):
    write("a.ein", WRONG)
    monkeypatch.setattr(caching, "secret", lambda: None)
    assert [from_cache(check("a.ein", "--jobs", 1)[2]) for _ in range(2)] == [0, 0] and entries(place) == []


def test_without_a_cache_nothing_is_said(check, monkeypatch, place):
    write("a.ein", TRANSPOSED)
    told = check("a.ein", "--no-cache")[:2]
    monkeypatch.setenv("EINSIGHT_CACHE", "0")
    assert [check("a.ein", "--jobs", jobs)[:2] for jobs in (1, 2)] == [told, told]
    assert not (place.parent / "cache").exists() and not Path("0").exists()
    write(place.parent / "file", "in the way")
    for impossible in (place.parent / "file", "/dev/null/x", "a\0b", "x" * 5000):
        monkeypatch.setattr(caching, "folder", lambda where=impossible: Path(where))
        status, out, err = check("a.ein")
        assert ((status, out), said(err), from_cache(err)) == (told, [], 0)


def test_what_the_budget_left_undecided_is_not_kept(check, place, monkeypatch):
    write("a.ein", WRONG)
    write("einsight.toml", "budget = 0.000001")
    for _ in range(2):
        status, out, err = check("a.ein")
        assert from_cache(err) == 0 and "EIN504" in out
    assert entries(place) == []


@pytest.mark.parametrize(
    "environment, platform, folder",
    [
        ({}, "linux", "~/.cache/einsight"),
        ({"XDG_CACHE_HOME": "/big/cache"}, "linux", "/big/cache/einsight"),
        ({"XDG_CACHE_HOME": "relative"}, "linux", "~/.cache/einsight"),
        ({"XDG_CACHE_HOME": "/big/cache"}, "darwin", "~/Library/Caches/einsight"),
        ({"LOCALAPPDATA": "/Users/me/Local"}, "win32", "/Users/me/Local/einsight/Cache"),
        ({}, "win32", "~/AppData/Local/einsight/Cache"),
        ({"EINSIGHT_CACHE": "/else", "XDG_CACHE_HOME": "/big"}, "linux", "/else"),
        ({"EINSIGHT_CACHE": ""}, "linux", "~/.cache/einsight"),
        ({"EINSIGHT_CACHE": "0"}, "darwin", None),
    ],
)
@POSIX
def test_folder_of_the_cache(environment, platform, folder):
    assert caching.folder(environment, platform) == (folder and Path(folder).expanduser())


def test_the_cache_is_bounded(tmp_path):
    record = EMPTY
    limit = 16 * 4 * caching.BLOCK
    cache = caching.Cache(tmp_path / "bounded", "p", limit)
    keys = [cache.key(str(k), "ein", "numerator", None) for k in range(400)]
    for k, key in enumerate(keys):
        cache.put(key, record)
        os.utime(cache._path(key), (k, k))
    half = Path(cache._path(keys[0]) + ".123")
    half.write_text("half of an en")
    os.utime(half, (1, 1))
    used = keys[0]
    assert cache.get(used) == record  # as of now
    cache.prune(set(caching.SHARDS))
    left = [key for key in keys if cache.has(key)]
    assert 30 < len(left) <= 64 and used in left and not half.exists()
    for shard in caching.SHARDS:  # the newest are left
        of_it = [key for key in keys if key[0] == shard]
        assert set(left) & set(of_it) <= {used, *of_it[-4:]}
    cache.prune({"0"})
    caching.Cache(None).prune({"0"})


# exit statuses

JUDGED = {
    "right": (RIGHT, []),
    "transposed": (TRANSPOSED, ["EIN402"]),
    "right_if": ("A in R^(n x n); x in R^n\nd/dx (x' A x) = 2 x' A\n", ["EIN405"]),
    "wrong": (WRONG, ["EIN401"]),
    "shape": ("a, x in R^m\nd/dx (a' x) = 3\n", ["EIN404"]),
    "shape within": ("a, x in R^m; y in R^k\nd/dx (a' y) = a'\n", ["EIN301"]),
    "undecided": ("$\\frac{\\partial}{\\partial x} (x^T A x) = 3 A x$\n", []),
    "no claim": ("x in R^m\nx x\n", ["EIN303"]),
}


@pytest.mark.parametrize("name", JUDGED)
def test_the_exit_status_is_what_is_reported(check, name):
    """Alike in every format, from the cache, in other processes: what is ignored does not count, and is not silent.

    Processes hand the same records on that the cache holds, so one claim that does not stand, and the one beside it that does, go
    through them.
    """
    text, codes = JUDGED[name]
    write("a.md" if name == "undecided" else "a.ein", text)
    write("b.ein", RIGHT)
    wanted = int(bool(codes))
    in_processes = [["--jobs", 2, "--no-cache"], ["--jobs", 2]] if name == "wrong" else []
    for options in ([], ["--no-cache"], *in_processes, *(["--format", f] for f in ("json", "sarif", "github"))):
        assert check(".", *options)[0] == wanted, options
        assert "--jobs" in options or check(".", *options, "--exit-zero")[0] == 0, options
    assert (name in check(".", "--format", "json")[1]) == (name not in ("shape within", "no claim"))
    for code in codes:
        ignored = ["--ignore", code]
        assert check(".", *ignored)[0] == 0 and check(".", "--select", "EIN103")[0] == 0
        out = check(".", *ignored)[1]
        assert "not\n" not in out and ("ignored" in out) == (name != "no claim")
        assert check(".", "--select", code)[0] == 1
    if codes and name != "no claim":
        first, second, *rest = text.split("\n")
        for told in (
            f"{first}\n{second} # einsight: ignore {codes[0]}\n",
            f"#! ignore {codes[0]}\n{text}",
            f"{first}\n{second} # einsight: ignore\n",
        ):
            write("a.ein", told)
            status, out, _ = check(".")
            assert status == 0 and "1 ignored" in out and "not" not in out
            assert json.loads(check(".", "--format", "json")[1])["summary"]["ignored"] == 1


def test_what_is_fixed_stands(check):
    write("a.ein", TRANSPOSED)
    assert check("a.ein")[0] == 1 and check("a.ein", "--fix", "--ignore", "EIN402")[0] == 0
    assert check("a.ein", "--fix")[0] == 0 and check("a.ein")[0] == 0
    write("a.md", "$x, a \\in \\mathbb{R}^m$, $A \\in \\mathbb{R}^{m \\times m}$\n\n$\\nabla_x a^T x = a$, $\\frac{d}{dx} (x^T a) = a$, "
          "$\\frac{d}{dx} x^T A x = x^T (A + A^T)$, $\\frac{d}{dx} A x = A$\n")  # fmt: skip
    status, out, _ = check("a.md")
    assert status == 1 and "EIN406" in out and check("a.md", "--ignore", "EIN406")[0] == 0


def test_nothing_makes_a_file_that_cannot_be_read_a_success(check):
    assert check("missing.ein", "--exit-zero")[0] == 2


# formats

# behind a byte order mark, with astral letters and CRLF: 𝛿 is two units of UTF-16 and one character
SCENE = "\ufeff𝛿, c ∈ ℝ; a, x ∈ ℝ^m\r\n𝛿 c = c; d/dx (a' x) = a\r\nA ∈ ℝ^(n×m); z ∈ ℝ^n; A z\r\n"


def test_positions_in_each_format(check):
    write("docs/a,b:50%.ein" if os.name != "nt" else "docs/a.ein", SCENE)
    (name,) = Path("docs").iterdir()
    found = json.loads(check("docs", "--format", "json")[1])["files"][0]
    assert found["path"] == str(name)
    assert [(d["code"], *d["range"]["start"].values(), *d["range"]["end"].values()) for d in found["diagnostics"]] == [
        ("EIN401", 1, 7, 1, 8), ("EIN402", 1, 24, 1, 25), ("EIN302", 2, 22, 2, 23)]  # fmt: skip
    lines = check("docs")[1].splitlines()
    assert lines[0].startswith(f"{name}:2:7: error EIN401 ") and lines[1].startswith(f"{name}:2:24: warning EIN402 ")
    (run,) = json.loads(check("docs", "--format", "sarif")[1])["runs"]
    places = [r["locations"][0]["physicalLocation"] for r in run["results"]]
    assert [list(p["region"].values()) for p in places] == [[2, 8, 2, 9], [2, 25, 2, 26], [3, 23, 3, 24]]
    commands = check("docs", "--format", "github")[1].splitlines()
    if os.name != "nt":
        assert places[0]["artifactLocation"] == {"uri": "docs/a%2Cb%3A50%25.ein"}
        start = "::error file=docs/a%2Cb%3A50%25.ein,line=2,endLine=2,col=8,endColumn=9,title=EIN401 claim-wrong::"
        assert commands[0].startswith(start)
    assert [c.split(" ")[0] for c in commands[:3]] == ["::error", "::warning", "::error"]
    # where the clashing name was declared stands in the next line of the message
    assert "%0A" in commands[2] and all(c.count("::") == 2 for c in commands[:3])


def test_json_is_written_as_one_dump(check):
    write("a.ein", SCENE)
    write("b.ein", "")
    for paths in (["a.ein", "b.ein"], ["b.ein"], [write("empty/x.txt", "").parent]):
        out = check(*paths, "--format", "json")[1]
        data = json.loads(out)
        assert out == json.dumps(data, ensure_ascii=False, indent=2) + "\n"
        assert list(data) == ["files", "summary"]
        for file in data["files"]:
            assert list(file) == ["path", "claims", "diagnostics", "unread"]
            for found in file["diagnostics"]:
                assert list(found) == ["code", "name", "severity", "range", "message", "fixes"]
    assert data == {"files": [], "summary": {"files": 0, "claims": 0, "verdicts": {}, "unread": 0}}


@pytest.mark.parametrize(
    "text, data, value",
    [
        ("a b", "a b", "a b"),
        ("100%", "100%25", "100%25"),
        ("a\r\nb", "a%0D%0Ab", "a%0D%0Ab"),
        ("C:\\x,y", "C:\\x,y", "C%3A\\x%2Cy"),
        ("%0A::", "%250A::", "%250A%3A%3A"),
    ],
)
def test_escapes_of_workflow_commands(text, data, value):
    from einsight.cli import reports

    assert (reports._data(text), reports._property(text)) == (data, value)


def test_a_finding_over_several_lines_has_no_columns_for_github(check):
    write("a.ein", "x in R^m\nd/dx (x' x) = (3\n x')\n")
    out = check("a.ein", "--format", "github")[1]
    assert "line=2,endLine=3,title=" in out


def valid_sarif(data):
    """The rules of the schema of SARIF 2.1.0 (sarif-schema-2.1.0.json) for all that is written here."""

    def closed(thing, required, optional=()):
        assert set(required) <= set(thing) <= {*required, *optional}, thing

    def message(thing):
        closed(thing, ["text"])
        assert isinstance(thing["text"], str) and thing["text"]

    def artifact(thing):
        closed(thing, ["uri"])
        # a uri-reference: no spaces, no letters beyond ASCII, % only as an escape
        assert re.fullmatch(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?#\[\]]|%[0-9A-F]{2})+", thing["uri"]), thing

    def region(thing):
        closed(thing, ["startLine", "startColumn", "endLine", "endColumn"])
        assert all(type(v) is int and v >= 1 for v in thing.values())
        start, end = (thing["startLine"], thing["startColumn"]), (thing["endLine"], thing["endColumn"])
        assert start <= end

    def location(thing):
        closed(thing, ["physicalLocation"], ["id", "message"])
        assert type(thing.get("id", 0)) is int and thing.get("id", 0) >= -1
        closed(thing["physicalLocation"], ["artifactLocation"], ["region"])
        artifact(thing["physicalLocation"]["artifactLocation"])
        if "region" in thing["physicalLocation"]:
            region(thing["physicalLocation"]["region"])
        if "message" in thing:
            message(thing["message"])

    levels = {"none", "note", "warning", "error"}
    closed(data, ["$schema", "version", "runs"])
    assert data["version"] == "2.1.0"
    assert data["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json"
    assert isinstance(data["runs"], list) and len(data["runs"]) == 1
    (run,) = data["runs"]
    closed(run, ["tool", "results", "columnKind", "invocations"])
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    closed(run["tool"], ["driver"])
    driver = run["tool"]["driver"]
    closed(driver, ["name", "version", "semanticVersion", "rules"])
    assert driver["name"] and re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    for rule in driver["rules"]:
        closed(rule, ["id", "name", "shortDescription", "fullDescription", "help", "defaultConfiguration"])
        for key in ("shortDescription", "fullDescription", "help"):
            message(rule[key])
        closed(rule["defaultConfiguration"], ["level"])
        assert rule["defaultConfiguration"]["level"] in levels
    for result in run["results"]:
        closed(
            result,
            ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
            ["relatedLocations", "fixes"],
        )
        assert ids[result["ruleIndex"]] == result["ruleId"] and result["level"] in levels
        message(result["message"])
        for place in [*result["locations"], *result.get("relatedLocations", [])]:
            location(place)
        assert all(isinstance(k, str) and isinstance(v, str) for k, v in result["partialFingerprints"].items())
        for fix in result.get("fixes", []):
            closed(fix, ["description", "artifactChanges"])
            message(fix["description"])
            assert fix["artifactChanges"]
            for change in fix["artifactChanges"]:
                closed(change, ["artifactLocation", "replacements"])
                artifact(change["artifactLocation"])
                assert change["replacements"]
                for replacement in change["replacements"]:
                    closed(replacement, ["deletedRegion"], ["insertedContent"])
                    region(replacement["deletedRegion"])
                    closed(replacement["insertedContent"], ["text"])
    for call in run["invocations"]:
        closed(call, ["executionSuccessful"], ["toolExecutionNotifications"])
        assert type(call["executionSuccessful"]) is bool
        for notice in call["toolExecutionNotifications"]:
            closed(notice, ["message"], ["level", "locations"])
            message(notice["message"])
            assert notice["level"] in levels
            for place in notice["locations"]:
                location(place)
    return run


def test_sarif(check, place):
    write("döcs/ä b.ein", SCENE + "spare ∈ ℝ\ny_ij = x_i\n")
    outside = write(place.parent / "outside.ein", WRONG)
    status, out, err = check("döcs", outside, "missing.ein", "--format", "sarif")
    assert status == 2
    run = valid_sarif(json.loads(out))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(NAMES)
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["help"]["text"] == einsight.docs.explain.explain(rule["id"])
        assert "helpUri" not in rule
    by_code = {r["ruleId"]: r for r in run["results"]}
    assert {code: r["level"] for code, r in by_code.items()} == {
        "EIN401": "error", "EIN402": "warning", "EIN302": "error", "EIN103": "note", "EIN204": "note"}  # fmt: skip
    (fix,) = by_code["EIN402"]["fixes"]
    (replacement,) = fix["artifactChanges"][0]["replacements"]
    assert replacement == {
        "deletedRegion": {"startLine": 2, "startColumn": 25, "endLine": 2, "endColumn": 26},
        "insertedContent": {"text": "a'"},
    }
    assert by_code["EIN302"]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 3
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    assert uris == {"d%C3%B6cs/%C3%A4%20b.ein", outside.as_uri()}
    (call,) = run["invocations"]
    assert call["executionSuccessful"] is False
    assert [n["message"]["text"] for n in call["toolExecutionNotifications"]] == ["No such file or directory"]
    assert said(err) == ["einsight: missing.ein: No such file or directory"]
    # nothing found, and nothing there
    write("good.ein", RIGHT)
    for paths in (["good.ein"], [write("empty/x.txt", "").parent]):
        run = valid_sarif(json.loads(check(*paths, "--format", "sarif")[1]))
        assert run["results"] == [] and run["invocations"][0]["executionSuccessful"]


def test_fingerprints_stand_when_lines_move(check):
    def fingerprints(text):
        write("a.ein", text)
        (run,) = json.loads(check("a.ein", "--format", "sarif")[1])["runs"]
        return [(r["ruleId"], *r["partialFingerprints"].values()) for r in run["results"]]

    first = "x ∈ ℝ^m\n2x = 3x\n2x = 4x\n2x = 3x\n"
    before = fingerprints(first)
    assert len(set(before)) == 3
    assert fingerprints(first.replace("2x = 3x", "  2x = 3x").replace("\n", "\r\n\r\n")) == before
    assert fingerprints(first.replace("4x", "5x"))[::2] == before[::2]
    assert fingerprints(first.replace("4x", "5x"))[1] != before[1]


# fixes

LATEX = "$a, x \\in \\mathbb{R}^m$ and $$\\frac{\\partial}{\\partial x} (a^\\top x) = a$$\n"
FIX_CASES = [
    ("a.ein", TRANSPOSED, TRANSPOSED.replace("= a\n", "= a'\n")),
    ("a.ein", "\ufeff" + TRANSPOSED.replace("\n", "\r\n"), "\ufeff" + "a, x in R^m\r\nd/dx (a' x) = a'\r\n"),
    ("a.ein", "𝛿 in R;a, x in R^m\rd/dx (𝛿 a' x) = 𝛿 a", "𝛿 in R;a, x in R^m\rd/dx (𝛿 a' x) = 𝛿 a'"),
    ("a.ein", "x in R^m\ns = ∑_{j=1}^n x_j\n", "x in R^m\ns = ∑_{j=1}^m x_j\n"),
    ("a.ein", "a, x in R^m\nd/dx (a' x) = a # einsight: ignore EIN402\n", None),
    ("a.ein", "#! layout denominator\n" + TRANSPOSED, None),
    ("a.ein", WRONG, None),
    ("a.ein", "", None),
    ("a.md", f"# x\n\n- item\n\n  ```ein\n{TRANSPOSED}  ```\n", "# x\n\n- item\n\n  ```ein\na, x in R^m\nd/dx (a' x) = a'\n  ```\n"),
    # a formula in LaTeX in its author's own hand
    ("a.md", LATEX, LATEX.replace("= a$$", "= a^\\top$$")),
    ("a.tex", f"\\begin{{document}}\n{LATEX}\\end{{document}}\n", f"\\begin{{document}}\n{LATEX}\\end{{document}}\n".replace("= a$$", "= a^\\top$$")),
]  # fmt: skip


@pytest.mark.parametrize("case", FIX_CASES, ids=range(len(FIX_CASES)))
def test_fix(check, case):
    name, before, after = case
    path = write(name, before)
    path.chmod(0o640)
    os.utime(path, (1_000_000, 1_000_000))
    # in the second turn what is known of the text comes from the cache
    for turn in range(2):
        status, out, err = check(name, "--fix", "--layout", "numerator")
        assert not said(err) and status == (before == WRONG)
        assert path.read_bytes().decode() == (before if after is None else after)
        assert ("fixed 1 in 1 file" in out) == (after is not None and turn == 0)
        assert (path.stat().st_mtime == 1_000_000) == (after is None)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640 or os.name == "nt"
        assert os.listdir(path.parent) == [name]
    assert from_cache(err) == 1


def test_fix_in_several_processes(check):
    for k, (name, before, _) in enumerate(FIX_CASES):
        write(f"{k}/{name}", before)
    status, out, err = check(".", "--fix", "--layout", "numerator", "--jobs", 2)
    assert status == 1 and not said(err)
    fixed = [k for k, (_, _, after) in enumerate(FIX_CASES) if after is not None]
    assert f"; fixed {len(fixed)} in {len(fixed)} files\n" in out
    for k, (name, before, after) in enumerate(FIX_CASES):
        assert Path(f"{k}/{name}").read_bytes().decode() == (before if after is None else after)


def test_fix_is_what_the_editor_fixes():
    text = TRANSPOSED + "s = ∑_{j=1}^n x_j\nd/dx (x' x) = 3 x'\nd/dx (a' x) = a\n"
    sheet = Sheet(text)
    sheet.finish()
    (action,) = actions(sheet, LineIndex(text), 0, len(text), ["source.fixAll"])
    done = fixing.fix(text, "ein", "numerator")
    assert action.edits == tuple(fixing.certain_edits(sheet.diagnostics())) and done.count == len(action.edits) == 3
    assert [d.code for d in done.findings.diagnostics] == ["EIN401"]
    assert done.text == "a, x in R^m\nd/dx (a' x) = a'\ns = ∑_{j=1}^m x_j\nd/dx (x' x) = 3 x'\nd/dx (a' x) = a'\n"


def test_fixing_ends(monkeypatch):
    """Where a fix brings up the opposite one, or another one each time."""

    def swapping(_budget, text, *_):
        new = {"a": "b", "b": "a"}[text]
        return einsight.sheets.check.Findings(diagnostics=[_found(new)])

    def growing(_budget, text, *_):
        return einsight.sheets.check.Findings(diagnostics=[_found(text + "+")])

    def _found(new):
        return Diagnostic("EIN402", "warning", (0, 1), "", (Fix("", (0, 99), new),))

    monkeypatch.setattr(fixing, "check_within", swapping)
    assert fixing.fix("a", "ein", "numerator").text == "b"
    monkeypatch.setattr(fixing, "check_within", growing)
    assert fixing.fix("a", "ein", "numerator").count == fixing.ROUNDS


def test_edits_that_overlap_wait():
    found = [
        Diagnostic("EIN402", "warning", span, "", (Fix("", span, "y"),)) for span in [(0, 4), (2, 6), (4, 5), (4, 4)]
    ]
    assert fixing.certain_edits(found) == [((0, 4), "y"), ((4, 5), "y")]


def test_in_notes_the_layout_that_they_follow_is_kept(check):
    for name in ("a.md", "b.md"):
        write(name, f"```ein\n{TRANSPOSED}```\n")
    write("a.ein", TRANSPOSED)
    status, out, err = check(".", "--fix")
    assert "; fixed 1 in 1 file" in out and Path("a.ein").read_text() != TRANSPOSED


@pytest.mark.parametrize("options, is_fixed", [(["--ignore", "EIN402"], False), (["--select", "EIN205"], False), (["--select", "EIN402"], True)])  # fmt: skip
def test_only_what_is_reported_is_fixed(check, options, is_fixed):
    path = write("a.ein", TRANSPOSED)
    for _ in range(2):
        assert check("a.ein", "--fix", *options)[0] == 0
        assert (path.read_text() != TRANSPOSED) == is_fixed


def test_fix_in_a_pipe(check, monkeypatch):
    text = "\ufeff" + (TRANSPOSED + "d/dx (x' x) = 3 x'").replace("\n", "\r\n")
    fixed = "\ufeffa, x in R^m\r\nd/dx (a' x) = a'\r\nd/dx (x' x) = 3 x'"
    for content in (text, fixed):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode()), encoding="ascii"))
        status, out, err = check("-", "--fix")
        assert status == 1 and out.encode() == fixed.encode()
        assert err.startswith("<stdin>:3:15: error EIN401 ")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff"), encoding="ascii"))
    assert check("-", "--fix", "--format", "json")[:2] == (2, "")


PIPED = {
    "ein": (TRANSPOSED, "2:15"),
    "markdown": ("For $a, x \\in \\mathbb{R}^m$:\n$\\frac{\\partial}{\\partial x} (a^T x) = a$\n", "2:40"),
    "latex": ("For $a, x \\in \\mathbb{R}^m$:\n$\\frac{\\partial}{\\partial x} (a^T x) = a$\n", "2:40"),
    "rst": ("For :math:`a, x \\in \\mathbb{R}^m`:\n:math:`\\frac{\\partial}{\\partial x} (a^T x) = a`\n", "2:46"),
    "python": (
        'def f():\n    """For $a, x \\\\in \\\\mathbb{R}^m$: $\\\\frac{\\\\partial}{\\\\partial x} (a^T x) = 3 a$"""\n',
        "2:",
    ),
}


@pytest.fixture
def pipe(monkeypatch):
    def fill(text):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="ascii"))

    return fill


@pytest.mark.parametrize("language", PIPED)
def test_what_comes_through_a_pipe_is_of_the_language_that_is_said_or_that_its_name_says(check, pipe, language):
    """And is told, in every format, as the file of that name would be."""
    text, place = PIPED[language]
    suffix = next(s for s, spoken in SUFFIXES.items() if spoken == language)
    write(f"notes{suffix}", text)
    status, of_file, _ = check(f"notes{suffix}", "--layout", "numerator")
    assert status == 1 and f"notes{suffix}:{place}" in of_file
    for form in ("text", "json", "github", "sarif"):
        options = ("--layout", "numerator", "--format", form)
        pipe(text)
        named = check("-", "--stdin-filename", f"notes{suffix}", *options)[:2]
        assert named == check(f"notes{suffix}", *options)[:2]
    pipe(text)
    assert check("-", "--language", language, "--layout", "numerator")[1] == of_file.replace(
        f"notes{suffix}:", "<stdin>:"
    )


def test_a_notebook_through_a_pipe(check, pipe):
    cell = {
        "cell_type": "markdown",
        "metadata": {},
        "source": ["$a, x \\in \\mathbb{R}^m$ and $\\frac{\\partial}{\\partial x} (a^T x) = 3 a$"],
    }
    pipe(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    status, out, _ = check("-", "--language", "notebook")
    assert status == 1 and "<stdin>:1:" in out and "EIN401" in out


def test_the_settings_above_the_file_that_a_pipe_stands_for_count(check, pipe):
    Path("course").mkdir()
    write("course/einsight.toml", 'layout = "denominator"\n')
    for name, stands in (("course/a.ein", True), ("a.ein", False), ("course/none/there.ein", True)):
        pipe(TRANSPOSED)
        assert (check("-", "--stdin-filename", name)[0] == 0) == stands, name
    pipe(TRANSPOSED)
    assert check("-", "--stdin-filename", "a.md", "--language", "ein")[1].startswith("a.md:2:15: warning EIN402")


def test_what_a_named_pipe_fixes_comes_out_of_it_and_no_file_is_written(check, pipe):
    write("a.ein", RIGHT)
    pipe(TRANSPOSED)
    assert check("--fix", "--stdin-filename", "a.ein", "-")[:2] == (0, TRANSPOSED.replace("= a", "= a'"))
    assert Path("a.ein").read_text() == RIGHT


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["a.ein", "--language", "latex"], "--language says what standard input is, and `a.ein` is a path"),
        (["-", "a.ein", "--stdin-filename", "b.ein"], "--stdin-filename says what standard input is"),
        (["-", "--language", "cobol"], "invalid choice"),
        (["-", "--language", "markdwn"], "did you mean `markdown`"),
        (["-", "--stdin-filename", "a.txt"], "`a.txt` does not say its language"),
        (["-", "--stdin-filename", ""], "`` does not say its language"),
    ],
)
def test_a_language_that_is_said_of_paths_or_is_none_is_refused(check, pipe, arguments, told):
    write("a.ein", RIGHT)
    pipe(RIGHT)
    status, out, err = check(*arguments)
    assert (status, out) == (2, "") and told in err and len(said(err)) == 1


def test_the_languages_that_help_lists_are_those_that_there_are():
    from einsight.cli.check import LANGUAGES
    from einsight.documents import regions

    assert LANGUAGES == regions.LANGUAGES


@POSIX
def test_fix_keeps_links_and_refuses_what_changed(check, monkeypatch, tmp_path):
    real = write(tmp_path / "real.ein", TRANSPOSED)
    Path("a.ein").symlink_to(real)
    assert check(".", "--fix")[0] == 0
    assert Path("a.ein").is_symlink() and real.read_text().endswith("= a'\n")
    # somebody saves the file while it is checked
    path = write("b.ein", TRANSPOSED)
    before = fixing.fix

    def slow(*arguments):
        path.write_text("theirs")
        return before(*arguments)

    monkeypatch.setattr(fixing, "fix", slow)
    status, out, err = check("b.ein", "--fix")
    assert status == 2 and said(err) == ["einsight: b.ein: could not be fixed: it has changed meanwhile"]
    assert path.read_text() == "theirs" and not out
    # and where it cannot be written
    write("b.ein", TRANSPOSED)
    monkeypatch.setattr(fixing, "fix", before)

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("einsight.cli.files.os.replace", refuse)
    status, out, err = check("b.ein", "--fix", "--no-cache")
    assert status == 2 and said(err) == ["einsight: b.ein: could not be fixed: No space left on device"]
    assert path.read_text() == TRANSPOSED and sorted(os.listdir()) == ["a.ein", "b.ein"]


def test_json_says_how_much_was_fixed(check):
    write("a.ein", TRANSPOSED)
    assert json.loads(check("a.ein", "--fix", "--format", "json")[1])["summary"]["fixed"] == 1


# the bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_on_a_terminal(monkeypatch, capsys):
    tree(12)
    monkeypatch.delenv("EINSIGHT_DEBUG")
    monkeypatch.setattr(progress, "AFTER", 0)
    monkeypatch.setattr(progress, "_BETWEEN", 0)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    for jobs in ("1", "2"):
        monkeypatch.setattr(sys, "stderr", Terminal())
        main(["check", ".", "--jobs", jobs, "--no-cache"])
        drawn = sys.stderr.getvalue()
        assert "/12" in drawn and "\n" not in drawn and "\033" not in drawn
        assert max(map(len, drawn.split("\r"))) < 60
        assert drawn.endswith("\r") and not drawn.split("\r")[-2].strip(), "the line is erased"
    for terminal, after in ((Terminal(), 60), (io.StringIO(), 0)):
        monkeypatch.setattr(progress, "AFTER", after)
        monkeypatch.setattr(sys, "stderr", terminal)
        main(["check", "."])
        assert not terminal.getvalue()


# folders

INSIDE = {
    "a.ein", "deep/er/notes.md", "deep/x.qmd", ".hidden.ein", "env/no-venv.ein", "z.markdown"
}  # fmt: skip
OUTSIDE = {
    ".git/a.ein", "deep/.venv/a.md", "node_modules/x/README.md", "venv/a.ein", "e/pyvenv.cfg", "e/lib/a.ein", "other.txt", "site-packages/x.md"
}  # fmt: skip


@pytest.fixture
def garden():
    for name in INSIDE | OUTSIDE:
        write(name, "")


@POSIX
def test_folders(check, garden):
    os.symlink(".", "deep/loop")
    os.symlink("itself.ein", "itself.ein")
    os.symlink("nowhere.ein", "broken.ein")
    os.mkfifo("pipe.ein")
    found = [p.as_posix() for p in files_below(Path())]
    assert set(found) == INSIDE
    assert [Path(p) for p in found] == sorted(map(Path, INSIDE))
    assert [f["path"] for f in json.loads(check(".", "--format", "json")[1])["files"]] == found
    # what is named itself is read, and once
    named = [".git/a.ein", "node_modules", "a.ein", "./a.ein", ".", os.path.abspath("deep/x.qmd")]
    paths = [f["path"] for f in json.loads(check(*named, "--format", "json")[1])["files"]]
    assert paths == [".git/a.ein", "node_modules/x/README.md", "a.ein", *(p for p in found if p != "a.ein")]


def test_fmt_passes_the_same_folders_over(garden, capsys):
    assert main(["fmt", ".", "--check"]) == 0
    assert "3 unchanged" in capsys.readouterr().out


def test_a_folder_that_cannot_be_listed(check, monkeypatch):
    write("a.ein", WRONG)
    write("closed/b.ein", WRONG)
    before = os.scandir

    def scandir(path):
        if "closed" in os.fspath(path):
            raise PermissionError(13, "Permission denied", path)
        return before(path)

    monkeypatch.setattr("einsight.documents.walking.os.scandir", scandir)
    status, out, err = check(".")
    assert status == 2 and "a.ein:2" in out and said(err) == ["einsight: closed: Permission denied"]


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_what_cannot_be_read_costs_itself(check, form):
    write("a.ein", WRONG)
    write("b.ein", b"\xff\xfe\x00")
    write("c.txt", "x")
    write("d.ein", WRONG)
    status, out, err = check("a.ein", "missing.ein", "b.ein", "c.txt", "d.ein", "--format", form)
    assert status == 2 and out.count("EIN401") == 2
    lines = said(err)
    assert [line.split(": ")[1] for line in lines] == ["missing.ein", "b.ein", "c.txt"]
    assert "not UTF-8" in lines[1] and ".ein, .md" in lines[2]
    if form == "github":
        assert out.count("title=einsight::") == 3


def test_settings_are_read_once_for_each_file_of_them(check, monkeypatch):
    from einsight import settings

    for k in range(30):
        write(f"deep/d{k % 3}/e{k}/n.ein", TRANSPOSED)
    write("einsight.toml", 'layout = "denominator"')
    write("deep/d1/pyproject.toml", "[project]\nname = 'none of ours'")
    write("deep/d2/pyproject.toml", "[tool.einsight]\nlayout = 'numerator'")
    count = []
    before = settings._in_file
    monkeypatch.setattr(settings, "_in_file", lambda path: count.append(path) or before(path))
    data = json.loads(check(".", "--format", "json")[1])
    verdicts = {f["path"].split(os.sep)[1]: f["claims"][0]["verdict"] for f in data["files"]}
    assert verdicts == {"d0": "right", "d1": "right", "d2": "transposed"}
    assert len(count) < 20
    write("deep/d2/pyproject.toml", "[tool.einsight]\nlayout = 'up'")
    status, out, err = check(".")
    assert (
        status == 2 and "30 files; 20 claims stand" in out and "line 2: `layout`" in err and err.count("pyproject") == 1
    )


# notes

NOTES = r"""Let $x \in \mathbb{R}^n$ and $w = \lim_{k \to 0} k x$. If $x = 0$ then
$\frac{\partial}{\partial x} (x^T x) = 2 x^T$.

$\frac{\partial}{\partial x} (x^T x) = 3 x^T$, $\int x = \heartsuit y$
"""
CONTAINERS = {
    "a.md": NOTES, "b.tex": NOTES, "c.rst": re.sub(r"\$([^$]+)\$", r":math:`\1`", NOTES),
    "d.ipynb": json.dumps({"cells": [{"cell_type": "markdown", "source": NOTES.splitlines(keepends=True)}]}, indent=1),
    "e.py": f'def f():\n    r"""{NOTES}"""\n', "f.jl": f'@doc raw"""\n{NOTES}"""\nf() = 1\n',
}  # fmt: skip


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_kind_of_notes(check, name):
    write(name, CONTAINERS[name])
    status, out, err = check(name)
    assert status == 1 and not said(err) and out.startswith(f"{name}:") and "error EIN401" in out.splitlines()[0]
    first, last = out.splitlines()[-2:]
    assert re.fullmatch(r"\d claims? stands?, 1 does not", first)
    assert re.fullmatch(r"checked \d claims? in \d formulas?, \d formulas? not read", last)


def test_verbose_says_why_what_is_not_read_is_not(check):
    write("n.md", NOTES + "é 𝛿 $\\int x = y$\n")
    quiet, loud = check("n.md")[1], check("n.md", "--verbose")[1]
    told = [line for line in loud.splitlines() if line not in quiet.splitlines()]
    rests = [line for line in told if re.fullmatch(r"n\.md:\d+  \w+, which rests on: `.*", line)]
    assert rests
    told = [line for line in told if line not in rests]
    assert told and all(re.fullmatch(r"n\.md:\d+:\d+  not read: .*\w.*", line) for line in told)
    assert quiet.splitlines()[-1].endswith(f", {len(told)} formulas not read")
    last = NOTES.count("\n") + 1
    assert told[-1].startswith(f"n.md:{last}:6  not read: ")  # in characters
    assert loud.splitlines()[: len(quiet.splitlines()) - 2] == quiet.splitlines()[:-2], "findings come first"
    assert loud.splitlines()[-2:] == quiet.splitlines()[-2:]
    (file,) = json.loads(check("n.md", "--format", "json")[1])["files"]
    (more,) = json.loads(check("n.md", "--format", "json", "--verbose")[1])["files"]
    reasons, premises = more.pop("unread_reasons"), more.pop("premises")
    assert len(premises) == len(file["claims"]) and any(premises)
    assert file == more and len(reasons) == file["unread"] == len(told)
    assert reasons[-1]["range"]["start"] == {"line": last - 1, "character": 6}  # in UTF-16 units
    assert [set(r) for r in reasons] == [{"range", "reason"}] * len(reasons)
    report = einsight.check(Path("n.md").read_text(encoding="utf-8"), language="markdown", layout="auto")
    assert report.unread == [span for span, _ in report.unread_reasons]
    assert [reason for _, reason in report.unread_reasons] == [r["reason"] for r in reasons]


INPUT = r"""\documentclass{article}
\usepackage{amsmath,style}
\input{parts/macros}
\begin{document}
Let $x \in \R^n$. Then $\dd{x^\T x}{x} = 2 x^\T$.
\end{document}
"""


def test_macros_of_other_files_count_and_a_change_of_them_is_seen(check):
    write("page.tex", INPUT)
    write("parts/macros.tex", r"\input{parts/more}\newcommand{\R}{\mathbb{R}}\input{page}")
    write("parts/more.tex", r"\newcommand{\dd}[2]{\frac{\partial #1}{\partial #2}}")
    write("style.sty", r"\newcommand{\T}{\top}")
    status, out, err = check("page.tex")
    assert (status, out) == (0, "checked 1 claim in 1 formula\n") and from_cache(err) == 0
    assert from_cache(check("page.tex")[2]) == 1
    write("parts/more.tex", r"\newcommand{\dd}[2]{3 \frac{\partial #1}{\partial #2}}")
    for more in ((), ("--fix",)):
        status, out, err = check("page.tex", *more)
        assert status == 1 and "EIN401" in out, more
    Path("parts/more.tex").unlink()
    status, out, err = check("page.tex")
    assert status == 0 and "not read" in out and from_cache(err) == 0
    assert Path("page.tex").read_text(encoding="utf-8") == INPUT


def test_programs_without_formulas_are_silent(check):
    for k in range(20):
        write(f"p{k}.py", f'"""Costs ${k}, or $PATH=$HOME; ^\\\\(a\\\\)$."""\nx = r"$x = y$"\n')
    write("latin.py", b"# -*- coding: latin-1 -*-\n'\xe9'\n")
    write("broken.py", 'def f(:\n    """$x = y$"""\n')
    write("n.jl", '"""Costs $x = $y."""\nf(x) = x\n')
    status, out, err = check(".")
    assert (status, out, said(err)) == (0, "22 files\nchecked 0 claims in 0 formulas\n", [])
    status, out, err = check("latin.py")
    assert status == 2 and "UTF-8" in err


def test_a_notebook_that_is_none_is_one_finding(check):
    write("broken.ipynb", '{"cells": [\n  }')
    status, out, err = check("broken.ipynb")
    assert status == 1 and not said(err)
    assert out.splitlines()[0].startswith("broken.ipynb:2:3: error EIN001 this is no notebook")


# beyond the command


def test_hooks_of_pre_commit():
    """They take the files that einsight reads, and run commands that there are."""
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert re.findall(r"^- id: (\S+)$", hooks, re.MULTILINE) == ["einsight-check", "einsight-fmt"]
    assert re.findall(r"^  entry: (.+)$", hooks, re.MULTILINE) == ["einsight check", "einsight fmt"]
    patterns = re.findall(r"^  files: (.+)$", hooks, re.MULTILINE)
    for pattern, suffixes in zip(patterns, (SUFFIXES, formatted_suffixes()), strict=True):
        ends = re.fullmatch(r"\\\.\((.+)\)\$", pattern)[1].split("|")
        assert {f".{end}" for end in ends} == set(suffixes)


def formatted_suffixes():
    from einsight.cli.fmt import LANGUAGES

    return LANGUAGES


def test_a_derivative_needs_nothing_of_it():
    code = (
        "import sys; from einsight.cli.main import main; main(['derive', 'W_ij x_j', '-w', 'x']);"
        "print([m for m in sys.modules if m.startswith('einsight.cli.') or m == 'subprocess'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONUTF8": "1"})  # fmt: skip
    commands = (
        "check",
        "completion",
        "derive",
        "expressions",
        "plugin",
        "explain",
        "fmt",
        "functions",
        "grade",
        "lsp",
        "mcp",
        "rewrite",
        "rules",
        "site",
    )
    assert set(ast.literal_eval(done.stdout.splitlines()[-1])) == {
        f"einsight.cli.{m}" for m in (*commands, "main", "parsing", "files", "terminal")
    }
