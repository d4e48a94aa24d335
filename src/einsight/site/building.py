"""The site: pages made by the generator, the playground beside them, and its links followed."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..lowering.report import fail
from .carried_out import Run
from .links import dead_links
from .sources import CSS, PACKAGE, left_out, not_so, settings, sources

GENERATOR = "mkdocs"


@dataclass
class Built:
    """What came of it: how many pages, and what was left out for want of something, in words."""

    pages: int
    left_out: list[str] = field(default_factory=list)


def build(folder: Path, run: Run, with_playground: bool, tell: Callable[[str], None]) -> Built:
    """Build the site into a folder, whose old site goes when the new one is whole; `run` carries out arguments of `einsight`.

    Raises EinsightError where a page says what is not so, a link leads nowhere, or something that is needed is not there; OSError.
    """
    for module, package in ((GENERATOR, "mkdocs"), ("material", "mkdocs-material")):
        if importlib.util.find_spec(module) is None:
            raise fail("EIN001", f"{package} is not installed: `pip install 'einsight[site]'` brings it")
    root = PACKAGE.parent.parent
    web, tests = root / "editors" / "web", root / "tests"
    if with_playground and not (web / "package.json").exists():
        raise fail("EIN001", "the playground is built from a clone of einsight: `--without-playground` leaves it out")
    if folder.exists() and any(folder.iterdir()) and not (folder / "sitemap.xml").exists():
        raise fail("EIN001", f"{folder} holds something else than a site: name a new folder")
    tell("carrying out what stands on the pages")
    _require_none(not_so(run), "what pages say is not what happens")
    has_tests = (tests / "data" / "claims.ein").exists()
    missing = left_out() + ([] if has_tests else ["the pages of claims: there are no tests beside this einsight"])
    with tempfile.TemporaryDirectory() as made:
        work = Path(made)
        out = work / "site"
        pages = sources(tests if has_tests else None, with_playground)
        docs = _written(work, pages)
        (work / "mkdocs.yml").write_text(settings(pages, docs, out), encoding="utf-8")
        if with_playground:
            tell("building the playground")
            _playground(web, docs / "playground")
        tell(f"making {len(pages)} pages")
        _generated(work / "mkdocs.yml")
        (out / "404.html").unlink(missing_ok=True)  # its addresses are those of a site at the top of a host
        _require_none(dead_links(out), "links lead nowhere")
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(out, folder)
    return Built(len(pages), missing)


def _written(work: Path, pages: dict[str, str]) -> Path:
    docs = work / "docs"
    for place, text in pages.items():
        path = docs / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (docs / "site.css").write_text(CSS, encoding="utf-8")
    figures = PACKAGE / "bench" / "figures"
    if figures.is_dir():
        shutil.copytree(figures, docs / "figures")
    return docs


def _playground(web: Path, out: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise fail("EIN001", "the playground needs Node.js, which is not there: `--without-playground` leaves it out")
    if not (web / "node_modules").exists():
        _called([npm, "ci", "--no-fund", "--no-audit", "--loglevel=error"], web)
    _called([node, "scripts/build.mjs", "--out", str(out), "--home", "../index.html"], web)


def _generated(configuration: Path) -> None:
    _called(
        [sys.executable, "-m", GENERATOR, "build", "--strict", "--quiet", "-f", str(configuration)],
        configuration.parent,
    )


def _called(command: list[str], folder: Path) -> None:
    import os

    # the playground is built with the Python that builds the pages
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHON": sys.executable, "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"},
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise fail("EIN001", f"`{' '.join(command[:4])}` failed:\n{said}")


def _require_none(found: Iterable[str], what: str) -> None:
    problems = list(found)
    if problems:
        more = f"\n… and {len(problems) - 20} more" if len(problems) > 20 else ""
        raise fail("EIN001", f"{what}:\n" + "\n".join(problems[:20]) + more)
