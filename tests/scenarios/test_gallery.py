"""The gallery in the docs is of the charts that there are, each with its picture."""

import re
from pathlib import Path

import numpy as np
import pytest
from market_runs import small_run
from matplotlib import pyplot as plt
from PIL import Image

from scenarios.pictures.registry import BATCH_CHARTS, CHARTS
from scenarios.reference.gallery import AREA, DPI, HEAD, IMAGES, OPERATING, STEPS, entry, shrink, write_picture

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


@pytest.mark.parametrize("name", ["utilisation", "price-paths"])
def test_small_pictures_have_the_colours_that_were_drawn(name, tmp_path):
    picture = tmp_path / "picture.png"
    axes = CHARTS[name].draw(small_run().frames)
    axes.figure.savefig(picture, dpi=DPI)
    plt.close("all")
    before, size = pixels(picture), picture.stat().st_size
    shrink(picture)
    after = pixels(picture)
    assert np.abs(after - before).max() <= max(STEPS)
    colours, counts = np.unique(before.reshape(-1, 3), axis=0, return_counts=True)
    for colour in colours[counts >= AREA]:
        assert (after[(before == colour).all(axis=2)] == colour).all(), "areas keep their colours"
    assert picture.stat().st_size < 0.9 * size


def test_sellers_are_written_in_their_own_colours(tmp_path):
    """Rows of open providers are green, those of labs orange: the names' letters say so, left of the map."""
    picture = tmp_path / "picture.png"
    axes = CHARTS["utilisation"].draw(small_run().frames)
    write_picture(axes, picture)
    left = pixels(picture)[:, :90]
    red, green, blue = np.moveaxis(left, 2, 0)
    coloured = left.max(axis=2) - left.min(axis=2) > 60
    assert (coloured & (green > red) & (green > blue)).sum() > 100
    assert (coloured & (red > green) & (green > blue)).sum() > 100
    assert (coloured & (blue > green)).sum() == 0


def pixels(picture):
    return np.asarray(Image.open(picture).convert("RGB")).astype(int)


def test_no_picture_is_left_of_a_chart_that_is_gone():
    assert {path.stem for path in (DOCS / IMAGES).iterdir()} == set(NAMES)
