"""What a text answers: the formula that counts, what its names stand for, and the chain that it closes.

A text may be a formula, or hold some: between dollars, in a box, in a fence, in words.  What counts is the last box; without one
the last formula that is no definition of a name in another (`where r = A x - b`) and no mention (`A`, `x \\in \\mathbb{R}^n`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ..asking.pieces import Unwritten
from ..syntax.blanks import blanked

LONGEST = 20_000
# where a formula begins in a text, each with what ends it
_OPENS = re.compile(
    r"```[^\n`]*\n|`|<answer>|\$\$|\$|\\\[|\\\(|\\begin\{(equation|align|gather|eqnarray|multline)\*?\}"
)
_CLOSES = {"$$": "$$", "$": "$", "\\[": "\\]", "\\(": "\\)", "<answer>": "</answer>", "`": "`"}
_BOX = re.compile(r"\\(?:boxed|fbox)\s*\{")
# one name, with whatever marks it has
_FACE = r"\\(?:math[a-z]+|bm|boldsymbol|pmb|vec|hat|widehat|tilde|widetilde|bar|overline|underline|d?dot|text[a-z]*|rm|bf|cal|operatorname)(?![A-Za-z])"
_LONE = re.compile(
    rf"(?!.*\\(?:nabla|partial|d?frac))\(?\s*(?:{_FACE}\s*\{{?\s*)*(?:[^\W\d_]|\\[A-Za-z]+)?\s*\}}*(?:[_^]\s*(?:\{{[^{{}}]*\}}|\*|[^\W_]))*['*]?\s*\)?"
)
# one of the rows of an array, as words mention it: `$a_i^\\top$`
_ROW = re.compile(
    r"\s*(?:\\(?:mathbf|boldsymbol|bm|vec)\s*\{\s*)?[a-z]\s*\}?\s*_\s*\{?\w\}?\s*\^\s*\{?\s*\\?(?:top|T|intercal)\s*\}?\s*"
)
_MEMBER = re.compile(
    r"∈|\\in(?![A-Za-z])|(?<!\w)in\s+R\b|<|>|≤|≥|≈|≠|\\(?:le|ge|leq|geq|approx|neq|ne|to)(?![A-Za-z])|→"
)
_WORDS = re.compile(
    r"(?<![\\\w.{_^@])[^\W\d_]{2,}(?:['’][a-z]+)?(?![\w(_^'ᵀ]|\.\w|⁻|[²³])|\\(?:text|mbox|textbf|textrm|quad|qquad)\b\s*(?:\{[^{}]*\})?"
)
_BETWEEN = re.compile(r"[.!?:;]\s+(?=\S)|[.!?:;]\s*$|\n\s*\n|,\s+(?=$)")
_TIDY = re.compile(
    r"^\s*\\\s|\\(?:displaystyle|nonumber|notag|,|;|!|quad|qquad)(?![A-Za-z])|\\(?:label|tag)\s*\{[^{}]*\}|\\(?:begin|end)\{(?:split|aligned)\}"
)
# what is said of where a formula lies, behind it
_BEHIND = re.compile(r"\s*(?:∈|\\in(?![A-Za-z]))\s*(?:ℝ|R(?![A-Za-z])|\\mathbb|\\R(?![A-Za-z])|\\Re).*$", re.S)
# the left side of what says a derivative
DERIVATIVE = re.compile(
    r"\\nabla|∇|\\partial|∂|\\frac\s*\{\s*d|(?<![^\W\d_])d\w*\s*/\s*d|[^\W\d_]['′](?:\(|$)|(?i:grad)"
)
# environments in which rows belong together, as those of an alignment do not
_ROWS_APART = r"\\(?:begin|end)\{(?!aligned|split)\w+\*?\}"
# what only says how a product is meant: `A*B (elementwise)`
_MANNER = re.compile(r"\(\s*[^\W\d_]{3,}(?:-[^\W\d_]{3,})?(?:\s+[^\W\d_]{2,}(?:-[^\W\d_]{3,})?)*\s*\)")
_ENTRYWISE = re.compile(r"element-?wise|entry-?wise|component-?wise|point-?wise|hadamard", re.I)
# a name that is a word, and the value of a function, on the left of what defines it
_WORD_NAME = re.compile(r"\s*[A-Za-z][A-Za-z]*\d*(?:_\w+)?\s*")
VALUE = re.compile(r"\s*(\\?[A-Za-z]+)\s*(?:\\left)?\s*\(\s*([^()=]*?)\s*(?:\\right)?\s*\)\s*")
ENTRY = re.compile(
    r"\s*((?:\\(?:mathbf|boldsymbol|bm|mathrm|hat|widehat|tilde|bar|vec)(?![A-Za-z])\s*\{?\s*)?\\?[A-Za-z]+\}?)\s*_\s*(?:\{\s*([a-z](?:[,\s]*[a-z])?)\s*\}|([a-z]))\s*"
)
_UNFINISHED = re.compile(r"[-+=*/(\[,]\s*$")
_BOLD = re.compile(r"(?<!\S)\*\*(?=\S)([^*\n]+)(?<=\S)\*\*(?![\w(])")
# `a if x > 0 else b`, `a for x > 0 and b otherwise`, at the end of a text and no longer than somebody writes them
_LONGEST_CASES = 400
_COMPARED = r"[^,;\n$]*?(?:[<>≤≥]|\\(?:le|ge|leq|geq|lt|gt)(?![A-Za-z]))[^,;\n$]*?"
_CASES = re.compile(
    rf"(?<![^,;\n$:])(?P<first>[^,;\n$:]+?)\s*,?\s(?:if|for|when)\s(?P<where>{_COMPARED})\s*(?:[,;]|\band\b|\belse\b)\s*(?:(?:and|else|or)\s)?\s*"
    rf"(?P<other>[^,;\n$]+?)(?:\s+(?:otherwise|elsewhere|(?:if|for|when)\s{_COMPARED}))?\s*\.?\s*$"
)
_ACCENT = re.compile(r"\\(?:hat|widehat|bar|overline|tilde|widetilde|dot)(?![A-Za-z])")
_OPEN, _CLOSE = "([{", ")]}"
_GROUPS = re.compile(r"\\begin\{\w+\*?\}|\\end\{\w+\*?\}|[()\[\]{}]")


@dataclass(frozen=True)
class Said:
    """
    formula  what counts
    entries  is it said that products are entry by entry?
    sides    of the chain that it closes, itself the last
    others   the other relations of the text, in order, each as its sides
    """

    formula: str
    sides: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    entries: bool = False


def said(text: str, is_word: Callable[[str], bool]) -> Said:
    """What a text answers; `is_word` tells words from names.  Raises Unwritten where it holds no formula."""
    bare = _MANNER.sub(lambda m: " " if _is_manner(m[0], is_word) else m[0], text)
    entries = bare != text and _ENTRYWISE.search(text) is not None
    text = bare
    found = statements(text, is_word)
    boxed = _last_box(blanked(text).rpartition("</think>")[2])
    if boxed is not None:
        inside = list(_statements_of(boxed, is_word))
        if not inside:
            raise Unwritten("the box is empty")
        final = inside[-1] if len(inside) == 1 else _chosen(inside)
        return Said(final[-1], final, tuple(s for s in [*found, *inside] if s != final and len(s) > 1), entries)
    if not found:
        raise Unwritten("there is no formula in it")
    final = _chosen(found)
    return Said(final[-1], final, tuple(s for s in found if s is not final and len(s) > 1), entries)


def _is_manner(bracket: str, is_word: Callable[[str], bool]) -> bool:
    """Do only words stand in a bracket?"""
    found = re.findall(r"[^\W\d_]+", bracket)
    return all(map(is_word, found)) or _ENTRYWISE.search(bracket) is not None


def statements(text: str, is_word: Callable[[str], bool]) -> list[tuple[str, ...]]:
    """The relations and expressions of a text in order, each as its sides.  Raises Unwritten for a text that is too long."""
    if len(text) > LONGEST:
        raise Unwritten(f"it is longer than {LONGEST:,} characters")
    text = _BOX.sub("{", blanked(text).rpartition("</think>")[2])
    found = [s for part in _parts(text) for s in _statements_of(part, is_word)]
    told = [s for s in found if not _is_mention(s)]
    if "$" in text and told and all(len(s) > 1 and _defines(s[0]) for s in told):
        # only definitions and names are set apart: `Hy with $H = …$`
        outside = list(_statements_of(re.sub(r"\$[^$]*\$", " ", text), is_word))
        found += [s for s in outside if not _is_mention(s) and any(mentions(s[-1], f[0]) for f in found)]
    return found


def lone_name(side: str) -> bool:
    """Is it one name and nothing else?"""
    return bool(side.strip()) and _LONE.fullmatch(side.strip()) is not None


def _defines(side: str) -> bool:
    """Is it what stands on the left of a definition: a name, an entry `d_i`, a value `k(x, y)`?"""
    return lone_name(side) or _WORD_NAME.fullmatch(side) is not None or _is_value(side)


def _is_value(side: str) -> bool:
    found = VALUE.fullmatch(side)
    return (
        found is not None and all(lone_name(part) for part in found[2].split(",")) and len(found[1].lstrip("\\")) <= 7
    )


def _chosen(found: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The statement that counts, of several: the last, or a derivative before an equation that defines nothing."""
    whole = [s for s in found if not _is_mention(s)]
    derived = [s for s in whole if len(s) > 1 and DERIVATIVE.search(s[0])]
    if derived and len(whole[-1]) > 1 and not (lone_name(whole[-1][0]) or DERIVATIVE.search(whole[-1][0])):
        return derived[-1]
    for place, statement in reversed(list(enumerate(whole))):
        others = [side for k, s in enumerate(whole) if k != place for side in s[len(s) > 1 and _defines(s[0]) :]]
        if not (len(statement) > 1 and _defines(statement[0]) and any(mentions(o, statement[0]) for o in others)):
            return statement
    if whole:
        return whole[-1]
    names = dict.fromkeys(s for s in found if len(s) == 1 and not _compares(s[0]))
    if len(names) != 1:
        raise Unwritten("it holds several names and no formula" if names else "there is no formula in it")
    return next(iter(names))


