"""In which spelling is a text written: the language, LaTeX, or code?

A text is of one spelling as a whole: what it has that no other spelling has says which.
"""

from __future__ import annotations

import re

LANGUAGE, LATEX, CODE = "language", "latex", "code"

# a command, mathematics between dollars, a group above or below that has more than the language takes there
_LATEX = re.compile(r"\\[A-Za-z,;:!|{}()\[\]\\ ]|\$|_\{[^{}]*\{")
_CODE = re.compile(
    r"@|(?<!\w)(?:np|numpy|jnp|jax|torch|scipy)\s*\.|\.m?T(?!\w)|\.(?:dot|sum|mean|transpose|matmul|max|min|norm|trace)\s*\("
    r"|(?<!\w)einsum\s*\(|(?<!\w)(?:axis|dim|keepdims)\s*=\s*-?\d|(?<!\w)(?:return|lambda\s+\w+\s*:|def\s)"
)


def spelling_of(text: str) -> str:
    """`language`, `latex` or `code`.

    LaTeX has its backslashes; code its `@`, its modules, its methods, its keywords.
    """
    if _LATEX.search(text):
        return LATEX
    return CODE if _CODE.search(text) else LANGUAGE
