"""A ruling, and what is said to whoever comes too late with one."""

from __future__ import annotations

from care.errors import AlreadySettled
from care.models.refund import Ruling
from ui.language import _, mark
from ui.parts.deciding import decided_by
from ui.visit import Visit

_DECIDED = {"approve": mark("{who} has approved this."), "reject": mark("{who} has rejected this.")}


def decided_words(ruling: Ruling) -> str:
    """Who has decided a case, and how."""
    return _(_DECIDED[ruling.decision], who=ruling.reviewer)


async def rule(visit: Visit, refund_id: str, ruling: Ruling) -> None:
    """Raises what the ruling is refused with; where somebody else was faster, with who it was and what they decided."""
    try:
        await visit.services.client.rule(refund_id, ruling)
    except AlreadySettled:
        decided = decided_by(await visit.services.stores.refunds.get(refund_id))
        if decided is None:
            raise
        raise AlreadySettled(_("Your decision comes too late: {decided}", decided=decided_words(decided))) from None
