"""What differs between two runs, in words: key figures, and who gains."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pandas as pd

from scenarios.reports.html import Child, element
from scenarios.reports.in_short import KINDS, together
from scenarios.reports.measured_numbers import dollars, percent, plain
from scenarios.results import side_by_side
from scenarios.results.side_by_side import Figure, figures
from scenarios.results.welfare import beside_efficient
from scenarios.text.durations import hours_in_words

if TYPE_CHECKING:
    from scenarios.results.frames import Frames

#: Differences that are told in words.
MOST_TOLD: Final = 4
#: Shares that are fewer points apart are not told, nor gains that are apart by a smaller share of what all gain.
POINTS: Final = 0.1
GAIN: Final = 0.001
#: Times as much from which a difference is told in times and not in percent.
MANY: Final = 10.0
USERS: Final = {"casual": "casual users", "agentic": "agentic users", "video": "users of video"}
#: What a figure says, as a sentence begins; ``{}`` stands for whom it is of.
SUBJECTS: Final = {
    side_by_side.SERVED: "Requests served",
    side_by_side.LOST_OF_ALL: "Requests lost",
    side_by_side.LOST_OF: "Requests of {} lost",
    side_by_side.PAID_TO: "Price paid to {}",
    side_by_side.PAID_BY: "Price paid by {}",
    side_by_side.WAIT: "Wait that users expect",
    side_by_side.BUSY: "Machines busy",
    side_by_side.SPOT: "Spot price of machines",
    side_by_side.SOLD_BY: "Tokens sold by {}, of all",
    side_by_side.EARNED_BY: "Dollars earned by {}, of all",
}
GAINS: Final = (
    "Dollars a day of those simulated. Users gain their expected surplus, sellers their profit, owners "
    "their rent above power and upkeep."
)
UNITS: Final = {
    side_by_side.PER_MTOK: " per million tokens",
    side_by_side.PER_TOKENS: " per million tokens, input and output",
    side_by_side.PER_RACK_HOUR: " a rack-hour",
}


def differences(one: Frames, other: Frames) -> list[str]:
    """The largest differences of key figures, each in a sentence."""
    found = [figure for figure in figures(other, one) if figure.last > 0 and figure.this >= 0 and _apart(figure)]
    found.sort(key=lambda figure: -abs(figure.this / figure.last - 1.0))
    return [sentence(figure) for figure in found[:MOST_TOLD]]


def _apart(figure: Figure) -> bool:
    if figure.unit == "%":
        return abs(figure.this - figure.last) >= POINTS
    return figure.row[1] != figure.row[2]


def sentence(figure: Figure) -> str:
    """A figure of both runs, A being the last one and B this one."""
    subject = SUBJECTS[figure.what].format((KINDS | USERS).get(figure.of, figure.of))
    here, there = (_valued(value, figure.unit) for value in (figure.last, figure.this))
    return f"{subject}: {here} in A, {there} in B, {_more(figure)}."


def _valued(value: float, unit: str) -> str:
    if unit == "%":
        return percent(value / 100.0)
    if unit == "min":
        return hours_in_words(value / 60.0)
    return f"{dollars(value)}{UNITS[unit]}"


def _more(figure: Figure) -> str:
    gap, times = figure.this - figure.last, figure.this / figure.last
    word = "more" if gap > 0 else "less"
    if figure.unit == "%":
        return f"{abs(gap):.1f} points {word}"
    return f"{plain(times)} times as much" if times >= MANY else f"{percent(abs(times - 1.0))} {word}"


# -------------------------------------------------------------------- who gains


def who_gains(one: Frames, other: Frames) -> list[str]:
    """Who gains and who loses from A to B, in sentences."""
    both = [beside_efficient(frames, None).set_index(["side", "kind"])["gain"] for frames in (one, other)]
    table = pd.concat(both, axis=1, keys=["A", "B"]).fillna(0.0)
    sides = table.groupby(level="side", sort=False).sum()
    least = GAIN * float(sides.abs().to_numpy().sum(axis=0).max())
    told = [_of_side(str(side), row, table.loc[[side]].droplevel("side"), least) for side, row in sides.iterrows()]
    return [*told, f"All together {_changed('gain', sides.sum(), least)}."]


def _of_side(side: str, row: pd.Series[float], kinds: pd.DataFrame, least: float) -> str:
    text = f"{side.capitalize()} {_changed('gain', row, least)}"
    gaps = kinds["B"] - kinds["A"]
    gaps = gaps[gaps.abs() > least]
    if len(gaps) < 2 or (gaps > 0).all() or (gaps < 0).all():
        return f"{text}."
    parts = [
        f"{together([KINDS.get(str(kind), str(kind)) for kind in names])} {what}"
        for what, names in (("gain", gaps.index[gaps > 0]), ("lose", gaps.index[gaps < 0]))
    ]
    return f"{text}: {', '.join(parts)}."


def _changed(verb: str, row: pd.Series[float], least: float) -> str:
    here, there = float(row["A"]), float(row["B"])
    if math.isclose(here, there) or abs(there - here) <= least:
        return f"{verb} about as much in both: {dollars(there)} a day"
    way = "more" if there > here else "less"
    return (
        f"{verb} {dollars(abs(there - here))} a day {way} in B than in A ({dollars(here)} in A, {dollars(there)} in B)"
    )


def paragraphs(one: Frames, other: Frames, names: tuple[str, str]) -> list[Child]:
    """Both as lists."""
    found = differences(one, other)
    lead = (
        f"B differs most from A in {'these figures' if len(found) > 1 else 'this figure'}:"
        if found
        else f"No key figure of {names[1]} differs from that of {names[0]}."
    )
    return [
        element("p", lead, class_="lead"),
        element("ul", [element("li", said) for said in found]) if found else None,
        element("p", "Who gains and who loses from A to B:", class_="lead"),
        element("ul", [element("li", said) for said in who_gains(one, other)]),
        element("p", GAINS, class_="note"),
    ]
