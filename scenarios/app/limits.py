"""How large a run in the app may be, and why: a page should answer, and must not eat the machine it runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capacity.errors import InputError
from scenarios.runs.settings import ticks_in

if TYPE_CHECKING:
    from scenarios.runs.settings import Settings

#: Simulated users; more change little in a picture, and the command line takes them.
MOST_USERS: Final = 100_000
#: Ticks: three years, every hour, are 26,304. What is recorded grows with them, about 5 kB a tick.
MOST_TICKS: Final = 30_000
#: Users times ticks: about a minute of pure work on one core; shortages and quotas take several times as long.
MOST_USER_TICKS: Final = 100_000_000
#: Time of one run [s]; then it is stopped, and what it has measured so far is shown.
MOST_SECONDS: Final = 900.0
#: Memory of the process of a run [bytes]; where the system can hold a process to it (Linux).
MOST_BYTES: Final = 3 * 2**30
#: Processes with a model in them, over all tabs.
MOST_MODELS: Final = 4
#: A model that nobody steps is put away after this time [s]; it is made again from its seed when it is needed.
IDLE_SECONDS: Final = 600.0


def check_size(settings: Settings) -> int:
    """Ticks of a run that the app may make; or say what is too large, and where else it can be run."""
    ticks, users = ticks_in(settings, settings.scenario.economy(1)), settings.users
    if users > MOST_USERS:
        raise InputError(f"users is {users:,}, but the app runs at most {MOST_USERS:,}: use the command line for more")
    if ticks > MOST_TICKS:
        raise InputError(
            f"days is {settings.days:g}, which makes {ticks:,} ticks, but the app runs at most {MOST_TICKS:,}: "
            "take fewer days, or the command line"
        )
    if users * ticks > MOST_USER_TICKS:
        raise InputError(
            f"{users:,} users over {ticks:,} ticks are {users * ticks / 1e6:,.0f} million steps, but the app runs "
            f"at most {MOST_USER_TICKS / 1e6:,.0f} million: take fewer users or days, or the command line"
        )
    return ticks
