"""At what labs' models open in the hindcast, over their real first lists: a run of docs/explanation/hindcast.md.

    python docs/studies/first_lists.py     # half a minute

One run to December 2025, seed 1, the first of the sets fitted to June 2025. Models that were out before the run
begins are left out: their first lists are none of its own.
"""

import sys

import numpy as np
import pandas as pd

from market import TokenMarket
from scenarios.library import SCENARIOS
from scenarios.library.hindcast import START, table
from scenarios.studies.hindcast.doubt import with_values
from scenarios.studies.hindcast.fitting import fitted_sets
from scenarios.studies.hindcast.observed import LAST_MONTH
from scenarios.studies.hindcast.running import Diary
from scenarios.studies.hindcast.study import task_of

SEED, USERS = 1, 120


def main() -> None:
    """Run, and print a line a model, and the middle of small and of large ones."""
    scenario = with_values(SCENARIOS["hindcast"], fitted_sets(LAST_MONTH)[0])
    model = TokenMarket(scenario.economy(USERS), rng=SEED)
    diary = Diary.of(model)
    for _ in range(task_of(scenario, LAST_MONTH, [SEED], USERS, []).ticks):
        model.step()
        diary.write(model)
    first = pd.DataFrame(diary.prices, columns=diary.models).bfill().iloc[0]
    ratios: dict[str, list[float]] = {"small": [], "large": []}
    for row in table("hindcast_models.csv"):
        if row["kind"] == "closed" and row["released"] >= str(START):
            ratio = float(first[f"{row['lab']} {row['name']}"]) / float(row["list_usd_per_mtok"])
            size = "small" if row["architecture"] == "mini" else "large"
            ratios[size].append(ratio)
            sys.stdout.write(f"{row['name']:28}{row['released']}  {size}  {ratio:6.2f} times its real first list\n")
    for size, found in ratios.items():
        middle, low, high = np.median(found), min(found), max(found)
        sys.stdout.write(f"{size} models: {middle:.1f} times in the middle, from {low:.1f} to {high:.1f}\n")


if __name__ == "__main__":
    main()
