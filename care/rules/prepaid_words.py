"""Prepaid terms in sentences, for reminders, notices, the chat and the portal. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from care.models.money import Money
from care.models.subscription import PaidTerm, Step, Subscription
from care.rules.prepaid import Paying, cost, left, paying_later
from care.rules.reminders import place


def on_reminder(subscription: Subscription, step: Step, prices: Mapping[str, Money]) -> str:
    """What a reminder says of the payment, beginning with a space. `prices`: the new ones that it announces, by sku."""
    terms = subscription.prepaid
    if terms is None:
        return ""
    before = place(subscription, step.occurrence)
    match paying_later(subscription, before):
        case Paying.NEXT_TERM:
            items = [i.model_copy(update={"price": prices.get(i.sku, i.price)}) for i in subscription.items]
            due = cost(items) * terms.deliveries
            again = "It begins your next term" if subscription.paid else "It is the first of your term"
            return f" {again}: with it you pay {due} for {terms.deliveries} deliveries at once."
        case Paying.BY_TERM if before < left(subscription):
            return f" It is paid already: {terms.deliveries - left(subscription) + before + 1} of {terms.deliveries}."
        case _:
            return ""


def announces_prices(subscription: Subscription, step: Step) -> bool:
    """Inside a term prices stay: new ones are announced for the delivery that pays the next."""
    if subscription.prepaid is None:
        return True
    return paying_later(subscription, place(subscription, step.occurrence)) is not Paying.BY_TERM


def how_many(n: int) -> str:
    """ "1 delivery", "6 deliveries"."""
    return f"{n} {'delivery' if n == 1 else 'deliveries'}"


def remaining(subscription: Subscription) -> str:
    """ "3 of 6 paid deliveries left"; empty before anything is paid, and without terms."""
    terms, paid = subscription.prepaid, subscription.paid
    return f"{paid.left} of {terms.deliveries} paid deliveries left" if terms and paid else ""


def going_back(subscription: Subscription) -> str:
    """Said after the end: what goes back to the customer. Empty where nothing does."""
    paid = subscription.paid
    if paid is None or paid.returned is None:
        return ""
    return f"{paid.returned}, paid for {not_coming(paid, paid.returned)} that will not come, goes back to you."


def not_coming(paid: PaidTerm, returned: Money) -> str:
    """How many deliveries `returned` had paid."""
    return how_many(returned.amount // cost(paid.items).amount)
