"""The model: agents, books and money put together, tick by tick."""

from market.simulation.model import TokenMarket

__all__ = ["TokenMarket"]
