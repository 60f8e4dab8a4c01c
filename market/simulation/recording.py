"""Recording: the tick that ends is written into every frame."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError
from market.records import Records
from market.simulation.columns.column import WAYS
from market.simulation.moment import Moment

#: Kinds of arrays that hold numbers, as numpy writes them: true and false, whole ones, and all others.
NUMBERS: Final = "biuf"


def record(moment: Moment, records: Records) -> None:
    """Write the tick that just ended."""
    tick = moment.state.tick
    for frame, ways in WAYS.items():
        row: dict[str, Any] = {}
        moment.written[frame] = row
        shapes = (), (len(records.entities[frame]),)
        for name in records.tables[frame].names:
            values = np.asarray(ways[name][1](moment))
            if values.shape not in shapes or values.dtype.kind not in NUMBERS:
                raise InputError(
                    f"{column_in_words(frame, name)} gave {in_words(values)}, but must be {counted(shapes[1])}"
                )
            row[name] = values
        records.tables[frame].row(tick, row)
    records.ticks = tick + 1
    records.flows.append(
        {
            "ordered": moment.state.ordered.orders,
            "served": moment.state.served.round.served,
            "paid": moment.state.paid.for_tokens,
            "prices": moment.state.ordered.cleared.prices,
        }
    )


def column_in_words(frame: str, name: str) -> str:
    """A column with its file, its frame and its meaning."""
    described, way = WAYS[frame][name]
    file = Path(inspect.getfile(way)).name
    return f"{file}: column '{name}' of '{frame}' ({described.meaning} [{described.unit}])"


def in_words(values: NDArray[Any]) -> str:
    """What was given in place of numbers.

    >>> in_words(np.zeros(2)), in_words(np.array(["much"])), in_words(np.array(None))
    ('2 numbers', 'words', 'NoneType')
    """
    if values.dtype.kind in NUMBERS:
        return counted(values.shape)
    return "words" if values.dtype.kind in "US" else type(values.flat[0]).__name__ if values.size else "nothing"


def counted(shape: tuple[int, ...]) -> str:
    """So many numbers.

    >>> counted((1,)), counted((2, 3))
    ('1 number', '2x3 numbers')
    """
    return f"{'x'.join(map(str, shape))} number{'' if shape == (1,) else 's'}"
