"""Measures of a finished run: one number each, on what the model recorded.

*Early* and *late* are the first and the last week of the run.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from market import TokenMarket

type Floats = NDArray[np.float64]
type Measure = Callable[[TokenMarket], float]

#: Architectures that count as large; the others are small.
LARGE = ("frontier", "kimi-k2", "deepseek-v3")
RISE = 0.10


def _week(model: TokenMarket) -> int:
    return max(1, min(round(168.0 / model.calendar.tick_hours), model.records.ticks // 2 or 1))


def _early_late(model: TokenMarket, series: Floats) -> tuple[float, float]:
    week = _week(model)
    return float(np.mean(series[:week])), float(np.mean(series[-week:]))


def _of_kind(model: TokenMarket, kind: str) -> NDArray[np.bool_]:
    return np.array([model.providers[int(k)].kind == kind for k in model.book.provider])


def _architecture(model: TokenMarket) -> list[str]:
    specs = [o for p in model.providers for o in p.spec.offers]
    deployments = [getattr(o.technology, "deployment", None) for o in specs]
    return [d.architecture.name if d is not None else "" for d in deployments]


def _large(model: TokenMarket) -> NDArray[np.bool_]:
    return np.array([name in LARGE for name in _architecture(model)])


def _offers(model: TokenMarket, column: str) -> Floats:
    return np.asarray(model.records.tables["offers"].data[column][: model.records.ticks])


def _paid(model: TokenMarket, which: NDArray[np.bool_]) -> Floats:
    """Mean price paid over these offers [USD per million tokens], by tick; the list price where nothing is sold."""
    revenue, price = _offers(model, "revenue")[:, which], _offers(model, "paid_price")[:, which]
    tokens = np.divide(revenue, price, out=np.zeros_like(revenue), where=price > 0)
    total = tokens.sum(axis=1)
    listed = _offers(model, "price")[:, which].mean(axis=1)
    return np.asarray(np.divide(revenue.sum(axis=1), total, out=listed, where=total > 0))


def _served(model: TokenMarket, segment: str) -> Floats:
    """Requests of a segment served, by tick and offer."""
    s = [c.name for c in model.cohorts].index(segment)
    return np.array([flow["served"][s] for flow in model.records.flows])


def _ratio(late: float, early: float) -> float:
    return late / early if early > 0 else np.nan


def price_of_large_models(model: TokenMarket) -> float:
    """Late over early price paid for large models."""
    early, late = _early_late(model, _paid(model, _large(model)))
    return _ratio(late, early)


def casual_use_of_small_models(model: TokenMarket) -> float:
    """Late less early share of casual requests that small models serve."""
    served = _served(model, "casual")
    total = served.sum(axis=1)
    share = np.divide(served[:, ~_large(model)].sum(axis=1), total, out=np.zeros_like(total), where=total > 0)
    early, late = _early_late(model, share)
    return late - early


def pay_of_frontier_machines(model: TokenMarket) -> float:
    """Late over early revenue of a rack-hour of frontier models: they go to the work that pays."""
    which = np.array([name == "frontier" for name in _architecture(model)])
    revenue, work = _offers(model, "revenue")[:, which].sum(axis=1), _offers(model, "work")[:, which].sum(axis=1)
    week = _week(model)
    late = _ratio(float(revenue[-week:].sum()), float(work[-week:].sum()))
    return _ratio(late, _ratio(float(revenue[:week].sum()), float(work[:week].sum())))


def open_wait_over_closed(model: TokenMarket) -> float:
    """Late share of requests that wait at the end of their tick, open-weight less frontier."""
    waiting, ordered = _offers(model, "waiting")[-_week(model) :], _offers(model, "ordered")[-_week(model) :]
    shares = [
        _ratio(float(waiting[:, k].sum()), float((waiting + ordered)[:, k].sum()))
        for k in (_of_kind(model, "open"), _of_kind(model, "frontier"))
    ]
    return shares[0] - shares[1]


def contracts_delivered(model: TokenMarket) -> float:
    """Late share of contracted rack-hours that were delivered."""
    data = model.records.tables["wholesale"].data
    part = slice(model.records.ticks - _week(model), model.records.ticks)
    delivered, short = float(data["contracted"][part].sum()), float(data["short"][part].sum())
    return _ratio(delivered, delivered + short)


def _first_above(series: Floats, level: float) -> float:
    above = np.flatnonzero(series > level)
    return float(above[0]) if above.size else float(series.size)


def _daily(model: TokenMarket, series: Floats) -> Floats:
    day = model.calendar.ticks_per_day
    return series[: series.size // day * day].reshape(-1, day).mean(axis=1)


def _rise_day(model: TokenMarket, series: Floats) -> float:
    """Day on which a daily mean is first more than a tenth above the first week's."""
    days = _daily(model, series)
    return _first_above(days, (1.0 + RISE) * float(np.mean(days[:7])))


def open_price_before_closed(model: TokenMarket) -> float:
    """Day on which frontier list prices first rise by a tenth, less the day on which open ones do."""
    price = _offers(model, "price")
    closed = _rise_day(model, price[:, _of_kind(model, "frontier")].mean(axis=1))
    return closed - _rise_day(model, price[:, _of_kind(model, "open")].mean(axis=1))


