"""The option ``--with``: files of one's own, imported before a command looks anything up."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from capacity.custom import Known

WithOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--with", help="A Python file of your own: what it defines is known by name; again for more.", metavar="FILE"
    ),
]


def load_own(paths: Sequence[Path] | None) -> list[dict[str, str]]:
    """Import the files; what is written down of them beside a result.

    What the project itself registers is there before, so that a name that is taken is seen now and not after a run.
    """
    if not paths:
        return []
    from capacity.errors import InputError
    from scenarios.loading.own_files import load_own_file
    from scenarios.pictures.registry import BATCH_CHARTS, CAPACITY_CHARTS, CHARTS

    records = [load_own_file(path).record for path in paths]
    for chart in (*CHARTS.values(), *BATCH_CHARTS.values(), *CAPACITY_CHARTS.values()):
        if not chart.can_be_drawn:
            raise InputError(
                f"chart '{chart.name}', {chart.written_in}, has data, but nothing under drawn_by draws them"
            )
    return records


def takes_own(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the option ``--with``: it begins when the files are imported."""

    @functools.wraps(command)
    def with_own(*args: Any, own: list[Path] | None = None, **values: Any) -> None:
        load_own(own)
        command(*args, **values)

    takes = inspect.signature(command, eval_str=True)
    option = inspect.Parameter("own", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=WithOption)
    made = takes.replace(parameters=[*takes.parameters.values(), option])
    vars(with_own)["__signature__"] = made
    with_own.__annotations__ = {name: one.annotation for name, one in made.parameters.items()}
    return with_own


def catalogues(extra: Path | None) -> Known:
    """Chips, architectures and workloads: the shipped ones, and those of a TOML file or of a Python file."""
    from capacity.custom import SHIPPED, load

    if extra is None:
        return SHIPPED
    if extra.suffix != ".py":
        return load(extra)
    load_own([extra])
    return SHIPPED  # its catalogues hold what the file defines
