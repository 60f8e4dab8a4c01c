"""Users: how many, what they ask, what it is worth to them, what they can do instead."""

from __future__ import annotations

import math
from typing import Any, Final, Literal

from pydantic import Field, model_validator

from capacity.errors import Catalogue
from scenarios.parameters.adopting import Adopting
from scenarios.parameters.earning import Earning
from scenarios.parameters.fields import (
    DECLARED,
    SEGMENTS,
    Name,
    Number,
    Section,
    choice,
    part,
    quantity,
    refuse,
    refuse_doubles,
    several,
)
from scenarios.parameters.load_shapes import CHAT, CODE, Shape

EPOCH, ALDERSON, AZURE = "Epoch", "Alderson", "Azure traces 2024"


class Request(Section):
    """The shape of a request."""

    input: Number = quantity(8_000.0, "tokens", "input of a request", EPOCH, high=1e8)
    output: Number = quantity(1_000.0, "tokens", "output of a request", EPOCH, low=1, high=1e8)
    cached: Number = quantity(
        0.0,
        "1",
        "share of the input read from the prompt cache",
        "TraceLab: 0.96 for agents; code: a router's weekly tables; chat: declared",
        high=1,
    )
    spread: Number = quantity(
        0.0, "1", "standard deviation of log input: how many requests are long, where these cost more", DECLARED, high=5
    )
    held_s: Number = quantity(0.0, "s", "time for which the state is held between calls", "Inflation", high=86_400)
    like: str = choice("custom", "workload of capacity/ whose way of decoding it has; custom decodes token by token")


class Waiting(Section):
    """Work that can be put off to a cheaper hour."""

    share: Number = quantity(0.0, "1", "share of requests that may be put off", high=1)
    deadline_h: Number = quantity(12.0, "h", "for how long at most", high=168)
    cost_usd: Number = quantity(0.0, "USD", "cost of putting a request off", high=1e4)
    cost_usd_per_h: Number = quantity(0.01, "USD/h", "cost of every hour of it", high=1e4)


class Machine(Section):
    """A machine of one's own."""

    owners: Number = quantity(0.0, "1", "share of individuals who have one at the start", high=1)
    quality: Number = quantity(0.6, "1", "worth of its answer relative to today's best model", high=2)
    speed: Number = quantity(25.0, "token/s", "speed of each request", above=0, high=1e5)
    at_once: Number = quantity(4.0, "requests", "requests that it works on at a time", above=0, high=1e5)
    energy_kwh: Number = quantity(
        0.002,
        "kWh",
        "electricity of a request: a quarter of 40 s of 0.4 kW, and 7 s of prefill",
        "Abundance: 1.4-7.4 times a data centre's; kimi-k2 takes 0.0003 for a coder's request on a rack",
        high=100,
    )
    power_usd_per_kwh: Number = quantity(0.20, "USD/kWh", "price of electricity at home", high=100)
    price_usd: Number = quantity(math.inf, "USD", "price of a machine; inf: nobody can buy one", or_inf=True)
    life_days: Number = quantity(1461.0, "days", "days over which it is earned back", above=0, high=36_525)
    consider_per_day: Number = quantity(
        0.02, "1/day", "share of individuals who think about buying one in a day", high=1
    )


class Refused(Section):
    """A kind of seller that is no option to a share of the individuals."""

    name: Literal["frontier", "open", "broker"] = choice(..., "kind of seller")
    share: Number = quantity(..., "1", "share of the individuals who refuse it", high=1)


class TimeValues(Section):
    """How the value of an hour, in money, differs between users."""

    spread: Number = quantity(0.0, "1", "standard deviation of the log of the value of an hour", DECLARED, high=5)
    with_worth: Number = quantity(
        1.0,
        "1",
        "by how many per cent an hour is worth more to whom a request is worth one per cent more; at 1, without spread "
        "and cap, all lose the same share of the worth",
        DECLARED,
        low=-5,
        high=5,
    )
    cap: Number = quantity(
        math.inf, "1", "what the value of an hour stays below, over the median; inf for none", low=1, or_inf=True
    )


