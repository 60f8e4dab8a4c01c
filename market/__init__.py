"""The market for tokens: who trades, on what terms, in what order."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from market.simulation.model import TokenMarket

__all__ = ["TokenMarket"]


def __getattr__(name: str) -> Any:
    # Mesa takes over a second to import, and who reads results or draws pictures runs no model.
    if name == "TokenMarket":
        from market.simulation.model import TokenMarket  # noqa: PLC0415

        return TokenMarket
    raise AttributeError(f"module 'market' has no attribute '{name}'")
