"""Individuals: the users of a segment who choose, each for itself, held as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from market.calendar import Calendar
from market.demand.adoption import gain_of_machine
from market.demand.choice import Options, choose
from market.demand.cohort import Cohort, Reply, Wanted
from market.demand.deferral import Habit
from market.demand.segment import Segment
from market.demand.subscriptions import Memberships
from market.quality import quality_at
from market.randomness import Streams

if TYPE_CHECKING:
    from market.demand.scene import Scene

type Floats = NDArray[np.float64]
type Who = NDArray[np.int64] | slice


class Part(NamedTuple):
    """Requests for which the same may be chosen.

    Attributes:
        options: offers to choose from.
        mass: requests of each individual.
        who: the individuals.
        local: whether those with a machine of their own may use it.
    """

    options: Options
    mass: NDArray[Any]
    who: Who
    local: bool = True


@dataclass(frozen=True)
class Plan:
    """What individuals can order at given prices.

    Attributes:
        parts: what may be chosen for requests, how many of each individual, and which individuals.
        quota_used: requests of one user that count towards a quota, by limited offer and individual.
        spent: money by individual [USD]; None without budgets.
        unaffordable: requests beyond budgets.
    """

    parts: list[Part]
    quota_used: NDArray[Any] | None
    spent: NDArray[Any] | None
    unaffordable: float


class LogitCohort(Cohort):
    """Individuals who differ in worth, size, zone, provider and budget."""

    segment: Segment

    def __init__(self, model: mesa.Model, segment: Segment, calendar: Calendar, streams: Streams) -> None:
        super().__init__(model, segment)
        s, self.calendar = segment, calendar
        self.dtype = np.dtype(s.dtype)
        count = int(s.individuals)
        self.weight = s.users / count

        def draw(what: str) -> np.random.Generator:
            return streams.stream("population", s.name, what)

        worth = s.worth_usd * np.exp(s.worth_spread * draw("worth").standard_normal(count))
        if s.worths_usd is not None:
            worth = np.array(s.worths_usd, dtype=np.float64)
        self.worth: NDArray[Any] = worth.astype(self.dtype)
        self.inverse_worth = (1.0 / worth).astype(self.dtype)
        size = np.exp(s.size_spread * draw("size").standard_normal(count))
        size *= s.requests_per_day / size.mean()  # the mean is the segment's, whatever was drawn
        self.requests_per_tick = (size * self.weight * calendar.tick_hours / 24.0).astype(self.dtype)
        shares = np.cumsum([zone.share for zone in s.zones])
        self.zone = np.searchsorted(shares / shares[-1], draw("zone").random(count), "right").astype(np.int8)
        self.attached: NDArray[np.int16] = np.full(count, -1, dtype=np.int16)
        self._choices = streams.stream("attachment", s.name)
        self._machines = streams.stream("machines", s.name)
        self._memberships = streams.stream("subscriptions", s.name)
        self.memberships = Memberships(count)
        self._version = 0  # of everything that a plan depends on beside prices, delays and what is open
        self._planned: tuple[tuple[object, ...], Plan] = ((), Plan([], None, None, 0.0))
        budget = s.budget_usd_per_day * self.weight * np.exp(s.size_spread * draw("budget").standard_normal(count))
        self.budget_per_day = budget.astype(self.dtype)
        self.budget_left = self.budget_per_day.copy()
        self.has_local = draw("local").random(count) < (s.local.owners if s.local else 0.0)
        self.owners, self.users = float(self.has_local.mean()), s.users
        self.machine_quality = quality_at(s.local.quality, s.name) if s.local else 0.0
        self.habit = Habit(s.deferral, calendar.ticks_per_day, calendar.tick_hours) if s.deferral else None
        depth = self.habit.delays.size if self.habit else 1
        self._due: NDArray[Any] = np.zeros((depth, count if self.habit else 1), dtype=self.dtype)
        self.mass: NDArray[Any] = np.zeros(count, dtype=self.dtype)
        self.quota_used: NDArray[Any] = np.zeros((0, count), dtype=self.dtype)
        self.growth = self.intensity = 1.0

    @property
    def put_off(self) -> float:
        """Requests that have been put off and are not due yet."""
        return float(self._due.sum(dtype=np.float64)) if self.habit else 0.0

    def _formed(self, tick: int) -> NDArray[Any]:
        """Requests that come up in this tick, by individual: their local hour's share of the day."""
        s, calendar = self.segment, self.calendar
        years = calendar.years(tick)
        self.growth, self.intensity = s.growth**years, s.intensity_growth**years
        if s.local:
            self.machine_quality = quality_at(s.local.quality, s.name, years)
        self.users = s.users * self.growth
        offsets = np.array([zone.utc_offset_h for zone in s.zones])
        weekend = np.array([calendar.is_weekend(tick, offset) for offset in offsets])
        factor = s.shape.at(calendar.hour_of_day(tick) + offsets, weekend) * (self.growth * self.intensity)
        return np.asarray(self.requests_per_tick * np.take(factor.astype(self.dtype), self.zone))

    def preview(self, tick: int) -> None:
        """What would be asked in this tick if nothing were put off."""
        self.mass = self._formed(tick)
        self._version += 1

    def form_requests(self, tick: int) -> None:
        """Individuals' requests of this tick; some are put off, some fall due."""
        self.mass = self._formed(tick)
        self._version += 1
        self.wanted = Wanted(formed=float(self.mass.sum(dtype=np.float64)))
        if self.calendar.period(tick) == 0:
            self.budget_left = self.budget_per_day * self.dtype.type(self.growth)
            self.quota_used = np.zeros_like(self.quota_used)
        if self.habit:
            self._put_off(self.mass, tick)

    def _put_off(self, formed: NDArray[Any], tick: int) -> None:
        assert self.habit is not None
        due = self._due[0].copy()
        self._due[:-1] = self._due[1:]
        self._due[-1] = 0.0
        movable = self.habit.deferral.share
        spread = movable * self.habit.spread[self.calendar.period(tick)]
        later = spread[1:].astype(self.dtype)
        if later.any():
            self._due[: later.size] += later[:, None] * formed[None, :]
        off = self.dtype.type(spread[1:].sum())
        self.mass = formed * (self.dtype.type(1.0) - off) + due
        self.wanted.put_off = float((formed * off).sum(dtype=np.float64))
        self.wanted.taken_up = float(due.sum(dtype=np.float64))

    def _options(self, scene: Scene, prices: Floats) -> Options:
        s = self.segment
        with np.errstate(invalid="ignore"):
            delay = s.time_value * scene.delay_h
            gain = np.where(scene.open & np.isfinite(prices), scene.quality - delay, -np.inf)
        cost = s.price_coefficient * np.where(np.isfinite(prices), prices, 0.0)
        return Options(
            np.nan_to_num(gain, nan=-np.inf, posinf=np.inf, neginf=-np.inf),
            cost,
            scene.provider,
            s.attachment,
            s.taste_noise,
            s.outside,
        )

    def _machine_utility(self, inverse_worth: NDArray[Any]) -> NDArray[Any]:
        """Utility of a machine of one's own, relative to the worth."""
        s, machine = self.segment, self.segment.local
        assert machine is not None
        hours = s.workload.output / machine.speed / 3600.0
        gain = self.machine_quality - s.time_value * hours
        cost = s.price_coefficient * machine.usd_per_request * inverse_worth
        return np.asarray(self.dtype.type(gain) - cost).astype(self.dtype)

    def _local_utility(self, allowed: bool = True) -> NDArray[Any] | None:
        if self.segment.local is None or not allowed:
            return None
        return np.where(self.has_local, self._machine_utility(self.inverse_worth), -np.inf).astype(self.dtype)

    def _consider_machine(self, scene: Scene, prices: Floats) -> None:
        """A few individuals think about a machine of their own: it is bought if it saves more than it costs."""
        machine = self.segment.local
        if machine is None or not np.isfinite(machine.price_usd):
            return
        days = self.calendar.tick_hours / 24.0
        worn = self._machines.binomial(int(self.has_local.sum()), min(days / machine.life_days, 1.0))
        if worn:
            self.has_local[self._machines.choice(np.flatnonzero(self.has_local), worn, replace=False)] = False
        number = self._machines.binomial(self.has_local.size, min(machine.consider_per_day * days, 1.0))
        who = self._machines.integers(0, self.has_local.size, number)
        who = np.unique(who[~self.has_local[who]])
        if who.size == 0 or self.weight == 0:
            return
        x = self.inverse_worth[who]
        attached = self.attached[who] if self.segment.attachment > 0 else None
        options = self._options(scene, prices)
        options = replace(options, gain=np.where(scene.fee > 0, -np.inf, options.gain))
        gain = gain_of_machine(options, x, attached, self._machine_utility(x))
        # Requests of one user and day, as far as the machine can do them.
        each = self.requests_per_tick[who] * self.intensity / self.weight / days
        each = np.minimum(each, 24.0 * machine.requests_per_hour)
        buys = who[gain * each > machine.price_usd / machine.life_days]
        self.has_local[buys] = True
        self.owners = float(self.has_local.mean())
        self.spent_on_machines = float(buys.size) * self.weight * self.growth * machine.price_usd

    def _attachments(self) -> NDArray[Any] | None:
        return self.attached if self.segment.attachment > 0 else None

    def _plan(self, scene: Scene, prices: Floats) -> Plan:
        """Requests by what may be chosen for them: by membership, within quotas or beyond, as far as budgets go.

        Remembered until something that it depends on changes: the same plan serves to order and to settle.
        """
        key = (prices.tobytes(), scene.delay_h.tobytes(), scene.open.tobytes(), self._version)
        if key != self._planned[0]:
            self._planned = (key, self._make_plan(scene, prices))
        return self._planned[1]

    def _make_plan(self, scene: Scene, prices: Floats) -> Plan:
        options = self._options(scene, prices)
        groups = self.memberships.groups(options, scene.fee)
        limited = np.isfinite(scene.quota)  # open or not at the moment: what was used of them today stays used
        budget, machine = np.isfinite(self.segment.budget_usd_per_day), self._machine_limit()
        if not limited.any() and not budget and machine is None:
            return Plan([Part(o, self.mass[who], who) for o, who in groups], None, None, 0.0)
        if limited.any() and self.quota_used.shape[0] != int(limited.sum()):
            self.quota_used = np.zeros((int(limited.sum()), self.mass.size), dtype=self.dtype)
        bill = np.where(np.isfinite(prices), prices, 0.0).astype(self.dtype)
        parts: list[Part] = []
        used, spent, over = np.zeros_like(self.quota_used), np.zeros_like(self.mass), 0.0
        for group, who in groups:
            mass, shares = self.mass[who], self._shares(group, who)
            split = [(Part(group, mass, who), shares)]
            if limited.any() or machine is not None:
                within, used[:, who] = self._within_limits(scene.quota, shares, machine, who)
                shut = replace(group, gain=np.where(limited, -np.inf, group.gain))
                beyond = Part(shut, mass * (1 - within), who, local=machine is None)
                rest = self._shares(shut, who, local=beyond.local) if budget else shares
                split = [(Part(group, mass * within, who), shares), (beyond, rest)]
            allowed = np.ones_like(mass)
            if budget:
                wanted = np.sum([part.mass * (s[:, : bill.size] @ bill) for part, s in split], axis=0)
                allowed = _at_most_all(self.budget_left[who], wanted)
                spent[who] = wanted * allowed
                over += float(np.sum(mass * (1 - allowed), dtype=np.float64))
                used[:, who] *= allowed
            parts += [part._replace(mass=part.mass * allowed) for part, _ in split if part.mass.any()]
        return Plan(parts, used if limited.any() else None, spent if budget else None, over)

    def _shares(self, options: Options, who: Who, *, local: bool = True) -> NDArray[Any]:
        utility, attached = self._local_utility(local), self._attachments()
        chosen = choose(
            options, self.inverse_worth[who], self.mass[who], None if attached is None else attached[who],
            local=None if utility is None else utility[who], keep=True,
        )  # fmt: skip
        assert chosen.shares is not None
        return chosen.shares

    def _machine_limit(self) -> float | None:
        """Requests that a machine of one's own can do in a tick; None where that limits nobody."""
        machine = self.segment.local
        if machine is None or not np.isfinite(machine.requests_per_hour) or not self.has_local.any():
            return None
        return machine.requests_per_hour * self.calendar.tick_hours

    def _within_limits(
        self, quota: Floats, shares: NDArray[Any], machine: float | None, who: Who
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Share of each individual's requests for which limited offers and the own machine are left; quotas used."""
        people = self.dtype.type(self.weight * self.growth)
        mass = self.mass[who]
        each = mass / people if people > 0 else np.zeros_like(mass)
        limited = np.isfinite(quota)
        asked = (shares[:, : quota.size][:, limited] * each[:, None]).T
        left = np.maximum(quota[limited][:, None].astype(self.dtype) - self.quota_used[:, who], 0)
        within = _at_most_all(left, asked).min(axis=0, initial=1)
        if machine is not None:
            at_home = shares[:, -1] * each
            within = np.minimum(within, _at_most_all(np.full_like(at_home, machine), at_home))
        return within, asked * within

    def reply(self, scene: Scene, prices: Floats) -> Reply:
        """Orders at these prices of a request [USD]."""
        plan = self._plan(scene, prices)
        count = prices.size
        slopes = self.segment.price_coefficient if scene.slopes else None
        attached = self._attachments()
        total = Reply(np.zeros(count), 0.0, 0.0, plan.unaffordable, 0.0, np.zeros(count), np.zeros((count, count)))
        for options, mass, who, at_home in self._blurred(plan.parts, scene.blur_usd):
            local = self._local_utility(at_home)
            chosen = choose(
                options, self.inverse_worth[who], mass, None if attached is None else attached[who],
                local=None if local is None else local[who], slopes=slopes,
            )  # fmt: skip
            total = Reply(
                total.requests + chosen.shares_sum[:count], total.nothing + chosen.nothing,
                total.local + (float(chosen.shares_sum[count]) if local is not None else 0.0), total.unaffordable,
                total.surplus + chosen.surplus,
                total.own if chosen.own is None else total.own + chosen.own[:count],
                total.cross if chosen.cross is None else total.cross + chosen.cross[:count, :count],
            )  # fmt: skip
        return total

    def _blurred(self, parts: list[Part], width_usd: float) -> list[Part]:
        """Let those without taste noise share ties within a width of money, in full precision."""
        if width_usd == 0.0 or self.segment.taste_noise > 0.0:
            return parts
        noise = width_usd / self.segment.worth_usd
        return [p._replace(options=replace(p.options, noise=noise), mass=p.mass.astype(np.float64)) for p in parts]

    def settle(self, scene: Scene, prices: Floats) -> None:
        """Budgets are spent, quotas used up; some choose their provider anew."""
        plan = self._plan(scene, prices)
        if plan.spent is not None:
            self.budget_left = self.budget_left - plan.spent
        if plan.quota_used is not None:
            self.quota_used = self.quota_used + plan.quota_used
        self._version += 1
        self.spent_on_machines = 0.0
        self._consider_machine(scene, prices)
        if (scene.fee > 0).any():
            self._consider_subscriptions(scene, prices)
        if self.segment.attachment > 0:
            self._reattach(scene, prices)

    def learn_worth(self, period: int, surplus: float, usual_price: float) -> None:
        """Remember what a request was worth in this period, for the habit of putting off."""
        if self.habit:
            requests = float(self.mass.sum(dtype=np.float64))
            if requests > 0:
                self.habit.learn(period, surplus / requests, usual_price)

    def _consider_subscriptions(self, scene: Scene, prices: Floats) -> None:
        """A few individuals think about which subscription to hold, if any."""
        days = self.calendar.tick_hours / 24.0
        chance = min(1.0, self.segment.reconsider_per_day * days)
        number = self._memberships.binomial(self.mass.size, chance)
        who = np.unique(self._memberships.integers(0, self.mass.size, number))
        if who.size and self.weight > 0:
            attached = self.attached[who] if self.segment.attachment > 0 else None
            per_day = self.requests_per_tick[who] / self.weight / days
            self.memberships.consider(
                who, self._options(scene, prices), scene.fee, scene.quota, self.inverse_worth[who], attached, per_day
            )

    def members(self, offers: int) -> Floats:
        """Real users that subscribe to each offer."""
        return self.memberships.members(offers) * self.weight * self.growth

    def _reattach(self, scene: Scene, prices: Floats) -> None:
        """A few individuals look again, and stay with whom they choose."""
        s = self.segment
        chance = min(1.0, s.reconsider_per_day * self.calendar.tick_hours / 24.0)
        number = self._choices.binomial(self.attached.size, chance)
        if number == 0:
            return
        who = self._choices.integers(0, self.attached.size, number)
        options = self._options(scene, prices)
        options = replace(options, gain=np.where(scene.fee > 0, -np.inf, options.gain))
        chosen = choose(options, self.inverse_worth[who], self.mass[who], self.attached[who], keep=True)
        assert chosen.shares is not None
        ladder = np.cumsum(chosen.shares, axis=1)
        draw = self._choices.random(number)
        pick = (ladder < draw[:, None]).sum(axis=1)
        provider = np.append(scene.provider, -1)[np.minimum(pick, scene.provider.size)]
        # Those who choose nothing stay attached to whom they were.
        self.attached[who] = np.where(provider >= 0, provider, self.attached[who]).astype(np.int16)


def _at_most_all(left: NDArray[Any], asked: NDArray[Any]) -> NDArray[Any]:
    """Share of what is asked that is left; all where nothing is asked."""
    left = np.maximum(left, 0)  # what is spent to the last may be rounded below nothing
    return np.asarray(np.divide(left, asked, out=np.ones_like(asked), where=left < asked))
