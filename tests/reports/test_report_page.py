"""The report as HTML: what it says, how it is built, and that nothing a person wrote becomes a part of it."""

import html
import json
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from scenarios.pictures.registry import CHARTS

REPORTS = ("run_report", "pair_report", "batch_report", "grid_report")
VOID = {"meta", "br", "hr", "input", "link", "img"}


class Reader(HTMLParser):
    """Elements in order, with their attributes and the text inside."""

    def __init__(self):
        super().__init__()
        self.found, self.open, self.wrong = [], [], []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        self.wrong += [f"<{tag}> has {name} twice" for name in names if names.count(name) > 1]
        self.found.append((tag, dict(attrs), []))
        if tag not in VOID:
            self.open.append(self.found[-1])

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs), []))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-1][0] if self.open else 'nothing'}")
        else:
            self.open.pop()

    def handle_data(self, data):
        for _, _, text in self.open:
            text.append(data)

    def all(self, *tags):
        return [(attrs, "".join(text)) for tag, attrs, text in self.found if tag in tags]


def read(path):
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader


@pytest.fixture(params=REPORTS)
def page(request):
    return read(request.getfixturevalue(request.param))


def test_every_element_is_closed_and_has_its_attributes_once(page):
    assert page.wrong == []
    assert page.open == []


