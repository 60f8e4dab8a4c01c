"""What a file of one's own may hold, as text."""

#: A pricing policy with a number.
POLICY = """
from dataclasses import dataclass

from capacity.fields import quantity
from market.supply.pricing.base import PricingPolicy


@dataclass(frozen=True)
class Doubled(PricingPolicy):
    "Twice the cost, or another factor on it."

    kind = "doubled"
    factor: float = quantity(2.0, "1", "price over cost", high=10)

    def __call__(self, outlook):
        return outlook.cost * self.factor
"""
#: A column of a frame, and a measure.
NUMBERS = """
import numpy as np

from market.simulation.columns import column
from scenarios.results.measures import Measure, register


@column("providers", "twice_cash", "USD", "money, twice")
def twice_cash(moment):
    return 2.0 * np.array([p.cash for p in moment.founded.providers])


register(Measure("twice-tokens", "million tokens", "tokens sold, twice", lambda f: 2.0 * f.total("offers", "tokens")))
"""
