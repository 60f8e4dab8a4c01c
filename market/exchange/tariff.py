"""The bill: which tokens of a request are paid for, at what ratio to output tokens, and when they cost more."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from capacity import Workload
from capacity.errors import InputError, require_kinds
from capacity.fields import quantities, quantity
from market.kinds import Kind

HOURS_PER_DAY = 24.0
#: Length of the request at which a tariff is quoted [tokens]: a short one, below every surcharge for long ones.
QUOTED_CONTEXT = 1_000.0

#: A token costs at most so many times one of output, and a surcharge adds no more: far beyond any list.
MOST_OVER_OUTPUT = 1e3


class TariffComponent(Kind, ABC):
    """A part of the bill."""

    @abstractmethod
    def tokens(self, workload: Workload) -> float:
        """What it bills for one request [output-equivalent tokens]."""

    def factor(self, begin: datetime, hours: float) -> float:  # noqa: ARG002
        """What it multiplies the whole bill by, on average over so many hours from ``begin`` (UTC)."""
        return 1.0


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

    They cost a quarter of output tokens at the median [405 dated lists, December 2025].
    """

    kind = "input"

    input_ratio: float = quantity(
        0.25,
        "1",
        "price of an input token over that of output",
        "Lists of December 2025: output 4x input",
        high=MOST_OVER_OUTPUT,
    )

    def tokens(self, workload: Workload) -> float:
        """Those that are not cached."""
        return self.input_ratio * workload.fresh


@dataclass(frozen=True)
class CachedTokens(TariffComponent):
    """Tokens that the model has read before and finds in its cache.

    They cost a tenth of other input [first-party price lists of 2025].
    """

    kind = "cached"

    cached_ratio: float = quantity(
        0.025, "1", "price of a cached token over that of output", "Lists: a tenth of input", high=MOST_OVER_OUTPUT
    )

    def tokens(self, workload: Workload) -> float:
        """Those that are cached."""
        return self.cached_ratio * (workload.input * workload.cached)


@dataclass(frozen=True)
class LongContext(TariffComponent):
    """A surcharge on all tokens of a request that reads more than so many.

    Two labs double the price of input and take half as much again for output above 200,000 tokens [first-party
    price lists of 2025]: with input at a quarter of output that adds a quarter and a half. Requests of a segment
    are as long as its workload says, with its spread; those of individuals (``Segment.request_spread``) are billed in
    proportion to it. What a request writes does not hang on what it reads.
    """

    kind = "long-context"

    long_above: float = quantity(
        200_000.0, "tokens", "input from which on a request is long", "Lists of 2025", high=1e9
    )
    long_output_ratio: float = quantity(
        0.5,
        "1",
        "added for an output token of a long request, over the list price",
        "Lists of 2025: x1.5",
        high=MOST_OVER_OUTPUT,
    )
    long_input_ratio: float = quantity(
        0.25,
        "1",
        "added for an input token of a long request, over the list price",
        "Lists of 2025: x2",
        high=MOST_OVER_OUTPUT,
    )
    long_cached_ratio: float = quantity(
        0.025,
        "1",
        "added for a cached token of a long request, over the list price",
        "Lists of 2025: x2",
        high=MOST_OVER_OUTPUT,
    )

    def tokens(self, workload: Workload) -> float:
        """Nothing for requests that are not long."""
        long, long_input = workload.longer_than(self.long_above)
        cached = workload.input * workload.cached
        read = self.long_input_ratio * workload.fresh + self.long_cached_ratio * cached
        return self.long_output_ratio * workload.output * long + read * long_input


