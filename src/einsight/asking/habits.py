"""Habits of plain text that the language does not have, written as it has them: `**`, `½`, `A\\b`, `Σᵢ`, samples above.

Each means one thing only wherever it stands.
"""

from __future__ import annotations

import re
import unicodedata

from ..lowering.names import GREEK, Names
from .bare_sums import with_plain_sums
from .brackets import with_columns, with_numbers_below, with_positive_parts, with_products, with_round_brackets

_FRACTION = re.compile("[¼½¾⅐-⅞]")
# one factor, and what it divides from the left
_LEFT_DIVISION = re.compile(r"((?:(?<![^\W\d])[^\W\d_]\w*|\((?:[^()]|\([^()]*\))*\))['ᵀ]?)\s*\\\s*")
_INFINITY = re.compile(r"(?<!\w)[Ii]nf(?:inity)?(?!\w)")
# `w^Tx`: what touches the mark of a transpose is the next factor
_TRANSPOSE = re.compile(r"\^[T⊤]([^\W\d_]+)")
# `e^x`, `e^-x`, `e^{…}`, `e^(…)`: a base of powers alone is Euler's number
_POWER_OF_E = re.compile(r"(?<![\w.])([^\W\d_]?)e\s*\^\s*")
_EXPONENT = re.compile(r"[-+]?\s*(?:[^\W\d_]\w*(?:_\{[^{}]*\})?['²³]?|\d+(?:\.\d+)?)")
# `⟨A, B⟩` and `⟨A, B⟩_F`, of vectors and of matrices
_INNER = re.compile(r"⟨([^⟨⟩,|]+)[,|]([^⟨⟩,|]+)⟩(?:_\{?F\}?(?!\w))?")
# what other programs and books call functions that the language has
_CALLED = {
    "norm2": "norm", "Transpose": "transpose", "Inverse": "inv", "inverse": "inv", "Det": "det", "Sym": "sym",
    "Skew": "skew", "adjugate": "adj", "cofactor": "cof", "Diag": "diag",
}  # fmt: skip
_OTHER_CALLS = re.compile(rf"(?<![\w.])(?:{'|'.join(_CALLED)})(?=\s*[(\[])")
# `<x, y>`, and the sum of the sums of columns
_ANGLES = re.compile(r"(?<![-=])<([^<>=,]+),([^<>=,]+)>(?!=)")
_TWICE = re.compile(r"(?<![\w.])sum\s*\(\s*sum\s*\(")
_EYE = re.compile(r"(?<![\w.])eye\(\s*(\w+)\s*(?:,\s*\1\s*)?\)")
# a vector of ones before what is transposed: nobody writes `1 b'` for `b'`
_ONE = re.compile(r"(?<![\w.^])(?<!\^-)(?<!\^\(-)1(?=\s+(?:[^\W\d]\w*|\([^()]*\))\s*(?:'|ᵀ|\^\{?[T⊤]))")
_TURNED = re.compile(r"(?<![\w.])transpose\s*(?=\()")
# `w_ix_i`: a name has one run of indices, so the last letter of the first one is a name with its own
_TOUCHING = re.compile(r"(?<![^\W\d])([^\W\d_]+)_([a-z]+|\d+)([^\W\d_])(?=_)")
# `A⊤`, with nothing that raises it
_RAISED = re.compile(r"(?<=[\w)\]])⊤")
# `max_i (…)`, whose bracket holds what it is of
_ALONG_APART = re.compile(
    r"((?<![\w.])(?:max|min|mean|softmax|logsumexp|log_softmax|prod|var|std)_(?:[a-z]|\{[a-z]\}))\s+(?=\()"
)
_LOGISTIC = re.compile(r"(?<![\w.])(logistic|expit)(?=\s*\()")
# signs that are written as words between two factors
_SIGNS_IN_WORDS = {"kron": "⊗", "otimes": "⊗", "odot": "⊙", "circ": "⊙", "hadamard": "⊙"}
_IN_WORDS = re.compile(rf"(?<=[\w)'\]])\s+({'|'.join(_SIGNS_IN_WORDS)})\s+(?=[\w(])", re.I)
_TURNED_BY_NAME = re.compile(r"(?<=[\w)\]])\.T(?!\w)")
# braces that are brackets
_BRACES = re.compile(r"(?<![_^\\\w])\{([^{}:|,]*)\}")
# a dot between names that blanks surround is that of a product
_DOT = re.compile(r"(?<=[\w')\]]) \. (?=[\w(])")
# a word, and what may stand between the name of a function and its argument
_WORD = re.compile(r"(?<![\w.])[a-z]{2,9}(?![A-Za-z_0-9])")
_POWER = re.compile(r"\s*(?:\^\s*(?:\d+|\{-?\d+\})|[²³])")
_LETTER = re.compile(r"\s*([^\W\d_])(?![\w(\[_^'])")
_SUM = re.compile(r"Σ(?=_\{?\s*[a-z]\b|[ᵢⱼₖₗₘₙ])")

