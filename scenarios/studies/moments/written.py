"""What a fit leaves: parameters, moments and slopes as tables, the fitted scenario, and a picture of the slopes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

from capacity.errors import InputError
from scenarios.pictures.style import save, style
from scenarios.studies.moments.fitting import Fit
from scenarios.text.files import reason, write_whole

PARAMETERS, MOMENTS, SLOPES = "parameters.csv", "moments.csv", "sensitivity.csv"
FITTED, PICTURE = "fitted.toml", "sensitivity.png"
#: Changes beyond this are drawn as dark as this [halves of a range].
DARKEST: Final = 2.0


def prepare(folder: Path) -> None:
    """Make the folder, or say why not, before anything runs."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {folder}: cannot be made: {reason(error)}") from error


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
    draw(fit, folder / PICTURE)
    yield folder / PICTURE


def draw(fit: Fit, path: Path) -> None:
    """Which moment moves with which parameter."""
    table = fit.sensitivity()
    with style():
        figure, ax = plt.subplots(
            figsize=(2.0 + 0.62 * table.shape[1], 2.2 + 0.34 * table.shape[0]), layout="constrained"
        )
        sns.heatmap(
            table,
            ax=ax,
            cmap="RdBu_r",
            center=0.0,
            vmin=-DARKEST,
            vmax=DARKEST,
            annot=np.where(table.abs() >= 0.1, table.round(1).astype(str), ""),
            fmt="",
            annot_kws={"size": 8},
            linewidths=0.5,
            cbar_kws={"label": "change of the moment [halves of its range]"},
        )
        ax.set(xlabel="parameter, up by a tenth of the way between its bounds", ylabel="")
        ax.set_title(f"What each parameter of {fit.task.scenario.name} moves", loc="left")
        ax.tick_params(axis="x", rotation=60)
        plt.setp(ax.get_xticklabels(), ha="right", rotation_mode="anchor")
        save(figure, path)
        plt.close(figure)
