"""A file of one's own: what it defines is known by name on the command line, and a run says which file it was.

``MINE`` adds one of each of the twelve kinds: pricing policy, quota policy, rationing rule, clearing mechanism, part of
the bill, column, chip, architecture, segment, scenario, measure, chart; and two kinds of agent.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from fresh import tokenmarket
from own_file import NUMBERS, POLICY
from typer.main import get_command

from capacity.errors import InputError
from scenarios.cli.main import app
from scenarios.loading.own_files import in_words
from scenarios.results.measures import Facts, Measure

MINE = (
    POLICY
    + NUMBERS
    + """
from dataclasses import replace

from capacity import ARCHITECTURES, CHIPS
from market.exchange.clearing.posted import PostedPrices
from market.exchange.ledger import Payment
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.tariff import TariffComponent
from market.supply.owner import HyperscalerAgent
from market.supply.provider import FrontierLab
from market.supply.quotas import QuotaPolicy
from scenarios.library import SCENARIOS
from scenarios.parameters.demand import OtherUsers
from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import Column, long, one


@dataclass(frozen=True)
class Halved(QuotaPolicy):
    "Half of what the list says."

    kind = "halved"

    def __call__(self, of):
        return 0.5


@dataclass(frozen=True)
class MyRule(ProRata):
    "Pro rata under another name."

    kind = "my-rule"


@dataclass(frozen=True)
class MyMarket(PostedPrices):
    "Posted prices under another name."

    kind = "my-market"


@dataclass(frozen=True)
class Fee(TariffComponent):
    "A fee a request."

    kind = "fee"
    fee_tokens: float = quantity(100.0, "tokens", "billed for every request", high=1e6)

    def tokens(self, workload):
        return self.fee_tokens


class Insured(HyperscalerAgent):
    "An owner who pays for insurance."

    kind = "insured"

    def payments(self, tick):
        yield from super().payments(tick)
        yield Payment(self.name, "upkeep", 1_000.0 * tick.hours, "upkeep")


class Frugal(FrontierLab):
    "A lab that pays no staff."

    kind = "frugal"

    def payments(self, tick):
        return (payment for payment in super().payments(tick) if payment.kind != "burn")


@chart("Cash, twice", "by the tick")
def cash_twice(frames):
    "Twice the money of all providers."
    cash = frames["providers"].groupby("time")["twice_cash"].sum()
    return one(long({"cash": cash}, Column("value", "USD", "money, twice")))


@cash_twice.drawn_by
def draw(data, ax):
    for name, path in data.panel.paths.items():
        ax.plot(path.index, path, label=name)
    ax.set_ylabel(data.panel.label)


