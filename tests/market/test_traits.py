"""Traits: kinds of seller that are no option to some."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from capacity import Workload
from capacity.errors import InputError
from market.demand.bonuses import bonuses_of
from market.demand.choice import choose
from market.demand.options import Options
from market.demand.segment import Refusal, Segment
from market.demand.traits import Traits, refused_rows
from market.economy import Economy
from market.exchange.technology import FixedWork
from market.simulation.model import TokenMarket
from market.supply.specs import Offer, Pool, Provider

ONE = Workload(0, 1_000_000)


def seller(name: str, kind: str, price: float = 1.0) -> Provider:
    return Provider(name, (Offer(name, price, 1.0, FixedWork()),), pools=(Pool(1e9),), kind=kind)


def users(**more: object) -> Segment:
    plain = {"users": 1000.0, "individuals": 1000, "worth_usd": 4.0, "taste_noise": 0.5}
    return Segment("users", ONE, **(plain | more))


def ordered(segment: Segment, *sellers: Provider, ticks: int = 1) -> np.ndarray:
    model = TokenMarket(Economy((segment,), sellers), rng=1)
    model.run_for(ticks)
    return np.asarray(model.orders[0])


@pytest.mark.parametrize("noise", [0.5, 0.0])
@pytest.mark.parametrize("attachment", [0.0, 0.2])
def test_who_refuses_a_kind_buys_nothing_of_it(noise: float, attachment: float) -> None:
    lab, cheap = seller("lab", "frontier"), seller("cheap", "open", 0.1)
    free = ordered(users(taste_noise=noise, attachment=attachment), lab, cheap)
    shut = ordered(users(taste_noise=noise, attachment=attachment, refusals=(Refusal("open", 1.0),)), lab, cheap)
    assert free[1] > free[0]
    assert shut[1] == 0.0
    alone = ordered(users(taste_noise=noise, attachment=attachment), lab, replace(cheap, offers=()))
    assert shut == pytest.approx([*alone, 0.0])


def test_a_share_refuses_and_the_others_choose_as_ever() -> None:
    lab, cheap = seller("lab", "frontier"), seller("cheap", "open", 0.1)
    free, shut = (ordered(users(refusals=(Refusal("open", share),)), lab, cheap) for share in (0.0, 1.0))
    some = ordered(users(individuals=20_000, refusals=(Refusal("open", 0.3),)), lab, cheap)
    assert some == pytest.approx(0.7 * free + 0.3 * shut, rel=0.03)


def test_two_kinds_are_refused_each_by_itself() -> None:
    kinds = np.array(["frontier", "open", "broker"])
    rows = refused_rows(["open", "broker"], kinds)
    options = Options(np.ones(3), np.zeros(3), np.arange(3), 0.3, 0.5, None, 1.0, rows)
    for row in range(4):
        for attached in (None, np.array([-1]), np.array([1])):
            chosen = choose(
                options, np.ones(1), np.ones(1), Traits(attached, np.array([row], dtype=np.int16)), keep=True
            )
            assert rows is not None
            assert chosen.shares is not None
            value = np.exp((1.0 + 0.3 * (np.arange(3) == (-1 if attached is None else attached[0]))) / 0.5) * ~rows[row]
            assert chosen.shares[0] == pytest.approx(value / value.sum())


def test_refusals_are_checked() -> None:
    with pytest.raises(InputError, match="refusal of 'open': share is 2, but must be at least 0 and at most 1"):
        Refusal("open", 2.0)
    with pytest.raises(InputError, match="segment 'users': refusals name a kind of seller twice: open, open"):
        users(refusals=(Refusal("open", 0.1), Refusal("open", 0.2)))


def test_where_nothing_is_sold_nothing_is_barred() -> None:
    nothing, nobody = np.zeros(0), np.zeros(0, dtype=np.int64)
    options = Options(nothing, nothing, nobody, 0.3, 0.1, 0.0, 1.0, np.zeros((2, 0), dtype=bool))
    for refusing in (np.array([0, 1, 1]), None):
        found = bonuses_of(options, nobody, Traits(np.array([-1, 0, 1]), refusing), np.float64)
        assert found is not None
        assert found.of(slice(None)).shape == (0, 3)
