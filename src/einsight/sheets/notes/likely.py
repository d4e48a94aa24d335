"""What a section says of shapes before it is read in order: all that is declared in it, and what its formulas say of the rest."""

from __future__ import annotations

from collections.abc import Iterable

from ...lowering.mentioned import whole_names
from ...lowering.statements import lower_statement
from ...syntax.parse import parse_statement
from ...syntax.statements import Piece
from ...syntax.tree import Declaration, Relation
from .arguments import several_arguments
from .declared import declared
from .extents import extents
from .inference import shapes_together
from .known import Known
from .paragraphs import Paragraph
from .typefaces import kinds_by_typeface
from .words import Words


def find_shapes(section: Iterable[tuple[Paragraph, Words]], known: Known) -> None:
    """Let `known` have the shapes of what the paragraphs of a section never declare."""
    names = known.names.child()
    kinds: dict[str, str] = {}
    trees: list[Relation] = []
    formulas: list[tuple[str, Relation]] = []
    for paragraph, words in section:
        for said in words.said():
            if said.dims is not None:
                names.put(declared(said.name, said.dims))
            elif said.kind:
                kinds[said.name] = said.kind
        for region in paragraph.regions:
            tree = parse_statement(region.text)[0] if region.translated and not region.problem else None
            if isinstance(tree, Declaration):
                lower_statement(Piece(0, region.text), names)
            elif isinstance(tree, Relation) and len(tree.sides) > 1:
                trees.append(tree)
                formulas.append((region.text, tree))
                kinds.update((n, "number") for n in several_arguments(tree))
    known_here = {n for kind, n in names.own if kind == "name"}
    mentioned = dict.fromkeys(n for tree in trees for side in tree.sides for n in whole_names(side))
    unknown = [n for n in mentioned if n not in known_here and not known.is_told(n, kinds)]
    kinds = {**kinds_by_typeface(known.text, unknown), **known.kinds, **kinds}
    known.likely = shapes_together(trees, unknown, names, kinds, known.sizes | known.letters)
    known.extents = {n: dims for n, dims in extents(formulas).items() if n not in mentioned and n not in known_here}
