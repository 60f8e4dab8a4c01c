"""What policies around another one have in common."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.errors import InputError
from capacity.fields import inner
from market.kinds import called
from market.supply.outlook import Floats, Outlook, TermsPosted
from market.supply.pricing.base import Flags, PricingPolicy


@dataclass(frozen=True)
class Around(PricingPolicy):
    """Another policy, and what it says where this one says nothing else."""

    policy: PricingPolicy = inner(PricingPolicy, "what sets the price that it wishes for")

    def looks(self, tick: int, tick_hours: float) -> bool:
        """When the policy within does."""
        return self.policy.looks(tick, tick_hours)

    @property
    def promotes(self) -> bool:
        """If the policy within does."""
        return self.policy.promotes

    def lists_anew(self, on_sale_h: Floats, tick_hours: float) -> Flags:
        """Where the policy within does."""
        return self.policy.lists_anew(on_sale_h, tick_hours)

    @property
    def moves_terms(self) -> bool:
        """If the policy within does."""
        return self.policy.moves_terms

    def terms(self, outlook: Outlook) -> TermsPosted | None:
        """What the policy within says."""
        return self.policy.checked_terms(outlook)

    @property
    def boundless(self) -> bool:
        """If the policy within is."""
        return self.policy.boundless

    @property
    def moves_cover_cost(self) -> bool:
        """If the policy within does."""
        return self.policy.moves_cover_cost

    @property
    def counts_full_rivals(self) -> bool:
        """If the policy within does."""
        return self.policy.counts_full_rivals

    @property
    def counts_waits(self) -> bool:
        """If the policy within does."""
        return self.policy.counts_waits

    def fits(self, provider: str, offers: int) -> None:
        """What the policy within says; one that sets hours stands outermost, and one that sets parts next to it."""
        what = f"provider '{provider}': {called(type(self))}"
        if self.policy.moves_hours:
            raise InputError(f"{what}: policy sets hours of the week, so it must be around this one")
        if self.policy.moves_parts:
            raise InputError(f"{what}: policy sets parts of the bill, so it must be around this one")
        self.policy.fits(provider, offers)
