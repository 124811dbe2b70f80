"""An empty chat: what the assistant can do for this customer, with what is going on for them as first questions."""

from __future__ import annotations

from dataclasses import dataclass

from care.models.order import Order, OrderStatus
from care.models.refund import Refund
from care.models.subscription import Subscription
from ui.language import _, mark
from ui.parts import words
from ui.parts.elements import box, icon, text, tile
from ui.parts.saying import in_words_of, row, says
from ui.visit import Visit

STARTERS = (
    mark("Where is my order?"),
    mark("Something arrived damaged"),
    mark("I would like a subscription"),
    mark("My wallet balance is wrong"),
    mark("I want to talk to a person"),
)
_WHERE = mark("Where is my order {id}?")
_WRONG = mark("Something is wrong with order {id}")
_NEXT = mark("When is the next delivery of {id}?")
_REFUND = mark("How is my refund {id} going?")


@dataclass(frozen=True)
class Matter:
    """Something that goes on for this customer; `ask` is the question about `id`."""

    symbol: str
    tone: words.Tone
    title: str
    detail: str
    ask: str
    id: str


def matters(
    orders: list[Order], refunds: list[Refund], subscriptions: list[Subscription], today_key: str
) -> list[Matter]:
    """The most pressing of each kind, newest first in each list: an open refund, a parcel on its way, the next
    delivery, what came last. `today_key` is the customer's date."""
    found = []
    if refund := next((r for r in refunds if not r.status.is_settled), None):
        said = words.refund_state(refund.status)[0]
        title = _("Refund {id}: {state}", id=refund.refund_id, state=said)
        found.append(Matter("currency_exchange", "warn", title, _items(refund), _REFUND, refund.refund_id))
    if order := next((o for o in orders if o.status is OrderStatus.SHIPPED), None):
        title = _("On its way: {id}", id=order.order_id)
        found.append(Matter("local_shipping", "info", title, _items(order), _WHERE, order.order_id))
    planned = [(key, s) for s in subscriptions for key in s.upcoming if key[:10] >= today_key]
    if planned:
        key, subscription = min(planned, key=lambda pair: pair[0])
        title = _("Next delivery: {day}", day=words.occurrence(key))
        found.append(Matter("event", "good", title, words.what(subscription), _NEXT, subscription.subscription_id))
    if order := next((o for o in orders if o.status is OrderStatus.DELIVERED), None):
        title = _("Something wrong with {id}?", id=order.order_id)
        found.append(Matter("report_problem", "plain", title, _items(order), _WRONG, order.order_id))
    return found


def _items(of: Order | Refund) -> str:
    return ", ".join(line.name for line in of.items)


async def going_on(visit: Visit) -> list[Matter]:
    stores = visit.services.stores
    return matters(
        await stores.orders.latest(visit.customer_id),
        await stores.refunds.history(visit.customer_id),
        await stores.subscriptions.active(visit.customer_id),
        visit.today().isoformat(),
    )


def welcome(visit: Visit, found: list[Matter]) -> None:
    with box("welcome"):
        tile("support_agent", "good")
        text(_("Hello {name}, how can I help?", name=visit.name.split()[0]), tag="h2")
        text(
            _(
                "I look up orders, start refunds, plan deliveries, and call a colleague when you like. "
                "Nothing changes before you say yes."
            ),
            "mute",
            tag="p",
        )
        for matter in found:
            with row(in_words_of(visit.settings, matter.ask, id=matter.id)):
                tile(matter.symbol, matter.tone)
                with box("stack grow", tag="span"):
                    text(matter.title, "strong", tag="span")
                    text(matter.detail, "mute small cut", tag="span")
                icon("chevron_right")


def starters(visit: Visit) -> None:
    for english in STARTERS:
        says(_(english), in_words_of(visit.settings, english)).classes("pill")
