"""Behaviours by name: what is found, what is refused, and that every one says what its fields mean."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import market.simulation  # noqa: F401  # only what is loaded can be found
from capacity import Workload
from capacity.errors import InputError, UnknownNameError
from capacity.fields import fields_of, flag, inner, quantities, quantity
from market.exchange.clearing.base import Clearing
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.rationing.base import Rationing
from market.exchange.supply_curve import SupplyCurve
from market.exchange.tariff import Tariff, TariffComponent
from market.kinds import Kind, called, classes_of, import_modules, kind_named, kinds_of
from market.supply.expansion import Expansion
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.cost_plus import CostPlus
from market.supply.quotas import QuotaPolicy

FAMILIES: dict[type[Kind], list[str]] = {
    PricingPolicy: [
        "best-response",
        "clearing",
        "congestion-toll",
        "cost-plus",
        "fixed",
        "shadow-cost",
        "surge",
        "time-of-day",
    ],
    QuotaPolicy: ["break-even", "fixed", "peak-cut"],
    Rationing: ["pro-rata", "first-come", "lottery", "max-min"],
    Clearing: ["posted", "auction"],
    SupplyCurve: ["fixed-capacity", "rising-cost"],
    Expansion: ["steady", "planned", "follow-rents", "foresee"],
    TariffComponent: ["output", "input", "cached", "long-context", "peak-hours"],
}


class Dish(Kind, ABC):
    """Something to eat."""

    @abstractmethod
    def warm(self) -> bool:
        """Whether it is."""


@dataclass(frozen=True)
class Salt(Dish):
    """White. And more."""

    kind = "salt"

    def warm(self) -> bool:
        return False


@dataclass(frozen=True)
class Stew(Dish):
    """Meat and roots
    in one pot. It takes hours.

    It is eaten in winter.
    """

    kind = "stew"

    hours: float = quantity(2.0, "h", "time on the fire", "grandmother", above=0, high=48, shipped=3.0)
    roots: int = quantity(5, "1", "roots in it", low=1, whole=True)
    keeps: float = quantity(math.inf, "days", "how long it keeps", high=1e6, or_inf=True)
    spicy: bool = flag(False, "whether it burns", shipped=True)
    turns: tuple[float, ...] = quantities((1.0, 2.0), "h", "when it is stirred", high=48)
    with_it: Dish = inner(Dish, "what is added", Salt())
    unsaid: float = 1.0

    def warm(self) -> bool:
        return True


@dataclass(frozen=True)
class ThickStew(Stew):
    """Another, which is used from Python only."""


@pytest.mark.parametrize(
    ("field", "bad", "message"),
    [
        ("hours", 0.0, "stew: hours is 0, but must be above 0 and at most 48"),
        ("hours", 48.1, "stew: hours is 48.1, but must be above 0 and at most 48"),
        ("hours", math.nan, "stew: hours is nan, but must be above 0 and at most 48 and finite"),
        ("hours", "long", "stew: hours is 'long', but must be a number, above 0 and at most 48"),
        ("roots", 0, "stew: roots is 0, but must be at least 1"),
        ("roots", 1.5, "stew: roots is 1.5, but must be a whole number"),
        ("keeps", -1.0, "stew: keeps is -1, but must be at least 0 and at most 1e+06 (or inf)"),
        ("keeps", math.nan, "stew: keeps is nan, but must be at least 0 and at most 1e+06 (or inf)"),
        ("spicy", 1, "stew: spicy is 1, but must be true or false"),
        ("turns", 3.0, "stew: turns is 3.0, but must be a list of numbers"),
        ("turns", (1.0, -1.0), "stew: turns[1] is -1, but must be at least 0 and at most 48"),
        ("with_it", Salt, "stew: with_it is the class Salt, not an object of it, but must be a Dish"),
    ],
)
def test_what_is_out_of_bounds_is_refused(field: str, bad: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        Stew(**{field: bad})
    assert str(caught.value) == message


def test_bounds_are_allowed_themselves() -> None:
    Stew(hours=48.0, roots=1, keeps=math.inf, turns=())
    with pytest.raises(InputError, match="thick stew: hours"):
        ThickStew(hours=-1.0)


def test_a_count_is_held() -> None:
    @dataclass(frozen=True)
    class Pair(Kind):
        both: tuple[float, ...] = quantities(..., "1", "two numbers", count=2)

    Pair((1.0, 2.0))
    with pytest.raises(InputError, match="pair: both has 1 entries, but must have 2"):
        Pair((1.0,))


def test_a_field_says_what_is_known_of_it() -> None:
    hours, roots, keeps, spicy, turns, with_it = fields_of(Stew)
    assert (hours.name, hours.unit, hours.meaning, hours.source) == ("hours", "h", "time on the fire", "grandmother")
    assert (hours.sort, hours.default, hours.shipped, hours.required) == ("number", 2.0, 3.0, False)
    assert (hours.low, hours.above, hours.high) == (None, 0, 48)
    assert (roots.sort, roots.low, roots.source) == ("whole number", 1, "declared")
    assert keeps.or_inf
    assert (spicy.sort, spicy.default, spicy.shipped) == ("flag", False, True)
    assert (turns.sort, turns.count, turns.high) == ("numbers", None, 48)
    assert (with_it.sort, with_it.base, with_it.settable) == ("inner", Dish, False)


def test_names() -> None:
    assert Stew.about == "Meat and roots in one pot."
    assert (called(Stew), called(ThickStew), called(Dish)) == ("stew", "thick stew", "dish")
    assert ThickStew.kind == ""  # not the one above


def test_what_has_a_name_is_found_and_the_rest_are_classes() -> None:
    assert kinds_of(Dish) == {"salt": Salt, "stew": Stew}
    assert classes_of(Dish) == [Salt, Stew, ThickStew]
    assert kind_named(Dish, "stew") is Stew
    with pytest.raises(UnknownNameError) as caught:
        kind_named(Dish, "stow")
    assert str(caught.value) == "unknown dish 'stow' (did you mean 'stew'?); known: salt, stew"


def test_two_of_one_name_are_refused() -> None:
    class Drink(Kind):
        """Something to drink."""

    @dataclass(frozen=True)
    class Tea(Drink):
        kind = "tea"

    @dataclass(frozen=True)
    class Herbs(Drink):
        kind = "tea"

    with pytest.raises(InputError, match=r"drink.*called 'tea': .*\.Tea \(.*test_kinds\.py\) and .*\.Herbs \(.*py\)"):
        kinds_of(Drink)
    with pytest.raises(InputError, match="called 'tea'"):
        kind_named(Drink, "coffee")


def test_a_class_that_is_no_dataclass_is_refused() -> None:
    class Drink(Kind):
        """Something to drink."""

    class Tea(Drink):
        kind = "tea"
        sugar: float = quantity(1.0, "lump", "sweetness")

    with pytest.raises(InputError, match=r"Tea \(.*\) has fields, but is no dataclass: put @dataclass"):
        kinds_of(Drink)


def test_of_a_file_that_was_read_twice_the_last_counts() -> None:
    class Drink(Kind):
        """Something to drink."""

    def read() -> type:
        @dataclass(frozen=True, slots=True)
        class Tea(Drink):
            kind = "tea"

        return Tea

    first, second = read(), read()
    assert first is not second
    assert kinds_of(Drink) == {"tea": second}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "kitchen_of_a_test"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith(folder.name)]:
        del sys.modules[name]


def test_a_new_file_in_a_package_is_found(package: Path) -> None:
    (package / "__init__.py").write_text("")
    (package / "soup.py").write_text(
        "from dataclasses import dataclass\n"
        "from market.exchange.tariff import TariffComponent\n"
        "@dataclass(frozen=True)\n"
        "class Soup(TariffComponent):\n"
        "    kind = 'soup'\n"
        "    def tokens(self, workload):\n"
        "        return 1.0\n"
    )
    import_modules(package.name, [str(package)])
    soup = kinds_of(TariffComponent).pop("soup")
    assert soup.__module__ == f"{package.name}.soup"
    soup.kind = ""  # others do not want to know of it


# What the market has ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("base", "names"), FAMILIES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_every_family_knows_its_members(base: type[Kind], names: list[str]) -> None:
    assert sorted(name for name, cls in kinds_of(base).items() if cls.__module__.startswith("market.")) == sorted(names)


@pytest.mark.parametrize("base", FAMILIES, ids=lambda base: base.__name__)
def test_every_behaviour_says_what_it_does_and_what_its_fields_mean(base: type[Kind]) -> None:
    ours: list[Any] = [cls for cls in classes_of(base) if cls.__module__.startswith("market.")]
    for cls in ours:
        assert cls.about.endswith((".", "].")), cls
        assert [one.name for one in fields_of(cls)] == [field.name for field in dataclasses.fields(cls)], cls
        for one in fields_of(cls):
            assert one.meaning
            assert one.sort == "inner" or (one.source and (one.unit or one.sort == "flag"))
            if not one.required:
                one.check(one.name, one.default)
                one.check(one.name, one.shipped)


def test_a_policy_of_ones_own_is_known_by_name() -> None:
    @dataclass(frozen=True)
    class Bold(CostPlus):
        """Twice the cost."""

        kind = "bold of a test"
        margin: float = quantity(1.0, "1", "share added to the cost", low=-0.99, high=100)

    assert kind_named(PricingPolicy, "bold of a test") is Bold
    assert kind_named(PricingPolicy, "cost-plus") is CostPlus
    Bold.kind = ""


def test_a_component_of_ones_own_adds_to_the_bill() -> None:
    @dataclass(frozen=True)
    class Request(TariffComponent):
        """So much for every request."""

        def tokens(self, workload: Workload) -> float:
            return 1_000.0

    request = Workload(8_000, 1_000, cached=0.5)
    assert Tariff().billed(request) == (1_000 + 0.25 * 4_000 + 0.025 * 4_000) / 1e6
    assert Tariff((*Tariff().components, Request())).billed(request) == (2_000 + 0.25 * 4_000 + 0.025 * 4_000) / 1e6


def test_in_what_mechanisms_differ() -> None:
    for clearing, said in ((PostedPrices(), False), (ScarcityAuction(), True)):
        assert clearing.needs_slopes is said
        assert clearing.charges_rents is said
        assert clearing.cuts_orders is said


@pytest.mark.parametrize(
    ("takes", "refused"),
    [
        ("self, of", False),
        ("self, of, more=1", False),
        ("self, *all", False),
        ("self", True),
        ("self, granted, rent", True),
    ],
)
def test_a_method_that_cannot_be_called_as_it_is_called_is_refused(takes: str, refused: bool) -> None:
    scope: dict[str, Any] = {}
    exec(f"def method({takes}): return 1.0", scope)
    words = rf"mine: __call__ takes \({re.escape(takes)}\), but is called with \(self, of\)"
    with pytest.raises(InputError, match=words) if refused else contextlib.nullcontext():
        type("Mine", (QuotaPolicy,), {"__call__": scope["method"]})
