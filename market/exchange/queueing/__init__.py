"""Waits within a tick: the queueing formulas that the market uses, as pure functions of numbers or arrays.

All arguments broadcast against each other, and results have the broadcast shape: numpy scalars out of
scalars, as with numpy's own functions. Units of time and work are the caller's, the same throughout a call:
with arrivals in requests per second, service and waits are in seconds. `scv` is a squared coefficient of
variation, variance over squared mean. The number of servers need not be whole, since racks times batch slots
aren't: Erlang's formulas are continued by the incomplete gamma function. A system waits inf from full load on.

`wait_ggc` is for uneven services and arrivals, `priority_waits` for tiers, `erlang_a` for users who give up. What no
market uses, and what the exact checks hold these and the market against, is in `scenarios.verification.formulas`.
"""

from market.exchange.queueing.abandonment import Abandonment, erlang_a
from market.exchange.queueing.general import wait_ggc
from market.exchange.queueing.priority import priority_waits

__all__ = ["Abandonment", "erlang_a", "priority_waits", "wait_ggc"]
