"""Exact checks: what economics and queueing theory know, against the model set up as each theory asks."""

from scenarios.verification.check import CHECKS, Check, CheckRow
from scenarios.verification.run import verify

__all__ = ["CHECKS", "Check", "CheckRow", "verify"]
