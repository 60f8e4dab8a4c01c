"""Options that several commands have, with one meaning in all of them."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Users = Annotated[int, typer.Option(help="Simulated users.", min=10, max=1_000_000)]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress.")]
