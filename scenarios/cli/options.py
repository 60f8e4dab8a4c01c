"""Options that several commands have, with one meaning in all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from capacity import Calibration

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Users = Annotated[int, typer.Option(help="Simulated users.", min=10, max=1_000_000)]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress.")]
Backend = Annotated[
    str | None,
    typer.Option(help="Serving program (vllm, sglang, trtllm), for the first token [default: a typical one]."),
]


def calibration_named(name: str, backend: str | None) -> Calibration:
    """A calibration by name, of machines that run this serving program."""
    from capacity import CALIBRATIONS

    return CALIBRATIONS[name] if backend is None else CALIBRATIONS[name].running(backend)
