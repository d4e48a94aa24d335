"""Names and texts that try to steer a terminal, a workflow's runner, or the page that shows a hover: they are shown, and no more."""

import ast
import json
import os
import re
from pathlib import Path

import pytest
from paths import ROOT

from einsight.cli.main import main
from einsight.docs import markdown as pages
from einsight.documents.positions import LineIndex
from einsight.editing.actions import actions
from einsight.editing.completion import completions, signature
from einsight.editing.hints import hints, lenses
from einsight.editing.hover import hover
from einsight.editing.outline import symbols
from einsight.editing.panel import view
from einsight.lowering.report import NAMES
from einsight.notation.quoting import code, fence, in_text, prose, visible
from einsight.notation.tree_latex import formula_latex
from einsight.rules.rule import Function
from einsight.server import wire
from einsight.server.features import hover as hovers
from einsight.server.features import panel
from einsight.sheets.sheet import Sheet

IMAGE = "![p](http://evil.example/x)"
PAYLOADS = [
    f"`{IMAGE}`", f"``{IMAGE}``", f"```{IMAGE}", f"`` ` {IMAGE}", "`<img/src=http://evil.example/x>`", f"\\`{IMAGE}`", f"a`b`{IMAGE}`c",
    "`http://evil.example/x", "`<!--", "`www.evil.example`", "`*x* **y** ~~z~~ `", "\x1b]0;t\x07\x1b[31m", "\x9b31m", "\u202ereversed",
    "$\\href{javascript:alert(1)}{x}$", "}\\htmlData{at=0:0-9:9}{x", "##[add-mask]secret", "::add-mask::secret", "%0A::error::x", "\\",
]  # fmt: skip


def outside_of_code(text):
    """Markdown without its code: fenced blocks, then spans as CommonMark pairs runs of backquotes."""
    kept, mark = [], ""
    for line in text.split("\n"):
        found = re.match(r" {0,3}(`{3,})([^`]*)$", line)
        if not mark and found:
            mark = found[1]
        elif mark:
            mark = "" if found and len(found[1]) >= len(mark) and not found[2].strip() else mark
        else:
            kept.append(line)
    text, out, at = "\n".join(kept), "", 0
    while at < len(text):
        if text[at] == "\\":
            out, at = out + " ", at + 2
        elif text[at] == "`":
            run = re.compile("`+").match(text, at)
            close = re.compile(rf"(?<!`)`{{{len(run[0])}}}(?!`)").search(text, run.end())
            inside = close is not None and not re.search(r"\n[ \t]*\n", text[run.end() : close.start()])
            at = close.end() if inside else run.end()
            out += " " if inside else run[0]
        else:
            out, at = out + text[at], at + 1
    return out


def check_markdown(text):
    """Nothing is marked up but by us: bold names, rules, folded details."""
    rest = outside_of_code(text).replace("![formula](data:image/svg+xml;base64,", "")
    rest = re.sub(r"</?details>|</?summary>|\*\*|^\* ", "", rest, flags=re.MULTILINE)
    assert not re.search(r"[\[\]<>`$*~]|://|www\.", rest), (text, rest)
    assert visible(text, lines=True) == text


def check_line(text):
    assert visible(text) == text


def check_latex(text):
    """No command but those that we write."""
    bare = re.sub(r"\\html(?:Data|Class)\{(?:at=[\d:-]+|ein-changed)\}", "", text)
    assert not re.search(r"\\(?:href|url|html|includegraphics|def|newcommand)", bare), text
    assert visible(text, lines=True) == text


# what is put together


@pytest.mark.parametrize("text", [*PAYLOADS, "", "`", "``", " ", "a\n\nb", "x`", "`x", "| a | b |"])
def test_each_format_holds_any_text(text):
    said = " ".join(text.split())
    check_markdown(f"**name** {code(text)} and {code(text)}")
    check_markdown(fence(text, "text"))
    check_markdown(prose(f"`{text}` is not `{text}``{text}`: {text}"))
    assert visible(said).strip() in code(text) and visible(said) == visible(visible(said))
    check_latex(rf"\text{{{in_text(text)}}}")
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", in_text(text).replace(r"\\", "")):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    table = pages.table(["a", "b"], [[code(text), prose(text)]])
    assert table.count("\n") == 2


