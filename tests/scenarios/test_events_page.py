"""The pages on events: the table is printed from the kinds, the example has each of them and runs."""

import re
from pathlib import Path

from market import TokenMarket
from market.events import Event
from market.kinds import kinds_of
from scenarios.loading.scenarios import from_file
from scenarios.parameters.kinds import settable
from scenarios.reference import events_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_page_is_printed_from_the_kinds() -> None:
    page = DOCS / "reference" / "events.md"
    assert page.read_text() == events_page.page(), (
        "run python -m scenarios.reference.events_page > docs/reference/events.md"
    )


def test_the_example_has_every_kind_with_every_number_and_runs(tmp_path: Path) -> None:
    found = re.search(
        r"^```toml\n(.*?)^```$", (DOCS / "how-to" / "write-events.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    (tmp_path / "mine.toml").write_text(found[1])
    made = from_file(tmp_path / "mine.toml")
    assert sorted(one.kind for one in made.events) == list(kinds_of(Event))
    for kind, cls in kinds_of(Event).items():
        part = next(one for one in found[1].split("[[events]]") if f'kind = "{kind}"' in one)
        assert all(f"\n{name} = " in part for name in settable(cls)), kind
    model = TokenMarket(made.with_changes({"time.tick_hours": 24}).economy(60), rng=1)
    model.run_for(17)
    offers = model.frames()["offers"].set_index("offer")
    assert offers.loc["Aster free", "ordered"].to_numpy()[-1] == 0.0
    assert offers.loc["Aster plan", "ordered"].to_numpy()[:7].sum() == 0.0
