"""Where output goes: encodings that lack the signs, disks that are full, readers that have gone, numbers without end."""

import contextlib
import json
import os
import subprocess
import sys

import pytest
from paths import DATA

import einsight
from einsight import memory
from einsight.cli import terminal
from einsight.cli.main import main
from einsight.cli.terminal import json_text

POSIX = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full")


def run(*arguments, encoding="utf-8", out=subprocess.PIPE, text=None):
    environment = {**{k: v for k, v in os.environ.items() if k != "EINSIGHT_DEBUG"}, "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "einsight", *arguments]
    return subprocess.run(command, stdout=out, stderr=subprocess.PIPE, input=text, env=environment, timeout=120)


def spelled(text, encoding="ascii"):
    return text.encode(encoding, terminal.SPELLED).decode(encoding)


@pytest.mark.parametrize(
    ("text", "ascii"),
    [
        ("∂y_i/∂x_j = W_ij", "dy_i/dx_j = W_ij"),
        ("∂²f/∂x_i∂x_j", "d^2 f/dx_i dx_j"),
        ("W ∈ ℝ^(n×m)", "W in R^(n x m)"),
        ("∑_k δ_ik α", "sum_k delta_ik alpha"),
        ("2θ + dθ/dx", "2 theta + dtheta/dx"),
        ("s(σ) ≤ π ≠ μ", "s(sigma) <= pi != mu"),
        ("‖x‖² − A⁻¹ x²y", "||x||^2 - A^-1 x^2 y"),
        ("Aᵀ ⊙ B → C", "A^T .* B -> C"),
        ("A ⊗ 𝛿 数", "A \\u2297 \\U0001d6ff \\u6570"),
        ("x₁₂ “a” …", 'x_12 "a" ...'),
    ],
)
def test_what_ascii_lacks_is_spelled(text, ascii):
    assert spelled(text) == ascii


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp850", "latin-1"])
def test_answers_that_are_spelled_say_the_same(encoding):
    """The forms of derivatives, written for a terminal and read back."""
    declare = "θ, x, α ∈ ℝ^n; W ∈ ℝ^(n×n); μ ∈ ℝ; f : ℝ^n → ℝ^n"
    for expression in (
        "‖W x - θ‖²",
        "θ' W x",
        "tanh(W x + θ) ⊙ α",
        "μ x' W' W x",
        "softmax(W θ)",
        "f(W x)",
        "exp(-‖x‖²/μ)",
    ):
        for variable in "xθWμ":
            try:
                found = einsight.derive(expression, variable, declare)
            except einsight.EinsightError:
                continue
            if found.index == "0":
                continue
            index, matrix = (spelled(form or "0", encoding) for form in (found.index, found.matrix))
            left = f"q_{{{','.join(found.free)}}}" if found.free else "q"
            again = einsight.simplify(f"{left} = {index}", declare)
            assert (again.index, again.shape) == (found.index, found.shape)
            assert "\\" not in index + matrix.replace("\\u2297", "")  # ⊗ has no spelling in ASCII
            if found.matrix and "⊗" not in found.matrix and " where " not in matrix:
                assert [c.verdict for c in einsight.check(f"{declare}\n2 ({found.matrix}) = 2 ({matrix})").claims] == [
                    "right"
                ]


@pytest.mark.parametrize("encoding", ["ascii", pytest.param("cp1252", marks=pytest.mark.campaign)])
def test_the_command_line_where_the_terminal_lacks_signs(encoding, tmp_path):
    path = tmp_path / "a.ein"
    path.write_text("θ, x ∈ ℝ^n\n∂/∂x (θ' x) = θ\n∇_x θ\n", encoding="utf-8")
    done = run("check", str(path), encoding=encoding)
    assert done.returncode == 1 and not done.stderr and b"`d/dx (theta' x)`" in done.stdout
    done = run("check", str(path), "--format", "json", encoding=encoding)
    assert (
        done.returncode == 1
        and json.loads(done.stdout.decode("ascii"))["files"][0]["claims"][0]["text"] == "∂/∂x (θ' x) = θ"
    )
    done = run("derive", "θ' x", "-w", "θ", "-d", "θ, x in R^n", "--to", "json", encoding=encoding)
    assert json.loads(done.stdout.decode("ascii"))["wrt"] == ["θ"]


def test_code_is_in_the_encoding_of_programs():
    done = run("derive", "θ' x", "-w", "x", "-d", "θ, x in R^n", "--to", "numpy", encoding="cp1252")
    assert done.returncode == 0 and not done.stderr
    compile(done.stdout.decode("utf-8"), "derivative.py", "exec")


def test_json_escapes_what_cannot_be_seen_and_nothing_else():
    value = {"a": "∂ “𝛿” 数", "b": "\x1b\x7f\x9b\u202e\ufeff\u2028\ud800\n"}
    text = json_text(value)
    assert json.loads(text) == value and "∂ “𝛿” 数" in text
    assert all(c not in text for c in value["b"][:-1])
    assert json.loads(json.dumps(value, ensure_ascii=False).encode("ascii", terminal.IN_JSON)) == value


# nobody to write to


@POSIX
@pytest.mark.parametrize("arguments", [["derive", "x", "-w", "x", "-d", "x in R"], ["check", "README.md"], ["check", "README.md", "--format", "json"],
                                       ["rules"], ["explain", "EIN402"], ["--help"], ["lsp", "--tcp", "127.0.0.1:0"]])  # fmt: skip
def test_a_full_disk_is_told_in_one_line(arguments, capfd, monkeypatch):
    monkeypatch.chdir(DATA.parent.parent)
    with open("/dev/full", "w", encoding="utf-8") as full, monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", full)
        patched.setattr(terminal, "drop", lambda: None)
        patched.setattr(memory, "limit_memory", lambda: None)  # of this process, which runs the other tests too
        assert main(arguments) == 2
        patched.undo()
        with contextlib.suppress(OSError):
            full.close()
    err = capfd.readouterr().err
    assert err == "einsight: the output could not be written: No space left on device\n"


@POSIX
def test_a_full_disk_in_a_process():
    with open("/dev/full", "w") as full:
        done = run("rules", out=full)
    assert (
        done.returncode == 2 and done.stderr == b"einsight: the output could not be written: No space left on device\n"
    )


def test_a_reader_that_has_gone_ends_it_quietly():
    out, end = os.pipe()
    os.close(out)
    done = run("rules", out=end)
    os.close(end)
    assert (done.returncode, done.stderr) == (0, b"")


def test_without_any_output(monkeypatch, capfd):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["rules"]) == 2
    assert capfd.readouterr().err == "einsight: there is no standard output to write to\n"


