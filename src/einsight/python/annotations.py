"""Shapes that a file declares: `Float[Array, "n m"]`, `# x shape: n m`, `# (n, m)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from ..terms.dimension import Dim

# of jaxtyping: dtypes that arrays may have
DTYPES = frozenset(
    "Float Float16 Float32 Float64 BFloat16 Int Int8 Int16 Int32 Int64 UInt UInt8 UInt16 UInt32 UInt64 Bool Shaped Num "
    "Inexact Complex Complex64 Complex128 Real Integer Key".split()
)
# the axes that stand for any number of them
MANY = "*"
# a shape: names, numbers, `*` for any number of axes, None for one that nothing is known of
Declared = tuple["str | int | None", ...]


def annotated(node: ast.expr | None) -> Declared | None:
    """The shape in an annotation of jaxtyping; None where it is none, or says nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):  # the annotation is written as a string
        try:
            node = ast.parse(node.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    if not isinstance(node, ast.Subscript):
        return None
    base = node.value
    name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
    if name not in DTYPES or not isinstance(node.slice, ast.Tuple) or len(node.slice.elts) != 2:
        return None
    said = node.slice.elts[1]
    if not (isinstance(said, ast.Constant) and isinstance(said.value, str)):
        return None
    return spelled(said.value)


def scalar_annotation(node: ast.expr | None) -> bool:
    """Is it the type of a Python number?"""
    return isinstance(node, ast.Name) and node.id in ("float", "int", "bool")


def spelled(text: str) -> Declared:
    """`n m`, `*batch n`, `... 3`, `#n`, `n+1`, as jaxtyping reads them; an axis that is only computed is None."""
    found: list[str | int | None] = []
    for part in text.split():
        named, _, own = part.partition("=")
        part = own if own and named.isidentifier() else part
        if part == "..." or part.startswith(("*", "#*")):
            found.append(MANY)
        elif part.isdigit():
            found.append(int(part))
        elif part.isidentifier() and not part.startswith("_"):
            found.append(part)
        else:
            found.append(None)
    return tuple(found)


_NAMED = re.compile(
    r"(?P<name>[A-Za-z_]\w*)(?:\s*\.?\s*shape)?\s*[:=]\s*(?P<open>[(\[])(?P<axes>[^()\[\]]*)[)\]]\s*[.,;]?\s*$"
)
# what stands between signs that are in no brackets
_PART = re.compile(r"(?:[^,;()\[\]]|[(\[][^()\[\]]*[)\]])+")
_SHAPE_OF = re.compile(r"^(?P<name>[A-Za-z_]\w*)\s+shape\s*:\s*(?P<axes>[\w\s,.*()\[\]]*?)\s*$")
_ALL = re.compile(r"^shapes?\s*:\s*(?P<rest>.*)$", re.IGNORECASE)
_BARE = re.compile(r"^(?:shape\s*[:=]?\s*)?(?:\((?P<a>[^()\[\]]*)\)|\[(?P<b>[^()\[\]]*)\])$", re.IGNORECASE)


def named_in(comment: str) -> Iterator[tuple[str, Declared]]:
    """`x shape: n m`, `shape: w d; X n d`, `W: (n, m)`: the names with their shapes."""
    every = _ALL.match(comment)
    if every is not None:
        for part in every["rest"].split(";"):
            words = part.replace(",", " ").replace(":", " ").strip("() ").split()
            if words and words[0].isidentifier() and all(_is_axis(w) for w in words[1:]):
                yield words[0], tuple(map(_axis, words[1:]))
        return
    one = _SHAPE_OF.match(comment)
    if one is not None:
        shape = _listed(one["axes"].strip("()[] "), blanks=True)
        if shape is not None:
            yield one["name"], shape
        return
    for part in _PART.findall(comment):
        found = _NAMED.match(part.strip())
        if found is not None:
            shape = _listed(found["axes"])
            if shape is not None:
                yield found["name"], shape


def of_line(comment: str) -> Declared | None:
    """`(n, m)` or `[n, m]` behind an assignment: the shape of what is assigned."""
    found = _BARE.match(comment)
    if found is None:
        return None
    return _listed(found["a"] if found["a"] is not None else found["b"])


_DOCUMENTED = re.compile(
    r"^\s*(?:[-*]\s+|:param\s+)?`*(?P<name>[A-Za-z_]\w*)`*\s*:[^\n]*?\b(?:shapes?|size)\b[\s:=of`]*(?P<axes>\([^()\n]*\))",
    re.MULTILINE,
)


def documented(docstring: str) -> dict[str, Declared]:
    """What a docstring says of parameters: `:param x: … of size (n, m)`, `x : ndarray, shape (n, m)`, `x: (n, m), y: (n,)`."""
    found: dict[str, Declared] = {}
    for match in _DOCUMENTED.finditer(docstring):
        shape = _listed(match["axes"].strip("()"))
        if shape is not None:
            found.setdefault(match["name"], shape)
    for line in docstring.splitlines():
        parts = _PART.findall(line.strip().rstrip("."))
        # a line of nothing else
        if parts and all(_NAMED.match(p.strip()) for p in parts):
            for name, shape in named_in(line.strip().rstrip(".")):
                if len(shape) > 1 or "," in line:
                    found.setdefault(name, shape)
    return found


def _listed(text: str, blanks: bool = False) -> Declared | None:
    """`n, m`; None where something in it is no axis.  A lone word in brackets is a remark, unless a comma follows."""
    parts = text.split() if blanks and "," not in text else [p.strip() for p in text.split(",")]
    if not blanks and len(parts) == 1 and not parts[0].isdigit() and parts[0] != "":
        return (_axis(parts[0]),) if len(parts[0]) <= 2 and _is_axis(parts[0]) else None
    parts = [p for k, p in enumerate(parts) if p or k < len(parts) - 1]
    return tuple(map(_axis, parts)) if all(map(_is_axis, parts)) else None


def _is_axis(text: str) -> bool:
    return text == "..." or text.isdigit() or bool(re.fullmatch(r"\*?[A-Za-z_]\w*(?:\s*[-+*/]{1,2}\s*\w+)*", text))


def _axis(text: str) -> str | int | None:
    if text == "..." or text.startswith("*"):
        return MANY
    if text.isdigit():
        return int(text)
    return text if text.isidentifier() and not text.startswith("_") else None


def dims_of(declared: Declared, fresh: Callable[[str], Dim], names: dict[str, Dim]) -> tuple[list[Dim], bool] | None:
    """The sizes of the axes, and whether any number of others stands before them; None where those stand elsewhere.

    names   the sizes that the names of the scope stand for, which grows
    """
    if MANY in declared[1:]:
        return None
    dims = []
    for axis in declared[1:] if declared[:1] == (MANY,) else declared:
        if isinstance(axis, int):
            dims.append(Dim(axis) if axis > 0 else fresh(""))
        elif axis is None:
            dims.append(fresh(""))
        else:
            dims.append(names.setdefault(axis, Dim(axis)))
    return dims, declared[:1] == (MANY,)
