"""Erlang's C for Poisson arrivals and exponential service, for any real number of servers."""

import numpy as np

from market.exchange.queueing.arguments import Numbers, quiet
from market.exchange.queueing.ratios import upper_ratio


@quiet
def delayed(servers: Numbers, load: Numbers) -> Numbers:
    """Probability of having to wait, of arguments already checked: 1 from full load on.

    C = B / (1 - ρ(1 - B)), ρ = a/s (Kleinrock 1975, Queueing Systems I, eq. 3.40), with Erlang's B continued to
    numbers of servers that need not be whole (`ratios.upper_ratio`).
    """
    blocked = upper_ratio(servers, load)
    use = np.minimum(load / servers, 1.0)
    return np.where(load < servers, blocked / (1 - use + use * blocked), 1.0)
