"""Erlang's formulas for Poisson arrivals and exponential service, for any real number of servers."""

import numpy as np
from numpy.typing import ArrayLike

from market.exchange.queueing.arguments import Numbers, positive, quiet, settle, together, zero_or_more
from market.exchange.queueing.erlang import delayed
from market.exchange.queueing.ratios import upper_ratio
from scenarios.verification.formulas.arguments import probability


def erlang_b(servers: ArrayLike, load: ArrayLike) -> Numbers:
    """Probability that a request finds all servers busy in M/G/c/c, where it's then lost [1].

    Any real number of servers: 1/B = ∫₀^∞ e^-u (1 + u/a)^s du = e^a a^-s Γ(s+1, a), which is Erlang's formula
    at whole s (Jagerman 1974, "Some properties of the Erlang loss function", BSTJ 53, eq. 11-13). Accurate to
    about 1e-12, relative, up to a million servers.

    Parameters
    ----------
    servers : s > 0 [servers], need not be whole.
    load : a >= 0, arrival rate times mean service time [Erlang = busy servers].
    """
    return settle(upper_ratio(*_loaded(servers, load)))


def erlang_c(servers: ArrayLike, load: ArrayLike) -> Numbers:
    """Probability that a request has to wait in M/M/c [1]; 1 if load >= servers.

    C = B / (1 - ρ(1 - B)), ρ = a/s (Kleinrock 1975, Queueing Systems I, eq. 3.40), with the B of `erlang_b`
    for a number of servers that need not be whole.

    Parameters
    ----------
    servers : s > 0 [servers], need not be whole.
    load : a >= 0, arrival rate times mean service time [Erlang = busy servers].
    """
    return settle(delayed(*_loaded(servers, load)))


def _loaded(servers: ArrayLike, load: ArrayLike) -> tuple[Numbers, Numbers]:
    """Check servers and their load, and return both."""
    servers, load = positive("servers", servers), zero_or_more("load", load)
    together(servers=servers, load=load)
    return servers, load


def _station(
    arrivals: ArrayLike, service_mean: ArrayLike, servers: ArrayLike, **others: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Check the three numbers of an M/M/c station and return load, service time and servers."""
    arrivals = zero_or_more("arrivals", arrivals)
    service_mean = positive("service_mean", service_mean)
    servers = positive("servers", servers)
    together(arrivals=arrivals, service_mean=service_mean, servers=servers, **others)
    return np.asarray(arrivals * service_mean), service_mean, servers


@quiet
def wait_mmc(arrivals: ArrayLike, service_mean: ArrayLike, servers: ArrayLike) -> Numbers:
    """Mean wait before service in M/M/c, over all requests [time]; inf if load >= servers.

    W = C(s, a) S / (s - a) (Kleinrock 1975, section 3.5). Times are in the unit of which rates are the
    inverse.

    Parameters
    ----------
    arrivals : requests per unit of time [1/time].
    service_mean : S > 0, mean service time [time].
    servers : s > 0 [servers], need not be whole.
    """
    load, service_mean, servers = _station(arrivals, service_mean, servers)
    return settle(delayed(servers, load) * service_mean / np.maximum(servers - load, 0.0))


@quiet
def wait_exceeds(time: ArrayLike, arrivals: ArrayLike, service_mean: ArrayLike, servers: ArrayLike) -> Numbers:
    """Probability that a request waits longer than `time` in M/M/c, served in order of arrival [1].

    P(W > t) = C(s, a) e^(-(s - a) t / S): those who wait at all wait an exponential time (Kleinrock 1975,
    section 3.5). 1 if load >= servers.

    Parameters
    ----------
    time : t >= 0 [time].
    arrivals : requests per unit of time [1/time].
    service_mean : S > 0, mean service time [time].
    servers : s > 0 [servers], need not be whole.
    """
    time = zero_or_more("time", time)
    load, service_mean, servers = _station(arrivals, service_mean, servers, time=time)
    spare = np.maximum(servers - load, 0.0)
    return settle(delayed(servers, load) * np.exp(-spare * time / service_mean))


@quiet
def wait_percentile(quantile: ArrayLike, arrivals: ArrayLike, service_mean: ArrayLike, servers: ArrayLike) -> Numbers:
    """Time within which a share `quantile` of requests begin service in M/M/c, in order of arrival [time].

    t = max(0, log(C(s, a) / (1 - q)) S / (s - a)), the inverse of `wait_exceeds`. inf if load >= servers
    (unless q = 0) and at q = 1 (unless none wait).

    Parameters
    ----------
    quantile : q from 0 to 1 [1]; 0.95 asks for the wait of the 95th percentile.
    arrivals : requests per unit of time [1/time].
    service_mean : S > 0, mean service time [time].
    servers : s > 0 [servers], need not be whole.
    """
    quantile = probability("quantile", quantile)
    load, service_mean, servers = _station(arrivals, service_mean, servers, quantile=quantile)
    late = delayed(servers, load)
    decades = np.log(late) - np.log1p(-quantile)
    wait = decades * service_mean / np.maximum(servers - load, 0.0)
    return settle(np.where((late <= 1 - quantile) | (quantile == 0), 0.0, wait))
