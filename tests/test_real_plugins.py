"""The plugins in `plugins/`: built as wheels, installed together, and tested as they were installed, not where they stand."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parent.parent / "plugins"
NAMES = ["activations", "mechanics", "statistics", "vector-calculus"]
BUILT = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")


def _run(*command, cwd, path=""):
    environment = {**os.environ, "PYTHONPATH": str(path), "PYTEST_ADDOPTS": "-p no:xdist -p no:cacheprovider"}
    environment["EINSIGHT_CACHE"] = str(cwd / "cache")
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the four installed from their wheels, which are built from copies, so that nothing is left here."""
    home = tmp_path_factory.mktemp("plugins")
    sources = [shutil.copytree(PLUGINS / f"einsight-{name}", home / name, ignore=BUILT) for name in NAMES]
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    _run(*pip, "install", "-q", "--target", "tools", "setuptools>=77", "wheel", cwd=home)
    build = (*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", "wheels")
    _run(*build, *map(str, sources), cwd=home, path=home / "tools")
    wheels = sorted((home / "wheels").glob("*.whl"))
    assert [w.name.partition("-")[0] for w in wheels] == [f"einsight_{name.replace('-', '_')}" for name in NAMES]
    _run(*pip, "install", "-q", "--no-deps", "--no-index", "--target", "site", *map(str, wheels), cwd=home)
    return home / "site"


def test_there_are_no_others():
    assert sorted(p.name for p in PLUGINS.iterdir() if p.is_dir()) == [f"einsight-{name}" for name in NAMES]


def test_all_four_load_together_and_do_not_clash(site):
    einsight = (sys.executable, "-m", "einsight")
    listed = _run(*einsight, "plugin", "list", cwd=site.parent, path=site)
    for name in NAMES:
        assert f"{name} 0.1.0  on: " in listed
    assert " off" not in listed and "EIN50" not in listed
    claims = """\
        a, b, x in R^3; A in R^(3 x 3); t in R^n
        d/dx cross(a, x) = skew(a)
        cross(A a, A b) = cof(A) cross(a, b)
        ddot(dev(A), I(3)) = 0
        d/dt logsumexp(t) = softmax(t)'
        d/dt sum(logsigmoid(t)) = (1 - sigmoid(t))'
        logit(sigmoid(t)) - softsign(-t) = t + softsign(t)
    """
    (site.parent / "claims.ein").write_text("\n".join(map(str.strip, claims.splitlines())), encoding="utf-8")
    told = _run(*einsight, "check", "--format", "json", "claims.ein", cwd=site.parent, path=site)
    assert told.count('"verdict": "right"') == 6 and "EIN50" not in told


def test_what_their_pages_claim_is_right(site):
    pages = [str(PLUGINS / f"einsight-{name}" / "README.md") for name in NAMES]
    told = _run(sys.executable, "-m", "einsight", "check", "--format", "json", *pages, cwd=site.parent, path=site)
    assert told.count('"verdict": "right"') == told.count('"verdict"') >= 15


@pytest.mark.campaign
@pytest.mark.parametrize("name", NAMES)
def test_each_passes_its_own_tests(site, name):
    """From the wheel: the sources are not on the path."""
    home = site.parent / "tests" / name
    shutil.copytree(PLUGINS / f"einsight-{name}" / "tests", home, ignore=BUILT, dirs_exist_ok=True)
    (home / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    told = _run(sys.executable, "-m", "pytest", "-q", cwd=home, path=site)
    assert " passed" in told and "failed" not in told
    verified = _run(sys.executable, "-m", "einsight", "rules", "--verify", name, cwd=site.parent, path=site)
    assert "checks hold, 0 do not" in verified
