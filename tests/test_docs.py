"""Every code block of the README and the docs is run, and where it shows output, the output is compared.

- ``python`` blocks of a page run in order, in one namespace, in an empty folder; a ``text`` block right below one is
  what it prints.
- ``console`` blocks: lines that begin with ``$ tokenmarket`` are run in the same way; the lines below are what
  stdout (or, where the command fails, stderr) must show. ``...`` stands for anything.
- ``bash`` blocks of the README are its two commands: ``# run`` and ``# test``.
"""

import contextlib
import io
import os
import re
import shlex
import sys
from pathlib import Path

import pytest
from fresh import tokenmarket
from in_line import WITHOUT_PROCESSES

from scenarios.cli import main as cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
#: Set in the process of a page that is run alone.
ALONE = "TOKENMARKET_PAGE_ALONE"
#: How far a batch is, which it says where it takes long.
PROGRESS = re.compile(r"^.*: \d+ of \d+ done, .* left\n", re.MULTILINE)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What a block prints, right below it.
PRINTED = re.compile(r"\n\n^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page):
    """(kind, first line, text, what it prints if the page says so) of every fenced block."""
    text = page.read_text()
    return [
        (m[1], text[: m.start()].count("\n") + 2, m[2], shown[1] if (shown := PRINTED.match(text, m.end())) else None)
        for m in FENCE.finditer(text)
    ]


def sessions(text):
    """'$ command' lines with the output below each."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def matches(expected, found):
    """Whether the lines agree but for blanks at their ends; '...' stands for any text, over lines or within one."""

    def tidy(text):
        return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()).strip()

    pattern = ".*".join(re.escape(part) for part in tidy(expected).split("..."))
    return re.fullmatch(pattern, tidy(found), re.DOTALL) is not None


def run_command(command, capfd, monkeypatch):
    if re.search(r"\s\S+\.py\b", command):
        # A file of one's own stays known until the process ends: it gets one of its own.
        done = tokenmarket(*shlex.split(command)[1:], cwd=Path.cwd())
        return done.stdout + done.stderr
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with contextlib.suppress(SystemExit):
        cli.main()
    return PROGRESS.sub("", "".join(capfd.readouterr()))


@pytest.mark.parametrize("name", NAMES)
@WITHOUT_PROCESSES
def test_code_blocks_do_what_they_say(name, tmp_path, monkeypatch, capfd):
    if "@column(" in (ROOT / name).read_text() and ALONE not in os.environ:
        # Its columns stay known until the process ends: it gets one of its own.
        test = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].removesuffix(" (call)")
        imported = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
        words = ["-n", "0", "-W", imported, f"{__file__}::{test}"]
        code = f"import pytest; raise SystemExit(pytest.main({words}))"
        done = tokenmarket(cwd=ROOT, code=code, env=os.environ | {ALONE: "1"})
        assert done.returncode == 0, done.stdout
        return
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    namespace: dict[str, object] = {"__name__": "docs"}
    for kind, line, text, shown in blocks(ROOT / name):
        if kind == "python":
            code = compile("\n" * (line - 1) + text, str(ROOT / name), "exec")
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(code, namespace)
            assert shown is None or matches(shown, printed.getvalue()), f"{name}:{line} prints\n{printed.getvalue()}"
        elif kind == "console":
            for command, expected in sessions(text):
                assert command.startswith("tokenmarket "), f"{name}:{line}: cannot run '{command}'"
                found = run_command(command, capfd, monkeypatch)
                assert matches(expected, found), f"{name}:{line}: '{command}' prints\n{found}"


def test_the_readme_has_its_two_commands_alone_in_a_block():
    found = [text for kind, _, text, _ in blocks(ROOT / "README.md") if kind == "bash"]
    assert found == ["# run\nmake run\n", "# test\nmake test\n"]


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name):
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", FENCE.sub("", page.read_text())):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{name} links to {target}"


def test_every_page_is_in_the_index():
    index = (ROOT / "docs/index.md").read_text()
    for page in PAGES[1:]:
        if page.name != "index.md":
            assert f"({page.relative_to(ROOT / 'docs')})" in index, f"docs/index.md does not name {page.name}"


def test_figures_in_the_text_are_what_the_code_gives():
    """The numbers that the README and the explanation state in words, against today's."""
    from capacity import ARCHITECTURES, FITTED, PUBLISHED, WORKLOADS, fleet
    from capacity.calibration import FITTED_HIGH, FITTED_LOW

    def headline(workload, calibration):
        kimi = ARCHITECTURES["kimi-k2"]
        return fleet.throughput(fleet.HEADLINE_FLEET, kimi, WORKLOADS[workload], None, calibration)

    billions = [f"{headline('general', c) / 1e9:.1f}" for c in (PUBLISHED, FITTED, FITTED_LOW, FITTED_HIGH)]
    assert billions == ["21.9", "6.0", "4.7", "7.2"]
    millions = f"{headline('agentic', PUBLISHED) / 1e6:.0f}"
    growth = fleet.growth_rates()
    for page, words in {
        "README.md": [f"{billions[0]} billion", f"{millions} million", f"is {billions[1]} billion"],
        "docs/explanation/capacity.md": [
            f"{billions[0]} billion",
            f"{billions[1]} billion",
            f"{billions[2]} to {billions[3]} billion",
            f"{growth.compute:.2f}",
            f"{growth.bandwidth:.2f}",
            f"{FITTED.compute_efficiency:.3f}",
        ],
        "CHANGELOG.md": [f"{growth.compute:.2f}x", f"{growth.bandwidth:.2f}x"],
    }.items():
        text = " ".join((ROOT / page).read_text().split())
        for word in words:
            assert word in text, f"{page} does not say {word}"


def test_every_textbook_case_shows_what_it_prints():
    _, *cases = (shown for kind, _, _, shown in blocks(ROOT / "docs/how-to/textbook-cases.md") if kind == "python")
    assert len(cases) > 15
    assert all(cases)


def test_a_wrong_output_is_caught():
    assert matches("a ... b\n", "a 1 2\n3 b\n\n")
    assert not matches("a\nb\n", "a\nc\n")
    assert not matches("a\n", "a\nb\n")
    assert list(sessions("$ one\nx\n$ two\n")) == [("one", "x\n"), ("two", "")]
