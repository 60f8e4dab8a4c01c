"""Run the study of docs/tutorial/pricing-study.md anew: its numbers, its picture and the table in the page.

    python docs/studies/refresh.py        # some minutes on two cores

``make docs-figures`` runs it. tests/batches/test_study_page.py holds the page against the numbers.
"""

import contextlib
import io
import re
import sys
import tempfile
from pathlib import Path

from scenarios.batches.store.batch import open_batch
from scenarios.cli import main as cli

HERE = Path(__file__).parent
PAGE = HERE.parent / "tutorial" / "pricing-study.md"
RUNS = HERE / "pricing.csv"
PICTURE = HERE.parent / "images" / "pricing-study.png"
#: Measures that the page speaks of.
MEASURES = (
    "load-peak-ratio",
    "price-peak-ratio",
    "queue-hours",
    "surplus",
    "unserved",
    "paid-price",
    "closed-margin",
    "open-margin",
    "utilisation",
)
#: The table in the page.
BLOCK = re.compile(r"(?<=```text\n).*?(?=```)", re.DOTALL)


def told(*arguments: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    sys.argv = ["tokenmarket", *arguments]
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        cli.main()
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def table(runs: Path) -> str:
    """The table of the page, from a table of runs."""
    chosen = [word for measure in MEASURES for word in ("--measure", measure)]
    return told("compare", str(runs), *chosen) + "\n"


def refresh(batch: Path) -> None:
    """Write numbers, picture and table from a finished batch."""
    keys = ["label", "scenario", "variant", "seed"]
    open_batch(batch).summaries[[*keys, *MEASURES]].to_csv(RUNS, index=False, float_format="%.6g")
    told("compare", str(batch), "--plot", str(PICTURE))
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(lambda _: table(RUNS), page, count=1), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        refresh(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            told("batch", "--study", str(HERE / "pricing.toml"), "--out", f"{folder}/pricing", "--quiet")
            refresh(Path(folder) / "pricing")
