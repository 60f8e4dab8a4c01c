"""``tokenmarket compare``: readable at 80 columns, right by hand, and clear where it is asked for what is not there."""

import json
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from in_line import WITHOUT_PROCESSES
from typer.testing import CliRunner

from capacity.errors import InputError
from scenarios.batches.comparison import Runs, compare, read_runs
from scenarios.batches.plan.sampling import Range, Sampling
from scenarios.cli.main import app
from scenarios.pictures.comparison import picture
from scenarios.text.estimates import with_half

A = (1.0, 2.0, 3.0, 4.0)
B = (1.5, 2.6, 3.4, 4.5)  # 0.5 above, give or take 0.08


def table(**columns):
    rows = [
        {"label": label, "scenario": "s", "variant": "", "seed": seed, "supply.growth": growth, "queue-hours": value}
        for label, growth, values in (("low", 2.0, A), ("high", 3.4, B))
        for seed, value in enumerate(values, start=1)
    ]
    return pd.DataFrame(rows).assign(**columns)


@pytest.fixture
def file(tmp_path):
    table(surplus=0.5).to_csv(tmp_path / "runs.csv", index=False)
    return tmp_path / "runs.csv"


def told(*arguments):
    found = CliRunner().invoke(app, ["compare", *map(str, arguments)])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.stdout


@pytest.mark.parametrize(
    ("mean", "half", "text"),
    [
        (1.5416, 0.2504, "1.54 ± 0.25"),
        (1.5416, 0.0123, "1.542 ± 0.012"),
        (1386.7, 575.2, "1,387 ± 575"),
        (12_345_678, 1_234, "12,345,678 ± 1,234"),
        (2.5, 0.0, "2.5"),
        (2.5, math.nan, "2.5"),
        (math.nan, 1.0, "-"),
        (3e-7, 1e-7, "3e-07 ± 1e-07"),
        (5e12, 1e9, "5e+12 ± 1e+09"),
        (1.0, 3e-9, "1 ± 3e-09"),
    ],
)
def test_a_mean_is_written_as_exactly_as_it_is_known(mean, half, text):
    assert with_half(mean, half) == text
    assert with_half(0.1, 0.05, sign=True) == "+0.100 ± 0.050"


def test_the_text_says_what_was_found(file):
    text = told(file)
    assert "queue-hours: hours in queues for each request ordered [h]" in text
    low, high = [line.split() for line in text.splitlines() if line.startswith((" low", " high"))][:2]
    gap, t = np.subtract(B, A), 2.3533634  # of 3 degrees of freedom; half of it, since there are four seeds
    assert low == ["low", "2.5", "±", f"{t * np.std(A, ddof=1) / 2:.1f}"]
    assert high[4:7] == [f"{gap.mean():+.3f}", "±", f"{t * gap.std(ddof=1) / 2:.3f}"]
    assert high[7:] == ["+20", "%", "4", "of", "4"]
    assert "± is the 90 % interval" in text
    assert "as sharp as" in text


def test_seeds_without_a_difference_are_told(tmp_path):
    """Nothing that differs, but by rounding, is no result in which every seed agrees."""
    frame = table(surplus=[*A, *A], **{"spot-price": [*A, 1.0, 2.0 + 1e-13, 3.5, 3.5]})
    frame.to_csv(tmp_path / "r.csv", index=False, sep=";")  # as good as commas
    measures = ["--measure", "surplus", "--measure", "spot-price"]
    text = told(tmp_path / "r.csv", *measures, "--csv", tmp_path / "out.csv")
    equal, mixed = [line for line in text.splitlines() if line.startswith(" high")]
    assert equal.split()[4:] == ["no", "change", "all", "alike"]
    assert mixed.split()[-5:] == ["1", "of", "4,", "2", "alike"]
    assert "alike: seeds in which nothing differs" in text
    assert "inf" not in (tmp_path / "out.csv").read_text()


@pytest.mark.parametrize("label", ["short", "a scenario of a long name: with a variant, supply.growth=3.14159, " * 2])
def test_no_line_is_longer_than_80(tmp_path, label):
    names = {"low": label, "high": label + "!"}
    frame = table(**{"spot-price": 1386.123, "unserved": np.linspace(1e-6, 2e-6, 8)})
    frame.assign(label=frame["label"].map(names)).to_csv(tmp_path / "r.csv", index=False)
    text = told(tmp_path / "r.csv", "--precision", "0.01")
    assert max(map(len, text.splitlines())) <= 80
    assert "for ±1 %" in text


