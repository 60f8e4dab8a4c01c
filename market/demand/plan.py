"""What individuals want in a tick, and what they can order of it at given prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from market.demand.allowances import Limits
from market.demand.choice import Choice, Chosen, Ground
from market.demand.cohort import Reply, Wanted
from market.demand.nests import Nests
from market.demand.options import Options
from market.demand.scene import Scene
from market.demand.segment import Segment
from market.demand.subscriptions import Memberships
from market.demand.traits import Traits, refused_rows

type Floats = NDArray[np.float64]
type Who = NDArray[np.int64] | slice
#: How individuals differ, and whether an option is none to them, by row (see ``Traits.refusing``) and option.
type Whom = tuple[Traits, NDArray[np.bool_] | None]


class Part(NamedTuple):
    """Requests for which the same may be chosen.

    Attributes:
        choice: individuals before what is open to them.
        mass: requests of each individual, if they cost nothing.
        chosen: what they choose for them, where that was added up on the way; or None.
    """

    choice: Choice
    mass: NDArray[Any]
    chosen: Chosen | None = None

    def of(self, slopes: float | None) -> Chosen:
        """What they choose; ``slopes``: price coefficient, if the derivatives by price are wanted."""
        if self.chosen is not None and (slopes is None or self.chosen.own is not None):
            return self.chosen
        return self.choice.of(self.mass, slopes=slopes)

    def cut(self, allowed: NDArray[Any]) -> Part:
        """The same for this share of the requests, by individual."""
        return Part(self.choice, self.mass * allowed)

    def blurred(self, noise: float) -> Part:
        """The same with tastes of this scale, in full precision."""
        before = self.choice.ground
        options = before.options._replace(noise=noise)
        ground = Ground(options, before.inverse_worth, np.float64, before.traits, before.local, who=before.who)
        return Part(Choice(ground, self.choice.cost, self.choice.asking, {}), self.mass.astype(np.float64))


@dataclass(frozen=True)
class Plan:
    """What individuals can order at given prices.

    Attributes:
        parts: what may be chosen for requests, and how many of each individual.
        quota_used: requests of one user that count towards a quota, by limit and individual, or the same for all.
        spent: money by individual [USD]; None without budgets.
        unaffordable: requests beyond budgets.
    """

    parts: list[Part]
    quota_used: NDArray[Any]
    spent: NDArray[Any] | None
    unaffordable: float


@dataclass(frozen=True)
class IndividualsWanted(Wanted):
    """What individuals want in a tick, and what they have left for it; arrays over individuals.

    Attributes:
        mass: requests of all whom an individual stands for.
        spread: part of the requests that came up which is put off, by ticks from the next one on.
        came_up: requests that came up, before any was put off.
        budget_left: money left for the day [USD].
        quota_used: requests of one user that counted towards a quota in its window, by limit.
        growth, intensity: users, and requests of one user, over those at the start.
        machine_quality: worth of what a machine of one's own answers, relative to a perfect answer.
        memberships: which subscriptions individuals would hold; None for those that they have.
        plans: the first and the last plan made of this, and what they were made for: the same one serves to order and
            to settle, and every seller begins with the lists as they are.
        replies: the same of answers to prices: most prices that change are none that a segment could pay.
        options: the same of what there was to choose from.
        grounds: individuals before what they choose from, whatever it costs.
        traits: how individuals differ, and what is no option to whom.
    """

    mass: NDArray[Any] = field(kw_only=True)
    spread: Floats = field(kw_only=True)
    came_up: NDArray[Any] = field(kw_only=True)
    budget_left: NDArray[Any] = field(kw_only=True)
    quota_used: NDArray[Any] = field(kw_only=True)
    growth: float = field(kw_only=True)
    intensity: float = field(kw_only=True)
    machine_quality: float = field(kw_only=True)
    memberships: Memberships | None = field(default=None, kw_only=True, repr=False, compare=False)
    plans: dict[tuple[bytes, ...], Plan] = field(default_factory=dict, kw_only=True, repr=False, compare=False)
    replies: dict[tuple[Any, ...], Reply] = field(default_factory=dict, kw_only=True, repr=False, compare=False)
    options: dict[tuple[bytes, ...], Options] = field(default_factory=dict, kw_only=True, repr=False, compare=False)
    grounds: dict[tuple[Any, ...], Ground] = field(default_factory=dict, kw_only=True, repr=False, compare=False)
    traits: dict[tuple[bytes, ...], Whom] = field(default_factory=dict, kw_only=True, repr=False, compare=False)

    def apart(self) -> Self:
        """The same, which remembers no answers: for many questions at waits that nobody asks about twice."""
        return replace(self, plans={}, replies={}, options={}, grounds={}, traits={})

    def but_for(self, spread: Floats, share: float, due: NDArray[Any]) -> IndividualsWanted:
        """The same with a share of what came up put off, by this habit by ticks, and what is due taken up."""
        habit, came_up = share * spread, self.came_up
        off = self.mass.dtype.type(habit.sum())
        return replace(
            self,
            mass=came_up * (self.mass.dtype.type(1.0) - off) + due,
            spread=habit,
            put_off=float((came_up * off).sum(dtype=np.float64)),
            taken_up=float(due.sum(dtype=np.float64)),
        )

    def used_before(self, limits: Limits) -> NDArray[Any]:
        """Requests of one user that counted towards quotas earlier in their windows, by limit and individual."""
        count = limits.offers.size
        if not count or self.quota_used.shape[0] == count:
            return self.quota_used
        return np.zeros((count, self.mass.size), dtype=self.mass.dtype)


def forget_last(known: dict[Any, Any]) -> None:
    """Make room for one more answer where the first and the last are remembered."""
    if len(known) > 1:
        known.popitem()


def options_of(
    segment: Segment, scene: Scene, prices: Floats, cost: Floats, nests: Nests | None, *, alike: bool
) -> Options:
    """What individuals of a segment choose from.

    ``cost``: prices in the unit of the worth; ``alike``: whether all mind delay alike.
    """
    is_open = scene.open & np.isfinite(prices)
    slow: Floats | None = None
    if alike:
        if segment.time_value > 0:
            gain = np.where(is_open, scene.quality - segment.time_value * scene.delay_h, -np.inf)
        else:  # 0 times a delay without end is no number
            gain = np.where(is_open & np.isfinite(scene.delay_h), scene.quality, -np.inf)
    else:  # each minds delay in its own way
        is_open &= np.isfinite(scene.delay_h)
        gain, slow = np.where(is_open, scene.quality, -np.inf), np.where(is_open, scene.delay_h, 0.0)
    return Options(
        gain,
        cost,
        scene.provider,
        segment.attachment,
        segment.taste_noise,
        segment.outside,
        segment.price_coefficient,
        refused_rows([refusal.kind for refusal in segment.refusals], scene.kind),
        nests,
        slow,
    )


def at_most_all(left: NDArray[Any], asked: NDArray[Any]) -> NDArray[Any]:
    """Share of what is asked that is left; all where nothing is asked."""
    left = np.maximum(left, 0)  # what is spent to the last may be rounded below nothing
    return np.asarray(np.divide(left, asked, out=np.ones_like(asked), where=left < asked))


@dataclass(frozen=True)
class LeftForOne:
    """What is left of limited offers and of machines of one's own for one user of those whom an individual stands for.

    Attributes:
        people: users, by individual, or as many for all.
        amount: requests that one user may make, by limit.
        before: those that it has made, by limit and individual.
        machine: requests that a machine of one's own can do; None for no limit.
    """

    people: NDArray[Any]
    amount: NDArray[Any]
    before: NDArray[Any]
    machine: float | None

    def __call__(self, part: slice, requests: NDArray[Any], shares: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Share of the requests of some individuals for which there is enough, and what one user takes, by limit.

        ``shares``: how often the offer of each limit is chosen, then the machine where that is limited, by individual;
        what is taken takes their place.
        """
        people = self.people[part] if self.people.ndim else self.people
        each = np.divide(requests, people, out=np.zeros_like(requests), where=people > 0)
        shares *= each
        left = np.empty_like(shares)
        np.subtract(self.amount[:, None], self.before[:, part], out=left[: self.amount.size])
        if self.machine is not None:
            left[-1] = self.machine
        np.maximum(left, 0, out=left)  # what is used to the last may be rounded below nothing
        within, short = np.ones_like(each), left < shares
        for limit in np.flatnonzero(short.any(axis=1)):  # most have enough of most
            some = np.flatnonzero(short[limit])
            within[some] = np.minimum(within[some], left[limit, some] / shares[limit, some])
        shares *= within
        return within, shares


