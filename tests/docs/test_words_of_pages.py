"""What stands in backquotes on the pages of the reference: words of the program, commands that it takes, formulas that it reads.

A formula reads among the declarations of the `ein` fence above or below, or of a page of notes if it is LaTeX.
"""

import json
import re
import shlex

import pytest
from paths import ROOT
from reference import HAND_WRITTEN, SOURCE, read, runs

import einsight
from einsight import api
from einsight.cli.main import _parser
from einsight.deriving.derived import TEXTS, Derived
from einsight.deriving.products import PRODUCTS
from einsight.deriving.sources import CODE
from einsight.docs.topics import topics
from einsight.documents.regions import LANGUAGES, SUFFIXES
from einsight.editing.hints import SIGNS
from einsight.editing.vocabulary import SPELLINGS
from einsight.judging.judge import Claim
from einsight.lowering.names import ARRAY_FUNCTIONS, PROPERTIES
from einsight.lowering.report import NAMES, SEVERITIES
from einsight.rules.catalogue import catalogue
from einsight.server.features.offered import COMMANDS
from einsight.server.settings import STYLES
from einsight.settings import _READ, FILES, LAYOUT_CHOICES
from einsight.sheets.check import Findings
from einsight.site.carried_out import COMMENT, FENCE, VERDICTS, said_by

SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
DECLARES = re.compile(r"[∈:]|\bin\b|\bdim\b|^\s*#!")


def options_of(parser):
    """Every option of the command line, and the words that some of them take."""
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action.choices, dict):
            for name, command in action.choices.items():
                yield name
                yield from options_of(command)
        else:
            yield from action.choices or ()


def as_list(found):
    return found if isinstance(found, list) else [found]


def words_of_the_program():
    """What there are in it by name: verdicts, codes, options, settings, rules, functions, languages."""
    known = catalogue()
    package = json.loads((ROOT / "editors" / "vscode" / "package.json").read_text(encoding="utf-8"))["contributes"]
    of_editor = {
        *(key.removeprefix("einsight.") for group in as_list(package["configuration"]) for key in group["properties"]),
        *(command["title"] for command in package["commands"]),
    }
    hooks = [f"einsight_{kind}" for kind in ("rules", "functions", "tensors", "properties", "targets", "lints")]
    return {
        "#", ";", *of_editor, *COMMANDS, *STYLES, *SIGNS.values(), *FILES, "einsight.api", *re.findall('"([^"]+)"', (ROOT / "grammar" / "expression.lark").read_text(encoding="utf-8")),
        *VERDICTS, *NAMES, *(name for name, _ in NAMES.values()), *SEVERITIES, *LAYOUT_CHOICES, *_READ, *SUFFIXES, *LANGUAGES,
        *options_of(_parser()), *known.rules, *known.functions, *known.arrays, *CODE, *TEXTS, *known.targets, *PRODUCTS, *hooks, *topics(), *PROPERTIES,
        *ARRAY_FUNCTIONS, *dir(einsight), *dir(Derived), *Derived.__dataclass_fields__, *Claim.__dataclass_fields__,
        *Findings.__dataclass_fields__, *dir(Findings), *dir(api), *map("\\{}".format, SPELLINGS), *SPELLINGS, *SPELLINGS.values(),
    }  # fmt: skip


def reads(text, declarations):
    """Is it a statement among some declarations, of which nothing worse than information is said?"""
    report = einsight.check(f"{declarations}\n{text}\n")
    own = [d for d in report.diagnostics if d.span[0] > len(declarations)]
    return not [d for d in own if d.severity in ("error", "warning")]


def declarations_in(fence):
    """The lines of a fence that declare, without what is said of them."""
    lines = [COMMENT.sub("", line) for line in fence.splitlines()]
    return "\n".join(line for line in lines if DECLARES.search(line) and not said_by(line)[0])


def spans_of(page):
    """What stands in backquotes in the lines of a page, with the declarations of the fences above and below."""
    fences = list(FENCE.finditer(page))
    starts = [0, *(f.end() for f in fences)]
    ends = [*(f.start() for f in fences), len(page)]
    declared = ["", *(declarations_in(f["body"]) if f["language"] == "ein" else "" for f in fences), ""]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for _, span in SPAN.findall(page[start:end]):
            yield span.strip().replace("\\|", "|"), declared[number : number + 2]


def is_known(span, declared, words, shown):
    """Is it a word of the program, something that a fence of the page shows, a command it takes, or a formula it reads?"""
    if (
        span in words
        or any((top / span).exists() for top in (ROOT, ROOT / "tests", SOURCE))
        or re.search(rf"(?<!\w){re.escape(span)}(?!\w)", shown)
    ):
        return True
    if re.fullmatch(r"\\[A-Za-z]+", span):
        return any(
            re.search(rf"\b{span[1:]}\b", p.read_text(encoding="utf-8")) for p in (SOURCE / "documents").rglob("*.py")
        )
    if re.search(r"\\|\^\{", span):  # a formula of notes
        report = einsight.check(f"${span}$" if "=" in span else f"$f = {span}$", language="markdown")
        return not report.unread
    if span.startswith(("einsight ", "python -m einsight.")):
        return runs(span)
    if re.fullmatch("EINSIGHT_[A-Z_]+", span):
        return any(f'"{span}"' in p.read_text(encoding="utf-8") for p in SOURCE.rglob("*.py"))
    if re.match(r"--?[a-z]", span):  # options with what they take
        return all(w in words for w in shlex.split(span) if w.startswith("-"))
    if re.fullmatch(r"[a-z]{3,}", span):
        return reads(f"{span}(2)", "")
    if re.match("[ℝR]\\b", span):
        return reads(f"x ∈ {span}", "")
    return any(reads(span.strip('"'), declarations) for declarations in declared)


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_what_stands_in_backquotes_is_known(name):
    words, page = words_of_the_program(), read(name)
    shown = "\n".join(fence["body"] for fence in FENCE.finditer(page))
    assert [span for span, declared in spans_of(page) if not is_known(span, declared, words, shown)] == []


def test_what_the_program_does_not_know_is_found():
    words, declared = words_of_the_program(), ["x ∈ ℝ^m; W ∈ ℝ^(n×m)", ""]
    known = [
        "W x",
        "W_ij x_j",
        "EIN402",
        "--layout mixed",
        "einsight check a.md --fix",
        r"y = \mathbf{A} z",
        "R^(n x m)",
        "tanh",
    ]
    assert [s for s in known if not is_known(s, declared, words, "")] == []
    unknown = [
        "W W",
        "W +* x",
        "EIN999",
        "--layuot mixed",
        "einsight check",
        "einsight chek a.md",
        r"y = \frob{A} z",
        "R^(n x",
        "tahn",
    ]
    assert [s for s in unknown if is_known(s, declared, words, "")] == []
