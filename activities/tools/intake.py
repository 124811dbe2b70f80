"""What is known of a claim after a message: which order, which pieces, why, with which files, and what for."""

from __future__ import annotations

from activities.tools.scene import Scene
from care.models.dialogue import NamedSku
from care.models.memory import RefundIntake
from care.models.order import Order, Product
from care.models.refund import RefundReason, Remedy
from care.models.subscription import Item
from care.models.understanding import Entities
from care.rules.parcel_words import says_it_is_lost
from care.rules.phrases import adds_more
from care.rules.product_names import is_only_names
from care.rules.references import is_only_ids, named_products
from care.rules.refund_asks import (
    came_in,
    exchanged_in,
    left_out,
    names_picture,
    part_in,
    puts_off_evidence,
    remedy_in,
)
from care.rules.words import has_no_evidence

_LONGEST_COMPLAINT = 4000


def merged(scene: Scene, order_id: str | None, files: list[str]) -> RefundIntake:
    """The claim so far with this message. Another order begins another claim."""
    found, before = scene.entities, scene.state.intake
    if before is None or (order_id and before.order_id and order_id != before.order_id):
        before = RefundIntake()
    reason = RefundReason(found.reason) if found.reason else before.reason
    remedy = remedy_in(scene.text) or (Remedy(found.remedy) if found.remedy else None)
    if reason is None and says_it_is_lost(scene.text):
        reason = RefundReason.MISSING
    if reason is None and before.order_id and _tells_reason(scene, remedy):
        reason = RefundReason.OTHER  # asked, and answered in words of their own: the complaint holds them
    asked = scene.state.awaiting == "evidence" or (scene.state.awaiting == "reason" and names_picture(scene.text))
    unseen = asked and not files and (has_no_evidence(scene.text) or puts_off_evidence(scene.text))
    changes: dict[str, object] = {
        "order_id": order_id or before.order_id,
        "reason": reason,
        "complaint": f"{before.complaint}\n{scene.own_words}".strip()[:_LONGEST_COMPLAINT],
        "evidence_ids": list(dict.fromkeys([*before.evidence_ids, *files]))[:10],
        "without_evidence": before.without_evidence or unseen,
    }
    if remedy is not None:
        changes |= {"remedy": remedy, "exchange_for": before.exchange_for if remedy is Remedy.REPLACEMENT else []}
    return before.model_copy(update=changes)


def _tells_reason(scene: Scene, remedy: Remedy | None) -> bool:
    """Whether words that fit no reason answer what is wrong: what it is for, and whether there is a photo, do not."""
    text, found = scene.text, scene.entities
    aside = adds_more(text) or names_picture(text) or is_only_names(text, found.products) or is_only_ids(text)
    return scene.state.awaiting == "reason" and remedy is None and not aside


def items_of(scene: Scene, order: Order, intake: RefundIntake, catalogue: list[Product]) -> RefundIntake:
    """The pieces that the message names, as many as it says or as were bought, and what they are exchanged for.

    A bare number that changes what was shown ("just one of them") is about the one item that it showed.
    """
    given, new = exchanged_in(scene.text) or (scene.text, "")
    wanted = part_in(given) or scene.entities.quantity
    in_order = {line.sku for line in order.items}
    skus = set(scene.reading.skus) if not new else set(_named(given, catalogue))
    shown = {i.sku for i in intake.items} or in_order
    if not skus & in_order and wanted and (scene.state.pending or part_in(given)) and len(shown) == 1:
        skus = shown
    if rest := left_out(scene.text):
        skus = in_order - set(_named(rest, catalogue)) if set(_named(rest, catalogue)) & in_order else skus
    changes: dict[str, object] = {}
    named = [line for line in order.items if line.sku in skus]
    if named:
        came = came_in(scene.text) if len(named) == 1 and intake.reason is RefundReason.MISSING else None
        if came and came < named[0].quantity:
            wanted = named[0].quantity - came
        items = [Item(sku=line.sku, quantity=min(wanted or line.quantity, line.quantity)) for line in named]
        # "And the milk too" leaves what was named before.
        kept = [i for i in intake.items if i.sku not in skus] if adds_more(scene.text) else []
        whole = len(named) == len(order.items) and wanted is None
        changes["items"] = [] if whole else [*kept, *items]
    if new and (skus_wanted := _named(new, catalogue)):
        changes |= {
            "exchange_for": [Item(sku=sku, quantity=part_in(new) or 1) for sku in skus_wanted[:1]],
            "remedy": Remedy.REPLACEMENT,
        }
    return intake.model_copy(update=changes)


def _named(text: str, catalogue: list[Product]) -> list[str]:
    return named_products(Entities(), text, [NamedSku(sku=p.sku, name=p.name) for p in catalogue])
