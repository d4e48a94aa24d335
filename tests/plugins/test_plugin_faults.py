"""A plugin that fails is told once, by name, with what to do; it is switched off, and everything else goes on.

Every kind of fault is a plugin of its own, all of them installed at once, in the command line, the library and a running
server; what these answer is held to what they answer without any plugin.
"""

import json
import os
import re
import subprocess
import sys

import pytest
import warm
from session import Session

from einsight.cli.main import main
from einsight.plugins import telling as plugins
from einsight.rules.catalogue import forget

API = "from einsight.api import *\n"
RULES = API + "@hook\ndef einsight_rules():\n    return [{}]\n"
FUNCTIONS = API + "@hook\ndef einsight_functions():\n    return [{}]\n"
CALL = (
    API
    + "@call_rule('{0}.rule', '{1}(s) => s', '{1}')\ndef made(s):\n    {2}\n@hook\ndef einsight_rules():\n    return [made]\n"
)
# what plugins use up is moved on by hand, so that nothing is spent because the machine is busy: a module beside them
HANDS = """
from collections import Counter
from threading import get_ident
from einsight.plugins import watch
from einsight.terms import interruption
class Hands:
    seconds = step = bytes = 0
    spent = Counter()
    def passed(self):
        self.seconds += self.step
        return self.seconds
    def computed(self, thread):
        return self.spent[thread]
    def memory(self):
        return self.bytes
hands = watch.clocks = Hands()
interruption.clock = hands.passed
def compute():
    while True:
        hands.spent[get_ident()] += 0.01
def eat():
    while True:
        hands.bytes += 1000
"""
BY_HAND = "from hands import *\n"