def test_what_is_harmless_stays_as_it_is():
    assert prose("`A_ij` has 2 axes, n×m: see W_q") == "`A_ij` has 2 axes, n×m: see W_q"
    assert code("y' A x") == "`y' A x`" and visible("∂x ∈ ℝ, “a” — 数学 é") == "∂x ∈ ℝ, “a” — 数学 é"


# documents

EIN = [
    "A ∈ ℝ^(n×n); x ∈ ℝ^n\ny = (A x  # {0}\n  + x)\ny' (A x # {0}\n  + x)\n",
    "W⁽{1}⁾ ∈ ℝ^(n×n); x ∈ ℝ^n\nh = W⁽{1}⁾ x\ndh/dx = x\n∂h/∂W⁽{1}⁾\n",
    "x ∈ ℝ^n; A ∈ ℝ^(n×n)\nx_{{{1}}}\nA[{1}]\nx_{0} = {0}\n{0}\nf{0}(x)\n",
    "#! layout {0}\n#! {0}\nx ∈ ℝ^n {0}\nd/dx (x' x) = x # einsight: ignore {0}\ndim n = {0}\n",
]
NOTES = [
    "$\\begin{{a{0}}} x = y \\end{{a{0}}}$\n", "$\\unknown{{{0}}} = x$\n", "$\\text{{{0}}} = \\mathrm{{{0}}} x$ and $\\frac{{d}}{{dx}} x^\\top A_{{\\text{{{0}}}}} x = x$\n",
    "$x \\in \\mathbb{{R}}^n$ is {0}\n\n$$\\frac{{d}}{{dx}} x^\\top x = {0} x$$\n", "where {0} is symmetric $A_{{{0}}} = {0}$\n",
]  # fmt: skip


def documents():
    for payload in PAYLOADS:
        tight = re.sub(r"[\s(){}\[\]]", "", payload) or "x"
        for text in EIN:
            yield "ein", text.format(payload, tight)
        for text in NOTES:
            for language in ("markdown", "latex"):
                yield language, text.format(payload)
    yield "notebook", json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": f"${PAYLOADS[0]} = x$"}]})
    yield "markdown", "$\\begin{a`" + IMAGE + "`}$"


class _Plain:
    """A server that shows no pictures."""

    client_capabilities = type("Capabilities", (), {"text_document": None})
    options: dict = {}

    def shows_pictures(self):
        return False