def mentions(text: str, name: str) -> bool:
    """Does a text hold a name?  Letters that touch are names of their own, as in `Hy`, unless they are a command."""
    entry = ENTRY.fullmatch(name)
    if entry is not None and mentions(text, entry[1]):
        return True
    if _ACCENT.search(name):
        return re.sub(r"[{}\s]", "", name) in re.sub(r"[{}\s]", "", text)
    if _is_value(name):
        return re.sub(r"\s|\\left|\\right", "", name) in re.sub(r"\s|\\left|\\right", "", text)
    name = bare_name(name)
    if len(name) == 1 and name.isalpha():
        return re.search(rf"(?<!\\)(?<![a-zA-Z]{{3}}){re.escape(name)}", re.sub(r"\\[A-Za-z]+", " ", text)) is not None
    return name in text


def bare_name(side: str) -> str:
    """A name without what sets it in another face."""
    return re.sub(r"\\(?:mathbf|boldsymbol|bm|mathrm|vec|hat|tilde|bar)\b|[{}()\s]", "", side) or side.strip()


def _is_mention(statement: tuple[str, ...]) -> bool:
    only = statement[0]
    return len(statement) == 1 and (lone_name(only) or _ROW.fullmatch(only) is not None or _compares(only))


def _compares(side: str) -> bool:
    """Does it say how large something is, or where it lies?  In brackets it may be a number."""
    depths = _depths(side)
    return any(depths[m.start()] == 0 for m in _MEMBER.finditer(side))


