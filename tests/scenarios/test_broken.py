"""Broken scenario files: each refused fast, in one line, with file, path, value, what is allowed, nearest name.

To add one, add a file to ``broken/`` and what its message must hold to ``EXPECTED``.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from expected_complaints import EXPECTED

from capacity.errors import InputError
from scenarios.loading.scenarios import load

FOLDER = Path(__file__).parent / "broken"


@pytest.fixture(scope="module", autouse=True)
def _imports_are_not_timed() -> None:
    load("baseline-2026")


def test_every_file_has_its_complaint() -> None:
    assert sorted(EXPECTED) == sorted(path.stem for path in FOLDER.glob("*.toml"))
    assert len(EXPECTED) >= 60


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_refused_in_one_line(name: str) -> None:
    path, begin = FOLDER / f"{name}.toml", time.process_time()
    with pytest.raises(InputError) as caught:
        load(path)
    assert time.process_time() - begin < 0.5  # of the processor: it may have to share the machine
    message = str(caught.value)
    assert EXPECTED[name] in message
    assert "\n" not in message
    assert len(message) < 1_000
    # The file that is wrong: this one, or the one that it extends.
    assert ("negative-share.toml" if name == "extends-broken-parent" else path.name) in message
    assert not sorted(FOLDER.glob("*.lock")), "nothing is written"


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ("supply.growht=5", "unknown (did you mean 'growth'?)"),
        ("supply.growth", "must look like path=value"),
        ("=5", "must look like path=value"),
        ("supply.growth=", "but must be a number"),
        ("supply.growth=fast", "supply.growth is 'fast', but must be a number"),
        ("supply.growth=-1", "supply.growth is -1, but must be a number, above 0"),
        ("supply.growth=nan", "supply.growth is nan"),
        ("supply.growth=3 a year", "supply.growth is '3 a year'"),
        ("supply.growth.rate=3", "supply.growth is a table"),
        ("supply..growth=3", "is no path to a parameter"),
        ("supply.=3", "ends with a dot"),
        ("open[9].price=3", "open[9] is not there: open has 4 entries"),
        ("open[x].price=3", "is no path to a parameter"),
        ("labs.Asta.cash=3", "labs.Asta is unknown (did you mean 'Aster'?)"),
        ("labs=[]", "labs is empty"),
        ("time.end=2025-01-01", "it must be after the start"),
        ("x" * 5_000 + "=1", "is unknown"),
        (".".join("abcdefghijklmnop") + "=1", "is no path to a parameter"),
    ],
)
def test_options_are_refused_by_name(option: str, complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        load("baseline-2026", ["demand.growth=2", option])
    message = str(caught.value)
    assert complaint in message
    assert message.startswith("--set")
    assert "demand.growth" not in message.split(";", maxsplit=1)[0]
    assert "\n" not in message


def test_missing_files_folders_and_names(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('question = "x"\n')
    with pytest.raises(InputError, match=r"miine\.toml is not there \(did you mean 'mine.toml'\?\)"):
        load(tmp_path / "miine.toml")
    with pytest.raises(InputError, match="is a folder"):
        load(f"{tmp_path}/")
    with pytest.raises(InputError, match=r"unknown scenario 'compute-crnch' \(did you mean 'compute-crunch'\?\)"):
        load("compute-crnch")
    big = tmp_path / "big.toml"
    big.write_text("# " + "x" * 3_000_000)
    with pytest.raises(InputError, match="larger than"):
        load(big)


def test_a_long_chain_ends(tmp_path: Path) -> None:
    for number in range(30):
        parent = f"{number + 1}.toml" if number < 29 else "baseline-2026"
        (tmp_path / f"{number}.toml").write_text(f'extends = "{parent}"\n')
    with pytest.raises(InputError, match="in a row"):
        load(tmp_path / "0.toml")
    assert load(tmp_path / "15.toml").name == "15"
