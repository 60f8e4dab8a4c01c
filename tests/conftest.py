"""What every test shares: pictures without a screen, hypothesis without a clock (a busy machine), a browser."""

import matplotlib as mpl
from browsing import browser, page  # noqa: F401  # fixtures
from hypothesis import settings

mpl.use("Agg")
settings.register_profile("tokenmarket", deadline=None)
settings.load_profile("tokenmarket")
