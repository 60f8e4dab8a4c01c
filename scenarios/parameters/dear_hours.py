"""Hours of the week in which a list is dearer, as a seller finds them; and the machines that it holds for a term."""

from __future__ import annotations

from scenarios.parameters.fields import DECLARED, Flag, Number, Section, Whole, choice, quantity


class DearHours(Section):
    """Whether a seller looks for hours of the week in which its list should be dearer."""

    blocks: Whole = quantity(
        0,
        "1",
        "prices that a list may have over the week; 1 is one for all hours, 0 leaves lists to the policy alone",
        DECLARED,
        high=4,
    )
    windows: Whole = quantity(2, "1", "windows of a day at most that are dearer", DECLARED, low=1, high=6)
    every_hours: Number = quantity(
        730.5, "h", "hours between two looks at the hours; a month", "lists are made by the month", above=0, high=1e5
    )
    most_load: Number = quantity(
        0.95, "1", "share of its machines that it means to use in the busiest hour", DECLARED, above=0, high=1
    )
    market_power: Flag = choice(
        True, "whether it counts what its price does to its sales; else dear hours cost what machines do"
    )
    keeps_mean: Flag = choice(
        True, "whether the mean over the hours stays what the policy says, even where that never moves it"
    )
    first_step: Number = quantity(
        0.5,
        "1",
        "part of the way that it goes at first; a fifth more each time, half of it when it goes back",
        DECLARED,
        above=0,
        high=1,
    )
    least_gain: Number = quantity(
        0.001,
        "1",
        "gain, over what users pay it, below which the hours stay as they are; more where a change of the list costs "
        "days of sales (change_cost_days), which have to come back until the next look",
        DECLARED,
        high=1,
    )


class OwnMachines(Section):
    """Machines that a seller holds in every hour, in place of renting by the hour."""

    racks: Number = quantity(
        0.0, "racks", "held at the start, in every hour; 0 rents all of them by the hour", DECLARED, high=1e9
    )
    term_days: Number = quantity(
        28.0,
        "days",
        "term at whose end it holds as many as its busiest hour called for; inf for ever",
        DECLARED,
        above=0,
        or_inf=True,
    )
    usd_per_rack_h: Number = quantity(
        400.0,
        "USD per rack-h",
        "what a rack costs an hour, used or not",
        "the spot price that the baseline is fitted to",
        high=1e6,
    )


#: One price at all hours.
FLAT = DearHours()
#: All machines are rented by the hour.
BY_THE_HOUR = OwnMachines()
