"""What a fit leaves: parameters, moments and slopes as tables, the fitted scenario, and a picture of the slopes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from capacity.errors import InputError
from scenarios.pictures.style import save, style
from scenarios.studies.moments.fitting import Fit, Task
from scenarios.text.files import reason, write_whole

PARAMETERS, MOMENTS, SLOPES = "parameters.csv", "moments.csv", "sensitivity.csv"
FITTED, ABOUT, PICTURE = "fitted.toml", "fit.json", "sensitivity.png"
#: Changes beyond this are drawn as dark as this [halves of a range].
DARKEST: Final = 2.0
#: Changes below this are not written into the picture.
WORTH_WRITING: Final = 0.1


def prepare(task: Task, folder: Path) -> None:
    """Make the folder, or say why not, before anything runs: it may hold this fit, but no other."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {folder}: cannot be made: {reason(error)}") from error
    about = folder / ABOUT
    if not about.exists():
        write_whole(about, _text(task.settings))
        return
    try:
        there = json.loads(about.read_text(encoding="utf-8"))
        other = [name for name, value in task.settings.items() if there.get(name) != value]
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"--out {folder}: {ABOUT} cannot be read: {error}") from error
    if other:
        words = ", ".join(_differs(name, there.get(name), task.settings[name]) for name in other)
        raise InputError(f"--out {folder} holds another fit ({words}); give another folder, or the same settings")


def _differs(name: str, was: Any, asked: Any) -> str:
    if isinstance(asked, int | float):
        return f"{name} {was}, asked {asked}"
    return "the scenario's parameters" if name == "scenario_digest" else f"other {name}"


def _text(record: dict[str, Any]) -> bytes:
    return (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()


def write(fit: Fit, folder: Path) -> Iterator[Path]:
    """Write all of it; yields each file."""
    moments = pd.DataFrame([one.record for one in fit.verdicts])
    for name, table in ((PARAMETERS, fit.parameters()), (MOMENTS, moments)):
        write_whole(folder / name, table.to_csv(index=False).encode())
        yield folder / name
    write_whole(folder / SLOPES, fit.sensitivity().round(3).to_csv(index_label="moment").encode())
    yield folder / SLOPES
    values = {row["path"]: float(row["value"]) for row in fit.parameters().to_dict("records")}
    fitted = fit.task.scenario.with_changes(values)
    write_whole(folder / FITTED, fitted.to_toml().encode())
    yield folder / FITTED
    write_whole(folder / ABOUT, _text({**fit.task.settings, "rounds": fit.rounds, "search_ended": fit.ended}))
    yield folder / ABOUT
    draw(fit, folder / PICTURE)
    yield folder / PICTURE


def draw(fit: Fit, path: Path) -> None:
    """Which moment moves with which parameter."""
    table = fit.sensitivity()
    with style():
        size = 5.0 + 0.6 * table.shape[1], 3.6 + 0.34 * table.shape[0]
        figure, ax = plt.subplots(figsize=size, layout="constrained")
        image = ax.imshow(table, cmap="RdBu_r", vmin=-DARKEST, vmax=DARKEST, aspect="auto")
        figure.colorbar(image, ax=ax, label="change of the moment [halves of its range]")
        ax.set_xticks(range(table.shape[1]), table.columns)
        ax.set_yticks(range(table.shape[0]), table.index)
        for (row, column), value in np.ndenumerate(table.to_numpy()):
            if abs(value) >= WORTH_WRITING:
                colour = "white" if abs(value) > 0.6 * DARKEST else "black"
                ax.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=8, color=colour)
        ax.grid(visible=False)
        ax.set(xlabel="parameter, up by a tenth of the way between its bounds", ylabel="")
        ax.set_title(f"What each parameter of {fit.task.scenario.name} moves", loc="left")
        ax.tick_params(axis="x", rotation=60)
        plt.setp(ax.get_xticklabels(), ha="right", rotation_mode="anchor")
        save(figure, path)
        plt.close(figure)
