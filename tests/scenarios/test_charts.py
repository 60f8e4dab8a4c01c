"""What the pictures show, and the numbers on them."""

import matplotlib.colors
import numpy as np
import pytest
from matplotlib import pyplot as plt

from capacity import ARCHITECTURES, CHIPS, WORKLOADS, Deployment, InputError, Workload
from scenarios.pictures.charts.operating_curves import curve_frame, operating_curves, promise_frame
from scenarios.pictures.style import WORKLOAD_LOOKS
from scenarios.text.numbers import short_number, told_apart

RACK = Deployment(CHIPS["gb200-nvl72"], ARCHITECTURES["kimi-k2"])
READ = [workload for workload in WORKLOADS.values() if workload.decoding is None]


@pytest.fixture
def axes():
    yield operating_curves.draw(RACK, workloads=WORKLOADS.values())
    plt.close("all")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1.234, "1.23"),
        (35, "35"),
        (999.4, "999"),
        (9_999, "9,999"),
        (11_455, "11.5k"),
        (999_499, "999k"),
        (999_999, "1M"),
        (3.4e6, "3.4M"),
        (21.87e9, "21.9B"),
        (5e12, "5T"),
        (4e16, "40,000T"),
        (-2e6, "-2M"),
    ],
)
def test_numbers_as_people_read_them(value, text):
    assert short_number(value) == text


def test_numbers_that_look_alike_get_more_digits():
    assert told_apart([324.99, 325.01, 325.52]) == ["324.99", "325.01", "325.52"]
    assert told_apart([12_341, 12_349]) == ["12,341", "12,349"]
    assert told_apart([4766.88, 778.452, 778.453]) == ["4,767", "778", "778"], "not for the last of a long tail"
    assert told_apart([1.0, 2.0, 2.0]) == ["1", "2", "2"], "equal ones may look equal"
    assert told_apart([0.0, 2.5e6]) == ["0", "2.5M"]


def test_curves_are_the_physics():
    frame = curve_frame(RACK, READ)
    for workload in READ:
        part = frame[frame["workload"] == workload.name]
        times = RACK.cycle(workload, part["batch"].to_numpy())
        assert part["throughput"].to_numpy() == pytest.approx(part["batch"] * workload.output / times.total)
        assert part["speed"].to_numpy() == pytest.approx(workload.output / times.total)


def test_marks_sit_at_the_speed_reached():
    marks = promise_frame(RACK, READ).set_index("workload")
    for workload in READ:
        point = RACK.operate(workload)
        assert marks.loc[workload.name, "speed"] == pytest.approx(point.speed_tok_s)
        assert marks.loc[workload.name, "throughput"] == pytest.approx(point.throughput_tok_s)
    assert (marks["speed"] >= marks["promised"]).all()
    held = marks.loc["persistent-agent"]
    assert held["speed"] > 3 * held["promised"], "memory is full long before the promise is used up"
    curve = curve_frame(RACK, [WORKLOADS["persistent-agent"]])
    assert held["speed"] == pytest.approx(curve["speed"].min(), rel=0.02), "so the mark is at the end of its curve"


def test_every_workload_has_its_own_colour_line_and_mark(axes):
    legend = axes.get_legend()
    assert {text.get_text() for text in legend.get_texts()} == {workload.title for workload in READ}
    looks = [WORKLOAD_LOOKS[name] for name in WORKLOADS]
    assert len({look.colour for look in looks}) == len({look.marker for look in looks}) == len(looks)
    for name, other in (("general", "batch"), ("agentic-cached", "persistent-agent")):  # curves that lie on each other
        one, two = WORKLOAD_LOOKS[name], WORKLOAD_LOOKS[other]
        assert one.line == "-"
        assert two.line != "-"
        assert one.width > two.width
        grey = [np.dot(matplotlib.colors.to_rgb(look.colour), (0.299, 0.587, 0.114)) for look in (one, two)]
        assert abs(grey[0] - grey[1]) > 0.05 or one.line != two.line


def test_axes_have_units_and_a_title(axes):
    assert axes.get_xlabel() == "speed that one user sees [token/s]"
    assert axes.get_ylabel() == "throughput of one rack [output token/s]"
    assert axes.get_title(loc="left") == "Kimi K2 (open, 1T) on GB200 NVL72 (published calibration)"
    assert {text.get_text() for text in axes.texts} == {"promised\n35 token/s", "promised\n10 token/s"}


def test_nothing_overlaps_in_the_picture(axes):
    axes.figure.draw_without_rendering()
    frame = axes.get_window_extent()
    assert axes.get_legend().get_window_extent().x0 > frame.x1, "the legend is beside the curves"
    labels = [text.get_window_extent() for text in axes.texts]
    assert all(label.y0 > frame.y1 for label in labels), "the promises are written above the curves"
    assert not labels[0].overlaps(labels[1])
    assert all(not axes.title.get_window_extent().overlaps(label) for label in labels)


def test_a_speed_marks_every_curve_that_keeps_it():
    marks = promise_frame(RACK, READ, speed=400)
    assert set(marks["promised"]) == {400}
    assert promise_frame(RACK, READ, speed=1e6).empty
    operating_curves.draw(RACK, workloads=READ, speed=1e6)
    plt.close("all")


def test_it_draws_where_it_is_told_and_leaves_settings_alone():
    before = dict(plt.rcParams)
    _, axes = plt.subplots()
    assert operating_curves.draw(RACK, axes, workloads=[WORKLOADS["coding"], Workload(100, 100)]) is axes
    assert dict(plt.rcParams) == before
    plt.close("all")


def test_nothing_to_draw_says_so():
    with pytest.raises(InputError, match="video is made in parallel"):
        operating_curves.draw(RACK, workloads=[WORKLOADS["video"]])
    with pytest.raises(InputError, match="not one request fits in the memory of rtx-5090"):
        operating_curves.draw(Deployment(CHIPS["rtx-5090"], ARCHITECTURES["local-27b"]), workloads=[Workload(1e8, 10)])
