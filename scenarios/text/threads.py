"""Linear algebra in one thread: in threads of its own it slows its neighbours, and a small market itself, to a half."""

from __future__ import annotations

import os
from typing import Final

SINGLE_THREADED: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def one_thread() -> None:
    """Ask for it, unless somebody chose otherwise; counts only before numpy is imported."""
    for name in SINGLE_THREADED:
        os.environ.setdefault(name, "1")
