"""What a conversation remembers between turns."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from care.models.common import Model, Quantity, Sku
from care.models.conversation import Handoff
from care.models.customer import Address
from care.models.order_change import ChangeItems
from care.models.refund import RefundReason, Remedy
from care.models.subscription import ChangeSubscription, Frequency, Item
from care.models.understanding import Entities, Intent, Wish


class ChatTurn(Model):
    """One message as the workflow gets it. The customer is the session's, never what the message claims. A `hasty`
    one came before the message ahead of it was answered, so it cannot be a yes to what that answer shows."""

    customer_id: str
    message: Annotated[str, Field(min_length=1, max_length=4000)]
    evidence_ids: list[str] = []
    hasty: bool = False


class Proposal(Model):
    """A write that was shown to the customer and waits for a yes. `payload` is exactly what will be done; `kind` is
    one of `care.rules.writes`. `shown` is the question as the tools put it, `worded` the same in the customer's
    language, if it was put into that."""

    kind: str
    payload: dict[str, Any]
    shown: str
    worded: str = ""
    # The turn that showed it: what it does is done once for this turn, whatever is retried.
    turn: int = 0

    @property
    def words(self) -> str:
        """All that the question said: a yes may repeat it."""
        return f"{self.shown}\n{self.worded}"


class Choice(Model):
    """One of the answers offered last: "the second one" means the second of them."""

    kind: Literal["order", "subscription", "product", "refund"]
    id: str
    label: str


class Slots(Model):
    """What is being talked about."""

    order_id: str | None = None
    subscription_id: str | None = None
    refund_id: str | None = None
    sku: Sku | None = None


class RefundIntake(Model):
    """A refund that is being gathered over turns. No items means all of the order; `exchange_for` are other products
    that the customer would like instead."""

    order_id: str | None = None
    items: list[Item] = []
    reason: RefundReason | None = None
    complaint: str = ""
    evidence_ids: list[str] = []
    without_evidence: bool = False
    remedy: Remedy = Remedy.REFUND
    exchange_for: list[Item] = []


class SubscriptionDraft(Model):
    """A subscription that is being gathered over turns. `quantity` was said before its product was known; `sku` is the
    one item of drafts that knew of no more."""

    sku: Sku | None = None
    quantity: Quantity = 1
    items: list[Item] = []
    frequency: Frequency | None = None
    delivery_day: int | str | None = None
    start_date: date | None = None
    address: Address | None = None


class SubscriptionTask(Model):
    """What is to be done with a subscription, as far as it is known: which one, the words that asked for it and what
    they name, the deliveries that it is about, and the terms that were shown."""

    subscription_id: str | None = None
    said: str = ""
    named: Entities = Entities()
    dates: list[date] = []
    change: ChangeSubscription | None = None


# What the assistant asked for, where it is not a yes.
Awaiting = Literal[
    "order", "reason", "evidence", "product", "frequency", "day", "address", "subscription",
    "date", "items", "payment_method", "change", "remedy", "detail",
]  # fmt: skip


class Open(Model):
    """A matter that is not finished: what was asked, what it was about, what was gathered for it, and the further
    wishes of the same customer that come after it.

    `action` names what is to be done where the intent leaves it open ("skip", "pause", "trace"), `said` keeps the
    words that say it while something else is asked first, `asked` is the question as it was shown, and `offered` are
    the answers that stood beside it. `basket` is what an order was last shown to hold instead.
    """

    topic: Intent | None = None
    action: str | None = None
    said: str | None = None
    asked: str | None = None
    offered: list[str] = []
    awaiting: Awaiting | None = None
    choices: list[Choice] = []
    pending: Proposal | None = None
    intake: RefundIntake | None = None
    draft: SubscriptionDraft | None = None
    slots: Slots = Slots()
    waiting: list[Wish] = []
    task: SubscriptionTask | None = None
    basket: ChangeItems | None = None


class ConversationState(Open):
    """What a conversation remembers: carried by its workflow, kept in MongoDB so that a closed one can be reopened.

    Its own fields of `Open` are the matter at hand: `topic` is the intent that was handled last. `parked` are matters
    that the customer left for another one, the last one last; `pointed` is what such another one was about, for an
    "it" that follows its answer. `history` holds the last messages as "role: text", oldest first, and `digest` what
    was done, a line for each turn that did something. `failures` counts messages in a row that were not understood.
    """

    conversation_id: str
    customer_id: str
    turn: int = 0
    language: str = "en"
    parked: list[Open] = []
    pointed: Slots | None = None
    handed_off: bool = False
    handoff: Handoff | None = None
    history: list[str] = []
    digest: list[str] = []
    failures: int = 0
