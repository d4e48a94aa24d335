"""What the tests of each file cost: `python -m pytest --cost` ends with seconds of CPU, which a busy machine hardly changes.

Those of the process that runs a test count, and of all that it has started, a server that still waits too.
"""

import collections
import os
import time

import pytest

try:
    import resource
except ImportError:  # not everywhere
    resource = None
SHOWN = 30


def _children(process):
    """What the processes below one have spent that still run, where the system tells; what has ended counts for its parent."""
    spent, waiting = 0.0, [process]
    while waiting:
        at = f"/proc/{waiting.pop()}"
        try:
            for task in os.listdir(f"{at}/task"):
                with open(f"{at}/task/{task}/children") as told:
                    waiting += told.read().split()
            if at != f"/proc/{process}":
                with open(f"{at}/stat") as told:
                    times = told.read().rpartition(")")[2].split()[11:15]
                spent += sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
        except OSError:  # it has ended, or there is no such table
            continue
    return spent


def spent():
    """Seconds of CPU, of this process and of all below it."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN) if resource is not None else None
    return time.process_time() + (ended.ru_utime + ended.ru_stime if ended else 0.0) + _children(os.getpid())


class Cost:
    """The last report of a test says what it has spent; whoever prints adds up."""

    def __init__(self):
        self.last, self.of_file = 0.0, collections.Counter()

    def pytest_collection_finish(self):
        self.last = spent()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call):
        report = yield
        if call.when != "teardown":  # looking costs a millisecond
            return report
        now = spent()
        report.cost, self.last = now - self.last, now
        return report

    def pytest_runtest_logreport(self, report):
        self.of_file[report.nodeid.partition("::")[0]] += getattr(report, "cost", 0.0)

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.section(f"CPU of the tests: {sum(self.of_file.values()):.0f} s, without collecting them")
        for file, seconds in self.of_file.most_common(SHOWN):
            terminalreporter.line(f"{seconds:7.1f} s  {file}")
