"""An agent in the middle of a case: finds the customer, sees what they have, and ends the search for their parcel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from care.models.order import OrderStatus, Trace
from tests.running import CareUp
from tests.ui.conftest import Comes
from tests.ui.shop import MUG, Shop

NAMES = ["Keller", "mehta"]


async def test_a_customer_is_found_and_the_search_for_a_parcel_is_closed(
    comes: Comes, shop: Shop, customer: int, running: CareUp
) -> None:
    amy = await comes()
    customer_id = amy.account("customer", customer)["customer_id"]
    order = await shop.order(customer_id, {MUG: 2})
    order = order.model_copy(
        update={"status": OrderStatus.SHIPPED, "delivered_at": None, "placed_at": datetime.now(UTC)}
    )
    await shop.stores.orders.put(order)
    since = datetime.now(UTC) - timedelta(days=3)
    await shop.stores.traces.open(order.order_id, Trace(trace_id=f"TRC-{order.order_id}", opened_at=since))

    await amy.arrives("/ui/", "agent")
    await amy.opens("Customers")
    await amy.page.get_by_label("Search customers").fill("nobody at all")
    await amy.sees("Nobody found")
    assert "nobody at all" not in running.log("web")
    await amy.page.get_by_label("Search customers").fill(NAMES[customer])
    await amy.page.get_by_role("link", name=customer_id).click()
    await amy.sees("Customer since")
    await amy.sees(order.order_id)
    await amy.shows("customer")
    await amy.page.get_by_role("link", name="Parcel searched for").first.click()
    found = amy.page.locator("li > .card", has_text=order.order_id)
    await expect(found).to_contain_text("searched for 3 days")
    await amy.shows("parcels")
    await amy.reaches(amy.dialog(), amy.button("Close the search", inside=found))
    await amy.page.get_by_label("Your words").fill("<b>The neighbour</b> has it.")
    await amy.button("Close the search", inside=amy.dialog()).click()
    await amy.sees("The search is closed, and the customer is told.")
    await expect(found).to_have_count(0)
