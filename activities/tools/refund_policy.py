"""What the refund policy says, told in the chat from the policy itself."""

from __future__ import annotations

from activities.tools.scene import PERSON, Scene
from care.models.dialogue import Outcome
from care.models.policy import RefundPolicy
from care.models.refund import RefundReason, Remedy

_GIVEN = {
    Remedy.REFUND: "the money goes back the way you paid",
    Remedy.STORE_CREDIT: "you take it as store credit",
    Remedy.REPLACEMENT: "you get a replacement",
}


def explained(scene: Scene, policy: RefundPolicy) -> Outcome:
    """Windows, remedies and how long a decision takes; single products and countries may have other windows."""
    days, mind = policy.windows[RefundReason.DAMAGED], policy.windows[RefundReason.CHANGED_MIND]
    ways = [_GIVEN[remedy] for remedy in policy.remedies]
    text = (
        f"You can ask within {days} days of the delivery if something is wrong, and within {mind} days if you changed "
        f"your mind; for some products and countries it is less or more. If it is approved, {_or(ways)}. "
        f"What a check cannot settle at once, a colleague decides, usually in {policy.review_hours} business hours. "
        "Tell me the order and what is wrong, and I open the request for you."
    )
    return scene.reply(text, suggestions=["I want a refund", PERSON])


def _or(ways: list[str]) -> str:
    return ways[0] if len(ways) == 1 else f"{', '.join(ways[:-1])} or {ways[-1]}"
