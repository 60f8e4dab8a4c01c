"""Chips, architectures and workloads in a scenario's file: used like those that ship, and refused like them."""

from dataclasses import fields
from pathlib import Path

import pytest

from capacity import (
    ARCHITECTURES,
    CHIPS,
    GQA,
    MLA,
    Architecture,
    Chip,
    Experts,
    Indexer,
    InputError,
    Layers,
    Linear,
    Speculation,
    Workload,
)
from capacity.errors import UnknownNameError
from capacity.fields import fields_of
from market import TokenMarket
from scenarios.definition.economy import check_economy
from scenarios.library import SCENARIOS
from scenarios.loading.scenarios import from_file, with_sets
from scenarios.parameters.describe import describe
from scenarios.reference import own_machines_page

FILE = """
question = "What if machines were mine?"

[chips.my-chip]
flops = {fp4 = 30e15, fp8 = 10e15, bf16 = 5e15}
bandwidth = 20e12
memory = 288e9
chips_per_system = 8
power = 2500
capital = 120_000
rental = 8.0
source = "the maker's data sheet (2026)"

[architectures.my-model]
total = 300e9
active = 20e9
layers = 60
full_attention_layers = 15
attention = {kind = "gqa", query_heads = 64, kv_heads = 8, head_dim = 128}
other_layers = [{count = 45, attention = {kind = "linear", state_heads = 32, key_dim = 128, value_dim = 128}}]
experts = {count = 256, chosen = 8, share = 0.97}
source = "model card (2026)"

[workloads.blocks]
input = 2000
output = 300
window = "inf"
decoding = {tokens = 4, verified = 16}
source = "our own logs"

[supply]
chip = "my-chip"

[open.Ferry]
architecture = "my-model"

[demand.casual.request]
like = "blocks"
"""


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "mine.toml"
    path.write_text(FILE)
    return from_file(path)


def test_they_reach_the_market(mine):
    economy = mine.economy(individuals=30)
    technologies = {offer.name: offer.technology for provider in economy.providers for offer in provider.offers}
    ferry = technologies["Ferry my-model"]
    assert ferry.deployment.chip.name == "my-chip"
    assert ferry.deployment.architecture.blocks[1].count == 45
    assert ferry.reference_chips == 8
    assert {one.deployment.chip.name for one in technologies.values()} == {"my-chip"}, "one rack for all"
    casual = next(users for users in economy.segments if users.name == "casual")
    assert casual.workload.decoding.verified == 16
    assert "my-chip" not in CHIPS
    assert "my-model" not in ARCHITECTURES
    model = TokenMarket(mine.economy(individuals=40), rng=1)
    model.run_for(3)
    assert model.frames()["offers"].query("offer == 'Ferry my-model'")["served"].sum() > 0


def test_the_rack_is_what_it_is_counted_in(mine):
    """Twice the chips in a system are half the racks, dearer by twice: the same machines."""
    small, large = (mine.with_changes({"chips.my-chip.chips_per_system": n}).economy(30) for n in (32, 64))
    racks = [sum(owner.racks for owner in one.hyperscalers) for one in (small, large)]
    assert racks[0] == pytest.approx(2 * racks[1], rel=0.02)
    power = [one.hyperscalers[0].running_cost for one in (small, large)]
    assert power[1] == pytest.approx(2 * power[0])


def test_they_survive_writing_and_reading(mine, tmp_path):
    (tmp_path / "again.toml").write_text(mine.to_toml())
    assert from_file(tmp_path / "again.toml") == mine
    faster = mine.with_changes({"chips.my-chip.bandwidth": 30e12})
    assert faster != mine
    assert faster.differences(mine) == {"chips.my-chip.bandwidth": (30e12, 20e12)}
    assert "[chips" not in SCENARIOS["baseline-2026"].to_toml(), "what is not there is not written"
    assert not [path for path in mine.differences(SCENARIOS["baseline-2026"]) if path in ("chips", "workloads")]


