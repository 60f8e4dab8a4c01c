"""The bill: which tokens of a request are paid for, and at what ratio to output tokens."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from capacity import Workload
from capacity.errors import require_kinds
from market.kinds import Kind, quantity


class TariffComponent(Kind, ABC):
    """A part of the bill."""

    @abstractmethod
    def tokens(self, workload: Workload) -> float:
        """What it bills for one request [output-equivalent tokens]."""


@dataclass(frozen=True)
class OutputTokens(TariffComponent):
    """Tokens that the model writes, in which everything else is counted."""

    kind = "output"

    def tokens(self, workload: Workload) -> float:
        """Each at the list price."""
        return workload.output


@dataclass(frozen=True)
class InputTokens(TariffComponent):
    """Tokens that the model reads for the first time.

    They cost a quarter of output tokens at the median [first-party price lists, July 2026].
    """

    kind = "input"

    input_ratio: float = quantity(
        0.25, "1", "price of an input token over that of output", "Lists: output 4x input", high=10
    )

    def tokens(self, workload: Workload) -> float:
        """Those that are not cached."""
        return self.input_ratio * workload.fresh


@dataclass(frozen=True)
class CachedTokens(TariffComponent):
    """Tokens that the model has read before and finds in its cache.

    They cost a tenth of other input [first-party price lists, July 2026].
    """

    kind = "cached"

    cached_ratio: float = quantity(
        0.025, "1", "price of a cached token over that of output", "Lists: a tenth of input", high=10
    )

    def tokens(self, workload: Workload) -> float:
        """Those that are cached."""
        return self.cached_ratio * (workload.input * workload.cached)


@dataclass(frozen=True)
class Tariff:
    """How tokens are billed relative to output tokens: the sum of its components.

    >>> Tariff().billed(Workload(input=4_000_000, output=1_000_000))
    2.0
    """

    components: tuple[TariffComponent, ...] = (OutputTokens(), InputTokens(), CachedTokens())

    def __post_init__(self) -> None:
        require_kinds("tariff: components", self.components, TariffComponent)

    def billed(self, workload: Workload) -> float:
        """Million output-equivalent tokens of one request."""
        tokens = 0.0
        for component in self.components:  # one by one: the sum in this order, to the bit
            tokens += component.tokens(workload)
        return tokens / 1e6
