"""Laws of chance: same seed same bytes, and what is added reshuffles nobody else's draws."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import TokenMarket
from market.demand.segment import Deferral
from market.economy import Economy
from market.exchange.clearing.base import Clearing
from market.exchange.rationing.base import Rationing
from market.randomness import Streams
from market.supply.specs import Hyperscaler, Offer, Provider
from scenarios.laws.examples import CLEARINGS, RULES
from scenarios.laws.law import quick
from scenarios.laws.plain_economies import frame_bytes, market_of, must_be_same, people, run, seller
from scenarios.laws.random_economies import economies


def busy(whole: bool, rule: Rationing | None = None, **other: object) -> Economy:
    """Everything that is drawn is drawn: sizes, worths, arrivals, attachments, patience, lots."""
    agents = (
        people(attachment=0.2, reconsider_per_day=6.0, burstiness=3.0, patience_h=1.0),
        people("two", deferral=Deferral(0.3, 4.0), burstiness=1.0, attachment=0.1),
        seller("p", racks=40.0),
        seller("q", 2.0, 0.9, racks=60.0),
    )
    chosen = {"rationing": rule} if rule else {}
    return market_of(*agents, whole=whole, **chosen, **other)


# Seeds ------------------------------------------------------------------------------------------------------


@quick(15)
@given(economy=economies(), seed=st.integers(0, 2**40))
def test_same_seed_same_bytes(economy: Economy, seed: int) -> None:
    assert frame_bytes(run(economy, 4, seed)) == frame_bytes(run(economy, 4, seed))


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("whole", [False, True])
def test_same_seed_same_bytes_under_every_rule(rule: Rationing, whole: bool) -> None:
    economy = busy(whole, rule)
    assert frame_bytes(run(economy, 8)) == frame_bytes(run(economy, 8))


def digest() -> str:
    parts = frame_bytes(run(busy(True), 8, seed=5))
    return hashlib.sha256(b"".join(name.encode() + parts[name] for name in sorted(parts))).hexdigest()


def test_same_seed_same_bytes_in_another_process() -> None:
    """Whatever the order of sets and dictionaries is there."""
    here = Path(__file__).parent
    code = "import test_randomness_laws as laws; print(laws.digest())"
    path = os.pathsep.join([str(here), str(here.parents[1])])
    other = "1" if os.environ.get("PYTHONHASHSEED") == "2" else "2"
    env = os.environ | {"PYTHONHASHSEED": other, "PYTHONPATH": path}
    found = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == digest()


@pytest.mark.parametrize("clearing", CLEARINGS, ids=str)
def test_other_seed_other_draws(clearing: Clearing) -> None:
    economy = busy(True, clearing=clearing)
    one, other = run(economy, 6, seed=1), run(economy, 6, seed=2)
    assert (one.records.series("ticks", "ordered") != other.records.series("ticks", "ordered")).any()
    assert (one.cohorts[0].worth != other.cohorts[0].worth).any()
    assert (one.orders == np.rint(one.orders)).all()


def test_seeds_are_whole_numbers() -> None:
    economy = busy(False)
    assert frame_bytes(run(economy, 3, seed=7)) == frame_bytes(run(economy, 3, seed=int(np.int64(7))))
    assert TokenMarket(economy).founded.streams.seed == 0
    assert TokenMarket(economy, rng=np.int64(7)).founded.streams.seed == 7


# Newcomers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("clearing", CLEARINGS, ids=str)
def test_a_provider_without_machines_or_buyers_changes_nobodys_draws(
    clearing: Clearing, whole: bool, place: str
) -> None:
    base = busy(whole, clearing=clearing)
    idle = Provider("idle", (Offer("idle offer", 1.0, 1.0, open_to=()),))
    shops = (idle, *base.providers) if place == "first" else (*base.providers, idle)
    one, other = run(base, 10), run(replace(base, providers=shops), 10)
    must_be_same(one, other)
    if whole:
        np.testing.assert_array_equal(one.records.series("ticks", "ordered"), other.records.series("ticks", "ordered"))
    for a, b in zip(one.cohorts, other.cohorts, strict=True):
        for name in ("worth", "requests_per_tick", "zone", "machines.has_one"):
            np.testing.assert_array_equal(attrgetter(name)(a), attrgetter(name)(b))
        names = [[None, *(p.name for p in m.providers)] for m in (one, other)]
        attached = [[names[k][number + 1] for number in c.attached] for k, c in enumerate((a, b))]
        assert attached[0] == attached[1]


@pytest.mark.parametrize("whole", [False, True])
def test_a_provider_without_offers_and_an_owner_without_machines_change_nothing(whole: bool) -> None:
    base = busy(whole)
    more = replace(base, providers=(*base.providers, Provider("idle", ())), hyperscalers=(Hyperscaler("cloud", 0.0),))
    must_be_same(run(base, 8), run(more, 8))


@pytest.mark.parametrize("whole", [False, True])
def test_a_segment_reshuffles_no_other(whole: bool) -> None:
    """Nobody else's population or arrivals change; where there is room, nor does anything else."""
    base = busy(whole)
    roomy = replace(base, providers=tuple(replace(p, pools=(replace(p.pools[0], racks=1e7),)) for p in base.providers))
    for newcomers in ((people("three", users=10.0), *roomy.segments), (*roomy.segments, people("three", users=10.0))):
        one, other = run(roomy, 6), run(replace(roomy, segments=newcomers), 6)
        mine = {c.name: c for c in other.cohorts}
        for cohort in one.cohorts:
            for name in ("worth", "requests_per_tick", "zone", "budget_per_day", "machines.has_one"):
                np.testing.assert_array_equal(attrgetter(name)(cohort), attrgetter(name)(mine[cohort.name]))
            series = [m.records.series("segments", "served", cohort.name) for m in (one, other)]
            np.testing.assert_allclose(series[0], series[1], rtol=1e-6)


