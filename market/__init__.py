"""The market for tokens: who trades, on what terms, in what order."""

from market.simulation import TokenMarket

__all__ = ["TokenMarket"]
