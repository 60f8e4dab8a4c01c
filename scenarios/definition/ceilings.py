"""Ceilings of a planned build-out, each as the racks that it alone would let be."""

from __future__ import annotations

import math
from typing import Any, Final

import pandas as pd

from scenarios.definition.building_out import planned, racks_by_owner
from scenarios.definition.parameters import Parameters
from scenarios.parameters.supply import Ceilings

#: What a ceiling is called, and its parameter; infinite where there is none.
NAMES: Final = {"DRAM": "dram_gw_per_year", "capex": "capex_scale", "power": "power_gw_per_year"}
HOURS_A_YEAR: Final = 8_766.0


def ceilings(parameters: Parameters) -> pd.DataFrame:
    """Columns ``time``, ``name`` and ``racks`` by quarter; no row where the build-out is not planned under ceilings."""
    supply, time = parameters.supply, parameters.time
    rack = parameters.known.chips[supply.chip]
    rows = []
    if supply.expansion == "planned":
        first = (
            sum(
                racks
                for owner, racks in racks_by_owner(supply.quarter, supply.calibration, rack).items()
                if owner not in supply.not_for_rent
            )
            * supply.scale
        )
        count = math.ceil(time.days / (365.25 / 4.0)) + 1
        unlimited: dict[str, Any] = dict.fromkeys(NAMES.values(), math.inf)
        for name, field in NAMES.items():
            limit = getattr(supply.ceilings, field)
            if math.isfinite(limit):
                alone = Ceilings(**(unlimited | {field: limit}), dram_years=supply.ceilings.dram_years)
                plan = planned(
                    supply.quarter, supply.growth, supply.lead_quarters, supply.pipeline_growth, alone, count
                )
                rows += [
                    (pd.Timestamp(time.start) + pd.Timedelta(hours=years * HOURS_A_YEAR), name, first * times)
                    for years, times in zip(plan.years, plan.times, strict=True)
                ]
    return pd.DataFrame(rows, columns=["time", "name", "racks"])
