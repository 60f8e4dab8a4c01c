"""Recording: the tick as rows of frames, worked out by hand."""

import math

import pandas as pd
from hand_made import a_seller, buyers

from market import TokenMarket
from market.economy import Economy


def a_tick() -> dict[str, pd.DataFrame]:
    """Demand of 10 - p at a price of 3, before 4 racks: 7 ordered, 4 served, 3 wait."""
    model = TokenMarket(
        Economy((buyers(patience_h=math.inf),), (a_seller("lab", price=3.0, racks=4.0, cost=1.0),)), rng=1
    )
    model.run_for(1)
    return model.frames()


def test_orders_sales_and_the_queue() -> None:
    ticks = a_tick()["ticks"]
    assert len(ticks) == 1
    row = ticks.iloc[0]
    assert (row["ordered"], row["served"], row["waiting"], row["used"], row["capacity"]) == (7.0, 4.0, 3.0, 4.0, 4.0)
    assert row["paid"] == 12.0


def test_one_row_for_each_offer_and_segment() -> None:
    frames = a_tick()
    assert frames["offers"]["offer"].tolist() == ["lab offer"]
    assert frames["offers"]["price"].tolist() == [3.0]
    assert frames["segments"]["segment"].tolist() == ["buyers"]
    assert frames["providers"]["cash"].tolist() == [12.0 - 4.0]
