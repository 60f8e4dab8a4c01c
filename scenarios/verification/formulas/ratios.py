"""Poisson probabilities against their lower tail: a ratio of numbers that underflow together, as in the market's."""

import numpy as np
from scipy import special

from market.exchange.queueing.arguments import Numbers, quiet
from market.exchange.queueing.ratios import DEPTH, FAR, poisson_density


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
