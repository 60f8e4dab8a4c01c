"""Ctrl-C while the program is loaded: its line and its status, before there is anything that could be interrupted."""

from __future__ import annotations

import os
import signal
from types import FrameType


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Nothing has been written yet; and half loaded, libraries do not let go in order."""
    os.write(2, b"tokenmarket: stopped; nothing was written\n")
    os._exit(130)


def end_at_once() -> None:
    """From now on Ctrl-C ends the program; not where whoever started it lets it run on all the same (nohup)."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def end_in_order() -> None:
    """From now on Ctrl-C is for the command, which may have something to keep."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)
