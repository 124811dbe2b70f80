"""Data to begin with: a shop's own (`care seed`), or the demo."""
