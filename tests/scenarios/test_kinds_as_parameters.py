"""Parameters that are made from behaviours: nothing is declared twice, and nothing that is set is lost unsaid."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from annotated_types import Ge, Gt, Le

from capacity.errors import InputError
from capacity.fields import Described, fields_of
from market.kinds import kind_named, kinds_of
from market.supply.expansion import Expansion
from market.supply.pricing.blocks import Blocks
from market.supply.pricing.every import Every
from market.supply.pricing.menu_cost import MenuCost
from market.supply.pricing.sticky import Sticky
from scenarios.library import SCENARIOS
from scenarios.loading.scenarios import from_file, load
from scenarios.parameters.dear_hours import DearHours
from scenarios.parameters.describe import describe
from scenarios.parameters.fields import Section
from scenarios.parameters.kinds import KindSection, settable
from scenarios.parameters.market import ClearingChoice, RationingChoice
from scenarios.parameters.sellers import Bills, Pricing, Quotas
from scenarios.parameters.supply import Supply

SECTIONS: tuple[type[KindSection], ...] = (Pricing, Quotas, ClearingChoice, RationingChoice)
KINDS = [(section, kind) for section in SECTIONS for kind in kinds_of(section.base)]
SCHEDULE = (1.0,) * 24


def made(section: type[KindSection], kind: str, **more: Any) -> KindSection:
    needed = {"factors": SCHEDULE} if kind == "time-of-day" else {}
    return section(kind=kind, **needed, **more)


@pytest.mark.parametrize(("section", "kind"), KINDS, ids=lambda value: getattr(value, "__name__", value))
def test_a_section_holds_the_numbers_of_its_kind_as_shipped(section: type[KindSection], kind: str) -> None:
    one = made(section, kind)
    fields = settable(kind_named(section.base, kind))
    assert set(one.chosen) == set(fields)
    for name, described in fields.items():
        assert one.chosen[name] == (SCHEDULE if described.required else described.shipped)
    assert isinstance(one.make(), kind_named(section.base, kind))


def test_words_stand_for_kinds_without_numbers() -> None:
    data = SCENARIOS["baseline-2026"].data()
    assert (data["market"]["clearing"], data["market"]["rationing"]) == ("posted", "first-come")
    assert data["open"][0]["bills"] == {
        "parts": ("output", "input", "cached"),
        "input_ratio": 0.25,
        "cached_ratio": 0.025,
    }
    assert [part.kind for part in Bills().make()] == ["output", "input", "cached"]


def test_numbers_of_the_kind_before_are_dropped_with_it() -> None:
    first = SCENARIOS["baseline-2026"].with_changes({"labs.*.pricing": {"kind": "cost-plus", "margin": 0.5}})
    assert first.labs[0].pricing.chosen == {"margin": 0.5, "memory_hours": 24.0}
    second = first.with_changes({"labs.*.pricing.kind": "surge"})
    assert second.labs[0].pricing.chosen == {"target": 0.9, "gain": 0.2}


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        (
            ["labs.*.pricing.kind=best-response", "labs.*.pricing.margin=.3"],
            r"labs\..*\.pricing\.margin: best-response has no margin \(cost-plus has\)",
        ),
        (
            ["labs.Aster.quotas.kind=fixed", "labs.Aster.quotas.target=.3"],
            r"quotas.target: fixed has no target \(peak-cut has\)",
        ),
        (["labs.*.pricing.kind=surg"], r"must be one of best-response, .*\(did you mean 'surge'\?\)"),
        (["labs.*.pricing.kind=surge", "labs.*.pricing.gian=1"], r"gian is 1, but it is unknown.*'gain'"),
        (["labs.*.pricing.kind=surge", "labs.*.pricing.gain=-1"], "gain is -1.*at least 0 and at most 10"),
        (["labs.*.pricing.kind=surge", "labs.*.pricing.gain=true"], "gain is True.*must be a number"),
        (["labs.*.pricing.kind=time-of-day"], "factors.*must be given"),
        (['open.*.bills.parts=["output"]', "open.*.bills.cached_ratio=.1"], "output has no cached_ratio"),
        (['open.*.bills.parts=["output", "inptu"]'], r"parts\[1\] is 'inptu'.*'input'"),
        (["market.rationing=4"], "market.rationing.kind is 4, but must be one of .*first-come"),
    ],
)
def test_what_does_not_fit_is_said(sets: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        load("baseline-2026", sets)


def test_a_file_that_sets_a_number_of_another_kind_is_refused(tmp_path: Any) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[labs."*".pricing]\nkind = "best-response"\nmargin = 0.2\n')
    with pytest.raises(InputError, match=r"mine.toml: .*best-response has no margin \(cost-plus has\)"):
        from_file(path)


OUTAGE = '[[events]]\nname = "dark"\nkind = "outage"\ndate = 2026-01-05\nof = ["Google"]\n'
NO_FACTOR = r"events\[0\]\.factor: outage has no factor \(power-price, price-change, tariff have\); known: .*, down"


def test_a_number_of_another_kind_in_a_list_is_refused(tmp_path: Any) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OUTAGE + "factor = 0.1\n")
    with pytest.raises(InputError, match="mine.toml: " + NO_FACTOR):
        from_file(path)
    event = {"name": "dark", "kind": "outage", "date": "2026-01-05", "factor": 0.1}
    with pytest.raises(InputError, match="mine: " + NO_FACTOR):
        SCENARIOS["baseline-2026"].with_changes({"events.+": event}, "mine")
    path.write_text('[variants.dark]\n"events.+" = {name = "dark", kind = "outage", date = 2026-01-05, factor = 0.1}\n')
    with pytest.raises(InputError, match=r"mine.toml: variants.dark: " + NO_FACTOR):
        load(path)


EVENT = "events.+={{name={0!r}, kind={1!r}, date=2026-01-05, {2}=0.5}}"


def test_numbers_of_events_are_those_of_the_kind_that_each_has() -> None:
    two = [EVENT.format("dark", "outage", "down"), EVENT.format("less", "quota", "share")]
    assert [one.chosen for one in load("baseline-2026", two).events] == [{"down": 0.5}, {"share": 0.5}]
    for more, words in (("events.less.down=1", r"events\.less\.down"), ("events.*.down=1", r"events\.\*\.down")):
        with pytest.raises(InputError, match=f"--set {words}=1: {words}: quota has no down \\(outage has\\)"):
            load("baseline-2026", [*two, more])
    with pytest.raises(InputError, match=r"events\[1\]\.down: quota has no down"):
        load("baseline-2026", [two[0], EVENT.format("less", "quota", "down")])


def test_what_an_event_had_of_the_kind_before_is_dropped_with_it() -> None:
    dark = load("baseline-2026", [EVENT.format("dark", "outage", "down")])
    assert dark.with_changes({"events.dark.kind": "quota"}).events[0].chosen == {"share": 0.5}


def test_every_number_is_described() -> None:
    rows = {path: (unit, source) for path, _, unit, _, source in describe(SCENARIOS["baseline-2026"])}
    assert rows["open.Ferry.pricing.margin"] == ("1", "Epoch: open models near cost")
    assert rows["open.Ferry.bills.input_ratio"] == ("1", "Lists of December 2025: output 4x input")
    assert "market.clearing" in rows
    assert "labs.Aster.pricing.gain" not in rows


def by_hand() -> list[Any]:
    """Numbers that a section still declares: what a scenario computes an expansion from, and the two wrappers."""
    found: list[tuple[type[Section], str, Described]] = [
        (Supply, one.name, one) for cls in kinds_of(Expansion).values() for one in fields_of(cls) if one.settable
    ]
    found += [(Pricing, "every_hours", fields_of(Every)[1]), (Pricing, "stickiness", fields_of(Sticky)[1])]
    blocks = {one.name: one for one in fields_of(Blocks)}
    found += [(DearHours, name, blocks[name]) for name in ("windows", "most_load", "least_gain", "first_step")]
    found += [(DearHours, "every_hours", blocks["blocks_hours"]), (Pricing, "wander", fields_of(MenuCost)[3])]
    return [pytest.param(*case, id=f"{case[0].__name__}.{case[1]}") for case in found]


@pytest.mark.parametrize(("section", "name", "one"), by_hand())
def test_fields_by_hand_say_the_same(section: type[Section], name: str, one: Described) -> None:
    field = section.model_fields[name]
    bounds = {type(bound): bound for bound in field.metadata}
    assert one.shipped == field.default
    assert one.high == bounds[Le].le
    low = bounds[Ge].ge if Ge in bounds else None
    assert (one.low, one.above) == (low, bounds[Gt].gt if Gt in bounds else None)
    extra: Any = field.json_schema_extra
    assert (one.unit, one.source) == (extra["unit"], extra["source"])


def test_expansions_are_named() -> None:
    named = set(get_args(Supply.model_fields["expansion"].annotation))
    assert named == {*kinds_of(Expansion), "counted"}  # counted racks are a plan of each owner's own
