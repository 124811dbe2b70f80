"""Answers that change nothing: products, the account, small talk, and asking back."""

from __future__ import annotations

from typing import Any

from activities.tools.scene import PERSON, Scene
from care.models.dialogue import NamedSku, Outcome
from care.models.order import Product
from care.models.understanding import Intent
from care.rules import phrases, words
from care.rules.dialogue import PATIENCE
from care.rules.references import named_products
from care.stores import Stores

_STARTERS = ["Where is my order?", "I want a refund", "Set up a subscription", PERSON]
_MOST_LISTED = 6
_ABILITIES = (
    "I can tell you where an order is, cancel it or change its address, open a refund, set up or cancel a "
    "subscription, check a payment or your wallet, and answer questions about products."
)
_WHICH_HELP = (
    "Gladly. Is it about where an order is, its payment, cancelling it, changing its address, or something wrong with "
    "what came?"
)
# The local model reads English alone, and says so in the customer's language.
_ONLY_ENGLISH = {
    "es": "Por ahora solo entiendo inglés. ¿Puede escribirme en inglés, o prefiere hablar con una persona?",
    "hi": "अभी मैं केवल अंग्रेज़ी समझता हूँ। कृपया अंग्रेज़ी में लिखें, या क्या आप किसी व्यक्ति से बात करना चाहेंगे?",
}
_HELP = ["Where is my order?", "Something is wrong with what came", "Cancel my order", PERSON]


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
        skus = named_products(scene.entities, scene.text, catalogue)
        # "Do you sell unicorns?" is not about what was talked of before.
        wanted = skus or ([] if phrases.asks_for_range(scene.text) else [scene.state.slots.sku or ""])
        found = [p for p in products if p.sku in wanted][:_MOST_LISTED]
        if not found:
            some = ", ".join(p.name for p in products[:_MOST_LISTED])
            asked = phrases.asks_for_range(scene.text)
            first = "I do not find that among our products." if asked else "Which product do you mean?"
            return scene.reply(f"{first} We have {some} and more.", suggestions=[PERSON])
        text = "\n".join(_described(p) for p in found)
        slots = scene.slots(sku=found[0].sku) if len(found) == 1 else {}
        suggestions = [f"Subscribe to {found[0].name}"] if found[0].stock > 0 else []
        return scene.reply(text, suggestions=suggestions, **slots)

    async def _account(self, scene: Scene) -> Outcome:
        if phrases.asks_for_account_change(scene.text):
            if "address" in scene.text.casefold():
                return _which_address(scene)
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
    """A yes where none was asked for."""
    before = scene.state
    if before.choices:
        return _still_which(scene)
    if before.awaiting and before.history:
        question = before.history[-1].removeprefix("assistant: ")
        open_: dict[str, Any] = {"awaiting": before.awaiting, "topic": before.topic}
        return scene.reply(f"I need a little more than a yes. {question}", **open_)
    return scene.reply("There is nothing that waits for your yes. What would you like to do?", suggestions=_STARTERS)


def _still_which(scene: Scene) -> Outcome:
    """A question that is open stays open."""
    before = scene.state
    offered = [c.label if c.kind == "product" else c.id for c in before.choices]
    kept: dict[str, Any] = {"awaiting": before.awaiting, "choices": before.choices, "topic": before.topic}
    return scene.reply("Please say which one you mean.", suggestions=offered, **kept)


def _which_address(scene: Scene) -> Outcome:
    return scene.reply(
        "The address of an order that is not on its way yet I can change here; the one in your account is changed by "
        "a person. Which shall it be?",
        suggestions=["Change the address of my order", PERSON],
        topic=Intent.CHANGE_ORDER,
        action="change_address",
        awaiting="order",
    )


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
    said = scene.text
    if phrases.is_greeting(said):
        return scene.reply(f"Hello {scene.context.customer_name}! What can I do for you?", suggestions=_STARTERS)
    if phrases.is_thanks(said):
        return scene.reply("You are welcome. Is there anything else?")
    if phrases.is_farewell(said):
        return scene.reply("Goodbye! I am here whenever you need me.")
    if phrases.is_nodding(said):
        return scene.reply("All right. What else can I do for you?", suggestions=_STARTERS)
    if phrases.asks_for_abilities(said):
        return scene.reply(_ABILITIES, suggestions=_STARTERS)
    if phrases.is_vague(said):
        return scene.reply(_WHICH_HELP, suggestions=_HELP)
    return None


def _clarify(scene: Scene) -> Outcome:
    """Ask back; a person takes over when asking back has not helped."""
    failures = scene.state.failures + 1
    understood = scene.understood
    if understood.model == "local" and understood.language in _ONLY_ENGLISH and failures < PATIENCE:
        return scene.reply(_ONLY_ENGLISH[understood.language], suggestions=[PERSON], failures=failures)
    if scene.state.choices and words.means_other_one(scene.text):
        return _still_which(scene)
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
