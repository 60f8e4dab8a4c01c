"""What options are worth to individuals: all of them, a machine of one's own, a subscription."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.choice import Options, choose
from market.demand.ties import Ties

type Floats = NDArray[np.float64]


def _choices(
    options: Options, inverse_worth: NDArray[Any], ties: Ties, local: NDArray[Any] | None = None
) -> tuple[Floats, Floats]:
    """What a request is expected to be worth to each individual [USD], and the probabilities of options."""
    chosen = choose(options, inverse_worth, np.ones_like(inverse_worth), ties, local=local, keep=True)
    assert chosen.utility is not None
    assert chosen.shares is not None
    worth = np.asarray(chosen.utility / inverse_worth, dtype=np.float64) / options.price_coefficient
    return worth, chosen.shares.astype(np.float64)


def gain_of_machine(options: Options, inverse_worth: NDArray[Any], ties: Ties, utility: NDArray[Any]) -> Floats:
    """What a machine of their own, of this utility, adds to the worth of a request [USD], by individual."""
    with_it, _ = _choices(options, inverse_worth, ties, utility)
    without, _ = _choices(options, inverse_worth, ties)
    return np.asarray(with_it - without)


def worth_of(options: Options, inverse_worth: NDArray[Any], ties: Ties) -> Floats:
    """What a request is expected to be worth with these options [USD], by individual."""
    return _choices(options, inverse_worth, ties)[0]


def worth_with(options: Options, option: int, inverse_worth: NDArray[Any], ties: Ties) -> tuple[Floats, Floats]:
    """The same, and the share of one of the options, by individual."""
    worth, shares = _choices(options, inverse_worth, ties)
    return worth, shares[:, option]