def slowness_before_list_price(model: TokenMarket) -> float:
    """Day on which frontier list prices first rise by a tenth, less the day on which frontier speed first falls so."""
    which = _of_kind(model, "frontier")
    speed = _offers(model, "speed")[:, which].mean(axis=1)
    slowness = 1.0 / np.maximum(speed, 1e-9)
    return _rise_day(model, _offers(model, "price")[:, which].mean(axis=1)) - _rise_day(model, slowness)


def spot_before_open_price(model: TokenMarket) -> float:
    """Day on which open-weight list prices first rise by a tenth, less the day on which the spot price does."""
    spot = model.records.series("ticks", "spot_price")
    open_price = _offers(model, "price")[:, _of_kind(model, "open")].mean(axis=1)
    return _rise_day(model, open_price) - _rise_day(model, spot)


def peak_over_off_peak(model: TokenMarket) -> float:
    """Late spot price in the dearest six hours of the day over that in the cheapest six."""
    spot = model.records.series("ticks", "spot_price")[-_week(model) :]
    day = model.calendar.ticks_per_day
    by_hour = np.sort(spot[: spot.size // day * day].reshape(-1, day).mean(axis=0))
    quarter = max(day // 4, 1)
    return _ratio(float(by_hour[-quarter:].mean()), float(by_hour[:quarter].mean()))


def quotas_granted(model: TokenMarket) -> float:
    """Late share of their quotas that frontier labs grant."""
    granted = model.records.tables["providers"].data["granted"][: model.records.ticks]
    labs = [p.number for p in model.providers if p.kind == "frontier"]
    return float(granted[-_week(model) :, labs].mean())


def best_model_outside(model: TokenMarket) -> float:
    """Late share of frontier requests that are of coders and agents, who come over the counter."""
    which = np.array([name == "frontier" for name in _architecture(model)])
    by_segment = {c.name: float(_served(model, c.name)[-_week(model) :, which].sum()) for c in model.cohorts}
    total = sum(by_segment.values())
    return _ratio(total - by_segment.get("casual", 0.0), total)


def open_holds_in_coding(model: TokenMarket) -> float:
    """Change of the open models' share of coders' requests less the change of their share of casual ones."""
    changes = []
    for segment in ("coders", "casual"):
        served = _served(model, segment)
        total = served.sum(axis=1)
        share = np.divide(
            served[:, _of_kind(model, "open")].sum(axis=1), total, out=np.zeros_like(total), where=total > 0
        )
        early, late = _early_late(model, share)
        changes.append(late - early)
    return changes[0] - changes[1]


def coders_price(model: TokenMarket) -> float:
    """Late price that coders pay for a request [USD]."""
    s = [c.name for c in model.cohorts].index("coders")
    part = model.records.flows[-_week(model) :]
    served = sum(float(flow["served"][s].sum()) for flow in part)
    paid = sum(float((flow["served"][s] * np.nan_to_num(flow["prices"][s])).sum()) for flow in part)
    return _ratio(paid, served)


def spot_price(model: TokenMarket) -> float:
    """Late spot price [USD per rack-h]."""
    return _early_late(model, model.records.series("ticks", "spot_price"))[1]


def spot_over_reserve(model: TokenMarket) -> float:
    """Late spot price over the lowest price that owners rent for."""
    floor = min(max(h.spec.reserve, h.spec.running_cost) for h in model.hyperscalers)
    return _ratio(spot_price(model), floor)


def failed_or_bought(model: TokenMarket) -> float:
    """Open-weight providers that left or were bought."""
    return float(sum(p.has_left or p.parent is not None for p in model.providers if p.kind == "open"))


def premium_price(model: TokenMarket) -> float:
    """Late over early list price of the labs' priority tier."""
    which = np.array([o.tier.name == "priority" for p in model.providers for o in p.spec.offers])
    early, late = _early_late(model, _offers(model, "price")[:, which].mean(axis=1))
    return _ratio(late, early)


def given_up(model: TokenMarket) -> float:
    """Late share of requests that were given up, turned away or beyond a budget."""
    part = slice(model.records.ticks - _week(model), model.records.ticks)
    data = {name: values[part].sum() for name, values in model.records.tables["ticks"].data.items()}
    return _ratio(float(data["nothing"] + data["turned_away"] + data["unaffordable"]), float(data["asked"]))


def agentic_out_first(model: TokenMarket) -> float:
    """Rise of the share of requests given up, agentic less casual, late less early."""
    changes = []
    data = model.records.tables["segments"].data
    for segment in ("agentic", "casual"):
        s = [c.name for c in model.cohorts].index(segment)
        asked = data["asked"][: model.records.ticks, s]
        lost = (data["nothing"] + data["turned_away"] + data["unaffordable"])[: model.records.ticks, s]
        early, late = _early_late(model, np.divide(lost, asked, out=np.zeros_like(lost), where=asked > 0))
        changes.append(late - early)
    return changes[0] - changes[1]
