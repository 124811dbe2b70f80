"""Pure functions and nothing else: no clock, no store, no network."""
