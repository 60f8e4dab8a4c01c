"""The report in a real browser, opened from disk with no way out: seen, sorted, pointed at, small, dark, on paper."""

import re
import shutil
import subprocess
import tarfile

import pytest
from browsing import watched_page

REPORTS = ("run_report", "pair_report", "batch_report", "grid_report")
#: Least contrast of text and what is behind it [WCAG 2.1 AA].
READABLE = 4.5


def opened(page, path):
    page.goto(path.as_uri())
    return page


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The accessibility checks of axe-core, from the npm registry."""
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine, so axe-core cannot be fetched: `apt-get install npm`")
    place = tmp_path_factory.mktemp("axe")
    try:
        subprocess.run(
            ["npm", "pack", "axe-core@4", "--silent"], cwd=place, check=True, capture_output=True, timeout=90
        )
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"axe-core could not be fetched with `npm pack axe-core`: {error}")
    with tarfile.open(next(place.glob("axe-core-*.tgz"))) as archive:
        return archive.extractfile("package/axe.min.js").read().decode()


#: Whether all that is folded is open; ``true`` or ``false``.
UNFOLD = "all => all.forEach(one => {{ one.open = {}; }})"


@pytest.fixture(scope="module", params=REPORTS)
def tab(browser, request):
    """A report, opened once: laying out as many charts and tables is most of the time of these tests."""
    page = opened(watched_page(browser), request.getfixturevalue(request.param))
    yield page
    page.context.close()


@pytest.fixture
def report(tab):
    """It, light, on a wide screen, and folded as it opens; whatever a test does, nothing is complained of."""
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.emulate_media(media="screen", color_scheme="light")
    tab.locator("details").evaluate_all(UNFOLD.format("false"))
    yield tab
    assert tab.complaints == []
    assert tab.outside == []


#: For what is looked at in one of them.
OF_A_RUN = pytest.mark.parametrize("tab", ["run_report"], indirect=True)
OF_A_GRID = pytest.mark.parametrize("tab", ["grid_report"], indirect=True)


def test_it_opens_from_disk_and_shows_every_chart(report):
    page = report
    boxes = page.locator("svg.chart").evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
    assert len(boxes) >= 5
    assert all(box["width"] > 200 and box["height"] > 100 for box in boxes)
    drawn = page.locator("svg.chart").evaluate_all("all => all.map(one => one.getBBox().width)")
    assert all(width > 150 for width in drawn)
    assert page.title() != "taken"


@pytest.mark.parametrize("width", [360, 768])
def test_a_small_screen_has_no_sideways_scroll(report, width):
    report.set_viewport_size({"width": width, "height": 740})
    report.locator("details").evaluate_all(UNFOLD.format("true"))
    wide = report.evaluate("document.documentElement.scrollWidth")
    report.mouse.wheel(500, 0)
    assert (wide, report.evaluate("scrollX")) == (width, 0)


@OF_A_RUN
def test_tables_sort_by_their_headings_with_the_keyboard(report):
    page = report
    table = page.locator("#table-sellers")
    head = table.get_by_role("columnheader", name=re.compile("^dollars"))
    money = "all => all.map(row => Number(row.cells[4].dataset.v))"
    first = table.locator("tbody tr").evaluate_all(money)
    head.get_by_role("button").focus()
    for direction, ordered in (
        ("descending", sorted(first, reverse=True)),
        ("ascending", sorted(first)),
        (None, first),
    ):
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == direction
        assert table.locator("tbody tr").evaluate_all(money) == ordered
    names = table.get_by_role("columnheader", name=re.compile("^seller"))
    names.get_by_role("button").click()
    assert names.get_attribute("aria-sort") == "ascending"
    listed = table.locator("tbody th").all_inner_texts()
    assert listed == sorted(listed)


@OF_A_GRID
def test_rows_of_a_grid_sort_within_their_measure(report):
    table = report.locator("#table-answers")
    before = table.locator(".group").all_inner_texts()
    table.get_by_role("columnheader", name=re.compile("^mean")).get_by_role("button").click()
    means = table.locator("tbody").evaluate_all(
        "all => all.map(body => [...body.rows].slice(1).map(row => Number(row.cells[1].dataset.v)))"
    )
    assert [len(one) for one in means] == [3] * len(before)
    assert means == [sorted(one, reverse=True) for one in means]
    assert table.locator("tbody > tr:first-child").all_inner_texts() == before


@OF_A_GRID
def test_tables_of_a_grid_need_no_scrolling_and_names_stay_where_they_do(report):
    page = report
    page.locator("details").evaluate_all(UNFOLD.format("true"))
    wide = "all => all.filter(one => one.offsetWidth > one.parentElement.clientWidth + 1).map(one => one.id)"
    found = page.locator("table").evaluate_all(wide)
    page.set_viewport_size({"width": 360, "height": 740})
    moved = page.locator("#table-answers").evaluate(
        """table => { const first = table.querySelector("tbody th[scope=row]"), box = table.parentElement;
        const before = first.getBoundingClientRect().left; box.scrollLeft = 100;
        return [box.scrollLeft, first.getBoundingClientRect().left - before]; }"""
    )
    assert found == []
    assert moved == [100, 0]


@OF_A_RUN
def test_values_are_read_with_the_pointer_and_with_keys(report):
    page = report
    box = page.locator("#spot-price .chart-box")
    box.scroll_into_view_if_needed()
    area = box.bounding_box()
    readout = page.locator("#readout")
    assert readout.is_hidden()
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    text = readout.inner_text()
    assert re.search(r"\d{1,2} \w{3} 20\d\d", text)
    assert re.search(r"spot price\s+[\d.,k]+", text)
    assert "USD per rack-hour" in text
    page.mouse.move(5, 5)
    assert readout.is_hidden()
    box.focus()
    page.keyboard.press("End")
    last = readout.inner_text()
    page.keyboard.press("ArrowLeft")
    assert readout.inner_text() != last
    page.keyboard.press("Escape")
    assert readout.is_hidden()


@OF_A_RUN
def test_the_value_under_the_pointer_is_the_one_that_is_drawn(report, run_folder):
    import pandas as pd

    ticks = pd.read_parquet(run_folder / "ticks.parquet")
    report.locator("#spot-price .chart-box").focus()
    report.keyboard.press("Home")
    shown = report.locator("#readout td").nth(1).inner_text()
    assert float(shown.replace(",", "")) == pytest.approx(ticks["spot_price"].iloc[0], rel=1e-3)


CONTRAST = """() => {
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = rgb => rgb.map(v => linear(v / 255))
    .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
  const parts = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const paper = light(parts(getComputedStyle(document.documentElement).backgroundColor));
  return [...document.querySelectorAll("svg.chart text")].map(one => {
    const own = light(parts(getComputedStyle(one).fill));
    return [(Math.max(own, paper) + 0.05) / (Math.min(own, paper) + 0.05), one.textContent, getComputedStyle(one).fill];
  });
}"""


@OF_A_RUN
@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_letters_of_charts_can_be_read(report, look):
    report.emulate_media(color_scheme=look)
    found = report.evaluate(CONTRAST)
    background = report.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 29)"}[look]
    assert len(found) > 100
    on_colour = ("rgb(255, 255, 255)", "rgb(17, 17, 17)")  # inside coloured areas, not on paper
    assert [one for one in found if one[0] < READABLE and one[2] not in on_colour] == []


def test_the_colours_can_be_chosen_and_are_remembered(page, run_report):
    opened(page, run_report)
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    page.get_by_role("button", name="Dark colours").click()
    assert page.evaluate(colour) == "rgb(22, 24, 29)"
    page.reload()
    assert page.evaluate(colour) == "rgb(22, 24, 29)"
    page.get_by_role("button", name="Light colours").click()
    assert page.evaluate(colour) == "rgb(255, 255, 255)"


@OF_A_GRID
def test_it_becomes_pages_of_paper(report):
    paper = report.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert len(re.findall(rb"/Type ?/Page\b", paper)) > 2


def test_it_prints_light_and_whole(report):
    page = report
    page.set_viewport_size({"width": 1000, "height": 800})
    page.emulate_media(media="print", color_scheme="dark")
    colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    cut = page.locator(".chart-card").evaluate_all("all => all.map(one => getComputedStyle(one).breakInside)")
    heads = page.locator("thead").evaluate_all(  # a button's box would keep the header from being repeated
        "all => all.map(one => [getComputedStyle(one).display, "
        "...[...one.querySelectorAll('button')].map(button => getComputedStyle(button).display)])"
    )
    pairs = page.locator(".pair").evaluate_all("all => all.map(one => getComputedStyle(one).breakInside)")
    too_wide = page.locator("svg.chart").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().right > innerWidth).length"
    )
    assert colour == "rgb(255, 255, 255)"
    assert set(cut) == {"avoid"}
    assert set(pairs) <= {"avoid"}
    assert {style for one in heads for style in one} == {"table-header-group", "contents"}
    assert too_wide == 0


#: Of rows of a table that differ in words and numbers alone, two stay: hundreds of parameters are not tried one by one.
TWO_OF_A_KIND = r"""() => document.querySelectorAll("table").forEach(table => {
  const met = {};
  for (const row of table.querySelectorAll("tbody > tr")) {
    const kind = row.outerHTML.replace(/>[^<]+</g, ">text<").replace(/ ((?!class|scope|role)[\w-]+)="[^"]*"/g, " $1");
    met[kind] = (met[kind] || 0) + 1;
    if (met[kind] > 2) row.remove();
  }
})"""


def violations(page, axe, rules=""):
    """What axe-core complains of, and how many rules found something to look at."""
    page.locator("details").evaluate_all("all => all.slice(0, 4).forEach(one => { one.open = true; })")
    page.evaluate(TWO_OF_A_KIND)
    page.evaluate(axe)
    answer = page.evaluate(f"axe.run({{exclude: ['svg.chart > *']}}, {{resultTypes: ['violations']{rules}}})")
    told = [(one["id"], [node["html"][:150] for node in one["nodes"][:3]]) for one in answer["violations"]]
    return told, len(answer["passes"])


def test_accessibility_is_clean(report, axe):
    """The last on each page, for rows are taken away."""
    told, looked = violations(report, axe)
    assert looked > 40
    assert told == []


@OF_A_RUN
def test_contrast_is_clean_in_the_dark(report, axe):
    """All else is as in the light."""
    report.emulate_media(color_scheme="dark")
    assert violations(report, axe, ", runOnly: ['color-contrast']") == ([], 1)


def test_without_scripts_everything_is_there(browser, run_report):
    page = opened(watched_page(browser, java_script_enabled=False), run_report)
    assert page.get_by_role("button").count() == 0
    assert page.get_by_role("heading", name="Answer", exact=True).is_visible()
    assert page.locator("svg.chart").count() >= 15
    page.locator("#spot-price summary").click()
    assert page.locator("#spot-price-numbers").is_visible()
    page.context.close()
