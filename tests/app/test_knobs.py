"""The knobs: each is a parameter of every scenario, stays within its bounds, and changes what it says."""

import math
import re

import pytest

from capacity import InputError
from scenarios.app.knobs import AS_IT_IS, GROUPS, changed, setting
from scenarios.app.run_request import sets_of
from scenarios.app.tiers import tier_changes, tiers_sold, tiers_to_choose
from scenarios.library import SCENARIOS
from scenarios.loading.scenarios import load

KNOBS = [knob for group in GROUPS.values() for knob in group]
BASE = SCENARIOS["baseline-2026"]


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_every_knob_stands_somewhere_in_every_scenario_and_left_alone_changes_nothing(name):
    for knob in KNOBS:
        one = setting(SCENARIOS[name], knob)
        assert changed(one, one.value) == {}
        assert one.meaning
        assert one.source
        assert knob.path in one.help
        if one.kind == "slider":
            low, high, _ = one.slider
            assert low <= one.value <= high


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.path)
def test_a_knob_can_be_turned_to_all_that_it_offers(knob):
    one = setting(BASE, knob)
    if one.kind == "slider":
        wanted = list(one.slider[:2])
    elif one.kind == "flag":
        wanted = [not one.value]
    elif one.kind == "choice":
        wanted = [choice for choice in one.choices if choice != AS_IT_IS]
    else:
        wanted = [4_000, math.inf]
    for value in wanted:
        made = load("baseline-2026", sets_of(changed(one, value)))
        assert setting(made, knob).value == value


def test_the_words_of_a_knob_are_those_of_its_field():
    growth = setting(BASE, KNOBS[0])
    assert growth.label == "Growth of demand [× a year]"
    assert "Factor a year by which tokens asked grow" in growth.help
    assert "Epoch: 10" in growth.help.replace("\\", "")
    price = setting(BASE, next(knob for knob in KNOBS if knob.path.endswith("price_usd")))
    assert (price.kind, price.written) == ("text", "inf")
    assert price.label == "Price of a machine [USD; inf: nobody can buy one]"


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_every_number_has_a_unit_on_the_page_and_no_path_is_taken_for_markdown(name):
    for knob in KNOBS:
        one = setting(SCENARIOS[name], knob)
        if one.kind in ("slider", "text"):
            assert re.search(r"\[.*[a-z]{3}.*\]$|\[USD.*\]$", one.label), one.label  # a word, and not [1]
        assert f"`{knob.path}`" in one.help
        rest = re.sub(r"`[^`]*`|\\.", "", one.help)
        assert not set("*_[]`$:") & set(rest.replace("Parameter:", "")), one.help


def test_firms_that_differ_stand_as_in_the_scenario():
    mixed = BASE.with_changes({"labs.Aster.pricing.kind": "surge"})
    one = setting(mixed, next(knob for knob in KNOBS if knob.path == "labs.*.pricing.kind"))
    assert one.value == AS_IT_IS
    assert one.choices[0] == AS_IT_IS
    assert changed(one, AS_IT_IS) == {}
    assert changed(one, "fixed") == {"labs.*.pricing.kind": "fixed"}


ALL_TIERS = ["priority", "standard", "batch", "free", "plan", "pro"]
#: Labs that sell by the token alone.
SPARE = BASE.with_changes(tier_changes(BASE, ALL_TIERS[:3]))


def test_tiers_are_taken_out_and_added():
    assert tiers_sold(BASE) == ALL_TIERS
    assert tiers_to_choose(SPARE) == ALL_TIERS
    assert tier_changes(BASE, ALL_TIERS[::-1]) == {}
    for chosen in (["standard"], ["standard", "batch", "free"], ALL_TIERS):
        made = load("baseline-2026", sets_of(tier_changes(BASE, chosen)))
        assert sorted(tiers_sold(made)) == sorted(chosen)
        assert made.ticks == BASE.ticks
    with pytest.raises(InputError, match="at least one"):
        tier_changes(BASE, [])


def test_free_plans_come_as_the_library_has_them():
    assert tiers_sold(SPARE) == ALL_TIERS[:3]
    made = SPARE.with_changes(tier_changes(SPARE, [*tiers_sold(SPARE), "free"]))
    free = next(offer for offer in made.labs[0].offers if offer.tier == "free")
    assert free in SCENARIOS["free-tier"].labs[0].offers
