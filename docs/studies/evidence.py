"""Make docs/explanation/evidence.md anew: the scorecard, what gives first in the crunch, and the growth map.

    python docs/studies/evidence.py                     # an hour on two cores
    python docs/studies/evidence.py EVIDENCE MAP        # from finished batches

``make evidence`` runs it. tests/scenarios/test_evidence_page.py holds the page against the checked-in runs.
"""

import re
import sys
import tempfile
from pathlib import Path

import pandas as pd

from scenarios.batches import open_batch, run_batch
from scenarios.library import SCENARIOS
from scenarios.results.measures import Facts
from scenarios.results.measures.order import order_of_events
from scenarios.runs.run import run
from scenarios.runs.settings import Settings
from scenarios.studies.growth_map import study_of_the_map
from scenarios.studies.growth_map_picture import draw
from scenarios.studies.scorecard.judging import evidence_study, judge
from scenarios.studies.scorecard.records import markdown_table, records_of
from scenarios.studies.scorecard.statements import STATEMENTS

HERE = Path(__file__).parent
PAGE = HERE.parent / "explanation" / "evidence.md"
RUNS = HERE / "evidence.csv"
PICTURE = HERE.parent / "images" / "growth-map.png"
KEYS = ["label", "scenario", "variant", "seed"]
SEEDS, USERS = 4, 500


def scorecard(summaries: pd.DataFrame) -> str:
    """The table of the page."""
    return markdown_table(records_of(judge(summaries)), summaries["seed"].nunique(), USERS) + "\n"


def order() -> str:
    """When each thing gives in the crunch, seed 1, as a table of the page."""
    result = run(Settings(SCENARIOS["compute-crunch"], users=USERS))
    lines = ["| day of the run | date | what | is when |", "|---:|---|---|---|"]
    for row in order_of_events(Facts(result.frames)).to_dict("records"):
        moved = row["day"] == row["day"]
        day, date = (f"{row['day']:.0f}", f"{row['date']:%-d %B %Y}") if moved else ("-", "never")
        lines.append(f"| {day} | {date} | {row['signal']} | {row['meaning']} |")
    return "\n".join(lines) + "\n"


def put(page: str, name: str, text: str) -> str:
    """Replace what stands between the two marks of a name."""
    pattern = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", re.DOTALL)
    made, count = pattern.subn(lambda _: text, page)
    if count != 1:
        raise SystemExit(f"{PAGE} has {count} places for '{name}', but must have one")
    return made


def refresh(evidence: Path, growth: Path) -> None:
    """Write the runs, the page's tables and the picture."""
    measures = dict.fromkeys(check.measure for statement in STATEMENTS for check in statement.checks)
    summaries = open_batch(evidence).summaries[[*KEYS, *measures]]
    summaries.to_csv(RUNS, index=False, float_format="%.6g")
    page = PAGE.read_text(encoding="utf-8")
    page = put(page, "scorecard", scorecard(pd.read_csv(RUNS)))
    page = put(page, "order", order())
    PAGE.write_text(page, encoding="utf-8")
    draw(open_batch(growth), PICTURE)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        refresh(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            evidence, growth = Path(folder) / "evidence", Path(folder) / "growth-map"
            run_batch(evidence_study(seeds=SEEDS, users=USERS), evidence)
            run_batch(study_of_the_map(seeds=1), growth)
            refresh(evidence, growth)
