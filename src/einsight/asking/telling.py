"""The letters of a formula told apart: `Xw` as `X w`, `Trace` as `trace`, `s_{t-1}` as a name, `x_i` as one of `X`."""

from __future__ import annotations

import re

from ..lowering.mentioned import walk
from ..lowering.names import ALSO_SPELLED, GREEK, canonical_name
from ..syntax.tree import Call, Indexed, Name
from .habits import with_raised_marks
from .letters import TYPESET, WORDS, Letters, defines, is_known
from .signs import letters_in, letters_of

# `d/dw` of a letter
_BELOW_D = re.compile(r"(?<![^\W\d_])[d∂]\s*/\s*[d∂]([^\W\d_])(?!\w)")
# capitals before a letter that people give to vectors
_MATRIX_WITH_VECTOR = re.compile(r"[A-Z]{1,2}[xyzuvwbh]")
# functions of an array that are something else with a capital: `Var(X)` of a random variable
_OF_SAMPLES = frozenset({"var", "std", "cov", "mean"})


def told_apart(text: str, here: Letters, variables: tuple[str, ...], surely: bool = False) -> str:
    """`Xw` as `X w`, where one of its letters stands alone elsewhere or is differentiated in; `Trace` as `trace`.

    Where it shall be `surely`, all of its letters do.
    """
    tree, names = here.tree, here.names
    whole = [n for n in here.nodes if isinstance(n, Name)]
    callees = {id(n.callee) for n in here.nodes if isinstance(n, Call)}
    alone = {canonical_name(n.text) for n in whole if letters_in(n.text) == 1}
    alone |= {canonical_name(v.partition("_")[0]) for v in variables}
    alone |= {canonical_name(c) for c in _BELOW_D.findall(text)}
    changes: list[tuple[int, int, str]] = []

    def _known(plain: str) -> bool:
        return is_known(canonical_name(plain), names) or names.is_function(plain)

    for node in here.nodes:  # `x_1` where `x1` is declared: one name
        if not isinstance(node, Indexed) or not node.marked or names.knows(node.marked):
            continue
        run = node.marked.replace("_", "")
        if names.knows(run) and not is_known(_base(node), names):
            changes.append((node.start, node.end, run))
    own = {n.start for n in walk(tree.sides[0])} if defines(tree) else set()  # what a definition names
    for node in here.below:  # `x_i` is one of `X`, which is declared or differentiated in
        base = "" if node.start in own else _base(node)
        capital = base.upper()
        entry = names.find(capital) if len(base) == 1 and base != capital else None
        is_matrix = (
            entry is not None and entry.tensor is not None and len(entry.tensor.dims) == len(node.subscript.entries) + 1
        )
        meant = is_matrix or (entry is None and base != capital and capital in variables)
        if meant and not names.knows(base) and letters_of(node) and letters_of(node) <= here.indices:
            changes.append((node.base.start, node.base.end, capital))
    for node in here.below:  # `s_{t-1}` beside whole arrays is a name
        entries = node.subscript.entries
        shifted = len(entries) == 1 and len(entries[0].names) == 1 and entries[0].offset
        if shifted and not letters_of(node) & here.indices:
            changes.append((node.start, node.end, with_raised_marks(f"{_base(node)}_{{{node.subscript.text}}}")))
    done = {start for start, _, _ in changes}
    done |= {  # `Aw_0`, which is declared with its mark
        n.base.start
        for n in here.nodes
        if isinstance(n, Indexed) and n.marked and is_known(canonical_name(n.marked), names)
    }
    if defines(tree):  # a name of its own
        done |= {n.start for n in walk(tree.sides[0])}
    for name in whole:
        if name.start in done or names.fact(WORDS):
            continue
        plain = name.text
        if names.fact(TYPESET) and not (id(name) in callees and names.is_function(plain.lower())):
            continue
        if _known(plain):
            continue
        if id(name) in callees and names.is_function(plain.lower()) and plain.lower() not in _OF_SAMPLES:
            changes.append((name.start, name.end, plain.lower()))
            continue
        letters = re.findall(r"[^\W\d_ʹ][\u0300-\u036fʹ]*", plain)
        if len(letters) < 2 or "".join(letters) != plain or plain in GREEK or plain in ALSO_SPELLED or len(letters) > 4:
            continue
        if letters[0] == "d" and not names.knows("d"):  # a differential
            continue
        foreign = any(c in GREEK.values() for c in letters)  # `λI`: no word has a Greek letter in it
        met = [c in alone or names.knows(c) for c in letters]
        is_label = (
            len({n.text for n in whole if len(n.text) == len(plain) and n.text[:-1] == plain[:-1]}) > 1
        )  # `Sb`, `Sw`
        if not (surely or is_label or "*" in text) and _MATRIX_WITH_VECTOR.fullmatch(plain):  # `Wx` is no word
            met = [True for _ in letters]
        if plain not in variables and (foreign or all(met) or any(met) and not surely):
            changes.append((name.start, name.end, " ".join(letters)))
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _base(node: Indexed) -> str:
    return canonical_name(node.base.text) if isinstance(node.base, Name) else ""
