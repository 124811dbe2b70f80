"""What has to be asked before a subscription can be changed; the answer goes on with the change."""

from __future__ import annotations

from activities.tools.scene import Scene
from activities.tools.subscription_scene import Wanted, ask
from activities.tools.subscription_wording import name
from care.models.customer import StoredMethod
from care.models.dialogue import Outcome
from care.models.memory import Choice
from care.models.order import Product
from care.models.subscription import Frequency, Subscription
from care.rules.strange_counts import asks_for_count

_WHAT = (
    "What shall I change in {}? I can change its products and quantities, how often and on which day it comes, where "
    "it goes and how it is paid."
)
_SUGGESTED = ["Every two weeks instead", "Another delivery day", "Another address", "Another payment method"]


def ask_what(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    question = _WHAT.format(name(subscription))
    return ask(scene, wanted, subscription, question, awaiting="change", suggestions=_SUGGESTED)


def ask_method(scene: Scene, wanted: Wanted, subscription: Subscription, methods: list[StoredMethod]) -> Outcome:
    listed = "\n".join(f"{n}. {m.label}" for n, m in enumerate(methods, 1))
    question = f"With which of these shall {subscription.subscription_id} be paid?\n{listed}"
    suggestions = [m.label for m in methods]
    return ask(scene, wanted, subscription, question, awaiting="payment_method", suggestions=suggestions)


def ask_day(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    monthly = subscription.frequency is Frequency.MONTHLY
    question = f"On which day of the {'month' if monthly else 'week'} shall {subscription.subscription_id} come?"
    suggestions = ["On the 1st", "On the 15th"] if monthly else ["On Monday", "On Friday", "On Saturday"]
    return ask(scene, wanted, subscription, question, awaiting="change", suggestions=suggestions)


def ask_date(scene: Scene, wanted: Wanted, subscription: Subscription, unread: str) -> Outcome:
    """`unread` is what was said, and is no day or more than one."""
    question = f'I cannot tell which day "{unread}" is. Which day do you mean? Please write it like 4 December.'
    return ask(scene, wanted, subscription, question, awaiting="date")


def ask_end(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    question = f"Until which day shall I pause {name(subscription)}? It has to be one that is still to come."
    return ask(scene, wanted, subscription, question, awaiting="date")


def ask_count(scene: Scene, wanted: Wanted, subscription: Subscription, written: str) -> Outcome:
    return ask(scene, wanted, subscription, asks_for_count(written), awaiting="items")


def ask_address(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    question = (
        f"Where shall {subscription.subscription_id} go? Please write: street and number, postcode city, country."
    )
    return ask(scene, wanted, subscription, question, awaiting="address")


def ask_product(scene: Scene, wanted: Wanted, subscription: Subscription, products: list[Product]) -> Outcome:
    listed = "\n".join(f"{n}. {p.name}, {p.price}" for n, p in enumerate(products, 1))
    choices = [Choice(kind="product", id=p.sku, label=p.name) for p in products]
    suggestions = [p.name for p in products]
    question = f"Which of these do you mean?\n{listed}"
    return ask(scene, wanted, subscription, question, awaiting="items", choices=choices, suggestions=suggestions)
