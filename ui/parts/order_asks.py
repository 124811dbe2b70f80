"""What a customer can do with an order that has not left: cancel it, send it elsewhere, pay for it."""

from __future__ import annotations

from uuid import uuid4

from nicegui import ui

from care.errors import Invalid, PaymentDeclined
from care.models.order import Order
from care.models.order_change import ChangePayment
from care.rules.rates import Family
from ui.language import _
from ui.parts import words
from ui.parts.address_fields import AddressFields
from ui.parts.asking import answers, sheet
from ui.parts.elements import text
from ui.visit import Visit


def cancel_dialog(visit: Visit, order: Order) -> None:
    amount = words.money(order.total)
    detail = _("Order {order}, {amount}. It has not been sent yet.", order=order.order_id, amount=amount)
    with sheet(_("Cancel this order?"), detail) as asked:

        async def cancel() -> str:
            await visit.services.cancel_order(order.order_id)
            return _("The order is cancelled.")

        answers(asked, _("Cancel the order"), cancel, back=_("Keep it"))


def readdress_dialog(visit: Visit, order: Order) -> None:
    now = order.address or (visit.customer.address if visit.customer else None)
    with sheet(
        _("Where shall it go?"), _("Order {order} only. It has not been sent yet.", order=order.order_id)
    ) as asked:
        asked.props("persistent")
        fields = AddressFields(now.model_dump() if now else {})

        async def save() -> str:
            after = await visit.services.stores.orders.change_address(order.order_id, fields.chosen())
            return _("It will go to {address}.", address=after.address)

        answers(asked, _("Save"), save, back=_("Cancel"))


async def pay_dialog(visit: Visit, order: Order) -> None:
    """Paying again after a lost answer charges once; after a decline it is another try."""
    methods = await visit.services.payments.methods(visit.customer_id)
    labels = {method.payment_method: method.label for method in methods}
    once, amount = uuid4().hex, words.money(order.total)
    with sheet(
        _("Pay {amount}?", amount=amount), _("Order {order}. It is charged at once.", order=order.order_id)
    ) as asked:
        if not labels:
            text(_("We know no way of yours to pay. Please write to us in the chat."), "wrap")
        method = ui.radio(labels, value=next(iter(labels), None))
        method.props["aria-label"] = _("How do you want to pay?")

        async def pay() -> str:
            nonlocal once
            if method.value is None:
                raise Invalid(_("Please choose how to pay."))
            await visit.take(Family.CREATE)
            try:
                await visit.services.change_payment(order.order_id, ChangePayment(payment_method=method.value), once)
            except PaymentDeclined:
                once = uuid4().hex
                raise
            return _("Thank you. The order is paid.")

        answers(asked, _("Pay now"), pay)
