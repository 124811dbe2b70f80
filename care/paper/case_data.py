"""The case file as its readers get it, and the pictures that belong to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from care.models.refund import CaseFile

Pictures = Mapping[str, Sequence[bytes]]


def as_json(case: CaseFile) -> bytes:
    """The case file as `GET /refund/case/{id}` answers it, byte for byte: what the PDF's SHA-256 is of."""
    return case.model_dump_json().encode()
