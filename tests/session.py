"""A language server in a subprocess with one document open, asked as an editor asks.

Nothing here sleeps for long enough: `checked` and `until` wait for what the server says, for as long as `bench.client.TIMEOUT`,
and a claim that must take long is held (`HOLD`) until the test lets it go.  Limits of time are counted by one of the clocks below.
"""

import itertools
import os
import re
import sys
import time

import warm

from einsight.bench.client import TIMEOUT, Client

# the clock of `computed.py`, whose folder is on no server's path
COMPUTED = f"(sys.path.insert(0, {os.path.dirname(__file__)!r}), __import__('computed').computed, sys.path.pop(0))[1]"
COMMAND = [sys.executable, "-m", "einsight", "lsp"]
SERVE = "import sys; from einsight.cli.main import main; sys.exit(main(['lsp']))"
CLOCK = "import itertools, sys\nfrom einsight.terms import interruption\ninterruption.clock = {}\n"
# what the server's limits of time count: what it has computed; nothing, so that all of an answer comes at once; every look at them
STOPPED, HASTY = "lambda: 0.0", "itertools.count().__next__"
# while that file is there, every comparison of two sides goes on; each writes a dot into FILE.met first
HOLD = """
import os, time, einsight.judging.comparison as j
from einsight.terms.interruption import poll
real = j.compare
def compare(*given, **more):
    with open({0!r} + ".met", "a") as met:
        met.write(".")
    while os.path.exists({0!r}):
        poll()
        time.sleep(0.001)
    return real(*given, **more)
j.compare = compare
"""
CAPABILITIES = {
    "textDocument": {
        "hover": {"contentFormat": ["markdown"]},
        "completion": {"completionItem": {"snippetSupport": True}},
        "rename": {"prepareSupport": True},
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True},
    },
    "workspace": {"configuration": True, "applyEdit": True, "didChangeWatchedFiles": {"dynamicRegistration": True}},
    "window": {"workDoneProgress": True},
}
_numbers = itertools.count(1)


def wait_until(is_so, what):
    """For what no message tells: a file, a process.  Ends at once when it is so."""
    end = time.monotonic() + TIMEOUT
    while not is_so():
        assert time.monotonic() < end, f"{what} has not come within {TIMEOUT:.0f} s"
        time.sleep(0.01)


class Session:
    """`client` is the other end; `open` a document and ask about places of it by the text that stands there."""

    def __init__(
        self,
        debounce="0.02",
        capabilities=CAPABILITIES,
        options=None,
        name="a test",
        settings=None,
        encodings=None,
        patch="",
        clock=COMPUTED,
        held=None,
    ):
        """`patch` is Python that runs in the server before it serves: a fault; `held` the file that holds every claim."""
        with_rooms = not patch and held is None
        patch = CLOCK.format(clock) + patch + (HOLD.format(str(held)) if held is not None else "")
        self.client = Client(warm.command(f"{patch}\n{SERVE}", with_rooms), {"EINSIGHT_DEBOUNCE": debounce})
        self.client.sections["einsight"] = settings
        self.version, self.text, self.uri = 1, "", ""
        general = {"general": {"positionEncodings": encodings}} if encodings else {}
        self.server = self.client.request(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": {**capabilities, **general},
                "clientInfo": {"name": name},
                "initializationOptions": options or {},
            },
        )
        self.client.notify("initialized", {})

    def until(self, method, wanted=lambda params: True):
        """The first notification of a method that is wanted."""
        return self.client.wait_for(lambda m: m.method == method and wanted(m.params)).params

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()

    def open(self, text, language="einsight", uri=None):
        self.uri = uri or f"file:///somewhere/{next(_numbers)}.ein"
        self.text, self.version = text, 1
        item = {"uri": self.uri, "languageId": language, "version": 1, "text": text}
        self.client.notify("textDocument/didOpen", {"textDocument": item})
        return self

    def position(self, needle, shift=0):
        """Where a piece of the text begins, in UTF-16 units."""
        offset = needle + shift if isinstance(needle, int) else self.text.index(needle) + shift
        before = self.text[:offset]
        start = max(before.rfind("\n"), before.rfind("\r")) + 1
        line = before.count("\n") + before.replace("\r\n", "\n").count("\r")
        return {"line": line, "character": len(before[start:].encode("utf-16-le")) // 2}

    def range(self, needle):
        return {"start": self.position(needle), "end": self.position(needle, len(needle))}

    @property
    def whole(self):
        return {"start": {"line": 0, "character": 0}, "end": self.position(len(self.text))}

    def ask(self, method, needle=None, shift=0, **more):
        given = {"textDocument": {"uri": self.uri}, **more}
        if needle is not None:
            given["position"] = self.position(needle, shift)
        return self.client.request(method, given)

    def command(self, name, *arguments):
        return self.client.request("workspace/executeCommand", {"command": name, "arguments": list(arguments)})

    def edit(self, old, new):
        """Replace the first place of a text; the version goes up."""
        where = self.range(old)
        self.text = self.text.replace(old, new, 1)
        return self.change([{"range": where, "text": new}])

    def change(self, changes, version=None):
        self.version = self.version + 1 if version is None else version
        document = {"uri": self.uri, "version": self.version}
        return self.client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def checked(self):
        """Wait until every claim of the document has its verdict; how many of each."""
        return self.client.request("einsight/status", {"uri": self.uri})["verdicts"]

    def diagnostics(self, version=None, final=True):
        """What was published last for a version, once all is done; or what has come by now, where that may go on."""
        version = self.version if version is None else version
        if final:
            self.checked()

        def wanted(message):
            given = message.params
            return message.method == "textDocument/publishDiagnostics" and (given["uri"], given.get("version")) == (
                self.uri,
                version,
            )

        self.client.wait_for(wanted)
        return [m for m in self.client.received if wanted(m)][-1].params["diagnostics"]

    def codes(self, version=None, final=True):
        return [(d["code"], self.spanned(d["range"])) for d in self.diagnostics(version, final)]

    def offset(self, position):
        starts = [0, *(m.end() for m in re.finditer("\r\n|\n|\r", self.text))]
        rest = self.text[starts[position["line"]] :]
        units = rest.encode("utf-16-le")[: 2 * position["character"]]
        return starts[position["line"]] + len(units.decode("utf-16-le"))

    def spanned(self, where):
        """The text of a range."""
        return self.text[self.offset(where["start"]) : self.offset(where["end"])]

    def after(self, edits):
        """The text after edits of the document."""
        text = self.text
        for edit in sorted(edits, key=lambda e: -self.offset(e["range"]["start"])):
            start, end = (self.offset(edit["range"][k]) for k in ("start", "end"))
            text = text[:start] + edit["newText"] + text[end:]
        return text
