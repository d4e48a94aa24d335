"""The corpus of `tests/fuzz` through every target, within a limit of time; as a campaign with changes at random for a while.

`python tests/fuzz/run.py TARGET SECONDS` looks for more.
"""

import os
import random
import subprocess
import sys

import pytest
from paths import TESTS

FUZZ = TESTS / "fuzz"
sys.path.insert(0, str(FUZZ))

from run import changed, limited, load  # noqa: E402
from targets import TARGETS  # noqa: E402

CORPUS = [(target, path) for target in TARGETS for path in sorted((FUZZ / "corpus" / target).glob("*"))]


def test_every_target_has_a_corpus():
    assert {target for target, _ in CORPUS} == set(TARGETS)


@pytest.mark.parametrize(("target", "path"), CORPUS, ids=lambda v: v if isinstance(v, str) else v.name)
def test_what_was_kept(target, path):
    limited(TARGETS[target], path.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_a_few_changes(target):
    """The same ones each time."""
    chance, corpus = random.Random(target), load(target)
    for _ in range(5):
        limited(TARGETS[target], changed(chance.choice(corpus), corpus, chance)[:500])


@pytest.mark.campaign
@pytest.mark.parametrize("target", TARGETS)
def test_for_a_while(target):
    seconds = max(1, int(os.environ.get("EINSIGHT_CAMPAIGN", "3600")) // 60)
    command = [sys.executable, str(FUZZ / "run.py"), target, str(seconds), "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
