"""An outcome: a measure that answers a scenario's question, what is expected of it, and how it came out."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final, Literal

import numpy as np
from pydantic import model_validator

from capacity.errors import InputError, nearest
from scenarios.parameters.fields import Section, Text, choice, refuse
from scenarios.results.frames import Frames
from scenarios.results.measures import MEASURES
from scenarios.results.measures.facts import HOURS_PER_WEEK, Facts

#: Part of a run that is its start, and part that is its end; in whole weeks, since weekends are calm. A run of less
#: than two weeks is cut into quarters.
PART: Final = 1.0 / 12.0
SHORT_PART: Final = 1.0 / 4.0
#: Relative change up to which two values count as the same.
SAME: Final = 0.02


class Outcome(Section):
    """A measure that answers the question, and what a source expects of it."""

    measure: str = choice(..., "measure of scenarios/results/measures")
    against: Text = choice("start", "compared with: start (of the run), a variant, or another scenario")
    expected: Literal["up", "down", "same", "reported"] = choice(
        "reported", "what a source expects of it; reported where no source says"
    )
    source: Text = choice("", "who expects it")

    @model_validator(mode="after")
    def _known(self) -> Outcome:
        if self.measure not in MEASURES:
            near = nearest(self.measure, MEASURES)
            like = ", ".join(get_close_matches(self.measure, MEASURES, n=8, cutoff=0.3)) or "spot-price"
            where = "scenarios/results/measures"
            raise refuse("measure", self.measure, f"must be a measure of {where}, such as {like}{near}")
        return self


def part_of(frames: Frames) -> float:
    """Share of a run that counts as its start, and as its end."""
    run = Facts(frames)
    week = HOURS_PER_WEEK / run.hours
    return SHORT_PART if run.ticks < 2 * week else max(round(PART * run.ticks / week), 1) * week / run.ticks


def start_and_end(frames: Frames) -> tuple[Facts, Facts]:
    """The first weeks of a run, and the last."""
    run, share = Facts(frames), part_of(frames)
    begin, end = max(round(share * run.ticks), 1), round((1.0 - share) * run.ticks)
    return run.part(0, begin), run.part(min(end, run.ticks - 1), run.ticks)


def compare(outcome: Outcome, frames: Frames, other: Frames | None = None) -> tuple[float, float, bool | None]:
    """Value, what it is compared with, and whether it went as expected (None where nothing is expected).

    ``other``: frames of the variant or scenario that the outcome is against; against the start of the run the
    last weeks of it are compared with the first.
    """
    measure = MEASURES[outcome.measure]
    if outcome.against == "start":
        start, end = start_and_end(frames)
        value, before = measure.of(end), measure.of(start)
    elif other is None:
        raise InputError(f"measure '{outcome.measure}' is against '{outcome.against}', whose frames are needed")
    else:
        value, before = measure.of(frames), measure.of(other)
    if outcome.expected == "reported" or not np.isfinite([value, before]).all():
        return value, before, None
    same = abs(value - before) <= SAME * max(abs(value), abs(before))
    went = "same" if same else "up" if value > before else "down"
    return value, before, went == outcome.expected
