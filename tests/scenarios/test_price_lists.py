"""A seller's own price list: read as it is, and what cannot be named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from one_line import refused

from scenarios.loading.price_lists import ListedPrice, read_price_list

HEADER = "model,tier,input_usd_per_mtok,cached_usd_per_mtok,output_usd_per_mtok"


def test_prices_are_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(f"\ufeff{HEADER}\n\nbest,priority,6,0.6,30\nbest,,3, 0.3 ,15\nmini,batch,0,0,1e-2\n")
    assert read_price_list(path) == (
        ListedPrice("best", "priority", 6.0, 0.6, 30.0),
        ListedPrice("best", "standard", 3.0, 0.3, 15.0),
        ListedPrice("mini", "batch", 0.0, 0.0, 0.01),
    )
    path.write_text("output_usd_per_mtok,model,cached_usd_per_mtok,input_usd_per_mtok\n15,best,0.3,3\n")
    assert read_price_list(path) == (ListedPrice("best", "standard", 3.0, 0.3, 15.0),)


BROKEN = {
    "": "is empty, but must begin with model,tier,",
    HEADER: "names columns, but lists no price",
    "model,input_usd_per_mtok,output_usd_per_mtok\na,1,2\n": "line 1 has no column cached_usd_per_mtok",
    f"{HEADER},colour\n": "line 1: column 6 is 'colour', but columns are model,",
    f"{HEADER},model\n": "the column model is there twice",
    f"{HEADER}\n,,1,0,1\n": "line 2: model is empty, but must be a name",
    f"{HEADER}\na\0,,1,0,1\n": "line 2: model is 'a\\x00', but must be a name",
    f"{HEADER}\na,,1,0,\n": "line 2: output_usd_per_mtok is empty, but must be a price",
    f"{HEADER}\na,,1,0\n": "line 2: output_usd_per_mtok is empty, but must be a price",
    f"{HEADER}\na,,1,0,$5\n": "line 2: output_usd_per_mtok is '$5', but must be a price",
    f"{HEADER}\na,,-1,0,5\n": "line 2: input_usd_per_mtok is '-1', but must be a price, at least 0",
    f"{HEADER}\na,,inf,0,5\n": "line 2: input_usd_per_mtok is 'inf'",
    f"{HEADER}\na,,1,2,5\n": "line 2: cached_usd_per_mtok is 2, but must be at most input_usd_per_mtok, 1",
    f"{HEADER}\na,,1,0,5\na,standard,1,0,6\n": "line 3: 'a' in tier 'standard' is on line 2 already",
    f"{HEADER}\na,,1,0,5,6\n": "line 2 has 6 cells, but there are 5 columns",
    ",".join(["x"] * 20_000): "line 1: column 1 is 'x', but columns are",
    f"{HEADER}\n{'a' * 20_000},,1,0,5\n": "line 2 has a cell of more than 1,000 letters",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: BROKEN[text][:40])
def test_what_is_wrong_with_a_list_is_one_line(tmp_path: Path, text: str) -> None:
    refused(read_price_list, tmp_path / "prices.csv", text, BROKEN[text])