# name: source, the expression that it shows in, the code, the stage, words of the message
FAULTS = {
    "missing": ("import no_such_module", "", "EIN501", "import", "No module named 'no_such_module'"),
    "unreadable": ("def (:", "", "EIN501", "import", "SyntaxError"),
    "stuck": (BY_HAND + "compute()", "", "EIN502", "slow", "longer than 20 s"),
    "leaving": ("raise SystemExit(3)", "", "EIN501", "import", "SystemExit: 3"),
    "elsewhen": ("EINSIGHT_API = 99", "", "EIN501", "version", "version 99 of the API, and this is version 1. Update einsight."),
    "wanting": (API + "@hook\ndef einsight_rules(terms):\n    return []", "", "EIN501", "registration", "terms"),
    "misspelt": (API + "@hook\ndef einsight_rulez():\n    return []", "", "EIN501", "registration", "`einsight_rulez` is no hook"),
    "unmarked": ("def einsight_rules():\n    return []", "", "EIN501", "registration", "Write `@hook` above it"),
    "broken": (RULES.format("1/0"), "", "EIN501", "registration", "einsight_rules raised ZeroDivisionError"),
    "odd": (RULES.format("'delta_ij T_j => T_i'"), "", "EIN501", "registration", "gave str, not Rule. Make it by `einsight.api.rule`"),
    "crooked": (
        RULES.format("__import__('dataclasses').replace(rule('crooked.up', 'exp(s) => s'), heads=('Addition',))"),
        "", "EIN501", "registration", "is malformed. Make it by `einsight.api.rule`"),
    "shapeless": (
        API + "@hook\ndef einsight_tensors():\n    return [tensor('Ψ', ('n',), lambda i: 1)]", "", "EIN501", "registration", "malformed"),
    "twice": (RULES.format("rule('delta.contract', 'exp(s) => s')"), "", "EIN501", "clash", "by einsight and by twice"),
    "bare": (FUNCTIONS.format("function('bare', derivative='1')"), "", "EIN501", "registration", "has no value: give `numpy`"),
    "raising": (CALL.format("raising", "sin", "raise KeyError(s)"), "sin(c)", "EIN501", "raising", "KeyError"),
    "undoing": (
        RULES.format("rule('undoing.there', 'cosh(s) => cosh(-s)')"), "cosh(c)", "EIN502", "looping", "it undoes itself"),
    "growing": (RULES.format("rule('growing.on', 'sinh(s) => 2 sinh(s/2) sqrt(1 + sinh(s/2)^2)')"), "sinh(c)", "EIN502",
                "looping", "again and again"),
    "hanging": (BY_HAND + CALL.format("hanging", "tan", "compute()"), "tan(c)", "EIN502", "slow", "longer than 1 s"),
    "hungry": (BY_HAND + CALL.format("hungry", "acos", "eat()"), "acos(c/9)", "EIN502", "memory", "more than 1000 MB"),
    "nonsense": (CALL.format("nonsense", "asin", "return 42"), "asin(c/9)", "EIN501", "returning", "returned int, not a term"),
    "stray": (
        API + "from einsight.terms.dimension import Dim, Index\n"
        + CALL.format("stray", "atan", "return delta(Index('a', Dim('n')), Index('b', Dim('n')))"),
        "atan(c)", "EIN501", "returning", "other free indices (a, b)"),
    "wrong": (RULES.format("rule('wrong.log', 'log(s) => s - 1')"), "log(c)", "EIN501", "unsound", "has another value"),
    "meaningless": (RULES.format("rule('meaningless.erf', 'erf(s) => frobnicate(s)')"), "erf(c)", "EIN501", "malformed", "`frobnicate`"),
    "based": ("raise BaseException('none of yours')", "", "EIN501", "import", "BaseException: none of yours"),
    "interrupting": (
        API + "@hook\ndef einsight_rules():\n    raise KeyboardInterrupt",
        "", "EIN501", "registration", "einsight_rules raised KeyboardInterrupt"),
    "endless": ("def f(): return f()\nf()", "", "EIN501", "import", "RecursionError"),
    "asking": ("import einsight\neinsight.derive('x', 'x', 'x in R')", "", "EIN501", "import", "answers nothing while it loads plugins"),
    "spelt": ("EINSIGHT_API = '1'", "", "EIN501", "version", "Write `EINSIGHT_API = 1`"),
    "nothing": (API + "@hook\ndef einsight_rules():\n    pass", "", "EIN501", "registration", "einsight_rules gave nothing"),
    "single": (
        API + "@hook\ndef einsight_rules():\n    return rule('single.exp', 'exp(s) => s')",
        "", "EIN501", "registration", "gave Rule, not a list of Rule"),
    "halfway": (
        API + "@hook\ndef einsight_rules():\n    yield rule('halfway.exp', 'exp(s) => s')\n    raise KeyError('half')",
        "", "EIN501", "registration", "einsight_rules raised KeyError: 'half'"),
    "spaced": (RULES.format("rule('no group', 'exp(s) => s')"), "", "EIN501", "registration", "'no group' is ill named"),
    "numbered": (RULES.format("rule(7, 'exp(s) => s')"), "", "EIN501", "registration", "Rule 7 is ill named"),
    "wordy": (RULES.format("rule('wordy.exp', 'exp(s) => s', doc=7)"), "", "EIN501", "registration", "'wordy.exp' is malformed"),
    "exemplary": (
        RULES.format("rule('exemplary.exp', 'exp(s) => s', examples=[('c in R',)])"),
        "", "EIN501", "registration", "'exemplary.exp' is malformed"),
    "usurping": (
        FUNCTIONS.format("array_function('tr(A) = A_ij A_ij')"), "", "EIN501", "clash", "function `tr` is einsight's own"),
    "proper": (
        API + "@hook\ndef einsight_properties():\n    return [property('symmetric', 'A = A', lambda n, draw: [])]",
        "", "EIN501", "clash", "property `symmetric` is einsight's own"),
    "aiming": (
        API + "@hook\ndef einsight_targets():\n    return [target('numpy', str)]", "", "EIN501", "clash", "target `numpy` is einsight's"),
    "circular": (
        FUNCTIONS.format("function('ringa', definition='ringb(z)'), array_function('ringb(a) = ringa(a)')"),
        "", "EIN501", "registration", "function `ringa` is defined by itself, through `ringb`"),
    "basing": (CALL.format("basing", "softplus", "raise BaseException('no')"), "softplus(c)", "EIN501", "raising", "BaseException: no"),
    "stopping": (CALL.format("stopping", "acosh", "raise KeyboardInterrupt"), "acosh(c + 1)", "EIN501", "raising", "KeyboardInterrupt"),
    "wordless": (
        "class Wordless(Exception):\n    def __str__(self):\n        raise ValueError\n" + CALL.format("wordless", "gelu", "raise Wordless"),
        "gelu(c)", "EIN501", "raising", "(raising): Wordless."),
    "long": (CALL.format("long", "silu", "raise ValueError('x ' * 9999)"), "silu(c)", "EIN501", "raising", "x x …"),
    "recursive": (CALL.format("recursive", "asinh", "return made.apply(apply('asinh', s))"), "asinh(c)", "EIN501", "raising",
                  "It calls itself without end"),
    "deep": (
        API + "def nested(s, n):\n    while n:\n        s, n = apply('tanh', s), n - 1\n    return s\n"
        + CALL.format("deep", "atanh", "return nested(s, 3000)"), "atanh(c/9)", "EIN501", "returning", "more than 100 levels deeper"),
    "changing": (CALL.format("changing", "sigmoid", "made_of = apply('sigmoid', s); made_of.function = 'tanh'"), "sigmoid(c)",
                 "EIN501", "returning", "it changes the term that it is given"),
    "swallowing": (
        BY_HAND + "def spin():\n    while True:\n        try: compute()\n        except: return\n"
        + CALL.format("swallowing", "relu", "spin()"),
        "relu(c)", "EIN502", "slow", "longer than 1 s"),
    "inexact": (
        API + "@hook\ndef einsight_tensors():\n    return [tensor('Λ', (2,), lambda i: i / 2)]",
        "", "EIN501", "returning", "its entry (1,) is 0.5, neither a whole number nor a Fraction"),
    "listing": (API + "@hook\ndef einsight_tensors():\n    return [tensor('Ω', (2, 2), lambda i: i)]", "", "EIN501", "raising", "TypeError"),
}  # fmt: skip
LISTED = ("listing", "inexact")  # on, though all that they bring is off
# alone: a function that is wrong has no derivative, so that the answer is another one
ALONE = {
    "sloping": (FUNCTIONS.format("function('sloping', derivative='z', numpy='numpy.tanh')"), "unsound", "its slope is"),
    "spelling": (FUNCTIONS.format("function('spelling', derivative='2 z', value=lambda z: 'z')"), "returning", "it returned str"),
    "torn": (FUNCTIONS.format("function('torn', derivative='2 z +', numpy='numpy.tanh')"), "malformed", "does not read: `2 z +`"),
    "trapping": (
        FUNCTIONS.format("function('trapping', derivative='1 + 0 z', value=lambda z: undefined)"), "raising", "NameError"),
}  # fmt: skip
EXPRESSION = " + ".join(expression for _, expression, *_ in FAULTS.values() if expression)
DECLARE = "c in R positive"


