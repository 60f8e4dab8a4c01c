"""What tests of the app share."""

from forked import quick_processes  # noqa: F401  # fixture
