"""What every test shares: pictures without a screen, and hypothesis without a clock (the machine may be busy)."""

import matplotlib as mpl
from hypothesis import settings

mpl.use("Agg")
settings.register_profile("tokenmarket", deadline=None)
settings.load_profile("tokenmarket")
