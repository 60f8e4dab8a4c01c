"""How a model is spread over the chips of one worker: which ranks split it, and which hold copies."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.errors import require


@dataclass(frozen=True)
class Layout:
    """Ranks of a worker: chips = tensor x pipeline x data.

    Attributes:
        tensor: ranks that split each matrix and each request's attention; they exchange every token.
        pipeline: stages of layers, one after the other.
        data: ranks (or groups of tensor ranks) that each attend to requests of their own. The routed experts
            are spread over all of them; everything else is held by each.
    """

    tensor: float = 1.0
    pipeline: float = 1.0
    data: float = 1.0

    def __post_init__(self) -> None:
        for name in ("tensor", "pipeline", "data"):
            require(f"layout: {name}", getattr(self, name), at_least=1)

    @property
    def chips(self) -> float:
        """Chips of the worker."""
        return self.tensor * self.pipeline * self.data

    @property
    def ranks(self) -> float:
        """Ranks that hold one layer together: over these the experts are spread."""
        return self.tensor * self.data

    def cache_copies(self, cache_heads: int) -> float:
        """Ranks that hold a copy of each byte of a cache that splits into ``cache_heads`` parts."""
        return max(1.0, self.tensor / cache_heads)

    def __str__(self) -> str:
        named = (("tensor", self.tensor), ("pipeline", self.pipeline), ("data", self.data))
        return " x ".join(f"{name} {ranks:g}" for name, ranks in named if ranks > 1) or "one chip"