@pytest.mark.parametrize("every", [9, pytest.param(3, marks=pytest.mark.campaign)])  # at other places of each document
@pytest.mark.parametrize("language", ["ein", "markdown", "latex", "notebook"])
def test_whatever_stands_in_a_document_is_only_shown(language, every):
    for number, text in enumerate(text for written, text in documents() if written == language):
        sheet, lines = Sheet(text, language), LineIndex(text)
        sheet.finish()
        for offset in range(number % every, len(text), every):
            found = hover(sheet, offset)
            if found is not None:
                for html in (True, False):
                    check_markdown(hovers.markdown(found, "", html))
                assert visible(hovers._plain(found), lines=True) == hovers._plain(found)
                check_latex(found.latex)
        for found in wire.diagnostics(sheet.diagnostics(), lines, "file:///x"):
            assert visible(found["message"], lines=True) == found["message"]
        for hint in hints(sheet, 0, len(text)):
            check_markdown(hint.tooltip)
        for lens in lenses(sheet):
            check_line(visible(lens.title))
        for _symbol in symbols(sheet):
            pass
        ends = [m.end() for m in re.finditer(r"\n", text)]
        for offset in (*ends[:1], len(text) // 2):
            for item in completions(sheet, offset):
                check_markdown(item.doc)
            found = signature(sheet, offset)
            if found is not None:
                check_markdown(found.described.doc)
            for action in actions(sheet, lines, offset, offset) if number % 5 == 0 else ():
                check_line(wire.visible(action.title))
            shown = view(sheet, offset)
            if shown is not None:
                told = panel.view_json(shown, lines)
                check_latex(told["latex"])
                for step in told["derivation"]["steps"] if told["derivation"] else ():
                    check_latex(step["latexMarked"])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_formula_that_does_not_read_is_text(payload):
    check_latex(formula_latex(payload))
    check_latex(formula_latex(f"x_{{{re.sub('[{}]', '', payload)}}} = 1"))


def test_pages_of_plugins_hold_any_text():
    from einsight.docs.functions import function_page

    for payload in PAYLOADS:
        made = Function("f", ("1",), None, numpy=f"numpy.{payload.replace('{', '').replace('}', '')}", doc=payload)
        text = function_page(made, lambda name: "", [payload])
        check_markdown(text.replace(pages.MARK, "").replace("| --- ", "").replace("$$", ""))


# the command line


def _odd_names():
    names = [f"{p.replace('/', '')}.ein" for p in PAYLOADS] + ["a\n::add-mask::secret\n.ein", "::add-mask::s.ein", "\udc80\r.ein"]
    return [n for n in names if "\0" not in n and len(n.encode(errors="surrogateescape")) < 200]


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be had")
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_names_and_texts_in_every_format(tmp_path, monkeypatch, capfd, form):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EINSIGHT_CACHE", "0")
    names = _odd_names()
    for k, name in enumerate(names):
        payload = PAYLOADS[k % len(PAYLOADS)]
        Path(name).write_text(f"x in R^m; {payload}\nA_{{{payload}}}\nd/dx (x' x) = x'\nx x\n", encoding="utf-8", errors="surrogateescape")
    Path("unreadable\n::error::x.ein").write_bytes(b"\xff")
    status = main(["check", *names, "unreadable\n::error::x.ein", "missing\x1b[31m.ein", "--format", form, "--verbose", "--jobs", "1"])
    out, err = capfd.readouterr()
    assert status == 2 and visible(out, lines=True) == out and visible(err, lines=True) == err
    assert all(line.startswith("einsight: ") for line in err.splitlines()) and len(err.splitlines()) == 2
    assert "##[" not in err and "\t" not in err
    if form in ("text", "github"):
        levels = "::error |::warning |::notice "
        assert all(re.match(levels, line) for line in out.splitlines() if line.lstrip().startswith("::"))
        assert form == "github" or ("##[" not in out and not re.search("^ *::", out, re.MULTILINE))
    else:
        data = json.loads(out)
        if form == "json":
            assert [f["path"] for f in data["files"]] == [os.path.normpath(n) for n in names]
        else:
            results = data["runs"][0]["results"]
            assert not any(re.search(r"(?<!\\)\]\(", r["message"]["text"]) for r in results) and results
            uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in results}
            assert all(re.fullmatch(r"[\w%./~-]+", uri) for uri in uris) and len(uris) == len(names)


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be had")
def test_names_in_fmt(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    for name in _odd_names():
        Path(name).write_text("x=1")
    assert main(["fmt", "--check", "."]) == 1
    out, err = capfd.readouterr()
    assert visible(out, lines=True) == out and not re.search("^::", out, re.MULTILINE) and not err
    assert main(["fmt", "missing\n::error::x.ein"]) == 2
    assert capfd.readouterr().err == "einsight: missing ::error::x.ein: No such file or directory\n"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_arguments_in_messages(payload, capfd):
    for arguments in (["derive", payload], ["derive", "x", "-w", payload, "-d", "x in R"], ["explain", payload], ["rules", payload],
                      ["check", f"{payload}.ein"], ["check", "-", "--select", payload], ["bogus" + payload], ["lsp", "--tcp", payload]):  # fmt: skip
        status = main(arguments)
        out, err = capfd.readouterr()
        if status == 0 and arguments[0] == "derive":  # as a formula it is one: what is drawn around a letter is left out
            assert visible(out, lines=True) == out and "javascript" not in out and not err
            continue
        assert status == 2
        assert not out and err.count("\n") == 1 and err.startswith("einsight: ") and visible(err, lines=True) == err, arguments
        assert "internal error" not in err and "##[" not in err


def test_only_one_module_of_the_command_line_prints():
    """What is printed elsewhere has not been made visible; a format writes to the stream that it was given."""
    for path in (ROOT / "src/einsight/cli").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            assert not called or path.name == "terminal.py", f"{path.name}:{node.lineno}"


def test_no_hover_puts_text_between_backquotes_by_hand():
    """f"`{name}`" lets a name with a backquote out of its code."""
    for name in ("hover", "hover_marks", "hints", "completion"):
        source = (ROOT / f"src/einsight/editing/{name}.py").read_text(encoding="utf-8")
        assert not re.search(r"`\{", source), name
    assert set(NAMES)  # those of diagnostics are read by `prose`
