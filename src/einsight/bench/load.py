"""A server under load: bursts of keys, and its memory after thousands of edits."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from pathlib import Path

from .editor import Edit, typed
from .session import GRACE, Budget, Session

INTERVAL = 0.005  # seconds between the keys of a burst
PHRASE = " + 2 x - 3 y"  # typed and taken back, key by key, in a burst
BATCH = 10  # edits that are sent at once where memory is measured


def measure_bursts(session: Session, keys: int, bursts: int, budget: Budget) -> None:
    """Keys faster than anybody types: how long the diagnostics of the last take, and a hover sent in the middle."""
    taken, note = session.take(bursts, budget, budget, lambda _, limit: _burst(session, keys, limit))
    if taken:
        note = f"{keys} keys in {max(t for _, _, t, _ in taken):.2f} s, {taken[-1][3]} diagnostics meanwhile"
    group = f"burst of {keys} keys, {1000 * INTERVAL:.0f} ms apart"
    session.times("burst.last", group, "last key → its diagnostics", [t for t, *_ in taken], note)
    session.times("burst.hover", group, "hover sent in the middle", [t for _, t, *_ in taken])


def _burst(session: Session, keys: int, limit: float) -> tuple[float, float, float, int]:
    """Seconds to the last diagnostics, to the hover's answer, of sending; and how many diagnostics came meanwhile."""
    editor, budget = session.editor, Budget(limit)
    editor.first(budget.left)
    editor.client.forget()
    typing = _typing(session)
    start = sent = time.perf_counter()
    for number in range(keys):
        time.sleep(max(0.0, start + number * INTERVAL - time.perf_counter()))
        sent = next(typing)
        if number == keys // 2:
            hover = editor.client.send_request("textDocument/hover", session.about("position"))
    meanwhile = len(editor.client.received)
    last = editor.first(budget.left).at - sent
    hover.wait(budget.left)
    typing.close()
    return last, hover.at - hover.sent, sent - start, meanwhile


def _typing(session: Session) -> Generator[float]:
    """Types PHRASE at the end of a claim and takes it back, key by key, for ever; when each key was sent."""
    line = session.line("claim") or 0
    backs: list[Edit] = []
    try:
        while True:
            for key in PHRASE:
                sent, back = session.editor.change(typed(line, len(session.editor.lines[line]), key))
                backs.append(back)
                yield sent
            while backs:
                yield session.editor.change(backs.pop())[0]
    finally:
        while backs:
            session.editor.change(backs.pop())


def measure_growth(session: Session, edits: int, budget: Budget) -> None:
    """The memory after many edits of claims and definitions, each a text that was not there before."""
    editor, done, back = session.editor, 0, None
    taken = [(0, resident(editor.client.process.pid))]
    try:
        editor.first(budget.left)
        while done < edits and budget.left:
            editor.client.forget()
            # a batch ends with a new text: what is taken back is taken back by the next one
            for _ in range(BATCH // 2):
                if back is not None:
                    editor.change(back)
                edit = session.key(session.chance.choice(("claim", "shared"))) or session.key("claim")
                assert edit is not None
                _, back = editor.change(edit)
                done += 2
            editor.first(budget.left + GRACE)
            taken.append((done, resident(editor.client.process.pid)))
    except TimeoutError:
        session.behind = True
    (_, before), (at_half, half), (done, after) = taken[0], taken[len(taken) // 2], taken[-1]
    if not done or before is None or half is None or after is None:
        session.memory("memory.growth", "growth per 1,000 edits", None, "no diagnostics in the time left")
        return
    session.memory("memory.edits", f"after {done:,} edits", after)
    note = f"{1000 * (after - half) / (done - at_half):.2f} in the second half" if done > at_half else ""
    session.memory("memory.growth", "growth per 1,000 edits", 1000 * (after - before) / done, note)


def resident(process: int) -> float | None:
    """The memory that a process holds, in MiB; None where there is no /proc."""
    try:
        found = re.search(r"VmRSS:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text())
    except OSError:
        return None
    return int(found[1]) / 1024 if found else None
