"""Make docs/explanation/tiers.md and its picture anew: when do prices of tiers part?

    python docs/studies/tiers.py     # some minutes on two cores

``make docs-figures`` runs it. From the baseline one thing is moved at a time, all else as it is; three seeds each.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from moved import draw, table_of

from market import TokenMarket
from scenarios.library import SCENARIOS
from scenarios.pictures.style import actor

DOCS = Path(__file__).parents[1]
PAGE, PICTURE = DOCS / "explanation" / "tiers.md", DOCS / "images" / "tiers.png"
#: Three days in which labs look every hour, and one that is counted.
USERS, TICKS, SEEDS = 4000, 96, (1, 2, 3)
#: Below this share of a lab's tokens a tier's list says nothing.
SOLD = 0.02
TIERS = ("priority", "batch")
BOTH = ("coders", "agentic")
#: What is moved, in which unit, and to which values; the baseline's own among them.
MOVED: dict[str, tuple[str, tuple[float, ...]]] = {
    "spread of the value of an hour": ("standard deviation of its log", (0.0, 0.6, 1.2, 1.8)),
    "value of an hour": ("over the baseline's", (0.25, 0.5, 1.0, 2.0, 4.0)),
    "background requests": ("over the baseline's share", (0.0, 0.5, 1.0, 1.5)),
    "machines": ("over the baseline's", (0.25, 0.5, 1.0, 2.0)),
    "labs": ("number", (1.0, 2.0, 3.0)),
}
NOW = dict.fromkeys(MOVED, 1.0) | {"spread of the value of an hour": 1.2, "labs": 3.0}
TITLE = "Lists of tiers over that of standard; dotted: the baseline; band: range of seeds"

HEAD = """# When do tiers cost more or less?

No price of a tier is given: labs find what earns most of users who differ in what an answer and an hour are worth to
them ([how](market.md#tiers)). Here one thing is moved at a time from the baseline, and what the lists of priority and
of batch then are over that of standard, after {days:g} days: mean over the labs that sell at least {sold:.0%} of their
tokens by the token in that tier; {users:,} users, mean and range of {seeds} seeds. Where nobody sells it there is no
number. Made by `python docs/studies/tiers.py`.

What an hour is worth to users moves who buys priority, and hardly what it costs: faster service takes more of a
machine, and labs that compete charge for that, the more the scarcer machines are. Where machines abound, and where
one lab sells alone, batch costs more of standard. Batch lives on requests that nobody waits for, and on machines that
stand idle. The terms themselves are given.

![Two rows of lines: priority over standard and batch over standard, against each of what is moved](../images/tiers.png)

| moved | to | priority / standard | batch / standard | tokens by priority, batch |
|---|---:|---:|---:|---:|
"""


def changes(what: str, value: float) -> dict[str, Any]:
    """Parameters of the baseline that put this at this value."""
    base = SCENARIOS["baseline-2026"]
    if what == "spread of the value of an hour":
        return {f"demand.{name}.time_values.spread": value for name in BOTH}
    if what == "value of an hour":
        return {f"demand.{name}.time_value": getattr(base.demand, name).time_value * value for name in BOTH}
    if what == "background requests":
        return {f"demand.{name}.background.share": getattr(base.demand, name).background.share * value for name in BOTH}
    if what == "machines":
        return {"supply.scale": base.supply.scale * value}
    labs = base.labs[: int(value)]
    names = {lab.name for lab in labs}
    funds = tuple(one for one in base.supply.research if not one.funder or one.funder in names)
    return {"labs": labs, "supply.research": funds}


def tried(job: tuple[str, float, int]) -> dict[str, Any]:
    """Ratios of lists, and shares of tokens, in one run."""
    what, value, seed = job
    model = TokenMarket(SCENARIOS["baseline-2026"].with_changes(changes(what, value)).economy(USERS), rng=seed)
    sold = np.zeros(model.book.offers)
    for tick in range(TICKS):
        model.step()
        if tick >= TICKS - 24:
            sold += model.orders.sum(axis=0) * model.book.tokens.mean(axis=0)
    found: dict[str, Any] = {"what": what, "value": value, "seed": seed}
    listed, tokens = (dict(zip(model.book.names, values, strict=True)) for values in (model.book.price, sold))
    labs = {name.split()[0] for name in listed if name.endswith(" standard") and f"{name.split()[0]} batch" in listed}
    for tier in TIERS:
        shares = {
            lab: tokens[f"{lab} {tier}"] / max(sum(tokens[f"{lab} {t}"] for t in ("standard", *TIERS)), 1e-300)
            for lab in labs
        }
        ratios = [listed[f"{lab} {tier}"] / listed[f"{lab} standard"] for lab in labs if shares[lab] >= SOLD]
        found[tier] = float(np.mean(ratios)) if ratios else float("nan")
        found[f"{tier} share"] = float(np.mean(list(shares.values())))
    return found


def rows(table: pd.DataFrame) -> Iterator[str]:
    """Lines of the page's table."""
    for (what, value), part in table.groupby(["what", "value"], sort=False):
        cells = []
        for tier in TIERS:
            known = part[tier].dropna()
            cells.append("-" if known.empty else f"{known.mean():.2f} ({known.min():.2f}-{known.max():.2f})")
        shares = ", ".join(f"{part[f'{tier} share'].mean():.0%}" for tier in TIERS)
        here = " (baseline)" if value == NOW[str(what)] else ""
        yield f"| {what}, {MOVED[str(what)][0]} | {value:g}{here} | {cells[0]} | {cells[1]} | {shares} |"


def main() -> None:
    """Run, draw, and write the page."""
    table = table_of(
        tried, [(what, value, seed) for what, (_, values) in MOVED.items() for value in values for seed in SEEDS]
    )
    draw(table, {tier: f"{tier} / standard" for tier in TIERS}, MOVED, NOW, TITLE, actor("frontier"), PICTURE)
    head = HEAD.format(days=TICKS / 24, sold=SOLD, users=USERS, seeds=len(SEEDS)).rstrip()
    PAGE.write_text("\n".join([head, *rows(table)]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
