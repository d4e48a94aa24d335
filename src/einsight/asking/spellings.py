"""In which spelling is a text written: the language, LaTeX, or code?

A text is of one spelling as a whole: what it has that no other spelling has says which.
"""

from __future__ import annotations

import ast
import re

LANGUAGE, LATEX, CODE = "language", "latex", "code"

# a command, mathematics between dollars, a group above or below that has more than the language takes there
_LATEX = re.compile(r"\\[A-Za-z,;:!|{}()\[\]\\ ]|\$|_\{[^{}]*\{")
# `A\\b`, `(A' * A)\\c`: a backslash behind a factor and before a name of one letter or a bracket
_LEFT_DIVISION = re.compile(r"(?<=[\w)'])\s*\\\s*(?:[A-Za-z](?![A-Za-z{])|\((?=[^()]*\)))")
_CODE = re.compile(
    r"@|(?<!\w)(?:np|numpy|jnp|jax|torch|scipy|tf|F|nn)\s*\.(?=[a-z])|(?<=[\w)\]])(?<!\d)\.m?T(?!\w)|\.(?:dot|sum|mean|transpose|matmul|max|min|norm|trace|prod|std|var|t|pow|exp|log|reshape|ravel|flatten|view|squeeze|unsqueeze|inverse|det|clip|clamp|softmax|log_softmax|logsumexp|swapaxes|permute|square|abs|sqrt|tanh|sigmoid|relu|bmm|mm|mv|diagonal|flatten|mul|add|sub|div)\s*\("
    r"|\[\s*(?:None|:)\s*,|,\s*(?:None|:)\s*\]|\w\[\s*(?:0|-\d|\d+:|:-?\d+|::)[^\]]*\]|(?<!\w)einsum\s*\(|(?<!\w)(?:return|lambda\s+\w+\s*:|def\s)"
)
_TURNED = re.compile(r"(?<=[\w)\]])\.T(?!\w)")
# functions that only a library has
_CALLS = re.compile(r"(?<![\w.])(?:dot|matmul|outer|multiply|vdot|zeros_like|ones_like)\s*\(")
# a comparison as a factor
_COMPARED = re.compile(r"\*\s*\([^()=]*[<>]=?[^()]*\)|\([^()=]*[<>]=?[^()]*\)\s*\*")
# what is summed turn by turn
_COMPREHENSION = re.compile(r"[\[(].*\bfor\s+\(?\w+(?:\s*,\s*\(?\w+)*\)*\s+in\s", re.S)
# the language takes an axis as well: `softmax(Q K', axis=1)` is none of Python's
_KEYWORDS = re.compile(r"(?<!\w)(?:axis|dim|keepdims)\s*=\s*(?:-?\d|True|False|\()")
# what has none of these is no code, as most texts have none
_OF_CODE = re.compile(r"[@.\[=<>]|return|lambda|def|einsum|dot|matmul|outer|multiply|_like|\bfor\b")


def spelling_of(text: str) -> str:
    """`language`, `latex` or `code`.

    LaTeX has its backslashes; code its `@`, its modules, its methods, its keywords.
    """
    if ("\\" in text or "$" in text or "_{" in text) and _LATEX.search(_LEFT_DIVISION.sub(" ", text)):
        return LATEX
    if _OF_CODE.search(text) is None:
        return LANGUAGE
    is_code = _CODE.search(text) or (
        (_KEYWORDS.search(text) or _CALLS.search(text) or _COMPREHENSION.search(text) or _COMPARED.search(text))
        and _is_python(text)
    )
    if is_code and _TURNED.search(text) and not _is_python(text) and _CODE.search(_TURNED.sub("'", text)) is None:
        return LANGUAGE  # `x.T A x`
    return CODE if is_code else LANGUAGE


def _is_python(text: str) -> bool:
    try:
        ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
