"""What a message means to whoever read it: intents, entities, and which words ask for what."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from care.models.common import Model


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
    """What a message names. Ids as written by the customer: ownership is checked by the tools, never here.

    `dates` as in `care.rules.spoken_dates`; `amounts` in the words of the message ("€12.99", "500 rupees").
    """

    order_ids: list[str] = []
    subscription_ids: list[str] = []
    refund_ids: list[str] = []
    products: list[str] = []
    quantity: int | None = None
    frequency: Literal["daily", "weekly", "biweekly", "monthly"] | None = None
    delivery_day: int | str | None = None
    dates: list[str] = []
    amounts: list[str] = []
    reason: Literal["damaged", "wrong_item", "missing", "late", "quality", "changed_mind", "other"] | None = None
    remedy: Literal["refund", "replacement", "store_credit"] | None = None


class Wish(Model):
    """One of several things that a message asks for: the words that ask for it (in English, if they were in another
    language and a model could say them), and what they name. `said` are the customer's own words, where they differ."""

    intent: Intent
    text: str
    said: str = ""
    entities: Entities = Entities()


class Understood(Model):
    """What one message means. `answer` is a yes or no to a question that the assistant asked; `language` an ISO 639-1
    code; `wishes` the parts of a message that asks for several things, in the order said, else empty; `english` the
    message in English where it is in another language, for rules that read English. It never answers a question."""

    intents: list[IntentScore]
    entities: Entities = Entities()
    answer: Literal["yes", "no"] | None = None
    language: str = "en"
    angry: bool = False
    wishes: list[Wish] = []
    english: str | None = None
    model: str
