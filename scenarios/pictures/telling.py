"""Which charts tell most of a run: eight for a page, those that always matter and those in which something happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from scenarios.results import over_time, summary_tables
from scenarios.results.measures.facts import LOST

if TYPE_CHECKING:
    from scenarios.results.frames import Frames

#: Panels of a page.
PANELS: Final = 8
#: Charts that are on every page: prices, load, who is not served, who earns and who gains.
ALWAYS: Final = ("price-paths", "supply-demand", "unserved-by-segment", "profits", "welfare-split")
#: Change, or share of requests, from which something has happened.
MOVED: Final = 0.02
#: Relative change from which quotas have moved: more than from a weekday to a weekend.
QUOTAS_MOVED: Final = 0.5
#: Expected wait from which it matters [h].
LONG_WAIT: Final = 1.0 / 60.0


def telling(frames: Frames) -> tuple[str, ...]:
    """Names of the charts in the order of a page."""
    happened = [name for name, happens in WHERE.items() if happens(frames)]
    chosen = {*ALWAYS, *[*happened, *FILLERS][: PANELS - len(ALWAYS)]}
    return tuple(name for name in ORDER if name in chosen)


def _spot_moves(frames: Frames) -> bool:
    spot = frames["ticks"]["spot_price"]
    return not frames["wholesale"].empty and bool(spot.max() > (1.0 + MOVED) * spot.min())


def _comes_or_goes(frames: Frames) -> bool:
    by_tick = frames["providers"].groupby("tick")["active"].sum() if len(frames["providers"]) else None
    return by_tick is not None and by_tick.nunique() > 1


def _tiers_differ(frames: Frames) -> bool:
    if frames["offers"].empty:
        return False
    premiums = over_time.premiums(frames).to_numpy(dtype=np.float64)
    return bool(np.nanmax(np.abs(premiums - 1.0), initial=0.0) > MOVED)


def _some_wait(frames: Frames) -> bool:
    if frames["offers"].empty:
        return False
    return bool((summary_tables.waits(frames)["alike_h"] > LONG_WAIT).any())


def _many_wait(frames: Frames) -> bool:
    ticks = frames["ticks"]
    return bool(ticks["waiting"].mean() > MOVED * max(float(ticks["asked"].mean()), 1e-300))


def _price_has_hours(frames: Frames) -> bool:
    if frames["offers"].empty:
        return False
    table = summary_tables.peak(frames)
    ratios = table.loc[[name for name in table.index if str(name).startswith("price")], "ratio"]
    return bool((np.abs(ratios - 1.0) > MOVED).any())


def _quotas_move(frames: Frames) -> bool:
    granted = frames["offers"].groupby("offer", observed=True)["granted"]
    return bool((granted.max() > (1.0 + QUOTAS_MOVED) * granted.min()).any())


def _many_lost(frames: Frames) -> bool:
    ticks = frames["ticks"]
    return bool(ticks[[*LOST]].to_numpy().sum() > MOVED * float(ticks["asked"].sum()))


#: Charts that are shown where what they tell of happens, the most telling first.
WHERE: Final[dict[str, Callable[[Frames], bool]]] = {
    "spot-price": _spot_moves,
    "cash": _comes_or_goes,
    "quotas": _quotas_move,
    "tiers": _tiers_differ,
    "queue-lengths": _many_wait,
    "expected-waits": _some_wait,
    "day-shape": _price_has_hours,
    "scarcity": _many_lost,
}
#: Charts that fill the page where less happens, after those above.
FILLERS: Final = ("utilisation", "market-shares", "speeds")
#: In which charts are told on a page: two a row.
ORDER: Final = (
    "price-paths",
    "supply-demand",
    "utilisation",
    "spot-price",
    "day-shape",
    "scarcity",
    "queue-lengths",
    "expected-waits",
    "unserved-by-segment",
    "quotas",
    "speeds",
    "tiers",
    "market-shares",
    "cash",
    "profits",
    "welfare-split",
)
