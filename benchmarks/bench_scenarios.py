"""Whole ticks of the scenarios that people run, beside plain Mesa, the exponentials alone, and an empty tick.

For each scenario and number of users four things take turns, a tick each, on one core; CPU time counts:

- the scenario as it ships. Its sellers look at their lists in the first ticks and then once a week: a tick in which
  they look is timed apart, and a tick of a week is 167 usual ones and one of these;
- a plain-Mesa market of the same choices (``plain_mesa.py``), made of this one after its first ticks. It is checked to
  order the same; it has 500 users at most, and is taken to cost as much a user with more of them;
- as many exponentials as there are users times offers open to their segment;
- the same scenario with a handful of users: what a tick costs before anybody chooses.

    python benchmarks/bench_scenarios.py                                    a table
    python benchmarks/bench_scenarios.py --json > speed.json                the same for machines
    python benchmarks/bench_scenarios.py --sizes 1e6 --scenarios baseline-2026
    python benchmarks/bench_scenarios.py --against HEAD~1                   side by side with another commit
    python benchmarks/bench_scenarios.py --page docs/reference/speed.md --picture docs/images/speed.png
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from against import side_by_side
from measured import HEAD, PLAIN, USUAL, Measured, row
from plain_mesa import PlainMarket
from speed_page import draw, page

from market import TokenMarket
from market.demand.blocks import BLOCK
from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS
from scenarios.loading.scenarios import load

#: The baseline without what is a single user's own, and the same with users grouped into cells.
BY_THE_TOKEN, GROUPED = "by-the-token", "by-the-token grouped"
#: Chat and coding with plans, a squeeze, free quotas, a broker, other tariffs, and the world of 2024 to 2025.
NAMES = ("baseline-2026", "compute-crunch", "free-tier", "broker", "off-peak", "hindcast", BY_THE_TOKEN, GROUPED)
SIZES = (100, 1_000, 10_000, 100_000)
#: Few users, who show what an empty tick costs, and ticks in which sellers look.
FEW, LOOKS = 20, 3
#: Largest difference of the two versions' orders, over all of a segment: rounding.
AGREE = 1e-9


def scenario_of(name: str) -> Scenario:
    """One that ships, or one of the two beside them."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    scenario = load(str(Path(__file__).parents[1] / "docs" / "studies" / f"{BY_THE_TOKEN}.toml"))
    return scenario.with_changes({"demand.resolution": "grouped"}) if name == GROUPED else scenario


def shortened(scenario: Scenario) -> Scenario:
    """The scenario with three hours of settling at most, in which sellers look in every tick."""
    data, changes = scenario.data(), {}
    for kind in ("labs", "open", "sellers"):
        for n, seller in enumerate(data[kind]):
            hours = seller["pricing"]["settling_hours"]
            changes[f"{kind}.{n}.pricing.settling_hours"] = min(hours, LOOKS * data["time"]["tick_hours"])
    for path, value in changes.items():
        kind, n, *rest = path.split(".")
        data[kind][int(n)][rest[0]][rest[1]] = value
    return Scenario.of(data)


def begun(scenario: Scenario, users: int) -> tuple[TokenMarket, float]:
    """A market after its first ticks, and what one in which sellers look costs [ms]."""
    model = TokenMarket(scenario.economy(users), rng=1, timed=True)
    model.step()  # in which all users choose their plan, once
    look = milliseconds(model.step, LOOKS - 1)
    model.step()
    model.timings = {}
    return model, look


def milliseconds(work: Callable[[], object], times: int = 1) -> float:
    """CPU time of a call [ms]."""
    begin = time.process_time()
    for _ in range(times):
        work()
    return 1e3 * (time.process_time() - begin) / times


def exponentials(model: TokenMarket) -> Callable[[], object]:
    """As many as there are users times offers open to them, block by block."""
    blocks = []
    for cohort, open_ in zip(model.cohorts, model.book.open, strict=True):
        rows = int(open_.sum())
        users = cohort.segment.individuals
        block = np.zeros((rows, min(BLOCK, users)), dtype="float32" if users >= BLOCK else cohort.dtype)
        blocks += [block[:, : min(BLOCK, users - begin)] for begin in range(0, users, BLOCK)]

    def alone() -> None:
        for block in blocks:
            np.exp(block)

    return alone


def measure(name: str, users: int, seconds: float) -> Measured:
    """Four things in turn, for a day of ticks or as many as fit into the time."""
    scenario = shortened(scenario_of(name))
    model, look = begun(scenario, users)
    one_by_one = scenario.with_changes({"demand.resolution": "individuals"})
    few, _ = begun(one_by_one, min(FEW, users))
    plain = PlainMarket(model if users <= PLAIN and name != GROUPED else begun(one_by_one, min(users, PLAIN))[0])
    if (wrong := plain.disagreement()) > AGREE:
        raise SystemExit(f"{name}: the plain version orders otherwise, by {wrong:.1e}")
    alone, many = exponentials(model), len(plain.agents) - len(plain.offers)
    usual, empty, by_user, raw, begin = [], [], [], [], time.process_time()
    while len(usual) < USUAL and (len(usual) < LOOKS or time.process_time() - begin < seconds):
        usual.append(milliseconds(model.step))
        empty.append(milliseconds(few.step))
        raw.append(milliseconds(alone))
        by_user.append(milliseconds(plain.step) / many)
    phases = {phase: 1e3 * spent / len(usual) for phase, spent in (model.timings or {}).items()}
    mean = [float(np.mean(one)) for one in (usual, empty, by_user, raw)]
    return Measured(name, users, mean[0], look, mean[1], mean[2] * users, mean[3], len(usual), phases)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", nargs="+", default=NAMES, choices=[*NAMES, *SCENARIOS], metavar="NAME")
    parser.add_argument("--sizes", nargs="+", default=SIZES, type=lambda text: int(float(text)), metavar="USERS")
    parser.add_argument(
        "--seconds", type=float, default=300.0, help="of a day of ticks for each row; what takes longer is marked"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--from", dest="source", type=Path, help="a file that --json wrote, in place of measuring")
    parser.add_argument("--page", type=Path, help="write the page of the docs")
    parser.add_argument("--picture", type=Path, help="draw the picture of the docs")
    parser.add_argument("--against", metavar="COMMIT", help="side by side with the code of another commit")
    return parser.parse_args()


def all_measured(asked: argparse.Namespace) -> list[Measured]:
    """Read, or measured, with a line each as they come."""
    if asked.source:
        return [Measured(**one) for one in json.loads(asked.source.read_text(encoding="utf-8"))]
    line = "{:22s}{:>11s}{:>22s}{:>12s}{:>12s}{:>17s}{:>19s}"
    out, found = sys.stderr if asked.json else sys.stdout, []
    print(line.format(*HEAD), file=out)
    for name in asked.scenarios:
        for users in asked.sizes:
            found.append(measure(name, users, asked.seconds))
            print(line.format(*row(found[-1])), file=out, flush=True)
    return found


def main() -> None:
    asked = arguments()
    if asked.against:
        side_by_side(asked.against)
        return
    found = all_measured(asked)
    if asked.json:
        print(json.dumps([asdict(one) for one in found], indent=1))
    if asked.page:
        asked.page.write_text(page(found), encoding="utf-8")
    if asked.picture:
        draw(found, asked.picture)


if __name__ == "__main__":
    main()
