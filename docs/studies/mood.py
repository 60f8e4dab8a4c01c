"""What hangs on the mood of investors: the table of docs/explanation/books.md#what-hangs-on-mood.

    python docs/studies/mood.py            # eight years of squeeze with 60 users, some five minutes on one core

`consolidation` with the mood moved: labs alone raise rounds there, and then open providers, too.
"""

import sys
from collections.abc import Sequence

from market import TokenMarket
from scenarios.loading.scenarios import load

SEED, USERS, DAYS = 1, 60, 364.0
MOODS = (1.0, 0.0, 0.5, 2.0)
#: Open providers may raise as labs do, in this scenario.
OPEN_TOO = ("open.*.rounds.multiple=25",)


def year(sets: Sequence[str]) -> dict[str, float]:
    """Money and firms after a year of squeeze."""
    economy = load("consolidation", list(sets)).economy(USERS)
    model = TokenMarket(economy, rng=SEED)
    ticks = economy.calendar.ticks_in(DAYS)
    model.run_for(ticks)
    frames = model.frames()
    books, firms = frames["books"], model.state.firms
    raised = books.groupby("firm", observed=True)["raised"].sum() / economy.calendar.simulated_share / 1e9
    labs = [provider.name for provider in economy.providers if provider.kind == "frontier"]
    return {
        "labs raised": float(raised[raised.index.isin(labs)].sum()),
        "others raised": float(raised[~raised.index.isin(labs)].sum()),
        "gone": float(firms.left.sum()),
        "bought": float(sum(parent is not None for parent in firms.parent)),
        "price": float(frames["ticks"]["spot_price"].iloc[-ticks // 4 :].mean()),
    }


def main() -> None:
    """A line for each mood, by who raises."""
    out = sys.stdout.write
    out("| who raises | mood | labs raised, billion USD | others | left | bought | USD per rack-hour, last quarter |\n")
    out(f"|{' --- |' * 7}\n")
    for who, more in (("labs", ()), ("labs and open providers", OPEN_TOO)):
        for mood in MOODS:
            found = year([*more, f"labs.*.rounds.mood={mood}", f"open.*.rounds.mood={mood}"])
            ends = f"{found['gone']:.0f} | {found['bought']:.0f} | {found['price']:,.0f}"
            raised = f"{found['labs raised']:.1f} | {found['others raised']:.2f}"
            out(f"| {who} | {mood:g} | {raised} | {ends} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
