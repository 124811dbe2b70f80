"""What was chosen in the report of a problem, kept in the browser's tab until it is sent or given up.

The text is kept as all text is (`elements.draft`).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from care.models.common import Body
from care.models.refund import EvidenceIds, RefundReason
from care.models.subscription import Item
from ui.parts.kept import Kept
from ui.visit import Visit


class ReportDraft(Body):
    """`items` are the chosen pieces, None for all; `once` makes sending again after a lost answer open one refund."""

    order_id: Annotated[str, Field(max_length=64)]
    items: Annotated[list[Item], Field(max_length=50)] | None = None
    reason: RefundReason = RefundReason.DAMAGED
    evidence_ids: EvidenceIds = []
    remedy: Annotated[str, Field(max_length=20)] = ""
    exchange_for: Annotated[list[Item], Field(max_length=50)] = []
    once: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


def draft_of(visit: Visit) -> Kept[ReportDraft]:
    return Kept(f"report {visit.customer_id}", ReportDraft)
