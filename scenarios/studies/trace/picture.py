"""Loads of a log in a picture: relative requests by local hour, one panel a class."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import matplotlib.pyplot as plt

from capacity.errors import InputError
from scenarios.pictures.style import BLUE, ORANGE, save, style
from scenarios.studies.trace.profile import HOURS, Profile

#: Panels at most: the classes with most requests.
MOST_PANELS: Final = 8


def drawable(name: str, profiles: Mapping[str, Profile]) -> dict[str, Profile]:
    """The classes whose load is known, those with most requests first; said before anything is written if none is."""
    known = sorted(((c, one) for c, one in profiles.items() if one.weekday), key=lambda pair: -pair[1].requests)
    if not known:
        raise InputError(f"--plot: {name} leaves out hours of the week, so that there is no load to draw")
    return dict(known[:MOST_PANELS])


def draw(known: Mapping[str, Profile], path: Path) -> None:
    """Weekday and weekend of each class, in requests an hour."""
    with style():
        count = len(known)
        figure, axes = plt.subplots(count, 1, figsize=(7.0, 1.2 + 2.0 * count), sharex=True, squeeze=False)
        for ax, (title, one) in zip(axes[:, 0], known.items(), strict=True):
            hours = [hour + 0.5 for hour in range(HOURS)]
            ax.plot(hours, one.weekday, color=BLUE, label="weekday")
            ax.plot(hours, one.weekend, color=ORANGE, linestyle="--", label="weekend")
            ax.set(title=title.replace("$", r"\$"), ylabel="requests an hour", xlim=(0, HOURS), ylim=(0, None))
        axes[0, 0].legend(frameon=False)
        axes[-1, 0].set(xlabel="local hour", xticks=range(0, HOURS + 1, 3))
        save(figure, path)
        plt.close(figure)
