"""What may stand at the cursor, read off the text before it, since a statement that is being written does not parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..lowering.layout import LAYOUTS
from ..lowering.names import PROPERTIES, Entry
from ..lowering.report import NAMES, Span
from ..notation.quoting import code
from ..rules.catalogue import catalogue
from ..sheets.cells import Cell
from ..sheets.sheet import Sheet
from .answers import axes_of_indices
from .vocabulary import ARRAY_FUNCTIONS, SPELLINGS, Described

_SPACE = r"(?:∈|\bin|:|→|->)\s*"
_REALS = rf"{_SPACE}[ℝR]"
_DECLARED = r"^\s*(?:[^#]*;\s*)?[^\W\d][\w, ]*\s*"
MOST_NAMES = 400
# characters before the cursor that are looked at
FURTHEST = 300


@dataclass(frozen=True)
class Item:
    """Something that can be put in place of `span`; `kind` is what it is, `snippet` says that it has places to fill in."""

    label: str
    kind: str
    span: Span
    detail: str = ""
    doc: str = ""
    text: str = ""
    snippet: bool = False
    order: str = ""


def completions(sheet: Sheet, offset: int) -> list[Item]:
    """The items at an offset; none in the prose and the LaTeX of notes."""
    if not _is_ours(sheet, offset):
        return []
    start = max(sheet.text.rfind(end, 0, offset) + 1 for end in "\r\n")
    line = sheet.text[max(start, offset - FURTHEST) : offset]
    comment = line.find("#")
    if comment >= 0:
        return list(_in_comment(line[comment:], offset))
    if re.search(r"∑(_\{?[^}]*\}?)?\^\{?\(?\w*$", line):
        return list(_dimensions(sheet, offset, _word(line, offset)))
    if re.match(r"\s*dim\s+\w*$", line):
        return list(_dimensions(sheet, offset, _word(line, offset)))
    spelled = re.search(r"(\\|\^-?|_)(\w*)$", line)
    if spelled is not None and spelled[1] == "\\":
        return list(_spellings(spelled[0], offset))
    if re.search(rf"{_REALS}\s*\^\s*\(?[\w×x* ]*$", line) and re.search(rf"{_REALS}\S*\s+[a-z-]*$", line) is None:
        return list(_dimensions(sheet, offset, _word(line, offset)))
    image = re.search(r":.*(?:→|->)\s*([ℝR]?\w*)$", line)
    if image is not None:
        return list(_spaces(sheet, offset, (offset - len(image[1]), offset)))
    if re.search(rf"{_REALS}.*\s[a-z-]*$", line) and "=" not in line.rpartition("ℝ")[2]:
        return [Item(p, "property", _word(line, offset)) for p in PROPERTIES]
    space = re.search(rf"{_DECLARED}(?:∈|\bin\s|:|→|->)\s*([ℝR]?\w*)$", line)
    if space is not None:
        return list(_spaces(sheet, offset, (offset - len(space[1]), offset)))
    subscript = re.search(r"(\w+|[)\]'∑])(?:(_)(\w*)|(_\{|\[)([\w,+\- ]*))$", line)
    if subscript is not None and subscript[1] in ("J", "H") and _functions(sheet, offset):
        span = (offset - len(subscript[3] or ""), offset)
        return [
            Item(n, "function", span, "its derivative", text=f"{n}($1)", snippet=True)
            for n in _functions(sheet, offset)
        ]
    if subscript is not None:
        return list(_indices(sheet, offset, subscript)) + list(_spellings_of(spelled, offset))
    return [*_spellings_of(spelled, offset), *_words(sheet, offset, _word(line, offset))]


def _is_ours(sheet: Sheet, offset: int) -> bool:
    """Is what stands at an offset text of the language, and neither prose nor LaTeX?"""
    return sheet.language == "ein" or any(start <= offset <= end for start, end in sheet.fences)


def _word(line: str, offset: int) -> Span:
    """The word before the cursor; of `dx` below a fraction bar the variable."""
    found = re.search(r"[^\W_]*$", line)
    word = found[0] if found else ""
    below = re.search(r"(?:/\s*|/d\w+\s+)d(\w*)$", line)
    return (offset - len(below[1] if below else word), offset)


def _in_comment(comment: str, offset: int) -> Iterator[Item]:
    typed = re.search(r"[A-Za-z0-9]*$", comment)
    span = (offset - len(typed[0] if typed else ""), offset)
    if re.match(r"#!\s*layout\s+\w*$", comment):
        yield from (Item(layout, "value", span) for layout in LAYOUTS)
    elif re.match(r"(#!\s*ignore|#\s*einsight:\s*ignore)\b[A-Z0-9, ]*$", comment):
        yield from (Item(code, "value", span, name) for code, (name, _) in NAMES.items())
    elif re.match(r"#!\s*\w*$", comment):
        yield Item("layout", "keyword", span, "how derivatives are laid out, from here on")
        yield Item("ignore", "keyword", span, "codes that are not reported, from here on")
    elif re.match(r"#\s*\w*$", comment):
        yield Item("einsight: ignore", "keyword", span, "codes that are not reported for this line")


def _spellings(typed: str, offset: int) -> Iterator[Item]:
    """`\\delta` for δ."""
    span = (offset - len(typed), offset)
    for name, sign in SPELLINGS.items():
        if name.startswith(typed[1:]):
            yield Item(f"\\{name}", "text", span, sign, text=sign, order=f"{len(name):02}")


def _spellings_of(spelled: re.Match[str] | None, offset: int) -> Iterator[Item]:
    """`^T` for ᵀ, `_i` for ᵢ."""
    if spelled is None or spelled[1] == "\\":
        return
    for name, sign in SPELLINGS.items():
        if name[0] in "^_" and name.startswith(spelled[0]):
            yield Item(name, "text", (offset - len(spelled[0]), offset), sign, text=sign, order="~")


def _known_dimensions(sheet: Sheet, offset: int) -> list[str]:
    order = sheet.order_at(offset)
    return sheet.ledger.dimensions_before(order)


def _dimensions(sheet: Sheet, offset: int, span: Span) -> Iterator[Item]:
    for name in _known_dimensions(sheet, offset):
        size = sheet.ledger.fact_before(("size", name), len(sheet.cells))
        yield Item(name, "dimension", span, f"size {size}" if size else "dimension")


def _spaces(sheet: Sheet, offset: int, span: Span) -> Iterator[Item]:
    dims = _known_dimensions(sheet, offset)
    n, m = (*dims, "n", "m")[:2] if len(dims) != 1 else (dims[0], "m" if dims[0] != "m" else "n")
    yield Item("ℝ", "type", span, "a number", order="0")
    yield Item(f"ℝ^{n}", "type", span, "a vector", text=f"ℝ^${{1:{n}}}", snippet=True, order="1")
    yield Item(f"ℝ^({n}×{m})", "type", span, "a matrix", text=f"ℝ^(${{1:{n}}}×${{2:{m}}})", snippet=True, order="2")


def _indices(sheet: Sheet, offset: int, subscript: re.Match[str]) -> Iterator[Item]:
    """Indices of the statement, those first that run over the axis where the cursor is."""
    order = sheet.order_at(offset)
    cell = sheet.cell_at(offset) or (sheet.cells[order - 1] if order > 0 else None)
    typed = subscript[3] if subscript[2] else subscript[5]
    last = re.search(r"[^\W\d_]*$", typed)
    separated = "," in typed or subscript[4] == "["
    place = typed.count(",") if separated else len(typed.replace(" ", ""))
    axis = _axis(sheet, offset, subscript[1], place)
    span = (offset - len(last[0]), offset) if separated and last else (offset, offset)
    known = axes_of_indices(cell) if cell is not None and cell.analysis is not None else {}
    for name in dict.fromkeys([*known, *"ijkl"]):
        dim = known.get(name, "")
        fits = bool(axis) and dim == axis
        detail = f"over {dim}" if dim else "a new index" + (f" over {axis}" if axis else "")
        yield Item(name, "index", span, detail, order=f"{0 if fits else 1 if not dim else 2}{name}")


def _functions(sheet: Sheet, offset: int) -> list[str]:
    """The unknown functions of arrays, which have a `J_f`."""
    known = sheet.ledger.entries_before(sheet.order_at(offset))
    return [n for n, e in known.items() if e.function is not None]


def _axis(sheet: Sheet, offset: int, name: str, place: int) -> str:
    entry = sheet.names_at(None).find(name)
    dims = entry.tensor.dims if entry is not None and entry.tensor is not None else ()
    return str(dims[place]) if place < len(dims) else ""


def _words(sheet: Sheet, offset: int, span: Span) -> Iterator[Item]:
    """Names, functions, constants, and the beginnings of statements."""
    order = sheet.order_at(max(0, span[0] - 1))
    known = list(sheet.ledger.entries_before(order).items())[-MOST_NAMES:]
    for age, (name, entry) in enumerate(reversed(known)):
        yield Item(name, _kind(entry), span, entry.describe().split(" ", 1)[1], order=f"0{age:04}")
    for name, described in ARRAY_FUNCTIONS.items():
        yield Item(name, "function", span, described.signature, described.doc, f"{name}($1)", True, f"1{name}")
    for name, function in catalogue().functions.items():
        if name not in ARRAY_FUNCTIONS:
            doc = "; ".join(f"derivative {code(d)}" for d in function.derivative if d)
            yield Item(name, "function", span, "entry by entry", doc, f"{name}($1)", True, f"1{name}")
    if not sheet.text[max(sheet.text.rfind(c, 0, span[0]) for c in "\r\n;") + 1 : span[0]].strip():
        yield from _beginnings(span)


def _kind(entry: Entry) -> str:
    if entry.kind == "function":
        return "function"
    return "constant" if entry.tensor is not None and not entry.tensor.dims else "variable"


def _beginnings(span: Span) -> Iterator[Item]:
    for label, text, doc in (
        ("declare a matrix", "${1:A} ∈ ℝ^(${2:n}×${3:m})", "a name with its shape"),
        ("declare a vector", "${1:x} ∈ ℝ^${2:n}", "a name with its shape"),
        ("declare a function", "${1:f} : ℝ^${2:m} → ℝ^${3:n}", "an unknown function"),
        ("derivative", "∂${1:f}/∂${2:x} = $0", "a claim, which is judged"),
        ("gradient", "∇_${1:x} ${2:f} = $0", "in the shape of the variable"),
        ("definition in components", "${1:y}_i = ∑_j ${2:W}_ij ${3:x}_j", "the indices on the left stay free"),
        ("layout", "#! layout ${1|numerator,denominator,mixed|}", "for the rest of the file"),
    ):
        yield Item(label, "snippet", span, doc, text=text, snippet=True, order=f"2{label}")


# signature help


@dataclass(frozen=True)
class Signature:
    """The call around the cursor, and which of its arguments is being written."""

    described: Described
    active: int


def signature(sheet: Sheet, offset: int) -> Signature | None:
    """The function whose brackets the cursor is in."""
    if not _is_ours(sheet, offset):
        return None
    cell = sheet.cell_at(offset)
    start = cell.start if cell is not None and cell.place.region is None else max(0, offset - 200)
    before = sheet.text[start:offset]
    depth = commas = 0
    for k in range(len(before) - 1, -1, -1):
        char = before[k]
        if char in ")]}":
            depth += 1
        elif char == "," and depth == 0:
            commas += 1
        elif char in "([{":
            if depth == 0:
                name = re.search(r"([^\W\d_][^\W_]*)$", before[:k]) if char == "(" else None
                described = _described(sheet, cell, name[1]) if name is not None else None
                if described is not None:
                    return Signature(described, min(commas, max(0, len(described.arguments) - 1)))
                commas = 0
                continue
            depth -= 1
    return None


def _described(sheet: Sheet, cell: Cell | None, name: str) -> Described | None:
    entry = sheet.names_at(cell).find(name)
    if entry is not None:
        if entry.kind != "function":
            return None
        source = entry.describe().split(" : ")[1]
        return Described(f"{name}(z) : {source}", "an unknown function", (("z", source.split(" → ")[0]),))
    if name in ARRAY_FUNCTIONS:
        return ARRAY_FUNCTIONS[name]
    found = catalogue().functions.get(name)
    if found is None:
        return None
    arguments = tuple((z, "an array of any shape") for z in ("z", "w")[: found.arity])
    derivative = "; ".join(code(f"∂/∂{z} = {d}") for (z, _), d in zip(arguments, found.derivative, strict=True) if d)
    return Described(
        f"{name}({', '.join(z for z, _ in arguments)})", f"entry by entry; {derivative}".rstrip("; "), arguments
    )
