"""Edit scripts over the protocol, at the pace of an editor: what is shown last is what a server shows that saw none of them.

The default run sends edits one behind the other; `EINSIGHT_CAMPAIGN=1200 pytest -m campaign tests/server/test_server_edits.py -s` runs
a tenth as many scripts at each pace, with pauses of 0, 10 and 100 ms between keys.
"""

import os
import random
import time
from contextlib import suppress

import pytest
from edited_pages import CELLS, PAGES, SCRAPS, Script
from session import Session
from test_server_notes import NOTEBOOKS, Notebook

from einsight.bench.client import ResponseError
from einsight.bench.editor import PUBLISHED
from einsight.documents.positions import LineIndex

LANGUAGES = {
    "ein": "einsight",
    "markdown": "markdown",
    "latex": "latex",
    "rst": "restructuredtext",
    "python": "python",
    "julia": "julia",
}
PACES = (0, 0.01, 0.1)
QUICK = "0.005"  # the pause in typing after which the server works, in seconds: within most scripts too


@pytest.fixture(scope="module")
def servers():
    """One that is edited, and one in which every document is new."""
    with Session(QUICK, NOTEBOOKS) as edited, Session(QUICK, NOTEBOOKS) as fresh:
        yield edited, fresh


def asked_meanwhile(session, generator, where, uri):
    """What an editor asks behind a key, and sometimes does not want any more."""
    document = {"textDocument": {"uri": uri}}
    method, given = generator.choice(
        [
            ("hover", {"position": where}),
            ("inlayHint", {"range": {"start": where, "end": where}}),
            ("semanticTokens/full", {}),
        ]
    )
    answer = session.client.send_request(f"textDocument/{method}", {**document, **given})
    if generator.random() < 0.5:
        session.client.notify("$/cancelRequest", {"id": answer.id})
    return answer


def at(lines, offset):
    line, character = lines.position(offset)
    return {"line": line, "character": character}


def typed(session, generator, language, steps, pace):
    """A document after a script; its URI and text."""
    script = Script(generator, PAGES[language])
    session.open(script.text, LANGUAGES[language], f"file:///somewhere/{generator.random()}.{language}")
    answers = []
    for _ in range(steps):
        for start, end, new in script.steps():
            lines = LineIndex(session.text)
            begin, stop = at(lines, start), at(lines, end)
            start, end = (lines.offset(p["line"], p["character"]) for p in (begin, stop))
            session.text = script.text = session.text[:start] + new + session.text[end:]
            session.change([{"range": {"start": begin, "end": stop}, "text": new}])
            if generator.random() < 0.2:
                answers.append(asked_meanwhile(session, generator, begin, session.uri))
            time.sleep(pace)
    for answer in answers:
        with suppress(ResponseError):  # those that were cancelled
            answer.wait()
    return session.text


