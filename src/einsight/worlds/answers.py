"""The door to the worlds: what is found of a formula, kept for as long as all that it rests on stays as it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace

from ..lowering.mentioned import names_of
from ..terms.interruption import in_polls
from .definitions import Page
from .letters import without_marks
from .mistakes import Mistake, mistake
from .questions import Question, World
from .search import holds
from .unknowns import behind

# answers that are kept: while one types, most formulas of a page stay as they are
REMEMBERED = 4_000
# what is worth finding out; no seconds, since what a page says must not rest on what else the machine does
_POLLS = 1_000
log = logging.getLogger("einsight")
# by what they rest on, the oldest first
_known: dict[Hashable, World | Mistake | None] = {}


def world_of(asked: Question) -> World | None:
    """The one in which both sides are equal, if there is one."""
    found = _kept("world", asked, holds)
    return found if isinstance(found, World) else None


def mistake_in(asked: Question) -> Mistake | None:
    """The one small change that makes them equal, if there is one."""
    found = _kept("mistake", replace(asked, layout="numerator"), mistake)  # which is asked in both layouts
    return found if isinstance(found, Mistake) else None


def rests_on(asked: Question) -> Hashable:
    """All that an answer depends on: what stands in its section, what it rests on elsewhere, what is known of its names."""
    page, at = asked.page, asked.at
    definitions = behind(page, at, asked.nodes)
    far = tuple((d.name, d.indices, d.arguments, d.body, d.order < at) for d in definitions)
    names = {n for node in asked.nodes for n in names_of(node)}.union(*(d.names for d in definitions))
    return (
        asked.left,
        asked.right,
        asked.layout,
        asked.where,
        page.of_section(at),
        page.beside(at),
        far,
        _of_names(page, names),
    )


def _of_names(page: Page, names: Iterable[str]) -> Hashable:
    """All that the page shows of some names by how it is written, and says of them."""
    near = ((n, n[1:], n[:-1], n[:1].upper() + n[1:], without_marks(n)) for n in names)
    wanted = {name for group in near for name in group}
    facts = page.facts
    said = frozenset(
        (n, facts.told.get(n), facts.kinds.get(n), facts.has.get(n), facts.elsewhere.get(n)) for n in wanted
    )
    sets = (
        page.counting,
        page.labels,
        page.whole,
        page.numbers,
        page.definite,
        page.once,
        page.differentiated,
        page.spoken,
        page.standing,
        facts.functions,
        facts.loose,
        facts.dependent,
    )
    shown = tuple(frozenset(wanted & s) for s in sets)
    taken = tuple((n, page.taken_in[n]) for n in sorted(wanted & page.taken_in.keys()))
    called = frozenset((pair, k) for pair, k in page.called_with.items() if wanted & {*pair})
    keys = (
        frozenset(k for k in page.vectors if k[0] in wanted),
        frozenset(i for i in page.members.items() if i[0][0] in wanted),
    )
    counted = frozenset((n, frozenset(c)) for n, c in page.counted.items() if n in wanted)
    given = frozenset((n, tuple((len(d.indices), len(d.arguments)) for d in page.by_name.get(n, ()))) for n in wanted)
    return (
        said,
        shown,
        taken,
        called,
        keys,
        counted,
        given,
        page.has_transposes,
        facts.symmetric,
        facts.normalised,
        facts.errors,
        frozenset(page.marked),
    )


def _kept(kind: str, asked: Question, find: Callable[[Question], World | Mistake | None]) -> World | Mistake | None:
    key = kind, rests_on(asked)
    if key in _known:
        return _known[key]
    found = _known[key] = in_polls(_POLLS, lambda: _found(asked, find), None)
    if len(_known) > REMEMBERED:
        _known.pop(next(iter(_known)), None)
    return found


def _found(asked: Question, find: Callable[[Question], World | Mistake | None]) -> World | Mistake | None:
    """What is found; a fault of ours is told in the log, and finds nothing."""
    try:
        return find(asked)
    except RecursionError:
        return None
    except Exception as error:
        log.error("%s in a world", type(error).__name__, exc_info=error)
        return None
