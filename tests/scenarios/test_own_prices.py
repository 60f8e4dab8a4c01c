"""A price list of one's own takes the place of a seller's lists, and what cannot be is said."""

from pathlib import Path

import pytest

from capacity.errors import InputError
from scenarios.loading.scenarios import from_file, load

PRICES = "input_usd_per_mtok,cached_usd_per_mtok,output_usd_per_mtok"
LIST = f"model,tier,{PRICES}\nbest,standard,3,0.3,15\nbest,batch,1,0.2,8\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "list.csv").write_text(LIST)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_listed_offers_have_these_prices_and_keep_them(here: Path) -> None:
    economy = load("baseline-2026", ["labs.Aster.prices=list.csv"]).economy(100)
    offers = {offer.name: offer for offer in economy.providers[0].offers}
    standard, batch = offers["Aster standard"], offers["Aster batch"]
    assert (standard.price, standard.fixed_price) == (15.0, True)
    assert (standard.tariff.quoted.input, standard.tariff.quoted.cached) == pytest.approx((0.2, 0.02))
    assert (batch.tariff.quoted.input, batch.tariff.quoted.cached) == pytest.approx((0.125, 0.025))
    assert not offers["Aster priority"].fixed_price
    assert not any(offer.fixed_price for offer in economy.providers[1].offers if offer.price)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_and_tabs_are_as_good_as_commas(here: Path, separator: str) -> None:
    commas = load("baseline-2026", ["labs.Aster.prices=list.csv"])
    (here / "list.csv").write_text(LIST.replace(",", separator))
    assert load("baseline-2026", ["labs.Aster.prices=list.csv"]) == commas


def test_a_file_names_its_list_beside_it_and_keeps_the_numbers(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"model,{PRICES}\nkimi-k2,1,0,4\n")
    path = tmp_path / "mine.toml"
    path.write_text('extends = "baseline-2026"\n[open.Ferry]\nprices = "list.csv"\n')
    scenario = from_file(path)
    (tmp_path / "list.csv").unlink()
    ferry = scenario.economy(100).providers[3]
    assert (ferry.offers[0].price, ferry.offers[0].fixed_price) == (4.0, True)
    assert ferry.offers[0].tariff.quoted.cached == 0.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LIST.replace("batch", "btch"), r"prices\[1\].*'best' in 'btch'.*did you mean"),
        (LIST.replace("batch", "plan"), r"'best' in 'plan'.* by the token it sells .*'best' in 'batch'"),
        (LIST.replace("best,batch", "mini,free"), r"'mini' in 'free'.* by the token it sells"),
        (LIST.replace(",", ";").replace("0.3", "0,3"), "line 2.*cached_usd_per_mtok is '0,3'"),
        (LIST.replace("15", "0"), "output_usd_per_mtok is 0"),
        (LIST.replace("0.3", "x"), "line 2.*cached_usd_per_mtok"),
    ],
)
def test_what_cannot_be_is_refused(here: Path, text: str, words: str) -> None:
    (here / "list.csv").write_text(text)
    with pytest.raises(InputError, match=words):
        load("baseline-2026", ["labs.Aster.prices=list.csv"])
