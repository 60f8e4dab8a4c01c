"""What the benchmarks compare is the same market, and what they print and mark is what they measured."""

import against
import bench_scenarios
import pytest
import speed_page
from measured import Measured, row
from plain_mesa import PlainMarket

from market import TokenMarket
from scenarios.library import SCENARIOS


@pytest.fixture(scope="module")
def crunch():
    model = TokenMarket(bench_scenarios.shortened(SCENARIOS["compute-crunch"]).economy(60), rng=1)
    model.run_for(4)
    return model


def test_plain_users_order_what_ours_do_within_quotas_and_plans(crunch):
    plain = PlainMarket(crunch)
    assert any(user.nests != user.beyond and user.has_limits for user in plain.agents if hasattr(user, "has_limits"))
    assert plain.disagreement() < bench_scenarios.AGREE


def test_the_comparison_sees_a_difference(crunch):
    plain = PlainMarket(crunch)
    for offer in plain.offers:
        for seen in offer.seen:
            seen.price *= 1.01
    assert plain.disagreement() > bench_scenarios.AGREE


def measured(**values):
    given = {"scenario": "baseline-2026", "users": 100_000, "usual": 10.0, "look": 178.0, "empty": 2.0, "plain": 550.0}
    return Measured(**(given | {"exponentials": 2.2, "ticks": 24, "phases": {"users order": 3.0}} | values))


def test_a_tick_of_a_week_has_one_look():
    one = measured()
    assert one.week == pytest.approx((167 * 10.0 + 178.0) / 168)
    assert one.over_plain == pytest.approx(50.0)
    assert one.over_exponentials == pytest.approx(5.0)


def test_the_page_says_what_is_missed(tmp_path):
    page = speed_page.page([measured(), measured(plain=1100.1, scenario="compute-crunch")])
    assert "| baseline-2026 | 100,000 | over plain Mesa | at least 100 | 50 | missed |" in page
    assert "| compute-crunch | 100,000 | over plain Mesa | at least 40 | 100 | hit |" in page
    assert "| users order | 3.00 |" in page
    speed_page.draw([measured(), measured(users=100)], tmp_path / "speed.png")
    assert (tmp_path / "speed.png").stat().st_size > 10_000


def test_a_part_of_a_day_is_marked_and_held_against_no_goal():
    """Its hours are others than those of the other rows."""
    part = measured(ticks=12)
    assert row(part)[2] == "11.0 (12 of 24 h)"
    assert speed_page.goals([part]) == []
    assert speed_page.goals([measured()]) != []


class Fake:
    """A process whose ticks take so long [s]."""

    def __init__(self, each):
        self.each = each

    def seconds(self, what, number):
        return self.each * number


def test_a_fall_of_more_than_a_fifth_is_marked(monkeypatch, capsys):
    for now, marked in ((0.012, False), (0.013, True)):
        workers = iter([Fake(0.010), Fake(now)])
        monkeypatch.setattr(Fake, "end", lambda self: None, raising=False)
        monkeypatch.setattr(against, "Worker", lambda folder, workers=workers: next(workers))
        monkeypatch.setattr(against, "git", lambda *words: "abc")
        against.side_by_side("abc")
        assert ("SLOWER" in capsys.readouterr().out) is marked


def test_an_unknown_commit_is_one_line():
    with pytest.raises(SystemExit, match=r"^bench_scenarios: git rev-parse"):
        against.side_by_side("no-such-commit")
