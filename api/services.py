"""What the web process has open: one object that routes and pages are handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.rates import Rates
from api.readings import Readings
from care.errors import Unauthenticated
from care.gateways.carriers import Carrier
from care.gateways.payments import PaymentGateway
from care.models.audit import Act
from care.models.customer import Principal
from care.models.order import Order
from care.models.order_change import ChangeItems, ChangePayment
from care.models.sign_in import Attempt
from care.models.token import Machine
from care.order_changes import change_items, change_payment
from care.ordering import cancel_order
from care.own_password import OwnPassword
from care.rules.order_changes import check_made
from care.rules.parcels import notice_of_trace
from care.settings import Settings
from care.signing_in import SigningIn
from care.stores import CONNECTION_ERRORS, Stores
from care.stores import StoreError as StoreError
from care.stores import is_out_of_order as is_out_of_order
from care.webhooks import Webhooks
from workflows.client import CareClient

if TYPE_CHECKING:
    from care.gateways.oidc import Provider

_MOST_LOOKS = 10_000  # some MB

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
    rates: Rates
    signing_in: SigningIn
    own_password: OwnPassword
    provider: Provider | None = None
    readings: Readings = field(default_factory=Readings)
    # Lines of `looked` that are known to be written: what is written stays.
    looks: set[str] = field(default_factory=set)

    @property
    def webhooks(self) -> Webhooks:
        settings = self.settings
        return Webhooks(self.stores, settings.key_ring(), production=settings.env == "production")

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
            today = f"{act} {who.email} {about} {datetime.now(UTC).date()}"
            if today in self.looks:
                return
            if not await self.stores.audit.told(today):
                await self.note(who, act, about, once=today)
            if len(self.looks) >= _MOST_LOOKS:
                self.looks.clear()
            self.looks.add(today)

    async def acted(self, who: Principal, customer_id: str, what: str, on: str, once: str | None = None) -> None:
        """A colleague or a system has done `what` to the thing `on` for a customer, who could have done it."""
        if who.is_staff:
            once = f"{what} {once}" if once else ""
            await self.note(who, "acted_for_customer", customer_id, once=once, what=what, on=on)

    async def ready(self) -> None:
        """Raises Unavailable naming the first of database, Temporal and worker that cannot be reached."""
        await self.stores.ping()
        await self.client.ready()

    async def sign_in_through(self, attempt: Attempt, answer: Mapping[str, str], device: str) -> Principal:
        """Through the other provider: whoever's address it vouches for, if they have an account here that is open.

        Raises Unauthenticated for an answer that is not good, Forbidden without an account, Unavailable.
        """
        if self.provider is None:
            raise Unauthenticated("There is no other sign-in here.")
        email = await self.provider.finish(attempt, answer, datetime.now(UTC))
        return (await self.signing_in.vouched_for(email, device)).principal

    async def still_stands(self, principal: Principal) -> bool:
        """False once the sign-in has ended, or the account is closed or changed."""
        return await self.signing_in.still_stands(principal)
