"""The command ``tokenmarket compare``. Heavy imports wait inside it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli.options import AsJson
from scenarios.cli.printing import print_json

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from scenarios.batches.comparison import Comparison, Runs

#: Width that the tables keep to.
WIDTH = 80

EXAMPLES = """Examples:

* `tokenmarket compare results/prices` every case against the first, by the measures that answer the question

* `tokenmarket compare results/prices --against "off-peak: dynamic" --measure queue-hours --measure surplus`

* `tokenmarket compare results/growth --by supply.growth --csv growth.csv --plot growth.png`

* `tokenmarket compare results/sobol --sensitivity` which input explains how much

* `tokenmarket compare runs.csv` any table of runs: label, seed, inputs (their names have a dot) and measures
"""


SourceArgument = Annotated[
    Path, typer.Argument(help="A batch, or a table of runs (.csv, .parquet).", metavar="DIR|FILE")
]
ByOption = Annotated[
    str | None,
    typer.Option(help="label, scenario, variant, or an input such as supply.growth [default: case by case]."),
]
MeasuresOption = Annotated[
    list[str] | None,
    typer.Option("--measure", help="Measure; again for more [default: those that answer the question]."),
]
AgainstOption = Annotated[
    str | None, typer.Option(help="Value that the others are compared with [default: the first].")
]
LevelOption = Annotated[float, typer.Option(help="How often an interval covers the true mean.")]
PrecisionOption = Annotated[
    float | None,
    typer.Option(help="Say how many seeds bring ± down to this share of the mean.", show_default=False),
]
SensitivityOption = Annotated[
    bool, typer.Option("--sensitivity", help="Sobol or Morris indices of a batch that was sampled so.")
]
CsvOption = Annotated[Path | None, typer.Option(help="Write the numbers to this CSV file.", show_default=False)]
PlotOption = Annotated[Path | None, typer.Option(help="Draw them to this .png, .svg or .pdf.", show_default=False)]


def compare(
    source: SourceArgument,
    by: ByOption = None,
    measures: MeasuresOption = None,
    against: AgainstOption = None,
    level: LevelOption = 0.9,
    precision: PrecisionOption = None,
    sensitivity: SensitivityOption = False,
    as_json: AsJson = False,
    csv: CsvOption = None,
    plot: PlotOption = None,
) -> None:
    """Compare the cases of a batch: means with intervals over seeds, and differences seed by seed."""
    from scenarios.batches.analysis.over_seeds import PRECISION
    from scenarios.batches.comparison import compare as compared
    from scenarios.batches.comparison import read_runs
    from scenarios.pictures.picture_path import checked_picture_path

    if plot is not None:
        checked_picture_path(plot)
    _check_target(csv)
    if sensitivity:
        _refuse_beside({"--by": by, "--against": against, "--precision": precision, "--plot": plot})
    runs = read_runs(source)
    if runs.note:
        typer.echo(f"tokenmarket: {runs.note}", err=True)
    if sensitivity:
        _sensitivity(runs, measures, as_json=as_json, csv=csv)
        return
    share = PRECISION if precision is None else precision
    found = compared(runs, by=by, measures=measures, against=against, level=level, precision=share)
    if csv is not None:
        _write(found.table(), csv)
    if plot is not None:
        _plot(found, runs, plot)
    if as_json:
        print_json(
            {
                "name": runs.name,
                "question": runs.question,
                "by": found.by,
                "against": str(found.against),
                "level": level,
                "rows": _records(found.table()),
            }
        )
    else:
        _print(found, runs, with_precision=precision is not None)
        for path in (csv, plot):
            if path is not None:
                typer.echo(f"wrote {path}")


def _refuse_beside(options: dict[str, Any]) -> None:
    from capacity.errors import InputError

    for option, value in options.items():
        if value is not None:
            raise InputError(f"{option} belongs to means and differences: leave it or --sensitivity out")


def _print(found: Comparison, runs: Runs, *, with_precision: bool) -> None:
    from scenarios.batches.comparison import cases_pooled
    from scenarios.cli.compare_tables import legend, tables

    out = _console()
    _print_name(out, runs)
    _print_tables(out, tables(found, with_precision=with_precision))
    for line in legend(found, cases_pooled(runs, found.by)):
        out.print(line, highlight=False)


def _sensitivity(runs: Runs, measures: list[str] | None, *, as_json: bool, csv: Path | None) -> None:
    from scenarios.batches.analysis.sensitivity import morris_effects, sobol_indices
    from scenarios.batches.comparison import answering
    from scenarios.cli.compare_tables import sensitivity_tables

    morris = runs.sampling is not None and runs.sampling.method == "morris"
    wanted = measures or answering(runs)
    found = (morris_effects if morris else sobol_indices)(runs.summaries, runs.sampling, wanted)
    if csv is not None:
        _write(found, csv)
    if as_json:
        print_json({"name": runs.name, "question": runs.question, "rows": _records(found)})
        return
    out = _console()
    _print_name(out, runs)
    _print_tables(out, sensitivity_tables(found))
    if csv is not None:
        typer.echo(f"wrote {csv}")


def _print_name(out: Any, runs: Runs) -> None:
    from rich.text import Text

    out.print(Text.assemble((runs.name, "bold"), f"  {runs.question}" if runs.question else ""))


def _print_tables(out: Any, made: Iterable[tuple[str, Table]]) -> None:
    out.print()
    for title, table in made:
        if out.width < WIDTH:  # numbers are folded: cut off they would be others
            for column in table.columns:
                column.no_wrap, column.min_width = False, None
        out.print(title, style="bold", highlight=False)
        out.print(table, end="")


def _console() -> Any:
    from rich.console import Console

    from scenarios.text.console import console

    usual = console()
    return usual if usual.is_terminal else Console(width=min(usual.width, WIDTH), markup=False)


def _check_target(path: Path | None) -> None:
    from capacity.errors import InputError
    from capacity.reading import check_path

    if path is None:
        return
    check_path(path, f"--csv '{path}'")
    if path.is_dir() or not path.resolve().parent.is_dir():
        what = "is a folder" if path.is_dir() else f"cannot be written: the folder '{path.parent}' does not exist"
        raise InputError(f"--csv '{path}' {what}")
    if not os.access(path if path.exists() else path.resolve().parent, os.W_OK):
        raise InputError(f"--csv '{path}' cannot be written: no permission")


def _write(frame: pd.DataFrame, path: Path) -> None:
    from capacity.errors import InputError
    from scenarios.text.files import write_whole

    try:
        finite = frame.replace([math.inf, -math.inf], math.nan)  # an empty cell, as JSON says null
        write_whole(path, finite.to_csv(index=False).encode())
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror or error}") from error


def _plot(found: Comparison, runs: Runs, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from scenarios.pictures.comparison import picture
    from scenarios.pictures.style import save

    save(picture(found, runs.question or runs.name), path)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[Any, Any]] = frame.to_dict("records")
    return [{str(key): _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    # JSON knows neither infinities nor what is no number, and nothing of numpy.
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(compare)
