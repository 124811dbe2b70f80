"""One turn of a conversation while it is worked on: what was found, how it was read, what came of it."""

from __future__ import annotations

from typing import Literal

from care.models.common import Model, Utc
from care.models.conversation import ChatAction
from care.models.memory import ConversationState
from care.models.money import Money
from care.models.order import OrderStatus, PaymentStatus
from care.models.subscription import Frequency, SubscriptionStatus
from care.models.understanding import Entities, Intent


class NamedSku(Model):
    sku: str
    name: str


class OrderBrief(Model):
    """As much of an order as is needed to know which one a customer means."""

    order_id: str
    status: OrderStatus
    payment: PaymentStatus
    placed_at: Utc
    items: list[NamedSku]
    total: Money | None = None


class SubscriptionBrief(Model):
    subscription_id: str
    status: SubscriptionStatus
    items: list[NamedSku]
    frequency: Frequency | None = None
    delivery_day: int | str | None = None


class Context(Model):
    """What the shop knows of the customer at this turn. Orders and subscriptions are the newest few, newest first."""

    customer_name: str
    timezone: str
    orders: list[OrderBrief] = []
    subscriptions: list[SubscriptionBrief] = []


# What a turn does: carry out what was proposed, drop it, ask again for the yes, tell that nothing waits for a yes,
# or serve an intent.
Act = Literal["confirm", "decline", "ask_again", "nothing_pending", "serve"]
Family = Literal["orders", "refunds", "subscriptions", "payments", "handoff", "answers"]


class Reading(Model):
    """What a message means at this point of the conversation.

    `order_ids` and `subscription_ids` are those it may be about: none, one, or several to choose from; they are as
    the customer wrote them, so a tool checks whose they are. `text` holds the words that are served where they are
    only a part of the message, `entities` what those words name. `not_done` is what was shown and is dropped by this
    turn, `also` another wish of the same message, which has to wait.
    """

    act: Act
    intent: Intent
    family: Family
    order_ids: list[str] = []
    subscription_ids: list[str] = []
    skus: list[str] = []
    text: str | None = None
    entities: Entities = Entities()
    not_done: str | None = None
    also: Intent | None = None


class Outcome(Model):
    """What came of a turn: the plain wording, what was done, and the conversation as it stands now."""

    text: str
    state: ConversationState
    actions: list[ChatAction] = []
    suggestions: list[str] = []
