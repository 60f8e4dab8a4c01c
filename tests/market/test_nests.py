"""Nests: nested logit by its formula written down plainly, its derivatives, its ends, and who is in which nest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_markets import assert_slopes_are_differences

from capacity import Workload
from capacity.errors import InputError, UnknownNameError
from market.demand.choice import Ground, choose
from market.demand.intensity import Intensity
from market.demand.nests import Nest, Nests, nests_of
from market.demand.options import Options
from market.demand.segment import LocalMachine, Refusal, Segment
from market.demand.traits import Traits, refused_rows
from market.economy import Economy
from market.exchange.technology import FixedWork
from market.simulation.model import TokenMarket
from market.supply.specs import Offer, Pool, Provider

type Floats = NDArray[np.float64]
ONE = Workload(0, 1_000_000)
QUICK = settings(max_examples=60, deadline=None, derandomize=True)


def plainly(o: Options, worth: float, column: Floats, local: float | None) -> tuple[Floats, float, float]:
    """Shares of the options (and the machine), of nothing, and the surplus of an individual with these bonuses."""
    assert o.nests is not None
    v = (o.gain - o.cost / worth + column) / o.noise
    of = o.nests.of[:-1]
    if local is not None:
        v, of = np.append(v, local / o.noise), o.nests.of
    inside, value = np.zeros(v.size), {}
    for nest in set(of.tolist()):
        here, scale = of == nest, o.nests.scale[nest]
        top = v[here].max()
        if np.isfinite(top):
            e = np.exp((v[here] - top) / scale)
            inside[here], value[nest] = e / e.sum(), top + scale * np.log(e.sum())
    none = -np.inf if o.outside is None else o.outside / o.noise
    top = max([none, *value.values()])
    total = np.exp(none - top) + sum(np.exp(one - top) for one in value.values())
    shares = inside * np.array([np.exp(value.get(nest, -np.inf) - top) / total for nest in of.tolist()])
    surplus = worth * o.noise * (np.log(total) + top) / o.price_coefficient
    return shares, float(np.exp(none - top) / total), float(surplus)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Options, Floats, Floats, Traits, Floats | None]:
    count, people = draw(st.integers(1, 5)), draw(st.integers(1, 5))

    def some(of: st.SearchStrategy[float], size: int) -> Floats:
        return np.array([draw(of) for _ in range(size)])

    scales = st.sampled_from([0.05, 0.3, 0.7, 1.0])
    nests = Nests(np.array([draw(st.integers(0, 2)) for _ in range(count + 1)]), some(scales, 3))
    rows = refused_rows(["x"], np.array([draw(st.sampled_from("xy")) for _ in range(count)]))
    made = Options(
        some(st.floats(-3, 3), count),
        some(st.floats(0, 20), count),
        np.array([draw(st.integers(0, 2)) for _ in range(count)]),
        draw(st.sampled_from([0.0, 0.5])),
        draw(st.sampled_from([0.01, 0.3, 1.0, 5.0])),
        draw(st.sampled_from([0.0, 0.5, -40.0, 40.0])),
        draw(st.sampled_from([0.3, 1.0, 8.0])),
        rows,
        nests,
    )
    attached = np.array([draw(st.integers(-1, made.group.max())) for _ in range(people)])
    refusing = np.array([draw(st.integers(0, 1)) for _ in range(people)], dtype=np.int16)
    local = some(st.sampled_from([-np.inf, -1.0, 0.4]), people) if draw(st.booleans()) else None
    return made, some(st.floats(0.1, 50), people), some(st.floats(0, 9), people), Traits(attached, refusing), local


@QUICK
@given(case=cases())
def test_shares_are_those_of_the_formula(case: tuple[Options, Floats, Floats, Traits, Floats | None]) -> None:
    o, worth, mass, traits, local = case
    chosen = choose(o, 1.0 / worth, mass, traits, local=local, keep=True)
    assert o.refused is not None
    assert traits.attached is not None
    assert traits.refusing is not None
    sums, nothing, surplus = np.zeros(o.gain.size + (local is not None)), 0.0, 0.0
    for i, w in enumerate(worth):
        column = o.bonus * (o.group == traits.attached[i]) + np.where(o.refused[traits.refusing[i]], -np.inf, 0.0)
        shares, none, value = plainly(o, w, column, None if local is None else float(local[i]))
        sums, nothing, surplus = sums + mass[i] * shares, nothing + mass[i] * none, surplus + mass[i] * value
    np.testing.assert_allclose(chosen.shares_sum, sums, rtol=1e-9, atol=1e-12)
    assert chosen.nothing == pytest.approx(nothing, rel=1e-9, abs=1e-12)
    assert chosen.surplus == pytest.approx(surplus, rel=1e-9, abs=1e-9)
    assert chosen.shares is not None
    np.testing.assert_allclose(mass @ chosen.shares, sums, rtol=1e-9, atol=1e-12)


@QUICK
@given(case=cases(), k=st.integers(0, 4))
def test_derivatives_are_those_of_the_shares(
    case: tuple[Options, Floats, Floats, Traits, Floats | None], k: int
) -> None:
    o, worth, mass, traits, local = case
    assert o.nests is not None
    scale = np.maximum(o.nests.scale, 0.3)
    o = o._replace(noise=max(o.noise, 1.0), outside=0.0, nests=replace(o.nests, scale=scale))
    k, step, money = k % o.gain.size, 1e-6, o.price_coefficient
    dearer = money * step * (np.arange(o.gain.size) == k)
    up, down = (
        choose(o._replace(cost=cost), 1 / worth, mass, traits, local=local)
        for cost in (o.cost + dearer, o.cost - dearer)
    )
    slope = (up.shares_sum - down.shares_sum) / (2 * step)
    chosen = choose(o, 1 / worth, mass, traits, local=local, slopes=money)
    assert chosen.own is not None
    assert chosen.cross is not None
    found = chosen.cross[:, k].copy()
    found[k] -= chosen.own[k]
    np.testing.assert_allclose(found, slope, rtol=1e-4, atol=1e-6 * (mass.sum() + 1))
    np.testing.assert_allclose(chosen.cross, chosen.cross.T, rtol=1e-9, atol=1e-12)
    fall = (down.surplus - up.surplus) / (2 * step)
    assert fall == pytest.approx(chosen.shares_sum[k], rel=1e-4, abs=1e-6 * (1 + mass.sum()))


@QUICK
@given(case=cases())
def test_scale_one_is_no_nest(case: tuple[Options, Floats, Floats, Traits, Floats | None]) -> None:
    o, worth, mass, traits, local = case
    assert o.nests is not None
    ones = o._replace(nests=replace(o.nests, scale=np.ones(3)))
    nested, plain = (
        choose(one, 1 / worth, mass, traits, local=local, slopes=1.0) for one in (ones, o._replace(nests=None))
    )
    assert nested.surplus == pytest.approx(plain.surplus, rel=1e-12, abs=1e-12)
    for name in ("shares_sum", "own", "cross"):
        np.testing.assert_allclose(getattr(nested, name), getattr(plain, name), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1e-6, 0.3])
@pytest.mark.parametrize("noise", [1e-6, 0.05, 10.0])
@pytest.mark.parametrize("outside", [None, 0.0, -1e6, 1e6])
@pytest.mark.parametrize(
    "gain", [[], [-np.inf], [1.0, -np.inf], [-np.inf, 1.0, 1.0], [1e9, 1.0], [-1e9, -1e9], [-np.inf, -np.inf]]
)
def test_far_ends_stay_numbers(
    dtype: str, scale: float, noise: float, outside: float | None, gain: list[float]
) -> None:
    x, mass = np.array([0.01, 1.0, 100.0], dtype=dtype), np.array([0.0, 1.0, 1e6], dtype=dtype)
    gains = np.array(gain)
    nests = Nests(np.arange(gains.size + 1) % 2, np.array([scale, 1.0]))
    o = Options(gains, np.full(gains.size, 3.0), np.arange(gains.size), 0.0, noise, outside, 1.0, nests=nests)
    for local in (None, np.array([-np.inf, 0.5, -2.0], dtype=dtype)):
        chosen = choose(o, x, mass, local=local, slopes=1.0, keep=True)
        for part in (chosen.shares_sum, chosen.nothing, chosen.surplus, chosen.own, chosen.cross, chosen.shares):
            assert part is not None
            assert np.isfinite(part).all()
        assert chosen.shares_sum.sum() + chosen.nothing == pytest.approx(float(mass.sum()), rel=1e-5)
        assert (chosen.shares_sum[: gains.size][~np.isfinite(gains)] == 0).all()


def test_a_weak_nest_is_not_rounded_away() -> None:
    """exp(-2000) is no number, but exp(.01 x -2000) is a share that counts."""
    o = Options(np.array([-20.0]), np.zeros(1), np.zeros(1, dtype=int), 0.0, 1.0, -20.0, 1.0)
    chosen = choose(o._replace(nests=Nests(np.zeros(2, dtype=int), np.array([0.01]))), np.ones(1), np.ones(1))
    assert chosen.shares_sum[0] == pytest.approx(0.5)


@pytest.mark.parametrize("who", [[4500], [3], []])
def test_those_who_ask_may_all_be_in_one_block_or_nowhere(who: list[int]) -> None:
    """Of many individuals, few ask beyond their quotas: the others' blocks are empty."""
    gains, x = np.array([1.0, 0.9, 0.8]), np.linspace(0.1, 1.0, 5000)
    nests = Nests(np.array([0, 0, 1, 1]), np.array([0.4, 1.0]))
    o = Options(gains, np.full(3, 0.5), np.arange(3), 0.0, 0.2, 0.0, 1.0, nests=nests)
    mass = np.zeros(5000)
    mass[who] = 7.0
    few = Ground(o, x, np.float64, intensity=Intensity(0.7, 0.1), who=np.array(who, dtype=np.int64))
    everybody = Ground(o, x, np.float64, intensity=Intensity(0.7, 0.1))
    one, other = (ground.at(o.cost).of(mass) for ground in (few, everybody))
    np.testing.assert_allclose(one.shares_sum, other.shares_sum, rtol=1e-12)
    assert one.asked == pytest.approx(other.asked)


