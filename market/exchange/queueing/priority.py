"""Waits of classes that are served in order of rank."""

import numpy as np
from numpy.typing import ArrayLike

from market.exchange.queueing.arguments import (
    Numbers,
    positive,
    quiet,
    settle,
    together,
    with_axis,
    zero_or_more,
)
from market.exchange.queueing.erlang import delayed
from market.exchange.queueing.general import service_correction
from market.exchange.queueing.ratios import upper_ratio

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)


def _above(load: Numbers) -> Numbers:
    """Total load of the classes above each (last axis, highest rank first)."""
    above = np.zeros(load.shape)
    np.cumsum(load[..., :-1], axis=-1, out=above[..., 1:])
    return above


@quiet
def _non_preemptive(load: Numbers, rate: Numbers, residual: Numbers, servers: Numbers) -> Numbers:
    """Cobham's formula; classes that get no service, or not enough, wait forever."""
    above = _above(load)
    upto = np.cumsum(load, axis=-1)
    total = upto[..., -1:]
    # What's in service when a request arrives: all that's offered, or what fits, by rank, when it's too much.
    served = np.minimum(np.maximum(servers - above, 0.0), load)
    work = served.sum(axis=-1, keepdims=True)
    rest = np.where(work > 0, (served * residual).sum(axis=-1, keepdims=True) / work, 0.0)
    service = np.where(total > 0, total / rate.sum(axis=-1, keepdims=True), 1.0)
    correction = service_correction(servers, total / servers, 2 * rest / service - 1)
    until_free = delayed(servers, total) * rest * correction / servers
    room = np.maximum(1 - above / servers, 0.0) * np.maximum(1 - upto / servers, 0.0)
    return np.where(upto < servers, until_free / room, np.inf)


@quiet
def _preemptive_single(load: Numbers, service: Numbers, residual: Numbers) -> Numbers:
    """M/G/1: own work and that ahead, both stretched by interruptions, less the own service."""
    above, upto = _above(load), np.cumsum(load, axis=-1)
    ahead = np.cumsum(load * residual, axis=-1) / (1 - upto)
    return np.where(upto < 1, (service * above + ahead) / (1 - above), np.inf)


@quiet
def _queue(load: Numbers, servers: Numbers) -> Numbers:
    """Mean number waiting in M/M/c."""
    return delayed(servers, load) * load / (servers - load)


@quiet
def _queue_slope(load: Numbers, servers: Numbers) -> Numbers:
    """Derivative of `_queue` by load, from dB/da = B (s/a - 1 + B)."""
    blocked = upper_ratio(servers, load)
    free = servers - load
    slope = load * ((1 - blocked) / (free + load * blocked) - 1 + 1 / free) + servers + 1
    return delayed(servers, load) / free * slope


@quiet
def _preemptive_shared(load: Numbers, servers: Numbers) -> Numbers:
    """M/M/c with one service of mean 1 for all: the first k classes are an M/M/c of their own, for every k."""
    above, upto = _above(load), np.cumsum(load, axis=-1)
    stable = upto < servers
    top = np.where(stable, upto, 0.0)
    low = np.where(stable, above, 0.0)
    step = np.where(stable, load, 0.0)
    mean = (_queue(top, servers) - _queue(low, servers)) / step
    # A small class changes the queue by less than rounding: there, the mean slope instead of the difference.
    slope = sum(
        0.5 * w * _queue_slope(low + 0.5 * (1 + x) * step, servers) for x, w in zip(_NODES, _WEIGHTS, strict=True)
    )
    small = step * (servers / top + 1 / (servers - top)) < 0.1
    small |= step == 0
    return np.where(stable, np.where(small, slope, mean), np.inf)


@quiet
def _preemptive_scaled(load: Numbers, rate: Numbers, service: Numbers, residual: Numbers, servers: Numbers) -> Numbers:
    """M/M/c with one service, times what own services make of the wait at one server as fast as all together."""
    above, upto = _above(load) / servers, np.cumsum(load, axis=-1) / servers
    work, rest = np.cumsum(load, axis=-1), np.cumsum(load * residual, axis=-1)
    mean = np.where(work > 0, work / np.cumsum(rate, axis=-1), 1.0)
    scv = np.where(work > 0, 2 * rest / work / mean - 1, 1.0)
    rest = rest / servers * service_correction(servers, upto, scv)
    # Wait at that one server by services of their own, over the same by exponential ones of mean 1.
    own = service * above + rest / (1 - upto)
    scale = np.where(upto > 0, own / (above + upto / (1 - upto)), service)
    wait = _preemptive_shared(load, servers) * scale
    return np.where(upto < 1, wait, np.inf)


