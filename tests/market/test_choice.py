"""The choice kernel: probabilities by logit and its limit, against the formula written down plainly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from market.demand.blocks import BLOCK
from market.demand.choice import Chosen, choose
from market.demand.options import Options
from market.demand.traits import Traits

type Floats = NDArray[np.float64]
QUICK = settings(max_examples=60, deadline=None, derandomize=True)


def options(
    gain: object,
    cost: object,
    noise: float = 1.0,
    outside: float | None = 0.0,
    bonus: float = 0.0,
    group: object = None,
    price_coefficient: float = 1.0,
) -> Options:
    gains, costs = np.asarray(gain, dtype=float), np.asarray(cost, dtype=float)
    groups = np.arange(gains.size) if group is None else np.asarray(group)
    return Options(gains, costs, groups, bonus, noise, outside, price_coefficient)


def plainly(o: Options, worth: Floats, mass: Floats, attached: NDArray[np.int64] | None) -> tuple[Floats, float, float]:
    """Sums, nothing and surplus, one individual at a time."""
    sums, nothing, surplus = np.zeros(o.gain.size), 0.0, 0.0
    for i, w in enumerate(worth):
        v = o.gain - o.cost / w
        if attached is not None:
            v = v + o.bonus * (o.group == attached[i])
        z = np.append(v, -np.inf if o.outside is None else o.outside) / o.noise
        top = z.max()
        e = np.exp(z - top)
        sums += mass[i] * e[:-1] / e.sum()
        nothing += mass[i] * e[-1] / e.sum()
        surplus += mass[i] * w * o.noise * (np.log(e.sum()) + top) / o.price_coefficient
    return sums, nothing, surplus


@st.composite
def cases(draw: st.DrawFn) -> tuple[Options, Floats, Floats, NDArray[np.int64] | None]:
    count, people = draw(st.integers(1, 4)), draw(st.integers(1, 6))

    def some(of: st.SearchStrategy[float], size: int) -> Floats:
        return np.array([draw(of) for _ in range(size)])

    made = options(
        some(st.floats(-3, 3), count),
        some(st.floats(0, 20), count),
        draw(st.sampled_from([0.01, 0.3, 1.0, 5.0])),
        draw(st.sampled_from([0.0, 0.5, -40.0, 40.0, None])),
        draw(st.sampled_from([0.0, 0.5])),
        np.array([draw(st.integers(0, 2)) for _ in range(count)]),
        draw(st.sampled_from([0.3, 1.0, 8.0])),
    )
    attached = np.array([draw(st.integers(-1, 2)) for _ in range(people)]) if draw(st.booleans()) else None
    if attached is not None:  # nobody is with a provider that sells nothing
        attached[~np.isin(attached, made.group)] = -1
    return made, some(st.floats(0.1, 50), people), some(st.floats(0, 9), people), attached


@QUICK
@given(case=cases())
def test_shares_are_those_of_the_formula(case: tuple[Options, Floats, Floats, NDArray[np.int64] | None]) -> None:
    o, worth, mass, attached = case
    chosen = choose(o, 1.0 / worth, mass, Traits(attached), keep=True)
    sums, nothing, surplus = plainly(o, worth, mass, attached)
    np.testing.assert_allclose(chosen.shares_sum, sums, rtol=1e-9, atol=1e-12)
    assert chosen.nothing == pytest.approx(nothing, rel=1e-9, abs=1e-12)
    assert chosen.surplus == pytest.approx(surplus, rel=1e-9, abs=1e-9)
    assert chosen.shares_sum.sum() + chosen.nothing == pytest.approx(mass.sum(), rel=1e-12, abs=1e-12)
    assert chosen.shares is not None
    np.testing.assert_allclose(mass @ chosen.shares, sums, rtol=1e-9, atol=1e-12)


@QUICK
@given(case=cases(), k=st.integers(0, 3))
def test_derivatives_are_those_of_the_shares(
    case: tuple[Options, Floats, Floats, NDArray[np.int64] | None], k: int
) -> None:
    o, worth, mass, attached = case
    o = o._replace(noise=max(o.noise, 0.3), outside=0.0 if o.outside in (-40.0, 40.0) else o.outside)
    k = k % o.gain.size
    step, money = 1e-6, o.price_coefficient  # of price; a price weighs so much
    up, down = (
        choose(
            o._replace(cost=o.cost + sign * money * step * (np.arange(o.gain.size) == k)),
            1 / worth,
            mass,
            Traits(attached),
        )
        for sign in (1, -1)
    )
    slope = (up.shares_sum - down.shares_sum) / (2 * step)
    chosen = choose(o, 1 / worth, mass, Traits(attached), slopes=money)
    assert chosen.own is not None
    assert chosen.cross is not None
    found = chosen.cross[:, k].copy()
    found[k] -= chosen.own[k]
    np.testing.assert_allclose(found, slope, rtol=1e-4, atol=1e-6 * (mass.sum() + 1))
    # What users lose when a price rises is what they buy at it.
    fall = (down.surplus - up.surplus) / (2 * step)
    assert fall == pytest.approx(chosen.shares_sum[k], rel=1e-4, abs=1e-6 * (1 + mass.sum()))


@QUICK
@given(case=cases())
def test_little_noise_is_the_best_option(case: tuple[Options, Floats, Floats, NDArray[np.int64] | None]) -> None:
    o, worth, mass, attached = case
    o = o._replace(gain=o.gain + 0.1 * np.arange(o.gain.size) ** 2)  # hardly any ties
    best = choose(o._replace(noise=0.0), 1 / worth, mass, Traits(attached))
    nearly = choose(o._replace(noise=1e-9), 1 / worth, mass, Traits(attached), keep=True)
    assert nearly.shares is not None
    # Two options as good up to 1e-8 are a tie to the one and none to the other.
    assume(not ((nearly.shares > 1e-6) & (nearly.shares < 1 - 1e-6)).any())
    np.testing.assert_allclose(best.shares_sum, nearly.shares_sum, atol=1e-6)
    assert best.surplus == pytest.approx(nearly.surplus, rel=1e-6, abs=1e-6)
    assert best.shares_sum.sum() + best.nothing == pytest.approx(mass.sum(), abs=1e-9)


def numbers(chosen: Chosen) -> bool:
    parts: list[Any] = [chosen.shares_sum, chosen.nothing, chosen.surplus, chosen.own, chosen.cross, chosen.shares]
    return all(np.isfinite(part).all() for part in parts if part is not None)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("noise", [0.0, 1e-6, 0.05, 10.0])
@pytest.mark.parametrize("outside", [None, 0.0, -1e6, 1e6])
@pytest.mark.parametrize(
    ("gain", "cost"),
    [
        ([], []),
        ([-np.inf], [0.0]),
        ([-np.inf, -np.inf], [1.0, 1.0]),
        ([1.0, -np.inf], [1.0, 0.0]),
        ([0.0, 0.0], [0.0, 0.0]),
        ([1e9, 1.0], [1e12, 0.0]),
        ([-1e9], [1e12]),
        ([1e9, 1e9], [0.0, 0.0]),
    ],
)
@pytest.mark.parametrize("owners", [None, "some", "all"])
def test_far_ends_stay_numbers(
    dtype: str, noise: float, outside: float | None, gain: list[float], cost: list[float], owners: str | None
) -> None:
    x, mass = np.array([0.01, 1.0, 100.0], dtype=dtype), np.array([0.0, 1.0, 1e6], dtype=dtype)
    local = None if owners is None else np.array([0.5 if owners == "all" else -np.inf, 0.5, -2.0], dtype=dtype)
    chosen = choose(options(gain, cost, noise, outside), x, mass, local=local, slopes=1.0, keep=True)
    assert numbers(chosen)
    assert chosen.shares_sum.sum() + chosen.nothing == pytest.approx(float(mass.sum()), rel=1e-5)
    closed = ~np.isfinite(np.array(gain))
    assert (chosen.shares_sum[: len(gain)][closed] == 0).all()


def test_nobody_chooses() -> None:
    nobody = np.zeros(0)
    chosen = choose(options([1.0], [1.0]), nobody, nobody, slopes=1.0, keep=True)
    assert chosen.shares_sum.tolist() == [0.0]
    assert chosen.nothing == chosen.surplus == 0.0


def test_ties_are_shared_and_an_offer_as_good_as_nothing_is_taken() -> None:
    one = np.ones(1)
    chosen = choose(options([1.0, 1.0, 0.5], [1.0, 1.0, 0.0], 0.0, outside=0.0), one, one)
    assert chosen.shares_sum.tolist() == [0.0, 0.0, 1.0]
    chosen = choose(options([1.0, 1.0], [1.0, 1.0], 0.0, outside=0.0), one, one)
    assert chosen.shares_sum.tolist() == [0.5, 0.5]
    assert chosen.nothing == 0.0
    chosen = choose(options([1.0], [2.0], 0.0, outside=0.0), one, one)
    assert chosen.nothing == 1.0


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_who_is_attached_stays_longer(noise: float) -> None:
    x, mass = np.ones(2), np.ones(2)
    o = options([1.0, 1.0], [0.5, 0.5], noise, bonus=0.3)
    shares = choose(o, x, mass, Traits(np.array([0, -1])), keep=True).shares
    assert shares is not None
    assert shares[0, 0] > 0.5
    assert shares[1].tolist() == pytest.approx([shares[1, 0]] * 2)


def test_many_individuals_are_the_sum_of_blocks() -> None:
    rng = np.random.default_rng(3)
    count = 2 * BLOCK + 17
    x, mass = rng.lognormal(size=count), rng.random(count)
    o = options([1.0, 0.8, 1.2], [0.2, 0.1, 0.5], 0.3)
    whole = choose(o, x, mass, slopes=1.0)
    halves = [choose(o, x[part], mass[part], slopes=1.0) for part in (slice(0, 5000), slice(5000, None))]
    np.testing.assert_allclose(whole.shares_sum, sum(h.shares_sum for h in halves), rtol=1e-10)
    np.testing.assert_allclose(whole.cross, sum(h.cross for h in halves), rtol=1e-10)
