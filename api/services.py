"""What the web process has open: one object that routes and pages are handed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from care.errors import Unauthenticated
from care.gateways.carriers import Carrier
from care.gateways.payments import PaymentGateway
from care.models.audit import Act
from care.models.customer import Account, Principal
from care.models.order import Order
from care.models.order_change import ChangeItems, ChangePayment
from care.models.token import Machine
from care.order_changes import change_items, change_payment
from care.ordering import cancel_order
from care.passwords import hash_password, verify_password
from care.rules.order_changes import check_made
from care.rules.parcels import notice_of_trace
from care.settings import Settings
from care.stores import CONNECTION_ERRORS, Stores
from care.webhooks import Webhooks
from workflows.client import CareClient

# What is raised while the database cannot be reached.
LOST = CONNECTION_ERRORS


@dataclass(frozen=True)
class Services:
    """Everything that a route or page may use; opened once a process, by api.main."""

    settings: Settings
    stores: Stores
    client: CareClient
    payments: PaymentGateway
    carrier: Carrier

    @property
    def webhooks(self) -> Webhooks:
        settings = self.settings
        return Webhooks(self.stores, settings.key_bytes(), production=settings.env == "production")

    async def cancel_order(self, order_id: str) -> Order:
        """Cancels a pending order and gives back what was paid. Raises NotFound, Conflict."""
        return await cancel_order(self.stores, self.payments, order_id)

    async def change_items(self, order_id: str, wish: ChangeItems, once: str) -> Order:
        """Gives a pending order other items. Raises as care.order_changes does, and if nothing was changed."""
        check_made(await change_items(self.stores, self.payments, order_id, wish, once))
        return await self.stores.orders.get(order_id)

    async def change_payment(self, order_id: str, wish: ChangePayment, once: str) -> Order:
        """Charges an order that is not paid to another method. Raises as `change_items`."""
        check_made(await change_payment(self.stores, self.payments, order_id, wish, once))
        return await self.stores.orders.get(order_id)

    async def close_trace(self, who: Principal, order_id: str, note: str) -> Order:
        """A search for a parcel is over, and the customer is told what came of it. Raises NotFound."""
        order = await self.carrier.close(order_id, note)
        if order.trace:
            await self.note(who, "trace_closed", order_id, once=f"trace_closed {order.trace.trace_id}")
        if notice := notice_of_trace(order, datetime.now(UTC)):
            await self.stores.notifications.add(notice)
        return order

    async def note(self, who: Principal, act: Act, about: str = "", *, once: str = "", **detail: str) -> None:
        """Writes into the audit record what somebody has done. The same `once` is written once."""
        await self.stores.audit.append(act, by=who.recorded, about=about, session=None, once=once, **detail)

    async def looked(self, who: Principal, act: Act, about: str = "") -> None:
        """A colleague has opened what is a customer's: a line a day. Customers look at their own, the shop's own
        systems at everybody's."""
        if who.is_staff and not isinstance(who, Machine):
            await self.note(who, act, about, once=f"{act} {who.email} {about} {datetime.now(UTC).date()}")

    async def acted(self, who: Principal, customer_id: str, what: str, on: str, once: str | None = None) -> None:
        """A colleague or a system has done `what` to the thing `on` for a customer, who could have done it."""
        if who.is_staff:
            once = f"{what} {once}" if once else ""
            await self.note(who, "acted_for_customer", customer_id, once=once, what=what, on=on)

    async def ready(self) -> None:
        """Raises Unavailable naming the first of database, Temporal and worker that cannot be reached."""
        await self.stores.ping()
        await self.client.ready()

    async def sign_in(self, email: str, password: str) -> Principal:
        """Raises Unauthenticated, after the same time and in the same words for an unknown address."""
        account = await self.stores.accounts.find(email.strip().lower())
        if account is None:
            await hash_password(password)  # takes as long as a verification
        elif await verify_password(password, account.password_hash) and account.closed_at is None:
            return principal_for(account)
        raise Unauthenticated("The e-mail address or the password is wrong.")

    async def still_stands(self, principal: Principal) -> bool:
        """False once the account is closed or changed: an old token or cookie opens nothing."""
        account = await self.stores.accounts.find(principal.email)
        return account is not None and account.closed_at is None and principal_for(account) == principal


def principal_for(account: Account) -> Principal:
    return Principal(
        email=account.email, role=account.role, customer_id=account.customer_id, generation=account.generation
    )