def priority_waits(
    arrivals_by_class: ArrayLike,
    service_mean: ArrayLike,
    servers: ArrayLike = 1.0,
    *,
    preemptive: bool = False,
    service_scv: ArrayLike = 1.0,
) -> Numbers:
    """Mean wait of each class, served by rank and within a class in order of arrival [time].

    Poisson arrivals. The wait is the time from arrival to completion less the own service, so that with
    preemption it includes interruptions. Classes stand on the last axis, highest rank first. A class whose
    load together with those above reaches the number of servers waits forever (inf), and those above it still
    get their finite, exact waits.

    Not preemptive: W_k = W_0 / ((1 - σ_(k-1)) (1 - σ_k)), σ_k the load of the first k classes over servers,
    W_0 the mean time until a server frees (Cobham 1954, Kleinrock 1976 section 3.6). Exact for M/G/1 with a
    service of its own for each class and for M/M/c with one exponential service; otherwise W_0 is that of
    M/G/c with the mixture of services (scaling as in Bondi & Buzen 1984). Against exact chains of two
    classes with exponential services that differ eightfold, at 2 to 5 servers and use .6 to .8: the lower class
    within 15 %, an upper class of short services within 8 %; one of long services, which waits least, up to
    twice too long (18 % where services differ twofold).

    Preemptive, resuming: exact for M/G/1 with a service of its own for each class (Kleinrock 1976, section
    3.6) and for M/M/c with one exponential service (the first k classes don't notice the others, and hold as
    many requests as an M/M/c of their own). Otherwise the wait in the second case times what services of their
    own make of it at one server as fast as all together (the scaling of Bondi & Buzen 1984, "The response
    times of priority classes under preemptive resume in M/G/m queues"), corrected for uneven services as for
    M/G/c. Against exact chains as above at use .6 to .9: the first class is exact, the second within 8 % at 2
    servers, 15 % at 3 and 26 % at 6, where it waits a seventh of a service.

    Parameters
    ----------
    arrivals_by_class : requests per unit of time, classes on the last axis [1/time].
    service_mean : mean service time, one for all or by class (last axis), above 0 [time].
    servers : above 0 [servers], need not be whole; without the axis for classes.
    preemptive : whether a request of higher rank interrupts the lower ones, which later resume.
    service_scv : variance of the service time over its squared mean, one for all or by class [1].
    """
    station = positive("servers", servers)[..., np.newaxis]
    rate, service, scv = _classes(arrivals_by_class, service_mean, service_scv, station)
    load = rate * service
    residual = service * (1 + scv) / 2
    if not preemptive:
        return settle(_non_preemptive(load, rate, residual, station))
    alone = _preemptive_single(load, service, residual)
    scaled = _preemptive_scaled(load, rate, service, residual, station)
    return settle(np.where(station == 1, alone, scaled))


def _classes(
    arrivals: ArrayLike, service_mean: ArrayLike, service_scv: ArrayLike, station: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Arrivals, mean service and its variation, checked, by class (last axis)."""
    rate = with_axis("arrivals_by_class", zero_or_more("arrivals_by_class", arrivals), "classes")
    service = positive("service_mean", service_mean)
    scv = zero_or_more("service_scv", service_scv)
    if rate.shape[-1] == 0:
        raise ValueError(f"arrivals_by_class must have at least one class, got shape {rate.shape}")
    shape = together(arrivals_by_class=rate, service_mean=service, service_scv=scv, servers=station)
    if shape[-1] != rate.shape[-1]:
        raise ValueError(
            "service_mean and service_scv must have one entry, or one for each of the "
            f"{rate.shape[-1]} classes, got shapes {service.shape} and {scv.shape}"
        )
    if rate.shape == service.shape == scv.shape == shape:
        return rate, service, scv
    return np.broadcast_to(rate, shape), np.broadcast_to(service, shape), np.broadcast_to(scv, shape)
