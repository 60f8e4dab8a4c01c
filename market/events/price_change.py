"""List prices that change on a day, and tariffs by the hour."""

from __future__ import annotations

from dataclasses import dataclass, replace

from capacity.fields import quantity
from market.events.base import Event, Ints, with_factor
from market.events.effects import Effects, Span
from market.exchange.tariff import PeakHours

ALL_DAYS = tuple(float(day) for day in range(1, 8))
MIDNIGHT = 24.0


@dataclass(frozen=True, kw_only=True)
class PriceChange(Event):
    """List prices are set to a multiple of what they were, and held there; then the seller's policy goes on."""

    kind = "price-change"

    factor: float = quantity(0.5, "1", "list price over what it was", high=1e3)

    def act(self, effects: Effects, on: Ints, span: Span) -> Effects:
        """Set them in the first tick, and hold them."""
        held = effects.held.copy()
        held[on] = True
        times = with_factor(effects.times, on, self.factor) if span.first else effects.times
        return replace(effects, held=held, times=times)


@dataclass(frozen=True, kw_only=True)
class HoursTariff(Event):
    """Bills are multiplied in some hours of the day, as in an off-peak discount."""

    kind = "tariff"

    factor: float = quantity(0.5, "1", "bill in these hours over what it would be", high=1e3)
    from_hour: float = quantity(16.5, "h", "hour of the day (UTC) at which they begin", high=24)
    to_hour: float = quantity(0.5, "h", "hour at which they end, on the next day where that is earlier", high=24)

    def act(self, effects: Effects, on: Ints, span: Span) -> Effects:
        """By the share of the tick that lies in these hours."""
        inside = (self.from_hour, self.to_hour)
        blocks = inside if self.from_hour <= self.to_hour else (0.0, self.to_hour, self.from_hour, MIDNIGHT)
        hours = PeakHours(peak_days=ALL_DAYS, peak_hours=blocks, peak_factor=self.factor)
        return replace(effects, bill=with_factor(effects.bill, on, hours.factor(span.begin, span.hours)))


@dataclass(frozen=True, kw_only=True)
class QuotaChange(Event):
    """Quotas of limited tiers are cut to a share of what sellers grant."""

    kind = "quota"

    share: float = quantity(0.5, "1", "what may be granted over what the seller's policy grants", high=1e3)

    def act(self, effects: Effects, on: Ints, span: Span) -> Effects:  # noqa: ARG002
        """Cut them."""
        return replace(effects, quota=with_factor(effects.quota, on, self.share))
