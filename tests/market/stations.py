"""Stations drawn at random, and what the tests of several queueing formulas measure them against."""

import math
from decimal import Decimal, localcontext

from hypothesis import settings
from hypothesis import strategies as st

TIGHT = 1e-9
servers_ = st.floats(0.05, 2000)
use_ = st.floats(0.0, 0.999)
time_ = st.floats(1e-3, 1e3)
some = settings(max_examples=50, deadline=None)


def exact_blocking(servers: int, load: float) -> Decimal:
    """Erlang's B by its recursion, in 50 digits."""
    with localcontext() as context:
        context.prec = 50
        inverse = Decimal(1)
        for k in range(1, servers + 1):
            inverse = 1 + inverse * k / Decimal(load)
        return 1 / inverse


def exact_delay(servers: int, load: float) -> Decimal:
    """Erlang's C out of the same recursion."""
    blocked, use = exact_blocking(servers, load), Decimal(load) / servers
    return blocked / (1 - use * (1 - blocked))


def balanced_share(scv: float) -> float:
    """Share of the first phase in the hyperexponential distribution with balanced means of that variance."""
    return (1 + math.sqrt((scv - 1) / (scv + 1))) / 2
