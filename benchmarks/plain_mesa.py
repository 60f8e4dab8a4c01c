"""The same choices in plain Mesa, an object a user: what a tick of a market of ours is measured against.

``PlainMarket(like)`` takes over users, offers, prices and waits of a ``TokenMarket`` as they stand. In each tick every
user looks once at every offer that is open to it, as written in a few lines of Python, and orders; pools serve what
they can, pro rata, and the rest waits. That is less than ours does: sellers set no prices, ask nobody what they would
order at others, rent no machines and keep no books, and nothing is put off or recorded. ``disagreement`` says how far
its orders are from those of ours at the same prices and waits.
"""

from __future__ import annotations

import math
from typing import Any

import mesa
import numpy as np

from market import TokenMarket
from market.demand.individuals import LogitCohort
from market.demand.zones import loads
from market.simulation.asking import Asking

#: The place of a machine of one's own among the options of a user.
HOME = -1


class Seen:
    """An offer as a segment sees it, and what the segment orders of it."""

    def __init__(self, number: int, quota: float, price: float, quality: float, delay_h: float, work: float) -> None:
        self.number, self.quota = number, quota
        self.price, self.quality, self.delay_h, self.work = price, quality, delay_h, work
        self.gain = self.ordered = self.waiting = self.served = 0.0

    def clear(self, time_value: float) -> None:
        """Begin a tick: nothing is ordered, and the answer is worth what it is to whom loses so much in an hour."""
        self.ordered, self.gain = 0.0, self.quality - time_value * self.delay_h


class PlainOffer(mesa.Agent):
    """One offer with its own queue."""

    def __init__(self, model: PlainMarket, number: int, provider: int) -> None:
        super().__init__(model)
        self.number, self.provider, self.seen = number, provider, []

    @property
    def ordered(self) -> float:
        """Requests of all segments."""
        return sum(one.ordered for one in self.seen)

    @property
    def served(self) -> float:
        """Requests of all segments."""
        return sum(one.served for one in self.seen)


class PlainSegment:
    """What users of a segment have in common."""

    def __init__(self, number: int, cohort: LogitCohort, scales: list[tuple[int, float]]) -> None:
        s = cohort.segment
        self.number, self.cohort, self.shape, self.scales = number, cohort, s, scales
        self.noise, self.elasticity, self.effort = s.taste_noise, s.intensity_elasticity, s.asking_effort
        self.nothing = 0.0 if s.outside is None else math.exp(s.outside / s.taste_noise)
        self.limit = cohort.machines.limit() or math.inf
        self.people = cohort.weight
        self.kept = math.exp(-cohort.calendar.tick_hours / s.patience_h) if s.patience_h > 0 else 0.0
        self.factor: list[float] = []

    def wake(self, tick: int) -> None:
        """What everybody asks in this tick, over its mean at the start, by zone; and how many there are."""
        s, cohort = self.shape, self.cohort
        years = cohort.calendar.years(tick)
        growth, intensity = cohort.adopters.factor(s.users_trend(years)), s.intensity_trend(years)
        self.people = cohort.weight * growth
        self.factor = (growth * intensity * loads(s.shape, s.zones, cohort.calendar, tick)).tolist()


class Nest:
    """Options that are close to each other, as one user sees them: offers with what it likes about their seller."""

    def __init__(self, scale: float) -> None:
        self.scale, self.seen, self.offers, self.home = scale, [], [], None


