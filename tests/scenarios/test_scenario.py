"""Scenarios as values: compared, hashed, changed, written out and read back; and what they build."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from capacity.errors import InputError, UnknownNameError
from market import TokenMarket
from market.calendar import RepresentativeWeeks
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.rationing.strict_priority import StrictPriority
from market.exchange.tariff import LongContext, Tariff
from market.quality import quality_at
from market.supply.expansion import FollowRents, PlannedRacks, SteadyGrowth
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.every import Every
from market.supply.pricing.menu_cost import MenuCost
from market.supply.pricing.surge import Surge
from market.supply.pricing.time_of_day import TimeOfDay
from market.supply.quotas import PeakCut
from scenarios.definition.scenario import Scenario
from scenarios.definition.sellers import GOLDEN
from scenarios.library import SCENARIOS
from scenarios.library.baseline_2026 import fitted
from scenarios.loading.scenarios import from_file
from scenarios.parameters.describe import describe

BASE = SCENARIOS["baseline-2026"]


def test_frozen_and_unknown_fields_refused() -> None:
    with pytest.raises(ValidationError):
        BASE.supply.growth = 5.0
    with pytest.raises(InputError, match=r"supply\.growht is unknown \(did you mean 'growth'\?\)"):
        BASE.with_changes({"supply.growht": 5})


def test_equal_and_hashed_by_what_they_are() -> None:
    changed = BASE.with_changes({"supply.growth": 5})
    assert changed != BASE
    assert changed == BASE.with_changes({"supply.growth": 5.0})
    assert changed.with_changes({"supply.growth": 3.4}) == BASE
    assert len({BASE, changed, BASE.with_changes({})}) == 2
    assert BASE.with_changes({"labs": BASE.data()["labs"]}) == BASE
    assert BASE.with_changes({"demand.casual.patience_h": math.inf}) != BASE
    assert BASE != "baseline-2026"
    # What it was made from is no part of what it is.
    assert BASE.model_copy(update={"extends": "elsewhere"}).digest == BASE.digest


def test_the_hash_is_the_same_in_another_process() -> None:
    script = "from scenarios.library import SCENARIOS; print(SCENARIOS['compute-crunch'].digest)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == SCENARIOS["compute-crunch"].digest


def test_paths_reach_lists_by_name_number_and_all() -> None:
    changed = BASE.with_changes({"labs.Borealis.cash": 1.0, "open[2].price": 2.0, "open.*.cost": 1.0})
    assert [lab.cash for lab in changed.labs] == [5e9, 1.0, 3e9]
    assert changed.open[2].price == 2.0
    assert {one.cost for one in changed.open} == {1.0}
    tier = {"name": "night", "speed": 20.0}
    sold = {"name": "night", "model": "best", "tier": "night", "price": 5.0}
    more = BASE.with_changes({"labs.*.tiers.+": tier, "labs.*.offers.+": [sold]})
    assert all([tier.name for tier in lab.tiers][-1] == "night" for lab in more.labs)
    fewer = BASE.with_changes({"open": [BASE.data()["open"][0]]})
    assert [one.name for one in fewer.open] == ["Ferry"]
    with pytest.raises(UnknownNameError, match="did you mean 'Ferry'"):
        BASE.with_changes({"open.Fery.price": 1.0})


def test_differences() -> None:
    changed = BASE.with_changes({"supply.growth": 5, "open.Ferry.price": 4.0})
    assert changed.differences(BASE) == {"supply.growth": (5.0, 3.4), "open.Ferry.price": (4.0, 2.5)}
    assert BASE.differences(BASE) == {}


@settings(max_examples=25)
@given(
    growth=st.floats(0.01, 1000),
    patience=st.floats(0, 1e6) | st.just(math.inf),
    users=st.floats(1, 1e11),
    question=st.text(st.characters(codec="utf-8"), max_size=60),
    start=st.dates(date(2020, 1, 1), date(2059, 12, 31)),
    whole=st.booleans(),
)
def test_toml_round_trip(
    growth: float,
    patience: float,
    users: float,
    question: str,
    start: date,
    whole: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    changed = BASE.with_changes(
        {
            "supply.growth": growth,
            "demand.casual.patience_h": patience,
            "demand.coders.users": users,
            "question": question,
            "time.start": start,
            "market.whole": whole,
        }
    )
    path = tmp_path_factory.mktemp("round") / "trip.toml"
    path.write_text(changed.to_toml(), encoding="utf-8")
    back = from_file(path)
    assert back.data() | {"extends": ""} == changed.data() | {"extends": ""}
    assert back == changed


def test_every_parameter_has_a_meaning_a_unit_and_a_source() -> None:
    for path, value, unit, meaning, source in describe(SCENARIOS["broker"]):
        assert meaning, path
        assert source, path
        if isinstance(value, float):
            assert unit, path


def _sections(model: type[BaseModel]) -> set[type[BaseModel]]:
    from scenarios.parameters.complaints import _section

    found = {model}
    for field in model.model_fields.values():
        inner = _section(field.annotation)
        if inner is not None and inner not in found:
            found |= _sections(inner)
    return found


def test_every_number_is_bounded() -> None:
    for section in _sections(Scenario):
        for name, field in section.model_fields.items():
            if "float" in str(field.annotation) or str(field.annotation) in ("Number", "Whole"):
                low = [
                    getattr(bound, kind) for bound in field.metadata for kind in ("ge", "gt") if hasattr(bound, kind)
                ]
                high = [bound.le for bound in field.metadata if hasattr(bound, "le")]
                assert low, f"{section.__name__}.{name}"
                assert high, f"{section.__name__}.{name}"


# ------------------------------------------------------------------------------------------------ what is built


def test_baseline_is_as_it_was() -> None:
    """What of the baseline is a source's number and not fitted."""
    made = BASE.economy(10_000)
    casual, coders, _ = made.segments
    assert (casual.workload.input, casual.workload.output) == (1_500, 350)
    assert [s.users for s in made.segments] == [1e9, 14.1e6, 5e6]
    assert 1e9 * casual.requests_per_day > 4e9
    assert [s.individuals for s in made.segments] == [5_000, 3_000, 2_000]
    typed = {
        "casual": (1.0, 0.88, 0.84, 0.80, 0.82),
        "coders": (1.0, 0.93, 0.89, 0.75, 0.655),
        "agentic": (1.0, 0.85, 0.81, 0.60, 0.583),
    }
    named = {o.name: o for p in made.providers for o in p.offers}
    offers = ("Borealis standard", "Ferry kimi-k2", "Harbor deepseek-v3.2", "Islet gpt-oss-120b", "Aster mini")
    for segment, qualities in typed.items():
        for offer, quality in zip(offers, qualities, strict=True):
            assert quality_at(named[offer].quality, segment) == pytest.approx(quality, abs=2e-3)
    assert sum(h.racks for h in made.hyperscalers) == pytest.approx(74_815, rel=1e-3)
    assert coders.local is not None
    assert coders.local.usd_per_request == pytest.approx(0.0004)
    assert casual.local is None
    policy = made.providers[0].pricing
    weekly = Every(BestResponse(sweeps=4, across=True), 168.0, 72.0, 168.0 * GOLDEN)
    assert policy == MenuCost(weekly, cost_days=17.0, wander=0.15, settling_hours=72.0)
    assert not any("price" in path or "labs.*.pricing" in path for path in fitted())
    weekly = Every(CostPlus(fitted()["open.*.pricing.margin"], 168.0), 168.0, 72.0, 168.0 * (4.0 * GOLDEN % 1.0))
    assert made.providers[3].pricing == MenuCost(weekly, cost_days=0.4, wander=0.48, settling_hours=72.0)


