"""What input, cached and long tokens cost over output: as listed, at what they cost, or as it pays."""

from __future__ import annotations

from typing import Literal

from scenarios.parameters.fields import DECLARED, Number, Section, choice, quantity


class Ratios(Section):
    """Who sets what input, cached and long tokens of a list cost over output."""

    policy: Literal["as-listed", "at-cost", "earn-most"] = choice(
        "as-listed",
        "as-listed leaves them as they are billed, at-cost lists them by machine time, earn-most at what pays best",
        DECLARED,
    )
    every_hours: Number = quantity(
        730.5, "h", "hours between two looks at them; a month", "lists are made by the month", above=0, high=1e5
    )
    most: Number = quantity(10.0, "1", "highest price of any token over that of output", DECLARED, above=0, high=1e3)
    least_gain: Number = quantity(
        0.001,
        "1",
        "gain, over what users pay, below which they stay as they are; more where a change of the list costs "
        "days of sales (change_cost_days), which have to come back within a year",
        DECLARED,
        high=1,
    )


#: As the tariff has them.
AS_LISTED = Ratios()
