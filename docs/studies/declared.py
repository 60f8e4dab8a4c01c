"""Make docs/reference/declared.md anew: how much what the baseline is held to hangs on what is declared.

    python docs/studies/declared.py     # a quarter of an hour on two cores

``make docs-figures`` runs it. A run for each declared parameter, moved by a part of the way between its bounds, all
else as it is; the same seeds in all.
"""

import tempfile
from importlib import resources
from pathlib import Path

import numpy as np

from scenarios.library import SCENARIOS
from scenarios.studies.moments import moments
from scenarios.studies.moments.fitting import RUNS, Runs, Task, slopes_of
from scenarios.studies.moments.free import free_from
from scenarios.text.progress_bar import late_bar

PAGE = Path(__file__).parents[1] / "reference" / "declared.md"
DECLARED = Path(str(resources.files(moments.__package__).joinpath("declared.csv")))
DAYS, USERS, SEEDS, WORKERS = 8.0, 2000, (11, 12), 2
#: Part of the way between the bounds by which each is moved.
STEP = 0.25
#: Moments that are named for a parameter, and the least change of one that is worth a word [halves of its range].
NAMED, WORTH_A_WORD = 3, 0.1

HEAD = """# What is declared, and what hangs on it

What a parameter of the baseline has no source for, and no moment is fitted with, is declared. Here each is moved, all
else as it is, and what moves most of the things that the world is known by (`tokenmarket moments`) is named: by how
much, if the parameter went from the lower to the upper end of what one might as well declare, in halves of the known
range. So +2 carries a moment from one end of what is known to the other. {days:g} days, {users:,} users, {seeds} seeds,
the same random numbers in all; a tenth or two may be chance. Made by `python docs/studies/declared.py`.

| parameter | declared | from | to | moves most, in halves of its known range |
|---|---:|---:|---:|---|
"""


def main() -> None:
    """Run, and write the page."""
    task = Task(SCENARIOS["baseline-2026"], tuple(free_from(DECLARED)), tuple(moments.world()), DAYS, USERS, SEEDS)
    with tempfile.TemporaryDirectory() as folder, late_bar("runs") as bar:
        runs = Runs(task, Path(folder) / RUNS, WORKERS, lambda done: bar(done, len(task.free) + 1))
        slopes, _ = slopes_of(runs, task.start, STEP)
    lines = [HEAD.format(days=DAYS, users=USERS, seeds=len(SEEDS)).rstrip()]
    for k, one in enumerate(task.free):
        column = slopes[:, k]
        order = np.argsort(-np.abs(column))[:NAMED]
        moved = [f"{task.moments[m].name} {column[m]:+.1f}" for m in order if abs(column[m]) >= WORTH_A_WORD]
        words = "; ".join(moved) or "nothing by a tenth"
        lines.append(f"| `{one.path}` | {one.start:g} | {one.low:g} | {one.high:g} | {words} |")
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
