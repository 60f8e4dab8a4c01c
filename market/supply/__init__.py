"""Who sells: providers, hyperscalers, contracts, pricing policies."""
