"""Laws of quota policies: what is granted is a share of the list's quota."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from market.supply.quotas import QuotaPolicy
from scenarios.laws.law import law, must

granted_shares = st.floats(0, 1)
rents = st.sampled_from([0.0, 1.0, 399.0, 400.0, 1e4, 1e12])
utilisations = st.sampled_from([0.0, 0.5, 0.9, 1.0, 10.0, 1e12])


@law(
    QuotaPolicy,
    "what is granted is a share, from 0 to 1",
    drawn={"granted": granted_shares, "utilisation": utilisations, "rent": rents},
    examples=20,
)
def granted_is_a_share(quotas: QuotaPolicy, granted: float, utilisation: float, rent: float) -> None:
    """Whatever was granted before, however full machines are, whatever they are worth."""
    share = quotas(granted, utilisation, rent)
    must(share is not None, "gave nothing back")
    must(math.isfinite(share) and 0 <= share <= 1, "granted {} of the quota", share)


@law(
    QuotaPolicy,
    "fuller machines never raise what is granted",
    drawn={"granted": granted_shares, "utilisation": utilisations, "rent": rents},
    examples=20,
)
def fuller_is_no_more(quotas: QuotaPolicy, granted: float, utilisation: float, rent: float) -> None:
    """Against machines that stand idle."""
    full, idle = quotas(granted, utilisation, rent), quotas(granted, 0.0, rent)
    must(full <= idle + 1e-12, "granted {}, but {} with nothing ordered", full, idle)


@law(
    QuotaPolicy,
    "dearer machines never raise what is granted",
    drawn={"granted": granted_shares, "utilisation": utilisations, "rent": rents},
    examples=20,
)
def dearer_is_no_more(quotas: QuotaPolicy, granted: float, utilisation: float, rent: float) -> None:
    """Against machines that cost nothing."""
    dear, free = quotas(granted, utilisation, rent), quotas(granted, utilisation, 0.0)
    must(dear <= free + 1e-12, "granted {}, but {} where a rack-hour is worth nothing", dear, free)


@law(QuotaPolicy, "what was cut comes back when machines come")
def it_comes_back(quotas: QuotaPolicy) -> None:
    """A thousand ticks of idle machines that are worth nothing, after as many of full ones that are worth a lot."""
    share = 1.0
    for utilisation, rent in ((10.0, 1e12), (0.0, 0.0)):
        for _ in range(1000):
            share = quotas(share, utilisation, rent)
    fresh = 1.0
    for _ in range(1000):
        fresh = quotas(fresh, 0.0, 0.0)
    must(share >= fresh - 1e-9, "granted {} in the end, but {} where machines were never full", share, fresh)
