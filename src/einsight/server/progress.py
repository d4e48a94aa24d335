"""What is worked on for long, shown by the client."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

# seconds of work behind which it is shown
SLOW = 1.0
_numbers = itertools.count(1)


@asynccontextmanager
async def shown_if_slow(client: LanguageServer, title: str) -> AsyncIterator[None]:
    """Within, a client that shows progress shows this, once it has gone on for `SLOW` seconds."""
    window = client.client_capabilities.window
    if window is None or not window.work_done_progress:
        yield
        return
    shown = asyncio.ensure_future(_show(client, title))
    try:
        yield
    finally:
        shown.cancel()


async def _show(client: LanguageServer, title: str) -> None:
    """Until this is cancelled."""
    await asyncio.sleep(SLOW)
    token = f"einsight-progress-{next(_numbers)}"
    with suppress(Exception):  # a client that refuses simply shows none
        # not cancelled: the client's answer would find nobody who waits for it
        await asyncio.shield(asyncio.ensure_future(client.work_done_progress.create_async(token)))
        client.work_done_progress.begin(token, lsp.WorkDoneProgressBegin(title))
        try:
            await asyncio.Event().wait()
        finally:
            client.work_done_progress.end(token, lsp.WorkDoneProgressEnd())
