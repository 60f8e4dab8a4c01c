"""All charts, in the order in which they are told: those of the files in ``charts``, and of files of one's own.

The gallery in the docs, the report, the app and the tests go through these lists.
"""

from __future__ import annotations

from market.kinds import import_modules
from scenarios.pictures import charts
from scenarios.pictures.chart import BATCH_CHARTS, CAPACITY_CHARTS, CHARTS, Chart

__all__ = ["BATCH_CHARTS", "CAPACITY_CHARTS", "CHARTS", "Chart"]

import_modules(charts.__name__, charts.__path__)
