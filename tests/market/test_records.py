"""Records: tidy frames with a unit for every column, whatever the economy lacks; and what Mesa expects."""

from __future__ import annotations

import itertools

import mesa
import numpy as np
import pandas as pd
import pytest

from capacity import Workload
from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import CurveSegment, LinearDemand, Segment
from market.economy import Economy
from market.records import DAILY, Column, Records, Table
from market.simulation.columns import COLUMNS, ENTITY
from market.supply.contract import Contract
from market.supply.specs import Hyperscaler, Offer, Pool, Provider

SEGMENT = Segment("u", Workload(0, 1_000_000), 50.0, 5, worth_usd=9.0)
PROVIDER = Provider("p", (Offer("o", 2.0, 1.0),), pools=(Pool(30.0),), spot=True)
CLOUD = Hyperscaler("cloud", 20.0)


def run(economy: Economy, ticks: int = 5) -> TokenMarket:
    model = TokenMarket(economy, rng=1)
    model.run_for(ticks)
    return model


@pytest.mark.parametrize("segments", [(), (SEGMENT,), (CurveSegment("c", (LinearDemand(9.0, 1.0),)), SEGMENT)])
@pytest.mark.parametrize("providers", [(), (Provider("empty", ()),), (PROVIDER,)])
@pytest.mark.parametrize("owners", [(), (CLOUD,)])
@pytest.mark.parametrize("whole", [False, True])
def test_frames_of_what_there_is(
    segments: tuple[Segment, ...], providers: tuple[Provider, ...], owners: tuple[Hyperscaler, ...], whole: bool
) -> None:
    model = run(Economy(segments, providers, owners, whole=whole))
    frames = model.frames()
    assert list(frames) == [*COLUMNS, *DAILY]
    assert len(frames.pop("choices")) == len(model.book.names) * len(segments)
    for name, frame in frames.items():
        entities = len(model.records.entities[name])
        assert len(frame) == 5 * entities
        keys = ["tick", "time", *([ENTITY[name]] if ENTITY[name] else [])]
        assert list(frame.columns) == keys + [column.name for column in COLUMNS[name]]
        assert not frame.isna().any().any()
        assert np.isfinite(frame.select_dtypes("number").to_numpy()).all()
        if ENTITY[name] and entities:
            assert list(frame[ENTITY[name]].cat.categories) == list(model.records.entities[name])


@pytest.mark.parametrize("frame", [*COLUMNS, *DAILY])
def test_every_column_says_what_it_is(frame: str) -> None:
    columns = {**COLUMNS, **DAILY}[frame]
    assert len({column.name for column in columns}) == len(columns)
    for column in columns:
        assert column.unit
        assert column.meaning
        assert column.name.isidentifier()


