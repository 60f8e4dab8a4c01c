"""What options are worth to individuals: all of them, a machine of one's own, a subscription."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.choice import choose
from market.demand.options import Options
from market.demand.traits import Traits

type Floats = NDArray[np.float64]


def worth_of(
    options: Options, inverse_worth: NDArray[Any], traits: Traits, local: NDArray[Any] | None = None
) -> tuple[Floats, Floats]:
    """What a request is expected to be worth to each individual [USD], and the probabilities of options."""
    chosen = choose(options, inverse_worth, np.ones_like(inverse_worth), traits, local=local, keep=True)
    assert chosen.utility is not None
    assert chosen.shares is not None
    worth = np.asarray(chosen.utility / inverse_worth, dtype=np.float64) / options.price_coefficient
    return worth, chosen.shares.astype(np.float64)


def gain_of_machine(options: Options, inverse_worth: NDArray[Any], traits: Traits, utility: NDArray[Any]) -> Floats:
    """What a machine of their own, of this utility, adds to the worth of a request [USD], by individual."""
    with_it, _ = worth_of(options, inverse_worth, traits, utility)
    without, _ = worth_of(options, inverse_worth, traits)
    return np.asarray(with_it - without)
