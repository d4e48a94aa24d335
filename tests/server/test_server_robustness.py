"""The language server under everything a client may do to it: it answers, says what is wrong, and lives."""

import subprocess
import sys

import pytest
from session import CAPABILITIES, COMMAND, SERVE, Session, wait_until

from einsight.bench.client import Client, ResponseError, ServerGone

DECLARED = "A ∈ ℝ^(n×m); a, x ∈ ℝ^m; y ∈ ℝ^n\n"
WRONG = DECLARED + "d/dx (a' x) = a\nA y\ny\n"


@pytest.fixture(scope="module")
def session():
    with Session() as opened:
        yield opened


def _is_alive(session):
    session.open(WRONG)
    return [c for c, _ in session.codes()] == ["EIN402", "EIN302"]


# documents


@pytest.mark.parametrize(
    "text", ["", "\n", "\ufeff", "\x00", "((((", "x" * 30_000, "\r\r\n\n", "𝛿", "# c", ";;;", "= ="]
)
def test_any_text(session, text):
    session.open(text)
    session.diagnostics()
    for offset in (0, len(text)):
        session.ask("textDocument/hover", offset)
        session.ask("textDocument/completion", offset)
        session.ask("textDocument/codeAction", range=session.whole, context={"diagnostics": []})
        session.ask("textDocument/documentHighlight", offset)
        session.ask("textDocument/selectionRange", positions=[session.position(offset)])
    for method in ("documentSymbol", "foldingRange", "codeLens", "semanticTokens/full"):
        session.ask(f"textDocument/{method}")
    session.ask("textDocument/inlayHint", range=session.whole)
    session.ask("textDocument/formatting", options={"tabSize": 4, "insertSpaces": True})


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 17), ("utf-16", 11), ("utf-32", 10)])
def test_encodings(encoding, column):
    with Session(encodings=[encoding]) as session:
        assert session.server["capabilities"]["positionEncoding"] == encoding
        session.open("𝛿 ∈ ℝ^m; 𝛿 𝛿\n".replace("; 𝛿", ";𝛿"))
        (found,) = session.diagnostics()
        assert found["code"] == "EIN303"
        start, end = found["range"]["start"]["character"], found["range"]["end"]["character"]
        assert end - start == {"utf-8": 9, "utf-16": 5, "utf-32": 3}[encoding]
        hover = {"textDocument": {"uri": session.uri}, "position": {"line": 0, "character": start}}
        assert "𝛿 ∈ ℝ^m" in session.client.request("textDocument/hover", hover)["contents"]["value"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_only_line_ends_of_the_protocol_count(session, end):
    session.open(DECLARED.replace("\n", end) + f"# \u2028 \x0b \x0c \x85 no line end{end}d/dx (a' x) = a{end}")
    (found,) = [d for d in session.diagnostics() if d["code"] == "EIN402"]
    assert found["range"]["start"] == {"line": 2, "character": 14}


def test_unknown_and_closed_documents(session):
    unknown = {"textDocument": {"uri": "file:///never/opened.ein"}, "position": {"line": 3, "character": 1}}
    assert session.client.request("textDocument/hover", unknown) is None
    assert session.client.request("textDocument/documentSymbol", unknown) == []
    session.client.notify("textDocument/didClose", unknown)
    document = {**unknown["textDocument"], "version": 2}
    session.client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": "x"}]})
    session.open(WRONG)
    assert session.diagnostics()
    start = len(session.client.received)
    session.client.notify("textDocument/didClose", {"textDocument": {"uri": session.uri}})
    last = session.client.wait_for(lambda m: m.method == "textDocument/publishDiagnostics", start=start)
    assert last.params["diagnostics"] == []
    assert session.ask("textDocument/hover", "A y") is None
    assert _is_alive(session)


def test_positions_outside_of_the_document(session):
    session.open(WRONG)
    for line, character in ((0, 10_000), (10_000, 0), (10_000, 10_000)):
        where = {"textDocument": {"uri": session.uri}, "position": {"line": line, "character": character}}
        for method in ("hover", "completion", "definition", "documentHighlight", "signatureHelp"):
            session.client.request(f"textDocument/{method}", where)
    far = {"start": {"line": 900, "character": 0}, "end": {"line": 901, "character": 0}}
    session.text += "x"
    session.change([{"range": far, "text": "x"}])
    session.diagnostics()
    backwards = {"start": {"line": 1, "character": 4}, "end": {"line": 0, "character": 2}}
    session.change([{"range": backwards, "text": "x"}])
    session.diagnostics()
    assert _is_alive(session)


def test_changes_out_of_order(session):
    session.open(WRONG)
    session.change([{"text": DECLARED + "d/dx (a' x) = a'\nA y\ny\n"}], version=7)
    session.change([{"text": "this came late ( ( ("}], version=3)
    session.version = 7
    assert [c for c, _ in session.codes()] == ["EIN302"]
    session.change([{"text": WRONG}], version=8)
    assert [c for c, _ in session.codes()] == ["EIN402", "EIN302"]


def test_several_changes_in_one_notification(session):
    session.open(DECLARED)
    start = {"line": 1, "character": 0}
    first, second = "d/dx (a' x) = a\n", "A y\n"
    session.text = DECLARED + first + second
    session.change(
        [
            {"range": {"start": start, "end": start}, "text": second},
            {"range": {"start": start, "end": start}, "text": first},
            {"range": {"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 0}}, "text": "y\n"},
        ]
    )
    assert [c for c, _ in session.codes()] == ["EIN402", "EIN302"]


def test_hundreds_of_edits_a_second(session):
    session.open(WRONG)
    typed = "d/dx (y' A x) = y' A\n" * 30
    for char in typed:
        end = session.position(len(session.text))
        session.change([{"range": {"start": end, "end": end}, "text": char}])
        session.text += char
    assert session.ask("textDocument/hover", "A y") is not None
    found = session.codes()
    assert [c for c, _ in found] == ["EIN402", "EIN302"]
    for _ in typed:
        end = session.position(len(session.text))
        before = session.position(len(session.text) - 1)
        session.change([{"range": {"start": before, "end": end}, "text": ""}])
        session.text = session.text[:-1]
    assert [c for c, _ in session.codes()] == ["EIN402", "EIN302"] and session.text == WRONG


def test_two_hundred_errors(session):
    session.open(DECLARED + "x * / x\n" * 200 + "d/dx (a' x) = a\ny' A\n")
    codes = [c for c, _ in session.codes()]
    assert codes.count("EIN001") == 200 and codes.count("EIN402") == 1


def test_more_errors_than_a_client_shows(session):
    session.open("x ∈ ℝ\n" + "x * / x\n" * 1500)
    found = session.diagnostics()
    assert len(found) == 1001 and "501 more" in found[0]["message"]


def test_fifty_thousand_lines(session):
    lines = ["# a note", "", "#"] * 16_666
    session.open("\n".join(lines) + "\n" + WRONG)
    assert "A ∈" in session.ask("textDocument/hover", "A y")["contents"]["value"]
    assert [c for c, _ in session.codes()] == ["EIN402", "EIN302"]
    session.edit("d/dx (a' x) = a", "d/dx (a' x) = a'")
    assert [c for c, _ in session.codes()] == ["EIN302"]
    top = {"start": {"line": 0, "character": 0}, "end": {"line": 50, "character": 0}}
    assert session.ask("textDocument/semanticTokens/range", range=top)["data"] == []


def test_one_document_under_two_spellings_of_its_uri(session):
    session.open(WRONG, uri="file:///c%3A/notes/one%20file.ein")
    session.diagnostics()
    other = {"textDocument": {"uri": "file:///c:/notes/one file.ein"}, "position": {"line": 2, "character": 0}}
    assert session.client.request("textDocument/hover", other) is not None


def test_a_document_opened_twice(session):
    session.open("x x", uri="file:///twice.ein")
    session.diagnostics()
    session.client.forget()
    session.open(WRONG, uri="file:///twice.ein")
    assert [c for c, _ in session.codes()] == ["EIN402", "EIN302"]


# messages


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("textDocument/hover", {}),
        ("textDocument/hover", {"textDocument": {"uri": 3}}),
        ("textDocument/hover", {"textDocument": {"uri": "file:///x.ein"}, "position": {"line": "one"}}),
        ("textDocument/completion", []),
        ("textDocument/rename", {"textDocument": {"uri": "file:///x.ein"}, "position": {"line": 0, "character": 0}}),
        ("workspace/executeCommand", {"command": "einsight.nothing"}),
        ("workspace/executeCommand", {"command": "einsight.explain", "arguments": ["nonsense"]}),
        ("workspace/executeCommand", {"command": "einsight.explain", "arguments": []}),
        ("einsight/derivation", {}),
        ("einsight/derivation", {"uri": "file:///x.ein", "position": 3}),
        ("no/such/method", {}),
    ],
)
def test_malformed_requests_are_answered(session, method, params):
    with pytest.raises(ResponseError):
        session.client.request(method, params)
    assert _is_alive(session)


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"null", b'"text"', b"{}", b'{"jsonrpc": "1.0"}', b'{"jsonrpc": "2.0"}', b"\xff\xfe",
        b'{"jsonrpc": "2.0", "method": 3}', b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {}}',
        b'{"jsonrpc": "2.0", "method": "textDocument/didChange"}', b'{"jsonrpc": "2.0", "id": 99999, "result": 1}',
        b'{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 424242}}',
        b'{"jsonrpc": "2.0", "method": "$/unknown", "params": {}}',
    ],
)  # fmt: skip
def test_malformed_messages_are_survived(session, body):
    session.client.send_raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    assert _is_alive(session)