def test_totals_are_sums_of_parts() -> None:
    second = Provider("q", (Offer("a", 1.0, 0.9), Offer("b", 3.0, 1.2)), pools=(Pool(10.0),))
    model = run(Economy((SEGMENT, Segment("v", Workload(9_000, 1_000), 1e3)), (PROVIDER, second), (CLOUD,)), 8)
    frames = model.frames()
    ticks = frames["ticks"].set_index("tick")
    shared = {c.name for c in COLUMNS["ticks"]} & {c.name for c in COLUMNS["segments"]}
    for column in shared:
        sums = frames["segments"].groupby("tick")[column].sum()
        np.testing.assert_allclose(ticks[column], sums, rtol=1e-12)
    for total, frame, column in (
        ("ordered", "offers", "ordered"),
        ("served", "offers", "served"),
        ("waiting", "offers", "waiting"),
        ("tokens", "offers", "tokens"),
        ("paid", "offers", "revenue"),
        ("paid", "providers", "revenue"),
        ("used", "pools", "used"),
        ("used", "offers", "work"),
        ("used", "providers", "used"),
        ("capacity", "pools", "capacity"),
        ("moved", "offers", "joined"),
    ):
        np.testing.assert_allclose(ticks[total], frames[frame].groupby("tick")[column].sum(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("ticks", [5, 24, 53])
def test_choices_by_day_are_sums_of_what_offers_and_segments_say(ticks: int) -> None:
    second = Provider("q", (Offer("a", 1.0, 0.9), Offer("b", 3.0, 1.2)), pools=(Pool(10.0),))
    model = run(Economy((SEGMENT, Segment("v", Workload(9_000, 1_000), 1e3)), (PROVIDER, second), (CLOUD,)), ticks)
    frames = model.frames()
    choices = frames["choices"]
    assert choices["tick"].unique().tolist() == list(range(0, ticks, 24))
    day = choices["tick"] // 24
    for entity, frame, columns in (
        ("offer", "offers", {"ordered": "ordered", "served": "served", "paid": "revenue"}),
        ("segment", "segments", {"ordered": "ordered", "served": "served", "paid": "paid"}),
    ):
        whole = frames[frame]
        for column, other in columns.items():
            mine = choices.groupby([day, entity], observed=False)[column].sum()
            theirs = whole.groupby([whole["tick"] // 24, entity], observed=False)[other].sum()
            np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-9)


def test_every_frame_carries_the_time() -> None:
    model = run(Economy((SEGMENT,), (PROVIDER,), calendar=Calendar(tick_hours=0.5)), 4)
    for name, frame in model.frames().items():
        if len(frame) and name not in DAILY:
            times = frame.groupby("tick")["time"].first()
            assert times.diff().dropna().unique().tolist() == [pd.Timedelta(minutes=30)]
            assert times.iloc[0] == pd.Timestamp("2026-01-01")


def test_tables_grow() -> None:
    table = Table((Column("a", "1", "a"), Column("b", "1", "b")), 2, ticks=2)
    for tick in range(9):
        table.row(tick, {"a": np.array([tick, -tick]), "b": 1.0})
    assert table.data["a"][:9, 0].tolist() == list(range(9))
    with pytest.raises(TypeError, match="b"):
        table.row(9, {"a": 1.0})
    assert len(run(Economy((SEGMENT,), (PROVIDER,)), 150).frames()["offers"]) == 150


def test_series_and_frames_agree() -> None:
    model = run(Economy((SEGMENT,), (PROVIDER, Provider("q", (Offer("r", 1.0, 1.0),), pools=(Pool(5.0),)))))
    frame = model.frames()["offers"]
    np.testing.assert_array_equal(model.records.series("offers", "served", "r"), frame[frame.offer == "r"]["served"])
    np.testing.assert_allclose(model.records.series("offers", "served"), frame.groupby("tick")["served"].sum())
    assert isinstance(model.records, Records)


# What a Mesa user expects -----------------------------------------------------------------------------------


def full() -> Economy:
    kinds = [
        Provider(kind, (Offer(f"{kind} o", 2.0, 1.0),), pools=(Pool(9.0),), kind=kind)
        for kind in ("frontier", "open", "broker")
    ]
    curve = CurveSegment("c", (LinearDemand(9.0, 1.0),))
    return Economy((SEGMENT, curve), tuple(kinds), (CLOUD,), (Contract("cloud", "open", 3.0, 1.0),))


def test_agents_by_type_and_their_attributes() -> None:
    model = run(full())
    assert isinstance(model, mesa.Model)
    names = {kind.__name__: len(agents) for kind, agents in model.agents_by_type.items()}
    sellers = ("HyperscalerAgent", "FrontierLab", "OpenWeightProvider", "Broker")
    assert names == dict.fromkeys((*sellers, "LogitCohort", "CurveCohort"), 1)
    for agent in model.agents:
        assert isinstance(agent, mesa.Agent)
        assert agent.name in {"u", "c", "frontier", "open", "broker", "cloud"}
        assert agent.kind in {"users", "hyperscaler", "frontier", "open", "broker"}
        assert isinstance(agent.cash, float)
        assert agent.cash == model.ledger[agent.name]
    assert len({agent.name for agent in model.agents}) == len(model.agents) == 6
    assert model.agents.select(lambda a: a.kind == "open").get("name") == ["open"]


def test_datacollector_and_steps() -> None:
    model = run(full(), 7)
    frame = model.datacollector.get_model_vars_dataframe()
    ticks = model.frames()["ticks"]
    assert len(frame) == model.steps == 7
    assert model.time == 7
    for column in frame:
        np.testing.assert_array_equal(frame[column], ticks[column])


def test_run_for_is_so_many_steps() -> None:
    one, other, third = (TokenMarket(full(), rng=4) for _ in range(3))
    one.run_for(24)
    for _ in range(24):
        other.step()
    third.run_for(10)
    third.run_for(14)
    for a, b, c in zip(*(model.frames().values() for model in (one, other, third)), strict=True):
        pd.testing.assert_frame_equal(a, b, check_exact=True)
        pd.testing.assert_frame_equal(a, c, check_exact=True)


def test_models_do_not_disturb_each_other() -> None:
    economy = full()
    alone = run(economy, 6).frames()
    one, other = TokenMarket(economy, rng=1), TokenMarket(economy, rng=9)
    for _, model in itertools.product(range(6), (one, other)):
        model.step()
    for a, b in zip(alone.values(), one.frames().values(), strict=True):
        pd.testing.assert_frame_equal(a, b, check_exact=True)
