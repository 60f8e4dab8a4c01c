"""Every entry has a source and works with every other; wrong names and numbers are refused in one line."""

import itertools
import math
import re
import statistics
from dataclasses import replace

import pytest
from machines import rack

from capacity import (
    ARCHITECTURES,
    CALIBRATIONS,
    CHIPS,
    FITTED,
    GQA,
    MLA,
    WORKLOADS,
    Calibration,
    Chip,
    Deployment,
    Experts,
    Indexer,
    InputError,
    Layers,
    Layout,
    Linear,
    Speculation,
    UnknownNameError,
    Workload,
    fleet,
)
from capacity.errors import Catalogue, nearest, require
from capacity.fit import fit
from capacity.measurements import read, shipped
from capacity.precision import BYTES, WIDENING, resolve
from capacity.predictions import predict
from capacity.price_list import Offer

CATALOGUES = [CHIPS, ARCHITECTURES, WORKLOADS, CALIBRATIONS]


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=repr)
def test_every_entry_says_where_it_comes_from(catalogue):
    for name, entry in catalogue.items():
        assert entry.name == name
        assert len(entry.source) > 10, f"{name} has no source"


def test_what_the_issue_asks_for_is_there():
    for chip in (
        "h100",
        "h200",
        "b200",
        "gb200-nvl72",
        "gb300-nvl72",
        "b300",
        "mi300x",
        "mi355x",
        "tpu-v5p",
        "tpu-ironwood",
        "trainium2",
        "groq-lpu",
        "rtx-5090",
        "mac-64gb",
    ):
        assert chip in CHIPS
    for architecture in (
        "kimi-k2",
        "deepseek-v3",
        "frontier",
        "mini",
        "dense-70b",
        "dense-32b",
        "local-27b",
        "gpt-oss-120b",
    ):
        assert architecture in ARCHITECTURES
    assert {"general", "coding", "agentic", "agentic-cached", "batch", "video", "persistent-agent"} == set(WORKLOADS)


def test_guesses_are_called_so():
    for name in ("frontier", "mini"):
        assert "assumption" in ARCHITECTURES[name].source
        assert ARCHITECTURES[name].unsure
    assert all("estimate" in chip.unsure or chip.name == "rtx-5090" for chip in CHIPS.values())


def test_no_two_entries_share_an_alias():
    for catalogue in (CHIPS, ARCHITECTURES):
        names = [
            name for entry in catalogue.values() for name in {alias.lower() for alias in (entry.name, *entry.aliases)}
        ]
        assert len(names) == len(set(names))
    counted = [name for chip in CHIPS.values() for name in (*chip.aliases, *chip.counted_as)]
    assert len(counted) == len(set(counted))


@pytest.mark.parametrize("chip", CHIPS)
def test_every_combination_operates_or_says_why_not_in_one_line(chip):
    for architecture in ARCHITECTURES.values():
        for systems, workload in itertools.product(sizes(CHIPS[chip], architecture), WORKLOADS.values()):
            point = operated(CHIPS[chip], architecture, systems, workload)
            if isinstance(point, InputError):
                message = str(point)
                assert "\n" not in message
                assert architecture.name in message
                continue
            assert point.batch >= 1
            assert point.speed_tok_s >= workload.speed
            assert 0 < point.memory_share <= 1
            assert 0 < point.work_rack_s < math.inf
            assert 0 < point.cost_usd_per_mtok < math.inf
            assert point.binding in {"compute", "bandwidth", "memory", "speed"}


def sizes(chip, architecture):
    """One system and the fewest that hold the model twice over (None), where these are more."""
    try:
        smallest = Deployment.smallest(chip, architecture).systems
    except InputError:
        return (1, None)
    return (1,) if smallest == 1 else (1, None)


def operated(chip, architecture, systems, workload):
    try:
        if systems is None:
            return Deployment.smallest(chip, architecture).operate(workload)
        return Deployment(chip, architecture, systems=systems).operate(workload)
    except InputError as error:
        return error


def test_a_frontier_token_costs_about_three_times_an_open_one():
    ratios = [
        float(rack("gb200-nvl72", "frontier").cost_usd_per_mtok(workload) / rack().cost_usd_per_mtok(workload))
        for workload in WORKLOADS.values()
        if workload.decoding is None and workload.held == 0
    ]
    assert all(2.5 <= ratio <= 3.5 for ratio in ratios), ratios
    assert statistics.mean(ratios) == pytest.approx(3.0, abs=0.3)


