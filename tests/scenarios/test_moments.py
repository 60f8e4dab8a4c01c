"""Holding a market against what is known of the world, asking how demand minds prices, and fitting."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console, RenderableType
from typer.testing import CliRunner

from capacity import Workload
from capacity.errors import InputError
from market.demand.segment import Refusal, Segment
from market.economy import Economy
from market.exchange.technology import FixedWork
from market.simulation.model import TokenMarket
from market.supply.specs import Offer, Pool, Provider
from scenarios.cli.main import app
from scenarios.cli.moments_report import fit_report
from scenarios.library import SCENARIOS
from scenarios.library.baseline_2026 import fitted_with_ranges
from scenarios.loading.parameter_rows import rows
from scenarios.results import summary_tables
from scenarios.results.frames import frames_of
from scenarios.results.measures.facts import Facts
from scenarios.results.measures.measure import MEASURES
from scenarios.studies.elasticities import STEP, Tried, as_measures, elasticities, groups, model_groups
from scenarios.studies.moments import fitting, moments
from scenarios.studies.moments.fitting import Task, fit
from scenarios.studies.moments.free import Free, free_from, of_the_world
from scenarios.studies.moments.moments import Moment, judge, moments_from, world
from scenarios.studies.moments.written import prepare, write

ROOT = Path(__file__).parents[2]
ONE = Workload(0, 1_000_000)
SMALL = SCENARIOS["baseline-2026"]
#: Lists that stand still: no lab looks for its prices in the first day, which is most of the work of a short run.
STILL = SCENARIOS["off-peak"].with_changes({"labs.*.pricing.kind": "fixed"})
#: Quotas as they are listed, so that how many chats there are hangs on how many are asked.
AS_LISTED = STILL.with_changes({"labs.*.quotas.kind": "fixed"})


def market_of(elasticity: float = 0.0, **more: object) -> TokenMarket:
    users = Segment(
        "coders",
        ONE,
        users=100.0,
        individuals=50,
        worth_usd=5.0,
        taste_noise=0.3,
        intensity_elasticity=elasticity,
        **more,
    )
    sellers = [
        Provider(name, (Offer(f"{name} good", price, 1.0, FixedWork(), model=made),), pools=(Pool(1e9),), kind=kind)
        for name, price, kind, made in (
            ("lab", 2.0, "frontier", ""),
            ("one", 1.0, "open", "weights"),
            ("two", 1.1, "open", "weights"),
        )
    ]
    model = TokenMarket(Economy((users,), tuple(sellers)), rng=1)
    model.run_for(2)
    return model


# ------------------------------------------------------------------------------------------------ elasticities


def asked_of(model: TokenMarket, ticks: int) -> dict[str, Tried]:
    return elasticities(model, ticks, [*groups(model), *model_groups(model)])


def test_with_nobody_to_give_up_all_prices_give_the_intensive_margin_alone() -> None:
    """As the formula of full cost says: all are alike, and an answer is worth 5."""
    tried = asked_of(market_of(0.7, outside=None), 3)
    ones = np.array([2.0, 1.0, 1.1])

    def log_asked(factor: float) -> float:
        cost = 0.3 * (np.log(3.0) - np.log(np.exp(-ones * factor / 5.0 / 0.3).sum()))
        return -0.7 * float(np.log1p(cost / 0.05))

    step = 1.0 + STEP
    expected = (log_asked(step) - log_asked(1.0 / step)) / (2.0 * math.log(step))
    assert tried["all"].elasticity == pytest.approx(expected, rel=1e-6)
    assert tried["all"].diversion["given up, or not asked any more"] == pytest.approx(1.0)


def test_a_logit_s_elasticity_and_diversion_are_those_of_the_formula() -> None:
    """One worth: e_j = -p_j (1 - s_j) / (noise x worth); lost requests go by shares (independence of others)."""
    tried = asked_of(market_of(), 1)
    utility = np.array([1 - 2.0 / 5.0, 1 - 1.0 / 5.0, 1 - 1.1 / 5.0, 0.0]) / 0.3
    share = np.exp(utility) / np.exp(utility).sum()
    seller = tried["open seller one"]
    assert seller.elasticity == pytest.approx(-(1.0 - share[1]) / (0.3 * 5.0), rel=1e-4)
    others = share[[0, 2, 3]] / (1.0 - share[1])
    found = [seller.diversion[k] for k in ("other offers: frontier", "other offers: open")]
    assert found == pytest.approx(others[:2].tolist(), rel=1e-3)
    assert sum(seller.diversion.values()) == pytest.approx(1.0)


def test_a_model_is_held_by_its_other_sellers_and_by_none_where_all_are_dearer() -> None:
    """By the formula, seller by seller: of what one loses of a model, shares of who stays; of the model, by the lab."""
    tried = asked_of(market_of(), 1)
    utility = np.array([1 - 2.0 / 5.0, 1 - 1.0 / 5.0, 1 - 1.1 / 5.0, 0.0]) / 0.3
    share = np.exp(utility) / np.exp(utility).sum()
    one, whole = tried["weights of one"], tried["weights of all its sellers"]
    assert set(tried) >= {"weights of one", "weights of two"}
    assert one.diversion_by_seller == pytest.approx(
        {"lab": share[0] / (1.0 - share[1]), "two": share[2] / (1.0 - share[1])}, rel=1e-3
    )
    assert whole.diversion_by_seller == pytest.approx({"lab": share[0] / (share[0] + share[3])}, rel=1e-3)
    own, at_all = share[1] / (share[1] + share[2]), share[1] + share[2]
    prices = own * 1.0 + (1.0 - own) * 1.1
    assert whole.elasticity == pytest.approx(-prices * (1.0 - at_all) / (0.3 * 5.0), rel=1e-3)
    assert one.elasticity < whole.elasticity


def test_models_of_the_baseline_that_several_sell() -> None:
    """Two sell one model; three labs' models are each its own."""
    model = TokenMarket(STILL.economy(30), rng=1)
    names = [group.name for group in model_groups(model)]
    assert names == ["kimi-k2 of all its sellers", "kimi-k2 of Ferry", "kimi-k2 of Gantry"]


