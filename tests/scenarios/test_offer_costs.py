"""What an offer of a scenario costs its seller: from its work, its seller's rents and the load of its machines."""

from __future__ import annotations

import json

import pytest
from test_capacity_cli import refused, run  # noqa: F401 (a fixture)

from market.simulation.model import TokenMarket
from scenarios.library import SCENARIOS
from scenarios.results.frames import frames_of
from scenarios.studies.offer_costs import offer_costs

OFFER = "Ferry kimi-k2"


def test_costs_of_all_tokens_are_the_rents_of_the_work() -> None:
    model = TokenMarket(SCENARIOS["off-peak"].with_changes({"labs.*.pricing.kind": "fixed"}).economy(40), rng=1)
    found = offer_costs(model, OFFER, 26, lambda _: None)
    frames = {name: frame[frame["tick"] >= 2] for name, frame in frames_of(model).items() if "tick" in frame}
    pools, sold = frames["pools"], frames["offers"].query("offer == @OFFER")
    pool = pools[pools["pool"].astype(str).str.startswith("Ferry")]
    rents = frames["providers"].query("provider == 'Ferry'")["rent_paid"].sum()
    assert found.rack_hour_usd == pytest.approx(rents / pool["capacity"].sum())
    assert found.load == pytest.approx(pool["used"].sum() / pool["capacity"].sum())
    assert found.requests == pytest.approx(sold["served"].sum())
    assert found.loaded["output"] == pytest.approx(found.full["output"] / found.load)
    cost = SCENARIOS["off-peak"].open[0].cost
    assert found.all["output"] - found.loaded["output"] == pytest.approx(cost)
    assert found.all["input"] - found.loaded["input"] == pytest.approx(0.25 * cost)
    paid = sum(found.full[kind] * found.mtok[kind] for kind in found.mtok)
    assert paid == pytest.approx(found.rack_hour_usd * sold["work"].sum())
    assert found.full["cached"] < found.full["input"] < found.full["output"]
    assert sum(found.mtok.values()) == pytest.approx(sold["tokens"].sum())


def test_the_command_says_what_cannot_be(run, tmp_path) -> None:  # noqa: F811
    said = {
        (): "costs needs a machine (--chip b200) or an offer of a scenario",
        ("Aster standrd",): "nobody sells 'Aster standrd' (did you mean 'Aster standard'?)",
        ("Aster standard", "--speed", 60): "--speed describes a machine, so it does not go with the offer",
        ("--chip", "b200", "--days", 3): "--days is of a run, so it needs an offer of a scenario",
    }
    for arguments, words in said.items():
        assert words in refused(run, tmp_path, "costs", *arguments)


def test_the_command_prints_it(run) -> None:  # noqa: F811
    status, out, err = run("costs", OFFER, "--days", 1, "--users", 20, "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["listed"]["output"] > 0