def test_nothing_is_cut_off_in_a_narrow_terminal_and_brackets_are_brackets(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    frame = table()
    frame.assign(label=frame["label"].map({"low": "low [/x]", "high": "high [b]"})).to_csv(tmp_path / "r[red].csv")
    text = told(tmp_path / "r[red].csv", "--precision", "0.01", "--by", "label")
    assert max(map(len, text.splitlines())) <= 40
    assert "…" not in text
    assert text.startswith("r[red]\n")
    assert all(part in text for part in ("[/x]", "[b]", "mean", "4 of"))


def test_one_seed_is_no_interval(tmp_path):
    table()[lambda frame: frame["seed"] == 1].to_csv(tmp_path / "r.csv", index=False)
    text = told(tmp_path / "r.csv")
    assert "One seed only" in text
    assert "±" not in text


def test_by_an_input_against_one_of_its_values(file):
    text = told(file, "--by", "supply.growth", "--against", "3.4", "--measure", "queue-hours")
    assert "Differences are from 3.4" in text
    assert "-0.500 ± 0.096" in text
    assert "surplus" not in text


def test_json_and_csv_say_the_same(file, tmp_path):
    rows = json.loads(told(file, "--json", "--csv", tmp_path / "out.csv"))["rows"]
    frame = pd.read_csv(tmp_path / "out.csv")
    assert frame["mean"].tolist() == [row["mean"] for row in rows]
    assert [row["difference"] for row in rows] == [None, pytest.approx(0.5), None, 0.0]
    assert frame["unit"].tolist() == ["h", "h", "USD", "USD"]
    # Without spread no number of seeds is needed, and a gain that is no number is no JSON.
    assert rows[3]["gain"] is None


@pytest.mark.parametrize("name", ["p.png", "p.svg"])
@pytest.mark.parametrize("by", ["label", "supply.growth"])
def test_the_picture_is_written(file, tmp_path, name, by):
    assert f"wrote {tmp_path / name}" in told(file, "--by", by, "--plot", tmp_path / name)
    assert (tmp_path / name).stat().st_size > 5_000


def test_the_picture_shows_every_difference_and_no_empty_panel():
    found = compare(Runs(table(surplus=np.arange(8.0)), "r"))
    figure = picture(found, "Which?")
    assert [" ".join(ax.get_title(loc="left").split()) for ax in figure.axes] == [
        "Hours in queues for each request ordered",
        "Expected surplus of users for each request asked",
    ]
    for ax, row in zip(figure.axes, found.gaps.to_dict("records"), strict=True):
        drawn = [tuple(line.get_xdata()) for line in ax.lines]
        assert (row["difference"],) in drawn
        assert (row["low"], row["high"]) in drawn
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == ["high"]
    plt.close(figure)


@WITHOUT_PROCESSES
def test_indices_are_told_for_a_sampled_batch(tmp_path):
    pytest.importorskip("SALib", reason="SALib is not installed: pip install 'tokenmarket[sensitivity]'")
    batch = tmp_path / "b"
    arguments = ["--sample", "2", "--method", "morris", "--range", "supply.growth=1:2", "--range", "demand.scale=1:2"]
    small = ["--seeds", "1", "--days", "0.1", "--users", "30", "--workers", "1", "--quiet"]
    made = CliRunner().invoke(app, ["batch", "off-peak", *arguments, *small, "--out", str(batch)])
    assert made.exit_code == 0, made.output
    text = told(batch, "--sensitivity", "--measure", "surplus")
    assert "effect of the range" in text
    assert text.index("demand.scale") < text.index("supply.growth")  # the stronger one first
    rows = json.loads(told(batch, "--sensitivity", "--measure", "surplus", "--json"))["rows"]
    assert {row["input"] for row in rows} == {"supply.growth", "demand.scale"}
    # The plain comparison gathers the points by an input, and takes the question's measures.
    assert read_runs(batch).sampling == Sampling(
        "morris", (Range("supply.growth", 1, 2), Range("demand.scale", 1, 2)), 2, 1, read_runs(batch).sampling.order
    )
    with pytest.raises(InputError, match="--plot belongs to means"):
        told(batch, "--sensitivity", "--plot", tmp_path / "x.png")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--by", "suply.growth"], "did you mean 'supply.growth'"),
        (["--measure", "queue-hour"], "did you mean 'queue-hours'"),
        (["--against", "hgh"], "did you mean 'high'"),
        (["--by", "supply.growth", "--against", "5"], "no supply.growth is '5'; known: 2.0, 3.4"),
        (["--level", "90"], "level is 90, but must be above 0 and below 1"),
        (["--precision", "-1"], "precision is -1"),
        (["--precision", "0"], "precision is 0"),
        (["--sensitivity", "--by", "label"], "--by belongs to means"),
        (["--plot", "p.gif"], "must end in one of .png"),
        (["--csv", "nowhere/x.csv"], "the folder 'nowhere' does not exist"),
        (["--sensitivity"], "these cases were not sampled"),
    ],
)
def test_what_is_not_there_is_named(file, arguments, words):
    with pytest.raises(InputError, match=words.replace(".", r"\.")):
        told(file, *arguments)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("r.csv", None, "is not there"),
        ("r.csv", "", "cannot be read"),
        ("r.parquet", "x", "cannot be read"),
        ("r.csv", "label,m\na,1\n", "no column 'seed'"),
        ("r.csv", "label,seed,m\n", "no run has finished"),
        ("r.csv", "l#bel,seed,m\na,1,2\n", "no column 'label'"),
        ("r.csv", "label,seed,m\na,1,2\nb,,3\n", "no seed in row 2"),
        ("r.csv", "label,seed,m\na,1,2\nb,1,x\n", "row 2: m is 'x', but must be a number"),
        ("r.csv", "label,seed,a.b\na,1,2\n", "has no measure"),
        ("r.csv", "label,seed,m\na,1,2,3\n", "line 2 has 4 cells, but there are 3 columns"),
        ("r.csv", "label,seed,m,m\na,1,2,3\n", "has the column 'm' twice"),
        ("r.csv", "labl,seed,m\na,1,2\n", r"no column 'label' \(is it 'labl'\?\)"),
        ("r.csv", "label,seed,m\na,1,2\n,1,3\n", "no label in row 2"),
        ("r.csv", "label,seed,m\na,1,2\na,1.5,2\n", r"r\.csv': row 2: seed is 1\.5, but must be a whole number"),
        ("r.csv", "label,seed,m\na,inf,2\n", "row 1: seed is inf"),
        ("r.csv", "label,seed,m\na,1,2\nb,1,3\na,1,4\n", "label 'a' with seed 1 twice, in rows 1 and 3"),
        ("nothing", None, "nothing"),
    ],
)
def test_what_is_no_table_of_runs_is_refused(tmp_path, name, text, words):
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=words):
        told(tmp_path / name)


