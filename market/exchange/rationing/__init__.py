"""How scarce work is shared: rules that say who is served when more is asked than there is.

A rule shares a capacity among claims. To add one, put a file here (or give one to ``--with``) with a frozen
dataclass below ``base.Rationing``, its ``kind`` and a method ``allot``; the base class gives it the easy cases and
whole requests, and the law tests find it unasked.

The rules differ in who bears the shortage and in what a claimant can gain by asking for more, earlier,
or under several names: Moulin, 'Priority rules and other asymmetric rationing methods', Econometrica 68
(2000) 643-684; Thomson, 'Axiomatic and game-theoretic analysis of bankruptcy and taxation problems: a
survey', Mathematical Social Sciences 45 (2003) 249-297.

Units: work and capacity [rack-hours]; any other will do as well.
"""

from market.kinds import import_modules

import_modules(__name__, __path__)
