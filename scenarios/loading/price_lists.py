"""A seller's own price list: a CSV file of a model, its tier, and prices of input, cached input and output."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError, nearest
from capacity.reading import csv_rows, is_there, near, read_text, separator_of

PRICES: Final = ("input_usd_per_mtok", "cached_usd_per_mtok", "output_usd_per_mtok")
#: A list may leave out the tier.
COLUMNS: Final = ("model", "tier", *PRICES)
#: The tier of a row that names none, or of a list without tiers.
STANDARD: Final = "standard"
#: Nobody lists more than this [USD/Mtok]; the dearest that we know of is 600.
MOST_USD: Final = 1e6
LONGEST_NAME: Final = 60


@dataclass(frozen=True)
class ListedPrice:
    """What a seller lists for a model in a tier.

    Attributes:
        model: name of the model.
        tier: name of the tier.
        input_usd_per_mtok: input that is computed [USD per million tokens].
        cached_usd_per_mtok: input that is read from the prompt cache [USD per million tokens].
        output_usd_per_mtok: output [USD per million tokens].
    """

    model: str
    tier: str
    input_usd_per_mtok: float
    cached_usd_per_mtok: float
    output_usd_per_mtok: float


def read_price_list(path: Path, named_by: str = "") -> tuple[ListedPrice, ...]:
    """The prices in a file, in its order; what cannot be is named with its line and column.

    ``named_by``: what names the file, for what is said where it is not there.
    """
    where = f"{named_by} is '{path}', which" if named_by else f"file '{path}'"
    if not is_there(path, where):
        raise InputError(f"{where} is not there{near(path)}")
    text = read_text(path, where, "a CSV file of prices")
    rows = list(csv_rows(text, str(path), separator_of(text)))
    if not rows:
        raise InputError(f"{path} is empty, but must begin with {','.join(COLUMNS)}")
    (line, header), *rest = rows
    _check_header(header, f"{path} line {line}")
    if not rest:
        raise InputError(f"{path} names columns, but lists no price")
    listed: dict[tuple[str, str], int] = {}
    made = []
    for number, cells in rest:
        at = f"{path} line {number}"
        one = _listed(dict(zip(header, [*cells, *[""] * len(header)], strict=False)), at)
        if (one.model, one.tier) in listed:
            raise InputError(
                f"{at}: '{one.model}' in tier '{one.tier}' is on line {listed[one.model, one.tier]} already"
            )
        listed[one.model, one.tier] = number
        made.append(one)
    return tuple(made)


def prices_of(path: Path, named_by: str = "") -> list[dict[str, Any]]:
    """The same as a parameter of a seller."""
    return [asdict(one) for one in read_price_list(path, named_by)]


def _check_header(header: list[str], where: str) -> None:
    for place, name in enumerate(header):
        if name and name not in COLUMNS:
            raise InputError(
                f"{where}: column {place + 1} is '{name[:LONGEST_NAME]}'{nearest(name[:LONGEST_NAME], COLUMNS)}, but "
                f"columns are {', '.join(COLUMNS)}"
            )
        if name and name in header[:place]:
            raise InputError(f"{where}: the column {name} is there twice")
    for name in COLUMNS:
        if name not in header and name != "tier":
            raise InputError(f"{where} has no column {name}; columns are {', '.join(COLUMNS)}")


def _listed(row: Mapping[str, str], where: str) -> ListedPrice:
    for name, text in (("model", row["model"]), ("tier", row.get("tier") or STANDARD)):
        if not text or not text.isprintable() or len(text) > LONGEST_NAME:
            said = repr(text[:40]) if text else "empty"
            raise InputError(f"{where}: {name} is {said}, but must be a name of at most {LONGEST_NAME} letters")
    given, cached, output = (_price(row[name], name, where) for name in PRICES)
    if cached > given:
        raise InputError(
            f"{where}: {PRICES[1]} is {cached:g}, but must be at most {PRICES[0]}, {given:g}: else nobody would cache"
        )
    return ListedPrice(row["model"], row.get("tier") or STANDARD, given, cached, output)


def _price(text: str, name: str, where: str) -> float:
    try:
        price = float(text)
    except ValueError:
        price = math.nan
    if not 0.0 <= price <= MOST_USD:
        said = repr(text[:40]) if text else "empty"
        raise InputError(f"{where}: {name} is {said}, but must be a price, at least 0 and at most {MOST_USD:g} USD")
    return price
