"""A limit for code that may never end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

#: Seconds after which it is raised once more: Python drops what is raised while an object is taken down.
AGAIN: Final = 10.0


class TimeUpError(BaseException):
    """It has had its time; no ``except Exception`` within may hold it up."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise ``TimeUpError`` in what runs within once so many seconds have passed; None for no limit.

    For the main thread, and for Python: a call into C is interrupted when it comes back.
    """
    if seconds is None:
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise TimeUpError(f"did not end within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
