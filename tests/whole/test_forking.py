"""Forks while other threads work: every child goes on by itself, and ends.

The program runs in a process of its own, since a fork copies all that a process holds; each child has a deadline and is killed.
"""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

# what each child does, how long it may take, and what became of it
HEAD = """
import os, signal, sys, threading, time
import einsight

def born(work, seconds=30):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return "ended" if status == 0 else f"failed with {status}"
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "hung"

def derive(name="x"):
    found = einsight.derive(f"logsumexp(W {name})", wrt=name, declare=f"W in R^(n x m); {name} in R^m")
    assert found.matrix == f"softmax(W {name})' W", found.matrix

def running(work):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
"""
PROGRAMS = {
    "while threads derive": """
derive()
def busily():
    for number in range(10**9):
        derive(f"x{number}")
for _ in range(2):
    running(busily)
for _ in range(8):
    print(born(derive))
""",
    # the child must not wait for a thread that imports and is not there
    "during the first derivation": """
running(derive)
while "einsight.deriving.derive" not in sys.modules:
    time.sleep(0)
print(born(derive))
""",
    "while the catalogue is filled": """
from einsight.rules import catalogue
from einsight.plugins import loading
loading.install()
filler, filling = catalogue._loader[0], threading.Event()
def slowly(known):
    filling.set()
    time.sleep(0.2)
    filler(known)
catalogue.install_loader(slowly)
running(catalogue.catalogue)
filling.wait()
print(born(derive))
""",
    # its streams are its own, and what it watches is watched
    "while a plugin works": """
from einsight.plugins import watch
watched, leave = threading.Event(), threading.Event()
running(lambda: watch.watched(lambda: (watched.set(), leave.wait()), "slow"))
watched.wait()
own = watch._own[0]
def alone():
    assert sys.stdout is own and not watch._watches
    try:
        watch.watched(lambda: [None for _ in iter(int, 1)], "endless")
    except watch.BrokenOff as broken:
        assert broken.stage in ("slow", "memory"), broken.stage
    else:
        raise AssertionError("it is not watched")
watch.SECONDS = 0.1
result = born(alone)
leave.set()
own.write(result + "\\n")
""",
    "by a plugin": """
from einsight.plugins import watch
def alone():
    end = time.monotonic() + 10
    try:
        while time.monotonic() < end:
            pass
    except watch.BrokenOff:
        return
    raise AssertionError("it is not watched")
watch.SECONDS = 0.1
watch.SECONDS_IN_ALL = 100.0
results = []
watch.watched(lambda: results.append(born(alone)), "forking")
print(*results)
""",
    "while another waits for a result": """
found = einsight.derive("sum(tanh(W x))", wrt="x", declare="W in R^(n x m); x in R^m")
begun, leave = threading.Event(), threading.Event()
class Slow:
    from einsight.lazily import lazily
    @lazily
    def value(self):
        begun.set()
        leave.wait()
running(lambda: Slow().value)
begun.wait()
def alone():
    assert found.matrix and found.latex and found.steps
print(born(alone))
leave.set()
""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_every_child_ends(program):
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", HEAD + program],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr, set(done.stdout.split("\n")[:-1])) == (0, "", {"ended"})
