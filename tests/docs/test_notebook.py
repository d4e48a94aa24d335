"""The notebook that shows einsight in a session, carried out by a kernel: what stands below its cells is what they give.

`PYTHONPATH=tests python tests/docs/test_notebook.py` writes into it what its cells give now.
"""

import sys

import pytest
from paths import ROOT

NOTEBOOK = ROOT / "src" / "einsight" / "docs" / "notebook.ipynb"


def executed():
    """The notebook as it is stored, and as a kernel carries it out."""
    import nbformat
    from nbclient import NotebookClient

    stored = nbformat.read(NOTEBOOK, as_version=4)
    now = nbformat.from_dict(stored)
    NotebookClient(now, timeout=120, kernel_name="python3", allow_errors=False).execute()
    for cell in now.cells:
        cell.metadata = {}  # when it was carried out
    now.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return stored, now


def outputs(notebook):
    return [
        [{k: v for k, v in dict(o).items() if k != "metadata"} for o in cell.get("outputs", ())]
        for cell in notebook.cells
    ]


def test_what_stands_below_a_cell_is_what_it_gives():
    pytest.importorskip("nbclient", reason="nbclient carries the notebook out")
    stored, now = executed()
    assert outputs(stored) == outputs(now)
    shown = [o["data"] for cell in outputs(now) for o in cell if "data" in o]
    assert sum("text/html" in data for data in shown) >= 4 and sum("text/latex" in data for data in shown) >= 3


if __name__ == "__main__":
    import nbformat

    nbformat.write(executed()[1], NOTEBOOK)
    sys.exit(0)
