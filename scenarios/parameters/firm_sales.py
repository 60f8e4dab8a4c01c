"""How firms that cannot pay are sold."""

from __future__ import annotations

from scenarios.parameters.fields import Flag, Number, Section, choice, quantity


class FirmSales(Section):
    """Who bids for firms that cannot pay, beside owners of machines (``acquires``), and what the highest pays."""

    sellers_bid: Flag = choice(False, "whether sellers of tokens bid, who have staff of their own for a firm's users")
    seller_share: Number = quantity(
        0.0,
        "1",
        "share of what the highest bidder gains over the next best that it pays; 0 is a second-price auction",
        "declared: it moves money between buyers, creditors and investors, not who gets the firm",
        high=1,
    )
    least: Number = quantity(
        1.0,
        "1",
        "share of the debt below which creditors rather close a firm; 1: they want all of it",
        "declared: at 0 whoever sees any gain in it keeps it open",
        high=1,
    )
