"""From what was read to the text of the page."""

from __future__ import annotations

from collections.abc import Sequence

from capacity.errors import InputError
from scenarios.reports import batch_pair_report, batch_report, pair_report, run_report
from scenarios.reports.page import Page
from scenarios.reports.subject import BatchOf, Run, Subject


def html(subjects: Sequence[Subject], command: str) -> str:
    """The report of one or two as HTML."""
    return page(subjects, command).html()


def page(subjects: Sequence[Subject], command: str) -> Page:
    """The page."""
    match subjects:
        case [Run() as run]:
            return run_report.page(run, command)
        case [BatchOf() as batch]:
            return batch_report.page(batch, command)
        case [Run() as one, Run() as other]:
            return pair_report.page(one, other, command)
        case [BatchOf() as batch, BatchOf() as second]:
            return batch_pair_report.page(batch, second, command)
    kinds = ["a run" if isinstance(one, Run) else "a batch" for one in subjects]
    raise InputError(
        f"'{subjects[0].folder}' is {kinds[0]} and '{subjects[1].folder}' {kinds[1]}: compare two of a kind"
    )
