r"""Notes in the language server: LaTeX, reStructuredText, docstrings, and the cells of notebooks."""

import pytest
from session import CAPABILITIES, Session

NOTEBOOKS = {**CAPABILITIES, "notebookDocument": {"synchronization": {"dynamicRegistration": False}}}
DECLARED = "Let $x \\in \\mathbb{R}^n$."
WRONG = "$$\n\\frac{\\partial}{\\partial x} (x^T x) = 3 x^T\n$$"
RIGHT = WRONG.replace("3", "2")
PAGES = {
    "latex": f"% $x$\n\\begin{{document}}\n{DECLARED}\n\\[{WRONG.strip('$')}\\]\n\\end{{document}}\n",
    "restructuredtext": ":math:`x \\in \\mathbb{R}^n`\n\n.. math::\n\n   " + WRONG.strip("$\n") + "\n",
    "python": f'def f(x):\n    r"""{DECLARED}\n\n    .. math:: {WRONG.strip("$").strip()}\n    """\n    return x @ x\n',
    "julia": f'@doc raw"""\nLet ``x \\in \\mathbb{{R}}^n``.\n\n```math{WRONG.strip("$")}```\n"""\nf(x) = x\' * x\n',
}
WITHHELD = ["documentSymbol", "foldingRange", "codeLens", "semanticTokens/full"]


@pytest.fixture(scope="module")
def session():
    with Session(capabilities=NOTEBOOKS) as opened:
        yield opened


@pytest.mark.parametrize("language", PAGES)
def test_formulas_are_judged_where_they_stand(session, language):
    session.open(PAGES[language], language, f"file:///somewhere/page.{language}")
    assert session.codes() == [("EIN401", "3 x^T")]
    assert "x" in session.ask("textDocument/hover", "x^T x")["contents"]["value"]
    hints = session.ask("textDocument/inlayHint", range=session.whole)
    assert [(h["label"], h["position"]) for h in hints] == [("✗ wrong", session.position("3 x^T", len("3 x^T")))]


@pytest.mark.parametrize("language", PAGES)
def test_the_rest_is_left_to_the_servers_of_their_languages(session, language):
    session.open(PAGES[language], language, f"file:///somewhere/page.{language}").checked()
    assert [session.ask(f"textDocument/{method}") for method in WITHHELD] == [None] * len(WITHHELD)
    options = {"tabSize": 4, "insertSpaces": True}
    assert session.ask("textDocument/formatting", options=options) is None
    assert session.ask("textDocument/completion", 3) is None
    assert session.ask("textDocument/rename", 3, newName="y") is None
    assert session.ask("textDocument/hover", 0) is None
    assert session.ask("textDocument/inlayHint", range={"start": session.position(0), "end": session.position(3)}) == []


def test_a_program_without_formulas_is_silent(session):
    session.open("def f(x):\n    return '$x = y$'\n", "python", "file:///somewhere/silent.py")
    assert session.codes() == [] and session.checked() == {}
    session.edit("def f(x):", "def f(x")
    assert session.codes() == []


def test_macros_of_a_file_that_is_open_or_beside(session, tmp_path):
    (tmp_path / "macros.tex").write_text(r"\newcommand{\R}{\mathbb{R}}", encoding="utf-8")
    page = PAGES["latex"].replace(r"\mathbb{R}", r"\R").replace("% $x$", r"\input{macros}")
    session.open(page, "latex", (tmp_path / "page.tex").as_uri())
    assert session.codes() == [("EIN401", "3 x^T")]
    macros = r"\newcommand{\R}{\mathbb{R}}\newcommand{\three}{3}"
    item = {"uri": (tmp_path / "macros.tex").as_uri(), "languageId": "latex", "version": 1, "text": macros}
    session.client.notify("textDocument/didOpen", {"textDocument": item})
    session.edit("3 x^T", r"\three x^T")
    assert session.codes() == [("EIN401", r"\three x^T")]


# notebooks


