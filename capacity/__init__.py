"""What machines can serve: from data sheets to tokens per second at a promised speed."""

from capacity.architecture import Architecture, Experts, Layers
from capacity.architectures import ARCHITECTURES
from capacity.attention import GQA, MLA, Attention, Indexer, Linear
from capacity.calibration import CALIBRATIONS, FITTED, IDEAL, PUBLISHED, Calibration
from capacity.chips import CHIPS, Chip
from capacity.costs import OWNED, RENTED, Costs
from capacity.deployment import Deployment
from capacity.errors import InputError, UnknownNameError
from capacity.layout import Layout
from capacity.operating import CannotServeError
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
    "Indexer",
    "InputError",
    "Layers",
    "Layout",
    "Linear",
    "Speculation",
    "UnknownNameError",
    "Workload",
]
