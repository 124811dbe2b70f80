"""Pydantic contracts, one file a concept. They import nothing that does I/O."""
