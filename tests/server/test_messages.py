"""The server without a transport: messages in and out as texts, on a loop that computes everything itself, as in a browser."""

import asyncio
import gc
import json
from collections import Counter

from einsight.server.messages import Conversation

URI = "file:///notes.ein"
TEXT = "A ∈ ℝ^(n×n);  x ∈ ℝ^n\nd/dx (x' A x) = 2 x' A\n"


class Loop(asyncio.SelectorEventLoop):
    """Without threads: what is handed to them is done at once."""

    def run_in_executor(self, executor, func, *args):
        made = self.create_future()
        try:
            made.set_result(func(*args))
        except BaseException as error:  # a future refuses some, as an executor does
            made.set_exception(error)
        return made


class Client:
    def __init__(self):
        self.got, self.number = [], 0
        self.conversation = Conversation(lambda text: self.got.append(json.loads(text)))

    def tell(self, method, params):
        self.conversation.receive(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))

    async def ask(self, method, params):
        self.number += 1
        self.conversation.receive(json.dumps({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}))
        return await self.until(lambda m: m.get("id") == self.number and "method" not in m)

    async def until(self, is_wanted):
        for _ in range(500):
            found = [m for m in self.got if is_wanted(m)]
            if found:
                return found[-1]
            await asyncio.sleep(0.01)
        raise AssertionError(self.got)


def talked(talk):
    """What comes of a conversation on a loop without threads."""
    loop = Loop()
    client = Client()
    try:
        return loop.run_until_complete(talk(client))
    finally:
        client.conversation.close()
        loop.close()


async def opened(client, text=TEXT):
    await client.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    client.tell("initialized", {})
    client.tell(
        "textDocument/didOpen", {"textDocument": {"uri": URI, "languageId": "einsight", "version": 1, "text": text}}
    )
    return await client.until(
        lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["version"] == 1
    )


def test_diagnostics_hover_and_the_view_come_without_threads():
    async def talk(client):
        published = await opened(client)
        at = {"line": 1, "character": 14}
        hover = await client.ask("textDocument/hover", {"textDocument": {"uri": URI}, "position": at})
        view = await client.ask("einsight/view", {"uri": URI, "position": at})
        return published, hover["result"], view["result"]

    published, hover, view = talked(talk)
    assert [d["code"] for d in published["params"]["diagnostics"]] == ["EIN405"]
    assert "A" in json.dumps(hover) and view["verdicts"][0]["verdict"] == "right_if"


def test_an_edit_is_followed():
    async def talk(client):
        await opened(client)
        where = {"start": {"line": 1, "character": 16}, "end": {"line": 1, "character": 22}}
        client.tell(
            "textDocument/didChange",
            {"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"range": where, "text": "x' (A + A')"}]},
        )
        return await client.until(
            lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["version"] == 2
        )

    assert talked(talk)["params"]["diagnostics"] == []


def test_what_is_no_message_is_left_out():
    async def talk(client):
        client.conversation.receive("{")
        client.conversation.receive("[]")
        return await opened(client)

    assert talked(talk)["params"]["uri"] == URI


def test_what_is_kept_does_not_grow_with_edits_and_questions():
    """Objects are counted, since the memory of a process says little: the same letters typed again leave none behind."""
    asked = ("textDocument/hover", "einsight/view", "textDocument/inlayHint", "textDocument/codeAction")

    async def talk(client):
        await opened(client)
        version = 1
        counted = []
        for rounds in (5, 20):
            for _ in range(rounds):
                for start, end, text in ((14, 15, "3"), (14, 15, ""), (14, 14, "2")):
                    version += 1
                    span = {"start": {"line": 1, "character": start}, "end": {"line": 1, "character": end}}
                    changed = {
                        "textDocument": {"uri": URI, "version": version},
                        "contentChanges": [{"range": span, "text": text}],
                    }
                    client.tell("textDocument/didChange", changed)
                    client.got.clear()
                for method in asked:
                    at = {"line": 1, "character": 4}
                    whole = {"start": at, "end": at}
                    given = {
                        "textDocument": {"uri": URI},
                        "uri": URI,
                        "position": at,
                        "range": whole,
                        "context": {"diagnostics": []},
                    }
                    assert "result" in await client.ask(method, given)
            await client.until(
                lambda m, last=version: (
                    m.get("method") == "textDocument/publishDiagnostics" and m["params"]["version"] == last
                )
            )
            client.got.clear()
            gc.collect()
            counted.append(Counter(type(o).__qualname__ for o in gc.get_objects()))
        return counted

    before, after = talked(talk)
    more = after - before
    assert more.total() < 60, more.most_common(10)  # 60 edits and 80 questions: fewer than one object for each
