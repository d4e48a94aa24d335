"""What every command has in common: versions, misspelt names, help, input through a pipe."""

import io
import json
import sys

import pytest

import einsight
from einsight.cli.main import main


@pytest.fixture
def run(capfd):
    """A command line; gives its exit status, what is printed and what is said besides."""

    def running(*arguments):
        try:
            status = main(list(arguments))
        except SystemExit as end:  # argparse ends what it answers itself
            status = end.code
        return status, *capfd.readouterr()

    return running


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version(run, option):
    assert run(option) == (0, f"einsight {einsight.__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chek", "."], "there is no command `chek`; did you mean `check`?"),
        (["derivate", "x"], "there is no command `derivate`; did you mean `derive`?"),
        (["plugin", "lst"], "there is no command `lst`; did you mean `list`?"),
        (["check", "--format", "jsno", "."], "there is no --format `jsno`; did you mean `json`?"),
    ],
)
def test_a_misspelt_word_is_told_with_the_nearest_one(run, arguments, told):
    assert run(*arguments) == (2, "", f"einsight: {told}\n")


def test_a_word_that_is_near_to_none_is_told_with_all(run):
    status, out, said = run("zzz")
    assert (status, out) == (2, "") and all(name in said for name in ("check", "derive", "lsp")) and "mean" not in said


# an expression through a pipe

DECLARED = ("-d", "A in R^(n x m); x in R^m; y in R^n")


@pytest.fixture
def pipe(monkeypatch):
    """Puts bytes into standard input."""
    return lambda content: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.parametrize("given", ["y' A x", "y' A x\n", "  yᵀ A x\r\n\r\n", "\ufeffy' A x\n"])
def test_derive_takes_an_expression_through_a_pipe(run, pipe, given):
    pipe(given.encode())
    status, out, said = run("derive", "-", "-w", "x", *DECLARED, "--to", "json")
    assert (status, said) == (0, "") and json.loads(out)["matrix"] == "y' A"
    assert json.loads(out)["input"] == given.strip("\ufeff \r\n")


def test_rewrite_takes_an_expression_through_a_pipe(run, pipe):
    pipe("∑_j δ_ij z_j\n".encode())
    assert run("rewrite", "-") == (0, "z_i\n", "")


@pytest.mark.parametrize("command", [["derive", "-", "-w", "x"], ["rewrite", "-"]])
@pytest.mark.parametrize(("given", "told"), [(b"", "EIN001"), (b"\xff\xfe\x00", "<stdin>: "), (b"y' A (x", "EIN001")])
def test_what_comes_through_a_pipe_and_is_no_expression_is_told_in_one_line(run, pipe, command, given, told):
    pipe(given)
    status, out, said = run(*command, *DECLARED)
    assert (status, out) == (2, "") and said.startswith(f"einsight: {told}") and said.count("\n") == 1