def test_who_refuses_open_sellers_does_not_mind_their_prices() -> None:
    tried = asked_of(market_of(refusals=(Refusal("open", 1.0),)), 1)
    assert math.isnan(tried["open sellers"].elasticity)
    assert set(as_measures(tried)) == {"elasticity-all", "elasticity-open-seller"}


# ------------------------------------------------------------------------------------------------ sizes


def test_sizes_add_up_from_the_frames() -> None:
    model = TokenMarket(STILL.economy(60), rng=1)
    model.run_for(48)
    frames = frames_of(model)
    facts = Facts(frames)
    providers, ticks = frames["providers"], frames["ticks"]
    assert MEASURES["sales-a-year"].of(facts) == pytest.approx(providers["revenue"].sum() / 48 * 8766 / 1e9)
    assert MEASURES["tokens-a-second"].of(facts) == pytest.approx(ticks["tokens"].sum() * 1e6 / 48 / 3600 / 1e9)
    labs = providers[providers["provider"].isin(["Aster", "Borealis", "Cygnus"])]
    assert MEASURES["plan-share"].of(facts) == pytest.approx(labs["subscriptions"].sum() / labs["revenue"].sum())
    assert MEASURES["lab-machines"].of(facts) == pytest.approx(labs["rent_paid"].sum() / labs["revenue"].sum())
    chat = frames["segments"].query("segment == 'casual'")
    assert MEASURES["chats-a-day"].of(facts) == pytest.approx(chat["served"].sum() / 2 / 1e9)
    monthly = chat["paid"].sum() / 48 * 730.5 / chat["users"].mean()
    assert MEASURES["chat-usd-a-month"].of(facts) == pytest.approx(monthly)


def test_plans_are_taken_from_the_first_tick_on() -> None:
    """A market begins at rest: nobody has to come round to a plan first."""
    model = TokenMarket(SCENARIOS["baseline-2026"].economy(400), rng=1)
    model.run_for(24 * 5)
    facts = Facts(frames_of(model))
    held = facts.offers("members")
    members = facts.by_tick(held, np.ones(held.size, dtype=bool))
    assert members[1] > 0
    assert members[-1] == pytest.approx(members[1], rel=0.1)


# ------------------------------------------------------------------------------------------------ moments


def test_the_world_is_a_table_with_sources() -> None:
    known = world()
    assert len(known) == 20
    assert all(one.source and one.low < one.high for one in known)


