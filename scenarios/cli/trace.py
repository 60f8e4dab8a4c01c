"""The command ``tokenmarket trace``. Heavy imports wait inside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scenarios.cli.printing import print_json

if TYPE_CHECKING:
    from scenarios.studies.trace.trace import Trace
    from scenarios.studies.trace.written import Target

EXAMPLES: Final = """Examples:

* `tokenmarket trace requests.csv --utc-offset -5` what each class of requests is like

* `tokenmarket trace requests.csv --class coding=coders --users coders=1200 --out mine.toml` and as a scenario

* `tokenmarket trace log.csv --column time=ts --column input=prompt_tokens --skip-bad --json --plot load.png`
"""


def trace(
    file: Annotated[Path, typer.Argument(help="CSV file of time, input, cached, output, class; a row is a request.")],
    utc_offset: Annotated[
        float, typer.Option(help="Hours that the clocks of those who ask are ahead of UTC.", min=-12, max=14)
    ] = 0.0,
    columns: Annotated[
        list[str] | None, typer.Option("--column", metavar="COLUMN=NAME", help="What a column is called in the file.")
    ] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out rows that cannot be.")] = False,
    classes: Annotated[
        list[str] | None, typer.Option("--class", metavar="CLASS=SEGMENT", help="Segment that a class is, for --out.")
    ] = None,
    users: Annotated[
        list[str] | None, typer.Option(metavar="SEGMENT=PEOPLE", help="How many people its requests are from.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write a scenario to this .toml, and loads beside it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the loads to this .png, .svg or .pdf.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Read a log of requests, and say what the model takes from it: sizes, cached share, load by hour, burstiness."""
    from scenarios.pictures.picture_path import checked_picture_path
    from scenarios.studies.trace.profile import profile
    from scenarios.studies.trace.written import write

    target = _target(out, classes or (), users or (), force=force)
    if plot is not None:
        checked_picture_path(plot)
    found = _read(file, utc_offset, columns or (), skip_bad=skip_bad, quiet=quiet)
    profiles = {name: profile(found, found.tallies[name]) for name in sorted(found.tallies)}
    if plot is not None:
        from scenarios.studies.trace.picture import draw, drawable

        known = drawable(str(file), profiles)
    written = list(write(found, target)) if target is not None else []
    if plot is not None:
        draw(known, plot)
        written.append(plot)
    from scenarios.cli.trace_report import trace_record, trace_report
    from scenarios.text.console import console

    if as_json:
        print_json({**trace_record(found, profiles), "wrote": [str(path) for path in written]})
        return
    console().print(trace_report(found, profiles))
    for path in written:
        typer.echo(f"wrote {path}")


def _read(file: Path, utc_offset: float, columns: Sequence[str], *, skip_bad: bool, quiet: bool) -> Trace:
    """The log, with a bar if that takes longer than one notices; what was left out goes to stderr."""
    from capacity.errors import UnknownNameError, nearest
    from scenarios.studies.trace.lines import COLUMNS
    from scenarios.studies.trace.trace import read_trace
    from scenarios.text.progress_bar import late_bar

    names = dict(_pair("--column", one, "time=timestamp") for one in columns)
    for name in names:
        if name not in COLUMNS:
            raise UnknownNameError(
                f"--column names '{name}', but columns are {', '.join(COLUMNS)}{nearest(name, COLUMNS)}"
            )
    with late_bar("reading, MB", quiet=quiet) as bar:
        found = read_trace(
            file,
            utc_offset_h=utc_offset,
            names=names,
            skip_bad=skip_bad,
            tell=lambda done, of: bar(done // 1_000_000, of // 1_000_000),
        )
    if found.left_out:
        rows = "; ".join(str(one) for one in found.wrong)
        more = f"; and {found.left_out - len(found.wrong):,} more" if found.left_out > len(found.wrong) else ""
        typer.echo(f"tokenmarket: left out {found.left_out:,} rows: {rows}{more}", err=True)
    return found


def _target(out: Path | None, classes: Sequence[str], users: Sequence[str], *, force: bool) -> Target | None:
    from capacity.errors import InputError
    from scenarios.studies.trace.written import Target

    for option, given in (("--class", classes), ("--users", users), ("--force", force)):
        if given and out is None:
            raise InputError(f"{option} says what is to be written, so it needs --out")
    if out is None:
        return None
    segments = dict(_pair("--class", one, "coding=coders") for one in classes)
    people = dict(_pair("--users", one, "coders=1200") for one in users)
    return Target(out, segments, {segment: _number(segment, text) for segment, text in people.items()}, force)


def _pair(option: str, text: str, example: str) -> tuple[str, str]:
    """Both sides of the last equals sign; a class may have one in its name."""
    from capacity.errors import InputError

    left, mark, right = (part.strip() for part in text.rpartition("="))
    if not mark or not left or not right:
        raise InputError(f"{option} {text!r} must look like {example}")
    return left, right


def _number(segment: str, text: str) -> float:
    from capacity.errors import InputError

    try:
        return float(text)
    except ValueError:
        raise InputError(f"--users {segment} is {text[:40]!r}, but must be a number above 0") from None


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(trace)
