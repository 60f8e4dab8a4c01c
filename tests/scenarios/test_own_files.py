"""A file of one's own: what it defines is known by name on the command line, and a run says which file it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

MINE = """
from dataclasses import dataclass, replace

import numpy as np

from capacity import ARCHITECTURES, CHIPS
from market.exchange.clearing.posted import PostedPrices
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.tariff import TariffComponent
from market.kinds import quantity
from market.simulation.columns import column
from market.supply.pricing.base import PricingPolicy
from market.supply.quotas import QuotaPolicy
from scenarios.library import SCENARIOS


@dataclass(frozen=True)
class Doubled(PricingPolicy):
    "Twice the cost, or another factor on it."

    kind = "doubled"
    factor: float = quantity(2.0, "1", "price over cost", high=10)

    def __call__(self, outlook):
        return outlook.cost * self.factor


@dataclass(frozen=True)
class Halved(QuotaPolicy):
    "Half of what the list says."

    kind = "halved"

    def __call__(self, granted, utilisation):
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


@column("providers", "twice_cash", "USD", "money, twice")
def twice_cash(moment):
    return 2.0 * np.array([p.cash for p in moment.founded.providers])


MY_CHIP = replace(CHIPS["b200"], name="my-chip")
MY_MODEL = replace(ARCHITECTURES["kimi-k2"], name="my-model")
MINE = SCENARIOS["baseline-2026"].with_changes({"name": "my-scenario", "question": "Mine?"})
"""


def tokenmarket(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tokenmarket", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_what_a_file_defines_is_known_by_name(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    sets = [
        "labs.*.pricing.kind=doubled", "labs.*.pricing.factor=3", "labs.*.pricing.stickiness=0",
        "labs.*.pricing.every_hours=0", "labs.*.quotas.kind=halved", "market.rationing=my-rule",
        "market.clearing=my-market", 'market.bills.parts=["output", "input", "cached", "fee"]',
        "market.bills.fee_tokens=7", "open.Ferry.architecture=my-model",
    ]  # fmt: skip
    words = [word for one in sets for word in ("--set", one)]
    said = tokenmarket("run", "my-scenario", "--with", "mine.py", "--days", "1", "--users", "50", "--quiet",
                       "--no-picture", "--out", "r", *words, cwd=tmp_path)  # fmt: skip
    assert said.returncode == 0, said.stderr
    about = json.loads((tmp_path / "r" / "run.json").read_text(encoding="utf-8"))
    assert about["own_files"][0]["path"] == "mine.py"
    assert len(about["own_files"][0]["sha256"]) == 64
    providers = pd.read_parquet(tmp_path / "r" / "providers.parquet")
    assert (providers["twice_cash"] == 2.0 * providers["cash"]).all()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def f(:\n", "SyntaxError"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        (
            "from capacity import CHIPS\nfrom dataclasses import replace\nB = replace(CHIPS['b200'])\n",
            "'b200' is listed twice",
        ),
        (None, "no-such.py"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line(tmp_path: Path, text: str | None, words: str) -> None:
    name = "no-such.py" if text is None else "mine.py"
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = tokenmarket("run", "--with", name, "--days", "1", "--out", "r", cwd=tmp_path)
    assert said.returncode == 2, said.stderr
    assert words in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "r").exists()
