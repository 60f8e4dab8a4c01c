"""Make scenarios/library/hindcast_months.csv: how much is asked by month, through counts that do not agree.

    python docs/studies/hindcast_months.py

Counts are few, and months apart: between two of one company growth would be what is between two announcements, and
leap at each. So all of them have one growth, which changes evenly,

    ln n = a[who] + b t + c t^2,

by least squares, each as far off as its grade says (``hindcast_tokens.csv``). What is left is .4 in logs, as the
command prints: companies grow at different times.
"""

import csv
import sys
from importlib import resources
from pathlib import Path

import numpy as np

from scenarios.library.hindcast import table

LIBRARY = Path(str(resources.files("scenarios.library")))
#: How far off a count may be, by grade, in logs: a company's statement, press or derived from one, second hand [ours].
ERRORS = {"a": 0.15, "b": 0.25, "c": 0.4}
FIRST, LAST = "2024-07", "2025-12"


def months_since(month: str) -> int:
    """Months from the first of the path."""
    (year, number), (first_year, first) = (map(int, one.split("-")) for one in (month, FIRST))
    return 12 * (year - first_year) + number - first


def path() -> tuple[list[str], np.ndarray, float]:
    """Months, what is asked in each over the last, and how far counts are off, as the root of the mean square."""
    rows = table("hindcast_tokens.csv")
    who = sorted({row["who"] for row in rows})
    years = np.array([months_since(row["month"]) for row in rows]) / 12.0
    levels = np.array([[row["who"] == one for one in who] for row in rows], dtype=float)
    known = np.log([float(row["tokens_a_month"]) for row in rows])
    weight = np.array([1.0 / ERRORS[row["grade"]] for row in rows])
    terms = np.column_stack([levels, years, years**2])
    found = np.linalg.lstsq(terms * weight[:, None], known * weight, rcond=None)[0]
    off = float(np.sqrt(np.mean((terms @ found - known) ** 2)))
    number = np.arange(months_since(LAST) + 1)
    logs = found[-2] * number / 12.0 + found[-1] * (number / 12.0) ** 2
    first = 12 * int(FIRST[:4]) + int(FIRST[5:]) - 1
    named = [f"{(first + k) // 12}-{(first + k) % 12 + 1:02d}" for k in number]
    return named, np.exp(logs - logs[-1]), off


def main() -> None:
    """Write it."""
    months, asked, off = path()
    with (LIBRARY / "hindcast_months.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["month", "tokens_api"])
        writer.writerows([month, f"{one:.4f}"] for month, one in zip(months, asked, strict=True))
    growth = asked[1:] / asked[:-1] - 1.0
    sys.stdout.write(
        f"growth a month {growth[0]:.0%} at first, {growth[-1]:.0%} at last; counts are off by {off:.2f} in logs\n"
    )


if __name__ == "__main__":
    main()
