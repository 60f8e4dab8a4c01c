"""What options are worth to individuals: all of them, a machine of one's own, a subscription."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.choice import choose
from market.demand.options import Options
from market.demand.traits import Traits

type Floats = NDArray[np.float64]


def _choices(
    options: Options, inverse_worth: NDArray[Any], traits: Traits, local: NDArray[Any] | None = None
) -> tuple[Floats, Floats]:
    """What a request is expected to be worth to each individual [USD], and the probabilities of options."""
    chosen = choose(options, inverse_worth, np.ones_like(inverse_worth), traits, local=local, keep=True)
    assert chosen.utility is not None
    assert chosen.shares is not None
    worth = np.asarray(chosen.utility / inverse_worth, dtype=np.float64) / options.price_coefficient
    return worth, chosen.shares.astype(np.float64)


def log_sum(
    options: Options, inverse_worth: NDArray[Any], mass: NDArray[Any], traits: Traits, local: NDArray[Any] | None
) -> float:
    """Expected utility of a request in units of taste noise, summed over the requests of all individuals."""
    # The surplus of a request is this times noise and worth over the price coefficient.
    surplus = choose(options, inverse_worth, mass * inverse_worth, traits, local=local).surplus
    return surplus * options.price_coefficient / options.noise


def gain_of_machine(options: Options, inverse_worth: NDArray[Any], traits: Traits, utility: NDArray[Any]) -> Floats:
    """What a machine of their own, of this utility, adds to the worth of a request [USD], by individual."""
    with_it, _ = _choices(options, inverse_worth, traits, utility)
    without, _ = _choices(options, inverse_worth, traits)
    return np.asarray(with_it - without)


def worth_of(options: Options, inverse_worth: NDArray[Any], traits: Traits) -> Floats:
    """What a request is expected to be worth with these options [USD], by individual."""
    return _choices(options, inverse_worth, traits)[0]


def worth_with(options: Options, option: int, inverse_worth: NDArray[Any], traits: Traits) -> tuple[Floats, Floats]:
    """The same, and the share of one of the options, by individual."""
    worth, shares = _choices(options, inverse_worth, traits)
    return worth, shares[:, option]
