"""What a customer does with an order before it has left."""

from __future__ import annotations

from playwright.async_api import expect

from care.models.order import OrderStatus, Payment, PaymentStatus
from tests.ui.conftest import Comes
from tests.ui.shop import MUG, Shop

CUSTOMER, ID = 1, "CUST002"


async def test_an_order_that_waits_is_sent_elsewhere_and_paid(comes: Comes, shop: Shop) -> None:
    placed = await shop.order(ID, {MUG: 2})
    unpaid = {"status": OrderStatus.PENDING, "delivered_at": None, "payment": Payment(status=PaymentStatus.PENDING)}
    await shop.stores.orders.put(placed.model_copy(update=unpaid))
    ravi = await comes()
    await ravi.arrives("/ui/", "customer", CUSTOMER)
    await ravi.page.get_by_role("link", name=f"Your order {placed.order_id} waits for its payment of €25.80.").click()
    card, dialog = ravi.page.locator(f"#{placed.order_id}"), ravi.dialog()
    await expect(card.get_by_text("It is sent as soon as it is paid.")).to_be_visible()

    await ravi.button("Change the address", inside=card).click()
    await dialog.get_by_label("Street and number").fill("Lindenweg 4")
    await dialog.get_by_label("Postcode").fill("10969")
    await dialog.get_by_label("City").fill("")
    await ravi.button("Save", inside=dialog).click()
    await expect(dialog.get_by_text("Please fill this in.")).to_be_visible()
    await ravi.shows("order-address")
    await dialog.get_by_label("City").fill("Berlin")
    await dialog.get_by_label("Country").fill("Germ")
    await ravi.page.get_by_role("option", name="Germany").click()
    await ravi.button("Save", inside=dialog).click()
    await expect(card.get_by_text("To Lindenweg 4, 10969 Berlin, DE")).to_be_visible(timeout=30_000)

    await ravi.button("Pay now", inside=card).click()
    await ravi.shows("order-pay")
    await ravi.button("Pay now", inside=dialog).click()
    await expect(card.get_by_text("Paid", exact=True)).to_be_visible(timeout=30_000)
    await expect(ravi.button("Pay now", inside=card)).to_have_count(0)
    assert (await shop.stores.orders.get(placed.order_id)).payment.status is PaymentStatus.PAID