def _depths(text: str) -> list[int]:
    """In how many brackets, or environments, each character stands; a bracket that nothing closes counts for none."""
    change, open_ = [0] * (len(text) + 1), list[int]()
    for sign in _GROUPS.finditer(text):
        if sign[0] in _OPEN or sign[0].startswith("\\b"):
            open_.append(sign.start())
        elif open_:
            change[open_.pop()] += 1
            change[sign.end()] -= 1
    return list(accumulate(change))


def _last_box(text: str) -> str | None:
    """What stands in the last box."""
    found = [m.end() for m in _BOX.finditer(text)]
    return text[found[-1] : _closing(text, found[-1])] if found else None


def _closing(text: str, at: int) -> int:
    """The brace that closes the one before a place, or the end."""
    depth = 1
    for k in range(at, len(text)):
        if text[k] in "{}" and text[k - 1] != "\\":
            depth += 1 if text[k] == "{" else -1
            if depth == 0:
                return k
    return len(text)


def _parts(text: str) -> list[str]:
    """The formulas of a text that has some set apart; else the text."""
    found, at, missing = [], 0, set[str]()
    while (opening := _OPENS.search(text, at)) is not None:
        sign = opening[0]
        close = _CLOSES.get(sign) or ("```" if sign.startswith("```") else f"\\end{{{sign[7:-1]}}}")
        end = -1 if close in missing else text.find(close, opening.end())
        if end < 0:
            missing.add(close)
            at = opening.end()
            continue
        found.append(text[opening.end() : end])
        at = end + len(close)
    inner = [p for part in found for p in (_parts(part) if _OPENS.search(part) else [part]) if p.strip()]
    if all(lone_name(p) or _ROW.fullmatch(p) for p in inner) and not _BOX.search(
        text
    ):  # only names are set apart: `A x where $A$ is symmetric`
        return [re.sub(r"\$|\\[()]", " ", text)]
    return inner


def _statements_of(text: str, is_word: Callable[[str], bool]) -> Iterator[tuple[str, ...]]:
    text = _without_emphasis(text).strip()
    if (cases := _CASES.search(text, max(0, len(text) - _LONGEST_CASES))) is not None:
        text = f"{text[: cases.start()]}{_as_cases(cases)}"
    for run in _runs(text, is_word):
        held: list[str] = []
        for line in _lines(run):
            for k, part in enumerate(_pieces(line)):
                sides = _sides(part)
                if k == 0 and held and part.lstrip(" \t&").startswith("=") and sides:
                    held += sides
                    continue
                if held:
                    yield tuple(held)
                held = sides
        if held:
            yield tuple(held)


