"""What a run is made of: users, machines, sellers, progress and rules, as validated values that fit together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Self

from pydantic import model_validator

from capacity.custom import Known
from capacity.errors import nearest
from scenarios.parameters.catalogues import CatalogueSeller, OpenModel
from scenarios.parameters.default_sellers import LABS, OPEN
from scenarios.parameters.demand import Demand
from scenarios.parameters.events import EventChoice
from scenarios.parameters.fields import Section, Tables, part, refuse, refuse_doubles, several, tables
from scenarios.parameters.market import Market, Progress
from scenarios.parameters.own_machines import TABLES, known_with
from scenarios.parameters.research import refuse_training
from scenarios.parameters.sellers import Broker, Lab, OpenProvider
from scenarios.parameters.supply import CONTRACTING, RENAMED, Supply, owners
from scenarios.parameters.time import Time


class Parameters(Section):
    """Everything that a run is made of, but for its seed and its number of simulated users."""

    chips: Tables = tables("chips of one's own by name, as in capacity/chips.py")
    architectures: Tables = tables("architectures of one's own by name, as in capacity/architectures.py")
    workloads: Tables = tables("workloads of one's own by name, as in capacity/workload.py")
    time: Time = part(Time(), "when and how long")
    demand: Demand = part(Demand(), "users")
    supply: Supply = part(Supply(), "owners of machines")
    labs: tuple[Lab, ...] = several(LABS, "frontier labs", least=1, most=20)
    open: tuple[OpenProvider, ...] = several(OPEN, "open-weight providers", least=0, most=50)
    models: tuple[OpenModel, ...] = several((), "open models that sellers with catalogues list", least=0, most=100)
    sellers: tuple[CatalogueSeller, ...] = several((), "sellers with catalogues of open models", least=0, most=30)
    brokers: tuple[Broker, ...] = several((), "brokers", least=0, most=20)
    progress: Progress = part(Progress(), "how models get better")
    market: Market = part(Market(), "rules of the market")
    events: tuple[EventChoice, ...] = several((), "dated shocks", "one's own", least=0, most=500)

    @property
    def known(self) -> Known:
        """Chips, architectures and workloads that can be named: those that ship, and its own."""
        return known_with({name: getattr(self, name) for name in TABLES if getattr(self, name)})

    # -------------------------------------------------------------------------------- what must fit together

    @model_validator(mode="after")
    def _machines(self) -> Self:
        known = self.known
        named: list[tuple[str, str, Iterable[str]]] = [("supply.chip", self.supply.chip, known.chips)]
        for n, lab in enumerate(self.labs):
            named += [
                (f"labs[{n}].models[{k}].architecture", model.architecture, known.architectures)
                for k, model in enumerate(lab.models)
            ]
        named += [(f"open[{n}].architecture", one.architecture, known.architectures) for n, one in enumerate(self.open)]
        named += [
            (f"models[{n}].architecture", one.architecture, known.architectures) for n, one in enumerate(self.models)
        ]
        for n, broker in enumerate(self.brokers):
            named.append((f"brokers[{n}].homes.architecture", broker.homes.architecture, known.architectures))
            named.append((f"brokers[{n}].homes.chip", broker.homes.chip, known.chips))
        for kind in ("labs", "open", "sellers"):
            named += [
                (f"{kind}[{n}].chip", one.chip, known.chips) for n, one in enumerate(getattr(self, kind)) if one.chip
            ]
        own = {one.name: f"others[{n}]" for n, one in enumerate(self.demand.others)}
        for name, users in self.demand.segments():
            at = f"demand.{own.get(name, name)}.request.like"
            named.append((at, users.request.like, ("custom", *known.workloads)))
        for at, name, allowed in named:
            if name not in allowed:
                raise refuse(at, name, f"must be one of {', '.join(allowed)}{nearest(name, allowed)}")
        return self

    @model_validator(mode="after")
    def _names(self) -> Self:
        taken = [name for name, _ in self.demand.segments()]
        taken += [RENAMED.get(name, name) for name in owners(self.supply.quarter)]
        for kind in ("labs", "open", "sellers", "brokers"):
            for number, one in enumerate(getattr(self, kind)):
                if one.name in taken:
                    raise refuse(
                        f"{kind}[{number}].name", one.name, "that name is taken: all agents' names must differ"
                    )
                taken.append(one.name)
        for number, budget in enumerate(self.supply.research):
            at = f"supply.research[{number}]"
            if budget.name in taken:
                raise refuse(f"{at}.name", budget.name, "that name is taken: all agents' names must differ")
            sellers = self.sellers_of_tokens()
            if budget.funder and budget.funder not in sellers:
                near = nearest(budget.funder, sellers)
                raise refuse(f"{at}.funder", budget.funder, f"must be one of {', '.join(sellers)}{near}")
            if budget.share_of_sales > 0 and not budget.funder:
                allowed = f"must be one of {', '.join(sellers)} where share_of_sales is above 0"
                raise refuse(f"{at}.funder", budget.funder, allowed)
        refuse_training(self.supply.research)
        refuse_doubles("labs", [lab.name for lab in self.labs])
        return self

    @model_validator(mode="after")
    def _contracts(self) -> Self:
        terms, days = self.supply.contracts, self.time.days
        if not terms.renews and math.isfinite(terms.term_days) and terms.term_days > days:
            raise refuse(
                "supply.contracts.term_days",
                terms.term_days,
                f"contracts that are not renewed must end within the {days:g} days of time.days (or be inf)",
            )
        each = -(-len(self.labs) // CONTRACTING)
        if terms.share * each > 1.0:
            raise refuse(
                "supply.contracts.share",
                terms.share,
                f"{len(self.labs)} labs share {CONTRACTING} owners, so it must be at most {1.0 / each:g}",
            )
        return self

    @model_validator(mode="after")
    def _segments(self) -> Self:
        known = [name for name, _ in self.demand.segments()]
        for n, lab in enumerate(self.labs):
            named = [
                (f"labs[{n}].offers[{k}].{field}", getattr(one, field))
                for k, one in enumerate(lab.offers)
                for field in ("open_to", "closed_to")
            ]
            named += [(f"labs[{n}].models[{k}].kept_for", one.kept_for) for k, one in enumerate(lab.models)]
            for at, names in named:
                for k, name in enumerate(names):
                    if name not in known:
                        raise refuse(f"{at}[{k}]", name, f"segments are {', '.join(known)}{nearest(name, known)}")
        return self

    @model_validator(mode="after")
    def _events(self) -> Self:
        refuse_doubles("events", [event.name for event in self.events])
        known = self.befallen()
        for n, event in enumerate(self.events):
            for k, name in enumerate(event.of):
                if name not in known[event.acts_on]:
                    near = nearest(name, known[event.acts_on])
                    names = ", ".join(known[event.acts_on])
                    raise refuse(f"events[{n}].of[{k}]", name, f"{event.kind} acts on {names}{near}")
        return self

    def sellers_of_tokens(self) -> list[str]:
        """Names of all who sell tokens."""
        return [
            *(one.name for one in self.labs),
            *(one.name for one in self.open),
            *(one.name for one in self.sellers),
            *(one.name for one in self.brokers),
        ]

    def listed_by(self, seller: CatalogueSeller) -> list[OpenModel]:
        """Models that a seller with a catalogue lists."""
        return [one for one in self.models if not seller.models or one.name in seller.models]

    @model_validator(mode="after")
    def _catalogues(self) -> Self:
        known = [one.name for one in self.models]
        refuse_doubles("models", known)
        if not self.open and not self.sellers:
            raise refuse("open", [], "somebody must sell open models: here, or in sellers, with a catalogue")
        for n, seller in enumerate(self.sellers):
            for k, name in enumerate(seller.models):
                if name not in known:
                    raise refuse(
                        f"sellers[{n}].models[{k}]", name, f"models are {', '.join(known)}{nearest(name, known)}"
                    )
            if not self.listed_by(seller):
                raise refuse(f"sellers[{n}].models", list(seller.models), "there are no models for it to list")
        return self

    def befallen(self) -> dict[str, list[str]]:
        """Names that events may have, by what they act on."""
        owned = owners(self.supply.quarter)
        rented_out = [RENAMED.get(name, name) for name in owned if name not in self.supply.not_for_rent]
        sellers = self.sellers_of_tokens()
        offers = [f"{lab.name} {one.name}" for lab in self.labs for one in lab.offers]
        offers += [f"{one.name} {one.architecture}" for one in self.open]
        offers += [f"{one.name} {route}" for one in self.brokers for route in one.routes]
        offers += [f"{one.name} homes" for one in self.brokers if one.homes.idle_share > 0]
        offers += [f"{one.name} {model.name}" for one in self.sellers for model in self.listed_by(one)]
        models = [one.name for one in self.models]
        return {"offers": [*sellers, *offers, *models], "machines": [*rented_out, *sellers], "owners": rented_out}

    @model_validator(mode="after")
    def _routes(self) -> Self:
        served = sorted({one.architecture for one in self.open})
        for n, broker in enumerate(self.brokers):
            for k, name in enumerate(broker.routes):
                if name not in served:
                    near = nearest(name, served)
                    raise refuse(f"brokers[{n}].routes[{k}]", name, f"open providers serve {', '.join(served)}{near}")
            if not broker.routes and not broker.homes.idle_share:
                raise refuse(
                    f"brokers[{n}].routes", [], "a broker needs something to sell: routes, or homes.idle_share"
                )
        return self
