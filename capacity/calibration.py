"""How far real machines stay behind their data sheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from capacity.errors import Catalogue, require


@dataclass(frozen=True)
class Calibration:
    """Three numbers between the data sheet and the machine room.

    Attributes:
        compute_efficiency: share of the data sheet's FLOP/s that kernels reach, ec.
        bandwidth_efficiency: share of the memory bandwidth that they reach, eb.
        step_latency: time of a decode step that neither explains (launches, collectives, sampling), l [s].
        name: what it is called on the command line.
        source: where the figures come from.
    """

    compute_efficiency: float
    bandwidth_efficiency: float
    step_latency: float
    name: str = "custom"
    source: str = ""

    def __post_init__(self) -> None:
        require("calibration: compute_efficiency", self.compute_efficiency, above=0, at_most=1)
        require("calibration: bandwidth_efficiency", self.bandwidth_efficiency, above=0, at_most=1)
        require("calibration: step_latency", self.step_latency, at_least=0)


#: The 200 bootstrap draws behind the range of FITTED resample groups of rows; 5 % and 95 %.
_FIT = "least mean |log error| of the time per token over capacity/data/silicon.csv; `tokenmarket calibrate`"

PUBLISHED: Final = Calibration(
    0.65,
    0.30,
    0.005,
    name="published",
    source="Epoch AI, 'Is a compute crunch coming?' (2026), fitted to InferenceX",
)
FITTED: Final = Calibration(0.470, 0.770, 0.00683, name="fit", source=_FIT)
FITTED_LOW: Final = Calibration(0.399, 0.691, 0.00752, name="fit-low", source=f"slow end of the range of: {_FIT}")
FITTED_HIGH: Final = Calibration(0.591, 0.878, 0.00621, name="fit-high", source=f"fast end of the range of: {_FIT}")
IDEAL: Final = Calibration(1.0, 1.0, 0.0, name="ideal", source="the data sheets as they stand")

CALIBRATIONS: Final[Catalogue[Calibration]] = Catalogue(
    "calibration", [PUBLISHED, FITTED, FITTED_LOW, FITTED_HIGH, IDEAL]
)
