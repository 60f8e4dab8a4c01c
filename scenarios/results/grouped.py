"""What is said of a run whose users are grouped: how far its orders are from individuals'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def simulated(about: Mapping[str, Any]) -> str:
    """What stands for the users.

    >>> simulated({"users": 3000}), simulated({"users": 3000, "grouped": {"cells": {"casual": 1, "coders": 256}}})
    ('3,000 simulated users', '257 weighted cells')
    """
    found = about.get("grouped")
    return f"{sum(found['cells'].values()):,} weighted cells" if found else f"{about['users']:,} simulated users"


def said_of_cells(about: Mapping[str, Any]) -> str:
    """How much otherwise individuals would order, in words; empty where none were asked.

    By chance: two draws of so many individuals, to each other.

    >>> off = {"orders_off": {"coders": 0.004}, "orders_by_chance": {"coders": 0.031}}
    >>> off |= {"orders_off_finer": {"coders": 0.002}}
    >>> said_of_cells({"users": 3000, "grouped": {"cells": {"coders": 256}, **off}}).split(": ")[1]
    '0.4 % of coders (by chance 3.1 %; beside finer cells 0.2 %).'
    """
    found = about.get("grouped", {})
    if "orders_off" not in found:  # individuals, or they were not asked
        return ""
    off, chance, finer = (
        {name: f"{100 * share:.2g} %" for name, share in found[of].items()}
        for of in ("orders_off", "orders_by_chance", "orders_off_finer")
    )
    parts = [f"{off[name]} of {name} (by chance {chance[name]}; beside finer cells {finer[name]})" for name in off]
    return (
        f"Users are grouped into {simulated(about)}. At the same prices and waits {about['users']:,} individuals would "
        f"order otherwise by: {', '.join(parts)}."
    )
