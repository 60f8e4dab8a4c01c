"""Who pays for whom by kind of request: short and long ones, and what is read from the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import ChartData, Column, NothingToShowError, Panel, one
from scenarios.pictures.paid_beside_machines import draw_paid_beside_machines
from scenarios.pictures.style import actor
from scenarios.results.frames import Frames
from scenarios.results.who_pays import paid_by_request

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN: Final = (
    Column("segment", "", "segment of users"),
    Column("paid", "USD per request", "paid for tokens and plans", "USD per request"),
    Column("machines", "USD per request", "what machines cost, idle ones by the work done"),
    Column("tokens", "1,000 tokens", "tokens of a request, input and output"),
    Column("cached", "%", "share of these that is read from the cache"),
)


@chart(
    "Who pays for whom, by kind of request",
    "colour: what a request pays, plans included; grey: what machines cost for it; shortest requests first",
    size=(7.2, 3.6),
    group="Sellers and money",
    order=426,
)
def who_pays_by_request(frames: Frames) -> ChartData:
    """What a request of each segment pays beside what its machines cost: whether long and cached ones pay their way."""
    if frames["segments"].empty or frames["segments"]["work"].sum() <= 0:
        raise NothingToShowError("nothing was served in this run")
    table = paid_by_request(frames)
    colours = {name: actor(name) for name in table["segment"]}
    return one(Panel(table[[column.name for column in SHOWN]], SHOWN, "paid", names="segment", colours=colours))


@who_pays_by_request.drawn_by
def _draw_who_pays_by_request(data: ChartData, ax: Axes) -> None:
    notes = [
        f"{_over(row['paid'], row['machines'])}\n{row['tokens']:,.3g}k tokens, {row['cached']:,.0f} % cached"
        for row in data.panel.frame.to_dict("records")
    ]
    draw_paid_beside_machines(ax, data.panel, notes)


def _over(paid: float, machines: float) -> str:
    return f"{paid / machines:,.2g} x its machines" if machines > 0 else "machines are free"
