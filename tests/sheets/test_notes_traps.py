"""Pages that are read wrongly with ease: `data/traps.md`, each with what is true of its last claim."""

import re

import pytest
from paths import DATA

from einsight import check

_TEXT = (DATA / "traps.md").read_text(encoding="utf-8")
PAGES = [m.groups() for m in re.finditer(r"^=== (true|false): (.+)\n((?:(?!===).*\n)+)", _TEXT, re.MULTILINE)]


@pytest.mark.parametrize(("truth", "page"), [(t, p) for t, _, p in PAGES], ids=[f"{t} {n}" for t, n, _ in PAGES])
def test_a_trap(truth, page):
    report = check(page, "markdown", "auto")
    if truth == "true":
        assert not [d.message for d in report.diagnostics if d.severity in ("error", "warning")]
    else:
        last = page.rstrip("\n").rpartition("\n")[2]
        where = page.rindex("=", 0, len(page)) if "=" in last else 0
        claims = [c for c in report.claims if c.span[0] >= where or c.span[1] > where]
        assert all(c.verdict != "right" for c in claims)


def test_there_are_pages():
    assert len(PAGES) > 50