def test_dear_hours_have_to_pay_for_the_change_until_the_next_look() -> None:
    changes = {"blocks": 2, "every_hours": 672.0, "least_gain": 0.001}
    dear = {f"open.*.pricing.dear_hours.{name}": value for name, value in changes.items()}
    free, dearer, never = (
        SCENARIOS["baseline-2026"].with_changes(dear | {"open.*.pricing.change_cost_days": days}).economy(60)
        for days in (0.0, 0.7, 100.0)
    )
    gains = [[one.pricing.least_gain for one in made.providers[3:]] for made in (free, dearer, never)]  # type: ignore[attr-defined]
    assert gains == [[0.001] * 4, [pytest.approx(0.7 / 28.0)] * 4, [1.0] * 4]
    turns = [one.pricing.turn_hours for one in free.providers[3:]]  # type: ignore[attr-defined]
    assert len(set(turns)) == 4
    assert all(0 <= turn < 672.0 for turn in turns)


def test_growth_is_split_into_users_and_intensity() -> None:
    made = BASE.with_changes({"demand.growth": 10, "demand.users_share": 0.25, "demand.agentic.growth_tilt": 2})
    casual, coders, agentic = made.economy(30).segments
    assert casual.growth == coders.growth == pytest.approx(10**0.25)
    assert coders.growth * coders.intensity_growth == pytest.approx(10.0)
    assert casual.growth * casual.intensity_growth == pytest.approx(2.6)
    assert agentic.growth == casual.growth
    assert agentic.growth * agentic.intensity_growth == pytest.approx(20.0)


