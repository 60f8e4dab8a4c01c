"""Charts for a page: small, text as text, ids of their own, colours that follow the page into the dark."""

import re
from xml.dom import minidom

import pytest
from market_runs import small_run
from matplotlib import pyplot as plt
from test_pictures import three_years

from scenarios.pictures.registry import CHARTS
from scenarios.pictures.style import DARK_PAPER, PAPER, contrast
from scenarios.pictures.svg import dark_variables, in_the_dark, svg

LARGEST = 120_000
#: A look at a few: areas, bars, an image, panels within panels.
SOME = ["price-paths", "unserved-by-segment", "utilisation", "tiers", "market-shares"]


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def drawn(name, theme="css", frames=None):
    return svg(CHARTS[name].draw(frames or small_run().frames).figure, name, 'what "it" shows', theme)


@pytest.mark.parametrize("name", SOME)
def test_it_is_small_whole_and_speaks(name):
    text = drawn(name)
    root = minidom.parseString(text).documentElement
    assert len(text) < LARGEST
    assert (root.tagName, root.getAttribute("role")) == ("svg", "img")
    assert root.getAttribute("aria-label") == 'what "it" shows'
    assert CHARTS[name].title in text, "text is text"
    assert not re.search(r"<\?xml|<!DOCTYPE|https?://(?!www\.w3\.org/)", text)


def test_years_are_not_larger():
    assert len(drawn("price-paths", frames=three_years().frames)) < LARGEST


def test_ids_are_of_the_picture_and_lead_somewhere():
    text = drawn("unserved-by-segment")
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(set(ids)) == len(ids)
    assert all(one.startswith("unserved-by-segment-") for one in ids)
    used = set(re.findall(r"url\(#([^)]+)\)", text)) | set(re.findall(r'xlink:href="#([^"]+)"', text))
    assert used <= set(ids)


def test_every_colour_is_a_variable_that_the_dark_knows():
    text = drawn("market-shares")
    rest = re.sub(r"var\(--chart-\w+-[0-9a-f]{6}, #[0-9a-f]{6}\)", "", text)
    assert not re.search(r"(fill|stroke): #", rest)
    dark = dark_variables([text])
    assert set(re.findall(r"--chart-\w+-[0-9a-f]{6}", text)) == set(re.findall(r"--chart-\w+-[0-9a-f]{6}", dark))


@pytest.mark.parametrize("name", SOME)
def test_text_is_readable_in_both(name):
    """Beside the words inside coloured bars, which keep their colour with their bar."""
    colours = set(re.findall(r"--chart-text-([0-9a-f]{6})", drawn(name))) - {"ffffff", "111111"}
    assert colours
    for colour in colours:
        assert contrast(f"#{colour}", PAPER) >= 4.4
        assert contrast(in_the_dark(f"#{colour}", "text"), DARK_PAPER) >= 4.5


def test_dark_is_the_variables_put_in():
    text = drawn("tiers", "dark")
    assert "var(--chart-fill" not in text
    assert "var(--chart-text" not in text
    assert in_the_dark("#555555", "text") in text
    assert "#555555" not in text
    assert "filter: invert(1)" in drawn("utilisation", "dark")


def test_light_is_as_drawn():
    assert "#555555" in drawn("tiers", "light")


def test_greys_turn_round_and_keep_their_order():
    greys = ["#ffffff", "#cfcfcf", "#6e6e6e", "#222222"]
    turned = [contrast(in_the_dark(grey, "fill"), DARK_PAPER) for grey in greys]
    assert turned == sorted(turned)
    assert in_the_dark("#ffffff", "text") == "#ffffff", "on a coloured bar"


def test_the_same_picture_gives_the_same_text():
    assert drawn("profits") == drawn("profits")
