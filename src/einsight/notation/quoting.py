"""Text that is not ours, put into a format of ours: each format has one function, and whoever writes the format calls it.

A name of a file or a line of a document may hold whatever steers a terminal, ends a code span or begins an image.

visible   on a terminal, in a log, in an editor's message
code      a code span of Markdown
prose     a sentence of Markdown in which only what stands in backquotes is marked up
in_text   the inside of LaTeX's `\\text{…}`
in_html   the inside of an element or a quoted attribute of HTML
"""

from __future__ import annotations

import re

# controls, what takes no room, what turns a text around, line separators, tags, halves of characters
_HIDDEN = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f"
)
_IS_HIDDEN = re.compile(f"[{_HIDDEN}]")
_IS_HIDDEN_BUT_LINES = re.compile(f"(?![\n\t])[{_HIDDEN}]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}

# what would be markup outside of a code span; `_` within a word is none
_MARKUP = re.compile(r"[\\`*\[\]<>|$~&@]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=\bwww)\.")
_LATEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
})  # fmt: skip
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def visible(text: str, lines: bool = False) -> str:
    """The text with an escape for whatever cannot be seen, `\\x1b`; with `lines`, line ends and tabs are ours and stay."""
    return (_IS_HIDDEN_BUT_LINES if lines else _IS_HIDDEN).sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    if found[0] in _SHORT:
        return _SHORT[found[0]]
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def code(text: str) -> str:
    """A code span, whatever is in the text: a longer fence than any in it, all on one line."""
    text = visible(" ".join(text.split()))
    runs = [len(run) for run in re.findall("`+", text)]
    fence = "`" * next(n for n in range(1, len(runs) + 2) if n not in runs)
    # blanks at both ends are taken off again, and a span of blanks alone is none
    pad = " " if text[:1] == "`" or text[-1:] == "`" or not text else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fence(text: str, language: str = "") -> str:
    """A block of code, whatever is in the text."""
    runs = [len(run) for run in re.findall("`{3,}", text)]
    mark = "`" * max(3, *(n + 1 for n in runs), 3)
    return f"{mark}{language}\n{visible(text, lines=True)}\n{mark}"


def prose(text: str) -> str:
    """Text of ours in whose backquotes text of others may stand, backquotes in it too."""
    first, *rest = visible(" ".join(text.split())).split("`")
    out = [_plain(first)]
    while len(rest) > 1:
        quoted, between, *rest = rest
        out.append(code(quoted) if quoted else r"\`\`")
        # two code spans that touched would be one
        out.append(_plain(between) or (" " if len(rest) > 1 else ""))
    return "".join(out) + "".join(rf"\`{_plain(part)}" for part in rest)


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)


def in_text(text: str) -> str:
    """The inside of `\\text{…}`."""
    return visible(text).translate(_LATEX)


def in_html(text: str) -> str:
    """The inside of an element, or of an attribute in quotes."""
    return visible(text).translate(_HTML)
