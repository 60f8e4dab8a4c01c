"""Statements of firms: each adds up, one quarter follows from the other, and a firm that fails says why."""

import csv
import io
import json
import sys
from datetime import UTC, datetime

import numpy as np
import pytest

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import CurveSegment, LinearDemand
from market.supply.contract import Contract
from market.supply.rounds import Rounds
from market.supply.specs import Hyperscaler, Offer, Pool, Provider
from scenarios.cli import main as cli
from scenarios.definition.scenario import Scenario
from scenarios.laws.plain_economies import market_of
from scenarios.library import SCENARIOS
from scenarios.results import run_folder
from scenarios.results.frames import frames_of
from scenarios.results.statements import INCOME, statements
from scenarios.runs.run import run
from scenarios.runs.settings import Settings

USERS = CurveSegment("users", (LinearDemand(10.0, 1.0),))


def failing(days: int = 10, start: datetime = datetime(2026, 1, 1, tzinfo=UTC), **knobs: object) -> TokenMarket:
    """A lab that sells 7 requests an hour for 3, pays 1 for each and 12 for three racks, and 360 a day for staff."""
    lab = Provider(
        "lab",
        (Offer("good", 3.0, cost=1.0),),
        pools=(Pool(7.0),),
        leaves=True,
        cash=500.0,
        burn_usd_per_day=360.0,
        **knobs,
    )
    cloud = Hyperscaler("cloud", 5.0, rack_price=100.0, running_cost=0.5)
    contract = Contract("cloud", "lab", racks=3.0, price=4.0, ticks=24 * 60)
    other = Provider("other", (Offer("dear", 9.9, cost=1.0),), pools=(Pool(1.0),))
    economy = market_of(USERS, lab, other, cloud, contracts=(contract,), calendar=Calendar(start=start))
    model = TokenMarket(economy, rng=1)
    model.run_for(24 * days)
    return model


@pytest.fixture(scope="module")
def made():
    """The last week of a quarter, and the first of the next."""
    model = failing(14, datetime(2026, 3, 25, tzinfo=UTC), credit=600.0, interest=0.5)
    return statements(frames_of(model), {"days": 14.0, "ticks": 14 * 24, "tick_hours": 1.0})


def test_each_statement_adds_up(made):
    assert set(made["quarter"]) == {"2026Q1", "2026Q2"}
    assert sum(sign * made[name] for name, sign in INCOME.items()).to_numpy() == pytest.approx(made["income"])
    cash = (
        made["before"] + made["income"] + made["depreciation"] - made["capital"] + made["raised"] + made["owners_gave"]
    )
    assert cash.to_numpy() == pytest.approx((made["cash"] - made["debt"]).to_numpy(), abs=1e-6)
    assert (made["cash"] + made["racks"] - made["debt"]).to_numpy() == pytest.approx(made["equity"])


def test_one_quarter_follows_from_the_other(made):
    for _, rows in made.groupby("firm"):
        first, second = rows.to_dict("records")
        assert second["before"] == pytest.approx(first["cash"] - first["debt"])


def test_what_was_lost_was_lost_by_the_creditors(made):
    """It starts with 500 and loses 14 x 24 - 288 - 360 = -312 a day: four days to owe more than 600."""
    lab = made[made["firm"] == "lab"].iloc[0]
    assert lab["forgiven"] > 600.0
    assert lab["cash"] == lab["debt"] == lab["commitments"] == 0.0
    assert lab["staff"] == pytest.approx(4 * 360.0)
    assert lab["machines"] == pytest.approx(4 * 24 * 12.0)


def test_racks_lose_value_and_who_lets_them_has_more_to_come_until_its_renter_fails():
    model = failing()
    value = model.records.series("books", "racks", "cloud")
    assert value[0] == pytest.approx(500.0, rel=1e-4)
    assert value[-1] == pytest.approx(500.0 * np.exp(-10.0 / 365.25 / 5.0), rel=1e-9)
    backlog = model.records.series("books", "backlog", "cloud")
    assert backlog[0] == pytest.approx(12.0 * (24 * 60 - 1))
    assert backlog[-1] == 0.0


def test_why_a_firm_failed_is_told_in_words_and_numbers():
    words = failing(credit=600.0, interest=0.5).explain_firm("lab")
    assert "Failed: on 05 January 2026 cash and credit were gone; its creditors lost $7" in words
    assert "what it sold earned more than it cost" in words
    assert "$1,440.00 for staff" in words
    assert failing(credit=1e9).explain_firm("lab").count("Failed") == 0


def test_investors_give_to_who_grows_and_not_in_a_bad_mood():
    """Sales of 21 an hour are 184,000 a year: at once that, a tenth is more than 20 days of losses."""
    terms = {"runway_days": 10.0, "raises_days": 20.0, "least_days": 1.0, "multiple": 1.0, "most_share": 0.1}
    saved = failing(30, rounds=Rounds(**terms))
    assert saved.records.series("providers", "active", "lab").all()
    raised = saved.records.series("books", "raised", "lab")
    assert raised.max() == pytest.approx(20.0 * 312.0, rel=0.02)
    assert not failing(rounds=Rounds(**{**terms, "mood": 0.0})).records.series("providers", "active", "lab").all()


def test_who_buys_pays_no_more_than_what_some_years_earn():
    """The lab earns 2 x 7 - 12 an hour before staff, 17,500 a year; it owes some 124 when its cash is gone.

    A seller has staff; to an owner of machines, who would have to pay the lab's, it is worth nothing.
    """
    for years, bought in ((0.001, False), (1.0, True)):
        cloud = Hyperscaler("cloud", 1.0, acquires=True, cash=1e7, pays_years=years)
        rich = Provider("rich", (Offer("nothing", 1.0, open_to=()),), acquires=True, cash=1e6, pays_years=years)
        lab = Provider(
            "lab", (Offer("good", 3.0, cost=1.0),), pools=(Pool(7.0),), leaves=True, cash=500.0, burn_usd_per_day=360.0
        )
        contract = Contract("cloud", "lab", racks=0.5, price=24.0, ticks=121)
        model = TokenMarket(market_of(USERS, lab, rich, cloud, contracts=(contract,)), rng=1)
        model.run_for(24 * 5)
        assert (model.state.firms.parent[0] == "rich") is bought


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    scenario: Scenario = SCENARIOS["consolidation"].with_changes({"time.mode": "hourly", "time.days": 3.0})
    return run_folder.write(run(Settings(scenario, 3.0, 1, 30)), tmp_path_factory.mktemp("runs") / "short")


def printed(capsys, monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["tokenmarket", "statements", *words])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    return stopped.value.code or 0, *capsys.readouterr()


def test_the_command_prints_a_page_a_table_and_json(folder, capsys, monkeypatch):
    status, page, _ = printed(capsys, monkeypatch, str(folder), "--firm", "Ferry")
    assert status == 0
    assert "Ferry, million USD" in page
    assert "= cash less debt" in page
    assert "Aster" not in page
    _, table, _ = printed(capsys, monkeypatch, str(folder), "--csv")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {"Aster", "Ferry", "Amazon"} <= {row["firm"] for row in rows}
    _, text, _ = printed(capsys, monkeypatch, str(folder), "--json")
    assert len(json.loads(text)["statements"]) == len(rows)


def test_wrong_words_are_one_line(folder, capsys, monkeypatch):
    status, out, err = printed(capsys, monkeypatch, str(folder), "--firm", "Fery")
    assert (status, out) == (2, "")
    assert "--firm: unknown firm 'Fery'" in err
    assert printed(capsys, monkeypatch, str(folder), "--csv", "--json")[0] == 2
