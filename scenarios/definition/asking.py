"""Asking: small words in which the files of the library are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from scenarios.definition.scenario import Scenario
from scenarios.results.outcome import Outcome

#: Three, two and one years, one whole week of each month.
THREE_YEARS: Final[dict[str, Any]] = {"time.days": 1096.0, "time.mode": "representative-weeks"}
TWO_YEARS: Final[dict[str, Any]] = {"time.days": 728.0, "time.mode": "representative-weeks"}
ONE_YEAR: Final[dict[str, Any]] = {"time.days": 364.0, "time.mode": "representative-weeks"}

#: Tokens asked grow 10x a year and compute 3.4x [Epoch].
CRUNCH: Final[dict[str, Any]] = {"demand.growth": 10.0, "supply.growth": 3.4}

#: A machine that serves a 27B model costs a coder about 4,000 USD [declared: a workstation with one large card].
MACHINES_FOR_SALE: Final[dict[str, Any]] = {"demand.coders.local.price_usd": 4_000.0}

#: Who chats has what households consume: 56 % [declared: about their part of what is produced] of 117 trillion USD [IMF
#: 2025] over 8.2 billion people. Who codes, or has agents work, is paid for the work: means of CodeSubmit (2023)
#: for the US, the UK, India and China, 110,140, 55,275, 7,725 and 23,790 USD a year, by the places of users [declared:
#: each stands for its zone, and agents are had by who is paid as coders are]. With as many users as there are in three
#: years that is 45 + 5 + 2 of the 117 trillion USD that the world produces a year.
INCOMES: Final[dict[str, Any]] = {
    "demand.casual.income.usd_per_day": 22.0,
    "demand.coders.income.usd_per_day": 167.0,
    "demand.agentic.income.usd_per_day": 167.0,
}


def outcome(measure: str, expected: str = "reported", against: str = "start", source: str = "") -> Outcome:
    """A measure, and where it is expected to go."""
    return Outcome.model_validate({"measure": measure, "expected": expected, "against": against, "source": source})


def ask(
    module: str,
    doc: str | None,
    base: Scenario,
    *,
    source: str,
    changes: Mapping[str, Any],
    outcomes: Sequence[Outcome],
    variants: Mapping[str, Mapping[str, Any]] | None = None,
) -> Scenario:
    """A scenario that differs from another; named for its file, its question the first line of the docstring."""
    name = module.rsplit(".", 1)[-1].replace("_", "-")
    about = {
        "name": name,
        "question": (doc or name).strip().splitlines()[0],
        "source": source,
        "extends": base.name,
    }
    changed = base.with_changes(changes, f"scenario '{name}'")
    data = (
        changed.data()
        | about
        | {
            "variants": {key: dict(value) for key, value in (variants or {}).items()},
            "outcomes": [one.model_dump() for one in outcomes],
        }
    )
    return Scenario.of(data, f"scenario '{name}'")
