"""Rules of the market, and how models get better."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from market.exchange.clearing.base import Clearing
from market.exchange.rationing.base import Rationing
from market.kinds import Kind
from scenarios.parameters.fields import (
    DECLARED,
    BySegment,
    Flag,
    Number,
    Section,
    by_segment,
    choice,
    part,
    quantity,
    refuse,
)
from scenarios.parameters.kinds import KindSection, kind_field


class ClearingChoice(KindSection):
    """How prices and requests meet."""

    base: ClassVar[type[Kind]] = Clearing

    kind: str = kind_field(Clearing, "posted", "posted prices and queues, or the scarcity auction")


class RationingChoice(KindSection):
    """Who is served when a pool is full."""

    base: ClassVar[type[Kind]] = Rationing

    kind: str = kind_field(Rationing, "first-come", "who is served when a pool is full")


class Market(Section):
    """Who is served, and how prices and requests meet."""

    clearing: ClearingChoice = part(ClearingChoice(), "posted prices and queues, or the scarcity auction")
    rationing: RationingChoice = part(RationingChoice(), "who is served when a pool is full")
    by_tier: Flag = choice(True, "whether higher tiers are served first, and the rule holds within them")
    chance_waits: Flag = choice(True, "whether users expect the waits of random arrivals beside those of a backlog")
    whole: Flag = choice(False, "whole requests at random, in place of a fluid of expected ones")
    fallback: Flag = choice(True, "whether those who lose patience try another offer before they give up")
    needs_without_waits: Flag = choice(
        True,
        "whether sellers rent for what would be ordered if nobody had to wait; otherwise by orders with these waits",
        "what hangs on it: docs/explanation/machines.md",
    )
    overflow: Flag = choice(
        True,
        "whether requests that a seller has no machines for go at once to who has some; otherwise they wait first",
        "routers and agents that are turned away (HTTP 429) ask the next: docs/explanation/market.md",
    )
    contexts: Flag = choice(
        False,
        "whether offers of a model are no option for requests, input and output, that are longer than its context",
        "lengths: capacity/architectures.py; false: the baseline is fitted without",
    )
    learning_hours: Number = quantity(
        6.0,
        "h",
        "hours over which users average speeds, and waits without overflow, and sellers how orders go; but 3 ticks at "
        "least, or 6 of ticks longer than an hour",
        above=0,
        high=8_766,
    )


class Progress(Section):
    """How models get better. Quality 1 is the best closed model at the start.

    An open model is as good as the best closed one was some months ago. The published lags, at a pace of half the
    gap to a perfect answer a year and a perfect answer worth 1.25 of today's, give the relative qualities that
    the sources report: behind in general use, near parity in coding.
    """

    advancing: Flag = choice(False, "whether models get better in the run; otherwise they stay as at the start")
    frontier_closing: Number = quantity(
        0.5, "1/year", "share of the gap to a perfect answer that the best model closes", above=0, high=0.99
    )
    perfect: Number = quantity(
        1.25, "1", "worth of a perfect answer over one of today's best model", above=1.0, high=100
    )
    open_lag_months: BySegment = by_segment(
        6.8,
        4.3,
        8.1,
        "months",
        "how far the best open models trail",
        "Crunch: 4 months, 8-10 on private benchmarks, near parity in coding; Abundance: 3-6",
    )
    small_closing: Number = quantity(
        0.5, "1/year", "share of their gap that small models close", DECLARED, above=0, high=0.99
    )
    efficiency_growth: Number = quantity(
        1.0,
        "1/year",
        "factor a year by which work per token falls",
        "Epoch, Alderson: efficiency gains",
        above=0.0,
        high=100,
    )

    score_at_start: Number = quantity(
        152.0,
        "ECI points",
        "score of the best closed model at the start: where models have scores, it is worth 1",
        "Epoch Capabilities Index of 19 December 2025: GPT-5.2",
        high=1e4,
    )
    score_per_year: Number = quantity(
        14.0,
        "ECI points/year",
        "points by which the best closed model gets better in a year: what a point is worth in months",
        "Epoch Capabilities Index: 136.4 in September 2024, 154.0 in November 2025",
        above=0,
        high=1e4,
    )

    @model_validator(mode="after")
    def _lags(self) -> Progress:
        for name, months in self.open_lag_months:
            if months > 120:
                raise refuse(f"open_lag_months.{name}", months, "it must be at most 120 months")
        return self
