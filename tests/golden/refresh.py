"""Makes the golden file of the baseline's four weeks anew: python tests/golden/refresh.py

Do this when results are meant to change, and say so in the CHANGELOG.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from market import TokenMarket
from scenarios.library import SCENARIOS

FILE = Path(__file__).with_name("baseline-2026.json")
USERS, SEED = 500, 1


def totals() -> dict[str, dict[str, float]]:
    """Sum over ticks of every column of every frame, by entity, for four weeks of the baseline."""
    scenario = SCENARIOS["baseline-2026"]
    model = TokenMarket(scenario.economy(USERS), rng=SEED)
    model.run_for(scenario.ticks)
    found = {}
    for name, table in model.records.tables.items():
        for column, values in table.data.items():
            sums = values[: model.records.ticks].sum(axis=0)
            entities = model.records.entities[name]
            found[f"{name}.{column}"] = dict(zip(entities, np.asarray(sums).tolist(), strict=True))
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps(totals(), indent=1) + "\n", encoding="utf-8")