class Notebook:
    """A notebook in a session; the cells are its texts, and those of code begin with `#`."""

    def __init__(self, session, number, *texts):
        self.session, self.uri, self.version = session, f"file:///somewhere/{number}.ipynb", 1
        self.made, self.texts = 0, {}
        cells, documents = self._cells(texts)
        self.order = [c["document"] for c in cells]
        notebook = {"uri": self.uri, "notebookType": "jupyter-notebook", "version": 1, "cells": cells}
        given = {"notebookDocument": notebook, "cellTextDocuments": documents}
        session.client.notify("notebookDocument/didOpen", given)

    def is_code(self, text):
        return text.startswith("#")

    def _cells(self, texts):
        cells, documents = [], []
        for text in texts:
            uri = f"vscode-notebook-cell:{self.uri[7:]}#C{self.made}"
            self.made += 1
            is_code = self.is_code(text)
            cells.append({"kind": 2 if is_code else 1, "document": uri})
            language = "python" if is_code else "markdown"
            documents.append({"uri": uri, "languageId": language, "version": 1, "text": text})
            self.texts[uri] = [text, 1]
        return cells, documents

    def _change(self, cells):
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        given = {"notebookDocument": document, "change": {"cells": cells}}
        self.session.client.notify("notebookDocument/didChange", given)

    def arrange(self, start, count, cells=(), opened=(), closed=()):
        array = {"start": start, "deleteCount": count, "cells": list(cells)}
        self.order[start : start + count] = [c["document"] for c in cells]
        structure = {"array": array, "didOpen": list(opened), "didClose": [{"uri": u} for u in closed]}
        self._change({"structure": structure})

    def insert(self, at, text):
        self.arrange(at, 0, *self._cells([text]))

    def delete(self, at):
        self.arrange(at, 1, closed=[self.order[at]])

    def move(self, start, end):
        """The cell at `start` goes to `end`, behind it: what is between is told anew, and nothing opened."""
        uris = [*self.order[start + 1 : end + 1], self.order[start]]
        self.arrange(start, end + 1 - start, [{"kind": 1, "document": u} for u in uris])

    def edit(self, at, old, new):
        self.at(at)
        where = self.session.range(old)
        entry = self.texts[self.order[at]]
        entry[0], entry[1] = entry[0].replace(old, new, 1), entry[1] + 1
        content = {"document": {"uri": self.order[at], "version": entry[1]}, "changes": [{"range": where, "text": new}]}
        self._change({"textContent": [content]})

    def at(self, number):
        """The session, as if the cell was its document."""
        self.session.uri = self.order[number]
        self.session.text, self.session.version = self.texts[self.order[number]]
        return self.session

    def codes(self):
        """What is said of each cell by now; None where nothing ever was."""
        self.session.client.request("einsight/status", {"uri": self.uri})
        said = {}
        for message in self.session.client.received:
            if message.method == "textDocument/publishDiagnostics":
                said[message.params["uri"]] = message.params["diagnostics"]
        cells = [(k, said.get(uri)) for k, uri in enumerate(self.order)]
        return [None if d is None else [(f["code"], self.at(k).spanned(f["range"])) for f in d] for k, d in cells]


def test_cells_of_a_notebook_are_one_document(session):
    notebook = Notebook(session, "one", DECLARED, "# code $x = y$", "𝛿 and\n\n" + WRONG, "$y = 2 x$ and\n" + RIGHT)
    assert notebook.codes() == [[], [], [("EIN401", "3 x^T")], []]
    cell = notebook.at(2)
    found = cell.ask("textDocument/hover", "x^T x")
    assert cell.spanned(found["range"]) in ("x^T x", "x^T", "x")
    hints = cell.ask("textDocument/inlayHint", range=cell.whole)
    assert [(h["label"], h["position"]) for h in hints] == [("✗ wrong", cell.position("3 x^T", len("3 x^T")))]
    hints = notebook.at(3).ask("textDocument/inlayHint", range=session.whole)
    assert [h["label"] for h in hints][-1:] == ["✓"]
    assert notebook.at(1).ask("textDocument/hover", 3) is None
    assert notebook.at(0).ask("textDocument/formatting", options={"tabSize": 4, "insertSpaces": True}) is None
    place = notebook.at(3).ask("textDocument/definition", "x^T x")
    assert [p["uri"] for p in place] == [notebook.order[0]]


