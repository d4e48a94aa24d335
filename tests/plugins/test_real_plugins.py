"""The plugins in `plugins/`, and one that was just made: built as wheels, and tested as they were installed, not where they stand."""

import os
import re
import shutil
import subprocess
import sys
import time

import pytest
from paths import ROOT

PLUGINS = ROOT / "plugins"
NAMES = ["activations", "mechanics", "statistics", "vector-calculus"]
NEW = "einsight-my-course"
BUILT = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")


def _run(*command, cwd, path=""):
    environment = {**os.environ, "PYTHONPATH": str(path), "PYTEST_ADDOPTS": "-p no:xdist -p no:cacheprovider"}
    environment["EINSIGHT_CACHE"] = str(cwd / "cache")
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder: the four in `site`, the new one in `new`, from wheels that are built of copies, so that nothing is left here."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "plugins"  # one for all processes of a run
    try:
        home.mkdir()
    except FileExistsError:
        while not (home / "done").exists():
            time.sleep(0.1)
    else:
        try:
            _build(home)
        finally:
            (home / "done").touch()
    return home


def _build(home):
    assert NEW in _run(sys.executable, "-m", "einsight", "plugin", "new", "my-course", cwd=home)
    sources = [shutil.copytree(PLUGINS / f"einsight-{name}", home / name, ignore=BUILT) for name in NAMES]
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    _run(*pip, "install", "-q", "--target", "tools", "setuptools>=77", "wheel", cwd=home)
    build = (*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", "wheels")
    _run(*build, *map(str, sources), str(home / NEW), cwd=home, path=home / "tools")
    wheels = {w.name.partition("-")[0].replace("_", "-"): str(w) for w in (home / "wheels").glob("*.whl")}
    assert wheels.keys() == {NEW, *(f"einsight-{name}" for name in NAMES)}
    install = (*pip, "install", "-q", "--no-deps", "--no-index", "--target")
    _run(*install, "new", wheels.pop(NEW), cwd=home)
    _run(*install, "site", *wheels.values(), cwd=home)


@pytest.fixture(scope="module")
def site(home):
    return home / "site"


def test_there_are_no_others():
    assert sorted(p.name for p in PLUGINS.iterdir() if p.is_dir()) == [f"einsight-{name}" for name in NAMES]


@pytest.mark.campaign
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


@pytest.mark.campaign
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


@pytest.mark.campaign
def test_a_new_plugin_passes_its_own_tests_where_it_stands_and_installed(home):
    python, made, site = sys.executable, home / NEW, home / "new"
    module = (made / "src" / "einsight_my_course" / "__init__.py").read_text(encoding="utf-8")
    assert re.findall(r"^(?:from|import) (\S+)", module, re.M) == ["einsight.api"]
    assert "6 passed" in _run(python, "-m", "pytest", cwd=made, path=made / "src")
    assert "6 passed" in _run(python, "-m", "pytest", cwd=made, path=site)
    commands = {
        "plugin list": "my-course 0.1.0  on: 1 rules, 1 functions",
        "rules my-course.softsign-odd": "Softsign is odd",
        "rules --verify my-course": "5 checks hold, 0 do not",
        "derive softsign(x) -w x -d x∈R": "1/(abs(x) + 1)^2",
    }
    ask = f"from einsight.cli.main import main\nfor c in {list(commands)!r}: print('$', c, main(c.split()), flush=True)"
    told = _run(python, "-c", ask, cwd=home, path=site)
    answers = re.split(r"^\$ (.*) 0$\n", told, flags=re.M)
    assert answers[1::2] == list(commands), told
    assert all(words in answer for words, answer in zip(commands.values(), answers[::2], strict=False)), told
