"""Units, so that no bare power of ten stands in a formula.

Everything inside is SI: seconds, bytes, floating-point operations, watts, US dollars. A name that
departs from that says so (``_hours``, ``_gw``, ``usd_per_mtok``).
"""

from __future__ import annotations

from typing import Final

KILO: Final = 1e3
MEGA: Final = 1e6
GIGA: Final = 1e9
TERA: Final = 1e12
PETA: Final = 1e15

THOUSAND: Final = 1e3
MILLION: Final = 1e6
BILLION: Final = 1e9
TRILLION: Final = 1e12

SECONDS_PER_HOUR: Final = 3600.0
HOURS_PER_DAY: Final = 24.0
DAYS_PER_YEAR: Final = 365.25
HOURS_PER_YEAR: Final = HOURS_PER_DAY * DAYS_PER_YEAR
SECONDS_PER_YEAR: Final = SECONDS_PER_HOUR * HOURS_PER_YEAR
QUARTERS_PER_YEAR: Final = 4