def test_a_policy_on_trial_leaves_the_population_alone() -> None:
    """Two runs that differ in a mechanism only face the same users: common random numbers."""
    one, other = (TokenMarket(busy(True, clearing=clearing), rng=3) for clearing in (CLEARINGS[0], CLEARINGS[-1]))
    for a, b in zip(one.cohorts, other.cohorts, strict=True):
        np.testing.assert_array_equal(a.worth, b.worth)


# Streams ----------------------------------------------------------------------------------------------------


@quick(30)
@given(names=st.lists(st.lists(st.text(max_size=5), min_size=1, max_size=3).map(tuple), unique=True, max_size=6))
def test_a_stream_depends_on_seed_and_name_only(names: list[tuple[str, ...]]) -> None:
    forward, backward = Streams(4), Streams(4)
    one = {name: forward.stream(*name).random() for name in names}
    other = {name: backward.stream(*name).random() for name in reversed(names)}
    assert one == other
    assert len(set(one.values())) == len(names)


def test_a_stream_moves_on() -> None:
    streams = Streams(4)
    assert streams.stream("a") is streams.stream("a")
    assert streams.stream("a").random() != streams.stream("a").random()
    assert Streams(4).stream("a").random() != Streams(5).stream("a").random()
    assert Streams(4).stream("a", "b").random() != Streams(4).stream("ab").random()


# Means ------------------------------------------------------------------------------------------------------


def test_whole_requests_are_those_of_the_fluid_on_average() -> None:
    economy = busy(False)
    roomy = replace(
        economy, providers=tuple(replace(p, pools=(replace(p.pools[0], racks=1e7),)) for p in economy.providers)
    )
    fluid = run(roomy, 24).records.series("ticks", "ordered").mean()
    draws = [run(replace(roomy, whole=True), 24, seed).records.series("ticks", "ordered").mean() for seed in range(6)]
    # Populations differ between seeds but not in how much they ask.
    assert np.mean(draws) == pytest.approx(fluid, rel=0.03)


@quick(10)
@given(data=st.data())
def test_single_precision_is_precise_enough(data: st.DataObject) -> None:
    economy = busy(False, clearing=data.draw(st.sampled_from(CLEARINGS)))
    noise = data.draw(st.sampled_from([0.05, 1.0]))
    # Without attachment: who reconsiders draws a provider, and rounding may tip a draw.
    one, other = (
        run(
            replace(
                economy,
                segments=tuple(replace(s, taste_noise=noise, attachment=0.0, dtype=dtype) for s in economy.segments),
            ),
            8,
        )
        for dtype in ("float32", "float64")
    )
    scale = float(other.records.series("ticks", "asked").max())
    for name in ("asked", "ordered", "served", "waiting", "paid", "nothing", "surplus"):
        a, b = (model.records.series("ticks", name) for model in (one, other))
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4 * scale, err_msg=name)
