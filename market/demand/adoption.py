"""Buying a machine of one's own when what it saves passes what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.choice import Options, choose

#: Taste noise used to weigh a machine where users have none [relative to the worth].
SMALL_NOISE = 1e-3


def gain_of_machine(
    options: Options, inverse_worth: NDArray[Any], attached: NDArray[Any] | None, utility: NDArray[Any]
) -> NDArray[np.float64]:
    """What having the machine adds to the expected worth of a request [USD], by individual.

    In a logit the expected utility with an option more exceeds that without by -noise x log(1 - its share)
    [Small and Rosen 1981], in units of the worth.
    """
    noise = max(options.noise, SMALL_NOISE)
    weighed = Options(options.gain, options.cost_usd, options.group, options.bonus, noise, options.outside)
    ones = np.ones_like(inverse_worth)
    shares = choose(weighed, inverse_worth, ones, attached, local=utility, keep=True).shares
    assert shares is not None
    share = np.clip(shares[:, -1].astype(np.float64), 0.0, 1.0 - 1e-12)
    return np.asarray(-noise * np.log1p(-share) / inverse_worth)