def test_the_smallest_deployment_holds_the_weights_twice():
    for chip in CHIPS.values():
        for architecture in ARCHITECTURES.values():
            found = Deployment.smallest(chip, architecture)
            assert found.systems == int(found.systems) >= 1
            assert found.machine.memory >= 2 * found.served.weight_bytes
            if found.systems > 1:
                one_less = (found.systems - 1) * chip.memory * chip.chips_per_system
                assert one_less < 2 * found.served.weight_bytes


def test_a_model_that_does_not_fit_says_how_many_systems_it_needs():
    with pytest.raises(InputError, match=r"kimi-k2 does not fit: 500 GB of weights.* at least 16 systems"):
        rack("rtx-5090")
    assert rack("rtx-5090", systems=16).systems == 16
    with pytest.raises(InputError, match="does not fit"):
        rack("rtx-5090", systems=15)


@pytest.mark.parametrize(
    ("catalogue", "typo", "right"),
    [
        (CHIPS, "gb200", "gb200-nvl72"),
        (CHIPS, "H100", "h100"),
        (CHIPS, "trainum2", "trainium2"),
        (ARCHITECTURES, "kimi-k3", "kimi-k2"),
        (ARCHITECTURES, "deepsek-v3", "deepseek-v3"),
        (WORKLOADS, "agentic-chached", "agentic-cached"),
        (CALIBRATIONS, "publisched", "published"),
    ],
)
def test_a_misspelt_name_gets_the_nearest_right_one(catalogue, typo, right):
    with pytest.raises(UnknownNameError, match=f"did you mean '{right}'") as error:
        catalogue[typo]
    assert "\n" not in str(error.value)
    assert isinstance(error.value, KeyError), "catalogues are mappings"
    assert typo not in catalogue
    assert catalogue.get(typo) is None
    assert len(catalogue) == len(list(catalogue))


def test_a_name_like_none_is_not_given_a_neighbour():
    assert nearest("zzzz", CHIPS) == ""
    with pytest.raises(UnknownNameError, match="unknown chip 'zzzz'; known: a100"):
        CHIPS["zzzz"]


def test_a_catalogue_takes_a_name_once():
    with pytest.raises(InputError, match="workload 'general' is listed twice"):
        Catalogue("workload", [WORKLOADS["general"], WORKLOADS["general"]])


@pytest.mark.parametrize(
    ("value", "bounds", "message"),
    [
        (-1, {"at_least": 0}, "x is -1, but must be at least 0"),
        (0, {"above": 0}, "x is 0, but must be above 0"),
        (2, {"above": 0, "at_most": 1}, "x is 2, but must be above 0 and at most 1"),
        (math.nan, {}, "x is nan, but must be a finite number"),
        (math.inf, {"above": 0}, "x is inf, but must be above 0 and finite"),
        (10**400, {}, "x is inf, but must be a finite number"),
        ("7", {}, "x is '7', but must be a number"),
        (True, {}, "x is True, but must be a number"),
        (None, {"above": 0}, "x is None, but must be a number, above 0"),
    ],
)
def test_impossible_numbers(value, bounds, message):
    with pytest.raises(InputError) as error:
        require("x", value, **bounds)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Workload(-1, 10), "workload: input is -1"),
        (lambda: Workload(10, 0), "workload: output is 0"),
        (lambda: Workload(10, 10, cached=1.5), "workload: cached is 1.5"),
        (lambda: Workload(10, 10, held=-1), "workload: held is -1"),
        (lambda: Workload(10, 10, window=0.5), "workload: window is 0.5"),
        (lambda: Workload(10, 10, window=math.nan), "workload: window is nan"),
        (lambda: Workload(10, 10, speed=0), "workload: speed is 0"),
        (lambda: Speculation(3, 2), "speculation: verified is 2, but must be at least 3"),
        (lambda: Speculation(0, 2), "speculation: tokens is 0"),
        (lambda: Calibration(1.1, 0.5, 0), "calibration: compute_efficiency is 1.1"),
        (lambda: Calibration(0.5, 0, 0), "calibration: bandwidth_efficiency is 0"),
        (lambda: Calibration(0.5, 0.5, -1), "calibration: step_latency is -1"),
        (lambda: Experts(8, 9, 0.5), "experts: chosen is 9, but must be above 0 and at most 8"),
        (lambda: Experts(8, 2, 1.5), "experts: share is 1.5"),
        (lambda: replace(ARCHITECTURES["kimi-k2"], active=2e12), "architecture 'kimi-k2': active"),
        (lambda: replace(ARCHITECTURES["kimi-k2"], layers=0), "architecture 'kimi-k2': layers is 0"),
        (lambda: replace(ARCHITECTURES["kimi-k2"], full_attention_layers=62), "full_attention_layers is 62"),
        (lambda: replace(ARCHITECTURES["kimi-k2"], precision="fp5"), "precision is 'fp5'"),
        (lambda: replace(CHIPS["h100"], bandwidth=0), "chip 'h100': bandwidth is 0"),
        (lambda: replace(CHIPS["h100"], capital=-1), "chip 'h100': capital is -1"),
        (lambda: replace(CHIPS["h100"], flops={"fp8": 1e15}), "flops must give 'bf16'"),
        (lambda: replace(CHIPS["h100"], flops={"bf16": -1}), r"chip 'h100': flops\[bf16\] is -1"),
        (lambda: rack(systems=0), "systems is 0"),
        (lambda: rack(cache_copies=0.5), "cache_copies is 0.5"),
        (lambda: rack(cache_precision="fp9"), "unknown precision 'fp9'"),
        (lambda: rack(weight_precision="fp9"), "unknown precision 'fp9'"),
        (lambda: rack().throughput(WORKLOADS["general"], [35, -1]), "speed is -1, but must be above 0"),
        (lambda: rack().throughput(WORKLOADS["general"], math.nan), "speed is nan"),
        (lambda: rack().operate(WORKLOADS["general"], 1e6), "no batch reaches 1e.06 token/s.* alone 562.8 token/s"),
        (lambda: rack().operate(Workload(1e9, 1)), "not one request fits in memory"),
    ],
)
def test_what_cannot_be_is_refused_by_name(make, message):
    with pytest.raises(InputError, match=message) as error:
        make()
    assert "\n" not in str(error.value)


