"""What is said of folders, files and values that cannot be, in the same words wherever they are given."""

from pathlib import Path

import pytest

from capacity.errors import InputError
from capacity.reading import read_toml
from scenarios.library import SCENARIOS
from scenarios.studies.kept_runs import all_runs


class NoRuns:
    """A study of nothing."""

    keys: dict[int, str] = {}  # noqa: RUF012  # as a property would give it

    def __call__(self, number: int, /) -> dict[str, float]:
        return {}


def test_runs_are_not_kept_in_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "batch.json").write_text("{}")
    with pytest.raises(InputError, match=r"is not empty and holds no runs\.jsonl: choose another with --out"):
        all_runs(NoRuns(), tmp_path, 1, lambda done, of: None)
    assert [path.name for path in tmp_path.iterdir()] == ["batch.json"]


def test_a_byte_order_mark_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbfdays = 2\n")
    assert read_toml(tmp_path / "a.toml", "a.toml") == {"days": 2}


def test_a_key_that_is_there_twice_is_named(tmp_path: Path) -> None:
    for end in ("", "\n"):
        (tmp_path / "a.toml").write_text("[supply]\ngrowth = 2\ngrowth = 3" + end)
        with pytest.raises(InputError, match="growth is there twice"):
            read_toml(tmp_path / "a.toml", "a.toml")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"time.tick_hours": 1e-9}, "at least 0.01 and at most 24"), ({"question": "?" * 2_001}, "at most 2,000 char")],
)
def test_bounds_are_those_of_the_field(change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        SCENARIOS["baseline-2026"].with_changes(change)
