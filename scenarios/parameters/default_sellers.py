"""The labs and open providers of the baseline: what each sells, on which terms, and how it sets its lists."""

from __future__ import annotations

from typing import Any, Final

from scenarios.parameters.fields import BySegment
from scenarios.parameters.sellers import Bills, ClosedModel, Lab, LabOffer, OpenProvider, Pricing, Quotas
from scenarios.parameters.tiers import Tier


def _tier(name: str, speed: float, priority: float, **more: Any) -> Tier:
    return Tier(name=name, speed=speed, priority=priority, **more)


#: By the token: 60 tokens a second, which is what users of large closed models got; first in the queue and up to two
#: and a half times as fast, which takes more machines by the operating curve [declared: OpenAI's priority of 2025
#: promised 50 to 100, and no fall in busy hours]; or within a day, on machines that are idle otherwise, at the
#: earliest after an hour [batches within 24 h: first-party pages of 2025].
BY_TOKEN: Final = (
    _tier("priority", 150.0, 0.0, most_speed=150.0),
    _tier("standard", 60.0, 1.0, most_speed=60.0),
    _tier("batch", 10.0, 4.0, deadline_h=24.0, most_speed=60.0, least_h=1.0, spare=True),
)
#: Products: chat that is free, last in the order of service; plans of 20 and 200 USD a month, the dearer with twenty
#: times the quota [Epoch; Anthropic's notice of August 2025]. They answer at about 60 tokens a second. What is granted
#: is what pays (``BreakEven``): the quotas are only what shares of it are counted in, some that come out at the start.
PRODUCTS: Final = (
    _tier("free", 60.0, 3.0, quota_per_day=16.0, most_speed=60.0),
    _tier("plan", 60.0, 1.0, quota_per_day=150.0, most_speed=60.0),
    _tier("pro", 60.0, 1.0, quota_per_day=750.0, most_speed=60.0),
)
#: What who pays nothing for chat is worth to its lab [USD a month]: two dollars a year, what OpenAI planned in 2025 to
#: take from a free user in 2026. Declared; the free quota goes with it, one to one.
FREE_USER: Final = 2.0 / 12.0
#: Hours at the start in which all look at their lists in every hour and follow any gap, so that a market begins near
#: rest [declared: after one day lists still moved by a fifth in the next two].
SETTLING_H: Final = 72.0
#: People who use a product do not buy by the token.
CHAT: Final = ("casual",)
PEOPLE: Final = ("casual", "coders")


def _product(name: str, model: str, open_to: tuple[str, ...], **worth: Any) -> LabOffer:
    return LabOffer(
        name=name,
        model=model,
        tier=name,
        price=0.0,
        fixed_price=True,
        open_to=open_to,
        **worth,
    )


#: What a change of a list costs, in days of what it sells, and how far the wish wanders in a year [lists of 405 models
#: to December 2025: how often and by how much they changed].
OPEN_LISTS: Final = {"stickiness": 0.0, "change_cost_days": 0.4, "wander": 0.48}
CLOSED_LISTS: Final = {"stickiness": 0.0, "change_cost_days": 17.0, "wander": 0.15}


def _menu() -> Pricing:
    """All tiers together at what earns most, looked at weekly, changed where that pays; near rest to begin with."""
    return Pricing.model_validate(
        {"kind": "best-response", "every_hours": 168.0, "settling_hours": SETTLING_H, **CLOSED_LISTS}
    )


#: More for all of a request of above 200,000 tokens: two of three labs in 2025 [price lists], here all three
#: [declared]. A bill goes by the mean request of a segment, and none of the baseline's is as long: nobody pays it.
LONG: Final = Bills.model_validate({"parts": ("output", "input", "cached", "long-context")})


def _by_cost(margin: float) -> Pricing:
    """What machines cost in a week and a margin, looked at weekly, changed where that pays."""
    rhythm = {"memory_hours": 168.0, "every_hours": 168.0, "settling_hours": SETTLING_H}
    return Pricing.model_validate({"kind": "cost-plus", "margin": margin, **rhythm, **OPEN_LISTS})


def lab(name: str, edge: float, cash: float) -> Lab:
    """A lab of the baseline: tokens for those who build on it, a free chat and plans for people.

    Lists are what earns most of users who differ in what an answer and an hour are worth to them. They start at 20 for
    its best, whatever the tier, and 5 for its small one, until it first looks: what a tier costs has to come out. The
    cost beside machines is hosting, payment and support, about a twentieth of sales.
    """
    lags = BySegment(casual=9.4, coders=15.0, agentic=17.0)
    best = ClosedModel(name="best", architecture="frontier", cost=1.2, work=2.8, bills=LONG)
    mini = ClosedModel(name="mini", architecture="mini", size="small", lag_months=lags, cost=0.25, work=2.8)
    offers = (
        LabOffer(name="priority", model="best", tier="priority", price=20.0, closed_to=CHAT),
        LabOffer(name="standard", model="best", tier="standard", price=20.0, closed_to=CHAT),
        LabOffer(name="batch", model="best", tier="batch", price=20.0, closed_to=CHAT),
        LabOffer(name="mini", model="mini", tier="standard", price=5.0, closed_to=CHAT),
        _product("free", "mini", CHAT, user_worth_usd_per_month=FREE_USER),
        _product("plan", "best", PEOPLE, fee_usd_per_month=20.0),
        _product("pro", "best", PEOPLE, fee_usd_per_month=200.0),
    )
    return Lab(
        name=name,
        edge=edge,
        cash=cash,
        models=(best, mini),
        tiers=(*BY_TOKEN, *PRODUCTS),
        offers=offers,
        pricing=_menu(),
        burn_usd_per_day=1e7,
        quotas=Quotas.model_validate({"kind": "break-even"}),
    )


def provider(name: str, architecture: str, price: float, cost: float, **more: Any) -> OpenProvider:
    """An open-weight provider of the baseline: a list that follows what its machines cost where a change pays."""
    return OpenProvider(
        name=name,
        architecture=architecture,
        price=price,
        cost=cost,
        speed=60.0,
        headroom=0.5,
        pricing=_by_cost(0.5),
        **more,
    )


LABS: Final = (lab("Aster", 0.02, 5e9), lab("Borealis", 0.0, 4e9), lab("Cygnus", -0.01, 3e9))
OPEN: Final = (
    provider("Ferry", "kimi-k2", 2.5, 0.1),
    provider("Gantry", "kimi-k2", 2.5, 0.1),
    provider("Harbor", "deepseek-v3.2", 1.5, 0.1, extra_lag_months=BySegment(casual=1.8, coders=2.0, agentic=1.7)),
    provider(
        "Islet",
        "gpt-oss-120b",
        0.4,
        0.02,
        size="small",
        extra_lag_months=BySegment(casual=3.4, coders=7.7, agentic=8.4),
    ),
)