def test_formats_widen_to_one_that_the_chip_has():
    assert CHIPS["h100"].compute("fp4") == CHIPS["h100"].compute("fp8") == 1979e12
    assert CHIPS["a100"].compute("fp8") == CHIPS["a100"].compute("int8") == 624e12
    assert CHIPS["mac-64gb"].compute("fp4") == 17e12
    assert CHIPS["gb200-nvl72"].compute("int4") == CHIPS["gb200-nvl72"].compute("bf16"), "weight-only"
    assert set(WIDENING) == set(BYTES)
    assert all(formats[-1] == "bf16" or "bf16" in formats for formats in WIDENING.values())


def test_formats_under_other_names():
    assert resolve("NVFP4") == "fp4"
    assert resolve(" fp8_block ") == "fp8"
    assert resolve("w4a16") == "int4"
    with pytest.raises(UnknownNameError, match=r"unknown precision 'fp88' \(did you mean 'fp8'\?\)"):
        resolve("fp88")


def test_chips_are_values():
    h100 = CHIPS["h100"]
    same = Chip(**{name: getattr(h100, name) for name in h100.__dataclass_fields__})
    assert same == h100
    assert hash(same) == hash(h100)
    with pytest.raises(TypeError):
        h100.flops["bf16"] = 1.0
    assert "h100" in repr(CHIPS)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Deployment("h100", ARCHITECTURES["kimi-k2"]), "deployment: chip is 'h100', but must be a Chip"),
        (
            lambda: Deployment(CHIPS["h100"], "kimi-k2"),
            "deployment: architecture is 'kimi-k2', but must be an Architecture, such as ARCHITECTURES",
        ),
        (lambda: rack(calibration="fit"), "deployment: calibration is 'fit', but must be a Calibration"),
        (lambda: rack(speculation=3), "deployment: speculation is 3, but must be a Speculation"),
        (lambda: rack(layout="wide"), "deployment: layout is 'wide', but must be a Layout"),
        (lambda: rack(systems="two"), "systems is 'two', but must be a number"),
        (lambda: GQA(-4, 8, 128), "GQA: query_heads is -4, but must be at least 1"),
        (lambda: GQA(8, 16, 128), "GQA: kv_heads is 16, but must be at most query_heads, 8"),
        (lambda: GQA(8, 8, 1.5), "GQA: head_dim is 1.5, but must be a whole number"),
        (lambda: GQA(8, 8, 128, window="x"), "GQA: window is 'x', but must be a number, at least 1"),
        (lambda: MLA(8, 512, 64, 128, 128, sparse=2048), "MLA: sparse and index belong together"),
        (lambda: MLA(8, 512, 64, 128, 128, 2048, index=(64, 128)), "MLA: index is .* must be an Indexer"),
        (lambda: Linear(0, 128, 128), "Linear: state_heads is 0"),
        (lambda: Indexer(4, -1), "indexer: width is -1"),
        (lambda: Layers(0, GQA(8, 8, 128)), "layers: count is 0"),
        (lambda: Layout(tensor=0), "layout: tensor is 0"),
        (lambda: Workload(10, 10, window="x"), "workload: window is 'x', but must be a number, at least 1"),
        (lambda: Workload(10, 10, first_token=0), "workload: first_token is 0, but must be above 0"),
        (lambda: Workload(10, 10, decoding=3), "workload: decoding is 3, but must be a Speculation"),
        (lambda: replace(ARCHITECTURES["kimi-k2"], layers=1.5), "architecture 'kimi-k2': layers is 1.5"),
        (lambda: replace(ARCHITECTURES["kimi-k2"], attention="gqa"), "attention is 'gqa', but must be an Attention"),
        (lambda: replace(ARCHITECTURES["kimi-k2"], hidden=-1), "architecture 'kimi-k2': hidden is -1"),
        (lambda: replace(CHIPS["h100"], link=0), "chip 'h100': link is 0"),
        (lambda: Calibration(0.5, 0.5, 0.0, layer_latency=-1), "calibration: layer_latency is -1"),
        (lambda: Calibration(0.5, 0.5, 0.0, link_efficiency=2), "calibration: link_efficiency is 2"),
        (lambda: Calibration(0.5, 0.5, 0.0, overlap=2), "calibration: overlap is 2"),
        (lambda: Deployment("h100", ARCHITECTURES["kimi-k2"]), re.escape("but must be a Chip, such as CHIPS['h100']")),
        (lambda: Deployment.smallest("h100", ARCHITECTURES["kimi-k2"]), "deployment: chip is 'h100'"),
        (lambda: Deployment.smallest(CHIPS["h100"], "mini"), "deployment: architecture is 'mini', but must be an Arch"),
        (lambda: rack(cache_precision=8), "precision is 8, but must be a text, one of fp4"),
        (lambda: rack().operate("general"), "workload is 'general', but must be a Workload, such as WORKLOADS"),
        (lambda: rack().throughput("general"), "workload is 'general', but must be a Workload"),
        (lambda: rack().curve("general"), "workload is 'general', but must be a Workload"),
        (lambda: rack().latency("general", 1.0), "workload is 'general', but must be a Workload"),
        (lambda: rack().throughput(Workload(10, 10), "fast"), "speed is 'fast', but must be a number"),
        (lambda: rack().latency(Workload(10, 10), ["x"]), "load is .*'x'.*, but must be a number, or an array"),
        (lambda: replace(CHIPS["h100"], flops=5), "chip 'h100': flops is 5, but must be a Mapping"),
        (lambda: replace(CHIPS["h100"], flops={"bf16": 1, "fp9": 1}), "flops has 'fp9', but formats are fp4, .*'fp8'"),
        (lambda: replace(CHIPS["h100"], chips_per_system=1.5), "chips_per_system is 1.5, but must be a whole number"),
        (lambda: replace(ARCHITECTURES["kimi-k2"], precision=["fp8"]), "precision is .* but must be one of fp4"),
        (lambda: replace(ARCHITECTURES["kimi-k2"], precision="fp9"), "precision is 'fp9', .*did you mean 'fp8'"),
        (lambda: fleet.throughput({"h100": -1}, ARCHITECTURES["mini"], Workload(10, 10)), "units of h100 is -1"),
        (lambda: Offer("b200", ARCHITECTURES["mini"], Workload(10, 10), FITTED), "offer: chip is 'b200'"),
        (lambda: Offer(CHIPS["b200"], ARCHITECTURES["mini"], Workload(10, 10), "fit"), "offer: calibration is 'fit'"),
        (lambda: Offer(CHIPS["b200"], ARCHITECTURES["mini"], Workload(10, 10), FITTED, 3), "offer: costs is 3"),
        (lambda: fit("rows.csv"), "measurements is 'rows.csv', but must be a Measurements"),
        (lambda: predict(read(shipped()), "fit"), "calibration is 'fit', but must be a Calibration, such as CALIB"),
        (lambda: ARCHITECTURES["kimi-k2"].require_context(300_000), "300,000 tokens .* at most 262,144"),
    ],
)
def test_things_of_the_wrong_kind_are_refused_in_one_line(make, message):
    with pytest.raises(InputError, match=message) as error:
        make()
    assert "\n" not in str(error.value)
