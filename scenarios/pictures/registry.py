"""All charts, in the order in which they are told. A new chart is one line here.

The gallery in the docs, the report, the app and the tests go through these lists.
"""

from __future__ import annotations

from typing import Final

from capacity.errors import Catalogue
from scenarios.pictures import batch_charts, load, money, prices, queues, shares, tiers
from scenarios.pictures.chart import Chart, chart_of

__all__ = ["BATCH_CHARTS", "CHARTS", "Chart"]

#: Charts of a run: ``CHARTS["price-paths"].draw(frames, ax=None)``.
CHARTS: Final[Catalogue[Chart]] = Catalogue(
    "chart",
    map(
        chart_of,
        (
            prices.price_paths,
            prices.spot_price,
            prices.wholesale_use,
            load.supply_demand,
            load.day_shape,
            load.utilisation,
            load.scarcity,
            queues.queue_lengths,
            queues.expected_waits,
            queues.speeds,
            queues.unserved,
            queues.unserved_by_segment,
            tiers.tiers,
            tiers.peak_ratio,
            shares.market_shares,
            money.profits,
            money.cash,
            money.margins,
            money.welfare_split,
        ),
    ),
)

#: Charts of a batch. Each takes a table of its own: see what its function says.
BATCH_CHARTS: Final[Catalogue[Chart]] = Catalogue(
    "chart of a batch",
    map(chart_of, (batch_charts.case_comparison, batch_charts.time_paths, batch_charts.heat_map, batch_charts.tornado)),
)
