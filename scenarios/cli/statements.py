"""The command ``tokenmarket statements``. Heavy imports wait inside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scenarios.cli.options import AsJson
from scenarios.cli.printing import print_json

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

EXAMPLES: Final = """Examples:

* `tokenmarket statements results/consolidation-seed1` every firm, quarter by quarter

* `tokenmarket statements results/consolidation-seed1 --firm Ferry --firm Aster` two of them

* `tokenmarket statements results/consolidation-seed1 --csv > books.csv` one row a firm and quarter [USD]
"""
#: Parts of a page, and their lines: column, what it is called, sign.
PAGE: Final = (
    (
        "Income",
        (
            ("sales", "sales", 1),
            ("machines", "machines rented", -1),
            ("running", "power, upkeep, other running cost", -1),
            ("staff", "staff", -1),
            ("research", "research", -1),
            ("interest", "interest", -1),
            ("depreciation", "depreciation", -1),
            ("forgiven", "debt forgiven", 1),
            ("income", "= income", 1),
        ),
    ),
    (
        "Cash",
        (
            ("before", "cash less debt before", 1),
            ("income", "income", 1),
            ("depreciation", "depreciation, which costs no cash", 1),
            ("capital", "racks bought", -1),
            ("raised", "raised from investors", 1),
            ("owners_gave", "from parents and buyers", 1),
            ("held", "= cash less debt", 1),
        ),
    ),
    (
        "Balance",
        (
            ("cash", "cash", 1),
            ("racks", "racks", 1),
            ("debt", "debt", -1),
            ("equity", "= equity", 1),
            ("commitments", "to pay under contracts", 1),
            ("backlog", "to get under contracts", 1),
        ),
    ),
)
MILLION: Final = 1e6


def statements_command(
    folder: Annotated[Path, typer.Argument(help="Folder of a run.", metavar="DIR")],
    firm: Annotated[list[str] | None, typer.Option(help="Only this firm; again for more.", metavar="NAME")] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, one row a firm and quarter.")] = False,
) -> None:
    """Print what firms earned, paid, hold and owe, quarter by quarter.

    Sums add up: income, cash and balance of each quarter, and from one quarter to the next.
    """
    from capacity.errors import InputError
    from scenarios.results import run_folder
    from scenarios.results.statements import statements
    from scenarios.text.console import console

    if as_json and as_csv:
        raise InputError("--json and --csv are two ways to print the same: give one of them")
    result = run_folder.read(folder)
    made = _of(statements(result.frames, result.about), firm or [])
    if as_csv:
        typer.echo(made.to_csv(index=False), nl=False)
    elif as_json:
        print_json({"unit": "USD", "statements": made.to_dict("records")})
    else:
        for name, rows in made.groupby("firm", sort=False):
            console().print(_page(str(name), rows))


def _of(made: pd.DataFrame, firms: list[str]) -> pd.DataFrame:
    """Rows of some firms, in the order in which they were asked for; of all, in that of the run."""
    from capacity.errors import UnknownNameError, nearest

    known = list(dict.fromkeys(made["firm"]))
    for name in firms:
        if name not in known:
            raise UnknownNameError(f"--firm: unknown firm '{name}'{nearest(name, known)}; known: {', '.join(known)}")
    if not firms:
        return made
    order = {name: place for place, name in enumerate(firms)}
    return made[made["firm"].isin(firms)].sort_values("firm", key=lambda names: names.map(order), kind="stable")


def _page(name: str, rows: pd.DataFrame) -> Table:
    """A firm's three statements side by side in time [million USD]."""
    from scenarios.text.console import table

    rows = rows.assign(held=rows["cash"] - rows["debt"])
    made = table(f"{name}, million USD", ["", *rows["quarter"]])
    for title, lines in PAGE:
        made.add_row(title, *("" for _ in range(len(rows))), style="bold")
        for column, label, sign in lines:
            values = (sign * rows[column] / MILLION + 0.0).tolist()  # no minus before nothing
            if column in ("forgiven", "owners_gave", "racks", "depreciation", "capital") and not any(values):
                continue
            made.add_row(f"  {label}", *(f"{value:,.1f}" if abs(value) < 1e5 else f"{value:,.0f}" for value in values))
    return made


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(name="statements", epilog=EXAMPLES)(statements_command)
