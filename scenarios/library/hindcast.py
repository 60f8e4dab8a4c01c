"""Would the model have seen it: prices of tokens from October 2024 to December 2025, and on?

The world of the summer of 2024, run forward. What is fed: machines by quarter and owner (chips as they were counted,
until 2025Q4); models with scores, on the days on which they came out, each with the machine time that its list of that
day pays for (``hindcast_models.csv``); how much is asked by month (``hindcast_months.csv``: one growth, that changes
evenly, through the counts of ``hindcast_tokens.csv``). What is not fed: any later price, premium or discount, share, or
order of events. All else is the baseline, which is fitted to January 2026: users and their tastes, physics. Chat, its
free tiers and plans are left out: they are not sold by the token, and their machines are a part of what owners use
themselves.

Machines are rented by the hour at lists that owners post, and on the spot market; a year costs what a contract for it
would, though nobody signs one here. Open models are listed by several sellers with catalogues. Some rent machines by
the hour and list cost and a margin. Others have machines of their own, paid for whether used or not: they come on a day
that chance decides, list what these machines are worth at the margin, and list anew when that has changed: some their
whole catalogue at once, others a few of them at a time. What does not earn its replica is dropped.
"""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources
from typing import Any, Final

from scenarios.definition.asking import outcome
from scenarios.definition.scenario import Scenario
from scenarios.library.baseline_2026 import SCENARIO as BASELINE
from scenarios.library.rack_market import MACHINES_FOR_RENT
from scenarios.parameters.default_sellers import LONG
from scenarios.parameters.demand import Request, Users

START: Final = date(2024, 7, 1)
#: Chips are counted when they are sold, and take half a year to be installed [declared: without, rents of H100s fall by
#: a quarter until June 2025 at budgets that grow as declared; chosen knowing that rents fell in the half-year after].
QUARTER: Final = "2023Q4"
#: Some after a quarter, some after three, evenly [declared: not all machines wait as long].
INSTALL_SPREAD: Final = 1
#: Points by which a lab's small model is worth less for work than its score says. In the baseline it trails the best
#: one by 15 to 17 months for coders and agents, 19 points at 14 a year; that of January 2026 (GPT-5 mini) by 7.8.
SMALL_LESS: Final = 11.0
#: Share of users by the token to whom open models are no option [declared; what is tried is in doubtful.csv]. Those of
#: the baseline refuse less: its plans, which are not here, hold half of what labs sell.
REFUSES_OPEN: Final = 0.95
#: From the start to January 2026, when the world is that of the baseline [years].
YEARS: Final = 1.5
#: Score of the best closed model at the start [Epoch: Gemini 1.5 Pro of May 2024].
SCORE_AT_START: Final = 132.3
#: Hosting, payment and support over the list: about a twentieth [facts of the sources].
OTHER_COST: Final = 0.05
#: Requests by the token were short before agents came: on a router 2,800 tokens of input in October 2024 and 6,200 in
#: December 2025 [OpenRouter, State of AI], 0.4 to 0.6 of it cached at the end.
REQUESTS: Final = {
    "coders": Request(input=4_000.0, output=400.0, cached=0.3),
    "agentic": Request(input=15_000.0, output=600.0, cached=0.5),
}
#: Share of the log of growth that is more users: chat users of the largest lab tripled in the year to October 2025, a
#: little under half of tenfold [OpenAI: 250 million a week in October 2024, 800 million a year later].
USERS_SHARE: Final = 0.5
#: Sellers rent by the day for what they could sell if nobody had to wait, and half as much again: ticks are days, in
#: which no peak shows, and a model that comes out has no usual sales to go by [declared].
ROOM: Final = {"foot_in_the_door": 1.0, "headroom": 0.5}
#: Labs look at their lists about once a month [declared].
LAB_LOOKS_H: Final = 600.0
#: Margins of sellers who rent by the hour, around the baseline's fitted .64 [declared: an equal ladder].
MARGINS: Final = {"Ferry": 0.4, "Gantry": 0.65, "Harbor": 0.9}
#: Sellers with machines of their own, and their GB200 racks [declared]. Those who made models list these alone, as
#: their names begin. Others come with twice the racks of the one before, from a quarter of what open models took in the
#: autumn of 2024 (about four), and list every second model: the first of them, or the second, by turns. Half of them
#: list all anew at once, and half a fifth of them at a time [declared: until December 2025 .36 of the log points by
#: which lists moved were on days on which many did].
MAKERS_RACKS: Final = 0.5
MAKERS: Final[dict[str, tuple[str, ...]]] = {
    "Islet": ("DeepSeek",),
    "Jetty": ("Qwen",),
    "Kedge": ("Llama", "Gemma", "Mistral", "Mixtral"),
}
AT_ONCE, A_FEW_EACH = 1, 5
LUMPS: Final = {
    "Lagoon": (1.0, AT_ONCE),
    "Mooring": (2.0, A_FEW_EACH),
    "Narrows": (4.0, A_FEW_EACH),
    "Oxbow": (8.0, AT_ONCE),
    "Pier": (16.0, AT_ONCE),
    "Quay": (32.0, A_FEW_EACH),
}
#: They look at their lists once a month, ask for idle machines part of the way to what earns most, and once they are
#: full add the margin of the cheapest who rent [declared].
OWNING: Final = {
    "kind": "shadow-cost",
    "every_hours": 720.0,
    "stickiness": 0.0,
    "fill": 0.8,
    "relist": 0.25,
    "market_power": 0.7,
    "markup": 0.4,
}
#: Those who rent look at each list once a week, each on a day of its own [declared].
WEEKDAYS: Final = 7
#: Labs change a list once it is so far off [fitted: fitted.csv].
LAB_LISTS: Final = {"stickiness": 0.45, "change_cost_days": 0.0}
#: Chance a day that a seller with idle machines looks whether to come [declared: a year and a third on average, so that
#: of nine about four come in the first year].
ENTER_PER_DAY: Final = 1.0 / 480.0
DROPS_AFTER_DAYS: Final = 60.0
#: Price around which research takes more or less [USD per rack-h]: 3 USD an H100-hour, as at lists in October 2024.
AROUND_USD: Final = 490.0