MY_USERS = OtherUsers(name="scientists", users=1e6, requests_per_day=20.0, individuals_share=0.1, worth_usd=0.3)
MY_CHIP = replace(CHIPS["b200"], name="my-chip")
MY_MODEL = replace(ARCHITECTURES["kimi-k2"], name="my-model")
MINE = SCENARIOS["baseline-2026"].with_changes(
    {"name": "my-scenario", "question": "Mine?", "demand.casual.individuals_share": 0.4}
)
"""
)


SETS = (
    "labs.*.pricing.kind=doubled",
    "labs.*.pricing.factor=3",
    "labs.*.pricing.stickiness=0",
    "labs.*.pricing.every_hours=0",
    "labs.*.quotas.kind=halved",
    "market.rationing=my-rule",
    "market.clearing=my-market",
    'open.*.bills.parts=["output", "input", "cached", "fee"]',
    "open.*.bills.fee_tokens=7",
    'demand.others=["scientists"]',
    "open.Ferry.architecture=my-model",
    "supply.agent=insured",
    "labs.Borealis.agent=frugal",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file, and with a run of all that it defines."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "mine.py").write_text(MINE, encoding="utf-8")
    words = [word for one in SETS for word in ("--set", one)]
    said = tokenmarket(
        "run",
        "my-scenario",
        "--with",
        "mine.py",
        "--days",
        "1",
        "--users",
        "50",
        "--quiet",
        "--no-picture",
        "--out",
        "r",
        *words,
        cwd=folder,
    )
    assert said.returncode == 0, said.stderr
    return folder


def test_what_a_file_defines_is_known_by_name(home: Path) -> None:
    about = json.loads((home / "r" / "run.json").read_text(encoding="utf-8"))
    assert about["own_files"][0]["path"] == "mine.py"
    assert len(about["own_files"][0]["sha256"]) == 64
    written = (home / "r" / "scenario.toml").read_text(encoding="utf-8")
    for name in ("doubled", "halved", "my-rule", "my-market", "fee", "my-model", "scientists"):
        assert f'"{name}"' in written
    providers = pd.read_parquet(home / "r" / "providers.parquet")
    assert (providers["twice_cash"] == 2.0 * providers["cash"]).all()
    segments = pd.read_parquet(home / "r" / "segments.parquet")
    assert segments.loc[segments["segment"] == "scientists", "asked"].sum() > 0


def test_agents_of_a_file_pay_what_they_say(home: Path) -> None:
    books = pd.read_parquet(home / "r" / "books.parquet").groupby("firm")[["staff", "running"]].sum()
    assert books.loc["Borealis", "staff"] == 0 < books.loc["Aster", "staff"]
    owners = pd.read_parquet(home / "r" / "wholesale.parquet").groupby("hyperscaler")["running_cost"].sum()
    assert (owners >= 24 * 1_000.0).all()
    assert books.loc[owners.index, "running"].to_list() == pytest.approx(owners.to_list())


def test_a_payment_that_no_book_knows_is_refused(tmp_path: Path) -> None:
    lavish = MINE.replace('1_000.0 * tick.hours, "upkeep")', '1_000.0 * tick.hours, "gifts")')
    (tmp_path / "lavish.py").write_text(lavish, encoding="utf-8")
    words = ("--days", "1", "--users", "50", "--quiet", "--out", "r", "--set", "supply.agent=insured")
    said = tokenmarket("run", "--with", "lavish.py", *words, cwd=tmp_path)
    assert said.returncode == 2
    assert said.stderr.startswith("tokenmarket: lavish.py: agent 'insured' 'Amazon': Payment(payer='Amazon', "), (
        said.stderr
    )
    assert "its kind one of power, upkeep, burn, funding, capital, interest" in said.stderr
    assert not (tmp_path / "r").exists()


def test_a_kind_of_agent_that_there_is_not_is_refused(home: Path) -> None:
    for path, known in (("supply.agent", "'insured'"), ("labs.*.agent", "'frugal'")):
        said = tokenmarket("run", "--with", "mine.py", "--set", f"{path}={known[1:-2]}", "--out", "x", cwd=home)
        assert said.returncode == 2
        assert f"did you mean {known}" in said.stderr, said.stderr
        assert not (home / "x").exists()


def test_a_chip_of_a_file_has_its_capacity(home: Path) -> None:
    said = tokenmarket("capacity", "--chip", "my-chip", "--architecture", "my-model", "--with", "mine.py", cwd=home)
    assert said.returncode == 0, said.stderr
    assert "my-chip" in said.stdout


#: The command, with a few of the charts that come with it: all are drawn elsewhere, and take their time.
FEWER = """
from scenarios.cli.main import main
from scenarios.pictures.registry import CHARTS
for name in list(CHARTS)[4:]:
    del CHARTS._entries[name]
main()
"""


def test_a_chart_of_a_file_is_drawn_in_the_report_and_on_the_page_of_all(home: Path) -> None:
    said = tokenmarket("report", "r", "--with", "mine.py", "--quiet", cwd=home, code=FEWER)
    assert said.returncode == 0, said.stderr
    page = (home / "r" / "report.html").read_text(encoding="utf-8")
    assert 'id="cash-twice"' in page
    assert "money, twice [USD]" in page
    said = tokenmarket("dashboard", "r", "--all", "--with", "mine.py", "--out", "all.svg", cwd=home)
    assert said.returncode == 0, said.stderr
    assert "Cash, twice" in (home / "all.svg").read_text(encoding="utf-8")


def test_a_scenario_of_a_file_is_shown(home: Path) -> None:
    words = ("--changes", "--json", "--with", "mine.py", "--set", 'demand.others=["scientists"]')
    shown = tokenmarket("scenarios", "show", "my-scenario", *words, cwd=home)
    assert any(row["path"].startswith("demand.others.scientists") for row in json.loads(shown.stdout))


def test_verify_runs_a_check_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(CHECK, encoding="utf-8")
    said = tokenmarket("verify", "--with", "mine.py", "--only", "mine", "--json", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert [row["quantity"] for row in json.loads(said.stdout)] == ["one and one"]


CHECK = """
from scenarios.verification.check import check, exact

@check("mine", "Sums", "school")
def sums():
    yield exact("one and one", 2, 1 + 1)
