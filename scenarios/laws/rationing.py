"""Laws of rationing rules: a rule gives what there is, to those who ask, whatever the order of the claims."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims, Floats
from scenarios.laws.examples import draws_lots
from scenarios.laws.law import law, must

ROUNDING = 1e-11  # of the capacity

works = st.one_of(st.sampled_from([0.0, 1.0, 2.0, 3.0, 10.0]), st.floats(1e-3, 1e6), st.sampled_from([0.1, 0.3, 1e12]))
shares = st.one_of(st.sampled_from([0.0, 0.5, 1.0, 2.0]), st.floats(1e-6, 1.1))
ranks = st.integers(0, 2)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def claims_of(draw: st.DrawFn, sizes: st.SearchStrategy[float], work: st.SearchStrategy[float] = works) -> Claims:
    """Up to eight claims, of requests of these sizes."""
    entries = draw(st.lists(st.tuples(work, ranks, ranks, sizes), max_size=8))
    columns = np.array(entries, dtype=float).reshape(-1, 4).T
    return Claims(*columns)


counted = st.one_of(works, st.integers(0, 40).map(float))
divisible = claims_of(st.just(0.0))
in_requests = claims_of(st.sampled_from([0.1, 0.3, 1.0, 2.0, 7.0]), counted)
mixed = claims_of(st.sampled_from([0.0, 0.3, 1.0, 5.0]), counted)
anything = st.one_of(divisible, in_requests, mixed)


def is_fixed(rule: Rationing) -> bool:
    """Whether equal claims always come out the same."""
    return not draws_lots(rule)


def capacity_of(claims: Claims, share: float) -> float:
    """A share of all that is asked [rack-hours]."""
    return float(claims.work.sum()) * share


def serve(rule: Rationing, claims: Claims, capacity: float, seed: int = 7) -> Floats:
    """What a rule gives, with a random stream of its own."""
    return rule.share(claims, capacity, np.random.default_rng(seed))


@law(
    Rationing,
    "nobody gets more than was asked, and all together no more than there is",
    drawn={"claims": anything, "share": shares},
    examples=25,
)
def feasible(rule: Rationing, claims: Claims, share: float) -> None:
    """Served is between nothing and asked, in sum at most the capacity, and the claims are left as they were."""
    capacity = capacity_of(claims, share)
    asked = [array.copy() for array in (claims.work, claims.priority, claims.arrived, claims.size)]
    served = serve(rule, claims, capacity)
    must(np.shape(served) == claims.work.shape, "served {}, for {} claims", served, claims.work.size)
    must(np.isfinite(served), "served {}, which is no number", served)
    must(served >= 0, "served {}, which is below nothing", served)
    must(served <= claims.work, "served {} of {} asked", served, claims.work)
    must(
        served.sum() <= capacity * (1 + ROUNDING),
        "served {}, in sum {}, of a capacity of {}",
        served,
        served.sum(),
        capacity,
    )
    for before, after in zip(asked, (claims.work, claims.priority, claims.arrived, claims.size), strict=True):
        must(np.array_equal(before, after), "the claims were changed from {} to {}", before, after)


@law(
    Rationing,
    "all capacity is used if all of it is asked",
    drawn={"claims": divisible, "share": shares},
    examples=25,
)
def all_is_used(rule: Rationing, claims: Claims, share: float) -> None:
    """Of claims that can be cut anywhere."""
    capacity = capacity_of(claims, share)
    served, due = serve(rule, claims, capacity).sum(), min(capacity, claims.work.sum())
    must(abs(served - due) <= ROUNDING * due + 1e-300, "served {} in sum, and should have served {}", served, due)


@law(Rationing, "only whole requests are served", drawn={"claims": anything, "share": shares}, examples=25)
def whole_requests(rule: Rationing, claims: Claims, share: float) -> None:
    """Where a claim is of requests that cannot be cut."""
    served = serve(rule, claims, capacity_of(claims, share))
    whole = claims.size > 0
    requests = served[whole] / claims.size[whole]
    must(np.isclose(requests, np.rint(requests), rtol=1e-12, atol=1e-12), "served {} requests", requests)


@law(
    Rationing,
    "nothing that fits is left waiting",
    drawn={"claims": st.one_of(in_requests, mixed), "share": shares},
    examples=25,
)
def nothing_that_fits_waits(rule: Rationing, claims: Claims, share: float) -> None:
    """No request waits that would fit in what is left."""
    capacity = capacity_of(claims, share)
    served = serve(rule, claims, capacity)
    left = capacity - served.sum()
    slack = ROUNDING * capacity
    whole = claims.size > 0
    waiting = (claims.work - served)[whole] >= claims.size[whole] * (1 - 1e-9) + ROUNDING * claims.work[whole]
    fits = waiting & (claims.size[whole] <= left - slack)
    must(not fits.any(), "served {}, and {} is left, in which one more request would fit", served, left)
    must(
        left <= slack or (claims.work - served)[~whole].sum() <= slack,
        "served {}, and {} is left, of which who can be cut could have more",
        served,
        left,
    )


@law(
    Rationing,
    "plenty serves all",
    drawn={"claims": divisible, "capacity": st.sampled_from([1e30, 1e300, np.inf])},
    examples=25,
)
def plenty_serves_all(rule: Rationing, claims: Claims, capacity: float) -> None:
    """Much more than was asked, and a little more."""
    for plenty in (capacity, float(claims.work.sum()) * (1 + 1e-12)):
        served = serve(rule, claims, plenty)
        must(np.array_equal(served, claims.work), "served {} of {} asked, and has {}", served, claims.work, plenty)


@law(Rationing, "nothing serves nobody", drawn={"claims": anything}, examples=25)
def nothing_serves_nobody(rule: Rationing, claims: Claims) -> None:
    """Without capacity."""
    served = serve(rule, claims, 0.0)
    must(served == 0, "served {} with no capacity", served)


@law(Rationing, "the same seed gives the same bytes", drawn={"claims": anything, "share": shares}, examples=25)
def same_seed_same_bytes(rule: Rationing, claims: Claims, share: float) -> None:
    """No memory, and no random numbers but those of its stream."""
    one, other = (serve(rule, claims, capacity_of(claims, share)) for _ in range(2))
    must(one.tobytes() == other.tobytes(), "served {}, and {} when asked again", one, other)


@law(
    Rationing,
    "more capacity leaves nobody worse off",
    drawn={"claims": divisible, "share": shares, "more": st.floats(1.0, 3.0)},
    examples=25,
)
def more_is_no_worse(rule: Rationing, claims: Claims, share: float, more: float) -> None:
    """Claim by claim, by the same lots."""
    capacity = capacity_of(claims, share)
    less, greater = serve(rule, claims, capacity), serve(rule, claims, capacity * more)
    must(
        greater >= less - ROUNDING * capacity * more,
        "served {} of {}, and {} of {}",
        less,
        capacity,
        greater,
        capacity * more,
    )


def _same_in_any_order(rule: Rationing, claims: Claims, capacity: float, order: np.ndarray) -> None:
    one, other = serve(rule, claims, capacity)[order], serve(rule, claims.pick(order), capacity)
    must(np.array_equal(one, other), "served {}, and {} with the claims in another order", one, other)


@law(
    Rationing,
    "the order of claims changes nothing, to the bit",
    drawn={"claims": divisible, "share": shares, "seed": seeds},
    examples=25,
    concerns=is_fixed,
)
def order_is_nothing(rule: Rationing, claims: Claims, share: float, seed: int) -> None:
    """Of claims that can be cut anywhere."""
    order = np.random.default_rng(seed).permutation(claims.work.size)
    _same_in_any_order(rule, claims, capacity_of(claims, share), order)


@law(Rationing, "the order of many claims changes nothing, to the bit", concerns=is_fixed)
def order_of_many_is_nothing(rule: Rationing) -> None:
    """Sixty, ten times."""
    rng = np.random.default_rng(5)
    claims = Claims.of(rng.lognormal(size=60), rng.integers(0, 3, 60), rng.integers(0, 3, 60))
    for _ in range(10):
        _same_in_any_order(rule, claims, 0.4 * float(claims.work.sum()), rng.permutation(60))


@law(Rationing, "capacity a bit below what was asked is used up")
def all_but_a_bit(rule: Rationing) -> None:
    """One bit of a number of 64."""
    rng = np.random.default_rng(6)
    for _ in range(30):
        claims = Claims.of(rng.lognormal(sigma=3, size=200))
        capacity = float(np.nextafter(np.sort(claims.work).sum(), 0))
        served = serve(rule, claims, capacity).sum()
        must(np.isclose(served, capacity, rtol=ROUNDING, atol=0.0), "served {} in sum, of {}", served, capacity)


@law(
    Rationing,
    "the order of claims changes nothing in whole requests",
    drawn={"claims": st.one_of(in_requests, mixed), "share": shares, "seed": seeds},
    examples=25,
    concerns=is_fixed,
)
def order_is_nothing_in_requests(rule: Rationing, claims: Claims, share: float, seed: int) -> None:
    """With no two claims alike, so that no lot has to be drawn for a last request."""
    order = np.random.default_rng(seed).permutation(claims.work.size)
    claims = Claims(claims.work, claims.priority, np.arange(float(claims.work.size)), claims.size)
    _same_in_any_order(rule, claims, capacity_of(claims, share), order)


@law(
    Rationing,
    "equal claims are served equally",
    drawn={"claims": divisible, "share": shares},
    examples=25,
    concerns=is_fixed,
)
def equals_are_equal(rule: Rationing, claims: Claims, share: float) -> None:
    """Every claim made twice."""
    twice = claims.pick(np.repeat(np.arange(claims.work.size), 2))
    served = serve(rule, twice, 2 * capacity_of(claims, share))
    must(np.array_equal(served[::2], served[1::2]), "served {} of claims of which each two are alike", served)


@law(Rationing, "the order of claims changes nothing on average", concerns=draws_lots)
def order_is_nothing_on_average(rule: Rationing) -> None:
    """What each gets, and what each two get together: lots that favour neighbours show in the second."""
    draws = 800
    order = np.array([3, 0, 4, 2, 1])
    for size in (0.0, 1.0):
        claims = Claims.of([5, 2, 9, 4, 6], priority=[0, 1, 1, 1, 2], arrived=[0, 0, 0, 1, 1], size=size)
        rng = np.random.default_rng(11)
        one = np.array([rule.share(claims, 13.0, rng) for _ in range(draws)])[:, order]
        other = np.array([rule.share(claims.pick(order), 13.0, rng) for _ in range(draws)])
        pairs = [np.concatenate((x, x[:, :4] * x[:, 1:], x[:, :3] * x[:, 2:]), axis=1) for x in (one, other)]
        error = np.sqrt((pairs[0].var(axis=0) + pairs[1].var(axis=0)) / draws)
        apart = np.abs(pairs[0].mean(axis=0) - pairs[1].mean(axis=0))
        must(
            apart <= 4.5 * error + 1e-9,
            "served {} on average, and {} with the claims in another order",
            one.mean(axis=0),
            other.mean(axis=0),
        )