class PlainUser(mesa.Agent):
    """One user, as a Mesa tutorial would write it."""

    def __init__(self, model: PlainMarket, segment: PlainSegment, offers: list[PlainOffer], traits: Any) -> None:
        super().__init__(model)
        self.segment = segment
        self.worth, self.size, self.zone, self.haste, provider, home, self.used = traits
        seen = [offer.seen[segment.number] for offer in offers]
        likes = [segment.shape.attachment if offer.provider == provider else 0.0 for offer in offers]
        self.nests = nests_of(seen, likes, segment.scales, home)
        self.limited = [one for one in seen if one.quota < math.inf]
        self.has_limits = bool(self.limited) or (home is not None and segment.limit < math.inf)
        free = [k for k, one in enumerate(seen) if one.quota == math.inf]
        alike = segment.cohort.haste is None and segment.shape.attachment == 0.0 and segment.elasticity == 0.0
        one_nest = len(self.nests) == 1 and self.nests[0].scale == 1.0 and home is None
        self.is_simple = alike and one_nest and not self.has_limits
        still_home = home if math.isinf(segment.limit) else None
        self.beyond = nests_of([seen[k] for k in free], [likes[k] for k in free], segment.scales, still_home)

    def step(self) -> None:
        """Order, within quotas or beyond them."""
        requests = self.size * self.segment.factor[self.zone]
        if self.is_simple:
            self.order_simply(requests)
            return
        asked, weights, total = self.choose(self.nests)
        within = self.within_limits(asked * requests / self.segment.people, weights, total) if self.has_limits else 1.0
        self.order(requests * within * asked / total, weights)
        if within < 1.0:
            asked, weights, total = self.choose(self.beyond)
            self.order(requests * (1.0 - within) * asked / total, weights)

    def order_simply(self, requests: float) -> None:
        """The same where all mind delay alike, no seller or option is closer, and nothing limits what is asked."""
        worth, noise, offers = self.worth, self.segment.noise, self.nests[0].seen
        weights = [math.exp((one.gain - one.price / worth) / noise) for one in offers]
        each = requests / (sum(weights) + self.segment.nothing)
        for one, weight in zip(offers, weights, strict=True):
            one.ordered += each * weight

    def choose(self, nests: list[Nest]) -> tuple[float, list[tuple[Seen | None, float]], float]:
        """How much it asks of what it would if it cost nothing; weights of its options, and of all with nothing."""
        segment, haste, worth, exp = self.segment, self.haste, self.worth, math.exp
        weights, inside, inside_free = [], 0.0, 0.0
        for nest in nests:
            noise, options = segment.noise * nest.scale, nest.offers
            if segment.elasticity:
                gains = [one.quality - haste * one.delay_h + like for one, like in options]
                of_nest = [
                    exp((gain - one.price / worth) / noise) for gain, (one, _) in zip(gains, options, strict=True)
                ]
                free = sum([exp(gain / noise) for gain in gains])
            else:
                of_nest = [
                    exp((one.quality - haste * one.delay_h + like - one.price / worth) / noise) for one, like in options
                ]
                free = 0.0
            at_home = 0.0 if nest.home is None else exp(nest.home / noise)
            total = sum(of_nest) + at_home
            inside_free += (free + at_home) ** nest.scale
            if total > 0.0 and nest.scale < 1.0:
                factor = total ** (nest.scale - 1.0)
                total, at_home, of_nest = total * factor, at_home * factor, [weight * factor for weight in of_nest]
            inside += total
            weights += zip(nest.seen, of_nest, strict=True)
            if nest.home is not None:
                weights.append((None, at_home))
        asked = 1.0
        if segment.elasticity and inside > 0.0:
            cost = max(segment.noise * math.log(inside_free / inside), 0.0)
            asked = (1.0 + cost / segment.effort) ** -segment.elasticity
        return asked, weights, inside + segment.nothing or 1.0

    def within_limits(self, each: float, weights: list[tuple[Seen | None, float]], total: float) -> float:
        """Share of its requests that quotas, and a machine of its own, have room for; quotas are used."""
        within, of = 1.0, {one: each * weight / total for one, weight in weights}
        for one in self.limited:
            room = max(one.quota - self.used.get(one.number, 0.0), 0.0)
            within = min(within, room / of[one]) if of[one] > room else within
        if None in of and of[None] > self.segment.limit:
            within = min(within, self.segment.limit / of[None])
        for one in self.limited:
            self.used[one.number] = self.used.get(one.number, 0.0) + of[one] * within
        return within

    def order(self, requests: float, weights: list[tuple[Seen | None, float]]) -> None:
        """Put requests to offers."""
        for one, weight in weights:
            if one is not None:
                one.ordered += requests * weight


def nests_of(seen: list[Seen], likes: list[float], scales: list[tuple[int, float]], home: float | None) -> list[Nest]:
    """Options by nest; ``scales``: number and scale of the nest, by offer and last a machine of one's own."""
    found: dict[int, Nest] = {}
    for place in [*range(len(seen)), *([] if home is None else [HOME])]:
        number, scale = scales[HOME if place == HOME else seen[place].number]
        nest = found.setdefault(number if scale < 1.0 else -1, Nest(scale))
        if place == HOME:
            nest.home = home
        else:
            nest.seen.append(seen[place])
            nest.offers.append((seen[place], likes[place]))
    return list(found.values())


