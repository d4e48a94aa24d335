"""The notebook as a page: its cells, and what stands below them."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from .mathml import mathml

FILE = Path(__file__).parent.parent / "docs" / "notebook.ipynb"
_FORMULA = re.compile(r"\$\\displaystyle (.*?)\$", re.S)


def notebook_page() -> str:
    """In Markdown; formulas, which a notebook would typeset, are MathML."""
    cells = json.loads(FILE.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(part for cell in cells for part in _parts(cell)) + "\n"


def _parts(cell: dict[str, Any]) -> list[str]:
    text = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return [text]
    return [f"```ipython\n{text}\n```", *(_output(o) for o in cell["outputs"])]


def _output(output: dict[str, Any]) -> str:
    data = output.get("data", {})
    if "text/html" in data:
        made = _FORMULA.sub(lambda found: mathml(html.unescape(found[1]), found[1]), "".join(data["text/html"]))
        return f'<div class="output">\n{made}\n</div>'
    return f"```text\n{''.join(data.get('text/plain', output.get('text', '')))}\n```"
