"""Waits within a tick: queueing formulas as pure functions of numbers or arrays.

All arguments broadcast against each other, and results have the broadcast shape: numpy scalars out of
scalars, as with numpy's own functions. Units of time and work are the caller's, the same throughout a call:
with arrivals in requests per second, service and waits are in seconds. `scv` is a squared coefficient of
variation, variance over squared mean. The number of servers need not be whole, since racks times batch slots
aren't: Erlang's formulas are continued by the incomplete gamma function (`erlang_b`). A system without
abandonment waits inf from full load on.

Which to take: `wait_mmc` and its percentile for a plain station, `wait_mgc` and `wait_ggc` for uneven
services and arrivals, `priority_waits` for tiers, `processor_sharing` for batches that slow down, `erlang_a`
for users who give up, `backlog_recursion` and `stationary_backlog` from tick to tick, `fluid_overload` for
hours over capacity.
"""

from market.exchange.queueing.abandonment import Abandonment, erlang_a
from market.exchange.queueing.backlog import backlog_recursion, stationary_backlog
from market.exchange.queueing.erlang import erlang_b, erlang_c, wait_exceeds, wait_mmc, wait_percentile
from market.exchange.queueing.fluid import FluidOverload, fluid_overload
from market.exchange.queueing.general import wait_ggc, wait_mgc
from market.exchange.queueing.priority import priority_waits
from market.exchange.queueing.sharing import processor_sharing

__all__ = [
    "Abandonment",
    "FluidOverload",
    "backlog_recursion",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "fluid_overload",
    "priority_waits",
    "processor_sharing",
    "stationary_backlog",
    "wait_exceeds",
    "wait_ggc",
    "wait_mgc",
    "wait_mmc",
    "wait_percentile",
]