def install(site, sources):
    """Plugins as installed packages, by name."""
    (site / "hands.py").write_text(HANDS, encoding="utf-8")
    for name, source in sources.items():
        (site / f"faulty_{name}.py").write_text(source, encoding="utf-8")
        info = site / f"faulty_{name}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: faulty-{name}\nVersion: 1.2\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[einsight]\n{name} = faulty_{name}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = tmp_path_factory.mktemp("site")
    install(made, {name: source for name, (source, *_) in FAULTS.items()})
    return made


def run(*command, site, **more):
    """What a command line says, or the code of a file."""
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONUTF8": "1", "EINSIGHT_CACHE": "0", **more}
    return subprocess.run(
        command if command[0] == sys.executable else warm.einsight(*command),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=site,
    )


def require_told(messages):
    """Each fault once: code, plugin, version, rule, stage, why, and what to do."""
    for name, (_, _, code, stage, words) in FAULTS.items():
        own = [m for m in messages if f"plugin {name} 1.2 " in m]
        assert len(own) == 1, (name, own)
        assert own[0].startswith(f"{code}: ") and f"is switched off ({stage}): " in own[0] and words in own[0], own[0]
        assert own[0].rstrip().endswith("."), own[0]
    others = [m for m in messages if not any(f"plugin {name} 1.2 " in m for name in FAULTS)]
    assert not others, others


@pytest.fixture
def alone(capfd):
    """What the command line prints without any plugin; in this process."""

    def running(*arguments):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EINSIGHT_DISABLE_PLUGINS", "*")
            patch.setenv("EINSIGHT_CACHE", "0")
            status = main(list(arguments))
        out, err = capfd.readouterr()
        assert not err
        return status, out

    yield running
    plugins.use()
    forget()


