"""Owners of machines on credit: what they may order, when they fail, and who has their machines then."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.errors import InputError
from market.supply.borrowing import Borrowing
from market.supply.specs import Hyperscaler
from scenarios.library import SCENARIOS
from scenarios.verification.default import neocloud


def test_a_line_is_as_long_as_contracts_say() -> None:
    terms = Borrowing(credit=100.0, advance=0.5, kept=0.25)
    assert [terms.line(backlog) for backlog in (0.0, 400.0)] == [100.0, 300.0]
    assert terms.most_racks(-200.0, 400.0, 5.0) == 5.0  # .75 x 300 - 200 = 25
    assert terms.most_racks(-200.0, 0.0, 5.0) == 0.0
    assert terms.most_racks(-200.0, 0.0, 0.0) == np.inf  # racks that cost nothing need no credit


@pytest.mark.parametrize("terms", [{"credit": -1.0}, {"advance": -0.1}, {"kept": 1.5}])
def test_terms_that_cannot_be_are_refused(terms: dict[str, float]) -> None:
    with pytest.raises(InputError, match="borrowing"):
        Borrowing(**terms)


def test_borrowing_is_a_borrowing() -> None:
    with pytest.raises(InputError, match="borrowing"):
        Hyperscaler("cloud", 1.0, borrowing=0.3)


def test_creditors_have_what_the_machines_of_one_that_owes_more_than_they_are_worth_bring() -> None:
    model = neocloud(100)
    names = ("debt", "cash", "forgiven", "interest", "owners_gave", "sales")
    books = {name: model.records.series("books", name, "neocloud") for name in names}
    day = int(np.argmax(books["forgiven"] > 0))
    assert np.count_nonzero(books["forgiven"]) == 1
    assert books["debt"][day - 1] > 0
    assert books["debt"][day:].tolist() == [0.0] * (100 - day)
    assert books["interest"][day + 1 :].sum() == 0.0
    # Nothing is kept: what came in on a day is the creditors' on the next morning.
    assert books["cash"][day:] == pytest.approx(books["sales"][day:])
    assert books["owners_gave"][day + 1 :] == pytest.approx(-books["sales"][day:-1])
    assert model.records.series("wholesale", "owned", "neocloud")[-1] == 2_400.0
    words = model.explain_firm("neocloud")
    assert "Failed: on" in words
    assert "they took them for $129.23, lost $571.13" in words
    assert "Failed" not in model.explain_firm("neocloud", day - 1)


def test_who_is_short_of_money_pays_all_and_is_its_own_again() -> None:
    model = neocloud(50, credit=0.0, spot=20.0, term=0)
    books = {name: model.records.series("books", name, "neocloud") for name in ("debt", "cash", "forgiven")}
    held = model.records.series("wholesale", "held", "neocloud")
    assert books["forgiven"].sum() == 0.0
    assert held[:41].tolist() == [1.0] * 41
    assert held[41:].sum() == 0.0
    assert (np.diff(books["cash"][41:]) > 0).all()
    assert "They lost nothing so far, and are owed $" in model.explain_firm("neocloud", 20)
    assert "were paid whole by" in model.explain_firm("neocloud")


def test_more_income_and_it_does_not_fail() -> None:
    assert neocloud(130, debt=600.0).records.series("books", "forgiven", "neocloud").sum() == 0.0


def test_neoclouds_of_a_scenario_borrow() -> None:
    changes = {"supply.neoclouds.debt_usd": 2e10, "supply.neoclouds.credit_usd": 3e10, "supply.acquires": True}
    owners = {h.name: h for h in SCENARIOS["baseline-2026"].with_changes(changes).economy(30).hyperscalers}
    assert owners["neoclouds"].cash == -2e10
    assert owners["neoclouds"].borrowing == Borrowing(3e10, 0.3)
    assert not owners["neoclouds"].acquires
    assert all(h.borrowing is None and h.acquires for name, h in owners.items() if name != "neoclouds")
