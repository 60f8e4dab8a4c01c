"""Second choices: who chose an offer takes what the choice without it gives more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.demand.choice import choose
from market.demand.nests import Nests
from market.demand.options import Options
from market.demand.second_choices import second_choices

GAIN = np.array([1.0, 0.7, 0.9, 0.2])
NESTS = Nests(np.array([0, 0, 1, 0, 1]), np.array([0.4, 1.0]))


def shares(there: list[int], nests: Nests | None) -> np.ndarray:
    """Shares of offers, and of nothing, in the choice among those that are there."""
    gains = np.where(np.isin(np.arange(4), there), GAIN, -np.inf)
    options = Options(gains, np.zeros(4), np.arange(4), 0.0, 0.6, 0.2, 1.0, nests=nests)
    chosen = choose(options, np.ones(1), np.ones(1))
    return np.append(chosen.shares_sum, chosen.nothing)


@pytest.mark.parametrize("nests", [None, NESTS])
def test_it_is_the_choice_without_the_first_less_that_with_it(nests: Nests | None) -> None:
    first = shares([0, 1, 2, 3], nests)
    chance = second_choices(7.0 * first[:4], 7.0 * first[4], nests)
    for j in range(4):
        again = shares([k for k in range(4) if k != j], nests)
        assert chance[j] == pytest.approx(((again - first) * (np.arange(5) != j) / first[j])[:4], abs=1e-12)


@pytest.mark.parametrize("nests", [None, NESTS])
def test_only_what_is_free_is_taken(nests: Nests | None) -> None:
    """Offer 1 is full: who chose 0 is taken for one who likes it better than 2, 3 and nothing."""
    every, free = shares([0, 1, 2, 3], nests), np.array([True, False, True, True])
    chance = second_choices(every[:4], every[4], nests, free)
    first, again = shares([0, 2, 3], nests), shares([2, 3], nests)
    assert chance[0, 1] == 0.0
    assert chance[0, 2:] == pytest.approx((again - first)[2:4] / first[0], abs=1e-12)


def test_one_of_whom_hardly_anybody_takes_loses_them_as_any_other() -> None:
    """Chances of those who chose it go with its weight, and do not hang on rounding."""
    weights = np.array([1e-14, 1.0, 2.0, 3.0])
    some, many = (second_choices(np.append(first, weights[1:]), 1.0, NESTS)[0] for first in (1e-14, 1e-6))
    assert some == pytest.approx(many, rel=1e-5)


@given(
    weights=st.lists(st.floats(0.0, 1e3), min_size=4, max_size=4),
    nothing=st.floats(0.0, 1e3),
    scale=st.floats(0.01, 1.0),
    free=st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_chances_are_chances(weights: list[float], nothing: float, scale: float, free: list[bool]) -> None:
    nests = Nests(np.array([0, 0, 1, 0, 1]), np.array([scale, 1.0]))
    chance = second_choices(np.array(weights), nothing, nests, np.array(free))
    assert np.isfinite(chance).all()
    assert (chance >= 0).all()
    assert (chance.sum(axis=1) <= 1 + 1e-9).all()
    assert not np.diagonal(chance).any()
    assert not chance[:, ~np.array(free)].any()
