"""Clearing: at which prices users order, and what scarcity is worth.

A mechanism gets the situation of one tick and gives prices and orders. What capacity cannot serve waits in the queues,
in the order of the rationing rule. To add one, put a file here (or give one to ``--with``) with a frozen dataclass
below ``base.Clearing``, its ``kind``, a method ``clear``, and what it does otherwise than posted prices do.
"""

from market.kinds import import_modules

import_modules(__name__, __path__)
