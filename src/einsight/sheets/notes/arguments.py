"""Functions that a page defines with their arguments, `f(w) = …`, `f(x, y) = …`, and how it writes them and their derivatives.

f(w)             f
f(w + v)         what f is, with that in its place
f'(w), f_x, f_xy  ∂f/∂w, ∂f/∂x, ∂²f/∂x∂y
∇f, ∇²f, Df, J_f  of several numbers, arrays of their derivatives
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...documents.regions import Region
from ...lowering.mentioned import names_of
from ...lowering.names import canonical_name
from ...syntax.parse import parse_statement
from ...syntax.tree import Array, Call, Name, Relation
from .known import Known
from .sections import ELSEWHERE
from .trees import Change, as_relation, changed, closing

_LOG = re.compile(r"\s*log\(\s*([^\W\d_])\s?(\((?:[^()]|\([^()]*\))*\))?\s*\)(?=\s*=)")
_PAIR = re.compile(r"∂/∂\s*\[(?P<below>[^\[\]]*)\]\s*\(\s*\[(?P<above>[^\[\]]*)\]\)")
# what stands before a function whose derivative is taken at a point, which is not its own argument
_DIFFERENTIATED = re.compile(r"(?:∇²?(?:_\w|_\{[^}]*\})?|\bD|∂²?|ʹ)\s*$")


@dataclass(frozen=True)
class Template:
    """The arguments as they are written, their names, and what the function is; empty where that cannot be put in."""

    written: str
    names: tuple[str, ...]
    text: str

    def entries(self) -> list[str]:
        """Of a column that is written out its entries."""
        tree = parse_statement(self.text)[0] if self.text.lstrip().startswith("[") else None
        side = tree.sides[0] if isinstance(tree, Relation) and len(tree.sides) == 1 else None
        if not isinstance(side, Array) or any(isinstance(e, Array) for e in side.entries):
            return []
        return [self.text[e.start : e.end] for e in side.entries]


class Arguments:
    """The functions of a page so far; `written` has what stands behind the name of each, `(w)`."""

    def __init__(self, known: Known):
        self.known = known
        self.templates: dict[str, Template] = {}

    @property
    def written(self) -> dict[str, str]:
        return {name: t.written for name, t in self.templates.items()}

    def without(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        """The relation with each of its functions as its value, and their derivatives as quotients."""
        region, tree = self._density(region, tree)
        self._note(region, tree)
        region, tree = as_relation(changed(region, list(self._jacobians(region.text))), region, tree)
        for name, template in self.templates.items():
            if re.search(rf"(?<!\w){re.escape(name)}", region.text) is None:
                continue
            for changes in (self._derivatives, self._values):
                made = changed(region, list(changes(region.text, name, template)))
                region, tree = as_relation(made, region, tree)
        return region, tree

    def _density(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        """`log p(x) = …` says what `p` is."""
        found = _LOG.match(region.text)
        if found is None or len(tree.sides) < 2 or self.known.is_known(found[1]) or found[1] in self.templates:
            return region, tree
        first = tree.sides[1]
        cut = [(0, found.start(1), ""), (found.end(2) if found[2] else found.end(1), found.end(), "")]
        made = changed(region, [*cut, (first.start, first.start, "exp("), (first.end, first.end, ")")])
        if len(tree.sides) > 2:  # what follows is the logarithm still
            made = changed(region, [*cut, (first.start, first.start, "exp("), (first.end, len(region.text), ")")])
        return as_relation(made, region, tree)

    def _note(self, region: Region, tree: Relation) -> None:
        left = tree.sides[0]
        if not isinstance(left, Call) or not isinstance(left.callee, Name):
            return
        names = [next(iter(names_of(a)), "") for a in left.arguments]  # `(μ, σ^2)` as well
        if not all(names) or any(len(names_of(a)) != 1 for a in left.arguments):
            return
        written, known = left.callee.text, self.known
        name = canonical_name(written)
        plain = all(isinstance(a, Name) for a in left.arguments)
        if len(names) > 1:  # each of its arguments is any
            known.forget(n for n in names if known.is_of_other_section(n) or n in known.assumed)
        arguments = region.text[left.callee.end : left.end]
        text = region.text[tree.sides[1].start : tree.sides[1].end] if plain and len(tree.sides) > 1 else ""
        if not known.is_known(name):
            self.templates[written] = Template(arguments, tuple(names), text)
        elif len(tree.sides) == 2 and known.is_defined(name) and written not in names_of(tree.sides[1]):
            self.templates[written] = Template(arguments, tuple(names), text)
            known.sections[name] = ELSEWHERE

    def _derivatives(self, text: str, name: str, template: Template) -> Iterator[Change]:
        word, names = re.escape(name), template.names
        behind = rf"(?:{re.escape(template.written)})?"
        if len(names) == 1:
            for found in re.finditer(rf"(?<!\w){word}(ʹ{{1,2}}){behind}(?!\s?\()", text):
                order = "²" * (len(found[1]) - 1)
                squared = "^2" if order else ""
                yield *found.span(), f"(∂{order}{name}/∂{names[0]}{squared})"
            for found in re.finditer(rf"∇(²?) (?={word}(?![\w⁽ʹ]))", text):
                yield *found.span(), f"∇{found[1]}_{names[0]} "
            return
        for found in re.finditer(rf"(?<!\w){word}_(?:\{{([^{{}}]*)\}}|([^\W\d_])){behind}", text):
            below = re.findall(r"[^\W\d_]", found[1] or found[2])
            if below and set(below) <= set(names) and len(below) < 3:
                sign = "∂" if len(below) == 1 else "∂²"
                yield *found.span(), f"({sign}{name}/{''.join('∂' + b for b in below)})"
        for found in re.finditer(rf"∇(²?) {word}{behind}(?![\w⁽ʹ(])", text):
            yield *found.span(), self._hessian(name, names) if found[1] else self._gradient(name, names)
        entries = template.entries()
        for found in re.finditer(rf"(?<!\w)(?:D {word}|J_\{{?{word}\}}?){behind}(?![\w⁽ʹ(])", text):
            rows = [self._gradient(f"({e})", names) for e in entries] if entries else []
            yield *found.span(), f"[{', '.join(rows)}]" if rows else f"{self._gradient(name, names)}ᵀ"

    @staticmethod
    def _gradient(name: str, names: tuple[str, ...]) -> str:
        one = name if not name.startswith("(") else ""
        return "[" + ", ".join(f"∂{one}/∂{v} {'' if one else name}".strip() for v in names) + "]"

    @staticmethod
    def _hessian(name: str, names: tuple[str, ...]) -> str:
        rows = ("[" + ", ".join(f"∂²{name}/∂{a}∂{b}" for b in names) + "]" for a in names)
        return "[" + ", ".join(rows) + "]"

    def _values(self, text: str, name: str, template: Template) -> Iterator[Change]:
        for found in re.finditer(rf"(?<!\w){re.escape(name)}(?=\()", text):
            end = closing(text, found.end())
            inside = text[found.end() : end]
            if inside == template.written:
                yield found.end(), end, ""
            elif end and template.text and found.start() and not _DIFFERENTIATED.search(text[: found.start()]):
                given = _parts(inside[1:-1])
                if len(given) == len(template.names):
                    yield (
                        found.start(),
                        end,
                        f"({_put_in(template.text, dict(zip(template.names, given, strict=True)))})",
                    )

    def _jacobians(self, text: str) -> Iterator[Change]:
        """`∂(x, y)/∂(r, t)`."""
        for found in _PAIR.finditer(text):
            above, below = ([n.strip() for n in part.split(",")] for part in (found["above"], found["below"]))
            rows = ("[" + ", ".join(f"∂{a}/∂{b}" for b in below) + "]" for a in above)
            yield *found.span(), "[" + ", ".join(rows) + "]"


def several_arguments(tree: Relation) -> list[str]:
    """The small letters that a function has for its arguments where it has several: they are numbers."""
    left = tree.sides[0]
    if not isinstance(left, Call) or not isinstance(left.callee, Name) or len(left.arguments) < 2:
        return []
    return [canonical_name(a.text) for a in left.arguments if isinstance(a, Name) and a.text[0].islower()]


def _parts(text: str) -> list[str]:
    """What stands between the commas outside of brackets."""
    parts, depth, at = [], 0, 0
    for k, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append(text[at:k])
            at = k + 1
    return [*parts, text[at:]]


def _put_in(text: str, values: dict[str, str]) -> str:
    pattern = "|".join(map(re.escape, sorted(values, key=len, reverse=True)))
    return re.sub(rf"(?<![^\W\d_])({pattern})(?![^\W_]|_)", lambda m: f"({values[m[1]].strip()})", text)
