"""What an offer of a scenario costs its seller: from its work, its seller's rents and the load of its machines."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from test_capacity_cli import refused, run  # noqa: F401 (a fixture)

from capacity import ARCHITECTURES, CALIBRATIONS, CHIPS, Deployment, Workload
from capacity.errors import InputError
from market.exchange.technology import Inference
from market.simulation.model import TokenMarket
from scenarios.definition.machine_time import chips_per_rack
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


def test_chips_of_its_own_stand_between_capacity_and_machines() -> None:
    """Of H200s with the compute of a rack a large model takes more: less memory and links for as much compute."""
    scenario = SCENARIOS["baseline-2026"].with_changes({"labs.*.pricing.kind": "fixed", "open.*.chip": "h200"})
    found = offer_costs(TokenMarket(scenario.economy(40), rng=1), OFFER, 24, lambda _: None)
    assert found.racks["output"] < found.chips["output"]
    assert found.full["output"] == pytest.approx(scenario.open[0].work * found.chips["output"])
    assert "H200" in found.served_by


def test_on_the_racks_of_the_market_capacity_says_one_thing() -> None:
    scenario = SCENARIOS["baseline-2026"].with_changes({"labs.*.pricing.kind": "fixed"})
    found = offer_costs(TokenMarket(scenario.economy(40), rng=1), OFFER, 24, lambda _: None)
    assert found.racks == pytest.approx(found.chips)
    assert found.full["output"] == pytest.approx(scenario.open[0].work * found.racks["output"])


def test_a_chip_twice_as_large_is_counted_as_two() -> None:
    """Half as many chips, each twice as much of everything, are the same machine."""
    calibration, model, plain = CALIBRATIONS["published"], ARCHITECTURES["kimi-k2"], CHIPS["h200"]
    large = replace(
        plain,
        name="large",
        flops={kind: 2.0 * value for kind, value in plain.flops.items()},
        bandwidth=2.0 * plain.bandwidth,
        memory=2.0 * plain.memory,
        chips_per_system=plain.chips_per_system // 2,
    )
    rack, request = CHIPS["gb200-nvl72"], Workload(input=4000, output=400)
    assert chips_per_rack(plain, rack) == pytest.approx(2.0 * chips_per_rack(large, rack))
    work = [
        Inference(Deployment.smallest(chip, model, calibration), chips_per_rack(chip, rack)).work(request, 40.0)
        for chip in (plain, large)
    ]
    assert work[0] == pytest.approx(work[1])


def test_a_chip_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match=r"open\[0\].chip is 'h20o', but must be one of a100.*did you mean 'h20'"):
        SCENARIOS["baseline-2026"].with_changes({"open.*.chip": "h20o"})
