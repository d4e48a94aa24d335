"""The tools for language models, asked by a client of the official SDK over stdio.

Without the extra `mcp` these tests are skipped, and say so.
"""

import importlib.util
import json
import sys

import pytest
from reference import read

import einsight
from einsight.cli.main import main
from einsight.site.carried_out import FENCE

if importlib.util.find_spec("mcp") is None:
    pytest.skip("the extra `mcp` is not installed: pip install 'einsight[mcp]'", allow_module_level=True)


def session(talk):
    """What a client gets in one session with a real server."""
    import anyio  # it comes with the SDK, which each process that collects this file would wait for
    import mcp
    from mcp.client.stdio import stdio_client

    async def run():
        server = mcp.StdioServerParameters(command=sys.executable, args=["-m", "einsight", "mcp"])
        async with stdio_client(server) as streams, mcp.ClientSession(*streams) as client:
            started = await client.initialize()
            return await talk(client, started)

    return anyio.run(run)


# tool, arguments, what the structured answer has
CALLS = [
    ("derive", {"expression": "‖A x - b‖²", "wrt": "x"}, {"gradient": "2 A' (A x - b)", "matrix_shape": ["1", "m"]}),
    ("derive", {"expression": "y' A x", "wrt": "x", "declare": "A in R^(n x m); x in R^m; y in R^n", "layout": "denominator"},
     {"matrix": "A' y", "layout": "denominator", "index": "y_k A_ki"}),
    ("derive", {"expression": "d/dx (x' x)"}, {"matrix": "2 x'"}),
    ("check", {"text": "a, x in R^m\nd/dx (a' x) = a'", "language": "ein"}, {"holds": True, "unread": []}),
    # what a text looks like is what it is read as, and of nothing that is judged nothing holds
    ("check", {"text": "a, x in R^m\nd/dx (a' x) = a'"}, {"holds": True, "language": "ein"}),
    ("check", {"text": "import numpy as np\ndef f(x):\n    return np.sum(x)\n"}, {"holds": None, "language": "python"}),
    ("check", {"text": "Let $a, x \\in \\mathbb{R}^m$."}, {"holds": None, "language": "markdown"}),
    ("check", {"text": "For $a, x \\in \\mathbb{R}^m$ is $\\nabla_x (a^T x) = 2 a$."}, {"holds": False}),
    ("grade", {"answer": "\\boxed{2A^\\top(Ax-b)}", "question": "‖A x - b‖²", "wrt": "x"}, {"verdict": "equal"}),
    ("grade", {"answer": "2 A x", "reference": "(A + A') x", "declare": "A in R^(n x n); x in R^n"},
     {"verdict": "equal_if", "assumption": "A symmetric"}),
    ("grade", {"answer": "-2 x", "reference": "x", "up_to": ["factor"]}, {"verdict": "equal"}),
]  # fmt: skip
DERIVATION = {"expression": "x' A x", "wrt": ["x", "x"], "to": "numpy", "steps": True}
SOLUTION = {"answer": "$f = x^TAx$, so $\\nabla f = Ax + A^Tx = 2Ax$", "question": "x' A x", "wrt": "x", "steps": True}
# tool, arguments, words of the error
MISTAKES = [
    (
        "derive",
        {"expression": "A x", "wrt": "x", "declare": "A in R^(n x m); x in R^n"},
        ("EIN302", "to mend it: ", "explain"),
    ),
    ("derive", {"expression": "relux(x)", "wrt": "x", "declare": "x in R^n"}, ("EIN107", "relu")),
    ("derive", {"expression": "x", "wrt": "x", "layout": "up"}, ("numerator",)),
    ("derive", {}, ("expression",)),
    ("grade", {"answer": "x"}, ("reference", "question")),
    ("grade", {"answer": "x", "reference": "(("}, ("reference", "never closed")),
    ("explain", {"what": "EIN999"}, ("neither a topic",)),
    ("solve", {}, ("solve",)),
]


def test_a_session():
    async def talk(client, started):
        listed = await client.list_tools()
        answers = [await client.call_tool(name, arguments) for name, arguments, _ in CALLS]
        refused = [await client.call_tool(name, arguments) for name, arguments, _ in MISTAKES]
        page = await client.call_tool("explain", {"what": "EIN402"})
        topics = await client.call_tool("explain", {})
        derived = await client.call_tool("derive", DERIVATION)
        graded = await client.call_tool("grade", SOLUTION)
        return started, listed.tools, answers, refused, page, topics, derived, graded

    started, tools, answers, refused, page, topics, derived, graded = session(talk)
    assert started.server_info.name == "einsight" and started.server_info.version == einsight.__version__
    assert "declare" in started.instructions.lower()
    assert [t.name for t in tools] == ["derive", "check", "grade", "explain"]
    for tool in tools:
        assert len(tool.description) > 100 and tool.annotations.read_only_hint and tool.output_schema
        for argument in tool.input_schema["properties"].values():
            assert argument.get("description")
    for (_, _, expected), answer in zip(CALLS, answers, strict=True):
        assert not answer.is_error
        found = answer.structured_content
        assert {key: found[key] for key in expected} == expected
        assert json.loads(answer.content[0].text) == found
    for (_, _, words), answer in zip(MISTAKES, refused, strict=True):
        text = answer.content[0].text
        assert answer.is_error and all(word in text for word in words), text
    assert page.structured_content["page"].startswith("EIN402 claim-transposed") and "layouts" in topics.content[0].text
    failed = next(a for (_, _, e), a in zip(CALLS, answers, strict=True) if e.get("holds") is False)
    wrong = failed.structured_content["claims"][0]
    assert wrong["verdict"] == "wrong" and wrong["derived"] == "a" and wrong["line"] == 1
    # with code and steps, and a solution with its links
    derivation = derived.structured_content
    assert (
        derivation["matrix"] == "A + A'" and "def derivative" in derivation["code"] and derivation["steps"][0]["rule"]
    )
    assert [link["verdict"] for link in graded.structured_content["links"]] == ["equal", "equal_if"]


def test_the_program_of_the_page():
    """With the command of this environment."""
    (page,) = [f["body"] for f in FENCE.finditer(read("src/einsight/docs/pages/mcp.md")) if f["file"] == "gradient.py"]
    names = {"sys": sys}
    exec(
        page.replace('command="einsight", args=["mcp"]', 'command=sys.executable, args=["-m", "einsight", "mcp"]'),
        names,
    )
    import anyio

    assert anyio.run(names["gradient"]) == "2 A' (A x - b)"
    configured = [
        json.loads(f["body"]) for f in FENCE.finditer(read("src/einsight/docs/pages/mcp.md")) if f["language"] == "json"
    ]
    assert len(configured) == 3
    for found in configured:
        (servers,) = found.values()
        assert servers["einsight"]["command"] == "einsight" and servers["einsight"]["args"] == ["mcp"]


def test_without_the_extra_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "mcp", None)
    for name in [n for n in sys.modules if n.startswith(("mcp.", "einsight.mcp"))]:
        monkeypatch.delitem(sys.modules, name)
    assert main(["mcp"]) == 2
    assert (
        capsys.readouterr().err == "einsight: the tools speak through another package: `pip install 'einsight[mcp]'`\n"
    )
