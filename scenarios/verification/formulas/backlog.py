"""Work that's left over from tick to tick: Q' = max(Q + A - c, 0)."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from market.exchange.queueing.arguments import (
    Numbers,
    quiet,
    settle,
    together,
    with_axis,
    zero_or_more,
)
from market.exchange.queueing.ratios import excess_over_log, lower_ratio, poisson_density, stirling_error
from scenarios.verification.formulas.arguments import at_least_one

# Terms of Spitzer's sum that are added one by one, before the rest is integrated.
_DIRECT = 128
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_NEAREST = 1e-8  # distance from capacity, relative to it, down to which the sum is worth its rounding
# Gregory's weights, by which the sum of a smooth function from here on exceeds its integral, for the
# function and its first four differences.
_GREGORY = np.array([1 / 2, -1 / 12, 1 / 24, -19 / 720, 3 / 160])


def backlog_recursion(arrivals: ArrayLike, capacity: ArrayLike, start: ArrayLike = 0.0, *, axis: int = -1) -> Numbers:
    """Backlog at the end of each tick, Q_t = max(Q_(t-1) + A_t - c_t, 0) [work].

    By the reflection map: Q_t = X_t - min(0, min_(u<=t) X_u) with X_t the start plus the sum of A - c up to t
    (Lindley 1952; Harrison 1985, Brownian Motion and Stochastic Flow Systems, section 2.2). Exact but for the
    rounding of those sums, some 1e-16 of all work that ever arrived or could have been done.

    Parameters
    ----------
    arrivals : A >= 0, work arriving in each tick, ticks on `axis` [work].
    capacity : c >= 0, work that can be done in each tick [work]; broadcasts against arrivals.
    start : Q_0 >= 0, backlog before the first tick [work]; without the axis for ticks.
    axis : the axis of ticks in the result.
    """
    arrivals = with_axis("arrivals", zero_or_more("arrivals", arrivals), "ticks")
    capacity, start = zero_or_more("capacity", capacity), zero_or_more("start", start)
    shape = together(arrivals=arrivals, capacity=capacity)
    if not -len(shape) <= axis < len(shape):
        raise ValueError(f"axis must be an axis of the shape {shape}, got {axis}")
    first = start if start.ndim == 0 else np.expand_dims(start, axis)
    together(arrivals=arrivals, capacity=capacity, start=first)
    net = np.cumsum(np.broadcast_to(arrivals - capacity, shape), axis=axis) + first
    backlog: Numbers = net - np.minimum(np.minimum.accumulate(net, axis=axis), 0.0)
    return backlog


@quiet
def _poisson_overrun(n: Numbers, mean: Numbers, capacity: Numbers) -> Numbers:
    """E max(S_n - n c, 0)/n for S_n Poisson with mean n m, at n c whole, and its smooth continuation."""
    h, d = lower_ratio(n * capacity, n * mean)
    return mean * poisson_density(n * capacity, n * mean) * d / h


@quiet
def _binomial_overrun(n: Numbers, mean: Numbers, capacity: Numbers, dispersion: Numbers) -> Numbers:
    """The same for S_n negative binomial with mean n m and variance n m times the dispersion."""
    k, r = n * capacity, n * mean / (dispersion - 1)
    total, gap = r + k, n * (capacity - mean) / dispersion  # by how much r falls short of its mean
    saddle = stirling_error(total) - stirling_error(r) - stirling_error(k)
    saddle -= r * excess_over_log(gap / r) + k * excess_over_log(-gap / k)
    density = np.exp(saddle) * np.sqrt(r / (2 * np.pi * k * total))
    # The same probability twice, since only one of 1/d and 1 - 1/d keeps its digits.
    near = special.betainc(k, r, (dispersion - 1) / dispersion)
    exceeds = np.where(dispersion < 2, near, special.betaincc(r, k, 1 / dispersion))
    overrun: Numbers = (mean - capacity) * exceeds + capacity * dispersion * density
    return overrun


@quiet
def _overrun(n: Numbers, mean: Numbers, capacity: Numbers, dispersion: Numbers) -> Numbers:
    """E max(S_n - n c, 0)/n; never below zero, which rounding in the far tail could make it."""
    clustered = dispersion > 1
    if clustered.all():
        return np.maximum(_binomial_overrun(n, mean, capacity, dispersion), 0.0)
    overrun = _poisson_overrun(n, mean, capacity)
    if clustered.any():
        other = _binomial_overrun(n, mean, capacity, np.where(clustered, dispersion, 2.0))
        overrun = np.where(clustered, other, overrun)
    return np.maximum(overrun, 0.0)


def _spitzer(m: Numbers, c: Numbers, d: Numbers) -> Numbers:
    """Sum over n >= 1 of E max(S_n - n c, 0)/n; arguments with a last axis of one, for n."""
    terms = _overrun(np.arange(1.0, _DIRECT + len(_GREGORY)), m, c, d)
    ends = [np.diff(terms[..., _DIRECT - 1 :], order)[..., 0] for order in range(len(_GREGORY))]
    near = terms[..., : _DIRECT - 1].sum(axis=-1) + np.tensordot(_GREGORY, np.stack(ends), axes=1)
    # Terms fall as exp(-n (c - m)²/2cd) or faster, so that nothing is left after `last`.
    last = np.maximum(80 * d * (1 / c + c / (c - m) ** 2), _DIRECT)
    log_span = np.log(last / _DIRECT)
    n = _DIRECT * np.exp(log_span * (1 + _NODES) / 2)
    far = (0.5 * _WEIGHTS * log_span * n * _overrun(n, m, c, d)).sum(axis=-1)
    backlog: Numbers = near + far
    return backlog


@quiet
def stationary_backlog(arrivals: ArrayLike, capacity: ArrayLike, dispersion: ArrayLike = 1.0) -> Numbers:
    """Mean backlog at the end of a tick of Q' = max(Q + A - c, 0), in the long run [requests].

    A is Poisson, or negative binomial if its variance is `dispersion` times its mean. Spitzer's (1956)
    identity: E Q = sum over n >= 1 of E max(S_n - n c, 0)/n, S_n the arrivals of n ticks; the first 127 terms
    are added and the rest integrated with Gregory's correction. Relative precision about 1e-11 (1e-9 as 1 -
    m/c falls to 1e-6 and 1e-6 below; absolute 1e-12 where the backlog is next to nothing), measured against
    the roots of the generating function (Janssen & van Leeuwaarden 2005, "Analytic computation schemes for
    the discrete-time bulk service queue"). With Poisson arrivals it's also the mean queue of M/D/c with load
    m. inf if m >= c.

    Parameters
    ----------
    arrivals : m >= 0, mean number of requests arriving in a tick [requests].
    capacity : c, requests that can be served in a tick, a whole number of 1 or more [requests].
    dispersion : variance over mean of arrivals in a tick, 1 or more; arrivals of different ticks are
        independent [1].
    """
    arrivals = zero_or_more("arrivals", arrivals)
    capacity = at_least_one("capacity", capacity, whole=True)
    dispersion = at_least_one("dispersion", dispersion)
    together(arrivals=arrivals, capacity=capacity, dispersion=dispersion)
    use = arrivals / capacity
    moderate = (use > 1e-290) & (use < 1)  # below, ratios overflow, and the backlog is nothing
    within = np.where(use <= 1 - _NEAREST, arrivals, capacity * (1 - _NEAREST))
    mean = np.where(moderate, within, 0.5 * capacity)
    backlog = _spitzer(mean[..., np.newaxis], capacity[..., np.newaxis], dispersion[..., np.newaxis])
    # Closer to capacity than sums can tell, the backlog grows as its limit in heavy traffic (Kingman 1962).
    backlog += dispersion * (arrivals / (capacity - arrivals) - mean / (capacity - mean)) / 2
    return settle(np.where(moderate, backlog, np.where(use < 1, 0.0, np.inf)))