def test_malformed_headers_are_survived(session):
    for header in (b"Nonsense: 3\r\n", b"Content-Type: none\r\n", b"\r\n", b"Content-Length: x\r\n\r\n"):
        session.client.send_raw(header)
    assert _is_alive(session)


def test_a_handler_that_raises_answers_an_error():
    fault = "import einsight.editing.hover as h\ndef hover(*_): raise ZeroDivisionError('a fault')\nh.hover = hover"
    with Session(patch=fault) as session:
        session.open(WRONG)
        with pytest.raises(ResponseError):
            session.ask("textDocument/hover", "A y")
        assert _is_alive(session)
        wait_until(lambda: "a fault" in session.client.stderr, "the fault in the log")
        assert not [m for m in session.client.received if m.method == "window/showMessage"]


def test_a_fault_in_one_statement_costs_that_statement():
    fault = (
        "import einsight.sheets.reading as s\nreal = s.lower_item\n"
        "def lower(item, names):\n    if 'y' == item.text: raise KeyError('a fault')\n    return real(item, names)\n"
        "s.lower_item = lower"
    )
    with Session(patch=fault) as session:
        session.open(WRONG)
        assert [c for c, _ in session.codes()] == ["EIN402", "EIN302", "EIN002"]


# slow work

SPENDING = """
import einsight.judging.comparison as j
from einsight.terms.interruption import poll
spent = 0.0
interruption.clock = lambda: spent
def compare(*given, **more):
    global spent
    while True:
        spent += 0.01
        poll()
j.compare = compare
"""


