"""When does a list get dearer hours, who moves, and what does that do to loads and waits?

One seller of an open model holds its machines for a term, so that its busiest hours pay for them, and looks every four
weeks for hours that should be dearer. Its users live in few time zones. No price, no hour and no ratio is given.

The variant 'catalogues' is held against what real sellers did (``tokenmarket evidence --sellers``): three sellers on
rented machines list the same twelve open models, and five on their own every second one of them; they look every four
weeks, every second seller at one list after the other. In 'catalogues-by-hour' the eight may look for dear hours, too.
"""

from __future__ import annotations

from typing import Any

from scenarios.definition.asking import ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE
from scenarios.library.hindcast import OWNING, model_of, table
from scenarios.parameters.default_sellers import OPEN_LISTS
from scenarios.parameters.demand import PLACES

#: Open models of the winter 2025/26 [hindcast_models.csv], the last that had come out.
MODELS = (
    "DeepSeek V3.2",
    "Kimi K2 Thinking",
    "DeepSeek V3.2-Exp",
    "DeepSeek V3.1",
    "gpt-oss-120b",
    "Qwen3 Coder 480B",
    "Qwen3 235B Thinking",
    "Kimi K2",
    "DeepSeek R1 May",
    "Qwen3 235B",
    "Llama 4 Maverick",
    "DeepSeek V3 March",
)
#: Sellers of catalogues look every four weeks.
LISTS = {"every_hours": 672.0, **OPEN_LISTS}
#: Margins of who rents, and racks of who has machines: each lump twice the last; who has machines lists the first of
#: every two models, or the second, by turns, as in ``hindcast``; declared.
MARGINS = {"Ferry": 0.4, "Gantry": 0.65, "Harbor": 0.9}
LUMPS = {"Jetty": 20.0, "Kedge": 40.0, "Lagoon": 80.0, "Mooring": 160.0, "Narrows": 320.0}
#: Every second seller goes through its lists one by one, a day each, the others through all on one day; declared.
AT_ONCE, A_DAY_EACH = 1, 28


def catalogues() -> dict[str, object]:
    """Eight sellers of the same models, in place of one seller a model."""
    renting = {**LISTS, "kind": "cost-plus", "memory_hours": 24.0}
    owning = {**LISTS, "kind": "shadow-cost", "fill": 0.8, "relist": 0.0, "market_power": OWNING["market_power"]}
    rows = [row for row in table("hindcast_models.csv") if row["name"] in MODELS]
    terms: list[dict[str, Any]] = [
        {"name": name, "pricing": {**renting, "margin": margin}} for name, margin in MARGINS.items()
    ]
    terms += [
        {"name": name, "racks": racks, "pricing": owning, "models": list(MODELS[k % 2 :: 2])}
        for k, (name, racks) in enumerate(LUMPS.items())
    ]
    turns = [AT_ONCE, A_DAY_EACH] * (len(terms) // 2)
    sellers = [one | {"pricing": {**one["pricing"], "turns": by}} for one, by in zip(terms, turns, strict=True)]
    return {
        "time.days": 182.0,
        "demand.zones": [place.model_dump() for place in PLACES],
        "open": [],
        "models": [model_of(row) | {"price": float(row["list_usd_per_mtok"])} for row in rows],
        "sellers": sellers,
    }


#: All eight may look for dear hours, once, and a week is seen of what they found: looking takes most of the time.
HOURS = {
    "time.days": 35.0,
    "sellers.*.pricing.dear_hours.blocks": 2,
    "sellers.*.pricing.dear_hours.every_hours": 672.0,
}

#: All users in one zone, and one list that stays at 3.5 on average while machines are held; all declared.
SELLER = "open.Ferry"
ONE_ZONE = [{"name": "East Asia", "utc_offset_h": 8.0, "share": 1.0}]

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Boiteux: busy hours pay for machines; DeepSeek 2025: half price and less from 16:30 to 0:30 UTC",
    changes={
        "time.days": 84.0,
        "demand.zones": ONE_ZONE,
        f"{SELLER}.price": 3.5,
        f"{SELLER}.pricing.kind": "fixed",
        f"{SELLER}.headroom": 0.1,
        f"{SELLER}.machines.racks": 300.0,
        f"{SELLER}.machines.term_days": 14.0,
        f"{SELLER}.pricing.dear_hours.blocks": 2,
        f"{SELLER}.pricing.dear_hours.every_hours": 672.0,
    },
    outcomes=(
        outcome("price-peak-ratio", "up", against="flat", source="peak-load pricing"),
        outcome("load-peak-ratio", "down", against="flat", source="peak-load pricing"),
        outcome("queue-hours", against="flat"),
        outcome("unserved", against="flat"),
        outcome("surplus", against="flat"),
        outcome("open-margin", "up", against="flat", source="it is done for profit"),
    ),
    variants={
        "flat": {f"{SELLER}.pricing.dear_hours.blocks": 0},
        "global": {"demand.zones": [place.model_dump() for place in PLACES]},
        "catalogues": catalogues(),
        "catalogues-by-hour": catalogues() | HOURS,
    },
)
