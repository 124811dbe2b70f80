"""What was chosen and written in the report of a problem, kept in the browser's tab until it is sent or given up.

It outlives a restart of the server under the open page. The server keeps the choices there with each change; the text,
which may be typed while the server is away, is kept by the page itself. What comes back is checked like any input.
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


class Draft(Body):
    """`items` are the chosen pieces, None for all; `once` makes sending again after a lost answer open one refund."""

    order_id: Annotated[str, Field(max_length=64)]
    items: Annotated[list[Item], Field(max_length=50)] | None = None
    reason: RefundReason = RefundReason.DAMAGED
    said: Annotated[str, Field(max_length=4000)] = ""
    evidence_ids: EvidenceIds = []
    remedy: Annotated[str, Field(max_length=20)] = ""
    exchange_for: Annotated[list[Item], Field(max_length=50)] = []
    once: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


def keep(visit: Visit, draft: Draft) -> None:
    _run(f"sessionStorage.setItem({_key(visit)}, {json.dumps(draft.model_dump_json(exclude={'said'}))})")


def keeps_text(visit: Visit, area: ui.textarea, said: str) -> None:
    """From now on every key is kept, without the server."""
    _run(f"sessionStorage.setItem({_text_key(visit)}, {json.dumps(said)})")
    kept = f"(typed) => sessionStorage.setItem({_text_key(visit)}, typed ?? '')"
    area.on("update:model-value", js_handler=kept)


def drop(visit: Visit) -> None:
    _run(f"sessionStorage.removeItem({_key(visit)}); sessionStorage.removeItem({_text_key(visit)})")


async def found(visit: Visit) -> Draft | None:
    """What a page before this one left; None for nothing, and for what no page of ours has written."""
    both = f"[sessionStorage.getItem({_key(visit)}), sessionStorage.getItem({_text_key(visit)})]"
    try:
        kept, said = await ui.run_javascript(both, timeout=10)
        return Draft.model_validate(json.loads(kept or "null") | {"said": (said or "")[:4000]}) if kept else None
    except (TimeoutError, TypeError, ValueError, ValidationError):
        return None


def _run(script: str) -> None:
    # A browser that forbids its storage to pages goes without.
    ui.run_javascript(f"try {{ {script} }} catch {{}}")


def _key(visit: Visit) -> str:
    return json.dumps(f"care_report:{visit.customer_id}")


def _text_key(visit: Visit) -> str:
    return json.dumps(f"care_report_text:{visit.customer_id}")