def made_and_billed(parts: Sequence[Part], prices: Floats, dtype: np.dtype[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Requests of each individual, and what they cost it at these prices of a request [USD]."""
    most = float(np.finfo(dtype).max)  # a seller may ask more than the type can hold
    bill = np.minimum(np.where(np.isfinite(prices), prices, 0.0), most).astype(dtype)
    asked = [part.choice.requests_and_shares(part.mass, np.arange(bill.size)) for part in parts]
    made = np.sum([requests for requests, _ in asked], axis=0)
    return made, np.sum([requests * (shares.T @ bill) for requests, shares in asked], axis=0)


def within_budgets(
    parts: Sequence[Part], left: NDArray[Any], prices: Floats
) -> tuple[NDArray[Any], NDArray[Any], float]:
    """Share of its requests that each individual can pay, what it spends on them [USD], and requests beyond budgets.

    ``left``: money left for the day [USD], by individual; ``prices``: of a request [USD], by offer.
    """
    made, cost = made_and_billed(parts, prices, left.dtype)
    allowed = at_most_all(left, cost)
    return allowed, cost * allowed, float(np.sum(made * (1 - allowed), dtype=np.float64))


def blurred(parts: list[Part], segment: Segment, width_usd: float) -> list[Part]:
    """Let those without taste noise share ties within a width of money, in full precision."""
    if width_usd == 0.0 or segment.taste_noise > 0.0:
        return parts
    noise = width_usd * segment.price_coefficient / segment.worth_usd
    return [part.blurred(noise) for part in parts]


def slopes_wanted(segment: Segment, scene: Scene) -> float | None:
    """Price coefficient, if derivatives by price are wanted."""
    return segment.price_coefficient if scene.slopes else None


def reply_of(plan: Plan, segment: Segment, scene: Scene, count: int, mass: NDArray[Any]) -> Reply:
    """What a plan orders of so many offers; ``mass``: requests of each individual, if they cost nothing."""
    slopes = slopes_wanted(segment, scene)
    chosen = [part.of(slopes) for part in blurred(plan.parts, segment, scene.blur_usd)]
    asked = plan.unaffordable + sum(one.asked for one in chosen)
    none, nothing = np.zeros(count), np.zeros((count, count))
    return Reply(
        sum((one.shares_sum[:count] for one in chosen), none),
        sum(one.nothing for one in chosen),
        sum(float(one.shares_sum[count:].sum()) for one in chosen),
        plan.unaffordable,
        sum(one.surplus for one in chosen),
        sum((one.own[:count] for one in chosen if one.own is not None), none),
        sum((one.cross[:count, :count] for one in chosen if one.cross is not None), nothing),
        float(mass.sum(dtype=np.float64)) - asked if segment.intensity_elasticity > 0 else 0.0,
    )


def worth_of_use(plan: Plan, segment: Segment, turned_away: float) -> float | None:
    """What a request was worth on average, in units of taste noise; None if there was none.

    ``turned_away``: requests that left a queue for good.
    """
    worth, asked = 0.0, plan.unaffordable
    for choice, mass, _ in plan.parts:
        chosen = choice.of(mass, keep=True)
        assert chosen.requests is not None
        assert chosen.utility is not None
        worth += float(chosen.requests.astype(np.float64) @ chosen.utility) / segment.taste_noise
        asked += chosen.asked
    if asked <= 0:
        return None
    nothing = (segment.outside or 0.0) / segment.taste_noise
    mean = (worth + plan.unaffordable * nothing) / asked
    refused = min(turned_away / asked, 1.0)
    return mean + refused * (nothing - mean)
