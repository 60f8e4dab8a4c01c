"""One notation for a scenario and one of its variants, wherever a scenario is named."""

import pytest
from typer.testing import CliRunner

from capacity.errors import InputError
from scenarios.cli.main import app
from scenarios.library import SCENARIOS
from scenarios.loading.scenarios import load, split_variant


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("off-peak", ("off-peak", "")),
        ("off-peak:dynamic", ("off-peak", "dynamic")),
        ("off-peak:*", ("off-peak", "*")),
        ("a/mine.toml", ("a/mine.toml", "")),
        ("a/mine.toml:cheap", ("a/mine.toml", "cheap")),
        ("a:b/mine.toml", ("a:b/mine.toml", "")),
        ("a:b/run", ("a:b/run", "")),
    ],
)
def test_a_name_is_cut_where_the_variant_begins(text, parts):
    assert split_variant(text) == parts


@pytest.mark.parametrize("text", [":dynamic", "off-peak:", ":"])
def test_half_a_name_is_refused(text):
    with pytest.raises(InputError, match="must look like scenario:variant"):
        split_variant(text)


def test_a_variant_is_loaded_by_either_notation_and_set_comes_last():
    dynamic = SCENARIOS["off-peak"].variant("dynamic")
    assert load("off-peak:dynamic") == load("off-peak", variant="dynamic") == dynamic
    # The variant says every hour; what the person says stands.
    changed = load("off-peak:dynamic", ["open.*.pricing.every_hours=24"])
    assert {one.pricing.every_hours for one in dynamic.open} == {0.0}
    assert {one.pricing.every_hours for one in changed.open} == {24.0}


def test_a_file_has_variants_too(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('question = "What if?"\n[variants.cheap]\n"supply.growth" = 5\n')
    assert load(f"{file}:cheap").supply.growth == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["off-peak:dynamc"], "did you mean 'dynamic'"),
        (["off-peak", "--variant", "dynamc"], "did you mean 'dynamic'"),
        (["off-peak:dynamic", "--variant", "dynamic"], "names a variant already"),
        (["off-peak:*"], "tokenmarket batch"),
        (["of-peak:dynamic"], "did you mean 'off-peak'"),
        (["baseline-2026:dynamic"], "has no variant 'dynamic'; known: none"),
    ],
)
def test_run_refuses_what_names_no_single_variant(arguments, words, tmp_path):
    found = CliRunner().invoke(app, ["run", *arguments, "--out", str(tmp_path / "r")])
    assert isinstance(found.exception, InputError)
    assert words in str(found.exception)
    assert not (tmp_path / "r").exists()


def test_run_keeps_the_variant_that_it_ran_and_explain_runs_it_again(tmp_path):
    out, runner = tmp_path / "r", CliRunner()
    arguments = ["run", "off-peak", "--variant", "dynamic", "--days", "1", "--users", "60", "--out", str(out)]
    assert runner.invoke(app, [*arguments, "--quiet", "--no-picture"], catch_exceptions=False).exit_code == 0
    assert load(out / "scenario.toml") == SCENARIOS["off-peak"].variant("dynamic")
    told = runner.invoke(app, ["explain", str(out), "--offer", "Ferry kimi-k2"], catch_exceptions=False)
    assert "Ferry kimi-k2" in told.stdout
