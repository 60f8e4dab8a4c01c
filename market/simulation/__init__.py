"""The simulation: the state of a market, the phases of a tick, and the Mesa model that runs them."""