def test_in_the_command_line(site, alone):
    command = ["derive", EXPRESSION, "-w", "c", "-d", DECLARE, "--steps"]
    done = run(*command, site=site, EINSIGHT_DISABLE_PLUGINS="")
    assert (done.returncode, done.stdout) == alone(*command)
    lines = done.stderr.splitlines()
    assert all(line.startswith("einsight: ") for line in lines), done.stderr
    require_told([line.removeprefix("einsight: ") for line in lines])


def test_in_the_library(site):
    code = (
        "import einsight, warnings, json\n"
        "with warnings.catch_warnings(record=True) as told:\n"
        "    warnings.simplefilter('always')\n"
        f"    found = [einsight.derive({EXPRESSION!r}, 'c', {DECLARE!r}).index for _ in range(2)]\n"
        "assert all(w.category is einsight.PluginWarning for w in told)\n"
        "print(json.dumps([found, [str(w.message) for w in told], {w.filename for w in told} == {__file__}]))\n"
    )
    path = site / "ask.py"
    path.write_text(code, encoding="utf-8")
    done = run(sys.executable, str(path), site=site)
    assert done.returncode == 0, done.stderr
    found, told, is_here = json.loads(done.stdout)
    assert found[0] == found[1] and is_here
    require_told(told)


def test_in_a_running_server(site, monkeypatch):
    text = f"{DECLARE}\n{EXPRESSION} = {EXPRESSION} + c - c\nd/dc sin(c) = cos(c)\n"
    monkeypatch.setenv("PYTHONPATH", str(site))
    with Session() as session:
        session.open(text)
        assert session.checked() == {"right": 2}
        session.edit("cos(c)", "sin(c)")
        assert session.checked() == {"right": 1, "wrong": 1}
        told = [m.params for m in session.client.received if m.method == "window/showMessage"]
        assert {m["type"] for m in told} == {2}
        require_told([m["message"] for m in told])


def test_plugins_that_the_editor_disables_are_not_loaded(site, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(site))
    settings = {"plugins": {"disable": ["*"]}}
    with Session(options={"settings": settings}, settings=settings) as session:
        session.open(f"{DECLARE}\nlog(c) = log(c)\n")
        assert session.checked() == {"right": 1}
        assert not [m for m in session.client.received if m.method == "window/showMessage"]


def test_files_in_worker_processes_tell_once_for_all(site, tmp_path, alone):
    for k in range(2):
        (tmp_path / f"{k}.ein").write_text(
            f"{DECLARE}\nd/dc ({EXPRESSION}) = {k}\nsin(c) = sin(c) + {k}\n", encoding="utf-8"
        )
    command = ["check", str(tmp_path), "--format", "json"]
    done = run(*command, "--jobs", "2", site=site, EINSIGHT_DISABLE_PLUGINS="")
    assert done.returncode == 1
    assert json.loads(done.stdout) == json.loads(alone(*command, "--jobs", "1")[1])
    told = [line.removeprefix("einsight: ") for line in done.stderr.splitlines()]
    assert len(told) == len(set(told))
    require_told(told)


def test_list_says_what_is_on_and_why_not(site):
    done = run("plugin", "list", "--disable-plugin", "raising", site=site)
    assert done.returncode == 0
    line = {row.split()[0]: row for row in done.stdout.splitlines() if not row.startswith(" ")}
    assert len(line) == len(FAULTS)
    assert "off: disabled" in line["raising"] and "off: import: ModuleNotFoundError" in line["missing"]
    assert "on: 1 rules" in line["wrong"] and "faulty_wrong" in line["wrong"]
    found = json.loads(run("plugin", "list", "--format", "json", site=site).stdout)
    assert {p["name"] for p in found if p["on"]} == {n for n, f in FAULTS.items() if f[1] or n in LISTED}


def test_a_function_that_is_wrong(tmp_path):
    """One behind the other in one process, each with an answer of its own."""
    install(tmp_path, {name: source for name, (source, *_) in ALONE.items()})
    code = (
        "import sys\nfrom einsight.cli.main import main\n"
        f"for name in {list(ALONE)}:\n"
        "    status = main(['derive', f'{name}(x)', '-w', 'x', '-d', 'x in R'])\n"
        "    print('=', name, status, file=sys.stderr)\n"
    )
    done = run(sys.executable, "-c", code, site=tmp_path)
    answers = re.split(r"^= (\w+) (\d)\n", done.stderr, flags=re.MULTILINE)
    assert answers[1::3] == list(ALONE), done.stderr
    for answer, name, status in zip(answers[::3], answers[1::3], answers[2::3], strict=False):
        _, stage, words = ALONE[name]
        told = [line for line in answer.splitlines() if "EIN501" in line]
        assert status == "2" and len(told) == 1, done.stderr
        assert f"`{name}` of plugin {name} 1.2 is switched off ({stage})" in told[0] and words in told[0]