class Background(Section):
    """Requests that nobody waits for."""

    share: Number = quantity(0.0, "1", "share of the requests", DECLARED, high=1)
    worth: Number = quantity(1.0, "1", "what one is worth over what it would be if somebody waited", above=0, high=100)
    time_value: Number = quantity(0.0, "1/h", "share of that worth lost in an hour of delay", DECLARED, high=1e4)


class Users(Section):
    """A segment of users."""

    users: Number = quantity(
        ...,
        "people",
        "real users, or agents, at the start",
        "Alderson: 1e9 use chat; Epoch: 30e6 engineers, 47 % daily; agents declared",
        above=0,
        high=1e11,
    )
    requests_per_day: Number = quantity(
        ...,
        "requests/day",
        "mean requests of one user and day",
        "fitted to tokens sold a second, and to chats a day",
        above=0,
        high=1e7,
    )
    growth_tilt: Number = quantity(
        1.0,
        "1",
        "growth a year of what one user asks, over that of all demand",
        "chat: messages of a weekly user of ChatGPT, 3.3 a day in December 2024 and 4.3 in August 2025 (OpenAI, CNBC), "
        "1.46 times a year; others: declared",
        above=0,
        high=1e3,
    )
    by_month: tuple[Number, ...] = choice(
        (), "what is asked by month, the first at the start, up to a factor; between them in logs, after them by growth"
    )
    individuals_share: Number = quantity(..., "1", "share of the simulated individuals", above=0, high=1)
    request: Request = part(Request(), "shape of a request")
    size_spread: Number = quantity(1.2, "1", "standard deviation of log requests per day between users", high=5)
    request_spread: Number = quantity(
        0.0,
        "1",
        "standard deviation of log tokens of a request between users; all is counted in requests of the mean size",
        DECLARED,
        high=5,
    )
    worth_of_size: Number = quantity(
        1.0,
        "1",
        "by how many per cent a request of one per cent more tokens is worth more; below 1 large ones are priced out "
        "first, with 0 by their tokens alone",
        DECLARED,
        high=5,
    )
    worth_usd: Number = quantity(
        ..., "USD", "median worth of a request answered by the best model at once", above=0, high=1e6
    )
    worth_spread: Number = quantity(1.2, "1", "standard deviation of the log of that worth", high=5)
    worth_cap: Number = quantity(
        math.inf, "1", "what the worth of a request stays below, over the median; inf for none", low=1, or_inf=True
    )
    taste_noise: Number = quantity(0.06, "1", "scale of tastes, relative to the worth", above=0, high=10)
    nest: Number = quantity(
        1.0,
        "1",
        "scale of tastes among all that answers (offers, an own machine) over that of tastes for an answer at all; "
        "at 1 nothing is as close to an offer as another offer is",
        above=0,
        high=1,
    )
    tier_nest: Number = quantity(
        1.0,
        "1",
        "scale of tastes among the offers of one lab over that of tastes between sellers; at 1 a tier is as close to "
        "another seller's as to the same seller's others",
        DECLARED,
        above=0,
        high=1,
    )
    time_value: Number = quantity(1.0, "1/h", "share of the worth lost in an hour of delay", high=1e4)
    time_values: TimeValues = part(TimeValues(), "how the value of an hour differs between users")
    background: Background = part(Background(), "requests that nobody waits for")
    attachment: Number = quantity(0.05, "1", "worth of staying with the provider, relative to the worth", high=10)
    reconsider_per_day: Number = quantity(0.1, "1/day", "share who choose their provider anew in a day", high=24)
    refuses: tuple[Refused, ...] = several(
        (), "kinds of seller that are no option to some: trust, habit, integration", DECLARED, least=0, most=3
    )
    intensity_elasticity: Number = quantity(
        0.0,
        "1",
        "by how many per cent a user asks less where the full cost of a request, effort and price, is higher by one",
        "OpenRouter, State of AI: 10 % cheaper, 5-7 % more in the short run",
        high=20,
    )
    asking_effort: Number = quantity(
        0.05, "1", "what asking and reading cost beside the price, as a share of the worth", DECLARED, above=0, high=100
    )
    patience_h: Number = quantity(1.0, "h", "mean time that a waiting request stays in a queue", or_inf=True)
    budget_usd_per_day: Number = quantity(math.inf, "USD/day", "median budget of a user; inf for none", or_inf=True)
    income: Earning = part(Earning(), "what a user has to spend in all")
    burstiness: Number = quantity(1.0, "1", "variance over mean of arrivals, where requests are whole", low=1, high=1e4)
    shape: Shape = part(CHAT, "load by local hour: chat, code, flat, or a CSV file", AZURE)
    deferral: Waiting = part(Waiting(), "work that can be put off")
    local: Machine = part(Machine(), "a machine of one's own")
    adoption: Adopting = part(Adopting(), "how users come and go with what they get")


