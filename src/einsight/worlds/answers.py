"""The door to the worlds: what is found of a formula, kept for as long as all that it rests on stays as it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from ..lowering.mentioned import names_of
from ..syntax.tree import Node
from ..terms.interruption import OutOfTime, for_polls
from .definitions import Page
from .mistakes import Mistake, mistake
from .search import Question, World, holds
from .unknowns import behind

# answers that are kept: while one types, most formulas of a page stay as they are
REMEMBERED = 4_000
# what is worth finding out; no seconds, since what a page says must not rest on what else the machine does
_POLLS = 1_000
log = logging.getLogger("einsight")
# by what they rest on, the oldest first
_known: dict[Hashable, World | Mistake | None] = {}


@dataclass(frozen=True)
class Link:
    """Two sides of the formula `at` a page."""

    page: Page
    at: int
    left: Node
    right: Node
    layout: str

    def world(self) -> World | None:
        """The one in which they are equal, if there is one."""
        found = _kept("world", self, lambda: holds(self.page, self.at, self.left, self.right, self.layout))
        return found if isinstance(found, World) else None

    def mistake(self) -> Mistake | None:
        """The one small change that makes them equal, if there is one."""
        found = _kept(
            "mistake", self, lambda: mistake(Question(self.page, self.at, self.left, self.right, self.layout))
        )
        return found if isinstance(found, Mistake) else None

    @property
    def rests_on(self) -> Hashable:
        """All that an answer depends on: what stands before it in its section, what it rests on elsewhere, what is known of its names."""
        page, at = self.page, self.at
        section = page.formulas[at].section
        near = tuple(
            (f.tree, f.paragraph - page.formulas[at].paragraph, k < at)
            for k, f in enumerate(page.formulas)
            if f.section == section
        )
        far = tuple(
            (d.name, d.indices, d.arguments, d.body, d.order < at) for d in behind(page, at, (self.left, self.right))
        )
        names = {
            n
            for node in (self.left, self.right, *(d.body for d in behind(page, at, (self.left, self.right))))
            for n in names_of(node)
        }
        return self.left, self.right, self.layout, near, far, page.of_names(names)


def _kept(kind: str, link: Link, find: Callable[[], World | Mistake | None]) -> World | Mistake | None:
    key = kind, link.rests_on
    if key in _known:
        return _known[key]
    found = _known[key] = _found(find)
    if len(_known) > REMEMBERED:
        _known.pop(next(iter(_known)), None)
    return found


def _found(find: Callable[[], World | Mistake | None]) -> World | Mistake | None:
    """What is found within bounds; a fault of ours is told in the log, and finds nothing."""
    limit: object = None
    try:
        with for_polls(_POLLS) as limit:
            return find()
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
    except RecursionError:
        pass
    except Exception as error:
        log.error("%s in a world", type(error).__name__, exc_info=error)
    return None
