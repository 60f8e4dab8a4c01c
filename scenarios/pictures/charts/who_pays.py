"""Who pays for whom: tiers and plans that pay for their machines, and what is given away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import KIND, TIER, ChartData, Column, NothingToShowError, Panel, one
from scenarios.pictures.paid_beside_machines import draw_paid_beside_machines
from scenarios.pictures.style import actor
from scenarios.results.frames import Frames
from scenarios.results.who_pays import paid_and_cost

if TYPE_CHECKING:
    from matplotlib.axes import Axes

YEARLY: Final = "billion USD a year"
PRODUCT: Final = Column("product", "", "kind of seller and tier")
SHOWN: Final = (
    PRODUCT,
    KIND,
    TIER,
    Column("paid", YEARLY, "paid for tokens and plans", "billion USD a year"),
    Column("machines", YEARLY, "what its machines cost, idle ones by the work that they are kept for"),
    Column("tokens_share", "%", "share of all tokens"),
)


@chart(
    "Who pays for whom",
    "colour: what users pay; grey: what the machines that serve them cost, idle ones shared by the work",
    size=(7.2, 4.2),
    group="Sellers and money",
    order=425,
)
def who_pays(frames: Frames) -> ChartData:
    """What users pay for each tier and plan, beside what its machines cost: free use is paid for by others."""
    if frames["offers"].empty or frames["offers"]["work"].sum() <= 0:
        raise NothingToShowError("nothing was served in this run")
    table = paid_and_cost(frames)
    if table.empty:
        raise NothingToShowError("nothing was paid, and no machine cost anything, in this run")
    table.insert(0, "product", table["kind"].astype(str) + " " + table["tier"].astype(str))
    colours = {str(row.product): actor(str(row.kind)) for row in table.itertuples()}
    return one(Panel(table[[column.name for column in SHOWN]], SHOWN, "paid", names="product", colours=colours))


@who_pays.drawn_by
def _draw_who_pays(data: ChartData, ax: Axes) -> None:
    notes = [
        f"{row['paid']:,.3g} paid, {row['machines']:,.3g} machines\n{row['tokens_share']:,.2g} % of tokens"
        for row in data.panel.frame.to_dict("records")
    ]
    draw_paid_beside_machines(ax, data.panel, notes)
