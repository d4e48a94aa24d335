"""Results that were left out of a drawing, worked out one after the other, each drawn as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from pygls.lsp.server import LanguageServer

from .documents import Documents
from .progress import shown_if_slow
from .turns import Rank

if TYPE_CHECKING:
    from ..documents.positions import LineIndex
    from ..sheets.cells import Cell
    from ..sheets.sheet import Sheet

# seconds for each result in the first round; each round grants four times as many, so that a dear one holds up no other
FIRST_SLICE, GROWTH = 0.2, 4
# seconds between two drawings
PAUSE = 0.3


class Compute(Protocol):
    """What works something out of a document in its turn (`Server.compute`)."""

    async def __call__(
        self, uri: str, work: Callable[[Sheet, LineIndex], bool], default: bool, *, rank: Rank
    ) -> bool: ...


class Pending:
    """What is still to be worked out for the results of each document; `draw` has the client draw them."""

    def __init__(self, client: LanguageServer, documents: Documents, compute: Compute, draw: Callable[[], None]):
        self.client, self.documents, self.compute, self.draw = client, documents, compute, draw
        self._cells: dict[str, list[Cell]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._drawing: asyncio.TimerHandle | None = None

    def add(self, uri: str, late: list[Cell]) -> None:
        """Work out the results of these cells, which the last drawing of a document left out, and of no others."""
        self._cells[uri] = late
        if late and uri not in self._tasks:
            self._tasks[uri] = task = asyncio.ensure_future(self._work(uri))
            task.add_done_callback(lambda _: self._tasks.pop(uri, None))

    async def _work(self, uri: str) -> None:
        seconds = FIRST_SLICE
        async with shown_if_slow(self.client, "einsight: working out results"):
            while self._cells.get(uri):
                done: set[Cell] = set()
                while cell := next((c for c in self._cells.get(uri, ()) if c not in done), None):
                    done.add(cell)
                    if await self._work_out(uri, cell, seconds):
                        self._cells[uri] = [c for c in self._cells.get(uri, ()) if c is not cell]
                        self._draw_soon()
                seconds *= GROWTH

    async def _work_out(self, uri: str, cell: Cell, seconds: float) -> bool:
        """Is there nothing more to do for a cell?"""
        from ..editing.hints import give_up, work_out

        document = self.documents.get(uri)
        budget = document.budget if document is not None else None
        is_last = budget is not None and seconds >= budget

        def run(sheet: Sheet, lines: LineIndex) -> bool:
            if cell.order < 0 or cell.analysis is None:
                return True
            found = work_out(sheet, cell, seconds if budget is None else min(seconds, budget / 2))
            if not found and is_last:
                give_up(sheet, cell)
            return found or is_last

        return await self.compute(uri, run, True, rank=Rank.LATER)

    def _draw_soon(self) -> None:
        if self._drawing is None:
            self._drawing = asyncio.get_running_loop().call_later(PAUSE, self._draw)

    def _draw(self) -> None:
        self._drawing = None
        self.draw()