def test_each_number_is_shown_with_its_unit_and_source(mine):
    rows = {path: (value, unit, meaning, source) for path, value, unit, meaning, source in describe(mine)}
    assert rows["chips.my-chip.bandwidth"] == (
        20e12,
        "byte/s",
        "memory bandwidth of one chip",
        "the maker's data sheet (2026)",
    )
    assert rows["chips.my-chip.flops.fp8"][:2] == (10e15, "FLOP/s")
    assert rows["architectures.my-model.attention.query_heads"][1:3] == ("heads", "query heads, h")


def test_every_field_says_what_it_is_in_which_unit():
    for kind in (Chip, Architecture, Workload, Experts, Layers, Speculation, MLA, GQA, Linear, Indexer):
        described = {one.name: one for one in fields_of(kind)}
        assert list(described) == [one.name for one in fields(kind)]
        words = ("text", "texts", "inner", "inner list")
        assert all(one.meaning and (one.unit or one.sort in words) for one in described.values()), kind


def test_set_changes_and_adds_them(mine):
    faster = with_sets(mine, ["chips.my-chip.bandwidth=30e12"])
    assert faster.known.chips["my-chip"].bandwidth == 30e12
    like = "{input = 10, output = 10, source = 'none'}"
    more = with_sets(SCENARIOS["baseline-2026"], [f"workloads.tiny={like}", "demand.coders.request.like=tiny"])
    assert more.known.workloads["tiny"].output == 10


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"supply.chip": "my-chp"}, "supply.chip is 'my-chp', but must be one of a100,"),
        ({"open.Ferry.architecture": "my-modl"}, "(did you mean 'my-model'?)"),
        ({"labs.Aster.models.[0].architecture": "kimi-2"}, "labs[0].models[0].architecture is 'kimi-2', but must be"),
        ({"demand.casual.request.like": "blok"}, "demand.casual.request.like is 'blok', but must be one of custom"),
        ({"chips.my-chip.bandwidth": -1}, "chips.my-chip: bandwidth is -1, but must be above 0"),
        ({"chips.my-chip.bandwith": 1}, "chips.my-chip: there is no 'bandwith' (did you mean 'bandwidth'?)"),
        ({"chips.my-chip.source": ""}, "chips.my-chip: 'source' must be a text that is not empty"),
        ({"chips.h100.memory": 1}, "chips.h100: 'flops' is missing"),
        ({"chips": 5}, "chips is 5, but must be a table of parameters"),
        ({"chips.x": 5}, "chips.x is 5, but must be a table of parameters"),
        ({'chips."a!".memory': 1}, 'chips."a!" is no name; it must be a name of at most 60 letters'),
        ({"architectures.my-model.layers": 1.5}, "architectures.my-model: layers is 1.5, but must be a whole number"),
        ({"architectures.my-model.attention.kind": "gka"}, "must be one of gqa, mla, linear (did you mean 'gqa'?)"),
        ({"workloads.blocks.window": "x"}, "workloads.blocks: workload: window is 'x', but must be a number"),
    ],
)
def test_what_cannot_be_is_one_line(mine, changes, message):
    with pytest.raises((InputError, UnknownNameError)) as error:
        mine.with_changes(changes, "mine.toml")
    assert message in str(error.value)
    assert str(error.value).startswith("mine.toml: ")
    assert "\n" not in str(error.value)


def test_a_chip_that_cannot_serve_is_refused_before_anything_runs(mine):
    slow = mine.with_changes({"chips.my-chip.bandwidth": 1e9})
    with pytest.raises(InputError, match=r"mine: no batch reaches .* on .* x my-chip"):
        check_economy(slow, "mine")


def test_the_reference_page_is_printed_from_the_fields():
    page = Path(__file__).parents[2] / "docs" / "reference" / "own-machines.md"
    assert page.read_text() == own_machines_page.page(), (
        "run python -m scenarios.reference.own_machines_page > docs/reference/own-machines.md"
    )
