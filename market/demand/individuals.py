"""Individuals: the users of a segment who choose, each for itself, held as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from market.calendar import Calendar
from market.demand.allowances import NO_LIMITS, Limits, carried_over, limits_of, per_day
from market.demand.blocks import blocks
from market.demand.choice import Ground, choose
from market.demand.cohort import Cohort, Reply
from market.demand.contexts import UNLIMITED
from market.demand.deferral import Habit, PutOff
from market.demand.growth import Adopters
from market.demand.income import Earners, shared_out
from market.demand.intensity import Intensity
from market.demand.options import Options
from market.demand.own_machines import OwnMachines
from market.demand.plan import (
    IndividualsWanted,
    LeftForOne,
    Part,
    Plan,
    Who,
    Whom,
    forget_last,
    made_and_billed,
    options_of,
    reply_of,
    slopes_wanted,
    within_budgets,
    worth_of_use,
)
from market.demand.population import draw_population, sum_by_zone
from market.demand.scene import Scene
from market.demand.segment import Segment
from market.demand.subscriptions import Memberships
from market.demand.traits import Traits, drawn_providers
from market.demand.zones import ahead_of_utc, loads, loads_in
from market.quality import quality_at
from market.randomness import Streams

type Floats = NDArray[np.float64]

#: Individuals up to whom it takes no longer to ask all than to pick out those who are beyond a quota.
FEW = 1024
NOTHING_SHUT = np.zeros(1, dtype=bool)
NOTHING_PUT_OFF: Floats = np.zeros(0)


class LogitCohort(Cohort[IndividualsWanted]):
    """Individuals who differ in worth, size, zone, provider and budget, or weighted cells of those who choose alike."""

    segment: Segment

    def __init__(
        self, model: mesa.Model, segment: Segment, calendar: Calendar, streams: Streams, contexts: Floats = UNLIMITED
    ) -> None:
        """``contexts``: tokens that an offer's model can attend to at most, by offer; none where that limits nobody."""
        super().__init__(model, segment)
        s, self.calendar = segment, calendar
        self.dtype = np.dtype(s.dtype)
        population = draw_population(s, calendar.tick_hours, streams, contexts)
        count = population.worth.size
        self.weight, self.relative, self.worth = population.weight, population.relative, population.worth
        self.zone, self.of_zones, self._ahead_h = population.zone, population.of_zones, ahead_of_utc(s.zones)
        self.inverse_worth, self.requests_per_tick = population.inverse_worth, population.requests_per_tick
        self.attached: NDArray[np.int16] = np.full(count, -1, dtype=np.int16)
        self.refusing, self.haste, self.too_long = population.refusing, population.haste, population.too_long
        self.intensity = Intensity(s.intensity_elasticity, s.asking_effort)
        self._choices = streams.stream("attachment", s.name)
        self._memberships = streams.stream("subscriptions", s.name)
        self.memberships, self._looked = Memberships(count), False
        self.budget_per_day, self.budget_left = population.budget_per_day, population.budget_per_day.copy()
        self.machines = OwnMachines(
            s, population.owns_machine.copy(), self.haste, calendar.tick_hours, streams.stream("machines", s.name)
        )
        self.owners, self.users = float((self.relative * self.machines.has_one).mean()), s.users
        self.adopters = Adopters(s.adoption, s.users)
        self.earners: Earners | None = None
        if s.income.limits:
            income = s.income.of_each(self.requests_per_tick / self.relative, self.relative)
            self.earners = Earners(income, s.income.memory_days, self.worth)
        self.habit = Habit(s.deferral, calendar.ticks_per_day, calendar.tick_hours) if s.deferral else None
        self._has_weekends = s.shape.weekday != s.shape.weekend  # else one habit for all days
        self.pending = PutOff(self.habit.delays.size, count, self.dtype) if self.habit else None
        self._worth_put_off = 0.0
        self.quota_used: NDArray[Any] = np.zeros((0, count), dtype=self.dtype)
        self._limits: Limits = NO_LIMITS
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
        return self._wanted_at(tick, loads(self.segment.shape, self.segment.zones, self.calendar, tick))

    def would_usually_want(self, tick: int) -> IndividualsWanted:
        """What would be asked in a tick of mean load."""
        return self._wanted_at(tick, np.ones(len(self.segment.zones)))

    def _wanted_at(self, tick: int, load: Floats, *, forms: bool = False) -> IndividualsWanted:
        """What is asked at this load by zone, relative to its mean; ``forms``: in truth, as days and windows begin."""
        s, years = self.segment, self.calendar.years(tick)
        growth, intensity = self.adopters.factor(s.users_trend(years)), s.intensity_trend(years)
        factor = (load if self.of_zones is None else load @ self.of_zones[:, None]) * (growth * intensity)
        came_up = np.asarray(self.requests_per_tick * np.take(factor.astype(self.dtype), self.zone))
        fresh, used = forms and self.calendar.period(tick) == 0, self.quota_used
        budget = self.budget_per_day * self.dtype.type(growth) if fresh else self.budget_left
        used = carried_over(used, self._limits, self.calendar, tick, self.zone, self._ahead_h) if forms else used
        return IndividualsWanted(
            formed=float(came_up.sum(dtype=np.float64)) if forms else 0.0,
            users=s.users * growth,
            mass=came_up,
            spread=NOTHING_PUT_OFF,
            came_up=came_up,
            budget_left=budget,
            quota_used=used,
            growth=growth,
            intensity=intensity,
            machine_quality=quality_at(s.local.quality, s.name, years) if s.local else 0.0,
        )

    def would_want_in(self, ticks: Sequence[int]) -> list[tuple[IndividualsWanted, Floats]]:
        """Everybody's mean hour, times the load of each tick: zones differ in when they ask, not in what."""
        s, calendar, size = self.segment, self.calendar, self.requests_per_tick.astype(np.float64)
        by_zone = sum_by_zone(size, self.zone, self.of_zones, len(s.zones))
        load = loads_in(s.shape, s.zones, calendar, tuple(ticks)) @ by_zone
        now = self.would_want(ticks[0])
        mass = (self.requests_per_tick * (now.growth * now.intensity)).astype(self.dtype)
        total = float(size.sum())
        return [(replace(now, mass=mass, came_up=mass), load / total if total > 0 else np.zeros(len(ticks)))]

    def form(self, tick: int) -> IndividualsWanted:
        """Individuals' requests of this tick: some are put off, some fall due."""
        wanted = self._wanted_at(tick, loads(self.segment.shape, self.segment.zones, self.calendar, tick), forms=True)
        if self.habit is None or self.pending is None:
            return wanted
        habit = self.habit.spread[int(self._is_weekend(tick)), self.calendar.period(tick), 1:]
        return wanted.but_for(habit, self.habit.deferral.share, self.pending.now)

    def _options(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> Options:
        """What there is to choose from; the first and the last are remembered."""
        key = scene.seen_at(prices)
        if key not in wanted.options:
            forget_last(wanted.options)
            nests, alike = self.nests(scene.names, scene.kind), self.haste is None
            seen = options_of(self.segment, scene, prices, self._cost(prices), nests, alike=alike)
            wanted.options[key] = seen.but_for(self.too_long)
        return wanted.options[key]

    def _cost(self, prices: Floats) -> Floats:
        """Prices [USD] in the unit of the worth."""
        return np.asarray(self.segment.price_coefficient * np.where(np.isfinite(prices), prices, 0.0))

    def _consider_machine(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> None:
        """A few individuals think about a machine of their own: it is bought if it saves more than it costs."""
        who = self.machines.who_thinks()
        if who.size == 0 or self.weight == 0:
            return
        options = self._options(wanted, scene, prices)
        options = options._replace(gain=np.where(scene.fee > 0, -np.inf, options.gain))
        days = self.calendar.tick_hours / 24.0
        per_day = self.requests_per_tick[who] * wanted.intensity / self.weight / days
        buyers = self.machines.buy(
            who, options, self.inverse_worth[who], self._traits(who), wanted.machine_quality, per_day
        )
        self.owners = float(self.machines.has_one.mean())
        assert self.machines.machine is not None
        self.spent_on_machines = float(buyers) * self.weight * wanted.growth * self.machines.machine.price_usd

    def _traits(self, who: Who) -> Traits:
        attached = self.attached if self.segment.attachment > 0 else None
        return Traits(attached, self.refusing, self.haste).of(who)

    def _whom(self, wanted: IndividualsWanted, refused: NDArray[np.bool_] | None, fee: Floats) -> Whom:
        """All of them, and what is no option to whom: what they refuse, and plans that they do not hold; remembered."""
        key = b"" if refused is None else refused.tobytes(), fee.tobytes()
        if key not in wanted.traits:
            traits = self._traits(slice(None))
            if (fee > 0).any():
                held = wanted.memberships or self.memberships
                traits, refused = traits.barred_too(refused, held.barred(fee))
            wanted.traits[key] = traits, refused
        return wanted.traits[key]

    def _plan(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> Plan:
        """Requests by what may be chosen for them: by membership, within quotas or beyond, as far as budgets go."""
        key = scene.seen_at(prices)
        if key not in wanted.plans:
            forget_last(wanted.plans)
            wanted.plans[key] = self._plan_of(wanted, scene, prices)
        return wanted.plans[key]

    def _plan_of(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> Plan:
        limits, cost = limits_of(scene), self._cost(prices)
        limited = np.zeros(prices.size, dtype=bool)
        limited[limits.offers] = True
        budget, machine = np.isfinite(self.segment.budget_usd_per_day), self.machines.limit()
        split = [Part(self._ground(wanted, scene, prices).at(cost), wanted.mass)]
        used, spent, over = np.zeros((limits.offers.size, 1), dtype=self.dtype), None, 0.0  # nothing of what is closed
        if (limited & scene.open).any() or machine is not None:
            people = np.asarray(self.relative * (self.weight * wanted.growth), dtype=self.dtype)
            left = LeftForOne(people, limits.amount.astype(self.dtype), wanted.used_before(limits), machine)
            short = np.append(limits.offers, limited.size) if machine is not None else limits.offers
            slopes = slopes_wanted(self.segment, scene)
            within, taken, chosen = split[0].choice.limited(wanted.mass, short, left, slopes=slopes)
            used, split = taken[: limits.offers.size], [Part(split[0].choice, wanted.mass * within, chosen)]
            if (beyond := np.flatnonzero(within < 1)).size:
                who = beyond if within.size > FEW else None
                elsewhere = self._ground(wanted, scene, prices, shut=limited, local=machine is None, who=who)
                split.append(Part(elsewhere.at(cost), wanted.mass * (1 - within)))
        if budget:
            allowed, spent, over = within_budgets(split, wanted.budget_left, prices)
            used, split = used * allowed, [part.cut(allowed) for part in split]
        return Plan([part for part in split if part.mass.any()], used, spent, over)

    def _ground(
        self,
        wanted: IndividualsWanted,
        scene: Scene,
        prices: Floats,
        *,
        shut: NDArray[np.bool_] = NOTHING_SHUT,
        local: bool = True,
        who: NDArray[np.int64] | None = None,
    ) -> Ground:
        """Individuals before what is open and not ``shut``, whatever it costs; all of them are remembered.

        ``local``: whether those with a machine of their own may use it; ``who``: which of them are asked, None for all.
        """
        shut = shut if (shut & scene.open).any() else NOTHING_SHUT  # what is closed need not be shut
        key = (*scene.seen, np.isfinite(prices).tobytes(), shut.tobytes(), local)
        if key in wanted.grounds:
            return wanted.grounds[key]
        options = self._options(wanted, scene, prices)
        traits, refused = self._whom(wanted, options.refused, scene.fee)
        options = options._replace(refused=refused, gain=np.where(shut, -np.inf, options.gain))
        at_home = self.machines.utility(wanted.machine_quality, self.inverse_worth, allowed=local)
        ground = Ground(options, self.inverse_worth, self.dtype.type, traits, at_home, self.intensity, who)
        if who is None:
            wanted.grounds[key] = ground
        return ground

    def reply(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> Reply:
        """Orders of what is wanted at these prices of a request [USD]."""
        key = (*scene.seen_at(prices), scene.slopes, scene.blur_usd)
        if key not in wanted.replies:
            forget_last(wanted.replies)
            plan = self._plan(wanted, scene, prices)
            wanted.replies[key] = reply_of(plan, self.segment, scene, prices.size, wanted.mass)
        return wanted.replies[key]

    def hourly_cost(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> Floats:
        """Who buys what decides: to an individual an hour costs its worth x time value, in money over its weight."""
        s, total = self.segment, np.zeros(prices.size)
        an_hour = self.worth * (s.time_value if self.haste is None else self.haste)
        offers = np.arange(prices.size)
        for choice, mass, _ in self._plan(wanted, scene, prices).parts:
            requests, shares = choice.requests_and_shares(mass, offers)
            total += shares @ (requests * an_hour).astype(np.float64)
        return np.asarray(total / s.price_coefficient)

    def settle(
        self, wanted: IndividualsWanted, scene: Scene, prices: Floats, turned_away: float, paid_usd: float
    ) -> None:
        """Budgets are spent, quotas used up, work is put off; some choose their provider anew, others come or go."""
        plan = self._plan(wanted, scene, prices)
        super().settle(wanted, scene, prices, turned_away, paid_usd)
        if self.segment.adoption.response > 0:
            self._learn_use(plan, turned_away)
        self.budget_left = wanted.budget_left if plan.spent is None else wanted.budget_left - plan.spent
        self.quota_used = wanted.quota_used
        if plan.quota_used.size:
            self._limits = limits_of(scene)
            before = wanted.used_before(self._limits)
            self.quota_used = before + plan.quota_used if plan.quota_used.any() else before
        if self.pending:
            self.pending.move_on(wanted.came_up, wanted.spread)
            self._worth_put_off = self._worth_beyond_quotas(wanted, scene, prices)
        self.spent_on_machines = 0.0
        self._consider_machine(wanted, scene, prices)
        # In the first tick everybody looks: first for a provider, since to be with one adds to what its plan is worth.
        if self.segment.attachment > 0:
            self._reattach(wanted, scene, prices)
        if (scene.fee > 0).any():
            self._consider_subscriptions(wanted, scene, prices)
        self._looked = True
        if self.earners:
            _, bills = made_and_billed(plan.parts, prices, self.dtype)
            self._learn_spending(self.earners, bills, paid_usd, scene.fee)
        wanted.replies.clear()
        wanted.grounds.clear()
        wanted.traits.clear()
        wanted.plans.clear()  # it was made of traits and subscriptions as they were

    def _learn_spending(self, earners: Earners, bills: NDArray[Any], paid_usd: float, fee: Floats) -> None:
        """Each notices its fee and its part of what was paid, as its orders are of all orders: money weighs as much."""
        days = self.calendar.tick_hours / 24.0
        people = self.relative * (self.weight * self.wanted.growth)
        spent = shared_out(paid_usd / days, bills, people) + self.memberships.fees_per_day(fee)
        earners.learn(spent, days / self.calendar.simulated_share)
        self.worth, self.inverse_worth = earners.worth, earners.inverse_worth
        self.income_spent = float(np.mean(earners.share * self.relative))

    def _learn_use(self, plan: Plan, turned_away: float) -> None:
        """Remember what a request was worth, for who comes and goes; a tick in which nobody asks says nothing."""
        worth = worth_of_use(plan, self.segment, turned_away)
        if worth is not None:
            self.adopters.learn(worth, self.calendar.tick_hours / self.calendar.simulated_share / 24.0)

    def _is_weekend(self, tick: int) -> bool:
        """Whether the habit of weekends is the one that holds."""
        return self._has_weekends and self.calendar.is_weekend(tick)

    def learn_worth(self, tick: int, usual_price: float) -> None:
        """Remember what work that is put off would have been worth in this hour, for the habit of doing so."""
        if self.habit:
            period, weekend = self.calendar.period(tick), self._is_weekend(tick)
            self.habit.learn(period, self._worth_put_off, usual_price, weekend=weekend)

    def _worth_beyond_quotas(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> float:
        """What one request more of anybody would be worth in this tick [USD].

        Of all individuals, not of those who happen to ask in this hour of the day: hours differ in who is awake. And
        beyond quotas: one is no larger for work that comes later. If either were left out, work would be put off to the
        hours of who pays most, and to those in which quotas begin anew.
        """
        if not self.requests_per_tick.any():
            return 0.0
        limited = np.zeros(prices.size, dtype=bool)
        limited[limits_of(scene).offers] = True
        ground = self._ground(wanted, scene, prices, shut=limited)
        chosen = ground.at(self._cost(prices)).of(self.requests_per_tick)
        return chosen.surplus / chosen.asked if chosen.asked > 0 else 0.0

    def _consider_subscriptions(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> None:
        """A few individuals think about which subscription to hold, if any; in the first tick everybody does."""
        chance = min(1.0, self.segment.reconsider_per_day * (self.calendar.tick_hours / 24.0))
        if self._looked:
            number = self._memberships.binomial(self.worth.size, chance)
            if number == 0:
                return
            who = np.unique(self._memberships.integers(0, self.worth.size, number))
        else:
            who = np.arange(self.worth.size)
        self._consider(self.memberships, who, self._options(wanted, scene, prices), scene)

    def _consider(self, held: Memberships, who: NDArray[np.int64], options: Options, scene: Scene) -> None:
        """These individuals take the subscriptions that are best for them."""
        days, quota = self.calendar.tick_hours / 24.0, per_day(scene, self.calendar.ticks_per_day)
        for part in blocks(who.size) if self.weight > 0 else ():  # a block at a time: each stands there in many copies
            some = who[part]
            asked, traits = self.requests_per_tick[some] / self.weight / days, self._traits(some)
            held.consider(some, options, scene.fee, quota, self.inverse_worth[some], traits, asked)

    def would_subscribe(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> IndividualsWanted:
        """All of them think, and nothing that they hold is changed."""
        if not (scene.fee > 0).any():
            return wanted
        then = Memberships(self.worth.size)
        self._consider(then, np.arange(self.worth.size), self._options(wanted, scene, prices), scene)
        return replace(wanted, memberships=then, plans={}, replies={}, options={}, grounds={}, traits={})

    def members(self, offers: int, wanted: IndividualsWanted | None = None) -> Floats:
        """Real users that subscribe to each offer."""
        held = (wanted.memberships if wanted else None) or self.memberships
        return held.members(offers) * self.weight * (wanted or self.wanted).growth

    def _reattach(self, wanted: IndividualsWanted, scene: Scene, prices: Floats) -> None:
        """A few individuals look again, and stay with whom they choose; in the first tick all do."""
        s = self.segment
        chance = min(1.0, s.reconsider_per_day * self.calendar.tick_hours / 24.0)
        number = self._choices.binomial(self.attached.size, chance) if self._looked else self.attached.size
        if number == 0:
            return
        who = self._choices.integers(0, self.attached.size, number) if self._looked else np.arange(number)
        options = self._options(wanted, scene, prices)
        options = options._replace(gain=np.where(scene.fee > 0, -np.inf, options.gain))
        draw, traits, drawn = self._choices.random(number), self._traits(who), self.attached[who]
        for part in blocks(number):
            inverse_worth, mass = self.inverse_worth[who[part]], wanted.mass[who[part]]
            chosen = choose(options, inverse_worth, mass, traits.of(part), keep=True)
            assert chosen.shares is not None
            drawn[part] = drawn_providers(chosen.shares, draw[part], scene.provider, drawn[part])
        self.attached[who] = drawn
