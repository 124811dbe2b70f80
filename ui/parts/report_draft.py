"""What was chosen in the report of a problem, kept in the browser's tab until it is sent or given up.

It outlives a restart of the server under the open page; the text is kept as all text is (`elements.draft`). What comes
back is checked like any input.
"""

from __future__ import annotations

import json
from typing import Annotated

from nicegui import ui
from pydantic import Field, ValidationError

from care.models.common import Body
from care.models.refund import EvidenceIds, RefundReason
from care.models.subscription import Item
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


def keep(visit: Visit, draft: ReportDraft) -> None:
    ui.run_javascript(f"sessionStorage.setItem({_key(visit)}, {json.dumps(draft.model_dump_json())})")


def drop(visit: Visit) -> None:
    ui.run_javascript(f"sessionStorage.removeItem({_key(visit)})")


async def found(visit: Visit) -> ReportDraft | None:
    """What a page before this one left; None for nothing, and for what no page of ours has written."""
    try:
        kept = await ui.run_javascript(f"sessionStorage.getItem({_key(visit)})", timeout=10)
        return ReportDraft.model_validate_json(kept) if isinstance(kept, str) else None
    except (TimeoutError, ValidationError):
        return None


def _key(visit: Visit) -> str:
    # As drafts.js has it: gone with its owner's sign-out.
    return json.dumps(f"care_draft:report {visit.customer_id}")