"""


BEGIN = "from dataclasses import dataclass\nfrom market.supply.quotas import QuotaPolicy\n"
QUOTA = "@dataclass(frozen=True)\nclass Mine(QuotaPolicy):\n    kind = 'mine'\n"
BODY = "    def __call__(self, of):\n        return 0.5\n"


BAD = {
    "a.py": "def f(:\n",
    "b.py": "1 / 0\n",
    "c.py": "import sys\nsys.exit(3)\n",
    "d.py": "from capacity import CHIPS\nfrom dataclasses import replace\nB = replace(CHIPS['b200'])\n",
    "e.py": "from scenarios.results.measures import Measure, register\n"
    "register(Measure('spot-price', '1', 'mine', lambda f: 1.0))\n",
    "f.py": "from scenarios.pictures.chart import chart\n@chart('Prices')\ndef price_paths(frames):\n    'Mine.'\n",
    "g.py": "from scenarios.pictures.chart import chart\n@chart('Mine')\ndef mine(frames):\n    'Mine.'\n",
    "h.py": "",
    "i.py": "from market.supply.quotas import QuotaPolicy\n\ndef mine(of):\n    return 0.5\n",
}
SAID = {
    "a.py": "a.py: cannot be imported: SyntaxError",
    "b.py": "b.py: cannot be imported: ZeroDivisionError: division by zero",
    "c.py": "c.py: cannot be imported: SystemExit: 3",
    "d.py": "d.py: chip 'b200' is listed twice",
    "e.py": "e.py: cannot be imported: InputError: two things are registered as measure 'spot-price'",
    "f.py": "f.py: cannot be imported: InputError: two things are registered as chart 'price-paths'",
    "g.py": "chart 'mine', mine (g.py), has data, but nothing under drawn_by draws them",
    "h.py": "h.py: it defines nothing that could be used by name, but must have at least one: a behaviour or",
    "i.py": "i.py: it defines nothing that could be used by name",
    "no-such.py": "no-such.py: cannot be read: No such file or directory",
    "mine.txt": "mine.txt: a file of one's own is Python, and its name ends in .py",
}
TRY_ALL = """
import sys
from pathlib import Path
from capacity.errors import InputError
from scenarios.cli.own import load_own

for name in sys.argv[1:]:
    try:
        load_own([Path(name)])
    except InputError as error:
        print(f"{name} | {error}")
"""


def test_what_is_wrong_with_a_file_is_said_in_one_line(tmp_path: Path) -> None:
    for name, text in BAD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = tokenmarket(*SAID, code=TRY_ALL, cwd=tmp_path).stdout.splitlines()
    assert len(said) == len(SAID)
    for line in said:
        name, words = line.split(" | ")
        assert words.startswith(SAID[name])


USEFUL = {
    "column.py": "from market.simulation.columns import column\n@column('ticks', 'one', '1', 'one')\n"
    "def one(moment):\n    return 1.0\n",
    "agent.py": "from market.supply.owner import HyperscalerAgent\nclass A(HyperscalerAgent):\n    kind = 'a'\n",
    "check.py": CHECK,
    "measure.py": NUMBERS,
    "chip.py": "from capacity import CHIPS\nfrom dataclasses import replace\nB = replace(CHIPS['b200'], name='b')\n",
}


def test_a_file_that_defines_one_thing_is_taken_and_taken_again(tmp_path: Path) -> None:
    for name, text in USEFUL.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "again.py").write_text(NUMBERS, encoding="utf-8")
    said = tokenmarket(*USEFUL, *USEFUL, "again.py", code=TRY_ALL, cwd=tmp_path)
    assert (said.returncode, said.stdout) == (0, ""), said.stderr


COMMANDS = (("run", "--out", "r"), ("batch", "baseline-2026", "--out", "r"), ("scenarios", "show", "baseline-2026"))


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_two_files_with_one_name_end_a_command_with_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    for name, more in (("a.py", ""), ("b.py", "# another\n")):
        (tmp_path / name).write_text(BEGIN + QUOTA + BODY + more, encoding="utf-8")
    said = tokenmarket(*words, "--with", "a.py", "--with", "b.py", cwd=tmp_path)
    assert said.returncode == 2, said.stderr
    assert said.stderr.startswith("tokenmarket: b.py: two behaviours (quota policy) are called 'mine'")
    assert len(said.stderr.strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.py", "b.py"]


ODD = """
from dataclasses import dataclass

import numpy as np

from market.exchange.clearing.base import Cleared, Clearing
from capacity.fields import quantity
from market.simulation.columns import column


@dataclass(frozen=True)
class Discount(Clearing):
    "Posted prices, less a part."

    kind = "discount"
    off: float = quantity(0.1, "1", "part of the list price that nobody pays", high=1)

    def clear(self, situation):
        prices = situation.book.request_prices() * (1.0 - self.off)
        return Cleared(prices, situation.respond(prices), np.zeros(situation.book.pools))


