"""Plugins come through the hooks; a faulty one is named and the rest goes on."""

import contextlib
import json
import os
import subprocess
import sys
import types

import pytest
import warm
from session import Session
from test_plugin_faults import install

from einsight.cli.main import main
from einsight.plugins import loading
from einsight.plugins.hooks import hookimpl
from einsight.rules.catalogue import Catalogue
from einsight.rules.pattern import rule


class _Point:
    def __init__(self, name, load):
        self.name, self.load = name, load


def _good():
    module = types.ModuleType("good")
    module.einsight_rules = hookimpl(
        lambda: [rule("good.even", "cos(-s) => cos(s)", source="good")], specname="einsight_rules"
    )
    return module


def _raising():
    module = types.ModuleType("raising")

    def broken():
        raise RuntimeError("no rules today")

    module.einsight_rules = hookimpl(broken, specname="einsight_rules")
    return module


def _missing():
    raise ImportError("no such module")


def test_a_faulty_plugin_costs_only_itself(monkeypatch):
    points = [_Point("missing", _missing), _Point("raising", _raising), _Point("good", _good)]
    monkeypatch.setattr(loading, "entry_points", lambda group: points)
    monkeypatch.setattr(loading, "_choice", loading._Choice())
    catalogue = Catalogue()
    loading.fill(catalogue)
    assert "good.even" in catalogue.rules and "delta.contract" in catalogue.rules
    assert [(f.plugin, f.stage) for f in catalogue.faults.all] == [("missing", "import"), ("raising", "registration")]


@pytest.mark.parametrize("name", ["", "Course", "my_course", "../course", "2d", "a--b", "a-"])
def test_names_that_no_plugin_can_have(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    assert main(["plugin", "new", name]) == 2 and not list(tmp_path.iterdir())
    assert "cannot be a plugin's name" in capsys.readouterr().err


def test_a_plugin_that_is_there_is_not_overwritten(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["plugin", "new", "my-course"]) == 0
    assert main(["plugin", "new", "my-course"]) == 2 and "there already" in capsys.readouterr().err


NOISY = """\
import os, subprocess, sys
from einsight.api import call_rule, function, hook, target
print("hello from an import")
@call_rule("noisy.rule", "sin(s) => s", "sin")
def made(s):
    sys.stdout.write("hello from a rule\\n")
    sys.stdout.flush()
def value(z):
    print("hello from a value")
    sys.stdout.buffer.write(b"hello from below\\n")
    return z
def text(answer):
    print("hello from a target")
    return "{}"
@hook
def einsight_rules():
    print("hello from a hook")
    return [made]
@hook
def einsight_functions():
    return [function("same", "1", value=value)]
@hook
def einsight_targets():
    return [target("noise", text)]
"""
# what reads, and what a program below prints: only a server and a worker process keep that from their own streams
READING = """\
import os, subprocess, sys
from einsight.api import call_rule, hook
@call_rule("reading.rule", "sin(s) => s", "sin")
def made(s):
    os.write(1, b"hello from below\\n")
    subprocess.run([sys.executable, "-c", "import sys; print('read', repr(sys.stdin.read()))"])
    input("who are you? ")
@hook
def einsight_rules():
    return [made]
"""


def test_what_a_plugin_prints_is_no_answer(tmp_path):
    install(tmp_path, {"noisy": NOISY})
    command = [sys.executable, "-m", "einsight", "derive", "sin(x) + same(x)", "-w", "x", "-d", "x in R"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for name, places in (("json", "an import, a hook, a rule, a value, below"), ("noise", "a target")):
        done = subprocess.run([*command, "--to", name], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert isinstance(json.loads(done.stdout), dict), done.stdout
        assert all(f"hello from {place}\n" in done.stderr for place in places.split(", ")), done.stderr


def test_what_a_plugin_prints_and_reads_is_no_message(tmp_path, monkeypatch):
    install(tmp_path, {"noisy": NOISY, "reading": READING})
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Session() as session:
        session.open("x in R\nd/dx cos(x) = -sin(x)\nd/dx same(x) = 1\n")
        assert session.checked() == {"right": 2}
        told = session.client.stderr
        for words in ("hello from a rule", "hello from a value", "hello from below", "read ''"):
            assert words in told, told
        session.until("window/showMessage", lambda p: "`reading.rule`" in p["message"] and "EOFError" in p["message"])


def test_other_threads_keep_their_output():
    """Only what a plugin prints in its own thread goes to stderr."""
    import io
    import threading

    from einsight.plugins.watch import watched

    out, err = io.StringIO(), io.StringIO()
    printed, may_end = threading.Event(), threading.Event()

    def work():
        print("from the plugin")
        printed.set()
        may_end.wait(60)

    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        thread = threading.Thread(target=watched, args=(work, "some"))
        thread.start()
        assert printed.wait(60)
        print("from outside")
        may_end.set()
        thread.join()
        assert sys.stdout is out
    assert (out.getvalue(), err.getvalue()) == ("from outside\n", "from the plugin\n")


def test_the_clocks_of_a_watch_are_those_of_the_machine():
    from threading import get_ident

    from einsight.plugins.watch import clocks

    begun = clocks.passed(), clocks.computed(get_ident()), clocks.memory()
    while clocks.passed() == begun[0] or clocks.computed(get_ident()) == begun[1] != 0.0:
        pass
    kept = b"x" * 200_000_000
    assert begun[2] == 0 or clocks.memory() - begun[2] > len(kept) / 2


def test_targets_are_listed(tmp_path):
    install(tmp_path, {"noisy": NOISY.replace('target("noise", text)', "target('noise', text, doc='An empty text.')")})
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "100"}
    for arguments, words in (
        (["-h"], "targets of plugins: noise (noisy: An empty text.)"),
        (["sin(x)", "-w", "x", "-d", "x in R", "--to", "nois"], "noise"),
    ):
        command = warm.einsight("derive", *arguments)
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert words in (done.stdout if arguments == ["-h"] else done.stderr.splitlines()[-1]), done


def test_the_profile_counts_tries_and_hits(tmp_path):
    done = subprocess.run(
        warm.einsight("derive", "y' A x", "-w", "x", "-d", "A in R^(n x m); x in R^m; y in R^n", "--profile"),
        capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    head, *rows = done.stderr.splitlines()
    assert head.split() == ["rule", "from", "tries", "hits", "ms"] and "y' A" in done.stdout
    counts = {row.split()[0]: tuple(map(int, row.split()[2:4])) for row in rows}
    assert counts["derivative.component"][1] == 1 and all(hits <= tries for tries, hits in counts.values())
    times = [float(row.split()[4]) for row in rows]
    assert times == sorted(times, reverse=True)


@pytest.mark.campaign  # a process with thousands of rules
def test_the_cost_of_many_rules_can_be_measured(capsys):
    from einsight.bench.__main__ import main as bench

    assert bench(["rules", "--rules", "0", "8", "--rounds", "1"]) == 0
    assert "layer, 8 rules (mixed)" in capsys.readouterr().out