def _without_emphasis(text: str) -> str:
    """Stars of Markdown around words and formulas, which powers `**` are not."""
    bare = _BOLD.sub(r"\1", text)
    return re.sub(r"^\s*#+\s", "", bare)


def _as_cases(found: re.Match[str]) -> str:
    left, sign, first = found["first"].rpartition("=")
    where = found["where"].strip().replace(">=", "≥").replace("<=", "≤")
    return (
        f"{left}{sign}\\begin{{cases}} {first.strip()} & {where} \\\\ "
        f"{found['other'].strip()} & \\text{{otherwise}} \\end{{cases}}"
    )


def _runs(text: str, is_word: Callable[[str], bool]) -> Iterator[str]:
    """What stands between words."""
    depths = _depths(text)
    words = [m for m in _WORDS.finditer(text) if depths[m.start()] == 0]
    cuts = [m.span() for m in words if (_is_prose(m[0], is_word) if m[0].startswith("\\") else is_word(m[0]))]
    if not any(b - a > 2 for a, b in cuts):  # two letters alone are a product: `Ax`
        yield text
        return
    # a word of letters that are names too, beside a word: `given by`
    doubtful = [m.span() for m in words if m[0].isalpha() and m[0].islower() and m.span() not in cuts]
    for a, b in doubtful:
        if any(text[end:a].isspace() or text[b:begin].isspace() for begin, end in cuts if end <= a or begin >= b):
            cuts.append((a, b))
    cuts.sort()
    begin = 0
    for a, b in [*cuts, (len(text), len(text))]:
        for piece in _BETWEEN.split(text[begin:a]):
            bare = piece.strip().strip(".,;:!?").strip()
            if (
                re.search(r"[^\W_]", bare)
                and not _UNFINISHED.search(bare)
                and not (len(bare) == 1 and text[b:].strip())
            ):  # `a vector`, `I think`
                yield bare
        begin = b


def _is_prose(command: str, is_word: Callable[[str], bool]) -> bool:
    """Does `\\text{…}` say words, or is it a name?"""
    inner = command.partition("{")[2].rstrip("}")
    if not inner:
        return False
    return any(is_word(w) for w in re.findall(r"[^\W\d_]{2,}", inner)) or not inner.strip()


def _lines(text: str) -> Iterator[str]:
    """Rows of an alignment, lines of a text; rows of cases and matrices stay together."""
    depth, begin, at = 0, 0, 0
    for sign in re.finditer(rf"{_ROWS_APART}|\\\\(?:\[[^\]]*\])?|\n|[()\[\]{{}}]", text):
        if sign[0].startswith("\\b") or sign[0] in tuple(_OPEN):
            depth += 1
        elif sign[0].startswith("\\e") or sign[0] in tuple(_CLOSE):
            depth = max(0, depth - 1)
        elif depth == 0:
            yield text[begin : sign.start()]
            begin = at = sign.end()
    yield text[max(begin, at) :]


def _pieces(line: str) -> list[str]:
    """A formula and those behind it, at commas and semicolons with an `=` behind, in no bracket."""
    parts, depth, begin = [], 0, 0
    for k, sign in enumerate(line):
        depth += (sign in _OPEN) - (sign in _CLOSE)
        if sign in ",;" and depth == 0 and line[k - 1 : k] != "\\" and ("=" in line[k:] or sign == ";"):
            parts.append(line[begin:k])
            begin = k + 1
    return [*parts, line[begin:]]


def _sides(part: str) -> list[str]:
    """The sides of a relation, cut at each `=` that stands in no bracket."""
    depth, begin, sides = 0, 0, []
    for sign in re.finditer(rf"{_ROWS_APART}|\\[A-Za-z]+|\\.|:=|[<>!=]=|=|[()\[\]{{}}]|≔", part):
        if sign[0] in tuple(_OPEN) or sign[0].startswith("\\begin{") or sign[0] == "\\{":
            depth += 1
        elif sign[0] in tuple(_CLOSE) or sign[0] == "\\}" or sign[0].startswith("\\end{"):
            depth = max(0, depth - 1)
        elif sign[0] in ("=", ":=", "≔") and depth == 0:
            sides.append(part[begin : sign.start()])
            begin = sign.end()
    sides.append(part[begin:])
    tidy = (_tidied(s) for s in sides)
    return [s for s in tidy if s]


def _tidied(side: str) -> str:
    bare = _BEHIND.sub("", side)
    if bare.strip() and not lone_name(bare) and "," not in bare:
        side = bare
    side = (
        side if re.search(_ROWS_APART, side) else side.replace("&", " ")
    )  # of an alignment; cases and matrices keep theirs
    return _TIDY.sub(" ", side).strip().strip(",;").rstrip(".").strip()
