"""Queueing formulas that no market uses: what theory knows of plain stations, to hold the market against.

Arguments, units and results are as in `market.exchange.queueing`. A system without abandonment waits inf from full load
on. Which to take: `wait_mmc` and its percentile for a plain station, `wait_mgc` for uneven services,
`processor_sharing` for batches that slow down, `backlog_recursion` and `stationary_backlog` from tick to tick,
`fluid_overload` for hours over capacity.
"""

from scenarios.verification.formulas.backlog import backlog_recursion, stationary_backlog
from scenarios.verification.formulas.erlang import erlang_b, erlang_c, wait_exceeds, wait_mmc, wait_percentile
from scenarios.verification.formulas.fluid import FluidOverload, fluid_overload
from scenarios.verification.formulas.general import wait_mgc
from scenarios.verification.formulas.sharing import processor_sharing

__all__ = [
    "FluidOverload",
    "backlog_recursion",
    "erlang_b",
    "erlang_c",
    "fluid_overload",
    "processor_sharing",
    "stationary_backlog",
    "wait_exceeds",
    "wait_mgc",
    "wait_mmc",
    "wait_percentile",
]