def table(name: str) -> list[dict[str, str]]:
    """A table beside this file."""
    with resources.files(__package__).joinpath(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def model_of(row: dict[str, str]) -> dict[str, Any]:
    """What open and closed models have in common."""
    small = row["kind"] == "closed" and row["architecture"] == "mini"
    return {
        "name": row["name"],
        "architecture": row["architecture"],
        "score": float(row["score"]) - SMALL_LESS * small,
        "released": row["released"],
        "work": float(row["work"]),
        "cost": OTHER_COST * float(row["list_usd_per_mtok"]),
    }


def lab(name: str, template: dict[str, Any]) -> dict[str, Any]:
    """A lab with what it has brought out, sold by the token."""
    rows = [row for row in table("hindcast_models.csv") if row["lab"] == name]
    offers = [
        {"name": row["name"], "model": row["name"], "tier": "standard", "price": float(row["list_usd_per_mtok"])}
        | {"closed_to": ["casual"]}
        for row in rows
    ]
    models = [model_of(row) | {"bills": LONG.model_dump()} for row in rows]
    pricing = {**template["pricing"], "every_hours": LAB_LOOKS_H, "settling_hours": 72.0, **LAB_LISTS}
    return template | {"name": name, "edge": 0.0, "models": models, "offers": offers, "pricing": pricing, **ROOM}


def sellers() -> list[dict[str, Any]]:
    """Sellers of open models, as tables."""
    known = [row["name"] for row in table("hindcast_models.csv") if row["kind"] == "open"]
    rhythm = {"memory_hours": 168.0, "every_hours": 168.0, "turns": WEEKDAYS}
    renting = {"kind": "cost-plus", "stickiness": 0.3, **rhythm}
    made: list[dict[str, Any]] = [
        {"name": name, "pricing": {**renting, "margin": margin}, "drops_after_days": DROPS_AFTER_DAYS, **ROOM}
        for name, margin in MARGINS.items()
    ]
    own = {name: [one for one in known if one.startswith(begins)] for name, begins in MAKERS.items()}
    owners = [(name, MAKERS_RACKS, models, AT_ONCE) for name, models in own.items()]
    owners += [(name, racks, known[k % 2 :: 2], turns) for k, (name, (racks, turns)) in enumerate(LUMPS.items())]
    made += [
        {"name": name, "racks": racks, "models": models, "drops_after_days": DROPS_AFTER_DAYS}
        | {"pricing": {**OWNING, "turns": turns}}
        | {"enters": True, "enter_per_day": ENTER_PER_DAY}
        for name, racks, models, turns in owners
    ]
    return made


def billed(request: Request) -> float:
    """Output-equivalent tokens of a request, at an input of a quarter and a cached one of a fortieth of output."""
    return request.output + request.input * (0.25 * (1.0 - request.cached) + 0.025 * request.cached)


def users(name: str, at_end: Users, rows: list[dict[str, str]], share: float) -> dict[str, Any]:
    """Users of the baseline as they were at the start, with shorter requests of the same bill altogether."""
    path = [float(row["tokens_api"]) for row in rows]
    first = path[0] / (path[-1] ** 2 / path[-2])  # over January 2026, a month after the last
    shorter = billed(at_end.request) / billed(REQUESTS[name])
    return {
        "users": at_end.users * first**share,
        "requests_per_day": at_end.requests_per_day * shorter * first ** (1.0 - share),
        "worth_usd": at_end.worth_usd / shorter,
        "request": REQUESTS[name].model_dump(),
        "by_month": path,
        "individuals_share": 0.49,
        "refuses": {"open": {"share": REFUSES_OPEN}},
    }


def scenario() -> Scenario:
    """The scenario."""
    data, rows, before = BASELINE.data(), table("hindcast_months.csv"), BASELINE.demand
    budget = data["supply"]["research"][0] | {"name": "research", "usd_per_day": 6.7e6, "growth": 4.5}
    budget |= {"reference_usd": AROUND_USD}
    budget |= {"funder": "", "share_of_sales": 0.0, "sales_usd_per_day": 0.0}
    changes: dict[str, Any] = {
        "time": {"start": START, "days": 549.0, "tick_hours": 24.0},
        "supply": {
            "quarter": QUARTER,
            "install_spread_quarters": INSTALL_SPREAD,
            "expansion": "counted",
            "research": [budget],
            "contracts": {"share": 0.0},
        },
        **{path: value for path, value in MACHINES_FOR_RENT.items() if "contracts" not in path},
        "demand": {
            "casual": {"users": 1.0, "individuals_share": 0.02},
            "coders": users("coders", before.coders, rows, USERS_SHARE),
            "agentic": users("agentic", before.agentic, rows, USERS_SHARE),
        },
        "labs": [lab(name, data["labs"][k]) for k, name in enumerate(("OpenAI", "Anthropic", "Gemini"))],
        "open": [],
        "models": [
            model_of(row) | {"price": float(row["list_usd_per_mtok"])}
            for row in table("hindcast_models.csv")
            if row["kind"] == "open"
        ],
        "sellers": sellers(),
        "market": {"clearing": "auction", "chance_waits": False, "needs_without_waits": False},
        "progress": {"score_at_start": SCORE_AT_START},
    }
    measures = ("spot-price", "paid-by-the-token", "tokens-a-second", "open-share")
    about = {
        "name": "hindcast",
        "question": (__doc__ or "").strip().splitlines()[0],
        "source": "Epoch: chips, scores, releases; tokens by month: companies and a router; all else the baseline",
        "extends": "baseline-2026",
        "variants": {},
        "outcomes": [outcome(name).model_dump() for name in measures],
    }
    made = BASELINE.with_changes(changes, "scenario 'hindcast'")
    return Scenario.of(made.data() | about, "scenario 'hindcast'")


SCENARIO = scenario()
