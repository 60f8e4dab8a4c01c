"""Lists that come to no rest: where each best reply makes another one better, there is no equilibrium in prices.

With machines for some of demand, sellers of one good undercut each other, jump up, and begin again [Edgeworth 1925].
What tells such a circle from a market that moves: a list is cut again and again, each time its seller takes a good part
of all that is sold from others, and between it goes up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from market.records import Records
from market.simulation.founded import Founded

type Floats = NDArray[np.float64]

#: A list moves if it does by this share at once; its seller's part of all that is ordered by that share of its mean.
MOVED, WON = 0.02, 0.25
#: Cuts that win so much, beside a rise, from which on a list is said to go round.
TIMES = 3
#: Where what is asked varies by more than this, over its mean, there are hours and days of the week: lists may follow.
RHYTHM = 0.02


def going_round(price: Floats, ordered: Floats) -> NDArray[np.bool_]:
    """Whether a list went up and down without rest after the first quarter of some ticks, by offer.

    Args:
        price: list prices [USD per million output-equivalent tokens], by tick and offer.
        ordered: requests ordered, by tick and offer.

    >>> high, low = [20.0, 10.0], [10.0, 20.0]
    >>> going_round(np.array([high, low] * 8), np.array([[0.0, 90.0], [90.0, 0.0]] * 8))
    array([ True,  True])
    >>> going_round(np.array([high, low] * 8), np.array([[50.0, 50.0]] * 16))
    array([False, False])
    """
    price, ordered = price[len(price) // 4 :], ordered[len(ordered) // 4 :]
    total = ordered.sum(axis=1, keepdims=True)
    part = np.divide(ordered, total, out=np.zeros_like(ordered), where=total > 0)
    change = np.diff(price, axis=0)
    some = price[:-1] > 0
    moved = np.divide(change, price[:-1], out=np.zeros_like(change), where=some)
    won = np.abs(np.diff(part, axis=0)) > WON * part.mean(axis=0)
    won_by_cuts = ((moved < -MOVED) & won).sum(axis=0)
    return np.asarray((won_by_cuts >= TIMES) & (moved > MOVED).any(axis=0))


def restless(
    names: Sequence[str], price: Floats, ordered: Floats, asked: Floats, week: int
) -> dict[str, tuple[float, float]]:
    """Offers whose lists go round, with the lowest and the highest after the first quarter, as there.

    Args:
        names: of the offers.
        price, ordered: as there.
        asked: requests that came to the market, by tick; where they have a rhythm, the same hour of weeks is compared.
        week: ticks in a week.
    """
    if asked.size and asked.std() > RHYTHM * asked.mean():
        price, ordered = price[::week], ordered[::week]
    late = price[len(price) // 4 :]
    found = going_round(price, ordered).tolist() if len(price) > 1 else []
    return {names[j]: (float(late[:, j].min()), float(late[:, j].max())) for j, is_one in enumerate(found) if is_one}


def restless_so_far(founded: Founded, records: Records, ticks: int) -> dict[str, tuple[float, float]]:
    """The same of the first ticks of a market."""
    data, asked = records.tables["offers"].data, records.tables["ticks"].data["asked"][:ticks]
    names = [str(name) for name in founded.offer_names]
    return restless(
        names, data["price"][:ticks], data["ordered"][:ticks], np.ravel(asked), founded.calendar.ticks_per_week
    )
