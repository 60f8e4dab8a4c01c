"""A study file says all of it, and is refused with file and field."""

import pytest

from capacity.errors import InputError
from scenarios.batches.plan.options import study_from
from scenarios.batches.plan.sampling import Range, Sampling


def written(path, text):
    path.write_text(text)
    return path


STUDY = """
name = "pricing"
question = "Which price?"
scenarios = ["off-peak:*", "mine.toml"]
seeds = "3-4"
days = 2
users = 60
keep = ["ticks"]
[set]
demand.scale = 1.2
[vary]
"labs.*.pricing.stickiness" = [0, 0.5]
[sample]
size = 3
seed = 9
[sample.ranges]
supply.growth = [2, 6]
"supply.power_usd_per_kwh" = {low = 0.04, high = 0.2, log = true, unit = "USD/kWh"}
"""


def test_a_study_file_says_all_of_it(tmp_path):
    (tmp_path / "mine.toml").write_text('question = "?"\nextends = "broker"\n')
    (tmp_path / "study.toml").write_text(STUDY)
    made = study_from(study_file=tmp_path / "study.toml")
    assert (made.name, made.question, made.seeds, made.days, made.users) == ("pricing", "Which price?", (3, 4), 2, 60)
    assert len(made.cases) == (3 + 1) * 2 * 3
    ranges = (Range("supply.growth", 2, 6), Range("supply.power_usd_per_kwh", 0.04, 0.2, log=True))
    assert made.sampling == Sampling("lhs", ranges, 3, 9)
    assert {made.scenario(case).demand.scale for case in made.cases} == {1.2}
    # What is said beside the file goes first.
    again = study_from(study_file=tmp_path / "study.toml", seeds="1", users=70, days=1, keep=[], name="other")
    assert (again.name, again.seeds, again.days, again.users, again.keep) == ("other", (1,), 1, 70, ())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("seeds =", "seed =", "seed is unknown.*did you mean 'seeds'"),
        ("size = 3", "sise = 3", "sample.sise is unknown.*did you mean 'size'"),
        ("log = true", "logs = true", "supply.power_usd_per_kwh.*logs is unknown.*did you mean 'log'"),
        ('"USD/kWh"', '"USD/MWh"', "is in 'USD/kWh'"),
        ('seeds = "3-4"', "seeds = 1.5", "seeds is 1.5, but must be 32"),
        ('seeds = "3-4"', 'seeds = "4-3"', "runs backwards"),
        ("days = 2", "days = 0", "days is 0, but must be a number, above 0"),
        ("users = 60", 'users = "60"', "users is '60'"),
        (
            "supply.growth = [2, 6]",
            "supply.growth = [2, 4, 6]",
            r"is \[2, 4, 6\], but must be \[low, high\]",
        ),
        ("[0, 0.5]", "0.5", "needs a list of values"),
        ("supply.growth", "supply.grwth", "supply.grwth is unknown"),
        ('"mine.toml"', '"mein.toml"', "did you mean 'mine.toml'"),
        ('scenarios = ["off-peak:*", "mine.toml"]', "", "scenarios is missing"),
        ("[vary]", "[vary", "is not TOML"),
    ],
)
def test_a_wrong_study_file_is_refused_with_file_and_field(tmp_path, old, new, words):
    (tmp_path / "mine.toml").write_text('question = "?"\n')
    (tmp_path / "study.toml").write_text(STUDY.replace(old, new, 1))
    with pytest.raises(InputError, match=words):
        study_from(study_file=tmp_path / "study.toml")


def test_a_study_file_is_not_called_a_scenario(tmp_path):
    with pytest.raises(InputError, match=r"study\.toml is not there; a study is a TOML file"):
        study_from(study_file=tmp_path / "study.toml")
    path = written(tmp_path / "study.toml", "")
    with pytest.raises(InputError, match="is empty, but a study says at least which scenarios are run"):
        study_from(study_file=path)
    written(path, "scenarios = ['off-peek']\n")
    with pytest.raises(InputError, match=r"^study '.*study\.toml': unknown scenario 'off-peek' \(did you mean"):
        study_from(study_file=path)
    written(path, "scenarios = ['off-peak']\n")
    with pytest.raises(InputError, match=r"^--seeds is 0, but"):
        study_from(study_file=path, seeds="0")


def test_a_study_of_no_name_is_called_as_its_file_if_that_can_be(tmp_path):
    path = written(tmp_path / "what now?.toml", "scenarios = ['off-peak']\nseeds = 1\n")
    with pytest.raises(
        InputError, match=r"now\?\.toml says no name, so it would be called 'what now\?' as the file is"
    ):
        study_from(study_file=path)
    assert study_from(study_file=path, name="mine").name == "mine"


def test_a_study_file_may_name_a_table_beside_it(tmp_path):
    written(tmp_path / "points.csv", "supply.growth\n2\n3\n")
    (tmp_path / "study.toml").write_text('scenarios = ["broker"]\ndesign = "points.csv"\nseeds = 1\n')
    made = study_from(study_file=tmp_path / "study.toml")
    assert (made.name, made.inputs, len(made.cases)) == ("study", ["supply.growth"], 2)


def test_a_study_file_and_a_design_of_options_do_not_go_together(tmp_path):
    with pytest.raises(InputError, match="--vary cannot be given beside the study file"):
        study_from(study_file=tmp_path / "study.toml", vary=["supply.growth=2"])