def test_lags_hold_their_meaning_over_time() -> None:
    """An open model that trails by m months is as good as the frontier was m months ago, at any time."""
    made = BASE.with_changes({"progress.advancing": True}).economy(30)
    named = {o.name: o for p in made.providers for o in p.offers}
    best, kimi = named["Borealis standard"].quality, named["Ferry kimi-k2"].quality
    for segment, months in (("casual", 6.8), ("coders", 4.3), ("agentic", 8.1)):
        for years in (1.0, 2.0):
            assert quality_at(kimi, segment, years) == pytest.approx(quality_at(best, segment, years - months / 12))
    assert quality_at(best, "casual", 3.0) > quality_at(best, "casual", 0.0)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"supply.expansion": "steady"}, SteadyGrowth),
        ({"supply.expansion": "planned"}, PlannedRacks),
        ({"supply.expansion": "follow-rents"}, FollowRents),
    ],
)
def test_expansions(changes: dict[str, Any], kind: type) -> None:
    assert isinstance(BASE.with_changes(changes).economy(30).hyperscalers[0].expansion, kind)


def test_ceilings_hold_the_plan_back() -> None:
    def factor(**limits: float) -> float:
        changes = {f"supply.ceilings.{name}": value for name, value in limits.items()}
        base = {"supply.expansion": "planned", "supply.growth": 5.0, "time.days": 731.0}
        plan = BASE.with_changes({**base, **changes}).economy(30).hyperscalers[0].expansion
        assert isinstance(plan, PlannedRacks)
        return plan.times[8]

    free = factor(dram_gw_per_year=math.inf, capex_scale=math.inf)
    assert free == pytest.approx(3.4**0.5 * 5**1.5, rel=0.01)  # two quarters were ordered before
    assert factor() < free
    assert factor(dram_gw_per_year=3.0) < factor()
    assert factor(capex_scale=math.inf, dram_gw_per_year=math.inf, power_gw_per_year=2.0) < factor()


def test_policies_and_rules() -> None:
    schedule = [1.0] * 24
    made = BASE.with_changes(
        {
            "labs.*.pricing": {"kind": "time-of-day", "factors": schedule, "every_hours": 0.0, "change_cost_days": 0.0},
            "open.*.pricing": {"kind": "surge", "every_hours": 0.0, "change_cost_days": 0.0},
            "labs.*.quotas": {"kind": "peak-cut"},
            "market.clearing": "auction",
            "market.rationing": "pro-rata",
        }
    ).economy(30)
    assert made.providers[0].pricing == TimeOfDay(tuple(schedule))
    assert made.providers[3].pricing == Surge()
    assert made.providers[0].quotas == PeakCut()
    assert isinstance(made.clearing, ScarcityAuction)
    assert made.rationing == StrictPriority(within=ProRata())
    assert (
        BASE.with_changes({"market.rationing": "pro-rata", "market.by_tier": False}).economy(30).rationing == ProRata()
    )


def test_brokers_route_and_rent_homes() -> None:
    made = SCENARIOS["broker"].economy(30)
    broker = made.providers[-1]
    assert broker.kind == "broker"
    assert broker.offers[0].routes == ("Ferry kimi-k2", "Gantry kimi-k2")
    assert broker.pools[1].homes is not None
    assert broker.offers[1].pool == "homes"


