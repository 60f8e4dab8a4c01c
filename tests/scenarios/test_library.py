"""The library: every scenario says what it asks, is valid, and runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market import TokenMarket
from scenarios import library
from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS
from scenarios.loading.checking import checked
from scenarios.results import summary_tables
from scenarios.results.frames import frames_of
from scenarios.results.measures import MEASURES
from scenarios.results.outcome import compare, part_of

#: The questions of the library that were asked for.
WANTED = (
    "baseline-2026",
    "compute-crunch",
    "abundance",
    "dram-ceiling",
    "off-peak",
    "hyperscaler-first",
    "open-weight-squeeze",
    "priority-tiers",
    "free-tier",
    "model-reservation",
    "local-exit",
    "broker",
    "energy-shock",
    "memory-breakthrough",
    "consolidation",
    "video-and-agents",
    "overbuild",
    "dear-hours",
    "rack-market",
    "hindcast",
)
FEW = 60


def test_all_are_there_one_a_file() -> None:
    assert set(SCENARIOS) == set(WANTED)
    files = {path.stem.replace("_", "-") for path in Path(library.__file__).parent.glob("*.py")}
    assert files >= set(WANTED)
    assert next(iter(SCENARIOS)) == "baseline-2026"


@pytest.mark.parametrize("name", WANTED)
def test_says_what_it_asks(name: str) -> None:
    scenario = SCENARIOS[name]
    assert scenario.name == name
    assert scenario.question.endswith("?")
    assert len(scenario.question) <= 110
    assert scenario.source
    assert scenario.outcomes
    if name != "baseline-2026":
        assert scenario.extends in SCENARIOS
        assert scenario.differences(SCENARIOS[scenario.extends])
    for one in scenario.outcomes:
        assert one.expected == "reported" or one.source, f"{one.measure}: who expects it?"
    digests = [scenario.digest, *(scenario.variant(v).digest for v in scenario.variants)]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize("name", WANTED)
def test_is_valid_with_all_its_variants(name: str) -> None:
    checked(SCENARIOS[name])


def run(scenario: Scenario, days: float = 1.0) -> dict[str, object]:
    short = scenario.with_changes({"time.days": days, "time.mode": "hourly"})
    model = TokenMarket(short.economy(individuals=FEW), rng=1)
    for _ in range(short.ticks):
        model.step()
    return dict(frames_of(model))


@cache
def a_day(name: str) -> dict[str, object]:
    """Its frames, which nobody changes."""
    return run(SCENARIOS[name])


@pytest.mark.parametrize("name", WANTED)
def test_runs_for_a_day_and_answers(name: str) -> None:
    scenario = SCENARIOS[name]
    frames = a_day(name)
    assert len(frames["ticks"]) == 24 / scenario.time.tick_hours
    assert frames["ticks"]["served"].sum() > 0
    assert [check.name for check in summary_tables.checks(frames) if not check.kept] == []
    for one in scenario.outcomes:
        value, _, _ = compare(one, frames, frames)
        assert np.isfinite(value), one.measure


@pytest.mark.parametrize(
    ("name", "variant"), [(name, variant) for name in WANTED for variant in SCENARIOS[name].variants]
)
def test_variants_run(name: str, variant: str) -> None:
    frames = run(SCENARIOS[name].variant(variant), days=0.25)
    assert [check.name for check in summary_tables.checks(frames) if not check.kept] == []
    assert frames["ticks"]["served"].sum() > 0


def test_every_measure_gives_a_number() -> None:
    frames = a_day("compute-crunch")
    for measure in MEASURES.values():
        value = measure.of(frames)
        assert isinstance(value, float), measure.name
        assert measure.unit
        assert measure.meaning


def test_representative_weeks_run_over_a_jump() -> None:
    short = SCENARIOS["compute-crunch"].with_changes({"time.days": 70.0, "time.tick_hours": 3.0})
    model = TokenMarket(short.economy(individuals=FEW), rng=1)
    for _ in range(short.ticks):
        model.step()
    frames = frames_of(model)
    ticks, segments = frames["ticks"], frames["segments"]
    gaps = ticks["time"].diff().dropna().dt.total_seconds() / 3600.0
    assert sorted(set(gaps)) in ([3.0, 3.0 + 21 * 24], [3.0, 3.0 + 21 * 24, 3.0 + 28 * 24])
    racks = frames["wholesale"].groupby("tick")["racks"].sum().to_numpy()
    assert np.diff(np.log(racks)) == pytest.approx(
        np.full(racks.size - 1, np.log(racks[-1] / racks[0]) / (racks.size - 1))
    )
    week, coders = len(ticks) // 3, segments[segments["segment"] == "coders"]["asked"]
    assert coders.iloc[-week:].sum() > 1.3 * coders.iloc[:week].sum()  # 10x a year


@pytest.mark.parametrize(("days", "part"), [(2, 0.25), (13, 0.25), (14, 0.5), (28, 0.25), (252, 3 / 36)])
def test_start_and_end_are_whole_weeks(days: int, part: float) -> None:
    times = pd.date_range("2026-01-05", periods=days * 24, freq="h")
    assert part_of({"ticks": pd.DataFrame({"time": times})}) == pytest.approx(part)
