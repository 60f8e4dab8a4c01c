"""Laws of quota policies: what is granted is a share of the list's quota, and less where machines are dearer."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from market.supply.quotas import QuotaPolicy, Standing
from scenarios.laws.law import law, must

#: How an offer with a quota may stand with its seller.
standings = st.builds(
    Standing,
    granted=st.floats(0, 1),
    utilisation=st.sampled_from([0.0, 0.5, 0.9, 1.0, 10.0, 1e12]),
    rent_usd=st.sampled_from([0.0, 1.0, 399.0, 400.0, 1e4, 1e12]),
    rack_hours=st.sampled_from([1e-12, 1e-4, 1.0, 1e6]),
    pays_usd=st.sampled_from([-1e6, -1.0, 0.0, 1e-3, 1e9]),
    brings_usd=st.sampled_from([0.0, 0.005, 0.66, 1e9]),
)
DRAWN = {"of": standings}


@law(QuotaPolicy, "what is granted is a share, from 0 to the most that the policy says", drawn=DRAWN, examples=20)
def granted_is_a_share(quotas: QuotaPolicy, of: Standing) -> None:
    """Whatever was granted before, however full machines are, whatever they are worth."""
    share = quotas(of)
    must(share is not None, "gave nothing back")
    must(math.isfinite(share) and 0 <= share <= quotas.most_granted, "granted {} of the quota", share)


@law(QuotaPolicy, "fuller machines never raise what is granted", drawn=DRAWN, examples=20)
def fuller_is_no_more(quotas: QuotaPolicy, of: Standing) -> None:
    """Against machines that stand idle."""
    full, idle = quotas(of), quotas(of._replace(utilisation=0.0))
    must(full <= idle + 1e-12, "granted {}, but {} with nothing ordered", full, idle)


@law(QuotaPolicy, "dearer machines never raise what is granted", drawn=DRAWN, examples=20)
def dearer_is_no_more(quotas: QuotaPolicy, of: Standing) -> None:
    """Against machines that cost nothing."""
    dear, free = quotas(of), quotas(of._replace(rent_usd=0.0))
    must(dear <= free + 1e-12, "granted {}, but {} where a rack-hour is worth nothing", dear, free)


@law(QuotaPolicy, "who brings more is granted no less", drawn=DRAWN, examples=20)
def who_brings_more_gets_no_less(quotas: QuotaPolicy, of: Standing) -> None:
    """Against the same user who brings nothing beside what requests pay: what earns least is cut first."""
    paid, unpaid = quotas(of), quotas(of._replace(brings_usd=0.0))
    must(paid >= unpaid - 1e-12, "granted {}, but {} to who brings nothing", paid, unpaid)


@law(QuotaPolicy, "what was cut comes back when machines come")
def it_comes_back(quotas: QuotaPolicy) -> None:
    """A thousand ticks of idle machines that are worth nothing, after as many of full ones that are worth a lot."""
    share = 1.0
    for utilisation, rent in ((10.0, 1e12), (0.0, 0.0)):
        for _ in range(1000):
            share = quotas(Standing(granted=share, utilisation=utilisation, rent_usd=rent, brings_usd=1.0))
    fresh = 1.0
    for _ in range(1000):
        fresh = quotas(Standing(granted=fresh, brings_usd=1.0))
    must(share >= fresh - 1e-9, "granted {} in the end, but {} where machines were never full", share, fresh)
