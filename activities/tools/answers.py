"""Answers that change nothing: products, the account, small talk, and asking back."""

from __future__ import annotations

from typing import Any

from activities.tools.scene import PERSON, Scene
from care.models.conversation import Intent
from care.models.dialogue import NamedSku, Outcome
from care.models.order import Product
from care.rules.dialogue import PATIENCE
from care.rules.references import named_products
from care.rules.words import asks_for_account_change, is_greeting, is_thanks
from care.stores import Stores

_STARTERS = ["Where is my order?", "I want a refund", "Set up a subscription", PERSON]
_MOST_LISTED = 6


class AnswerTools:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def serve(self, scene: Scene) -> Outcome:
        match scene.reading.act:
            case "decline":
                return _declined(scene)
            case "ask_again":
                return _ask_again(scene)
            case "nothing_pending":
                return _nothing_pending(scene)
        match scene.reading.intent:
            case Intent.PRODUCT_QUESTION:
                return await self._product(scene)
            case Intent.ACCOUNT:
                return await self._account(scene)
            case _:
                return _small_talk(scene) or _clarify(scene)

    async def _product(self, scene: Scene) -> Outcome:
        products = await self._stores.products.all()
        catalogue = [NamedSku(sku=p.sku, name=p.name) for p in products]
        skus = named_products(scene.understood.entities, scene.turn.message, catalogue)
        wanted = skus or [scene.state.slots.sku or ""]
        found = [p for p in products if p.sku in wanted][:_MOST_LISTED]
        if not found:
            some = ", ".join(p.name for p in products[:_MOST_LISTED])
            return scene.reply(f"Which product do you mean? We have {some} and more.", suggestions=[PERSON])
        text = "\n".join(_described(p) for p in found)
        slots = scene.slots(sku=found[0].sku) if len(found) == 1 else {}
        suggestions = [f"Subscribe to {found[0].name}"] if found[0].stock > 0 else []
        return scene.reply(text, suggestions=suggestions, **slots)

    async def _account(self, scene: Scene) -> Outcome:
        if asks_for_account_change(scene.turn.message):
            return scene.hand_over("Changes to your account are made by a person.")
        customer = await self._stores.customers.get(scene.customer_id)
        wallet = await self._stores.wallets.get(scene.customer_id)
        address = f" Your address is {customer.address}." if customer.address else ""
        balance = f" Your wallet holds {wallet.balance}." if wallet else ""
        text = f"Your account is {customer.customer_id}, {customer.name}, {customer.email}.{address}{balance}"
        return scene.reply(text, suggestions=[PERSON])


class HandoffTools:
    async def serve(self, scene: Scene) -> Outcome:
        return scene.hand_over()


def _declined(scene: Scene) -> Outcome:
    text = "All right, I have not done anything." if scene.state.pending else "All right."
    return scene.reply(f"{text} What else can I do for you?", intake=None, draft=None)


def _nothing_pending(scene: Scene) -> Outcome:
    """A yes where none was asked for. A question that is open stays open."""
    before = scene.state
    if before.choices:
        offered = [c.label if c.kind == "product" else c.id for c in before.choices]
        kept: dict[str, Any] = {"awaiting": before.awaiting, "choices": before.choices, "topic": before.topic}
        return scene.reply("Please say which one you mean.", suggestions=offered, **kept)
    return scene.reply("There is nothing that waits for your yes. What would you like to do?", suggestions=_STARTERS)


def _ask_again(scene: Scene) -> Outcome:
    pending = scene.state.pending
    if pending is None:
        return _clarify(scene)
    return scene.reply(
        f"I need a plain yes or no for this: {pending.shown}",
        suggestions=["Yes", "No"],
        pending=pending,
        topic=scene.state.topic,
    )


def _small_talk(scene: Scene) -> Outcome | None:
    if is_greeting(scene.turn.message):
        return scene.reply(f"Hello {scene.context.customer_name}! What can I do for you?", suggestions=_STARTERS)
    if is_thanks(scene.turn.message):
        return scene.reply("You are welcome. Is there anything else?")
    return None


def _clarify(scene: Scene) -> Outcome:
    """Ask back; a person takes over when asking back has not helped."""
    failures = scene.state.failures + 1
    if failures >= PATIENCE:
        return scene.hand_over("I am sorry, I did not understand you.")
    return scene.reply(
        "I am not sure that I understand. Is it about an order, a refund, a subscription or a payment?",
        suggestions=_STARTERS,
        failures=failures,
    )


def _described(product: Product) -> str:
    stock = "in stock" if product.stock > 0 else "out of stock at the moment"
    about = f" {product.description}" if product.description else ""
    return f"{product.name} costs {product.price} and is {stock}.{about}"
