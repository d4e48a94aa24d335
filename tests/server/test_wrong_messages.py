"""A server that is sent what is no message, or a message that does not fit: it answers with words, or says why it ends."""

import copy
import json
import os
import re
import subprocess

import pytest
from session import CAPABILITIES, COMMAND, Session
from thinning import PARTS

from einsight.bench.client import ResponseError
from einsight.server.features import offered
from einsight.server.transport import LONGEST_BODY, Ended, Frames, Malformed

INVALID = -32602
TEXT = "A ∈ ℝ^(n×m); a, x ∈ ℝ^m; y ∈ ℝ^n\nh = A x\nd/dx (a' x) = a\nA y\n"
URI = "file:///somewhere/wrong.ein"
PLACE = {"line": 1, "character": 4}
RANGE = {"start": PLACE, "end": {"line": 2, "character": 3}}
AT = {"textDocument": {"uri": URI}, "position": PLACE}
PARAMS = {
    "textDocument/references": {**AT, "context": {"includeDeclaration": True}},
    "textDocument/rename": {**AT, "newName": "B"},
    "textDocument/selectionRange": {"textDocument": {"uri": URI}, "positions": [PLACE]},
    "textDocument/codeAction": {"textDocument": {"uri": URI}, "range": RANGE, "context": {"diagnostics": [], "only": ["quickfix"]}},
    "textDocument/inlayHint": {"textDocument": {"uri": URI}, "range": RANGE},
    "textDocument/semanticTokens/range": {"textDocument": {"uri": URI}, "range": RANGE},
    "textDocument/formatting": {"textDocument": {"uri": URI}, "options": {"tabSize": 4, "insertSpaces": True}},
    "textDocument/rangeFormatting": {"textDocument": {"uri": URI}, "range": RANGE, "options": {"tabSize": 4, "insertSpaces": True}},
    "codeLens/resolve": {"range": RANGE, "data": {"uri": URI, "title": "t", "variable": "x"}},
    "workspace/symbol": {"query": "a"},
    "einsight/derivation": {"uri": URI, "position": PLACE},
    "einsight/view": {"uri": URI, "position": PLACE, "variable": "x"},
    "einsight/rules": {"uri": URI, "position": PLACE, "end": PLACE},
    "einsight/status": {"uri": URI},
    "workspace/executeCommand": {"command": "einsight.explain", "arguments": ["EIN402"]},
}  # fmt: skip
ARGUMENTS = {"uri": URI, "position": PLACE, "variable": "x", "target": "numpy", "what": "EIN402", "step": 0, "uris": [URI],
             "name": "course-wrong", "folder": "file:///no/such/folder"}  # fmt: skip
WRONG = [None, -1, 3, 2.5, 10**30, True, "\x1b`", "", [], [None], {}, {"line": "x"}, [[[[]]]]]


def mutants(params, path=()):
    """The params with each part of them replaced, left out, or beside one that nobody knows."""
    for value in WRONG:
        yield _with(params, path, value)
    part = params
    for key in path:
        part = part[key]
    keys = part if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
    for key in list(keys):
        yield from mutants(params, (*path, key))
        if isinstance(part, dict):
            without = copy.deepcopy(params)
            inner = without
            for k in path:
                inner = inner[k]
            del inner[key]
            yield without


def _with(params, path, value):
    if not path:
        return value
    made = copy.deepcopy(params)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return made


@pytest.fixture(scope="module")
def session():
    with Session() as opened:
        opened.open(TEXT, uri=URI)
        opened.diagnostics()
        yield opened


def _answers(session, asked):
    """What each of many requests is answered: `ok`, or the error."""
    for method, params, answer in [(m, p, session.client.send_request(m, p)) for m, p in asked]:
        try:
            answer.wait(60)
        except ResponseError as error:
            yield method, params, error


