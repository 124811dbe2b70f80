"""What the tests of conversations share: a shop, an understanding that reads from a script, and doors that record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.graphs.conversation import conversation_graph
from activities.graphs.conversation_nodes import ConversationNodes, TurnState
from care.brains.protocols import Saying, Utterance, Worded, Wording
from care.errors import ModelTrouble
from care.gateways.ledger import LedgerGateway
from care.models.conversation import ChatReply
from care.models.customer import Address
from care.models.memory import ChatTurn, ConversationState
from care.models.money import Money
from care.models.order import OrderStatus, Payment, PaymentStatus
from care.models.refund import Refund, RefundRequest, RefundStatus
from care.models.understanding import Intent, IntentScore, Understood, Wish
from care.policy import load_policy
from care.rules.entities import find_entities
from care.stores import Stores
from tests.graphs.subscription_doors import SubscriptionDoors
from tests.stores import make

ME, OTHER = "CUST001", "CUST002"


class Scripted:
    """Takes the intent from the script and the entities from the text; without an intent the message is unclear.

    `wishes` holds the parts of messages that ask for several things, each with its intent.
    """

    def __init__(self) -> None:
        self.intents: dict[str, Intent] = {}
        self.wishes: dict[str, list[tuple[str, Intent]]] = {}
        self.asked: list[Utterance] = []

    async def understand(self, utterance: Utterance) -> Understood:
        self.asked.append(utterance)
        parts = self.wishes.get(utterance.text, [])
        said = [intent for _, intent in parts] or [self.intents.get(utterance.text, Intent.OTHER)]
        found = [
            Wish(intent=intent, text=text, entities=find_entities(text, utterance.products)) for text, intent in parts
        ]
        return Understood(
            intents=[IntentScore(intent=intent, confidence=0.9) for intent in dict.fromkeys(said)],
            entities=find_entities(utterance.text, utterance.products),
            wishes=found,
            model="scripted",
        )


class Lying(Scripted):
    """Says yes to everything."""

    async def understand(self, utterance: Utterance) -> Understood:
        return (await super().understand(utterance)).model_copy(update={"answer": "yes"})


class Spanish(Scripted):
    """Hears Spanish in everything."""

    async def understand(self, utterance: Utterance) -> Understood:
        return (await super().understand(utterance)).model_copy(update={"language": "es"})


class Marking:
    """A wording that can be told from the reply, and counts how often it was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    async def word(self, saying: Saying, seconds: float) -> Worded:
        self.asked += 1
        return Worded(text=f"[{saying.language}] {saying.text}", suggestions=saying.suggestions)


class Speechless:
    async def understand(self, utterance: Utterance) -> Understood:
        raise ModelTrouble("nonsense", retryable=False)


@dataclass
class Doors(SubscriptionDoors):
    """Cases by hand: records what was set in motion, once for each `once`."""

    opened: dict[str, tuple[str, RefundRequest]] = field(default_factory=dict)
    shown_to: list[tuple[str, list[str]]] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)

    async def open_refund(
        self, customer_id: str, request: RefundRequest, *, once: str | None = None, amount: Money | None = None
    ) -> Refund:
        if self.refusal:
            raise self.refusal
        self.opened.setdefault(once or "", (customer_id, request))
        number = list(self.opened).index(once or "") + 1
        given: dict[str, Any] = {"amount": amount} if amount else {}
        return make.refund(f"REF{number:03}", order_id=request.order_id, status=RefundStatus.ASSESSING, **given)

    async def add_evidence(self, refund_id: str, evidence_ids: list[str]) -> Refund:
        self.shown_to.append((refund_id, evidence_ids))
        return make.refund(refund_id, status=RefundStatus.ASSESSING, evidence_ids=evidence_ids)

    async def withdraw_refund(self, refund_id: str) -> Refund:
        self.withdrawn.append(refund_id)
        return make.refund(refund_id, status=RefundStatus.WITHDRAWN)


async def furnish(stores: Stores, now: datetime) -> None:
    """Two customers, milk and chips, and one order of mine in each state."""
    for customer_id in (ME, OTHER):
        home = Address(street="Gartenweg 1", city="Berlin", postcode="10115", country="DE")
        person = make.customer(customer_id, timezone="Europe/Berlin", address=home)
        await stores.customers.put(person)
    for sku, name in (("AMUL-MILK-1L", "Amul Milk 1L"), ("CHIPS", "Potato Chips")):
        await stores.products.put(make.product(sku).model_copy(update={"name": name}))
    shipped = {"status": OrderStatus.SHIPPED, "placed_at": now - timedelta(days=1)}
    await put(stores, "ORD001", "CHIPS", now, **shipped)
    await put(stores, "ORD004", "AMUL-MILK-1L", now)
    await put(stores, "ORD005", "CHIPS", now, placed_at=now - timedelta(days=6))
    await put(stores, "ORD900", "CHIPS", now, customer_id=OTHER)


async def put(stores: Stores, order_id: str, sku: str, now: datetime, **given: Any) -> None:
    """A delivered and paid order of one piece for EUR 12.99, unless the test says otherwise."""
    name = {"CHIPS": "Potato Chips", "AMUL-MILK-1L": "Amul Milk 1L"}[sku]
    order = make.order(order_id, items={sku: 1}, price=1299)
    delivered: dict[str, Any] = {
        "items": [order.items[0].model_copy(update={"name": name})],
        "status": OrderStatus.DELIVERED,
        "placed_at": now - timedelta(days=5),
        "delivered_at": now - timedelta(days=2),
        "payment": Payment(status=PaymentStatus.PAID, reference=f"PAY-{order_id}"),
    }
    await stores.orders.put(order.model_copy(update=delivered | given))


class Talk:
    """A conversation with the graph, without a workflow around it."""

    def __init__(
        self, stores: Stores, brain: Any = None, *, now: datetime | None = None, wording: Wording | None = None
    ) -> None:
        self.stores = stores
        self.brain = brain or Scripted()
        self.now = now or datetime(2026, 3, 3, 10, tzinfo=UTC)
        self.doors = Doors(stores, self.now)
        self.payments = LedgerGateway(stores.ledger)
        self.nodes = ConversationNodes(stores, self.brain, self.doors, self.payments, load_policy(), wording)
        self.memory = ConversationState(conversation_id="CNV001", customer_id=ME)
        self._graph = conversation_graph(self.nodes).compile()

    async def asks(self, *parts: tuple[str, Intent]) -> ChatReply:
        """A message of several wishes."""
        text = " and ".join(part for part, _ in parts)
        self.brain.wishes[text] = list(parts)
        return await self.says(text)

    async def says(
        self, text: str, intent: Intent | None = None, files: list[str] | None = None, *, hasty: bool = False
    ) -> ChatReply:
        if intent and isinstance(self.brain, Scripted):
            self.brain.intents[text] = intent
        turn = ChatTurn(customer_id=ME, message=text, evidence_ids=files or [], hasty=hasty)
        asked: TurnState = {
            "now": self.now.isoformat(),
            "turn": turn.model_dump(mode="json"),
            "memory": self.memory.model_dump(mode="json"),
        }
        answered = await self._graph.ainvoke(asked)
        self.memory = ConversationState.model_validate(answered["memory"])
        return ChatReply.model_validate(answered["reply"])