@dataclass(frozen=True)
class Broken(Clearing):
    "It looks for what is not there."

    kind = "broken"

    def clear(self, situation):
        return {}["usual"]
"""
LAST = "\n\n@column('providers', 'mine', 'USD', 'what is mine')\ndef mine(moment):\n    return {}\n"
QUICK = ("--days", "0.05", "--users", "20", "--quiet", "--no-picture", "--out", "r")
#: By what a column gives, what is said of it.
COLUMN_GIVES = {
    "np.ones(2)": "odd.py: column 'mine' of 'providers' (what is mine [USD]) gave 2 numbers, but must be 7 numbers",
    "['a'] * 7": "odd.py: column 'mine' of 'providers' (what is mine [USD]) gave words, but must be 7 numbers",
    "None": "odd.py: column 'mine' of 'providers' (what is mine [USD]) gave NoneType, but must be 7 numbers",
    "{}['usual']": "odd.py:35: in mine: KeyError: 'usual'",
}


def said_of(folder: Path, text: str, *words: str) -> str:
    """The one line with which a command with this file ends."""
    (folder / "odd.py").write_text(text, encoding="utf-8")
    said = tokenmarket(*words, "--with", "odd.py", cwd=folder)
    assert said.returncode == 2, said.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["odd.py"]
    (line,) = said.stderr.strip().splitlines()
    return line.removeprefix("tokenmarket: ")


def test_an_error_in_a_file_is_one_line_with_its_place(tmp_path: Path) -> None:
    line = said_of(tmp_path, ODD, "run", "--set", "market.clearing=broken", *QUICK)
    assert line == "odd.py:30: in Broken.clear: KeyError: 'usual'"


def test_a_file_may_not_end_the_program_unseen(tmp_path: Path) -> None:
    quits = ODD.replace('return {}["usual"]', "raise SystemExit(0)")
    assert said_of(tmp_path, quits, "run", "--set", "market.clearing=broken", *QUICK).startswith(
        "odd.py:30: in Broken.clear: SystemExit"
    )


@pytest.mark.parametrize("gives", COLUMN_GIVES)
def test_a_column_that_gives_no_numbers_is_named(tmp_path: Path, gives: str) -> None:
    assert said_of(tmp_path, ODD + LAST.format(gives), "run", *QUICK) == COLUMN_GIVES[gives]


def test_a_kind_and_its_number_are_set_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(ODD, encoding="utf-8")
    for sets in (("=discount", ".off=.9"), (".off=0.9", "=discount"), (".kind=discount", ".off=0.9")):
        words = [word for one in sets for word in ("--set", f"market.clearing{one}")]
        said = tokenmarket("scenarios", "show", "baseline-2026", "--json", "--with", "odd.py", *words, cwd=tmp_path)
        assert said.returncode == 0, said.stderr
        rows = {row["path"]: row["value"] for row in json.loads(said.stdout)}
        assert (rows["market.clearing.kind"], rows["market.clearing.off"]) == ("discount", 0.9)


def test_a_result_says_which_file_it_was_made_with(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(ODD, encoding="utf-8")
    said = tokenmarket("run", "--with", "odd.py", "--set", "market.clearing=discount", *QUICK, cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    for words in (("dashboard", "r"), ("explain", "r", "--offer", "Aster standard")):
        said = tokenmarket(*words, cwd=tmp_path)
        assert said.returncode == 2
        assert said.stderr.startswith(
            "tokenmarket: 'r': it was made with odd.py: give --with odd.py (its sha256 begins with "
        )
        assert len(said.stderr.strip().splitlines()) == 1
    said = tokenmarket("explain", "r", "--offer", "Aster standard", "--with", "odd.py", cwd=tmp_path)
    assert said.returncode == 0, said.stderr


def test_a_measure_that_fails_is_named_with_its_place_in_the_file() -> None:
    facts = Facts({})
    failing = Measure("oops", "USD", "it fails", lambda run: run.frames["none"])  # type: ignore[return-value]
    with pytest.raises(KeyError) as caught:
        failing.of(facts)
    assert in_words(caught.value) == "measure 'oops': KeyError: 'none'"
    words = Measure("words", "USD", "it says words", lambda run: "much")  # type: ignore[return-value]
    said = "test_own_files.py: measure 'words' gave str, but must be one number: it says words"
    with pytest.raises(InputError, match=re.escape(said)):
        words.of(facts)


TAKES_OWN = "app moments elasticities fit forecast hindcast events dashboard explain verify scenarios run batch report"


def test_commands_that_run_or_draw_take_a_file() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for name in TAKES_OWN.split():
        assert "--with" in [option for one in commands[name].params for option in one.opts], name