# a sum over the index of what follows: `Σ xᵢ`, `Σ (xᵢ - y_i)²`
_BARE_SUM = re.compile(r"Σ(?=\s*\(?\s*[^\W\d_](?:_\{?([a-z])(?![\w,])|([ᵢⱼₖ])))")
# a sum over the entries of what follows: `Σ log(b - A x)`, `Σ (y - X w)²`; a matrix is transposed or inverted somewhere
_WHOLE_SUM = re.compile(r"Σ\s*(?=([a-z]{2,9})\s*\(|\()")
_OF_A_MATRIX = re.compile(r"Σ\s*(?:['ᵀ⁻^_)\],]|$)|\|\s*Σ")
# `‖x‖²/2σ²`: what touches a number below a slash stands there with it, unless a number stands above
_BELOW = re.compile(
    r"(?<=[\w)\]|‖²³'])(?<!(?<![\w.])[0-9])/(\d+(?:\.\d+)?)(?![eE][-+]?\d)([^\W\d_]\w*(?:²|³|\^\d+)?)(?![\w(])"
)
_ABOVE = dict(zip("ˣʸᶻᵃᵇᵏᵐⁿᵗ⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "xyzabkmnt-+0123456789", strict=True))
_RAISED_RUN = re.compile(f"[{''.join(_ABOVE)}]*[ˣʸᶻᵃᵇᵏᵐⁿᵗ][{''.join(_ABOVE)}]*")

_BEHIND_POWER = re.compile("(?<=[⁰¹²³⁴⁵⁶⁷⁸⁹])(?=[^\\W\\d_])")


def habitual(text: str, names: Names) -> str:
    """Plain text as the language writes it; each habit is looked for only where a sign of it stands."""
    text = _as_matlab(_TURNED_BY_NAME.sub("'", text) if ".T" in text else text, names)
    if "{" in text:
        text = _BRACES.sub(r"(\1)", text)
    if "∑" in text or "um " in text:
        text = with_plain_sums(text)
    if "**" in text or "nf" in text:
        text = _INFINITY.sub("inf", text.replace("**", "^"))
    text = text.replace("⊘", "./").replace("÷", "/")
    if " " in text:
        text = _IN_WORDS.sub(lambda m: f" {_SIGNS_IN_WORDS[m[1].lower()]} ", text)
    text = _DOT.sub(" · ", text) if " . " in text else text
    if "(" in text:
        text = _ALONG_APART.sub(r"\1", text)
    if "(" in text or "[" in text:
        text = _with_calls_and_brackets(text, names)
    if "prod" in text or "∏" in text:
        text = with_products(text)
    if "/" in text:
        text = with_numbers_below(text)
    if "<" in text:
        text = _ANGLES.sub(r"⟨\1,\2⟩", text)
    if "^{(" in text or "_" in text:
        text = _LAYER.sub(lambda m: with_raised_marks(f"a{m[0]}")[1:], with_positive_parts(text, "max(({}), 0)"))
    if not text.isascii():
        text = _FRACTION.sub(lambda m: f"({_written(m[0])})", text)
        text = _RAISED_RUN.sub(lambda m: f"^({''.join(map(_ABOVE.__getitem__, m[0]))})", text)
        text = _BEHIND_POWER.sub(" ", text)
        if not names.knows("Σ"):
            text = _BARE_SUM.sub(lambda m: f"∑_{m[1] or dict(zip('ᵢⱼₖ', 'ijk', strict=True))[m[2]]} ", text)
            text = _with_whole_sums(text, names)
        text = _RAISED.sub("'", text)
    if "/" in text:
        text = _BELOW.sub(lambda m: f"/({m[1]} {m[2]})", text)
    text = _with_brackets(text, names)
    if "1" in text:
        text = _ONE.sub("ones", text)
    if "logistic" in text or "expit" in text:
        text = _LOGISTIC.sub(lambda m: m[1] if names.knows(m[1]) else "sigmoid", text)
    if "_" in text:
        text = _TOUCHING.sub(lambda m: _told_apart(m, names), text)
    if "^" in text:
        text = _TRANSPOSE.sub(lambda m: f"^T {_apart(m[1], names)}", text)
        if not names.knows("e"):
            text = _exponentials(text)
    if "\\" in text:
        text = _LEFT_DIVISION.sub(lambda m: f"inv({m[1]}) ", text)
    if "⟨" in text:
        text = _INNER.sub(lambda m: f"sum(({m[1].strip()}) ⊙ ({m[2].strip()}))", text)
    if "transpose" in text and not names.knows("transpose"):
        text = _turned(text)
    return _SUM.sub("∑", text) if "Σ" in text and not names.knows("Σ") else text


# sums and differences of Julia and Octave entry by entry, where plain ones mean the same; the matrix product of R
_DOTTED = re.compile(r"(?<![\d.])\s*\.([+-])(?![\w]*\.)")
_OF_R = (
    (re.compile(r"(?<![\w.])t(?=\()"), "transpose"),
    (re.compile(r"(?<![\w.])crossprod\(([^(),]*(?:\([^()]*\))?[^(),]*)\)"), r"((\1)' (\1))"),
    (re.compile(r"(?<!%)\*(?!%)"), " ⊙ "),
    (re.compile(r"\s*%\*%\s*"), " "),
)


def _as_matlab(text: str, names: Names) -> str:
    """What R and Julia write, as MATLAB does: `t(x) %*% A`, `A*x .- b`."""
    if "." in text:
        text = _DOTTED.sub(r" \1", text)
    if "%*%" in text or "crossprod(" in text and not names.is_function("crossprod"):
        for sign, meant in _OF_R:
            text = sign.sub(meant, text)
    return text


def _with_whole_sums(text: str, names: Names) -> str:
    """`Σ log(b - A x)` as `sum(log(b - A x))`, and `Σ (y - X w)²` with it, where `Σ` is no matrix."""
    if "Σ" not in text or _OF_A_MATRIX.search(text):
        return text
    while (found := _WHOLE_SUM.search(text)) is not None:
        begin = text.index("(", found.start())
        end = _closing(text, begin)
        power = _POWER.match(text, end)
        if end > len(text) or (names.elementwise(found[1]) != 1 if found[1] else power is None):
            return text
        end = power.end() if power is not None else end
        text = f"{text[: found.start()]}sum({text[found.end() : end].strip()}){text[end:]}"
    return text


def _with_calls_and_brackets(text: str, names: Names) -> str:
    """Functions by the names that the language has for them, and brackets that are round where they hold no index."""
    text = _OTHER_CALLS.sub(lambda m: m[0] if names.knows(m[0]) else _CALLED[m[0]], text)
    if "eye" in text:
        text = _EYE.sub(r"I(\1)", text)
    if "[" in text:
        text = with_round_brackets(text, names)
    if "," in text:
        text = with_columns(text)
    return _TWICE.sub("sum((", text) if "sum" in text else text


def _told_apart(found: re.Match[str], names: Names) -> str:
    """`W_ijx` of `W_ijx_j` as `W_ij x`, unless it is a name with a mark."""
    whole = f"{found[1]}_{found[2]}{found[3]}"
    is_name = names.knows(whole) or names.is_function(whole)
    return whole if is_name else f"{found[1]}_{found[2]} {found[3]}"


def _apart(word: str, names: Names) -> str:
    """Letters that touch the mark of a transpose, each a name, as `Ay` of `x^TAy`."""
    whole = names.knows(word) or word in GREEK or names.is_function(word)
    return word if whole else " ".join(word)


def _exponentials(text: str) -> str:
    """`e^{-x}` as `exp(-x)`, and `xe^{-x}` with it, where `e` stands nowhere else."""
    found = _POWER_OF_E.search(text)
    if found is None or re.search(r"(?<![\w.])e(?!\w|\s*\^|\s*_)", text):
        return text
    at = found.end()
    sign = text[at : at + 1] if text[at : at + 1] in ("-", "−") and text[at + 1 : at + 2] == "(" else ""
    if text[at : at + 1] in ("(", "{") or sign:
        end = _closing(text, at + len(sign))
        inner = sign + text[at + len(sign) : end] if sign else text[at + 1 : end - 1]
    else:
        exponent = _EXPONENT.match(text, at)
        if exponent is None:
            return text
        inner, end = exponent[0], exponent.end()
    before = f"{found[1]} " if found[1] else ""
    return f"{text[: found.start()]}{before}exp({_exponentials(inner)}){_exponentials(text[end:])}"


def _with_brackets(text: str, names: Names) -> str:
    """`sin²x` as `sin(x)²`, and `sinx`, `2 sin x cos x` with it; only of functions of one number."""
    at = 0
    while (found := _WORD.search(text, at)) is not None:
        word, at = found[0], found.end()
        if names.knows(word) or _IN_SUBSCRIPT.search(text, 0, found.start()):
            continue
        if names.elementwise(word) != 1:
            inner, letter = word[:-1], word[-1]
            alone = not text[at:].lstrip().startswith(("(", "["))
            if names.elementwise(inner) == 1 and alone and len(inner) > 1 and not names.is_function(word):
                text = f"{text[: found.start()]}{inner}({letter}){text[at:]}"
            continue
        power = _POWER.match(text, at)
        begin = power.end() if power is not None else at
        raised = power[0].strip() if power is not None else ""
        letter_behind = _LETTER.match(text, begin)
        if letter_behind is not None:
            rest = text[letter_behind.end() :]
            text = f"{text[:at]}({letter_behind[1]}){raised}{' ' if raised and rest[:1].isalnum() else ''}{rest}"
        elif raised and text[begin:].lstrip().startswith("("):
            begin = text.index("(", begin)
            end = _closing(text, begin)
            text = f"{text[:at]}{text[begin:end]}{raised}{text[end:]}"
    return text


# of letters that count nothing is a function
_IN_SUBSCRIPT = re.compile(r"(?:_\{|\w\[)[^{}\[\]]*$")


def _turned(text: str) -> str:
    """`transpose(A)` as `(A)'`."""
    while (found := _TURNED.search(text)) is not None:
        end = _closing(text, found.end())
        text = f"{text[: found.start()]}{text[found.end() : end]}'{text[end:]}"
    return text


def _closing(text: str, at: int) -> int:
    """Behind the bracket that closes the one at a place, or the end."""
    depth = 0
    for k in range(at, len(text)):
        depth += (text[k] in "({[") - (text[k] in ")}]")
        if depth == 0:
            return k + 1
    return len(text) + 1


_SHIFTED = re.compile(r"(?<=[^\W\d_])_\{?\s*(\w\s*[-+−]\s*\d+)\s*\}?(?!\w)")
_LAYER = re.compile(r"(?<=[^\W\d_])\^\{\s*[(\[]\s*(\w+)\s*[)\]]\s*\}")


def with_raised_marks(text: str) -> str:
    """`h_{t-1}` and `W^{(1)}` as names, `h⁽ᵗ⁻¹⁾` and `W⁽¹⁾`."""

    def raised(found: re.Match[str]) -> str:
        from ..documents.latex.names import RAISED  # for what has such marks alone

        inner = "".join(found[1].split()).replace("−", "-")
        return f"⁽{inner.translate(RAISED)}⁾"

    return _LAYER.sub(raised, _SHIFTED.sub(raised, text))


def _written(sign: str) -> str:
    """`½` is `1/2`, as Unicode decomposes it."""
    return unicodedata.normalize("NFKC", sign).replace("\u2044", "/")


def with_samples_below(text: str) -> str:
    """`x⁽ⁱ⁾` under a sum over `i` as `x_i`: a sample that is counted above."""
    from ..documents.latex.names import RAISED

    for below, above in RAISED.items():
        mark, letter = chr(above), chr(below)
        if f"⁽{mark}⁾" in text and re.search(rf"∑_\{{?[^}}]*\b{letter}\b", text):
            text = text.replace(f"⁽{mark}⁾", f"_{letter}")
    return text
