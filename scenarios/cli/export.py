"""The command ``tokenmarket export``. Heavy imports wait inside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    import pandas as pd

BATCH: Final = "batch.json"
EXAMPLES: Final = """Examples:

* `tokenmarket export results/baseline-2026-seed1 --csv` a folder csv/ in that of the run, with a file a table

* `tokenmarket export results/off-peak-batch --xlsx --out off-peak.xlsx` runs and measures of a batch, as a workbook
"""


def export(
    folder: Annotated[Path, typer.Argument(help="Folder of a run or of a batch.", metavar="DIR")],
    csv: Annotated[bool, typer.Option("--csv", help="A folder of CSV files.")] = False,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="A workbook of Excel's: needs an extra.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="What to write [default: DIR/csv, or DIR/tables.xlsx].", show_default=False)
    ] = None,
) -> None:
    """Write the tables of a result for other programs: CSV, or Excel."""
    from capacity.errors import InputError
    from scenarios.cli import exported

    if csv == xlsx:
        raise InputError("export needs one of --csv and --xlsx")
    target = out or folder / ("csv" if csv else "tables.xlsx")
    if xlsx:
        exported.check_excel()
    exported.check_target(target)
    (exported.as_csv if csv else exported.as_xlsx)(_tables(folder), target)
    typer.echo(f"wrote {target}")


def _tables(folder: Path) -> dict[str, pd.DataFrame]:
    """All tables in a folder by name."""
    if not (folder / BATCH).is_file():
        from scenarios.results import run_folder

        return dict(run_folder.read(folder).frames)
    from scenarios.batches import open_batch

    batch = open_batch(folder)
    return {"runs": batch.runs, "summaries": batch.summaries, **{name: batch.frame(name) for name in batch.study.keep}}


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(export)