@dataclass(frozen=True)
class PeakHours(TariffComponent):
    """Blocks of hours of the week in which the whole bill is multiplied.

    'Monday to Friday, 1 to 4 and 6 to 10 UTC' is ``peak_days=(1, 2, 3, 4, 5)``, ``peak_hours=(1, 4, 6, 10)``.
    """

    kind = "peak-hours"

    peak_days: tuple[float, ...] = quantities(
        (1.0, 2.0, 3.0, 4.0, 5.0), "1", "days of the week (UTC) with peak hours, 1 for Monday to 7", low=1.0, high=7
    )
    peak_hours: tuple[float, ...] = quantities(
        (8.0, 20.0), "h", "begin and end of each block of peak hours (UTC), one after the other", high=24
    )
    peak_factor: float = quantity(1.0, "1", "bill in these hours over that in the others", high=1e3)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.peak_hours) % 2 or list(self.peak_hours) != sorted(self.peak_hours):
            given = ", ".join(f"{hour:g}" for hour in self.peak_hours)
            raise InputError(f"peak-hours: peak_hours is {given}, but must be begin and end of each block, in order")

    def tokens(self, workload: Workload) -> float:  # noqa: ARG002
        """Nothing by itself."""
        return 0.0

    def factor(self, begin: datetime, hours: float) -> float:
        """By the share of the time that lies in the blocks."""
        first = begin.hour + begin.minute / 60.0 + begin.second / 3600.0
        inside, done = 0.0, 0.0
        while done < hours:
            clock = first + done
            day = int(clock // HOURS_PER_DAY)
            until = min(first + hours, (day + 1) * HOURS_PER_DAY)
            if float((begin.weekday() + day) % 7 + 1) in self.peak_days:
                inside += self._overlap(clock - day * HOURS_PER_DAY, until - day * HOURS_PER_DAY)
            done = until - first
        return 1.0 + (self.peak_factor - 1.0) * inside / hours

    def _overlap(self, begin: float, end: float) -> float:
        """Hours between two hours of a day that are peak hours."""
        blocks = zip(self.peak_hours[::2], self.peak_hours[1::2], strict=True)
        return sum(max(0.0, min(end, last) - max(begin, first)) for first, last in blocks)


@dataclass(frozen=True)
class Rates:
    """What a token of each kind costs over the list price."""

    output: float
    input: float
    cached: float


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

    def factor(self, begin: datetime, hours: float) -> float:
        """What the bill is multiplied by, on average over so many hours from ``begin`` (UTC)."""
        return math.prod([component.factor(begin, hours) for component in self._of_hours])

    @cached_property
    def _of_hours(self) -> tuple[TariffComponent, ...]:
        """Components that may multiply the bill."""
        return tuple(one for one in self.components if type(one).factor is not TariffComponent.factor)

    @cached_property
    def _known_rates(self) -> dict[float, Rates]:
        return {}

    @cached_property
    def quoted(self) -> Rates:
        """Prices of an output, an input and a cached token over the list price, as they are quoted.

        >>> Tariff().quoted
        Rates(output=1.0, input=0.25, cached=0.025)
        """
        return self.rates(QUOTED_CONTEXT)

    def rates(self, context: float) -> Rates:
        """The same in requests that read so many tokens.

        >>> Tariff((*Tariff().components, LongContext())).rates(300_000)
        Rates(output=1.5, input=0.5, cached=0.05)
        """
        if context not in self._known_rates:
            self._known_rates[context] = self._rates(context)
        return self._known_rates[context]

    def _rates(self, context: float) -> Rates:
        def billed(cached: float, output: float) -> float:
            return self.billed(Workload(input=context, output=output, cached=cached)) * 1e6

        fresh, all_cached = billed(0.0, context), billed(1.0, context)
        output = (billed(0.0, 2.0 * context) - fresh) / context
        in_all = [(whole - output * context) / context for whole in (fresh, all_cached)]
        return Rates(round(output, 12), round(in_all[0], 12), round(in_all[1], 12))

    def with_hours(self, hours: tuple[PeakHours, ...]) -> Tariff:
        """The same tariff, with these peak hours in place of its own.

        >>> Tariff().with_hours((PeakHours(peak_factor=2.0),)).with_hours(()) == Tariff()
        True
        """
        return Tariff((*(part for part in self.components if not isinstance(part, PeakHours)), *hours))

    @property
    def ratios(self) -> tuple[float | None, ...]:
        """Price over that of output of an input and a cached token, and what a long request's output, input and cached
        tokens cost more; None where the tariff has no such part.

        >>> Tariff().ratios
        (0.25, 0.025, None, None, None)
        """
        found: list[float | None] = [None] * 5
        for component in self.components:
            match component:
                case InputTokens():
                    found[0] = component.input_ratio
                case CachedTokens():
                    found[1] = component.cached_ratio
                case LongContext():
                    found[2:] = component.long_output_ratio, component.long_input_ratio, component.long_cached_ratio
        return tuple(found)

    def with_surcharge(self, output_ratio: float, input_ratio: float, cached_ratio: float) -> Tariff:
        """The same tariff, with another surcharge on tokens of long requests, where it has one.

        >>> Tariff((*Tariff().components, LongContext())).with_surcharge(1.0, 0.5, 0.0).ratios
        (0.25, 0.025, 1.0, 0.5, 0.0)
        """
        ratios = {
            "long_output_ratio": output_ratio,
            "long_input_ratio": input_ratio,
            "long_cached_ratio": cached_ratio,
        }
        return Tariff(
            tuple(replace(part, **ratios) if isinstance(part, LongContext) else part for part in self.components)
        )

    def with_ratios(self, input_ratio: float, cached_ratio: float) -> Tariff:
        """The same tariff, with other prices of input and cached tokens over that of output, where it has them.

        >>> Tariff().with_ratios(0.2, 0.02).quoted
        Rates(output=1.0, input=0.2, cached=0.02)
        """
        made: list[TariffComponent] = []
        for component in self.components:
            match component:
                case InputTokens():
                    made.append(replace(component, input_ratio=input_ratio))
                case CachedTokens():
                    made.append(replace(component, cached_ratio=cached_ratio))
                case _:
                    made.append(component)
        return Tariff(tuple(made))
