"""A claim as it is shown and opened: what would be asked for, and what it comes to."""

from __future__ import annotations

from activities.tools.scene import Scene, done
from care.gateways.cases import Cases
from care.models.dialogue import Outcome
from care.models.memory import RefundIntake
from care.models.money import Money
from care.models.order import Order, OrderLine, Product
from care.models.policy import RefundPolicy
from care.models.refund import RefundLine, RefundReason, RefundRequest, Remedy
from care.rules.refund_amount import total_of
from care.rules.refund_exchange import exchanged, worth
from care.rules.refund_policy import eligibility
from care.rules.spoken_money import money_in
from care.stores import Stores

REASONS = {
    RefundReason.DAMAGED: "damaged",
    RefundReason.WRONG_ITEM: "the wrong item",
    RefundReason.MISSING: "missing",
    RefundReason.LATE: "too late",
    RefundReason.QUALITY: "of poor quality",
    RefundReason.CHANGED_MIND: "a change of mind",
    RefundReason.OTHER: "another reason",
}
_CLAIM = {
    Remedy.REFUND: "Open a refund of {} for",
    Remedy.STORE_CREDIT: "Open a refund of {} as store credit for",
    Remedy.REPLACEMENT: "Ask for a replacement, worth {}, of",
}
_OPENED = {
    Remedy.REFUND: "I have opened refund {} of {} for {}.",
    Remedy.STORE_CREDIT: "I have opened refund {} of {} as store credit for {}.",
    Remedy.REPLACEMENT: "I have opened {}, the request for a replacement worth {}, for {}.",
}


class Claims:
    def __init__(self, stores: Stores, cases: Cases, policy: RefundPolicy) -> None:
        self._stores = stores
        self._cases = cases
        self._policy = policy

    async def show(self, scene: Scene, order: Order, intake: RefundIntake, reason: RefundReason) -> Outcome:
        """Show what `intake` holds, and wait for the yes. Raises NotEligible or OpenRefund where policy refuses it."""
        lines = await self.lines(scene, order, intake, reason)
        amount = total_of(lines)
        new = await self._new_items(intake, amount)
        request = RefundRequest(
            order_id=order.order_id,
            items=intake.items or None,
            reason=reason,
            complaint=intake.complaint,
            evidence_ids=intake.evidence_ids,
            remedy=intake.remedy,
            exchange_for=intake.exchange_for or None,
        )
        proposed = scene.propose(
            "open_refund",
            {"request": request.model_dump(mode="json"), "amount": amount.model_dump(mode="json")},
            f"{_claim(intake.remedy, lines, amount, new)} from {order.order_id}, {REASONS[reason]}?",
            target=order.order_id,
            choices=[c for c in scene.state.choices if c.kind == "order"],
            intake=intake,
            **scene.slots(order_id=order.order_id),
        )
        said = money_in(intake.complaint, amount.currency)
        if said and amount not in said:
            text = f"A refund comes to what was paid for the items, which is {amount}.\n{proposed.text}"
            return proposed.model_copy(update={"text": text})
        return proposed

    async def lines(self, scene: Scene, order: Order, intake: RefundIntake, reason: RefundReason) -> list[RefundLine]:
        earlier = await self._stores.refunds.history(scene.customer_id)
        items = intake.items or None
        return eligibility(self._policy, order, items, reason, scene.now, earlier=earlier, remedy=intake.remedy)

    async def carry_out(self, scene: Scene) -> Outcome:
        """Opens what was agreed to, for the amount that was shown and no other."""
        request = RefundRequest.model_validate(scene.agreed.payload["request"])
        amount = Money.model_validate(scene.agreed.payload["amount"])
        refund = await self._cases.open_refund(scene.customer_id, request, once=scene.once, amount=amount)
        opened = _OPENED[request.remedy].format(refund.refund_id, refund.amount, request.order_id)
        return scene.reply(
            f"{opened} You will be told as soon as it is decided.",
            actions=[done("refund_opened", refund.refund_id)],
            suggestions=[f"How is {refund.refund_id} going?"],
            intake=None,
            **scene.slots(refund_id=refund.refund_id, order_id=request.order_id),
        )

    async def _new_items(self, intake: RefundIntake, given_back: Money) -> list[OrderLine]:
        """What the pieces are exchanged for, at the prices of this moment. Raises NotEligible."""
        if not intake.exchange_for:
            return []
        products: dict[str, Product] = await self._stores.products.find(i.sku for i in intake.exchange_for)
        return exchanged(intake.exchange_for, products, given_back, intake.remedy)


def named(lines: list[RefundLine] | list[OrderLine]) -> str:
    """ "2 x Amul Milk 1L, Whey Protein"."""
    return ", ".join(f"{line.quantity} x {line.name}" if line.quantity > 1 else line.name for line in lines)


def _claim(remedy: Remedy, lines: list[RefundLine], amount: Money, new: list[OrderLine]) -> str:
    if not new:
        return f"{_CLAIM[remedy].format(amount)} {named(lines)}"
    left = amount - worth(new)
    rest = f" (and {left} back)" if left.amount else ""
    return f"Ask for {named(new)}{rest} instead of {named(lines)}"