@pytest.mark.parametrize("part", PARTS)
def test_every_request_with_wrong_params_is_answered_with_words(session, part):
    """Of every method some, one in four."""
    asked = [
        (method, params)
        for method in offered.OFFERED
        for params in mutants(PARAMS.get(method, AT))
        if method != "einsight/vocabulary"
    ]
    assert len(asked) > 2000
    asked = asked[part :: len(PARTS)]
    assert {method for method, _ in asked} >= set(offered.OFFERED) - {"einsight/vocabulary"}
    for method, params, error in _answers(session, asked):
        assert error.code == INVALID and "Error" not in str(error), (method, params, str(error))
    assert session.ask("textDocument/hover", "A y") is not None


def test_every_command_with_wrong_arguments_says_what_it_takes(session):
    asked = []
    for name, takes in offered.COMMANDS.items():
        arguments = [ARGUMENTS[a.rstrip("?")] for a in takes.split()]
        given = [m for m in mutants(arguments) if isinstance(m, list)] + [[*arguments, 1], arguments[:-1], []]
        asked += [("workspace/executeCommand", {"command": name, "arguments": g}) for g in given]
    for _, params, error in _answers(session, asked):
        said = str(error)
        assert error.code == INVALID and "Error" not in said and "object" not in said, (params, said)
        takes = offered.COMMANDS[params["command"]].split()
        if len(params["arguments"]) > len(takes) or None in params["arguments"][:1]:
            assert params["command"] in said and all(a.rstrip("?") in said for a in takes)
    assert session.ask("textDocument/hover", "A y") is not None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([URI, PLACE], "takes uri, position, variable; it was given 2 arguments"),
        ([URI, 3, "x"], "`position` is a position, `{line, character}` with numbers from 0, not 3"),
        ([URI, {"line": 1, "character": -1}, "x"], "`position` is a position"),
        ([7, PLACE, "x"], "`uri` is text, not 7"),
    ],
)
def test_the_words(session, arguments, words):
    with pytest.raises(ResponseError, match=re.escape(words)):
        session.command("einsight.insertJacobian", *arguments)


def test_notifications_with_wrong_params_are_survived(session):
    changed = {"textDocument": {"uri": URI, "version": 9}, "contentChanges": [{"range": RANGE, "text": "x"}]}
    item = {"uri": URI + "2", "languageId": "einsight", "version": 1, "text": "x"}
    for method, params in [("textDocument/didChange", changed), ("textDocument/didOpen", {"textDocument": item}),
                           ("textDocument/didClose", {"textDocument": {"uri": URI + "2"}}), ("$/cancelRequest", {"id": 4}),
                           ("einsight/theme", {"kind": "dark"}), ("workspace/didChangeConfiguration", {"settings": {"einsight": {}}}),
                           ("workspace/didChangeWatchedFiles", {"changes": [{"uri": URI, "type": 2}]}), ("$/setTrace", {"value": "off"})]:  # fmt: skip
        for wrong in mutants(params):
            session.client.notify(method, wrong)
    session.open(TEXT, uri=URI + "3")
    assert [d["code"] for d in session.diagnostics()] == ["EIN402", "EIN302"]


# messages


class Bytes:
    def __init__(self, data):
        self.data = data

    async def line(self):
        end = self.data.find(b"\n", 0, 4096) + 1 or 4096
        got, self.data = self.data[:end], self.data[end:]
        return got

    async def exactly(self, count):
        got, self.data = self.data[:count], self.data[count:]
        return got


def read(data, **more):
    """What comes of some bytes: messages, and the kinds of what is none."""
    import asyncio

    async def all_of_it():
        frames, found = Frames(Bytes(data), **more), []
        while True:
            try:
                found.append(await frames.next())
            except Malformed as problem:
                found.append(str(problem))
            except Ended as problem:
                return [*found, f"ended: {problem}"]
            except EOFError:
                return found

    return asyncio.run(all_of_it())


