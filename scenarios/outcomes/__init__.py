"""Measures that answer the questions of scenarios: each one number, from the tidy frames of a run."""

from scenarios.outcomes.catalogue import MEASURES, summarise
from scenarios.outcomes.compare import compare, part_of
from scenarios.outcomes.facts import Facts, Frames
from scenarios.outcomes.measure import Measure
from scenarios.outcomes.order import order_of_events

__all__ = ["MEASURES", "Facts", "Frames", "Measure", "compare", "order_of_events", "part_of", "summarise"]
