"""The price list of a machine: what a million input, cached and output tokens cost, and why it is that much."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from numpy.typing import ArrayLike

from capacity.architecture import Architecture
from capacity.architectures import ARCHITECTURES
from capacity.calibration import FITTED, FITTED_HIGH, FITTED_LOW, PUBLISHED, Calibration
from capacity.chips import CHIPS, Chip
from capacity.costs import RENTED, Costs
from capacity.deployment import Deployment
from capacity.errors import require, require_kind, require_whole
from capacity.operating import CannotServeError
from capacity.pools import workers
from capacity.throughput import Floats, first_token
from capacity.token_times import token_times
from capacity.units import KILO, MILLION, SECONDS_PER_HOUR
from capacity.workload import SPECULATIVE, Speculation, Workload

#: Where the stack begins: the published machine, model, calibration and speed, at full load.
REFERENCE_CHIP: Final = "gb200-nvl72"
REFERENCE_ARCHITECTURE: Final = "kimi-k2"
REFERENCE_SPEED: Final = 35.0


@dataclass(frozen=True)
class Seller:
    """What a seller adds to the machine: idle time, whole replicas, and what is no machine.

    Attributes:
        load_factor: mean load over the load that the promise allows: the day's shape and headroom for waits. Chat
            of a weekday is 1.34 at the peak hour against the mean [Azure, 2024], and some 0.8 of the peak is used:
            0.6.
        replicas: workers that run day and night, however little is asked.
        demand_tok_s: mean output tokens per second asked for; None asks for what the replicas serve at that load.
        idle_power: power of an idle machine over that of a busy one [declared; DGX systems draw 0.3 to 0.4].
        other_share: hosting, payment and staff, as a share of the price [declared, of the order of `world.md`].
        markup: what is put on top of all costs.
        water_l_per_kwh: water used on site [LBNL, 2024 United States Data Center Energy Usage Report: 0.36].
        grid_water_l_per_kwh: water used where the power is made [the same report: 4.52].
    """

    load_factor: float = 0.6
    replicas: int = 1
    demand_tok_s: float | None = None
    idle_power: float = 0.35
    other_share: float = 0.05
    markup: float = 0.0
    water_l_per_kwh: float = 0.36
    grid_water_l_per_kwh: float = 4.52

    def __post_init__(self) -> None:
        require("load_factor", self.load_factor, above=0, at_most=1)
        require_whole("replicas", self.replicas, at_least=1)
        if self.demand_tok_s is not None:
            require("demand_tok_s", self.demand_tok_s, above=0)
        require("idle_power", self.idle_power, at_least=0, at_most=1)
        require("other_share", self.other_share, at_least=0, at_most=0.95)
        require("markup", self.markup, at_least=0)
        require("water_l_per_kwh", self.water_l_per_kwh, at_least=0)
        require("grid_water_l_per_kwh", self.grid_water_l_per_kwh, at_least=0)


#: A provider of the usual kind, near cost.
PROVIDER: Final = Seller()


@dataclass(frozen=True)
class Offer:
    """What is priced: a model on a machine, for one kind of request, at a promise.

    Attributes:
        chip: the machine.
        architecture: the model.
        workload: the request, with its promises of speed and of a first token.
        calibration: how far the machine stays behind its data sheet.
        costs: what an hour of a chip costs.
        seller: what the seller adds.
        speculation: tokens emitted and positions verified a step.
        worker: chips and layout of one replica; None takes the one that serves cheapest within the promises.
    """

    chip: Chip
    architecture: Architecture
    workload: Workload
    calibration: Calibration
    costs: Costs = RENTED
    seller: Seller = PROVIDER
    speculation: Speculation = SPECULATIVE
    worker: Deployment | None = None

    def __post_init__(self) -> None:
        require_kind("offer: chip", self.chip, Chip)
        require_kind("offer: architecture", self.architecture, Architecture)
        require_kind("offer: workload", self.workload, Workload)
        require_kind("offer: calibration", self.calibration, Calibration)
        require_kind("offer: costs", self.costs, Costs)
        require_kind("offer: seller", self.seller, Seller)
        require_kind("offer: speculation", self.speculation, Speculation)
        if self.worker is not None:
            require_kind("offer: worker", self.worker, Deployment)


@dataclass(frozen=True)
class Line:
    """One factor between the physics and the list: what it multiplies the cost by, and the cost after it."""

    name: str
    factor: float
    usd_per_mtok: float
    why: str


@dataclass(frozen=True)
class Tokens:
    """USD per million tokens of each kind."""

    input_usd_per_mtok: float
    cached_usd_per_mtok: float
    output_usd_per_mtok: float


@dataclass(frozen=True)
class PriceList:
    """What the tokens of an offer cost.

    Attributes:
        full: every cost shared out over the tokens that are sold: idle time, whole replicas, hosting.
        marginal: machine time of one more token on a machine that is full.
        listed: ``full`` with the markup.
        stack: from the published physics to the list price, per million output tokens with their input.
        kwh_per_mtok: electricity of a million output tokens with their input, idle machines counted.
        water_l_per_mtok: water used on site for it.
        grid_water_l_per_mtok: water used where the power is made.
        throughput_tok_s: output tokens per second of one replica that is full.
        batch: requests in flight on it.
        speed_tok_s: speed that a user gets.
        first_token_s: time to the first token.
        chips: chips of one replica.
        layout: its ranks.
        replicas: replicas that run.
        sold_tok_s: output tokens per second that they sell on average.
        by_context: full costs by length of the input.
        by_speed: full costs by promised speed.
        by_calibration: full costs over the range of our own fit, and with the published set.
    """

    full: Tokens
    marginal: Tokens
    listed: Tokens
    stack: tuple[Line, ...]
    kwh_per_mtok: float
    water_l_per_mtok: float
    grid_water_l_per_mtok: float
    throughput_tok_s: float
    batch: float
    speed_tok_s: float
    first_token_s: float
    chips: float
    layout: str
    replicas: int
    sold_tok_s: float
    by_context: tuple[dict[str, Any], ...] = field(default=())
    by_speed: tuple[dict[str, Any], ...] = field(default=())
    by_calibration: tuple[dict[str, Any], ...] = field(default=())

    def record(self) -> dict[str, Any]:
        """Plain values for JSON: the full costs at the top, the rest by name."""
        plain = asdict(self)
        return {**plain.pop("full"), **plain}


def cheapest_worker(offer: Offer) -> Deployment:
    """The worker of one system's chips or fewer that serves cheapest within the promises.

    Where no layout inside a system holds the model, the fewest whole systems that do, joined.
    """
    if offer.worker is not None:
        return offer.worker
    offer.architecture.require_context(offer.workload.input + offer.workload.output)
    tried = workers(offer.chip, offer.architecture, offer.calibration, offer.speculation)
    rates = [float(each.throughput(offer.workload)) / each.chips for each in tried]
    if tried and max(rates) > 0:
        return tried[rates.index(max(rates))]
    joined = Deployment.smallest(offer.chip, offer.architecture, offer.calibration)
    joined = replace(joined, speculation=offer.speculation)
    if tried and not float(joined.throughput(offer.workload)) > 0:
        tried[-1].operate(offer.workload)  # says why not
    joined.operate(offer.workload)
    return joined


def _usd_per_mtok(worker: Deployment, workload: Workload, costs: Costs) -> float:
    return float(worker.cost_usd_per_mtok(workload, costs=costs))


def token_costs(worker: Deployment, workload: Workload, batch: ArrayLike, costs: Costs = RENTED) -> dict[str, Floats]:
    """Cost of one more million tokens of each kind [USD], by the machine time that it adds; arrays over batch sizes."""
    usd = MILLION * costs.usd_per_chip_hour(worker.chip) * worker.chips / SECONDS_PER_HOUR
    times = token_times(worker, workload, batch)
    return {
        "input_usd_per_mtok": usd * times.fresh,
        "cached_usd_per_mtok": usd * times.cached,
        "output_usd_per_mtok": usd * times.output,
    }


def _scaled(tokens: Tokens, factor: float) -> Tokens:
    return Tokens(*(factor * value for value in asdict(tokens).values()))


def _stack(offer: Offer, worker: Deployment, fullness: float, replica_factor: float) -> tuple[Line, ...]:
    """Factor by factor from the published physics to the list; a step that nobody can serve is left at one."""
    seller, asked = offer.seller, offer.workload
    plain = replace(asked, speed=REFERENCE_SPEED, first_token=math.inf)
    model = ARCHITECTURES[REFERENCE_ARCHITECTURE]

    def cost(chip: Chip, architecture: Architecture, calibration: Calibration, workload: Workload) -> float:
        trial = replace(offer, chip=chip, architecture=architecture, calibration=calibration, workload=workload)
        return _usd_per_mtok(Deployment.smallest(chip, architecture, calibration), workload, trial.costs)

    reference = Deployment(CHIPS[REFERENCE_CHIP], model, PUBLISHED)
    rented = offer.costs if offer.costs.rental_usd_per_chip_hour is None else RENTED
    lines = [
        Line(
            "physics at full load",
            1.0,
            _usd_per_mtok(reference, plain, rented),
            f"{model.name} on a {REFERENCE_CHIP} rack, published calibration, {REFERENCE_SPEED:g} token/s",
        )
    ]

    def add(name: str, usd: float, why: str) -> None:
        before = lines[-1].usd_per_mtok
        if not (math.isfinite(usd) and usd > 0):
            usd, why = before, f"{why} (not told apart: that step alone cannot be served)"
        lines.append(Line(name, usd / before, usd, why))

    def tried(*given: Any) -> float:
        try:
            return cost(*given)
        except CannotServeError:
            return math.inf

    add("chip", tried(offer.chip, model, PUBLISHED, plain), f"{offer.chip.name}, at what it costs")
    add("model", tried(offer.chip, offer.architecture, PUBLISHED, plain), offer.architecture.name)
    add("calibration", tried(offer.chip, offer.architecture, offer.calibration, plain), f"'{offer.calibration.name}'")
    promise = f"{asked.speed:g} token/s"
    if math.isfinite(asked.first_token):
        promise += f", first token in {asked.first_token:g} s"
    add("speed and promise", _usd_per_mtok(worker, asked, offer.costs), f"{promise}, on {worker.chips:g} chips")
    add("load factor", lines[-1].usd_per_mtok / fullness, f"{fullness:.0%} of what the promise allows is sold")
    add("whole replicas", lines[-1].usd_per_mtok * replica_factor, "replicas run day and night")
    add(
        "hosting, payment, staff",
        lines[-1].usd_per_mtok / (1.0 - seller.other_share),
        f"{seller.other_share:.0%} of the price",
    )
    add("markup", lines[-1].usd_per_mtok * (1.0 + seller.markup), f"{seller.markup:.0%} on top")
    return tuple(lines)


def price_list(offer: Offer) -> PriceList:
    """What the tokens of an offer cost, or an error that says why it cannot be served."""
    worker, seller, workload = cheapest_worker(offer), offer.seller, offer.workload
    batch = float(worker.batch(workload))
    if batch < 1:
        worker.operate(workload)
    times = worker.cycle(workload, batch)
    rate = batch * workload.output / float(times.total)
    wanted = seller.demand_tok_s or seller.replicas * rate * seller.load_factor
    replicas = max(seller.replicas, math.ceil(wanted / (rate * seller.load_factor) - 1e-9))
    replica_factor = replicas * rate * seller.load_factor / wanted
    load = wanted / (replicas * rate)
    each = token_costs(worker, workload, batch, offer.costs)
    marginal = Tokens(**{name: float(usd) for name, usd in each.items()})
    stack = _stack(offer, worker, seller.load_factor, replica_factor)
    listed_each, full_each = stack[-1].usd_per_mtok, stack[-2].usd_per_mtok
    bundle = (  # USD of a request's tokens at marginal prices, over its output
        marginal.input_usd_per_mtok * workload.fresh
        + marginal.cached_usd_per_mtok * (workload.input - workload.fresh)
        + marginal.output_usd_per_mtok * workload.output
    ) / workload.output
    kwh = (
        worker.chips
        * replicas
        * offer.chip.power
        / KILO
        * offer.costs.pue
        * (seller.idle_power + (1.0 - seller.idle_power) * load)
        / SECONDS_PER_HOUR
        / wanted
        * MILLION
    )
    return PriceList(
        full=_scaled(marginal, full_each / bundle),
        marginal=marginal,
        listed=_scaled(marginal, listed_each / bundle),
        stack=stack,
        kwh_per_mtok=kwh,
        water_l_per_mtok=kwh * seller.water_l_per_kwh,
        grid_water_l_per_mtok=kwh * seller.grid_water_l_per_kwh,
        throughput_tok_s=rate,
        batch=batch,
        speed_tok_s=workload.output / float(times.total),
        first_token_s=float(first_token(worker.served, worker.machine, worker.calibration, workload, times)),
        chips=worker.chips,
        layout=str(worker.spread),
        replicas=replicas,
        sold_tok_s=wanted,
    )


def along(offers: Iterable[Offer]) -> list[dict[str, Any]]:
    """Full costs of other offers, each on the worker that is cheapest for it; what cannot be served says why."""
    rows = []
    for each in offers:
        row: dict[str, Any] = {
            "input_tokens": each.workload.input,
            "output_tokens": each.workload.output,
            "speed": each.workload.speed,
            "calibration": each.calibration.name,
        }
        try:
            found = price_list(replace(each, worker=None))
            row |= {**asdict(found.full), "kwh_per_mtok": found.kwh_per_mtok, "chips": found.chips, "why": None}
        except CannotServeError as error:
            row |= {**asdict(Tokens(math.inf, math.inf, math.inf)), "kwh_per_mtok": math.inf, "chips": None}
            row |= {"why": str(error)}
        rows.append(row)
    return rows


def contexts(offer: Offer, inputs: tuple[float, ...] = (1_000, 8_000, 32_000, 128_000)) -> list[dict[str, Any]]:
    """Full costs by length of the input, as far as the model attends."""
    most = offer.architecture.context - offer.workload.output
    return along(replace(offer, workload=replace(offer.workload, input=i)) for i in inputs if i <= most)


def speeds(offer: Offer, wanted: tuple[float, ...] = (10, 20, 35, 60, 100, 150, 200)) -> list[dict[str, Any]]:
    """Full costs by promised speed."""
    return along(replace(offer, workload=replace(offer.workload, speed=speed)) for speed in wanted)


def calibrations(
    offer: Offer, wanted: Iterable[Calibration] = (FITTED_LOW, FITTED, FITTED_HIGH, PUBLISHED)
) -> list[dict[str, Any]]:
    """Full costs by calibration: the ends of our own fit's range, the fit, and the published set."""
    return along(replace(offer, calibration=each) for each in wanted)
