"""Individuals: the users of a segment who choose, each for itself, held as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from market.calendar import Calendar
from market.demand.adoption import log_sum
from market.demand.choice import Options, choose
from market.demand.cohort import Cohort, Reply
from market.demand.deferral import Habit, PutOff
from market.demand.growth import Adopters
from market.demand.intensity import Intensity
from market.demand.own_machines import OwnMachines
from market.demand.plan import IndividualsWanted, Part, Plan, Who, at_most_all, within_limits
from market.demand.population import draw_population
from market.demand.scene import Scene
from market.demand.segment import Segment, loads
from market.demand.subscriptions import Memberships
from market.demand.ties import Ties, drawn_providers, refused_rows
from market.quality import quality_at
from market.randomness import Streams

type Floats = NDArray[np.float64]


NOTHING_PUT_OFF: Floats = np.zeros(0)


class LogitCohort(Cohort[IndividualsWanted]):
    """Individuals who differ in worth, size, zone, provider and budget."""

    segment: Segment

    def __init__(self, model: mesa.Model, segment: Segment, calendar: Calendar, streams: Streams) -> None:
        super().__init__(model, segment)
        s, self.calendar = segment, calendar
        self.dtype = np.dtype(s.dtype)
        population = draw_population(s, calendar.tick_hours, streams)
        count = population.worth.size
        self.weight, self.zone, self.worth = population.weight, population.zone, population.worth
        self.inverse_worth, self.requests_per_tick = population.inverse_worth, population.requests_per_tick
        self.budget_per_day = population.budget_per_day
        self.attached: NDArray[np.int16] = np.full(count, -1, dtype=np.int16)
        self.refusing, self.haste = population.refusing, population.haste
        self.intensity = Intensity(s.intensity_elasticity)
        self._choices = streams.stream("attachment", s.name)
        self._memberships = streams.stream("subscriptions", s.name)
        self.memberships, self._looked = Memberships(count), False
        self.budget_left = self.budget_per_day.copy()
        self.machines = OwnMachines(
            s, population.owns_machine.copy(), self.haste, calendar.tick_hours, streams.stream("machines", s.name)
        )
        self.owners, self.users = float(self.machines.has_one.mean()), s.users
        self.adopters = Adopters(s.adoption, s.users)
        self.habit = Habit(s.deferral, calendar.ticks_per_day, calendar.tick_hours) if s.deferral else None
        self.pending = PutOff(self.habit.delays.size, count, self.dtype) if self.habit else None
        self._worth_when_idle = self._induced = 0.0
        self.quota_used: NDArray[Any] = np.zeros((0, count), dtype=self.dtype)
        self.wanted = self.would_want(0)

    @property
    def put_off(self) -> float:
        """Requests that have been put off and are not due yet."""
        return self.pending.amount if self.pending else 0.0

    @property
    def machine_quality(self) -> float:
        """Worth of what a machine of their own answered in the last tick, relative to a perfect answer."""
        return self.wanted.machine_quality

    def would_want(self, tick: int) -> IndividualsWanted:
        """What would be asked in this tick if nothing were put off: their local hour's share of the day."""
        s, calendar = self.segment, self.calendar
        years = calendar.years(tick)
        growth, intensity = self.adopters.factor(s.growth**years), s.intensity_growth**years
        factor = loads(s.shape, s.zones, calendar, tick) * (growth * intensity)
        came_up = np.asarray(self.requests_per_tick * np.take(factor.astype(self.dtype), self.zone))
        return IndividualsWanted(
            users=s.users * growth,
            mass=came_up,
            spread=NOTHING_PUT_OFF,
            came_up=came_up,
            budget_left=self.budget_left,
            quota_used=self.quota_used,
            growth=growth,
            intensity=intensity,
            machine_quality=quality_at(s.local.quality, s.name, years) if s.local else 0.0,
        )

    def would_want_in(self, ticks: Sequence[int]) -> list[tuple[IndividualsWanted, Floats]]:
        """Everybody's mean hour, times the load of each tick: zones differ in when they ask, not in what."""
        s, calendar, size = self.segment, self.calendar, self.requests_per_tick.astype(np.float64)
        by_zone = np.bincount(self.zone, weights=size, minlength=len(s.zones))
        load = np.array([loads(s.shape, s.zones, calendar, tick) for tick in ticks]) @ by_zone
        now = self.would_want(ticks[0])
        mass = (self.requests_per_tick * (now.growth * now.intensity)).astype(self.dtype)
        total = float(size.sum())
        share = load / total if total > 0 else np.zeros(len(ticks))
        return [(replace(now, mass=mass, came_up=mass), share)]

    def form(self, tick: int) -> IndividualsWanted:
        """Individuals' requests of this tick: some are put off, some fall due. Budgets and quotas are a day's."""
        wanted = self.would_want(tick)
        wanted = replace(wanted, formed=float(wanted.mass.sum(dtype=np.float64)), plans={})
        if self.calendar.period(tick) == 0:
            budget = self.budget_per_day * self.dtype.type(wanted.growth)
            wanted = replace(wanted, budget_left=budget, quota_used=np.zeros_like(self.quota_used))
        return self._with_deferral(wanted, tick) if self.habit else wanted

    def _with_deferral(self, wanted: IndividualsWanted, tick: int) -> IndividualsWanted:
        assert self.habit is not None
        assert self.pending is not None
        spread = (
            self.habit.deferral.share
            * self.habit.spread[int(self.calendar.is_weekend(tick)), self.calendar.period(tick), 1:]
        )
        off, due = self.dtype.type(spread.sum()), self.pending.now
        came_up = wanted.came_up
        return replace(
            wanted,
            mass=came_up * (self.dtype.type(1.0) - off) + due,
            spread=spread,
            put_off=float((came_up * off).sum(dtype=np.float64)),
            taken_up=float(due.sum(dtype=np.float64)),
        )

    def _options(self, scene: Scene, prices: Floats) -> Options:
        s = self.segment
        is_open = scene.open & np.isfinite(prices)
        slow: Floats | None = None
        with np.errstate(invalid="ignore"):
            gain = np.where(is_open, scene.quality - s.time_value * scene.delay_h, -np.inf)
        if self.haste is not None:  # each minds delay in its own way
            is_open &= np.isfinite(scene.delay_h)
            gain, slow = np.where(is_open, scene.quality, -np.inf), np.where(is_open, scene.delay_h, 0.0)
        cost = s.price_coefficient * np.where(np.isfinite(prices), prices, 0.0)
        return Options(
            np.nan_to_num(gain, nan=-np.inf, posinf=np.inf, neginf=-np.inf),
            cost,
            scene.provider,
            s.attachment,
            s.taste_noise,
            s.outside,
            s.price_coefficient,
            refused_rows([refusal.kind for refusal in s.refusals], scene.kind),
            self.nests(scene.names, scene.kind),
            slow,
        )

    def _consider_machine(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> None:
        """A few individuals think about a machine of their own: it is bought if it saves more than it costs."""
        who = self.machines.who_thinks()
        if who.size == 0 or self.weight == 0:
            return
        options = self._options(scene, prices)
        options = replace(options, gain=np.where(scene.fee > 0, -np.inf, options.gain))
        days = self.calendar.tick_hours / 24.0
        per_day = self.requests_per_tick[who] * wanted.intensity / self.weight / days
        buyers = self.machines.buy(
            who, options, self.inverse_worth[who], self._ties(who), wanted.machine_quality, per_day
        )
        self.owners = float(self.machines.has_one.mean())
        assert self.machines.machine is not None
        self.spent_on_machines = float(buyers) * self.weight * wanted.growth * self.machines.machine.price_usd

    def _ties(self, who: Who) -> Ties:
        attached = self.attached if self.segment.attachment > 0 else None
        return Ties(attached, self.refusing, self.haste).of(who)

    def _plan(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> Plan:
        """Requests by what may be chosen for them: by membership, within quotas or beyond, as far as budgets go."""
        seen = (prices, scene.delay_h, scene.open, scene.quality, scene.quota)
        key = tuple(values.tobytes() for values in seen)
        if key not in wanted.plans:
            wanted.plans.clear()
            wanted.plans[key] = self._make_plan(wanted, scene, prices)
        return wanted.plans[key]

    def _used_before(self, wanted: IndividualsWanted, limited: NDArray[np.bool_]) -> NDArray[Any]:
        """Requests of one user that counted towards quotas earlier today, by limited offer and individual."""
        count = int(limited.sum())
        if not count or wanted.quota_used.shape[0] == count:
            return wanted.quota_used
        return np.zeros((count, wanted.mass.size), dtype=self.dtype)

    def _make_plan(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> Plan:
        factor = self.intensity.factor(prices)
        if factor is None:
            return self._plan_of(wanted, scene, prices)
        mass = (wanted.mass * factor).astype(self.dtype)
        plan = self._plan_of(replace(wanted, mass=mass, plans={}), scene, prices)
        return replace(plan, induced=float((mass - wanted.mass).sum(dtype=np.float64)))

    def _plan_of(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> Plan:
        options = self._options(scene, prices)
        groups = self.memberships.groups(options, scene.fee)
        limited = np.isfinite(scene.quota)  # open or not at the moment: what was used of them today stays used
        budget, machine = np.isfinite(self.segment.budget_usd_per_day), self.machines.limit()
        if not limited.any() and not budget and machine is None:
            return Plan([Part(o, wanted.mass[who], who) for o, who in groups], None, None, 0.0)
        before = self._used_before(wanted, limited)
        bill = np.where(np.isfinite(prices), prices, 0.0).astype(self.dtype)
        people = self.dtype.type(self.weight * wanted.growth)
        parts: list[Part] = []
        used, spent, over = np.zeros_like(before), np.zeros_like(wanted.mass), 0.0
        for group, who in groups:
            mass, shares = wanted.mass[who], self._shares(wanted, group, who)
            split = [(Part(group, mass, who), shares)]
            if limited.any() or machine is not None:
                left = np.maximum(scene.quota[limited][:, None].astype(self.dtype) - before[:, who], 0)
                each = mass / people if people > 0 else np.zeros_like(mass)
                within, used[:, who] = within_limits(each, shares, limited, left, machine)
                shut = replace(group, gain=np.where(limited, -np.inf, group.gain))
                beyond = Part(shut, mass * (1 - within), who, local=machine is None)
                rest = self._shares(wanted, shut, who, local=beyond.local) if budget else shares
                split = [(Part(group, mass * within, who), shares), (beyond, rest)]
            allowed = np.ones_like(mass)
            if budget:
                cost = np.sum([part.mass * (s[:, : bill.size] @ bill) for part, s in split], axis=0)
                allowed = at_most_all(wanted.budget_left[who], cost)
                spent[who] = cost * allowed
                over += float(np.sum(mass * (1 - allowed), dtype=np.float64))
                used[:, who] *= allowed
            parts += [part._replace(mass=part.mass * allowed) for part, _ in split if part.mass.any()]
        return Plan(parts, used if limited.any() else None, spent if budget else None, over)

    def _shares(self, wanted: IndividualsWanted, options: Options, who: Who, *, local: bool = True) -> NDArray[Any]:
        utility = self.machines.utility(wanted.machine_quality, self.inverse_worth, allowed=local)
        chosen = choose(
            options,
            self.inverse_worth[who],
            wanted.mass[who],
            self._ties(who),
            local=None if utility is None else utility[who],
            keep=True,
        )
        assert chosen.shares is not None
        return chosen.shares

    def reply(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> Reply:
        """Orders of what is wanted at these prices of a request [USD]."""
        plan = self._plan(wanted, scene, prices)
        count = prices.size
        slopes = self.segment.price_coefficient if scene.slopes else None
        total = Reply(
            np.zeros(count),
            0.0,
            0.0,
            plan.unaffordable,
            0.0,
            np.zeros(count),
            np.zeros((count, count)),
            plan.induced,
        )
        for options, mass, who, at_home in self._blurred(plan.parts, scene.blur_usd):
            local = self.machines.utility(wanted.machine_quality, self.inverse_worth, allowed=at_home)
            asking_less = scene.slopes and self.intensity.elasticity > 0
            chosen = choose(
                options,
                self.inverse_worth[who],
                mass,
                self._ties(who),
                local=None if local is None else local[who],
                slopes=slopes,
                keep=asking_less,
            )
            cross = total.cross if chosen.cross is None else total.cross + chosen.cross[:count, :count]
            if asking_less and chosen.shares is not None:
                less = self.intensity.cross(prices, chosen.shares[:, :count] * mass[:, None], who)
                cross = cross if less is None else cross + less
            total = Reply(
                total.requests + chosen.shares_sum[:count],
                total.nothing + chosen.nothing,
                total.local + (float(chosen.shares_sum[count]) if local is not None else 0.0),
                total.unaffordable,
                total.surplus + chosen.surplus,
                total.own if chosen.own is None else total.own + chosen.own[:count],
                cross,
                total.induced,
            )
        return total

    def hourly_cost(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> Floats:
        """Who buys what decides: to an individual an hour costs its worth x time value, in money over its weight."""
        s, total = self.segment, np.zeros(prices.size)
        for options, mass, who, at_home in self._plan(wanted, scene, prices).parts:
            local = self.machines.utility(wanted.machine_quality, self.inverse_worth, allowed=at_home)
            chosen = choose(
                options,
                self.inverse_worth[who],
                mass,
                self._ties(who),
                local=None if local is None else local[who],
                keep=True,
            )
            assert chosen.shares is not None
            an_hour = self.worth[who] * (s.time_value if self.haste is None else self.haste[who])
            total += (mass * an_hour).astype(np.float64) @ chosen.shares[:, : prices.size]
        return np.asarray(total / s.price_coefficient)

    def _blurred(self, parts: list[Part], width_usd: float) -> list[Part]:
        """Let those without taste noise share ties within a width of money, in full precision."""
        if width_usd == 0.0 or self.segment.taste_noise > 0.0:
            return parts
        noise = width_usd * self.segment.price_coefficient / self.segment.worth_usd
        return [p._replace(options=replace(p.options, noise=noise), mass=p.mass.astype(np.float64)) for p in parts]

    def settle(self, wanted: IndividualsWanted, scene: Scene, prices: Floats, turned_away: float) -> None:
        """Budgets are spent, quotas used up, work is put off; some choose their provider anew, others come or go."""
        plan = self._plan(wanted, scene, prices)
        super().settle(wanted, scene, prices, turned_away)
        if self.segment.adoption.response > 0:
            self._learn_use(wanted, plan, turned_away)
        self._induced = plan.induced
        self.budget_left = wanted.budget_left if plan.spent is None else wanted.budget_left - plan.spent
        self.quota_used = wanted.quota_used
        if plan.quota_used is not None:
            self.quota_used = self._used_before(wanted, np.isfinite(scene.quota)) + plan.quota_used
        if self.pending:
            self.pending.move_on(wanted.came_up, wanted.spread)
            self._worth_when_idle = self._worth_of_any(wanted, scene, prices)
        self.spent_on_machines = 0.0
        self._consider_machine(wanted, scene, prices)
        # In the first tick everybody looks: first for a provider, since to be with one adds to what its plan is worth.
        if self.segment.attachment > 0:
            self._reattach(wanted, scene, prices)
        if (scene.fee > 0).any():
            self._consider_subscriptions(scene, prices)
        self._looked = True
        if self.intensity.elasticity > 0 and not self.intensity.begun:
            self.intensity.begin(self._shares_of_offers(wanted, scene, prices), prices)
        wanted.plans.clear()  # it was made of ties and plans as they were

    def _learn_use(self, wanted: IndividualsWanted, plan: Plan, turned_away: float) -> None:
        """Remember what a request was worth, for who comes and goes; a tick in which nobody asks says nothing."""
        s, worth, asked = self.segment, 0.0, plan.unaffordable
        for options, mass, who, at_home in plan.parts:
            local = self.machines.utility(wanted.machine_quality, self.inverse_worth, allowed=at_home)
            local = None if local is None else local[who]
            worth += log_sum(options, self.inverse_worth[who], mass, self._ties(who), local)
            asked += float(mass.sum(dtype=np.float64))
        if asked > 0:
            nothing = (s.outside or 0.0) / s.taste_noise
            mean = (worth + plan.unaffordable * nothing) / asked
            refused = min(turned_away / asked, 1.0)
            days = self.calendar.tick_hours / self.calendar.simulated_share / 24.0
            self.adopters.learn(mean + refused * (nothing - mean), days)

    def _shares_of_offers(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> NDArray[Any]:
        """How each individual splits its requests among offers, by individual and offer."""
        split = np.zeros((wanted.mass.size, prices.size), dtype=self.dtype)
        least = np.finfo(self.dtype).tiny
        for options, mass, who, at_home in self._plan(wanted, scene, prices).parts:
            shares = self._shares(wanted, options, who, local=at_home)[:, : prices.size]
            split[who] += shares * np.maximum(mass, least)[:, None]
        return split

    def learn_worth(self, tick: int, surplus: float, usual_price: float) -> None:
        """Remember what a request was worth in this hour, for the habit of putting off."""
        if self.habit:
            requests = float(self.wanted.mass.sum(dtype=np.float64)) + self._induced
            worth = surplus / requests if requests > 0 else self._worth_when_idle
            calendar = self.calendar
            self.habit.learn(calendar.period(tick), worth, usual_price, weekend=calendar.is_weekend(tick))

    def _worth_of_any(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> float:
        """What a request would be worth in a tick in which nobody asks anything [USD]; 0 where somebody does."""
        if wanted.mass.any() or not self.requests_per_tick.any():
            return 0.0
        anybody = replace(wanted, mass=self.requests_per_tick, plans={})
        return self.reply(anybody, scene, prices).surplus / float(self.requests_per_tick.sum(dtype=np.float64))

    def _consider_subscriptions(self, scene: Scene, prices: Floats) -> None:
        """A few individuals think about which subscription to hold, if any; in the first tick everybody does."""
        days = self.calendar.tick_hours / 24.0
        chance = min(1.0, self.segment.reconsider_per_day * days)
        if self._looked:
            number = self._memberships.binomial(self.worth.size, chance)
            who = np.unique(self._memberships.integers(0, self.worth.size, number))
        else:
            who = np.arange(self.worth.size)
        if who.size and self.weight > 0:
            per_day = self.requests_per_tick[who] / self.weight / days
            self.memberships.consider(
                who,
                self._options(scene, prices),
                scene.fee,
                scene.quota,
                self.inverse_worth[who],
                self._ties(who),
                per_day,
            )

    def members(self, offers: int) -> Floats:
        """Real users that subscribe to each offer."""
        return self.memberships.members(offers) * self.weight * self.wanted.growth

    def _reattach(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> None:
        """A few individuals look again, and stay with whom they choose; in the first tick all do."""
        s = self.segment
        chance = min(1.0, s.reconsider_per_day * self.calendar.tick_hours / 24.0)
        number = self._choices.binomial(self.attached.size, chance) if self._looked else self.attached.size
        if number == 0:
            return
        who = self._choices.integers(0, self.attached.size, number) if self._looked else np.arange(number)
        options = self._options(scene, prices)
        options = replace(options, gain=np.where(scene.fee > 0, -np.inf, options.gain))
        chosen = choose(options, self.inverse_worth[who], wanted.mass[who], self._ties(who), keep=True)
        assert chosen.shares is not None
        draw = self._choices.random(number)
        self.attached[who] = drawn_providers(chosen.shares, draw, scene.provider, self.attached[who])