@pytest.fixture
def held(tmp_path):
    """While this file is there, every claim of a session that is given it goes on."""
    path = tmp_path / "held"
    path.touch()
    return path


def test_a_claim_beyond_the_budget_is_undecided():
    """Only what is spent on a claim counts: the clock stands still but where claims are compared."""
    with Session(patch=SPENDING, options={"settings": {"budget": 0.3}}) as session:
        session.open(WRONG)
        (found,) = [d for d in session.diagnostics() if d["code"] == "EIN504"]
        assert "0.3 s" in found["message"]
        text = session.ask("textDocument/hover", "= a\n")["contents"]["value"]
        assert "undecided" in text and "a'" in text


def _has(code):
    return lambda params: any(d["code"] == code for d in params["diagnostics"])


def test_what_is_read_is_shown_before_a_slow_claim_and_requests_are_answered_meanwhile(held):
    with Session(held=held) as session:
        session.open(WRONG)
        # on a busy machine the first of them may hold nothing yet
        early = session.until("textDocument/publishDiagnostics", _has("EIN302"))
        assert [d["code"] for d in early["diagnostics"]] == ["EIN302"]
        assert "A ∈" in session.ask("textDocument/hover", "A y")["contents"]["value"]
        session.until("$/progress", lambda p: p["value"]["kind"] == "begin")
        held.unlink()
        session.until("textDocument/publishDiagnostics", _has("EIN402"))
        session.until("$/progress", lambda p: p["value"]["kind"] == "end")


