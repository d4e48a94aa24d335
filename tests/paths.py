"""Where the tests find what they read, and its rows."""

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
DATA = TESTS / "data"
CORPUS = TESTS / "corpus"


def rows(name):
    """The rows of a table in `data/`, a list of cells each; blank lines and those that begin with `# ` are none."""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("# "):
            yield [part.strip() for part in line.split("|")]
