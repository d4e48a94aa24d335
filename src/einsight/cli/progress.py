"""A bar on the terminal while work takes more than a second."""

from __future__ import annotations

import shutil
import sys
import time

AFTER = 1.0  # seconds
_BETWEEN = 0.1
_WIDTH = 30


class Progress:
    """One line on standard error, which is gone when there is anything else to read; elsewhere than on a terminal nothing."""

    def __init__(self, total: int = 0):
        self.total, self.done = total, 0
        self._next = time.monotonic() + AFTER
        self._length = 0
        self.is_shown = sys.stderr is not None and sys.stderr.isatty()

    def tick(self) -> None:
        """Called often; draws now and then."""
        if self.is_shown and time.monotonic() >= self._next:
            self._next = time.monotonic() + _BETWEEN
            self._draw()

    def _draw(self) -> None:
        filled = _WIDTH * self.done // max(1, self.total)
        text = f"checking [{'#' * filled}{'.' * (_WIDTH - filled)}] {self.done}/{self.total}"
        text = text[: shutil.get_terminal_size().columns - 1]
        self._put("\r" + text + " " * (self._length - len(text)))
        self._length = len(text)

    def clear(self) -> None:
        """Before anything else is printed, and at the end."""
        if self._length:
            self._put("\r" + " " * self._length + "\r")
            self._length = 0

    def _put(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
