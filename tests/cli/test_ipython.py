"""`%einsight` and `%%einsight`: with a shell that only keeps what is registered, and with IPython where it is installed."""

import subprocess
import sys

import pytest

import einsight
from einsight.cli.parsing import CannotRun

DECLARE = "A in R^(n x m); x in R^m; y in R^n"
CELL = "a, x in R^m\nd/dx (a' x) = a\n"


class Shell:
    """As much of IPython's shell as an extension asks for."""

    def __init__(self):
        self.magics = {}

    def register_magic_function(self, function, magic_kind="line", magic_name=None):
        self.magics[magic_kind, magic_name] = function


@pytest.fixture
def magic(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython.core.error", raising=False)
    shell = Shell()
    einsight.load_ipython_extension(shell)
    ((kind, name),) = shell.magics
    assert (kind, name) == ("line_cell", "einsight")
    return shell.magics[kind, name]


@pytest.mark.parametrize(
    ("line", "same_as"),
    [
        (f"""y' A x -w x -d "{DECLARE}" """, ("y' A x", "x", [DECLARE])),
        (f"""y' A x -w x -d '{DECLARE}' --layout denominator""", ("y' A x", "x", [DECLARE], 1, "denominator")),
        (f"""-w x -d "{DECLARE}" "y' A x" """, ("y' A x", "x", [DECLARE])),
        (f""""y' A x" --wrt=x --declare "{DECLARE}" """, ("y' A x", "x", [DECLARE])),
        (
            """x' A x -w x --order 2 -d "A in R^(n x n)" -d 'x in R^n'""",
            ("x' A x", "x", ["A in R^(n x n)", "x in R^n"], 2),
        ),
        ("""a' x - w' x -w x -w w""", ("a' x - w' x", ["x", "w"], [])),
        (r"""\frac{a^\top x}{2} -w x""", (r"\frac{a^\top x}{2}", "x", [])),
        ("""d/dx_j (x_i x_i)""", ("d/dx_j (x_i x_i)", None, [])),
    ],
)
def test_a_line_is_what_derive_gives(magic, line, same_as):
    assert magic(line) == einsight.derive(*same_as)


def test_steps_are_shown_with_their_rules(magic):
    found = magic("x' A x -w x -d 'A in R^(n x n); x in R^n' --steps")
    lines = str(found).splitlines()
    assert lines[0].strip().startswith("∂/∂x_i") and lines[-1] == "notation.matrix             = x' (A + A')"
    shown = found._repr_html_()
    assert shown.count("<tr>") == len(lines) and "<code>derivative.component</code>" in shown
    assert r"$\displaystyle = x^{\top} \left(A + A^{\top}\right)$" in shown and "<script" not in shown
    assert found._repr_latex_().startswith(r"$\begin{aligned}")


def test_a_cell_is_what_check_finds(magic):
    assert magic("", CELL) == einsight.check(CELL)
    assert magic("--layout denominator", CELL).claims[0].verdict == "right"
    assert magic("--language markdown", "$x = 2$") == einsight.check("$x = 2$", "markdown")


@pytest.mark.parametrize(
    ("line", "cell", "told"),
    [
        ("", None, "write an expression"),
        ("x' x -w", None, "expected one argument"),
        ("x' x -w x -d x in R^n", None, "put quotes around"),
        ("x' x -w x -d 'x in R^n", None, "no closing quotation"),
        ("A x -w x -d 'A in R^(n x m); x in R^n'", None, "EIN302"),
        ("x' x -w x --layout numertor", None, "did you mean `numerator`"),
        ("--language cobol", CELL, "EIN002"),
        ("--order 2", CELL, "unrecognized arguments"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(magic, line, cell, told):
    with pytest.raises(CannotRun, match=told) as refused:
        magic(line, cell)
    assert "\n" not in str(refused.value)


def test_nothing_of_ipython_is_imported():
    code = "import sys, einsight.cli.ipython; print([m for m in sys.modules if m.split('.')[0] == 'IPython'])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


SESSION = r"""
import os
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}), ipython_dir=os.getcwd(), colors="NoColor")
shell.run_cell("%load_ext einsight")
shell.push({"a": 7})
for cell in [
    '''%einsight y' A x -w x -d "A in R^(n x m); x in R^m; y in R^n"''',
    r'''d = %einsight \frac{a^\top x}{2} -w x''',
    "d.matrix",
    "{'d': d}",
    "%%einsight\na, x in R^m\nd/dx (a' x) = a\n",
    "%einsight A x -w x -d 'A in R^(n x m); x in R^n'",
]:
    done = shell.run_cell(cell)
    if done.result is not None:
        data, _ = shell.display_formatter.format(done.result)
        print("KINDS", *sorted(data))
"""


def test_a_session_of_ipython(tmp_path):
    pytest.importorskip("IPython")
    done = subprocess.run(
        [sys.executable, "-c", SESSION], capture_output=True, text=True, encoding="utf-8", cwd=tmp_path
    )
    said = done.stdout + done.stderr
    assert "y_k A_ki        free i" in said and "1/2 a'" in said
    assert "2:15  transposed  d/dx (a' x) = a" in said
    assert "{'d': Derived(input='\\\\frac{a^\\\\top x}{2}'" in said  # 7 is not put in for `{a}`
    assert "UsageError: EIN302 " in said and "Traceback" not in said
    kinds = [line.split()[1:] for line in said.splitlines() if line.startswith("KINDS")]
    assert kinds == [
        ["text/html", "text/latex", "text/plain"], ["text/plain"], ["text/plain"], ["text/html", "text/plain"]
    ]  # fmt: skip
