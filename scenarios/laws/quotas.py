"""Laws of quota policies: what is granted is a share of the list's quota."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from market.supply.quotas import QuotaPolicy
from scenarios.laws.law import law, must

granted_shares = st.floats(0, 1)
utilisations = st.sampled_from([0.0, 0.5, 0.9, 1.0, 10.0, 1e12])


@law(
    QuotaPolicy,
    "what is granted is a share, from 0 to 1",
    drawn={"granted": granted_shares, "utilisation": utilisations},
    examples=20,
)
def granted_is_a_share(quotas: QuotaPolicy, granted: float, utilisation: float) -> None:
    """Whatever was granted before, however full machines are."""
    share = quotas(granted, utilisation)
    must(share is not None, "gave nothing back")
    must(math.isfinite(share) and 0 <= share <= 1, "granted {} of the quota", share)


@law(
    QuotaPolicy,
    "fuller machines never raise what is granted",
    drawn={"granted": granted_shares, "utilisation": utilisations},
    examples=20,
)
def fuller_is_no_more(quotas: QuotaPolicy, granted: float, utilisation: float) -> None:
    """Against machines that stand idle."""
    full, idle = quotas(granted, utilisation), quotas(granted, 0.0)
    must(full <= idle + 1e-12, "granted {}, but {} with nothing ordered", full, idle)
