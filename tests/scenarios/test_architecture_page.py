"""The page on the architecture is printed from the code, and tells of every phase and room."""

from __future__ import annotations

from pathlib import Path

from market.simulation.state import State
from market.simulation.tick import PHASES
from scenarios.reference import architecture_page

ROOT = Path(__file__).parents[2]


def test_the_page_is_as_the_code_is() -> None:
    path = ROOT / "docs" / "explanation" / "architecture.md"
    said = "run python -m scenarios.reference.architecture_page > docs/explanation/architecture.md"
    assert path.read_text(encoding="utf-8") == architecture_page.page(), said


def test_every_edit_leads_to_a_file() -> None:
    for _, _, link in architecture_page.EDITS:
        assert (ROOT / "docs" / "explanation" / link).exists(), link


def test_each_part_of_the_state_is_made_by_one_phase() -> None:
    made = [phase.makes for phase in PHASES]
    assert len(set(made)) == len(made)
    assert set(made) | {"tick", "queue", "ledger"} == set(State.__dataclass_fields__)
