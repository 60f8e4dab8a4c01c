"""Laws of the money of a tick: none is made or lost, and all books say so."""

from __future__ import annotations

import math

import numpy as np

from market import TokenMarket
from market.demand.individuals import LogitCohort
from market.supply.research import INVESTORS
from scenarios.laws.closeness import ROUNDING, close, row, single
from scenarios.laws.law import must
from scenarios.laws.plain_economies import Before


def money_is_neither_made_nor_lost(before: Before, model: TokenMarket) -> None:
    """What all inside hold changes by what crosses the border."""
    ledger = model.ledger
    turnover = sum(abs(amount) for amount in ledger.flows.values())
    inside = set(ledger.names[: len(model.agents)])
    named = sum(
        amount * ((receiver in inside) - (payer in inside)) for (payer, receiver, _), amount in ledger.flows.items()
    )
    scale = turnover + np.abs(ledger.balance).max(initial=0.0)
    close(ledger.inside_total - before.inside, named, scale)
    close(ledger.inside_total, -ledger.outside_total, scale)


def accounts_move_as_the_frames_say(before: Before, model: TokenMarket) -> None:
    """Cash by profit and what owners give; what users pay is what sellers earn."""
    turnover = sum(abs(amount) for amount in model.ledger.flows.values())
    p = {name: row(model, "providers", name) for name in ("cash", "revenue", "rent_paid", "running_cost", "profit")}
    scale = turnover + np.abs(p["cash"]).max(initial=0.0)
    close(p["profit"], p["revenue"] - p["rent_paid"] - p["running_cost"], scale)
    # Neither earned nor spent in the market.
    owners = {"parent", "acquisition", "funding", "burn", "research", "interest", "written off"}
    for agent in model.providers:
        between = sum(model.ledger.net(agent.name, kind) for kind in owners)
        close(p["cash"][agent.number], before.cash[agent.name] + p["profit"][agent.number] + between, scale)
    w = {name: row(model, "wholesale", name) for name in ("cash", "income", "running_cost", "capital")}
    for owner in model.hyperscalers:
        between = sum(model.ledger.net(owner.name, kind) for kind in owners)
        spent = w["running_cost"][owner.number] + w["capital"][owner.number]
        change = w["income"][owner.number] - spent + between
        close(w["cash"][owner.number], before.cash[owner.name] + change, scale)
    paid = row(model, "ticks", "paid").sum()
    plans = row(model, "segments", "fees").sum()
    close(plans, row(model, "providers", "subscriptions").sum(), scale)
    routed = sum(amount for (_, _, kind), amount in model.ledger.flows.items() if kind == "routed tokens")
    for total in (
        row(model, "segments", "paid").sum(),
        row(model, "offers", "revenue").sum() + plans,
        p["revenue"].sum() - routed,
    ):
        close(total, paid, scale)
    rents = p["rent_paid"].sum() + row(model, "ticks", "research_spent").sum()
    close(rents, w["income"].sum(), scale)


def racks_are_paid_for(before: Before, model: TokenMarket) -> None:
    """Who makes racks gets their price for each that is ordered and given, and pays what it costs."""
    maker, sales = model.economy.maker, model.state.fleets.sales
    must(sales.given <= sales.ordered * (1 + ROUNDING), "{} racks given of {} ordered", sales.given, sales.ordered)
    if maker is None:
        must(sales.ordered == 0, "{} racks were ordered of nobody", sales.ordered)
        return
    sold = float(sales.given.sum())
    close(model.ledger.net(maker.name), sold * (sales.price - maker.cost_at(sales.memory_price)), sold * sales.price)
    close(model.ledger.net(maker.name, "capital"), sold * sales.price)


def statements_add_up(before: Before, model: TokenMarket) -> None:
    """What a firm holds less what it owes, and its equity, move by what its books say; nothing is forgiven unasked."""
    b = {name: row(model, "books", name) for name in model.records.tables["books"].names}
    turnover = sum(abs(amount) for amount in model.ledger.flows.values())
    scale = turnover + np.abs(b["cash"] - b["debt"]).max(initial=0.0) + b["racks"].max(initial=0.0)
    costs = sum(b[name] for name in ("machines", "running", "staff", "research", "interest", "depreciation"))
    close(b["income"], b["sales"] - costs + b["forgiven"], scale)
    had = np.array([before.cash[name] for name in model.records.entities["books"]])
    flows = b["income"] + b["depreciation"] - b["capital"] + b["raised"] + b["owners_gave"]
    close(b["cash"] - b["debt"], had + flows, scale)
    close(b["equity"], b["cash"] + b["racks"] - b["debt"], scale)
    must((b["cash"] == 0) | (b["debt"] == 0), "a firm holds {} and owes {} USD", b["cash"], b["debt"])
    must(b["depreciation"] >= 0, "racks gained {} USD in the books", -b["depreciation"])
    if model.tick > 0:
        racks = model.records.tables["books"].data["racks"][model.tick - 1]
        close(b["racks"], racks + b["capital"] - b["depreciation"], scale)
    sold = np.array([parent is not None for parent in model.state.firms.parent], dtype=bool)
    left = np.append(model.state.firms.left | sold, model.state.firms.taken)
    forgiven = b["forgiven"][: left.size]
    must((forgiven == 0) | left, "creditors gave up {} USD of firms that go on", forgiven)
    for owner in model.hyperscalers:
        failed = bool(model.state.firms.failed[owner.number])
        must(not failed or owner.spec.borrowing is not None, "{} failed and owes without end", owner.name)
    close(b["commitments"].sum(), b["backlog"].sum())