# numbers

LONG = "9" * 5_000
NUMBERS = ["1e999999 x", "1e-999999 x", "1e99999999999999999999 x", f"{LONG} x", f"0.{LONG} x", f"x^{LONG}", f"x_{LONG}", f"x_{{i+{LONG}}}",
           "1e900 1e900 1e900 1e900 1e900 x", "x/1e900/1e900/1e900/1e900/1e900"]  # fmt: skip


@pytest.mark.parametrize("expression", NUMBERS)
def test_numbers_without_end_are_refused_with_words(expression, capsys):
    commands = [["derive", expression, "-w", "x"], ["rewrite", expression], ["derive", "x", "-w", "x"]]
    for command in commands[: 2 if "1e900" in expression else 3]:  # what is defined is not worked out
        declared = ["x in R^m", *([f"q = {expression}"] if command[1] == "x" else [])]
        assert main([*command, *(part for d in declared for part in ("-d", d))]) == 2
        out, err = capsys.readouterr()
        assert not out and err.count("\n") == 1 and "digits" in err and "internal" not in err
    found = einsight.check(f"x in R^m\n{expression} = 0\nq = {expression}\n")
    assert not any("internal" in d.message for d in found.diagnostics) and found.diagnostics
    assert {c.verdict for c in found.claims} <= {"undecided", "wrong", "shape"}


@pytest.mark.parametrize(
    "declare", ["x in R^1000000000000", "x in R^m; dim m = 1000000000000", "x in R^(1000000000000 x 1000000000000)"]
)
def test_large_dimensions_are_names_of_their_size(declare, capsys):
    assert main(["derive", "x", "-w", "x", "-d", declare]) == 0
    assert main(["derive", "x", "-w", "x", "-d", f"y in R^{LONG}"]) == 2
    assert "digits" in capsys.readouterr().err


def test_a_difference_beyond_all_digits_is_still_told():
    (claim,) = einsight.check("x in R\n(1e900 x)^9 = 1\n").claims
    # the numbers are too long to be written, their residues are not
    assert claim.verdict == "wrong" and "both modulo" in claim.counterexample and len(claim.counterexample) < 200
