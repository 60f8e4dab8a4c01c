"""What a model takes of machines: an architecture on the chips that its seller has, counted in racks of the market."""

from __future__ import annotations

from functools import cache

from capacity import CALIBRATIONS, Architecture, Chip, Deployment
from market.exchange.technology import Inference
from scenarios.definition.parameters import Parameters


def chips_per_rack(chip: Chip, rack: Chip) -> float:
    """Chips that are counted, and rented, as one rack: as many as have its dense 16-bit compute.

    So are owners' chips counted (``capacity.fleet``).

    >>> from capacity import CHIPS
    >>> round(chips_per_rack(CHIPS["h200"], CHIPS["gb200-nvl72"]), 1)
    163.7
    """
    if chip == rack:
        return chip.chips_per_system
    return rack.compute("bf16") * rack.chips_per_system / chip.compute("bf16")


@cache
def inference(architecture: Architecture, calibration: str, work: float, chip: Chip, per_rack: float) -> Inference:
    """An architecture on the fewest systems of a chip that hold it.

    ``work``: machine time over what that takes; ``per_rack``: chips in which capacity is counted.
    """
    return Inference(Deployment.smallest(chip, architecture, CALIBRATIONS[calibration]), per_rack, work)


def served(architecture: str, parameters: Parameters, work: float, chip: str) -> Inference:
    """An architecture on the racks of the market, or on as many other chips as count for one."""
    known, supply = parameters.known, parameters.supply
    used, rack = known.chips[chip or supply.chip], known.chips[supply.chip]
    return inference(known.architectures[architecture], supply.calibration, work, used, chips_per_rack(used, rack))


def at_home(architecture: str, parameters: Parameters, chip: str) -> Inference:
    """An architecture on machines at home, each of which is counted as one."""
    used = parameters.known.chips[chip]
    calibration = parameters.supply.calibration
    return inference(parameters.known.architectures[architecture], calibration, 1.0, used, used.chips_per_system)
