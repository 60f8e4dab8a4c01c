"""What became of the requests of each segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from market.simulation.columns.column import column

if TYPE_CHECKING:
    from market.simulation.moment import Moment


@column("segments", "users", "people", "real users")
def users(moment: Moment) -> Any:
    return [cohort.users for cohort in moment.founded.cohorts]


@column("segments", "owners", "1", "share of individuals with a machine of their own")
def owners(moment: Moment) -> Any:
    return [cohort.owners for cohort in moment.founded.cohorts]


@column("segments", "income_spent", "1", "share of their income that users spend, as they notice it; 0 without a limit")
def income_spent(moment: Moment) -> Any:
    return [cohort.income_spent for cohort in moment.founded.cohorts]


@column("segments", "asked", "requests", "came to the market in the tick")
def asked(moment: Moment) -> Any:
    return ordered(moment) + local(moment) + nothing(moment) + unaffordable(moment)


@column("segments", "ordered", "requests", "ordered from an offer")
def ordered(moment: Moment) -> Any:
    return moment.state.ordered.orders.sum(axis=1)


@column("segments", "local", "requests", "done on a machine of one's own")
def local(moment: Moment) -> Any:
    return moment.state.ordered.cleared.response.local


@column("segments", "nothing", "requests", "given up because nothing was worth its price and wait")
def nothing(moment: Moment) -> Any:
    return moment.state.ordered.cleared.response.nothing


@column("segments", "unaffordable", "requests", "beyond the user's budget")
def unaffordable(moment: Moment) -> Any:
    return moment.state.ordered.cleared.response.unaffordable


@column("segments", "not_asked", "requests", "beside these, not made since they would have cost something")
def not_asked(moment: Moment) -> Any:
    return moment.state.ordered.cleared.response.not_asked


@column("segments", "put_off", "requests", "put off to a later tick")
def put_off(moment: Moment) -> Any:
    return [wanted.put_off for wanted in moment.state.wanted]


@column("segments", "pending", "requests", "put off and not due yet at the end of the tick")
def pending(moment: Moment) -> Any:
    return [cohort.put_off for cohort in moment.founded.cohorts]


@column("segments", "served", "requests", "served in the tick")
def served(moment: Moment) -> Any:
    return moment.state.served.round.served.sum(axis=1)


@column("segments", "waiting", "requests", "waiting at the end of the tick")
def waiting(moment: Moment) -> Any:
    return moment.state.served.waiting.sum(axis=1)


@column("segments", "turned_away", "requests", "left a queue for good")
def turned_away(moment: Moment) -> Any:
    rnd = moment.state.served.round
    return (rnd.left_late + rnd.left_impatient).sum(axis=1) - moved(moment)


@column("segments", "moved", "requests", "left a queue and joined another")
def moved(moment: Moment) -> Any:
    return moment.state.served.joined.sum(axis=1)


@column("segments", "tokens", "million tokens", "served, input and output")
def tokens(moment: Moment) -> Any:
    return served(moment) * moment.state.posted.book.tokens


@column("segments", "cached", "million tokens", "of these, read from the prompt cache")
def cached(moment: Moment) -> Any:
    found = [w.input * w.cached / 1e6 for w in moment.state.posted.book.workloads]
    return served(moment) * np.array(found)


@column("segments", "work", "rack-h", "work done for it")
def work(moment: Moment) -> Any:
    return moment.state.served.round.work.sum(axis=1)


@column("segments", "paid", "USD", "paid, for tokens and for plans")
def paid(moment: Moment) -> Any:
    return moment.state.paid.for_tokens.sum(axis=1) + fees(moment)


@column("segments", "fees", "USD", "of these, fees of plans")
def fees(moment: Moment) -> Any:
    return moment.state.paid.for_plans.sum(axis=1)


@column("segments", "surplus", "USD", "expected surplus at the prices and waits seen")
def surplus(moment: Moment) -> Any:
    return moment.state.ordered.cleared.response.surplus
