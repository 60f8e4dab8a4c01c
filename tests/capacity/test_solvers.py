"""Solvers of SciPy's, fetched when one is first asked for."""

import pytest
from scipy import optimize

from capacity import solvers


def test_they_are_scipys() -> None:
    assert solvers.brentq is optimize.brentq
    assert solvers.minimize is optimize.minimize


def test_there_are_no_others() -> None:
    with pytest.raises(AttributeError, match="newton"):
        _ = solvers.newton
