"""One turn of a conversation while it is worked on: what was found, how it was read, what came of it."""

from __future__ import annotations

from typing import Literal

from care.models.common import Model, Utc
from care.models.conversation import ChatAction, HandoffReason
from care.models.memory import ConversationState
from care.models.money import Money
from care.models.order import OrderStatus, PaymentStatus
from care.models.subscription import Frequency, SubscriptionStatus
from care.models.understanding import Entities, Intent, Wish


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
    """What the shop knows of the customer at this turn. Orders and subscriptions are the newest few, newest first;
    `shown` are the products, by name, that the proposal is about which waits for a yes."""

    customer_name: str
    timezone: str
    orders: list[OrderBrief] = []
    subscriptions: list[SubscriptionBrief] = []
    shown: list[str] = []


# What a turn does: carry out what was proposed, drop it, ask again for the yes, tell that nothing waits for a yes,
# or serve an intent.
Act = Literal["confirm", "decline", "ask_again", "nothing_pending", "serve"]
# What becomes of the matter that is open: it goes on, it is set aside and comes back, it is dropped, it makes way for
# the one that was set aside last, or all are dropped.
Matter = Literal["kept", "parked", "dropped", "resumed", "all_dropped"]
Family = Literal["orders", "refunds", "subscriptions", "payments", "handoff", "answers"]


class Reading(Model):
    """What a message means at this point of the conversation.

    `order_ids` and `subscription_ids` are those it may be about: none, one, or several to choose from; they are as
    the customer wrote them, so a tool checks whose they are. `text` holds the words that are served where they are
    not the message as it stands, `said` the customer's own for them where a model put them into English, `entities`
    what those words name. `matter` is what becomes of the open one, `not_done`
    what is said of proposals that are dropped; `waiting` are further parts of the message, to be served in turn.
    `approved` names the sentence of `care.rules.approved` that refuses something of the message; `handoff` says why a
    person takes over.
    """

    act: Act
    intent: Intent
    family: Family
    order_ids: list[str] = []
    subscription_ids: list[str] = []
    skus: list[str] = []
    text: str | None = None
    said: str | None = None
    entities: Entities = Entities()
    matter: Matter = "kept"
    not_done: str | None = None
    waiting: list[Wish] = []
    approved: str | None = None
    handoff: HandoffReason | None = None


class Outcome(Model):
    """What came of a turn: the plain wording, what was done, and the conversation as it stands now."""

    text: str
    state: ConversationState
    actions: list[ChatAction] = []
    suggestions: list[str] = []
