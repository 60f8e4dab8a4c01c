"""What to be told of a run before its numbers are believed."""

from __future__ import annotations

from market.simulation.unrest import restless
from scenarios.results.frames import Frames
from scenarios.results.rebound import rebound_warning
from scenarios.results.swing import swing_warning


def cautions(frames: Frames) -> list[str]:
    """Swings from tick to tick, lists that come to no rest, and work that gathers where it waits; mostly nothing."""
    said = (swing_warning(frames), unrest_warning(frames), rebound_warning(frames))
    return [one for one in said if one]


def unrest_warning(frames: Frames) -> str:
    """What to say of a run in which lists go up and down without rest; empty where none do."""
    offers = frames["offers"]
    price, ordered = (
        offers.pivot_table(index="tick", columns="offer", values=name, observed=True) for name in ("price", "ordered")
    )
    ticks = frames["ticks"]
    hours = (ticks["time"].iloc[1] - ticks["time"].iloc[0]).total_seconds() / 3600.0 if len(ticks) > 1 else 1.0
    found = restless(
        list(price.columns),
        price.to_numpy(dtype=float),
        ordered.to_numpy(dtype=float),
        ticks["asked"].to_numpy(dtype=float),
        max(1, round(168.0 / hours)),
    )
    if not found:
        return ""
    some = ", ".join(f"{name} between {low:.4g} and {high:.4g} USD" for name, (low, high) in list(found.items())[:3])
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return (
        f"lists go up and down without rest ({some}{more}), and buyers with them: each best reply makes another one "
        "better, and no prices are an equilibrium"
    )
