"""The command ``tokenmarket report``. Heavy imports wait inside it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Final

import typer

from scenarios.cli.own import WithOption, load_own

REPORT: Final = "report.html"
EXAMPLES: Final = """Examples:

* `tokenmarket report results/baseline-2026-seed1` a run, into report.html in its folder

* `tokenmarket report results/off-peak-batch --out off-peak.html` a batch, with intervals over its seeds

* `tokenmarket report results/flat results/dynamic` two runs, or two batches, side by side
"""


def register(root: typer.Typer) -> None:
    """Add the command to the root command."""
    root.command(name="report", epilog=EXAMPLES)(report)


def report(
    folders: Annotated[list[Path], typer.Argument(help="Folder of a run or a batch; or two of a kind.", metavar="DIR")],
    out: Annotated[
        Path | None, typer.Option(help=f"File to write [default: {REPORT} in the first folder].", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is no report.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress: only where the report is.")] = False,
    own: WithOption = None,
) -> None:
    """Write a report: one HTML file with answer, charts, tables and parameters, for reading, sending and printing."""
    from capacity.errors import InputError

    if len(folders) > 2:
        raise InputError(f"{len(folders)} folders are named, but a report is of one, or of two side by side")
    load_own(own)
    from scenarios.reports import report_file, subject

    found = [subject.read(folder) for folder in folders]
    for one in found:
        if isinstance(one, subject.Run) and one.lacking:
            typer.echo(f"tokenmarket: '{one.folder}': {one.lacking}", err=True)
    path = out or folders[0] / default_name(folders)
    report_file.checked(path, force=force)
    try:
        text = _drawn(found, _command(folders, out, own), quiet=quiet)
    except KeyboardInterrupt:
        typer.echo("tokenmarket: stopped; nothing was written", err=True)
        raise typer.Exit(130) from None
    report_file.write(text, path, force=force)
    typer.echo(str(path) if quiet else f"wrote {path}, {len(text.encode()) / 1e6:.2f} MB")


def default_name(folders: list[Path]) -> str:
    """Name of the report if nothing is said."""
    return REPORT if len(folders) == 1 else f"report-against-{folders[1].resolve().name}.html"


def _command(folders: list[Path], out: Path | None, own: list[Path] | None) -> str:
    options = [*(["--out", str(out)] if out else []), *(word for path in own or () for word in ("--with", str(path)))]
    return shlex.join(["tokenmarket", "report", *map(str, folders), *options])


def _drawn(found: list, command: str, *, quiet: bool) -> str:  # type: ignore[type-arg]
    """The page as text, with a line on stderr while it is drawn."""
    import matplotlib as mpl
    from rich.console import Console

    from scenarios.reports.report import html

    mpl.use("Agg")
    if quiet:
        return html(found, command)
    with Console(stderr=True).status("drawing the report"):
        return html(found, command)