def test_headings_go_down_one_level_at_a_time_below_one_question(page):
    levels = [int(tag[1]) for tag, _, _ in page.found if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(then <= now + 1 for now, then in pairwise(levels))


def test_ids_are_there_once_and_every_reference_leads_to_one(page):
    ids = Counter(attrs["id"] for _, attrs, _ in page.found if "id" in attrs)
    assert [name for name, count in ids.items() if count > 1] == []
    links = [attrs["href"] for attrs, _ in page.all("a")]
    assert links
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    named = [attrs["aria-labelledby"] for _, attrs, _ in page.found if "aria-labelledby" in attrs]
    assert set(named) <= set(ids)


def test_nothing_is_fetched(page):
    asked = [
        (tag, name, value)
        for tag, attrs, _ in page.found
        for name, value in attrs.items()
        if name in ("src", "href", "xlink:href", "action", "srcset", "poster", "data")
    ]
    assert asked
    assert all(value.startswith(("#", "data:image/png")) for _, _, value in asked)
    policy = next(a["content"] for a, _ in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "'unsafe-inline'" not in policy.split("script-src")[1]
    assert not re.search(r"url\((?!#)|@import", "".join(text for _, text in page.all("style")))


def test_landmarks_language_and_pictures_with_words(page):
    tags = Counter(tag for tag, _, _ in page.found)
    assert all(tags[name] == 1 for name in ("header", "nav", "main", "title"))
    assert page.all("html")[0][0]["lang"] == "en"
    pictures = [attrs for attrs, _ in page.all("svg")]
    assert len(pictures) >= 4
    assert all(one["role"] == "img" and len(one["aria-label"]) > 60 for one in pictures)


def test_tables_have_captions_and_scopes(page):
    assert len(page.all("table")) == len([text for _, text in page.all("caption") if text])
    scopes = {attrs.get("scope") for attrs, _ in page.all("th")}
    assert {"col", "row"} <= scopes <= {"col", "row", "rowgroup"}


def test_values_under_the_pointer_are_inside_the_pictures(page):
    found = [json.loads(text) for attrs, text in page.all("script") if attrs.get("type") == "application/json"]
    assert len(found) >= 4
    for panel in (panel for panels in found for panel in panels):
        left, top, right, bottom = panel["box"]
        assert 0 <= left < right
        assert 0 <= top < bottom
        assert panel["unit"]
        for name, colour, place, values in panel["series"]:
            assert name
            assert re.fullmatch(r"#[0-9a-f]{6}", colour)
            at = panel["at"][place]
            assert (at["count"] if isinstance(at, dict) else len(at)) == len(values)


def test_what_people_wrote_is_text(run_report):
    page = read(run_report)
    scripts = [attrs for attrs, _ in page.all("script") if attrs.get("type") != "application/json"]
    assert len(scripts) == 1
    assert page.all("img", "b") == []
    asked = "which asks: Who pays? <script>document.title = 'taken'</script> & \"quotes\""
    assert any(asked in text for _, text in page.all("p"))
    assert "tokenmarket run <b>mine</b>" in [text for _, text in page.all("code")]


def test_a_run_shows_every_chart_and_what_it_is_made_of(run_report):
    page = read(run_report)
    ids = {attrs.get("id") for _, attrs, _ in page.found}
    assert set(CHARTS) <= ids
    rows = [text for _, text in page.all("tr") if text.startswith("supply.growth")]
    assert any("1/year" in row and "5" in row for row in rows)
    text = page.all("main")[0][1]
    for words in (
        "Too short for a full answer",
        "2 of the 1,096 days",
        "needs the variant supply-leads",
        "This run is too short to say",
        "digest",
        "Seed",
    ):
        assert words in text
    assert run_report.stat().st_size < 1.2e6


def test_two_runs_answer_what_one_alone_cannot(pair_report):
    text = read(pair_report).all("main")[0][1]
    assert re.search(r"95th percentile of work ordered over its mean: [\d.]+ here, [\d.]+ in dynamic", text)
    assert "Expected to be higher than in dynamic (peak-load pricing)" in text
    assert "this needs the variant time-of-day" in text
    assert "B differs most from A in these figures:" in text
    assert re.search(r"these figures:[A-Z][^:]+: [^:]+ in A, [^:]+ in B", text)
    assert re.search(
        r"Who gains and who loses from A to B:Users gain .*Sellers gain .*Owners gain .*All together", text
    )
    assert "Parameters that differ from A: off-peak" in text


def test_a_chart_of_two_runs_says_which_it_is_in_its_own_heading(pair_report):
    heads = [text for _, text in read(pair_report).all("h4")]
    assert "The spot price of machines, A: off-peak" in heads
    assert "The spot price of machines, B: off-peak - dynamic" in heads


def test_a_batch_says_how_sure_it_is(batch_report):
    text = read(batch_report).all("main")[0][1]
    assert re.search(r"in off-peak, [\d.]+ in dynamic \([^)]*90 % interval of the difference over 3 seeds", text)
    assert "this needs time-of-day, which is not among the cases" in text
    assert "Runs of 0.5 days are shorter than the question" in text
    assert "6 of 6" in text


def test_a_grid_has_a_row_a_case_under_each_measure_once(grid_report):
    page = read(grid_report)
    text = page.all("main")[0][1]
    table = next(text for attrs, text in page.all("table") if attrs["id"] == "table-answers")
    groups = [text for attrs, text in page.all("th") if attrs.get("scope") == "rowgroup"]
    assert table.count("95th percentile of work ordered over its mean") == 1
    assert any(one.startswith("95th percentile of work ordered over its mean") for one in groups)
    assert "baseline-2026" not in table
    assert table.count("supply.scale=0.5") == len({one for one in groups if one in table})
    assert not re.search(r"\de[+-]\d", text)
    assert "Machines busy [%] over time, case by case: mean over seeds" in text


def test_two_cases_stand_beside_each_other(batch_report):
    page = read(batch_report)
    heads = page.all("thead")[[attrs["id"] for attrs, _ in page.all("table")].index("table-answers")][1]
    assert heads == "measureoff-peakdynamicdifferencerelativehigher in"


def test_signs_say_something(run_report, batch_report):
    """What is only reported has no sign; what was expected has."""
    for path in (run_report, batch_report):
        text = path.read_text(encoding="utf-8")
        assert "> reported</span>" not in text
    assert 'class="badge"' in batch_report.read_text(encoding="utf-8")


def test_a_note_is_said_once(run_report):
    """How to read a chart stands in its caption, and not again in the picture."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", run_report.read_text(encoding="utf-8")))
    for chart in CHARTS.values():
        if chart.hint and chart.title in text:
            assert chart.hint not in text, chart.name
            assert f"{chart.hint[0].upper()}{chart.hint[1:]}." in text, chart.name


def test_names_of_lines_are_below_a_chart_for_phones(run_report):
    text = run_report.read_text(encoding="utf-8")
    card = text[text.index('id="price-paths"') :].split("</article>")[0]
    names = re.findall(r"<li><i[^>]*></i>([^<]+)</li>", card)
    assert {"kimi-k2", "deepseek-v3.2"} <= set(names)


def test_key_figures_of_a_batch_name_their_cases(batch_report):
    text = batch_report.read_text(encoding="utf-8")
    figures = text[text.index('class="figures"') :].split("</dl>")[0]
    assert figures.count("lowest in ") + figures.count("in every case") == figures.count("<dt>") - 1


def test_a_changed_run_is_called_by_its_changes(run_report, pair_report):
    page = read(run_report)
    assert "compute-crunch, supply.growth 5" in page.all("main")[0][1] + run_report.read_text(encoding="utf-8")
    assert "A: off-peak against B: off-peak - dynamic" in pair_report.read_text(encoding="utf-8")