def test_an_edit_ends_the_work_on_what_was_there(held):
    with Session(held=held) as session:
        session.open(WRONG)
        session.diagnostics(final=False)
        session.edit("d/dx (a' x) = a\n", "y' A x\n")
        assert [c for c, _ in session.codes()] == ["EIN103", "EIN302"]


def test_a_request_that_is_cancelled_is_answered_so(held):
    with Session(held=held) as session:
        session.open(WRONG)
        met = held.with_name("held.met")
        wait_until(met.exists, "the claim")  # the document's own; the second one is the hover's
        given = {"textDocument": {"uri": session.uri}, "position": session.position("= a\n")}
        first = session.client.send_request("textDocument/hover", given)
        second = session.client.send_request("textDocument/hover", given)
        wait_until(lambda: met.stat().st_size > 1, "the hover")
        for answer in (second, first):
            session.client.notify("$/cancelRequest", {"id": answer.id})
        for answer in (first, second):
            with pytest.raises(ResponseError) as error:
                answer.wait()
            assert error.value.code == -32800
        assert "A ∈" in session.ask("textDocument/hover", "A y")["contents"]["value"]


# the end


def _exit_code(client):
    try:
        return client.process.wait(60)
    finally:
        client.kill()
        for pipe in (client.process.stdout, client.process.stderr):
            pipe.close()


def test_exit_codes():
    session = Session()
    session.client.request("shutdown")
    session.client.notify("exit")
    assert _exit_code(session.client) == 0
    session = Session()
    session.client.notify("exit")
    assert _exit_code(session.client) == 1


def test_exit_while_working(held):
    session = Session(held=held)
    session.open(WRONG)
    session.diagnostics(final=False)
    session.client.request("shutdown")
    session.client.notify("exit")
    assert _exit_code(session.client) == 0


def test_exit_before_anything():
    client = Client(COMMAND)
    client.notify("exit")
    assert _exit_code(client) == 1


def test_requests_before_initialize_and_after_shutdown():
    client = Client(COMMAND)
    with pytest.raises(ResponseError):
        client.request(
            "textDocument/hover", {"textDocument": {"uri": "file:///x"}, "position": {"line": 0, "character": 0}}
        )
    client.request("initialize", {"processId": None, "rootUri": None, "capabilities": CAPABILITIES})
    client.request("shutdown")
    with pytest.raises((ResponseError, TimeoutError, ServerGone)):
        client.request("textDocument/documentSymbol", {"textDocument": {"uri": "file:///x"}}, timeout=2)
    client.notify("exit")
    assert _exit_code(client) == 0


def test_the_client_vanishes(held):
    session = Session(held=held)
    session.open(WRONG)
    session.diagnostics(final=False)
    session.client.process.stdin.close()
    assert _exit_code(session.client) in (0, 1)


def test_the_client_dies_and_leaves_the_pipe_open():
    patch = "import einsight.server.session as s; s.CLIENT_CHECK = 0.1"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    client = Client([sys.executable, "-c", f"{patch}\n{SERVE}"])
    client.request("initialize", {"processId": gone.pid, "rootUri": None, "capabilities": {}})
    client.notify("initialized", {})
    assert _exit_code(client) == 1