GOOD = b"Content-Length: 7\r\n\r\n[1,2,3]"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (GOOD + GOOD, [[1, 2, 3], [1, 2, 3]]),
        (b"content-length:7\nContent-Type: x\n\n[1,2,3]", [[1, 2, 3]]),
        (b"\r\n\r\n" + GOOD, [[1, 2, 3]]),
        (b"Content-Length: -5\r\n\r\n" + GOOD, ["a message needs the header `Content-Length: N`", [1, 2, 3]]),
        (b"Content-Length: -5\r\n\r\n{}" + GOOD, ["a message needs the header `Content-Length: N`", [1, 2, 3]]),
        (b"Content-Length: 1e3\r\n\r\n" + GOOD, ["a message needs the header `Content-Length: N`", [1, 2, 3]]),
        (b"Nonsense: 3\r\n" + GOOD, [[1, 2, 3]]),
        (b"\xff\x00\r\n\r\n" + GOOD, ["a message needs the header `Content-Length: N`", [1, 2, 3]]),
        (b"Content-Length: 0\r\n\r\n" + GOOD, [..., [1, 2, 3]]),
        (b"Content-Length: 2\r\n\r\n{]" + GOOD, [..., [1, 2, 3]]),
        (b"Content-Length: 2\r\n\r\n\xff\xfe" + GOOD, [..., [1, 2, 3]]),
        (b"Content-Length: 9000\r\n\r\n" + b"1" * 9000 + GOOD, [..., [1, 2, 3]]),
        (b"Content-Length: 400000\r\n\r\n" + b"[" * 400_000 + GOOD, ["this message is nested too deeply", [1, 2, 3]]),
        (b"Content-Length: 400000\r\n\r\n" + b'{"":' * 100_000 + GOOD, ["this message is nested too deeply", [1, 2, 3]]),
        (b"Content-Length: 99999999999\r\n\r\n" + GOOD, [f"ended: a message of 99999999999 bytes is not read, no more than {LONGEST_BODY} are"]),
        (b"Content-Length: " + b"9" * 4000 + b"\r\n\r\n", [...]),
        (b"x" * 300_000 + GOOD, ["ended: what the client sends holds no messages"]),
        (b"x\r\n" * 100_000 + GOOD, ["ended: what the client sends holds no messages"]),
        (b"Content-Length: 100\r\n\r\n{", []),
    ],
)  # fmt: skip
def test_what_is_read_of_bytes(data, found):
    got = read(data)
    assert len(got) == len(found)
    for one, wanted in zip(got, found, strict=True):
        assert one == wanted if wanted is not ... else isinstance(one, str) and "\n" not in one


@pytest.mark.parametrize("data", [b"POST / HTTP/1.1\r\n", b"\x16\x03", b"Content-Length: -5\r\n", b"{}\r\n"])
def test_on_a_socket_what_is_no_header_ends_it(data):
    (ended,) = read(data + GOOD, is_strict=True)
    assert ended.startswith("ended: ")


@pytest.mark.parametrize("body", [b"[]", b"null", b"3", b"{}", b'"text"', b"{]", b"\xff", b"[" * 100_000])
def test_what_is_no_request_is_answered(session, body):
    start = len(session.client.received)
    session.client.send_raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    told = session.client.wait_for(lambda m: "error" in m.params, start=start)
    assert told.params["id"] is None and told.params["error"]["code"] in (-32600, -32700)


def test_what_cannot_be_read_ends_the_server_in_one_line():
    initialize = {"jsonrpc": "2.0", "id": 1, "method": "initialize",
                  "params": {"processId": None, "rootUri": None, "capabilities": CAPABILITIES}}  # fmt: skip
    body = json.dumps(initialize).encode()
    given = b"Content-Length: %d\r\n\r\n%sContent-Length: 99999999999\r\n\r\n{}" % (len(body), body)
    environment = {k: v for k, v in os.environ.items() if k != "EINSIGHT_DEBUG"}
    done = subprocess.run(COMMAND, input=given, capture_output=True, timeout=120, env=environment)
    assert done.returncode == 1 and done.stdout.count(b"99999999999 bytes is not read") == 1
    assert done.stderr.count(b"\n") == 1 and b"99999999999 bytes is not read" in done.stderr