def test_cases_of_one_label_may_differ_by_an_input(tmp_path):
    """By label nobody knows which of the two it is; by the input each is one."""
    (tmp_path / "r.csv").write_text("label,seed,a.b,m\nx,1,2,1\nx,1,3,4\n")
    assert "+3" in told(tmp_path / "r.csv", "--by", "a.b")
    with pytest.raises(InputError, match="label 'x' with seed 1 twice"):
        told(tmp_path / "r.csv")


def test_a_comparison_is_drawn_in_words_and_units():
    """Titles say what a measure is, and shares are in percent: no short names, no shares of 1."""
    rows = [
        {
            "label": label,
            "seed": seed,
            "scenario": label,
            "variant": "",
            "unserved": base + 0.01 * seed,
            "spot-price": 300.0 + seed,
        }
        for label, base in (("a", 0.1), ("b", 0.3))
        for seed in (1, 2, 3)
    ]
    found = compare(Runs(pd.DataFrame(rows), "mine"), by="label", measures=["unserved", "spot-price"])
    figure = picture(found, "Who is served?")
    titles = [" ".join(axes.get_title().split()) or " ".join(axes.get_title("left").split()) for axes in figure.axes]
    assert titles == ["Share of requests given up, unaffordable or turned away", "Mean wholesale spot price"]
    assert [axes.get_xlabel() for axes in figure.axes] == ["%", "USD per rack-h"]
    assert figure.axes[0].lines[-1].get_xdata() == pytest.approx([20.0])
