"""An exchange: choosing other items in a report, and reading what was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nicegui import ui

from care.errors import CareError, Invalid
from care.models.money import Money
from care.models.order import OrderLine, Product
from care.models.refund import Refund, RefundStatus, Remedy
from care.models.subscription import Item, NamedItem
from care.rules.refund_exchange import exchanged, owed, worth
from care.rules.refund_items import in_words
from ui.language import _, mark
from ui.parts import words
from ui.parts.asking import refusal
from ui.parts.basket import Basket
from ui.parts.elements import box
from ui.visit import Visit

# The choice among the remedies: a replacement, with other items.
EXCHANGE, EXCHANGE_WORDS = "exchange", mark("Exchange for something else")


class Exchange:
    """What is wanted instead, counted by the rule that opens the case. `changed` is called after every change."""

    def __init__(
        self,
        visit: Visit,
        products: list[Product],
        currency: str,
        before: Sequence[OrderLine],
        changed: Callable[[], object],
    ) -> None:
        self._visit = visit
        self._currency = currency
        self._told = changed
        wished = [NamedItem.model_validate(line.model_dump()) for line in before]
        self._stocked(products, wished)

    def _stocked(self, products: list[Product], wished: list[NamedItem]) -> None:
        self._products = {each.sku: each for each in products}
        shelf = [each for each in products if each.stock and each.price.currency == self._currency]
        self._basket = Basket(shelf, wished, self._changed)

    @ui.refreshable_method
    def draw(self) -> None:
        with box("stack loose", name=_("What would you like instead?")).props("role=group"):
            self._basket.draw()

    async def _changed(self) -> None:
        self._told()

    def sentence(self, given_back: Money) -> str:
        """What the new items come to beside what is given back."""
        try:
            cost = worth(self._lines(given_back))
        except CareError as error:
            return refusal(error)
        left = given_back - cost
        told = _("The new items come to {cost} of {amount}.", cost=words.money(cost), amount=words.money(given_back))
        if not left.amount:
            return f"{told} {_('Nothing is left to pay back.')}"
        return f"{told} {_('We pay back the {amount} that is left.', amount=words.money(left))}"

    def _lines(self, given_back: Money) -> list[OrderLine]:
        wanted = self._basket.items()
        if not wanted:
            raise Invalid(_("Nothing else is in stock at the moment; please choose another answer."))
        return exchanged(wanted, self._products, given_back, Remedy.REPLACEMENT)

    def items(self) -> list[Item]:
        """Raises Invalid for a quantity that nobody can order."""
        return self._basket.items()

    async def confirmed(self, given_back: Money) -> list[Item]:
        """The items as they were shown. Raises Invalid if they cost something else by now, and shows that; and what
        cannot be exchanged."""
        lines = self._lines(given_back)
        today = await self._visit.services.stores.products.all()
        prices = {each.sku: each.price for each in today}
        if any(prices.get(line.sku, line.price) != line.price for line in lines):
            self._stocked(today, [NamedItem.model_validate(line.model_dump()) for line in lines])
            self.draw.refresh()
            self._told()
            raise Invalid(_("A price has just changed. Please look at the amount once more."))
        return self._basket.items()


def exchange_facts(refund: Refund) -> dict[str, str]:
    """What goes out instead, and what is paid back beside it; nothing for any other case."""
    if not refund.exchange_for:
        return {}
    items, value = in_words(refund.exchange_for), words.money(worth(refund.exchange_for))
    shown = {_("New items"): _("{items}, worth {amount}", items=items, amount=value)}
    left, paid = owed(refund), refund.status is RefundStatus.PAID
    if paid or not refund.status.is_settled:
        credited = refund.remedy is Remedy.STORE_CREDIT
        given = _("Store credit") if credited else _("Paid back")
        shown |= {given if paid else _("To be paid back"): words.money(left) if left.amount else _("nothing")}
    order_id = refund.sent_as or (refund.payment_reference if paid else None)
    return shown | ({_("Sent as"): order_id} if order_id else {})
