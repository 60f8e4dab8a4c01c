"""Measures that answer the questions of scenarios: each one number, from the tidy frames of a run.

A theme a file. A new file here is found: its measures register themselves.
"""

from market.kinds import import_modules
from scenarios.results.measures.facts import Facts
from scenarios.results.measures.measure import MEASURES, Measure, meaning, register, summarise

__all__ = ["MEASURES", "Facts", "Measure", "meaning", "register", "summarise"]

import_modules(__name__, __path__)
