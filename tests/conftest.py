"""The catalogue is filled as the command line fills it, every form that is shown is read back, no secret is written into anybody's home, and limits of time count what is
computed: a busy machine changes nothing."""

import gc
import os

import cost
import read_back
import warm
from computed import computed

from einsight import processes
from einsight.plugins.loading import install
from einsight.terms import interruption

interruption.clock = computed
# the processes that tests start, hundreds of them, keep what they have compiled, as they do for users: 0.2 against 0.7 s each
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# words are English: `argparse` looks for translations of each, in files that are not there
os.environ.setdefault("LANGUAGE", "C")
install()
read_back.watch()
processes.start = warm.worker(processes.start, processes.START)
os.environ.setdefault("EINSIGHT_CACHE_KEY", "of the tests")


def pytest_addoption(parser):
    parser.addoption("--cost", action="store_true", help="the CPU that the tests of each file take")


def pytest_collection_finish():
    """What is imported stays, so it is not looked through for garbage again and again: a tenth of all."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_configure(config):
    if config.getoption("--cost"):
        config.pluginmanager.register(cost.Cost())
