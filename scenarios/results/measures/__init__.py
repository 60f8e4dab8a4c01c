"""Measures that answer the questions of scenarios: each one number, from the tidy frames of a run."""

from scenarios.results.measures.catalogue import MEASURES, summarise
from scenarios.results.measures.facts import Facts
from scenarios.results.measures.measure import Measure
from scenarios.results.measures.order import order_of_events

__all__ = ["MEASURES", "Facts", "Measure", "order_of_events", "summarise"]
