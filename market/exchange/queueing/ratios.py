"""Poisson probabilities against their upper and lower tails: the ratios out of which the Erlang formulas are made.

They are ratios of numbers that underflow together when load and servers are far apart, so they are computed from the
density near the mode and from a continued fraction away from it.
"""

import numpy as np
from scipy import special

from market.exchange.queueing.arguments import Numbers, quiet

# Beyond this many standard deviations the continued fractions take over. scipy's incomplete gammas are at
# their best within 4.5 (Temme's expansion); beyond, with a million servers, they lose half their digits.
FAR = 4.0
# Terms of the continued fractions: full double precision at 4 standard deviations and 10^6 servers.
DEPTH = 40

_SERIES = 1 / np.arange(25.0, 2.0, -2.0)  # 1/25, ..., 1/5, 1/3, highest power first
_STIRLING = (-691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)


@quiet
def excess_over_log(u: Numbers) -> Numbers:
    """u - log(1 + u) for u >= -1, without the cancellation near 0 (Loader 2000)."""
    r = u / (2 + u)
    series: Numbers = r * (u - 2 * r * r * np.polyval(_SERIES, r * r))
    return np.where(np.abs(u) < 0.3, series, u - np.log1p(u))


@quiet
def stirling_error(x: Numbers) -> Numbers:
    """log Γ(x + 1) less Stirling's formula for it, x > 0 (Loader 2000)."""
    many = x > 15
    far = np.maximum(x, 15.0)
    series: Numbers = np.polyval(_STIRLING, 1 / (far * far)) / far
    if many.all():
        return series
    near = np.minimum(x, 15.0)
    direct: Numbers = special.gammaln(near + 1) - (near + 0.5) * np.log(near) + near - 0.5 * np.log(2 * np.pi)
    return np.where(many, series, direct)


@quiet
def poisson_density(count: Numbers, mean: Numbers) -> Numbers:
    """mean^count e^-mean / Γ(count + 1) for real count >= 0, to a dozen digits at any size (Loader 2000)."""
    many = count > 15
    direct: Numbers = np.zeros(())
    if not many.all():
        direct = np.exp(special.xlogy(count, mean) - mean - special.gammaln(count + 1))
        if not many.any():
            return direct
    far = np.maximum(count, 15.0)
    saddle: Numbers = np.exp(-stirling_error(far) - far * excess_over_log((mean - far) / far))
    density: Numbers = np.where(many, saddle / np.sqrt(2 * np.pi * far), direct)
    return density


@quiet
def upper_ratio(count: Numbers, mean: Numbers) -> Numbers:
    """Poisson density at `count` over the probability of at most `count`: Erlang's B, for real count > 0.

    mean^s e^-mean / Γ(s + 1, mean); beyond the mode by Legendre's continued fraction for Γ(s + 1, mean)
    (DLMF 8.9.2, even part).
    """
    far = mean > count + FAR * np.sqrt(count) + 2
    if not far.any():
        return np.asarray(poisson_density(count, mean) / special.gammaincc(count + 1, mean))
    ratio: Numbers = poisson_density(count, mean) / special.gammaincc(count + 1, np.where(~far, mean, 0.0))
    s, a = np.where(far, count, 0.0), np.where(far, mean, 1.0)
    tail = np.zeros(far.shape)
    for k in range(DEPTH, 0, -1):
        tail = k * (s + 1 - k) / (a - s + 2 * k + tail)
    return np.where(far, (a - s + tail) / a, ratio)


@quiet
def lower_ratio(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """Return h, the Poisson(y) density at x over P(x, y), and d = 1 - (1 - h) x / y, both in (0, 1].

    P is the regularised lower incomplete gamma function. 1 / h is A(x, y) = 1 + y/(x+1) + y²/((x+1)(x+2)) +
    ... of the Erlang-A formulas. d is returned as well because it loses all its digits if taken from h when y
    is well below x. There both come from Gauss's continued fraction (DLMF 8.9.1).
    """
    far = (y < x - FAR * np.sqrt(x)) | (y < x / 2) | (y < 0.5)
    a, b = np.where(~far, x, 1.0), np.where(~far, y, 1.0)
    h: Numbers = poisson_density(a, b) / special.gammainc(a, b)
    d = (b - a) / b + a / b * h
    if not far.any():
        return h, d
    a, b = np.where(far, x, 1.0), np.where(far, y, 0.0)
    tail = np.zeros(far.shape)
    for k in range(DEPTH, 0, -1):
        tail = k * b / (a + 2 * k - (a + k) * b / (a + 2 * k + 1 + tail))
    whole = a + 1 + tail
    return np.where(far, 1 - b / whole, h), np.where(far, (1 + tail) / whole, d)
