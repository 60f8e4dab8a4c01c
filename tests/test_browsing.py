"""The browser of the tests: it sees pages of this machine, and nothing beyond."""

import pytest
from browsing import is_inside


def test_a_page_on_disk_opens_and_what_it_asks_of_the_world_is_refused_and_named(page, tmp_path):
    (tmp_path / "page.html").write_text(
        "<h1>here</h1><script>console.error('oh'); fetch('https://example.org/x').catch(() => {})</script>"
        "<img src='http://192.0.2.1/pixel.png' alt=''>"
    )
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_load_state("networkidle")
    assert page.inner_text("h1") == "here"
    assert sorted(page.outside) == ["http://192.0.2.1/pixel.png", "https://example.org/x"]
    assert "oh" in page.complaints


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://127.0.0.1:8501/x", True),
        ("http://localhost/", True),
        ("http://[::1]:1/", True),
        ("file:///tmp/page.html", True),
        ("data:text/plain,x", True),
        ("blob:http://127.0.0.1/1", True),
        ("https://fonts.example.com/a.woff2", False),
        ("http://127.0.0.1.example.com/", False),
        ("ws://10.0.0.1/", False),
    ],
)
def test_what_is_inside(url, inside):
    assert is_inside(url) is inside
