"""Tables that are worked out once of frames that change no more, and what a command imports."""

import gc

import pandas as pd
from market_runs import small_run

from scenarios.cli.importing import importing
from scenarios.results import summary_tables
from scenarios.results.frames import Looked, looked


def test_a_table_is_the_same_whether_it_is_worked_out_once_or_anew() -> None:
    frames = small_run().frames
    once = looked(frames)
    for _ in range(2):
        pd.testing.assert_frame_equal(summary_tables.waits(once), summary_tables.waits(frames))
        for by in ("provider", "kind"):
            pd.testing.assert_frame_equal(summary_tables.shares(once, by), summary_tables.shares(frames, by))
    made = len(once.tables)
    summary_tables.waits(looked(once))
    assert len(once.tables) == made


def test_who_changes_a_table_changes_it_for_nobody_else() -> None:
    frames = looked(small_run().frames)
    mine = summary_tables.products(frames)
    mine["product"] = "mine"
    assert (summary_tables.products(frames)["product"] != "mine").all()


def test_frames_that_may_change_are_looked_at_anew() -> None:
    frames = dict(small_run().frames)
    before = summary_tables.products(frames)
    frames["listings"] = frames["listings"].assign(kind="other")
    assert not isinstance(frames, Looked)
    assert (summary_tables.products(frames)["kind"] != before["kind"]).all()


def test_garbage_is_looked_for_after_imports_as_before() -> None:
    assert gc.isenabled()
    with importing():
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with importing():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
