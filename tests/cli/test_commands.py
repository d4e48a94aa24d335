"""What every command has in common: versions, misspelt names, help, input through a pipe."""

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
