"""Parameters of what users have to spend in all."""

from __future__ import annotations

import math

from scenarios.parameters.fields import DECLARED, Number, Section, quantity


class Earning(Section):
    """What a user lives on, or a firm pays for the work of one."""

    usd_per_day: Number = quantity(
        math.inf,
        "USD/day",
        "mean income of a user, or pay for the work of one, beside what goes for tokens at the start; the more of it "
        "goes for them, the dearer a dollar is; inf: no limit",
        above=0,
        or_inf=True,
    )
    with_use: Number = quantity(
        0.0,
        "1",
        "by how many per cent that is higher of who asks one per cent more; 0: the same for all; 1: who asks ten times "
        "as much is a team of ten",
        DECLARED,
        high=1,
    )
    memory_days: Number = quantity(
        30.0,
        "days",
        "days over which users notice what they spend; the first of them are the start",
        "bills come by the month",
        low=1,
        high=3_653,
    )
