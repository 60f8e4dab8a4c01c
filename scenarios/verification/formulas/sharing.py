"""Requests served at once, each the slower the more there are."""

import numpy as np
from numpy.typing import ArrayLike

from market.exchange.queueing.arguments import Numbers, positive, quiet, settle, together, zero_or_more
from market.exchange.queueing.erlang import delayed


@quiet
def processor_sharing(
    size: ArrayLike, arrivals: ArrayLike, service_mean: ArrayLike, servers: ArrayLike = 1.0
) -> Numbers:
    """Mean time from arrival to completion of a request of given size under processor sharing [time].

    Up to `servers` requests run at full speed; n > servers of them share equally, each at speed servers/n.
    Then T(x) = x (1 + C(s, a) / (s - a)): x/(1 - ρ) with one server (Kleinrock 1976, Queueing Systems II,
    section 4.4), proportional to size and insensitive to the distribution of sizes with any number (Cohen
    1979, "The multiple phase service network with generalized processor sharing"). inf if load >= servers and
    size > 0.

    Parameters
    ----------
    size : x >= 0, time that the request would take alone [time].
    arrivals : requests per unit of time [1/time].
    service_mean : mean size, above 0 [time].
    servers : s > 0, requests that run at full speed together [servers], need not be whole.
    """
    size, arrivals = zero_or_more("size", size), zero_or_more("arrivals", arrivals)
    service_mean, servers = positive("service_mean", service_mean), positive("servers", servers)
    together(size=size, arrivals=arrivals, service_mean=service_mean, servers=servers)
    load = np.asarray(arrivals * service_mean)
    stretch = 1 + delayed(servers, load) / np.maximum(servers - load, 0.0)
    return settle(np.where(size > 0, size * stretch, 0.0))