def test_code_cells_of_a_notebook_are_one_program(session):
    first = "#\n%matplotlib inline\nimport numpy as np\nA = np.zeros((2, 3))"
    notebook = Notebook(session, "code", DECLARED, first, "Text.", "# 𝛿\n!ls\nA @ A", "#\nB = A.T")
    assert notebook.codes() == [[], [], [], [("EIN603", "A @ A")], []]
    hints = notebook.at(4).ask("textDocument/inlayHint", range=session.whole)
    assert [(h["label"], h["position"]) for h in hints] == [(": (3, 2)", notebook.at(4).position("B", 1))]
    notebook.edit(1, "(2, 3)", "(3, 3)")
    assert notebook.codes() == [[], [], [], [], []]
    notebook.insert(3, "#\nA = np.ones((4, 5))")
    assert notebook.codes() == [[], [], [], [], [("EIN603", "A @ A")], []]
    notebook.delete(3)
    notebook.delete(1)
    assert notebook.codes() == [[], [], [], []]
    notebook.insert(0, first)
    assert notebook.codes() == [[], [], [], [("EIN603", "A @ A")], []]


def test_an_action_in_a_cell_is_an_edit_of_it(session):
    fence = "```ein\na, x ∈ ℝ^m\nd/dx (a' x) = a\n```"
    notebook = Notebook(session, "fence", "```ein\n#! layout numerator\n```", "# code", "Text.\n\n" + fence)
    assert notebook.codes() == [[], [], [("EIN402", "a")]]
    cell = notebook.at(2)
    where = cell.range("a\n```")
    actions = cell.ask(
        "textDocument/codeAction", range={"start": where["start"], "end": where["start"]}, context={"diagnostics": []}
    )
    edits = next(a["edit"]["changes"] for a in actions if a["title"] == "Write a'")
    assert list(edits) == [cell.uri]
    assert cell.after(edits[cell.uri]) == "Text.\n\n" + fence.replace("= a", "= a'")


def test_cells_come_go_and_move(session):
    notebook = Notebook(session, "moving", DECLARED, WRONG)
    assert notebook.codes() == [[], [("EIN401", "3 x^T")]]
    notebook.edit(1, "3", "2")
    assert notebook.codes() == [[], []]
    notebook.edit(1, "2", "30")
    assert notebook.codes() == [[], [("EIN401", "30 x^T")]]
    notebook.insert(1, "Or rather $x \\in \\mathbb{R}^{n \\times n}$, é𝛿.")
    assert notebook.codes()[2] != [("EIN401", "30 x^T")]
    gone = notebook.order[1]
    notebook.delete(1)
    assert notebook.codes() == [[], [("EIN401", "30 x^T")]]
    last = [m.params for m in session.client.received if m.params and m.params.get("uri") == gone][-1]
    assert last["diagnostics"] == []
    notebook.insert(2, "# code")
    notebook.insert(3, "$$ a = b")
    notebook.move(0, 1)
    assert [c for c in notebook.codes()[0] if c[0] == "EIN401"] == []  # nobody has declared x yet
    notebook.move(0, 1)
    assert notebook.codes()[:2] == [[], [("EIN401", "30 x^T")]]
    notebook._change(None)
    session.client.notify("notebookDocument/didSave", {"notebookDocument": {"uri": notebook.uri}})
    cells = [{"uri": uri} for uri in notebook.order]
    session.client.notify(
        "notebookDocument/didClose", {"notebookDocument": {"uri": notebook.uri}, "cellTextDocuments": cells}
    )
    assert notebook.codes()[:2] == [[], []]
    assert notebook.at(1).ask("textDocument/hover", 3) is None


def test_what_a_client_is_told_of_notebooks(session):
    (selector,) = session.server["capabilities"]["notebookDocumentSync"]["notebookSelector"]
    assert selector == {"notebook": {"notebookType": "jupyter-notebook"}, "cells": [{"language": "markdown"}, {"language": "python"}]}
