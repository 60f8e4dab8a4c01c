"""The palette: one colour a kind of actor, told apart by everybody, readable on white and in the dark."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from scenarios.pictures.panel import READABLE, darker, readable_on, shades
from scenarios.pictures.style import ACTORS, DARK_PAPER, PAPER, contrast, luminance
from scenarios.pictures.svg import in_the_dark

#: What colours become without one kind of cone, in linear RGB [Machado, Oliveira and Fernandes 2009, severity 1].
SIGHT = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
#: sRGB to XYZ (D65), and the white point.
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
WHITE = TO_XYZ.sum(axis=1)
#: Least distance in CIELAB (1976): 2.3 is a just noticeable difference side by side, 12 is plain at a glance.
APART = 12.0


def lab(colour, sight):
    """CIELAB of a colour as somebody with this sight sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.asarray(SIGHT[sight]) @ linear, 0, 1) / WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one, other, sight):
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


@pytest.mark.parametrize("sight", SIGHT)
def test_actors_are_told_apart_with_every_kind_of_sight(sight):
    near = {(a, b): distance(ACTORS[a], ACTORS[b], sight) for a, b in combinations(ACTORS, 2)}
    assert {pair: gap for pair, gap in near.items() if gap < APART} == {}


def test_the_distance_catches_what_is_confused():
    """Red and green of the same lightness: far apart for most, near for those without one of the cones."""
    assert distance("#C04000", "#5F7F00", "all cones") > 40
    assert distance("#C04000", "#5F7F00", "deuteranopia") < APART


def test_one_colour_a_kind():
    assert len(set(ACTORS.values())) == len(ACTORS)


@pytest.mark.parametrize("kind", ACTORS)
def test_names_of_actors_are_readable_on_white_and_in_the_dark(kind):
    for colour in shades(ACTORS[kind], 4):
        assert contrast(darker(colour), PAPER) >= READABLE
        assert contrast(readable_on(colour), colour) >= 4
    text = "#{:02x}{:02x}{:02x}".format(*(round(255 * part) for part in darker(ACTORS[kind])))
    assert contrast(in_the_dark(text, "text"), DARK_PAPER) >= READABLE
    assert contrast(in_the_dark(ACTORS[kind].lower(), "fill"), DARK_PAPER) >= 2.5


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WCAG's well-known near miss
    assert luminance("#ff0000") == pytest.approx(0.2126)
