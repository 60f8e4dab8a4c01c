"""A log of requests, read once from end to end: what it adds up to by class, and the rows that were left out."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError
from capacity.reading import open_plain
from scenarios.studies.trace.lines import blocks, split_header
from scenarios.studies.trace.requests import Requests, Wrong, requests_in
from scenarios.studies.trace.tally import Tally

#: Wrong rows that are told of; more are counted.
LISTED: Final = 10
#: Kinds of request that anybody tells apart; more are names of something else.
MOST_CLASSES: Final = 50
#: A log over a longer time has a wrong time in it [h]: ten years.
MOST_HOURS: Final = 87_660
HOUR: Final = 3600.0


@dataclass(frozen=True)
class Trace:
    """What a log adds up to.

    Attributes:
        path: the file.
        sha256: hash of its bytes.
        first, last: when the first and the last request came [s since 1970, UTC].
        utc_offset_h: hours that local time is ahead of UTC.
        tallies: by class.
        wrong: the first of the rows that were left out.
        left_out: how many those are.
    """

    path: Path
    sha256: str
    first: float
    last: float
    utc_offset_h: float
    tallies: Mapping[str, Tally]
    wrong: tuple[Wrong, ...] = ()
    left_out: int = 0

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(tally.requests for tally in self.tallies.values())


@dataclass
class _Sums:
    """What has been read so far."""

    utc_offset_h: float
    tallies: dict[str, Tally] = field(default_factory=dict)
    first: float = np.inf
    last: float = -np.inf
    wrong: list[Wrong] = field(default_factory=list)
    left_out: int = 0

    def add(self, requests: Requests, path: Path) -> None:
        """Take in the requests of a block."""
        if not len(requests.seconds):
            return
        self.first = min(self.first, float(requests.seconds.min()))
        self.last = max(self.last, float(requests.seconds.max()))
        if (self.last - self.first) / HOUR > MOST_HOURS:
            begin, end = (str(np.datetime64(int(one), "s")) for one in (self.first, self.last))
            raise InputError(f"{path}: times go from {begin} to {end}, more than ten years: look at them")
        if len({*self.tallies, *requests.classes}) > MOST_CLASSES:
            raise InputError(f"{path} has more than {MOST_CLASSES} classes: is 'class' the column that names them?")
        hours = np.floor(requests.seconds / HOUR + self.utc_offset_h).astype(np.int64)
        for number, name in enumerate(requests.classes):
            of_it = requests.of_class == number
            tally = Tally.of(hours[of_it], *(tokens[of_it] for tokens in _tokens(requests)))
            self.tallies[name] = self.tallies[name] + tally if name in self.tallies else tally


def _tokens(requests: Requests) -> tuple[NDArray[np.float64], ...]:
    return requests.input, requests.cached, requests.output


def read_trace(
    path: Path,
    *,
    utc_offset_h: float = 0.0,
    names: Mapping[str, str] | None = None,
    skip_bad: bool = False,
    tell: Callable[[int, int], None] | None = None,
) -> Trace:
    """Read a log; what cannot be is refused, or left out where ``skip_bad`` says so.

    Args:
        path: CSV file with the columns time, input, cached, output, class, in any order, among others.
        utc_offset_h: hours that the time of the day of those who ask is ahead of UTC.
        names: what columns are called, where it is something else.
        skip_bad: leave out rows that cannot be.
        tell: is told how much is read, and of how much [bytes].
    """
    digest, sums = hashlib.sha256(), _Sums(utc_offset_h)
    with open_plain(path, f"file '{path}'", "a CSV file of requests") as (file, size):
        several = blocks(file, path, digest)
        first = next(several, None)
        if first is None:
            raise InputError(f"{path} is empty, but must begin with time,input,cached,output,class")
        header, rest = split_header(first, path, names or {})
        for block in itertools.chain([rest], several):
            if block.text:
                requests, wrong, count = requests_in(block, header, path)
                sums.left_out += count
                sums.wrong += itertools.islice(wrong, LISTED - len(sums.wrong))
                if not skip_bad and len(sums.wrong) == LISTED:
                    break
                sums.add(requests, path)
            if tell is not None:
                tell(block.read, size)
    if sums.wrong and not skip_bad:
        raise InputError(f"{path}: {_wrong_rows(sums)}; --skip-bad leaves them out")
    if not sums.tallies:
        raise InputError(f"{path} has no request that can be used{': ' + _wrong_rows(sums) if sums.wrong else ''}")
    return Trace(
        path, digest.hexdigest(), sums.first, sums.last, utc_offset_h, sums.tallies, tuple(sums.wrong), sums.left_out
    )


def _wrong_rows(sums: _Sums) -> str:
    """The first rows that cannot be, in one line."""
    rows = "; ".join(str(one) for one in sums.wrong)
    return f"{rows}; and there may be more" if len(sums.wrong) == LISTED else rows
