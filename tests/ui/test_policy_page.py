"""A supervisor tries a policy on closed cases before anybody puts it in force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from care.models.refund import Judgement, Refund, RefundStatus, TimelineEntry
from care.policy import load_policy, policy_text
from care.rules.refund_decision import decide
from tests.stores.make import refund
from tests.ui.conftest import Comes
from tests.ui.shop import RICE, Shop, eur


async def paid_by_the_machine(shop: Shop, customer_id: str) -> Refund:
    """A case of €12.90 of yesterday, of a sure judge."""
    order = await shop.order(customer_id, {RICE: 1})
    at = datetime.now(UTC) - timedelta(days=1)
    case = refund(f"REF-{order.order_id}", order_id=order.order_id, customer_id=customer_id, items={"BASMATI-2KG": 1})
    sure = Judgement(decision="valid", confidence=0.95, model="m")
    verdict = decide(load_policy(), eur(1290), case.reason, sure, [], 1, case.remedy)
    lines = [case.items[0].model_copy(update={"amount": eur(1290)})]
    approved = [TimelineEntry(at=at, actor="machine", event="approved")]
    fields = {"status": RefundStatus.PAID, "verdicts": [verdict], "timeline": approved, "version": 1}
    case = case.model_copy(update={**fields, "items": lines, "amount": eur(1290), "created_at": at})
    await shop.stores.refunds.save(case)
    return case


async def test_a_candidate_is_checked_and_closed_cases_are_replayed(comes: Comes, shop: Shop, customer: int) -> None:
    sofia = await comes()
    case = await paid_by_the_machine(shop, sofia.account("customer", customer)["customer_id"])
    await sofia.arrives("/ui/", "supervisor")
    await sofia.opens("Refund policy")
    await sofia.sees("Two people above")
    await sofia.shows("policy")
    await sofia.page.get_by_role("link", name="Try a change").click()
    await sofia.sees("Nothing here puts a policy in force.")
    written = sofia.page.get_by_label("Policy, as YAML")
    await sofia.button("Start from the one in force").click()
    await expect(written).to_have_value(policy_text(), timeout=30_000)

    await written.fill(policy_text().replace("  late: 30", "  late: soon"))
    await sofia.button("Check and replay").click()
    await expect(sofia.page.get_by_role("alert")).to_contain_text(
        "Line 13: `windows.late`: write a whole number.", timeout=30_000
    )

    await written.fill(policy_text().replace("  EUR: 2000\n", "  EUR: 1000\n"))
    await sofia.button("Check and replay").click()
    await sofia.sees("How much: The machine approves up to")
    changed = sofia.page.get_by_role("link", name=case.refund_id)
    await expect(changed).to_contain_text("Newly to a person", timeout=30_000)
    await sofia.shows("policy-replay")
    await changed.click()
    await sofia.sees(case.complaint)
    for act, about in (("policy_replayed", None), ("customer_viewed", case.customer_id)):
        lines = (await shop.stores.audit.page(acts=[act], about=about, limit=1)).items
        assert [line.by for line in lines] == [sofia.account("supervisor")["email"]], act
    await sofia.page.goto("/ui/policy?show=versions")
    await sofia.sees("There is only one version so far")
