"""Make the block 'what real sellers did' of docs/explanation/evidence.md anew.

    python docs/studies/sellers.py            # a quarter of an hour on two cores
    python docs/studies/sellers.py FOLDER     # from a finished batch of `tokenmarket evidence --sellers`

tests/scenarios/test_evidence_page.py holds the page against the checked-in runs.
"""

import sys
import tempfile
from pathlib import Path

import pandas as pd
from evidence import KEYS, PAGE, SEEDS, USERS, put

from scenarios.batches import open_batch, run_batch
from scenarios.studies.scorecard.judging import evidence_study, judge
from scenarios.studies.scorecard.records import records_of, sellers_markdown
from scenarios.studies.scorecard.sellers import sellers

RUNS = Path(__file__).with_suffix(".csv")


def block(summaries: pd.DataFrame) -> str:
    """The table of the page, and who says so."""
    records = records_of(judge(summaries, [sellers()]))
    return sellers_markdown(records, summaries["seed"].nunique(), USERS) + "\n"


def refresh(folder: Path) -> None:
    """Write the runs and the block."""
    measures = dict.fromkeys(check.measure for check in sellers().checks)
    open_batch(folder).summaries[[*KEYS, *measures]].to_csv(RUNS, index=False, float_format="%.6g")
    page = put(PAGE.read_text(encoding="utf-8"), "sellers", block(pd.read_csv(RUNS)))
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        refresh(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            run_batch(evidence_study([sellers()], seeds=SEEDS, users=USERS), Path(made) / "evidence-sellers")
            refresh(Path(made) / "evidence-sellers")