def creditors_lose_what_they_do_not_recover(before: Before, model: TokenMarket) -> None:
    """Of a firm that fails they lose what it owed less what was given for it, and leave it with nothing."""
    firms, flows = model.state.firms, model.ledger.flows
    morning = (*model.state.fleets.payments, *firms.payments)
    for agent in (*model.providers, *model.hyperscalers):
        lost = sum(one.amount for one in morning if one.receiver == agent.name and one.kind == "written off")
        close(flows.get(("creditors", agent.name, "written off"), 0.0), lost)
        if lost == 0.0:
            continue
        recovered = sum(one.amount for one in morning if one.receiver == agent.name and one.kind == "acquisition")
        others = sum(
            one.amount * ((one.receiver == agent.name) - (one.payer == agent.name))
            for one in morning
            if one.receiver != agent.name or one.kind not in ("written off", "acquisition")
        )
        must(lost > 0 and recovered >= 0, "creditors lost {} USD and recovered {}", lost, recovered)
        owed = -(before.cash[agent.name] + others)
        close(lost, owed - recovered, abs(owed) + abs(before.cash[agent.name]) + abs(others))
    held, taken = firms.failed, firms.taken
    must(bool((held | ~taken).all()), "creditors took machines of firms that did not fail")


def research_is_paid_by_whose_it_is(before: Before, model: TokenMarket) -> None:
    """All that it spends comes from its funder's books, and from investors no more than that."""
    flows = model.ledger.flows
    for one in model.founded.researchers:
        name, payer = one.spec.name, one.spec.funder or INVESTORS
        spent = sum(a for (who, _, kind), a in flows.items() if who == name and kind in ("spot", "on demand"))
        close(flows.get((payer, name, "research"), 0.0), spent)
        close(model.ledger.net(name), 0.0, spent)
    for p in model.providers:
        given, paid = flows.get((INVESTORS, p.name, "funding"), 0.0), -model.ledger.net(p.name, "research")
        beside = p.spec.funding_usd_per_day * model.calendar.tick_hours / 24.0
        beside += sum(
            one.amount for one in model.state.firms.payments if (one.payer, one.receiver) == (INVESTORS, p.name)
        )
        must(given <= (paid + beside) * (1 + ROUNDING), "investors gave {}, for research of {}", given, paid)


def contracts_are_paid_whether_used_or_not(before: Before, model: TokenMarket) -> None:
    """Delivered racks times the price agreed."""
    running = model.contracts
    flows = model.ledger.flows
    for contract in running:
        both = [c for c in running if (c.seller, c.buyer) == (contract.seller, contract.buyer)]
        due = sum(model.allotment.by_contract[running.index(c)] * c.price_now for c in both)
        close(flows.get((contract.buyer, contract.seller, "contract"), 0.0), due)
    kept = sum(model.allotment.by_contract)
    close(kept, row(model, "wholesale", "contracted").sum())


def budgets_hold(before: Before, model: TokenMarket) -> None:
    """Nobody spends beyond a budget."""
    for cohort in model.cohorts:
        if isinstance(cohort, LogitCohort) and math.isfinite(cohort.segment.budget_usd_per_day):
            room = single(model) * cohort.budget_per_day * cohort.wanted.growth
            least = cohort.budget_left.min(initial=0.0)
            must(cohort.budget_left >= -room - 1e-12, "{} USD is left of a budget", least)


def incomes_are_felt(before: Before, model: TokenMarket) -> None:
    """Where an income limits users they notice all that they pay, and to nobody is a dollar worth nothing."""
    for s, cohort in enumerate(model.cohorts):
        if not isinstance(cohort, LogitCohort) or cohort.earners is None:
            continue
        earners, paid = cohort.earners, row(model, "segments", "paid")[s]
        people = cohort.relative * cohort.weight * cohort.wanted.growth
        noticed = float((earners.spent * people).sum()) * model.calendar.tick_hours / 24.0
        bills = model.cleared.response.requests[s] @ np.nan_to_num(model.cleared.prices[s], posinf=0.0)
        if bills > 0:
            close(noticed, paid, abs(paid) + 1e-9)
        must(earners.weight > 0.0, "a dollar weighs {}", earners.weight.min(initial=1.0))
        must(cohort.income_spent < 1.0, "{} of the income is spent", cohort.income_spent)
