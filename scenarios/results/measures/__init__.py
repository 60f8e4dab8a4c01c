"""Measures that answer the questions of scenarios: each one number, from the tidy frames of a run."""

from scenarios.results.measures.catalogue import MEASURES, summarise
from scenarios.results.measures.facts import Facts, Frames
from scenarios.results.measures.measure import Measure
from scenarios.results.measures.order import order_of_events
from scenarios.results.outcome import compare, part_of

__all__ = ["MEASURES", "Facts", "Frames", "Measure", "compare", "order_of_events", "part_of", "summarise"]
