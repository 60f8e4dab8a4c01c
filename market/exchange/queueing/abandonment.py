"""Waits of requests that give up: Erlang's A."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from market.exchange.queueing.arguments import Numbers, positive, quiet, settle, together, zero_or_more
from market.exchange.queueing.erlang import delayed
from market.exchange.queueing.ratios import lower_ratio, upper_ratio

# Patience beyond so many services is as good as endless, and its square would overflow.
_ENDLESS = 1e100


class Abandonment(NamedTuple):
    """What requests with finite patience meet."""

    delayed: Numbers
    """Probability of having to wait [1]."""
    abandoned: Numbers
    """Probability of giving up [1]."""
    wait: Numbers
    """Mean time in queue of all requests, those that give up included [time]."""


@quiet
def erlang_a(arrivals: ArrayLike, service_mean: ArrayLike, servers: ArrayLike, patience: ArrayLike) -> Abandonment:
    """M/M/c+M: waits and losses when requests have exponential patience; finite at any load.

    With x = s P/S, y = λ P and A = 1 + y/(x+1) + y²/((x+1)(x+2)) + ..., P(wait) = A B / (1 + (A - 1) B),
    P(give up | wait) = 1 - (1 - 1/A)/ρ and E W = P · P(give up) (Palm 1957; Garnett, Mandelbaum & Reiman
    2002, "Designing a call center with impatient customers"; Mandelbaum & Zeltyn 2007). Exact, and so are the
    limits: without patience it's Erlang's loss system, and with endless patience M/M/c, where at load >
    servers the share 1 - s/a that can't be served counts as given up and the mean wait is inf.

    Parameters
    ----------
    arrivals : λ, requests per unit of time [1/time].
    service_mean : S > 0, mean service time [time].
    servers : s > 0 [servers], need not be whole.
    patience : P, mean time that a request is ready to wait [time], from 0 to inf.
    """
    arrivals = zero_or_more("arrivals", arrivals)
    service_mean, servers = positive("service_mean", service_mean), positive("servers", servers)
    patience = zero_or_more("patience", patience, infinite=True)
    together(arrivals=arrivals, service_mean=service_mean, servers=servers, patience=patience)
    load = np.asarray(arrivals * service_mean)
    endless = patience > _ENDLESS * service_mean
    limit = np.where(endless, 0.0, patience)
    h, given_up = lower_ratio(servers * limit / service_mean, arrivals * limit)
    blocked = upper_ratio(servers, load)
    late = np.asarray(blocked / (h + blocked - h * blocked))
    lost = late * given_up
    wait = limit * lost
    if endless.any():
        waits = delayed(servers, load)
        late = np.where(endless, waits, late)
        lost = np.where(endless, np.maximum(1 - servers / load, 0.0), lost)
        wait = np.where(endless, waits * service_mean / np.maximum(servers - load, 0.0), wait)
    return Abandonment(settle(late), settle(lost), settle(wait))
