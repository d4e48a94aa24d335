"""Every matrix form that any test shows is read back: what its form says it is, its text says too."""

from functools import wraps

from einsight.deriving import readback


def watch():
    """Hold each text that is shown for its form to what the grammar and the language make of it."""
    says = readback._says

    @wraps(says)
    def watched(shown, term, laid, names):
        agrees = says(shown, term, laid, names)
        assert not agrees or readback._reads_back(shown.text, term, laid, names), f"{shown.text} is not {shown.form}"
        return agrees

    readback._says = watched