class OtherUsers(Users):
    """A further segment, beside the three."""

    name: Name = choice(..., "what it is called")
    quality_as: Literal["casual", "coders", "agentic"] = choice("casual", "segment whose qualities it sees")

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        if data not in OTHER_USERS:
            known = f"known by name are {', '.join(OTHER_USERS)}" if len(OTHER_USERS) else "none is known by name"
            raise refuse("name", data, f"a segment is a table, or the name of one in a file of one's own; {known}")
        return OTHER_USERS[data].model_dump()

    @model_validator(mode="after")
    def _new_name(self) -> OtherUsers:
        if self.name in SEGMENTS:
            raise refuse("name", self.name, f"{', '.join(SEGMENTS)} are there already")
        return self


#: Segments that files of one's own define: ``demand.others = ["scientists"]`` takes one by its name.
OTHER_USERS: Final[Catalogue[OtherUsers]] = Catalogue("segment", ())


class Place(Section):
    """A time zone."""

    name: Name = choice(..., "what it is called")
    utc_offset_h: Number = quantity(..., "h", "hours east of UTC", low=-12, high=14)
    share: Number = quantity(..., "1", "share of the users who live there", high=1)


#: After the places of internet users and of software engineers.
PLACES: Final = tuple(
    Place(name=name, utc_offset_h=offset, share=share)
    for name, offset, share in (
        ("Americas", -5.0, 0.35),
        ("Europe and Africa", 1.0, 0.30),
        ("South Asia", 5.5, 0.15),
        ("East Asia", 8.0, 0.20),
    )
)

#: Chat: 5e9 requests a day of about 1,500:350 [OpenAI usage study: 2.5e9 at ChatGPT; a router's weekly tables]. Open
#: models are no option where a product is used and not a model [declared].
CASUAL: Final = Users(
    users=1e9,
    requests_per_day=6.5,
    growth_tilt=0.26,
    individuals_share=0.5,
    request=Request(input=1_500.0, output=350.0, cached=0.2),
    worth_usd=0.14,
    taste_noise=0.1,
    time_value=2.0,
    attachment=0.10,
    reconsider_per_day=0.2,
    refuses=(Refused(name="open", share=1.0),),
    patience_h=0.5,
    shape=CHAT,
    burstiness=2.0,
)
#: Coding: long inputs, most of them cached [a router's weekly tables]; calls of a model, many to a task. What an hour
#: of waiting is worth, and how much of the work nobody waits for (tests, reviews, documents by the night), the
#: baseline is fitted for, among others to what priority and batch cost over standard. Spread and caps are declared.
CODERS: Final = Users(
    users=14.1e6,
    requests_per_day=155.0,
    individuals_share=0.3,
    request=Request(input=25_000.0, output=700.0, cached=0.7),
    worth_usd=0.03,
    worth_spread=1.8,
    taste_noise=0.15,
    attachment=0.03,
    refuses=(Refused(name="open", share=0.7),),
    intensity_elasticity=0.7,
    time_value=40.0,
    time_values=TimeValues(spread=1.2, cap=20.0),
    background=Background(share=0.3, worth=0.5, time_value=0.005),
    worth_cap=20.0,
    tier_nest=0.15,
    patience_h=0.1,
    shape=CODE,
    burstiness=3.0,
    local=Machine(owners=0.05),
)
#: Agents: longer still, and nearly all of it cached [TraceLab: 0.96].
AGENTIC: Final = Users(
    users=5e6,
    requests_per_day=68.0,
    individuals_share=0.2,
    request=Request(input=140_000.0, output=600.0, cached=0.94),
    size_spread=1.5,
    worth_usd=0.07,
    worth_spread=1.8,
    taste_noise=0.15,
    time_value=10.0,
    time_values=TimeValues(spread=1.2, cap=20.0),
    background=Background(share=0.4, worth=0.5, time_value=0.005),
    worth_cap=20.0,
    tier_nest=0.15,
    attachment=0.02,
    reconsider_per_day=0.2,
    refuses=(Refused(name="open", share=0.65),),
    intensity_elasticity=0.7,
    patience_h=1.0,
    shape=CODE,
    burstiness=4.0,
    deferral=Waiting(share=0.4),
)


