"""Solvers of SciPy's that few runs call: fetched when one is first asked for, since all of them take long to import.

from capacity import solvers

solvers.brentq(lambda x: x - 1.0, 0.0, 2.0)
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name in {"brentq", "minimize"}:
        from scipy import optimize  # noqa: PLC0415

        return getattr(optimize, name)
    raise AttributeError(f"module 'capacity.solvers' has no attribute '{name}'")
