"""What machines can serve: from data sheets to tokens per second at a promised speed."""

from capacity.architectures import ARCHITECTURES, GQA, MLA, Architecture, Attention, Experts
from capacity.calibration import CALIBRATIONS, FITTED, IDEAL, PUBLISHED, Calibration
from capacity.chips import CHIPS, Chip
from capacity.costs import OWNED, RENTED, Costs
from capacity.deployment import CannotServeError, Deployment
from capacity.errors import InputError, UnknownNameError
from capacity.workload import PLAIN, SPECULATIVE, WORKLOADS, Speculation, Workload

__all__ = [
    "ARCHITECTURES",
    "CALIBRATIONS",
    "CHIPS",
    "FITTED",
    "GQA",
    "IDEAL",
    "MLA",
    "OWNED",
    "PLAIN",
    "PUBLISHED",
    "RENTED",
    "SPECULATIVE",
    "WORKLOADS",
    "Architecture",
    "Attention",
    "Calibration",
    "CannotServeError",
    "Chip",
    "Costs",
    "Deployment",
    "Experts",
    "InputError",
    "Speculation",
    "UnknownNameError",
    "Workload",
]