def run(servers, seed, language, steps, pace):
    generator = random.Random(f"{language} {seed}")
    edited, fresh = servers
    text = typed(edited, generator, language, steps, pace)
    fresh.open(text, LANGUAGES[language], edited.uri)
    shown, wanted = edited.diagnostics(), fresh.diagnostics()
    for session in servers:
        session.client.notify("textDocument/didClose", {"textDocument": {"uri": session.uri}})
        session.client.forget()
    return None if shown == wanted else (text, shown, wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_last_is_what_a_fresh_server_shows(servers, language):
    assert run(servers, 0, language, 3, 0) is None


FAULT = (
    "import einsight.sheets.splitting as s\nreal = s.planned\n"
    "def planned(text, *more):\n    if 'boom' in text: raise KeyError('a fault')\n    return real(text, *more)\n"
    "s.planned = planned"
)


def test_a_fault_while_notes_are_planned_is_shown_and_loses_no_edit():
    with Session(QUICK, patch=FAULT) as session:
        session.open(
            "Let $x \\in \\mathbb{R}^n$.\n\n$$\\nabla_x (x^T x) = 3 x$$\n", "markdown", "file:///somewhere/fault.md"
        )
        assert session.codes() == [("EIN401", "3 x")]
        session.edit("Let", "boom! Let")
        assert session.codes() == [("EIN002", "boom! Let $x \\in \\mathbb{R}^n$.")]
        session.edit("3 x", "4 x")
        session.edit("boom! ", "")
        assert session.codes() == [("EIN401", "4 x")]


def test_notes_are_shown_in_the_layout_that_their_claims_now_follow():
    row = "Let $A \\in \\mathbb{R}^{m \\times n}$, $x \\in \\mathbb{R}^n$, $y = A x$.\n\n$$\\frac{dy}{dx} = A$$\n"
    with Session(QUICK) as session:
        session.open("", "markdown", "file:///somewhere/layout.md")
        session.change([{"text": row}])
        session.text = row
        assert session.codes() == []
        session.edit("= A$$", "= A^T$$")
        assert session.codes() == []
        session.edit("= A^T$$", "= A$$")
        assert session.codes() == []


# notebooks


class Book(Notebook):
    """A notebook whose cells are all text."""

    def is_code(self, text):
        return False

    def replace(self, number, start, end, new):
        entry = self.texts[self.order[number]]
        lines = LineIndex(entry[0])
        where = {"start": at(lines, start), "end": at(lines, end)}
        entry[0], entry[1] = entry[0][:start] + new + entry[0][end:], entry[1] + 1
        content = {
            "document": {"uri": self.order[number], "version": entry[1]},
            "changes": [{"range": where, "text": new}],
        }
        self._change({"textContent": [content]})

    def found(self):
        """What is said last of each cell."""
        self.session.client.request("einsight/status", {"uri": self.uri})
        said = {m.params["uri"]: m.params["diagnostics"] for m in self.session.client.received if m.method == PUBLISHED}
        return [[(d["code"], d["message"], d["range"]) for d in said.get(uri, ())] for uri in self.order]

    def close(self):
        document = {"notebookDocument": {"uri": self.uri}, "cellTextDocuments": [{"uri": uri} for uri in self.order]}
        self.session.client.notify("notebookDocument/didClose", document)


def arranged(session, generator, number, steps, pace):
    """A notebook after cells have been edited, put in, taken out and moved."""
    book = Book(session, number, *CELLS)
    for _ in range(steps):
        count = len(book.order)
        edit = (
            generator.choice(["type", "type", "type", "empty", "insert", "delete", "move"]) if count > 1 else "insert"
        )
        cell = generator.randrange(count)
        text = book.texts[book.order[cell]][0]
        if edit == "type":
            place = generator.randrange(len(text) + 1)
            for k, char in enumerate(generator.choice(SCRAPS).replace("\r", "\n")):
                book.replace(cell, place + k, place + k, char)
                time.sleep(pace)
        elif edit == "empty":
            book.replace(cell, 0, len(text), "")
            for k, char in enumerate(text[:25]):
                book.replace(cell, k, k, char)
                time.sleep(pace)
        elif edit == "insert":
            book.insert(cell, generator.choice([*CELLS, ""]))
        elif edit == "delete":
            book.delete(cell)
        else:
            book.move(min(cell, count - 2), count - 1)
        time.sleep(pace)
    return book


def run_notebook(servers, seed, steps, pace):
    generator = random.Random(f"cells {seed}")
    edited, fresh = servers
    book = arranged(edited, generator, f"edited{generator.random()}", steps, pace)
    other = Book(fresh, f"fresh{generator.random()}", *(book.texts[uri][0] for uri in book.order))
    shown, wanted = book.found(), other.found()
    for one in (book, other):
        one.close()
        one.session.client.forget()
    return None if shown == wanted else ([book.texts[uri][0] for uri in book.order], shown, wanted)


def test_what_is_shown_last_in_a_notebook_is_what_a_fresh_server_shows(servers):
    assert run_notebook(servers, 0, 3, 0) is None


@pytest.mark.campaign
@pytest.mark.parametrize("pace", PACES)
def test_campaign_of_replays(pace):
    count = int(os.environ.get("EINSIGHT_CAMPAIGN", "1200")) // 20  # a replay waits for a server, others do not
    kinds = [*LANGUAGES, "cells"]
    failed, keys = [], 0
    with Session(QUICK, NOTEBOOKS) as edited, Session(QUICK, NOTEBOOKS) as fresh:
        for seed in range(1, 1 + max(1, count // len(kinds))):
            for kind in kinds:
                found = (
                    run_notebook((edited, fresh), seed, 10, pace)
                    if kind == "cells"
                    else run((edited, fresh), seed, kind, 10, pace)
                )
                keys += 1
                failed += [(kind, seed)] if found is not None else []
    print(f"{keys} replays at {pace * 1000:g} ms, {len(failed)} differ: {failed}")
    assert not failed
