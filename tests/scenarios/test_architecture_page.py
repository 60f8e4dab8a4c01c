"""The page on the architecture is printed from the code, and tells of every phase and room."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from market.simulation.state import State
from market.simulation.tick import PHASES
from scenarios.reference import architecture_page, house
from scenarios.reference.architecture_pictures import DIGEST, PICTURES, digest

ROOT = Path(__file__).parents[2]


def test_the_page_is_as_the_code_is() -> None:
    path = ROOT / "docs" / "explanation" / "architecture.md"
    said = "run python -m scenarios.reference.architecture_page > docs/explanation/architecture.md"
    assert path.read_text(encoding="utf-8") == architecture_page.page(), said


@pytest.mark.parametrize("name", PICTURES)
def test_the_pictures_are_as_the_code_is(name: str) -> None:
    shown, _ = PICTURES[name]
    with Image.open(ROOT / "docs" / "images" / name) as picture:
        assert picture.info[DIGEST] == digest(shown()), "run make docs-figures"


def test_rooms_stand_above_what_they_import() -> None:
    found = house.rooms()
    level = {room: number for number, rooms in enumerate(house.floors(found)) for room in rooms}
    assert all(level[target] < level[room] for room, targets in found.items() for target in targets)
    assert set(level) == set(found)


def test_imports_that_follow_from_others_are_left_out_and_no_more() -> None:
    found = {"ground": set[str](), "first": {"ground"}, "second": {"ground", "first"}, "annex": {"ground"}}
    assert house.needed(found) == [("first", "ground"), ("second", "first"), ("annex", "ground")]
    assert house.floors(found) == [["ground"], ["first", "annex"], ["second"]]


def test_every_edit_leads_to_a_file() -> None:
    for _, _, link in architecture_page.EDITS:
        assert (ROOT / "docs" / "explanation" / link).exists(), link


def test_each_part_of_the_state_is_made_by_one_phase() -> None:
    made = [phase.makes for phase in PHASES]
    assert len(set(made)) == len(made)
    assert set(made) | {"tick", "queue", "ledger"} == set(State.__dataclass_fields__)