def segment_field(default: Users, meaning: str, source: str) -> Any:
    """A segment with its own defaults."""
    return Field(default, description=meaning, json_schema_extra={"unit": "", "source": source})


class Demand(Section):
    """All demand."""

    growth: Number = quantity(
        10.0, "1/year", "factor a year by which tokens asked grow", "Epoch: 10", above=0, high=1e3
    )
    users_share: Number = quantity(
        0.25,
        "1",
        "share of the log of that growth that is more users; the rest asks more each",
        "1.02 billion users, 1.78 times as many a year, are in three years the 6 billion online (ITU 2025); Alderson: "
        "intensity x50 in three years for early adopters",
        high=1,
    )
    scale: Number = quantity(
        1.0, "1", "users over those of early 2026: where on the path a run begins", above=0, high=1e3
    )
    casual: Users = segment_field(
        CASUAL, "chat", "Alderson: 1e9 people use chat; worth and use fitted; tastes, patience declared"
    )
    coders: Users = segment_field(
        CODERS, "coding", "Epoch: 30e6 engineers, 47 % use AI daily; worth, use, intensity, trust fitted"
    )
    agentic: Users = segment_field(
        AGENTIC, "long tasks of agents", "TraceLab: 150k of input, 96 % cached; worth, use, intensity, trust fitted"
    )
    others: tuple[OtherUsers, ...] = several((), "further segments", least=0, most=10)
    zones: tuple[Place, ...] = several(PLACES, "time zones and who lives there", DECLARED, most=24)
    resolution: Literal["individuals", "grouped"] = choice(
        "individuals",
        "users one by one, or grouped: weighted cells of those who choose alike, where nothing is a single user's own",
    )
    cells: Number = quantity(
        512.0,
        "cells",
        "cells of a segment, where users are grouped",
        "so many put lists within 2-3 % of where more put them (docs/how-to/group-users.md)",
        low=1,
        high=100_000,
    )

    @model_validator(mode="after")
    def _refusals(self) -> Demand:
        for segment, users in self.segments():
            refuse_doubles(f"{segment}.refuses", [one.name for one in users.refuses])
        return self

    @model_validator(mode="after")
    def _shares(self) -> Demand:
        refuse_doubles("zones", [zone.name for zone in self.zones])
        refuse_doubles("others", [one.name for one in self.others])
        total = sum(zone.share for zone in self.zones)
        if abs(total - 1.0) > 1e-9:
            raise refuse("zones", total, "their shares must add up to 1")
        shares = sum(users.individuals_share for _, users in self.segments())
        if shares > 1.0 + 1e-9:
            each = " + ".join(f"{users.individuals_share:g}" for _, users in self.segments())
            wrong = "the sum of individuals_share over all segments must be at most 1"
            raise refuse("individuals_share, summed,", f"{each} = {shares:g}", wrong)
        return self

    def segments(self) -> list[tuple[str, Users]]:
        """All segments by name."""
        return [(name, getattr(self, name)) for name in SEGMENTS] + [(one.name, one) for one in self.others]
