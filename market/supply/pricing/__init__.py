"""Pricing policies: from an outlook to list prices, one in a file.

A policy is called with the outlook and returns prices in USD per million output-equivalent tokens. To add one, put a
file here (or give one to ``--with``) with a frozen dataclass below ``base.PricingPolicy``, its ``kind`` and a
``__call__``; the law tests find it unasked.
"""

from market.kinds import import_modules

import_modules(__name__, __path__)