def test_names_come_before_kinds_and_kinds_before_the_rest() -> None:
    names, kinds = np.array(["a", "b", "c", "d"]), np.array(["open", "open", "frontier", "broker"])
    made = nests_of((Nest(0.5, offers=("a", "c")), Nest(0.6, kinds=("open",)), Nest(0.7)), names, kinds)
    assert made is not None
    assert made.of.tolist() == [0, 1, 0, 2, 2]
    made = nests_of((Nest(0.6, kinds=("open",)),), names, kinds)
    assert made is not None
    assert made.of.tolist() == [0, 0, 1, 1, 1]
    assert made.scale.tolist() == [0.6, 1.0]
    assert nests_of((Nest(1.0, kinds=("open",)),), names, kinds) is None


def test_nests_are_checked() -> None:
    with pytest.raises(InputError, match="nest: scale is 0, but must be above 0 and at most 1"):
        Nest(0.0)
    with pytest.raises(InputError, match="segment 'u': nests name an offer twice: a, a"):
        Segment("u", ONE, 1.0, nests=(Nest(0.5, offers=("a",)), Nest(0.5, offers=("a",))))
    with pytest.raises(InputError, match="segment 'u': nests name a kind of seller twice: open, open"):
        Segment("u", ONE, 1.0, nests=(Nest(0.5, kinds=("open", "open")),))
    with pytest.raises(InputError, match="segment 'u': nests that name neither offers nor kinds are 2, but may be 1"):
        Segment("u", ONE, 1.0, nests=(Nest(0.5), Nest(0.6)))
    with pytest.raises(UnknownNameError, match=r"segment 'u': nest: offer 'god' is unknown \(did you mean 'good'\?\)"):
        Economy(
            (Segment("u", ONE, 1.0, nests=(Nest(0.5, offers=("god",)),)),),
            (Provider("p", (Offer("good", 1.0),), pools=(Pool(1.0),)),),
        )


def test_what_sellers_learn_is_what_a_difference_gives() -> None:
    """Attachment, refusals, machines of one's own, and less asked where it is dearer, all at once."""
    everybody = Segment(
        "users",
        ONE,
        1000.0,
        400,
        worth_usd=4.0,
        worth_spread=1.0,
        taste_noise=0.5,
        attachment=0.1,
        refusals=(Refusal("open", 0.4),),
        intensity_elasticity=0.8,
        nests=(Nest(0.4), Nest(0.7, kinds=("open",))),
        local=LocalMachine(0.3, 0.5, 1e9, 0.1),
    )
    sellers = [
        Provider(name, (Offer(name, price, 1.0, FixedWork()),), pools=(Pool(1e9),), kind=kind)
        for name, kind, price in (("lab", "frontier", 3.0), ("other", "frontier", 2.5), ("cheap", "open", 1.0))
    ]
    model = TokenMarket(Economy((everybody,), tuple(sellers)), rng=1)
    model.run_for(3)
    assert_slopes_are_differences(model, [1.1, 0.9, 1.3])
