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