class PlainMarket(mesa.Model):
    """The same market, an object for everything."""

    def __init__(self, like: TokenMarket) -> None:
        super().__init__(rng=1)
        self.like, self.tick, book, state = like, like.tick, like.book, like.state
        prices = book.request_prices()
        self.asking = Asking(like.founded, state.wanted, book, state.firms.alive, state.expected.delay_h)
        self.offers = [PlainOffer(self, j, int(book.provider[j])) for j in range(book.offers)]
        self.capacity = like.capacity.tolist()
        self.pools = [[o for o in self.offers if book.pool[o.number] == pool] for pool in range(book.pools)]
        self.segments = []
        for n, cohort in enumerate(like.cohorts):
            scene = self.asking.scene(n)
            of_offers = (book.quota, prices[n], scene.quality, scene.delay_h, book.work[n])
            for offer in self.offers:
                offer.seen.append(Seen(offer.number, *(float(values[offer.number]) for values in of_offers)))
            nests = cohort.nests(scene.names, scene.kind)
            alone = [(0, 1.0)] * (book.offers + 1)
            scales = alone if nests is None else [(int(g), float(nests.scale[g])) for g in nests.of]
            self.segments.append(PlainSegment(n, cohort, scales))
            self._add_users(self.segments[-1], scene)

    def _add_users(self, segment: PlainSegment, scene: Any) -> None:
        cohort: LogitCohort = segment.cohort
        s, count = cohort.segment, cohort.worth.size
        assert math.isinf(s.budget_usd_per_day), "budgets are not in the plain version"
        haste = np.full(count, s.time_value) if cohort.haste is None else cohort.haste
        home = cohort.machines.utility(cohort.wanted.machine_quality, cohort.inverse_worth)
        kinds = [refusal.kind for refusal in s.refusals]
        limited = np.flatnonzero(np.isfinite(scene.quota))
        open_ = [offer for offer in self.offers if scene.open[offer.number]]
        for i in range(count):
            refused = {kind for bit, kind in enumerate(kinds) if cohort.refusing[i] >> bit & 1} if kinds else set()
            mine = [
                offer
                for offer in open_
                if scene.kind[offer.number] not in refused
                and (scene.fee[offer.number] == 0 or cohort.memberships.offer[i] == offer.number)
            ]
            used = dict(zip(limited.tolist(), cohort.quota_used[:, i].tolist(), strict=False))
            at_home = float(home[i]) if home is not None and np.isfinite(home[i]) else None
            worth, size, zone = float(cohort.worth[i]), float(cohort.requests_per_tick[i]), int(cohort.zone[i])
            attached = int(cohort.attached[i]) if s.attachment > 0 else -1
            PlainUser(self, segment, mine, (worth, size, zone, float(haste[i]), attached, at_home, used))

    def step(self) -> None:
        """All users order, then all pools serve."""
        self.tick += 1
        for segment in self.segments:
            segment.wake(self.tick)
            for offer in self.offers:
                offer.seen[segment.number].clear(segment.shape.time_value)
        users = self.agents_by_type[PlainUser]
        if self.like.calendar.period(self.tick) == 0:  # quotas are a day's
            users.do(lambda user: user.used.clear())
        users.shuffle_do("step")
        for number, offers in enumerate(self.pools):
            self._serve(self.capacity[number], [one for offer in offers for one in offer.seen])

    def _serve(self, capacity: float, queues: list[Seen]) -> None:
        asked = sum(one.work * (one.ordered + one.waiting) for one in queues)
        share = min(1.0, capacity / asked) if asked > 0 else 1.0
        for k, one in enumerate(queues):
            there = one.ordered + one.waiting
            one.served = share * there
            one.waiting = (there - one.served) * self.segments[k % len(self.segments)].kept

    def disagreement(self) -> float:
        """Largest difference of the next tick's orders from ours at these prices and waits, over a segment's all."""
        tick, worst = self.tick + 1, 0.0
        prices = self.like.book.request_prices()
        expected = [
            cohort.reply(cohort.would_want(tick), self.asking.scene(n), prices[n]).requests
            for n, cohort in enumerate(self.like.cohorts)
        ]
        self.step()
        for n, ours in enumerate(expected):
            plain = np.array([offer.seen[n].ordered for offer in self.offers])
            worst = max(worst, float(np.abs(plain - ours).max() / max(ours.sum(), 1.0)))
        return worst