def test_free_offers_stay_free() -> None:
    made = SCENARIOS["compute-crunch"].economy(30)
    free = [o for p in made.providers for o in p.offers if o.tier.name == "free"]
    assert len(free) == 3
    assert all(o.fixed_price and o.price == 0.0 for o in free)


def test_representative_weeks_scale_what_days_stand_for() -> None:
    weeks = BASE.with_changes({"time.mode": "representative-weeks", "time.days": 1096.0, "open.*.cash": 1e7})
    made = weeks.economy(30)
    assert isinstance(made.calendar, RepresentativeWeeks)
    assert weeks.ticks == 36 * 168
    share = made.calendar.simulated_share
    # Only a share of the days earns or loses money, so that what is there at the start is as much less.
    assert made.providers[-1].cash == pytest.approx(1e7 * share)
    assert made.contracts[0].ticks == round(365 * 24 * share)


def test_where_weeks_are_left_out_lists_are_looked_at_as_often_by_the_calendar() -> None:
    """Weekly looks come 4.35 times in the week that stands for a month, on all days of it."""
    lists = {"open.*.pricing.change_cost_days": 0.0}
    hourly, weeks = (
        BASE.with_changes({**lists, "time.mode": mode, "time.days": 364.0}).economy(30)
        for mode in ("hourly", "representative-weeks")
    )
    often, as_often = (made.providers[-1].pricing for made in (hourly, weeks))
    assert isinstance(often, Every)
    assert isinstance(as_often, Every)
    assert often.hours == 168.0
    assert as_often.hours == pytest.approx(168.0 * weeks.calendar.simulated_share)
    week = [tick for tick in range(168, 4 * 168) if as_often.looks(tick, 1.0)]
    assert len(week) == pytest.approx(3 * 4.35, abs=1)


def test_where_weeks_are_left_out_weekly_quotas_follow_the_calendar() -> None:
    def pace(mode: str) -> float:
        made = BASE.with_changes({"time.mode": mode, "time.days": 364.0}).economy(30)
        return float(TokenMarket(made, rng=1).founded.quota_pace[1, 0])

    assert pace("hourly") == pytest.approx(1.0 / 168.0, rel=0.01)
    assert pace("representative-weeks") == pytest.approx(4.35 / 168.0, rel=0.02)


def test_variants() -> None:
    off_peak = SCENARIOS["off-peak"]
    dynamic = off_peak.variant("dynamic")
    assert dynamic.name == "off-peak - dynamic"
    assert dynamic.variants == {}
    assert dynamic.labs[0].pricing.every_hours == 0.0
    assert set(dynamic.differences(off_peak)) >= {"labs.Aster.pricing.every_hours"}
    with pytest.raises(UnknownNameError, match="did you mean 'dynamic'"):
        off_peak.variant("dinamic")


def test_no_segment_of_the_baseline_pays_for_a_long_context_and_a_longer_one_does() -> None:
    """A bill goes by the mean request of a segment (docs/explanation/scenarios.md says so)."""
    best = next(o for o in BASE.economy(50).providers[0].offers if o.name == "Aster standard")
    plain = Tariff(tuple(part for part in best.tariff.components if not isinstance(part, LongContext)))
    segments = BASE.economy(50).segments
    assert [best.tariff.billed(s.workload) for s in segments] == [plain.billed(s.workload) for s in segments]
    agents = BASE.demand.agentic.model_dump() | {"name": "archivists", "individuals_share": 0.1}
    agents["request"] |= {"input": 300_000.0}
    longer = (
        BASE.with_changes({"demand.others": [agents], "demand.casual.individuals_share": 0.4})
        .economy(50)
        .segments[-1]
        .workload
    )
    assert best.tariff.billed(longer) == pytest.approx(
        plain.billed(longer) + (0.5 * longer.output + 0.25 * longer.fresh + 0.025 * longer.input * longer.cached) / 1e6
    )


def test_adoption_is_off_in_every_scenario() -> None:
    """As docs/explanation/scenarios.md says."""
    on = [
        scenario.name
        for scenario in SCENARIOS.values()
        for _, users in scenario.demand.segments()
        if users.adoption.response or users.adoption.innovation or users.adoption.imitation
    ]
    assert on == []
