"""The gallery in the docs is of the charts that there are, each with its picture."""

import re
from pathlib import Path

import pytest

from scenarios.charts.gallery import HEAD, IMAGES, OPERATING, entry
from scenarios.charts.registry import BATCH_CHARTS, CHARTS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "gallery.md"
LARGEST = 110_000
NAMES = [*CHARTS, *BATCH_CHARTS, OPERATING]


def test_every_chart_is_in_the_gallery_in_order():
    assert re.findall(r"^## (.+)$", PAGE.read_text(), re.MULTILINE) == NAMES
    assert PAGE.read_text().startswith(HEAD)


@pytest.mark.parametrize("name", [*CHARTS, *BATCH_CHARTS])
def test_what_is_said_is_what_the_code_says(name):
    chart = CHARTS[name] if name in CHARTS else BATCH_CHARTS[name]
    words = entry(chart, "CALL", "SAID").split("    CALL")[0]
    assert words in PAGE.read_text(), "run `make docs-figures`"


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_has_a_small_picture(name):
    picture = DOCS / IMAGES / f"{name}.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert 4_000 < picture.stat().st_size < LARGEST


def test_no_picture_is_left_of_a_chart_that_is_gone():
    assert {path.stem for path in (DOCS / IMAGES).iterdir()} == set(NAMES)
