"""A customer who puts script into every text that the shop keeps of anybody, and a case and a talk full of it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from care.intake import keep_evidence
from care.models.conversation import Conversation, Handoff, Message
from care.models.customer import Account, Address, Customer, Role
from care.models.notification import Notification
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus, Product
from care.models.refund import RefundStatus, Signal, TimelineEntry
from care.passwords import hash_password
from tests.ui.shop import Shop, eur, verdict

# Run by markup, by a script, by a template of Vue, by an address, or by breaking out of an attribute.
SCRIPT = (
    "'\"><img src=x onerror=owned()><script>owned()</script><a href=javascript:owned()>x</a>"
    "{{ owned() }}${owned()}`</textarea><svg onload=owned()>"
)
# Put before any page's own scripts: whatever calls it leaves its mark.
OWNED = "window.owned = () => { window.wasOwned = true; }"
# Also what a policy kept from running must not stand in a page as markup.
FOUND = "window.wasOwned === true || document.querySelectorAll('[onerror], [onload], a[href^=javascript]').length > 0"
MALLORY = {"email": "mallory@demo.test", "password": "mallory's password"}
_ID, _PRODUCT = "CUST900", "HOSTILE-1"


async def mallory_moves_in(shop: Shop) -> None:
    """Mallory's account, delivered order, refund in review and talk with a colleague; nothing of anybody else's."""
    now = datetime.now(UTC)
    stores = shop.stores
    address = Address(street=SCRIPT, city=SCRIPT[:100], postcode="1010", country="AT")
    who = Customer(customer_id=_ID, name=SCRIPT, email=MALLORY["email"], address=address, created_at=now)
    if not await stores.customers.add(who):
        return
    await stores.accounts.add(
        Account(
            email=MALLORY["email"],
            password_hash=await hash_password(MALLORY["password"]),
            role=Role.CUSTOMER,
            customer_id=_ID,
            created_at=now,
        )
    )
    await stores.products.put(Product(sku=_PRODUCT, name=SCRIPT, price=eur(100), stock=3, description=SCRIPT))
    order = await _order(shop, now)
    await _case(shop, order, now)
    await _talk(shop, now)
    told: dict[str, Any] = {"customer_id": _ID, "kind": "reminder", "message": SCRIPT, "created_at": now}
    await stores.notifications.add(Notification(notification_id="hostile", link="javascript:owned()", **told))


async def _order(shop: Shop, now: datetime) -> Order:
    order = Order(
        order_id="ORD-HOSTILE",
        customer_id=_ID,
        status=OrderStatus.DELIVERED,
        items=[OrderLine(sku=_PRODUCT, name=SCRIPT, quantity=2, price=eur(100))],
        shipping=eur(0),
        total=eur(200),
        payment=Payment(status=PaymentStatus.PAID, reference="pay_hostile"),
        placed_at=now - timedelta(days=4),
        delivered_at=now - timedelta(days=2),
        refunded=eur(0),
        reserved=eur(0),
    )
    await shop.stores.orders.add(order)
    return order


async def _case(shop: Shop, order: Order, now: datetime) -> None:
    picture = io.BytesIO()
    Image.effect_noise((240, 180), 90).convert("RGB").save(picture, "JPEG")
    kept = await keep_evidence(shop.stores, _ID, picture.getvalue(), f"{SCRIPT}.jpg", max_bytes=1_000_000)
    found = verdict(
        findings=[SCRIPT],
        reasons=[SCRIPT],
        signals=[Signal(name="new_account", weight=10, sentence=SCRIPT)],
    )
    said = [TimelineEntry(at=now, actor=actor, event="note", detail=SCRIPT) for actor in ("customer", "agent")]
    await shop.case(
        order,
        RefundStatus.IN_REVIEW,
        complaint=SCRIPT,
        evidence_ids=[kept.evidence_id],
        verdict=found,
        timeline=said,
    )


async def _talk(shop: Shop, now: datetime) -> None:
    handed = Handoff(reason="asked", at=now, summary=SCRIPT, waiting_since=now)
    talk = Conversation(
        conversation_id="conv-hostile",
        customer_id=_ID,
        title=SCRIPT,
        handed_off=True,
        handoff=handed,
        created_at=now,
        updated_at=now,
    )
    await shop.stores.conversations.start(talk)
    roles = ("customer", "assistant", "agent", "system")
    said = [Message(role=role, text=SCRIPT, at=now, suggestions=[SCRIPT]) for role in roles]
    await shop.stores.conversations.append(talk.conversation_id, 1, said)