def test_a_range_is_hit_or_missed_or_cannot_be_told() -> None:
    moment = Moment("sales", "sales-a-year", 35.0, 60.0, "somebody")
    assert [judge([moment], found)[0].hit for found in ({"sales-a-year": 35.0}, {"sales-a-year": 61.0}, {})] == [
        True,
        False,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty, but must begin with name,measure,low,high,source,grade"),
        ("name,measure\n", "has no column 'low'"),
        ("name,measure,low,high,source,grade\na,sales-a-yaer,1,2,s,b\n", "did you mean 'sales-a-year'"),
        ("name,measure,low,high,source,grade\na,sales-a-year,x,2,s,b\n", "line 2: low is 'x', but must be a number"),
        ("name,measure,low,high,source,grade\na,sales-a-year,3,2,s,b\n", "low must not be above high"),
        ("name,measure,low,high,source,grade\n" + "a,sales-a-year,1,2,s,b\n" * 2, "the name 'a' is there twice"),
        ("name,measure,low,high,source,grade\na,b,c,d,e,f,g\n", "line 2 has 7 cells, but there are 6 columns; a cell"),
        ('name,measure,low,high,source,grade\n"', "line 2 is not a CSV table"),
        (
            "name;measure;low;high;source;grade\na;chats-a-day;1;2,5;s;b\n",
            "line 2: high is '2,5', but must be a number",
        ),
        ("name,measure,low,high,source,grad\n", r"has no column 'grade' \('grad' may be meant for it\); columns are"),
        ("name,measure,low,high,source,grade,low\n", "has the column 'low' twice"),
        ("name,measure,low,high,source,grade\n\n,chats-a-day,1,2,s,b\n", "line 3: name is empty, but every row must"),
        ("name,measure,low,high,source,grade\na,chats-a-day,1,2,s,A\n", "line 2: grade is 'A', but must be a "),
        ("name,measure,low,high,source,grade\na,chats-a-day,1,2,s\n", "line 2: grade is empty, but must be a "),
        ("name,measure,low,high,source,grade\na,chats-a-day,-inf,2,s,b\n", "low is -inf, but must be a finite number"),
        ("name,measure,low,high,source,grade\na,chats-a-day,1,nan,s,b\n", "high is nan, but must be a finite number"),
        ("name,measure,low,high,source,grade\na,chats-a-day,,2,s,b\n", "line 2: low is empty, but must be a number"),
    ],
)
def test_a_table_of_moments_that_cannot_be(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        moments_from(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty, but must begin with path,start,low,high"),
        ("path,start,low,high\n", "names no parameters"),
        ("path,start,low,high\na,1,2,1\n", "line 2: low is 2 and high 1; low must be below high"),
        ("path,start,low,high\na,5,1,2\n", "start is 5, but must be from 1 to 2"),
        ("path,start,low,high\na,?,1,2\n", "start is '\\?', but must be a number"),
        ("path,start,low,high\na,1,1,2\na,1,1,2\n", "the path 'a' is there twice"),
    ],
)
def test_a_table_of_parameters_that_cannot_be(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "free.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        free_from(file)


def test_parameters_are_checked_before_anything_runs() -> None:
    known = tuple(world())
    with pytest.raises(InputError, match="unknown"):
        Task(SMALL, (Free("demand.casual.worht_usd", 1.0, 0.5, 2.0),), known, 2.0, 50, (1,))
    with pytest.raises(InputError, match=r"demand\.casual\.refuses\.open\.share between 0.5 and 2"):
        Task(SMALL, (Free("demand.casual.refuses.open.share", 1.0, 0.5, 2.0),), known, 2.0, 50, (1,))


def test_what_is_declared_is_moved_from_where_the_baseline_has_it() -> None:
    """Each row begins at the baseline's value, and what it goes to makes an economy."""
    declared = free_from(Path(str(resources.files(moments.__package__).joinpath("declared.csv"))))
    assert [one.path for one in declared if SMALL.with_changes({one.path: one.start}) != SMALL] == []
    for one in declared:
        assert SMALL.with_changes({one.path: one.value(0.3)}) != SMALL
    assert {"demand.coders.request_spread", "demand.coders.nest", "demand.agentic.users"} < {o.path for o in declared}


def test_where_the_fit_of_the_world_begins() -> None:
    task = Task(SMALL, tuple(of_the_world()), tuple(world()), 2.0, 50, (1,))
    assert task.values(task.start) == pytest.approx({one.path: one.start for one in task.free})


def test_moments_that_are_neither_shipped_nor_a_file() -> None:
    with pytest.raises(InputError, match=r"'selers' does not exist \(did you mean 'sellers'\?\)"):
        CliRunner().invoke(app, ["moments", "--moments", "selers"], catch_exceptions=False)


# ------------------------------------------------------------------------------------------------ fitting


@pytest.fixture(scope="module")
def task() -> Task:
    """Chats a day to 6 by requests of a user, and the spot price to 400 by what owners keep for themselves."""
    moments = (
        Moment("chats", "chats-a-day", 5.0, 7.0, "a test"),
        Moment("spot", "spot-price", 360.0, 440.0, "a test"),
    )
    free = (
        Free("demand.casual.requests_per_day", 6.5, 3.0, 12.0),
        Free("supply.first_party", 0.76, 0.6, 0.9),
        Free("labs.*.cash", 5e9, 1e9, 1e10),
    )
    return Task(AS_LISTED, free, moments, 1.0, 100, (4,))


@pytest.fixture(scope="module")
def fitted(task: Task, tmp_path_factory: pytest.TempPathFactory):
    told: list[int] = []
    folder = tmp_path_factory.mktemp("fit")
    return fit(task, folder, 8, 1, told.append), folder, told


def test_a_fit_hits_what_can_be_hit_and_says_what_moves_what(fitted) -> None:
    found, _, told = fitted
    assert [one.hit for one in found.verdicts] == [True, True]
    table = found.parameters().set_index("path")
    assert table["moved_by"].tolist() == ["chats", "spot", ""]
    assert table.loc["labs.*.cash", "value"] == pytest.approx(5e9)
    assert (table["from"] <= table["value"]).all()
    assert (table["value"] <= table["to"]).all()
    assert told == list(range(1, len(told) + 1))


def test_a_fit_goes_on_where_it_was_whatever_the_workers(fitted, task: Task) -> None:
    found, folder, told = fitted
    lines = (folder / "runs.jsonl").read_text().splitlines()
    assert len(lines) == len(told)
    killed = "\n".join(lines[:-1]) + "\n" + lines[-1][:20]  # while it wrote
    (folder / "runs.jsonl").write_bytes(b"\xff no text\n" + killed.encode())
    more: list[int] = []
    again = fit(task, folder, 8, 2, more.append)
    assert len(more) == 1
    assert again.places == pytest.approx(found.places, abs=0)


def test_what_a_fit_leaves(fitted, tmp_path: Path) -> None:
    found, _, _ = fitted
    names = [path.name for path in write(found, tmp_path)]
    assert names == ["parameters.csv", "moments.csv", "sensitivity.csv", "fitted.toml", "fit.json", "sensitivity.png"]
    from scenarios.loading.scenarios import load

    loaded = load(tmp_path / "fitted.toml")
    value = pd.read_csv(tmp_path / "parameters.csv").loc[0, "value"]
    assert loaded.demand.casual.requests_per_day == value
    assert pd.read_csv(tmp_path / "sensitivity.csv").shape == (2, 4)


def test_a_fit_says_whether_its_search_ended(task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a market that is two straight lines: in the words, the table and the record."""
    monkeypatch.setattr(
        fitting,
        "evaluate",
        lambda _, places: {"chats-a-day": 4.0 + 5.0 * places[0], "spot-price": 200.0 + 500.0 * places[1]},
    )
    found = fit(task, tmp_path, 50, 1, lambda done: None)
    assert found.ended
    assert f"The search ended after {found.rounds} rounds." in words_of(fit_report(found))
    short = fit(task, tmp_path, 1, 1, lambda done: None)
    assert not short.ended
    assert "The search ran out of its 1 rounds before it ended" in words_of(fit_report(short))
    for one in (found, short):
        list(write(one, tmp_path))
        assert json.loads((tmp_path / "fit.json").read_text())["search_ended"] is one.ended
        assert pd.read_csv(tmp_path / "parameters.csv")["search_ended"].tolist() == [one.ended] * 3


def test_what_is_known_no_better_than_its_bounds_is_marked(fitted) -> None:
    """Of cash no moment knows anything; of the others the range is less than all that was searched."""
    found, _, _ = fitted
    assert found.parameters()["known"].tolist() == ["", "", "no better than its bounds"]
    assert "1 of 3 parameters are known no better than their bounds" in words_of(fit_report(found))


def test_a_folder_is_one_fit_s(task: Task, tmp_path: Path) -> None:
    prepare(task, tmp_path)
    prepare(task, tmp_path)  # the same goes on
    (tmp_path / "parameters.csv").write_text("what a fit found\n")
    with pytest.raises(InputError, match=r"holds another fit \(users 100, asked 31\); give another folder"):
        prepare(replace(task, users=31), tmp_path)
    with pytest.raises(InputError, match=r"the scenario's parameters, other moments"):
        prepare(replace(task, scenario=STILL.with_changes({"supply.growth": 5}), moments=task.moments[:1]), tmp_path)
    assert (tmp_path / "parameters.csv").read_text() == "what a fit found\n"
    (tmp_path / "fit.json").write_text("[")
    with pytest.raises(InputError, match=r"fit\.json cannot be read"):
        prepare(task, tmp_path)


# ------------------------------------------------------------------------------------------------ commands


def words_of(report: RenderableType) -> str:
    with (out := Console(width=400)).capture() as said:
        out.print(report)
    return said.get()


def test_the_commands_speak_json(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("name,measure,low,high,source,grade\nchats,chats-a-day,0,99,me,c\n")
    short = ["--days", "2", "--set", "time.tick_hours=2", "--users", "60", "--quiet", "--json"]
    done = CliRunner().invoke(app, ["moments", "off-peak", "--moments", str(file), *short])
    assert done.exit_code == 0, done.output
    assert [row["hit"] for row in json.loads(done.stdout)] == [True]
    done = CliRunner().invoke(app, ["elasticities", "off-peak", *short])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["all"]["elasticity"] < 0
    assert set(found["kimi-k2 of Ferry"]["diversion_by_seller"]) >= {"Gantry", "Harbor", "Aster"}


def test_the_table_says_hits_and_sources() -> None:
    sets = ("--set", "time.tick_hours=2", "--set", "labs.Aster.tiers.free.quota_per_day=5")
    done = CliRunner().invoke(app, ["moments", "--days", "2", *sets, "--users", "60", "--quiet"])
    assert done.exit_code == 0, done.output
    assert "quota_per_day of tier 'free' of Aster is set, but" in done.stderr
    assert "of 20 hit" in done.stdout
    assert "OpenAI usage study" in done.stdout


def test_a_run_with_research_adds_up() -> None:
    model = TokenMarket(SMALL.economy(60), rng=1)
    model.run_for(24)
    frames = frames_of(model)
    assert frames["ticks"]["research_spent"].sum() > 0
    assert [check.name for check in summary_tables.checks(frames) if not check.kept] == []


def test_a_fitted_value_says_so_and_its_range() -> None:
    """Not what was declared, or measured, for a value that it is not; a value of one's own is none of the fit's."""
    sources = {row["path"]: row["source"] for row in rows(SMALL)}
    for one in fitted_with_ranges():
        said = f"fitted (baseline_2026.csv), range {one.low:g} to {one.high:g}"
        assert (
            sources[
                one.path.replace("labs.*", "labs.Borealis")
                .replace("models.*", "models.mini")
                .replace("open.*", "open.Gantry")
            ]
            == said
        )
    assert not sources["demand.casual.users"].startswith("fitted (")
    own = {row["path"]: row["source"] for row in rows(SMALL.with_changes({"demand.coders.worth_usd": 1.0}))}
    assert not own["demand.coders.worth_usd"].startswith("fitted (")


def test_how_many_of_the_baseline_s_numbers_are_known_no_better_than_searched_is_in_the_docs() -> None:
    bounds = {one.path: one for one in of_the_world()}
    known = [(bounds[one.path], one) for one in fitted_with_ranges()]
    count = sum(one.low <= free.low and one.high >= free.high for free, one in known)
    for page in (ROOT / "README.md", ROOT / "docs" / "explanation" / "scenarios.md"):
        text = " ".join(page.read_text(encoding="utf-8").split())
        assert f"{count} of {len(known)} ranges are all that was searched" in text, page.name
