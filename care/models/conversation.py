"""Conversations: messages, what was understood, what was proposed, what was done."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from care.models.common import Body, CustomerId, Model, Quantity, Sku, Utc
from care.models.refund import RefundReason, Remedy
from care.models.subscription import Frequency, Item


class Intent(StrEnum):
    ORDER_STATUS = "ORDER_STATUS"
    REFUND_REQUEST = "REFUND_REQUEST"
    DELIVERY_ISSUE = "DELIVERY_ISSUE"
    SUBSCRIPTION_REQUEST = "SUBSCRIPTION_REQUEST"
    SUBSCRIPTION_MANAGE = "SUBSCRIPTION_MANAGE"
    PAYMENT_ISSUE = "PAYMENT_ISSUE"
    WALLET_ISSUE = "WALLET_ISSUE"
    CANCEL_ORDER = "CANCEL_ORDER"
    CHANGE_ORDER = "CHANGE_ORDER"
    PRODUCT_QUESTION = "PRODUCT_QUESTION"
    ACCOUNT = "ACCOUNT"
    HUMAN_AGENT = "HUMAN_AGENT"
    OTHER = "OTHER"


class IntentScore(Model):
    intent: Intent
    confidence: Annotated[float, Field(ge=0, le=1)]


class Entities(Model):
    """What a message names. Ids as written by the customer: ownership is checked by the tools, never here."""

    order_ids: list[str] = []
    subscription_ids: list[str] = []
    refund_ids: list[str] = []
    products: list[str] = []
    quantity: int | None = None
    frequency: Literal["daily", "weekly", "biweekly", "monthly"] | None = None
    delivery_day: int | str | None = None
    dates: list[str] = []
    reason: Literal["damaged", "wrong_item", "missing", "late", "quality", "changed_mind", "other"] | None = None
    remedy: Literal["refund", "replacement", "store_credit"] | None = None


class Understood(Model):
    """What one message means. `answer` is a yes or no to a question that the assistant asked."""

    intents: list[IntentScore]
    entities: Entities = Entities()
    answer: Literal["yes", "no"] | None = None
    language: str = "en"
    model: str


class Message(Model):
    role: Literal["customer", "assistant", "agent", "system"]
    text: str
    at: Utc
    evidence_ids: list[str] = []
    actions: list[ChatAction] = []
    suggestions: list[str] = []


class ChatAction(Model):
    """Something the assistant did. `id` names the order, refund or subscription that it touched."""

    kind: str
    status: Literal["done", "proposed", "refused"]
    id: str | None = None


class Proposal(Model):
    """A write that was shown to the customer and waits for a yes. `payload` is exactly what will be done."""

    kind: str
    payload: dict[str, Any]
    shown: str
    # The turn that showed it: what it does is done once for this turn, whatever is retried.
    turn: int = 0


class ChatRequest(Body):
    message: Annotated[str, Field(min_length=1, max_length=4000)]
    conversation_id: Annotated[str, Field(max_length=64)] | None = None
    evidence_ids: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=10)] = []


class ChatReply(Model):
    conversation_id: str
    reply: str
    intents: list[IntentScore]
    entities: Entities
    actions: list[ChatAction] = []
    suggestions: list[str] = []
    needs_confirmation: bool = False
    handed_off: bool = False
    model: str


class ChatToken(Model):
    """A piece of a reply that is being streamed; all pieces together are the reply."""

    text: str


class Conversation(Model):
    """The head of a conversation; its messages lie beside it. `title` is the first message, cut short."""

    conversation_id: str
    customer_id: CustomerId
    title: str
    handed_off: bool = False
    created_at: Utc
    updated_at: Utc


class ConversationView(Conversation):
    messages: list[Message]


class ChatTurn(Model):
    """One message as the workflow gets it. The customer is the session's, never what the message claims."""

    customer_id: CustomerId
    message: Annotated[str, Field(min_length=1, max_length=4000)]
    evidence_ids: list[str] = []


class Choice(Model):
    """One of the answers offered last: "the second one" means the second of them."""

    kind: Literal["order", "subscription", "product"]
    id: str
    label: str


class Slots(Model):
    """What is being talked about."""

    order_id: str | None = None
    subscription_id: str | None = None
    refund_id: str | None = None
    sku: Sku | None = None


class RefundIntake(Model):
    """A refund that is being gathered over turns. No items means all of the order."""

    order_id: str | None = None
    items: list[Item] = []
    reason: RefundReason | None = None
    complaint: str = ""
    evidence_ids: list[str] = []
    without_evidence: bool = False
    remedy: Remedy = Remedy.REFUND


class SubscriptionDraft(Model):
    """A subscription that is being gathered over turns."""

    sku: Sku | None = None
    quantity: Quantity = 1
    frequency: Frequency | None = None
    delivery_day: int | str | None = None


Awaiting = Literal["order", "reason", "evidence", "product", "frequency", "day", "address", "subscription"]


class ConversationState(Model):
    """What a conversation remembers: carried by its workflow, kept in MongoDB so that a closed one can be reopened.

    `topic` is the intent that was handled last, `awaiting` what the assistant asked for. `history` holds the last
    messages as "role: text", oldest first. `failures` counts messages in a row that were not understood.
    """

    conversation_id: str
    customer_id: CustomerId
    turn: int = 0
    slots: Slots = Slots()
    topic: Intent | None = None
    awaiting: Awaiting | None = None
    choices: list[Choice] = []
    pending: Proposal | None = None
    intake: RefundIntake | None = None
    draft: SubscriptionDraft | None = None
    handed_off: bool = False
    history: list[str] = []
    failures: int = 0


Message.model_rebuild()
