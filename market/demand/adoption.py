"""What having an option is worth to individuals: a machine of one's own, a subscription."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.choice import Options, choose

#: Taste noise with which an option is weighed where users have none [relative to the worth].
SMALL_NOISE = 1e-3


def _worth_of(share: NDArray[Any], noise: float, inverse_worth: NDArray[Any]) -> NDArray[np.float64]:
    """Expected utility with an option less that without: -noise x log(1 - its share) [Small and Rosen 1981]."""
    clipped = np.clip(share.astype(np.float64), 0.0, 1.0 - 1e-12)
    return np.asarray(-noise * np.log1p(-clipped) / inverse_worth)


def gain_of_machine(
    options: Options, inverse_worth: NDArray[Any], attached: NDArray[Any] | None, utility: NDArray[Any]
) -> NDArray[np.float64]:
    """What a machine of their own, of this utility, adds to the worth of a request [USD], by individual."""
    weighed = replace(options, noise=max(options.noise, SMALL_NOISE))
    shares = choose(weighed, inverse_worth, np.ones_like(inverse_worth), attached, local=utility, keep=True).shares
    assert shares is not None
    return _worth_of(shares[:, -1], weighed.noise, inverse_worth)


def gain_of_option(
    options: Options, option: int, inverse_worth: NDArray[Any], attached: NDArray[Any] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What one of the options adds to the worth of a request [USD], and its share, by individual."""
    weighed = replace(options, noise=max(options.noise, SMALL_NOISE))
    shares = choose(weighed, inverse_worth, np.ones_like(inverse_worth), attached, keep=True).shares
    assert shares is not None
    return _worth_of(shares[:, option], weighed.noise, inverse_worth), shares[:, option].astype(np.float64)
