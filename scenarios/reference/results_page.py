"""Prints docs/reference/results.md from the columns themselves, so that the page is never older than the code.

Run: ``python -m scenarios.reference.results_page > docs/reference/results.md``
"""

from __future__ import annotations

import sys
from typing import Final

from market.records import DAILY
from market.simulation.columns import ENTITY
from scenarios.results.frames import ALL_COLUMNS, STATIC_COLUMNS

HEAD: Final = """# Results of a run

`tokenmarket run` writes a folder: one Parquet file (zstd) a frame, `run.json`, and `dashboard.png`. A frame is read
with one line, `pandas.read_parquet("results/baseline-2026-seed1/offers.parquet")`; all of them with
`scenarios.results.run_folder.read(Path("results/baseline-2026-seed1")).frames`. `model.frames()` gives those that
change over time without files.

All frames but the last three are tidy: one row a tick and entity. `time` is the begin of the tick in UTC; money is in
USD; a rack-hour is an hour of one GB200 NVL72 rack. The same seed and code give the same bytes
on processors that give BLAS and numpy the same kernels (`versions.kernels` is the same); on others prices agree to
1e-13, and no measure differs by more than a thousandth of itself.

`run.json` says how the run was made: scenario, question, seed, users (simulated and real), days, ticks, begin and end,
command, code (hash of all source files, commit), versions, when it was made and how long it took; where users are
[grouped](../how-to/group-users.md), how many cells there are and how far off their orders (`grouped`). It also has
size, checksum, rows and columns of every file, and a `seal`, its own checksum. Whoever reads the folder checks them: a
damaged file is named with what differs (a column, a type, rows, bytes), status 2, and no number of it is shown.
Pictures and reports do not count, since they are drawn from the frames. Columns and files of your own may be there:
`--force` keeps files that are not of the run.

This page is printed by `python -m scenarios.reference.results_page`.
"""
MEANING: Final = {
    "ticks": "The whole market, one row a tick.",
    "offers": "One row a tick and offer.",
    "pools": "One row a tick and pool of machines.",
    "providers": "One row a tick and seller of tokens.",
    "segments": "One row a tick and kind of user.",
    "wholesale": "One row a tick and owner of machines.",
    "choices": "Who chose what: one row a day of the run, segment and offer; tick and time are the day's first.",
    "listings": "What is sold, one row an offer; does not change over time.",
    "sellers": "Who sells, one row a provider or hyperscaler; does not change over time.",
    "accounts": "All money at the end, one row an account.",
}


def page() -> str:
    """The page in Markdown."""
    parts = [HEAD]
    for name, columns in ALL_COLUMNS.items():
        rows = (
            []
            if name in STATIC_COLUMNS
            else [("tick", "1", "number of the tick, from 0"), ("time", "UTC", "begin of the tick")]
        )
        entities = ("segment", "offer") if name in DAILY else (ENTITY[name],) if ENTITY.get(name) else ()
        rows += [(entity, "", "name") for entity in entities]
        rows += [(column.name, column.unit, column.meaning) for column in columns]
        table = "\n".join(f"| `{column}` | {unit} | {meaning} |" for column, unit, meaning in rows)
        title = f"\n## {name}\n\n{MEANING.get(name, '')}".rstrip()
        parts.append(f"{title}\n\n| column | unit | meaning |\n|---|---|---|\n{table}\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
