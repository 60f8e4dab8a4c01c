"""The fuzz knows all there is to break: no option, argument or file of a command is left out."""

from __future__ import annotations

import random
from pathlib import Path

import inputs
import mutations

#: Options that name a file or folder which is read.
READING = {"--design", "--file", "--moments", "--parameters", "--resume", "--study", "--with"}


def test_every_option_and_argument_has_a_right_value() -> None:
    known = inputs.values()
    assert ("run", "--days") in known
    assert ("scenarios show", "name") in known
    assert all(right and all(isinstance(one, str) for one in right) for right in known.values())
    assert {option for _, option in known} == set(inputs.VALUES)  # and none that is gone


def test_every_option_that_reads_a_file_is_given_a_broken_one() -> None:
    commands = [
        " ".join(words) for table in (inputs.READERS, inputs.FOLDERS) for rows in table.values() for words in rows
    ]
    # The app would go on serving what opens; it reads such a file as `run` does.
    taken = {(words, option) for words, option in inputs.values() if option in READING and words != "app"}
    missing = {
        (words, option)
        for words, option in taken
        if not any(one.startswith(words) and one.endswith(option) for one in commands)
    }
    assert missing == set()


def test_no_value_leads_out_of_its_folder(tmp_path: Path) -> None:
    draw = random.Random(1)
    for _ in range(500):
        assert not inputs.of_an_option(draw, mutations, tmp_path)[-1].startswith("/")
