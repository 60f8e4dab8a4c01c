"""The option ``--with``: files of one's own, imported before a command looks anything up."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from capacity.custom import Known
    from scenarios.loading.own_files import OwnFile

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
    from scenarios.pictures.registry import BATCH_CHARTS, CAPACITY_CHARTS, CHARTS

    records = [_useful(path).record for path in paths]
    for chart in (*CHARTS.values(), *BATCH_CHARTS.values(), *CAPACITY_CHARTS.values()):
        if not chart.can_be_drawn:
            raise InputError(
                f"chart '{chart.name}', {chart.written_in}, has data, but nothing under drawn_by draws them"
            )
    return records


def _useful(path: Path) -> OwnFile:
    """Import a file; one that adds nothing, a function without its decorator say, is refused when it is first read."""
    from capacity.errors import InputError
    from scenarios.loading.own_files import given, load_own, read_own_file

    source, before = read_own_file(path), _registered()
    new = source.sha256 not in {one.sha256 for one in given()}
    own = load_own(source)
    if new and not own.kinds and not own.named and _registered() == before:
        raise InputError(
            f"{path}: it defines nothing that could be used by name, but must have at least one: a behaviour or an "
            "agent (a class with a kind), a chip, an architecture, a workload, a segment, a scenario, or a function "
            "with @column, @chart or @check, or register(Measure(...))"
        )
    return own


def _registered() -> int:
    """How many things have put themselves, or were put, where they are found by name."""
    from capacity import ARCHITECTURES, CALIBRATIONS, CHIPS, WORKLOADS
    from market.simulation.columns.column import WAYS
    from scenarios.definition.agents import all_agents
    from scenarios.library import SCENARIOS
    from scenarios.pictures.registry import BATCH_CHARTS, CAPACITY_CHARTS, CHARTS
    from scenarios.results.measures import MEASURES
    from scenarios.verification.check import CHECKS

    found: tuple[Sized, ...] = (
        *(ARCHITECTURES, CALIBRATIONS, CHIPS, WORKLOADS, SCENARIOS, MEASURES, CHECKS),
        *(CHARTS, BATCH_CHARTS, CAPACITY_CHARTS, *WAYS.values(), all_agents()),
    )
    return sum(map(len, found))


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
