"""Random chips, architectures, workloads and calibrations for the property tests."""

from dataclasses import replace

from hypothesis import strategies as st

from capacity import ARCHITECTURES, CHIPS, GQA, MLA, Architecture, Calibration, Chip, Deployment, Experts, Workload
from capacity.calibration import LATENCIES
from capacity.units import BILLION, GIGA, TERA
from capacity.workload import Speculation


def between(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


chips = st.builds(
    lambda bf16, wider, bandwidth, memory, number: Chip(
        "random",
        "Random",
        {"bf16": bf16, "fp8": bf16 * wider, "fp4": bf16 * wider**2},
        bandwidth,
        memory,
        number,
        power=1000,
        capital=40_000,
        rental=2.0,
        source="hypothesis",
    ),
    between(10 * TERA, 5000 * TERA),
    between(1, 2),
    between(0.2 * TERA, 100 * TERA),
    between(20 * GIGA, 500 * GIGA),
    st.integers(1, 128),
)

mla = st.builds(
    MLA, st.integers(8, 128), st.integers(128, 1024), st.integers(16, 128), st.integers(64, 256), st.integers(64, 256)
)
gqa = st.builds(
    lambda kv, group, dim: GQA(kv * group, kv, dim), st.integers(1, 16), st.integers(1, 16), st.integers(32, 256)
)
experts = st.none() | st.builds(
    lambda count, chosen, share: Experts(count, min(chosen, count), share),
    st.integers(2, 512),
    st.integers(1, 16),
    between(0.1, 0.99),
)
architectures = st.builds(
    lambda total, active, layers, attention, experts: Architecture(
        "random",
        "Random",
        total,
        total if experts is None else total * active,
        layers,
        attention,
        experts,
        precision="fp8",
        source="hypothesis",
    ),
    between(1 * BILLION, 3000 * BILLION),
    between(0.02, 1.0),
    st.integers(8, 128),
    mla | gqa,
    experts,
)

calibrations = st.builds(
    Calibration,
    between(0.05, 1),
    between(0.05, 1),
    between(0, 0.02),
    expert_efficiency=st.none() | between(0.05, 1),
    layer_latency=between(0, 2e-4),
    expert_layer_latency=between(0, 2e-4),
    exchange_latency=between(0, 2e-5),
    sequence_latency=between(0, 1e-4),
    link_efficiency=st.none() | between(0.1, 1),
    overlap=between(0, 1),
    first_token_steps=between(0, 30),
)
speculations = st.builds(lambda t, extra: Speculation(t, t + extra), between(1, 8), between(0, 8))
workloads = st.builds(
    Workload,
    between(0, 200_000),
    between(1, 20_000),
    between(0, 1),
    st.just(0.0) | between(0, 600),
    st.just(float("inf")) | between(64, 200_000),
    between(1, 200),
)


@st.composite
def deployments(draw, latency=True):
    """A deployment whose memory holds the weights at least 1.05 times."""
    chip, architecture, calibration = draw(chips), draw(architectures), draw(calibrations)
    if not latency:
        calibration = replace(calibration, **dict.fromkeys(LATENCIES, 0.0), link_efficiency=None)
    systems = architecture.weight_bytes("fp8") / (chip.memory * chip.chips_per_system) * draw(between(1.05, 20))
    return Deployment(
        chip,
        architecture,
        calibration,
        systems,
        speculation=draw(speculations),
        cache_copies=draw(st.just(1.0) | between(1, 8)),
    )


@st.composite
def cases(draw, latency=True):
    """A deployment and a workload that it can serve: one request fits, and its promise can be kept."""
    deployment, workload = draw(deployments(latency)), replace(draw(workloads), held=0.0)
    state = deployment.served.cache_bytes * deployment.cache_copies * workload.context
    needed = (deployment.served.weight_bytes + state) / deployment.machine.memory
    deployment = replace(deployment, systems=deployment.systems * max(1.0, needed * draw(between(1.01, 100))))
    alone = workload.output / float(deployment.cycle(workload, 1.0).total)
    return deployment, replace(workload, speed=alone * draw(between(0.001, 0.999)))


def with_chip(deployment, **factors):
    """The same deployment on a chip of which some quantities are multiplied."""
    chip, changes = deployment.chip, {}
    for name, factor in factors.items():
        if name == "flops":
            changes[name] = {key: value * factor for key, value in chip.flops.items()}
        else:
            changes[name] = getattr(chip, name) * factor
    return replace(deployment, chip=replace(chip, **changes))


def rack(chip="gb200-nvl72", architecture="kimi-k2", **changes):
    return Deployment(CHIPS[chip], ARCHITECTURES[architecture], **changes)
