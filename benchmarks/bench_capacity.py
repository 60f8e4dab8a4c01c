"""Cost of operating curves, of a fit and of the world's report, and the gain over a plain loop.

The plain loop asks for the same points one batch size at a time, with the same equations on plain numbers, for
every tenth curve and every twentieth batch size; its time is scaled to all of them. Both give the same numbers,
which is checked before anything is timed. Run: python benchmarks/bench_capacity.py
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import product

import numpy as np

from capacity import ARCHITECTURES, CHIPS, FITTED, GQA, PUBLISHED, WORKLOADS, Deployment, Workload, fleet
from capacity.fit import bootstrap, fit
from capacity.measurements import read, shipped
from capacity.precision import BYTES
from capacity.price_list import token_costs

#: What the first two lines have to stay below [s].
GOAL = 0.15
BATCHES = np.geomspace(1, 1e5, 400)
CHIP_NAMES = list(CHIPS)[:10]
WORKLOAD_NAMES = list(WORKLOADS)[:6]
#: Those with one kind of attention in all layers that count: 10 x 8 x 6 = 480 curves.
PLAIN_ARCHITECTURES = list(ARCHITECTURES.values())[:8]


def best_of(times: int, action: Callable[[], object]) -> float:
    """The shortest of several runs, in CPU time: the machine may be shared [s]."""

    def once() -> float:
        start = time.process_time()
        action()
        return time.process_time() - start

    return min(once() for _ in range(times))


def cases() -> list[tuple[Deployment, Workload]]:
    return [
        (Deployment.smallest(CHIPS[chip], architecture, PUBLISHED), WORKLOADS[workload])
        for chip, architecture, workload in product(CHIP_NAMES, PLAIN_ARCHITECTURES, WORKLOAD_NAMES)
    ]


def plain_cycle(d: Deployment, w: Workload, batch: float) -> float:
    """One cycle [s], written out on plain numbers, as a first version of such a model would have it."""
    a, cal, m = d.architecture, d.calibration, d.machine
    att, spec = a.attention, w.decoding or d.speculation
    t, v, n, new = spec.tokens, spec.verified, w.output, w.fresh
    width = 2.0 * att.head_dim if isinstance(att, GQA) else 2.0 * att.latent
    kv = a.attention_layers * att.cache_width * BYTES[d.served.cache_precision]
    size = a.total * BYTES[d.served.weight_precision]
    r, share = a.routed_share, a.chosen_share

    def f(x: float) -> float:
        return r * (1 - (1 - share) ** x) + (1 - r)

    ec, eb, steps = cal.compute_efficiency, cal.bandwidth_efficiency, n / t
    pair = 2 * a.attention_layers * att.heads / (m.attention_flops * ec)
    prefill_read = f(batch * new) if new > 0 else 0.0
    weights = max(
        2 * a.active * batch * (new + (v / t) * n) / (m.weight_flops * ec),
        size * (prefill_read + steps * f(batch * v)) / (m.bandwidth * eb),
    )
    prefill = max(pair * att.prefill_width * w.prefill_context * new * batch, kv * w.input * batch / (m.bandwidth * eb))
    decode = max(
        pair * width * w.decode_context * n * (v / t) * batch,
        kv * w.decode_context * steps * batch / (m.bandwidth * eb),
    )
    return weights + prefill + decode + steps * cal.step_latency


def main() -> None:
    everything = cases()
    curves, each = len(everything), len(BATCHES)
    some, sizes = everything[::10], BATCHES[::20]
    for deployment, workload in some:
        ours = deployment.cycle(workload, sizes).total
        if not np.allclose(ours, [plain_cycle(deployment, workload, b) for b in sizes], rtol=1e-9):
            raise SystemExit("the plain loop and the module differ")

    fast = best_of(5, lambda: [d.curve(w, BATCHES) for d, w in everything])
    costs = best_of(5, lambda: [token_costs(d, w, BATCHES) for d, w in everything])
    default = best_of(3, lambda: [d.curve(w) for d, w in everything])
    loop = best_of(3, lambda: [plain_cycle(d, w, b) for d, w in some for b in sizes])
    loop *= math.prod((curves / len(some), each / len(sizes)))
    points = best_of(3, lambda: [d.batch(w) for d, w in everything])
    rows = read(shipped())
    units, kimi, general = fleet.world_units(), ARCHITECTURES["kimi-k2"], WORKLOADS["general"]
    speeds = np.geomspace(1, 400, 400)
    rack = Deployment(CHIPS["gb200-nvl72"], kimi)
    print(
        f"{curves} operating curves of {each} batch sizes ({len(CHIP_NAMES)} x {len(PLAIN_ARCHITECTURES)} x "
        f"{len(WORKLOAD_NAMES)})"
    )
    print(f"  batch sizes given, with costs  {fast:8.3f} s   {loop / fast:6.1f} times as fast as a plain loop")
    print(f"  costs of input, cached, output {costs:7.3f} s   at the same points")
    reached = "reached" if max(fast, costs) <= GOAL else "MISSED"
    print(f"  goal for each of the two       {GOAL:8.3f} s   {reached}")
    print(f"  from 1 to what memory holds    {default:8.3f} s   {loop / default:6.1f} times as fast as a plain loop")
    print(f"  plain loop, scaled             {loop:8.3f} s")
    print(f"{curves} largest batches           {points:10.3f} s   {1e3 * points / curves:.2f} ms each")
    print(f"400 promised speeds at once        {best_of(5, lambda: rack.throughput(general, speeds)):8.4f} s")
    print(f"a world's throughput               {best_of(5, lambda: fleet.throughput(units, kimi, general)):8.4f} s")
    print(f"a fit to {len(rows)} measurements       {best_of(3, lambda: fit(rows)):8.3f} s")
    print(f"a range of 20 resamples            {best_of(1, lambda: bootstrap(rows, 20)):8.3f} s")
    error = float(np.median(np.abs(np.log(FITTED.bandwidth_efficiency / fit(rows).bandwidth_efficiency))))
    print(f"(the fit is the shipped one within {error:.1%})")


if __name__ == "__main__":
    main()