@pytest.mark.parametrize(
    ("file", "text"),
    [("einsight.toml", "plugins.disable = [{0}]"), ("pyproject.toml", "[tool.einsight]\nplugins.disable = [{0}]")],
)
def test_disabled_by_settings(site, tmp_path, file, text):
    others = ", ".join(f'"{name}"' for name in FAULTS if name != "missing")
    (tmp_path / file).write_text(text.format(others) + "\n", encoding="utf-8")
    (tmp_path / "a.ein").write_text("c in R positive\nlog(c) = log(c) + 1 - 1\n", encoding="utf-8")
    done = run("check", str(tmp_path / "a.ein"), site=site)
    assert re.findall(r"plugin (\w+)", done.stderr) == ["missing"], done.stderr


def test_disabled_by_environment_and_option(site):
    others = ",".join(n for n in FAULTS if n not in ("wrong", "missing"))
    command = ["rewrite", "log(c)", "-d", DECLARE, "--disable-plugin", "missing"]
    done = run(*command, site=site, EINSIGHT_DISABLE_PLUGINS=others)
    assert re.findall(r"plugin (\w+)", done.stderr) == ["wrong"] and done.stdout == "log(c)\n"


def test_two_packages_with_a_plugin_of_one_name_and_a_name_with_spaces(tmp_path):
    """The first one counts, also a file of rules of that name."""
    source = RULES.format("rule('{0}.even', 'cos(-s) => cos(s)')")
    install(tmp_path, {"course": source.replace("{0}", "course"), "other": source.replace("{0}", "other")})
    points = tmp_path / "faulty_other-1.2.dist-info" / "entry_points.txt"
    points.write_text("[einsight]\ncourse = faulty_other\nmy course = faulty_none\n", encoding="utf-8")
    (tmp_path / "course.rules").write_text("course.odd: sinh(-s) => -sinh(s)\n", encoding="utf-8")
    (tmp_path / "einsight.toml").write_text('rules = ["course.rules", "./course.rules"]\n', encoding="utf-8")
    done = run("rewrite", "cos(-c) + sinh(-c)", "-d", DECLARE, site=tmp_path)
    assert done.stdout == "cos(c) - sinh(c)\n"
    second, spaced = done.stderr.splitlines()
    assert second.startswith(
        "einsight: EIN501: plugin course (faulty_other) 1.2 is switched off (clash): faulty_course is"
    )
    assert spaced.startswith("einsight: EIN501: plugin my course 1.2 is switched off (import): ModuleNotFoundError")
    done = run("plugin", "list", "--disable-plugin", "my course", site=tmp_path)
    assert "course 1.2  on: 1 rules    (faulty_course)" in done.stdout and "my course 1.2  off: disabled" in done.stdout
    assert "course.rules   on: 1 rules" in done.stdout


def test_what_cannot_be_broken_off_is_told(tmp_path):
    """It waits, in a call of C, for nothing else than that being told; the world's clock goes on by a second a look."""
    telling = (
        "import threading\ntold, tell = threading.Event(), watch._tell\n"
        "def telling(of):\n    tell(of)\n    told.set()\nwatch._tell = telling\n"
    )
    waiting = "hands.step = 1\n    try: told.wait(60)\n    finally: hands.step = 0"
    install(tmp_path, {"asleep": BY_HAND + telling + CALL.format("asleep", "sin", waiting)})
    done = run("rewrite", "sin(c)", "-d", DECLARE, site=tmp_path)
    waited, off = done.stderr.splitlines()
    assert done.stdout == "sin(c)\n" and "is switched off (slow)" in off
    assert "`asleep.rule` of plugin asleep stands still where it cannot be broken off" in waited
    assert "EINSIGHT_DISABLE_PLUGINS=asleep" in waited
