"""What routes and pages are handed: the services, who asks, and things that the asker may see.

Access is decided here and nowhere else. Somebody else's data is NotFound, in the words used for what does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import OAuth2PasswordBearer

from api.security import principal_of
from api.services import LOST as LOST
from api.services import Services as Services
from care.errors import Forbidden, Invalid, NotFound, Unauthenticated, missing
from care.intake import keep_evidence
from care.models.conversation import Conversation
from care.models.customer import Principal, Role
from care.models.evidence import Evidence, EvidenceReceipt
from care.models.order import Order
from care.models.refund import Refund
from care.models.subscription import Subscription


def services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


Serving = Annotated[Services, Depends(services)]

# For the OpenAPI document; the token is read in api.security.
_bearer = OAuth2PasswordBearer(tokenUrl="auth/token", auto_error=False)


async def authenticated(request: Request) -> Principal:
    """Whoever asks. Raises Unauthenticated."""
    serving = services(request)
    principal = principal_of(request, serving.settings)
    if not await serving.still_stands(principal):
        raise Unauthenticated("This account has changed or is gone. Please sign in again.")
    return principal


async def viewer(request: Request, _: Annotated[str | None, Depends(_bearer)]) -> Principal:
    """Anyone who is signed in. Raises Unauthenticated."""
    return await authenticated(request)


Viewer = Annotated[Principal, Depends(viewer)]


def require(*roles: Role) -> Callable[[Principal], Principal]:
    """A dependency that lets only these roles pass; the others get Forbidden."""

    def allowed(principal: Viewer) -> Principal:
        if principal.role not in roles:
            raise Forbidden(f"This needs the role {' or '.join(roles)}.")
        return principal

    return allowed


STAFF = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
staff = require(*STAFF)
Staff = Annotated[Principal, Depends(staff)]
Overseer = Annotated[Principal, Depends(require(Role.SUPERVISOR, Role.ADMIN))]


def may_see(principal: Principal, customer_id: str, otherwise: NotFound | None = None) -> None:
    """Staff see every customer, a customer only their own data. Raises `otherwise`, as for what is missing."""
    if not principal.is_staff and principal.customer_id != customer_id:
        raise otherwise or missing("customer", customer_id)


async def own_customer(customer_id: str, principal: Viewer, serving: Serving) -> str:
    may_see(principal, customer_id)
    await serving.stores.customers.get(customer_id)
    return customer_id


async def exported_customer(customer_id: Annotated[str, Depends(own_customer)], principal: Viewer) -> str:
    """All of it at once is for the customer, and for whoever answers them."""
    if principal.role not in (Role.CUSTOMER, Role.ADMIN):
        raise Forbidden("This needs the customer, or the role admin.")
    return customer_id


async def own_order(order_id: str, principal: Viewer, serving: Serving) -> Order:
    order = await serving.stores.orders.get(order_id)
    may_see(principal, order.customer_id, missing("order", order_id))
    return order


async def own_subscription(subscription_id: str, principal: Viewer, serving: Serving) -> Subscription:
    subscription = await serving.stores.subscriptions.get(subscription_id)
    may_see(principal, subscription.customer_id, missing("subscription", subscription_id))
    return subscription


async def own_refund(refund_id: str, principal: Viewer, serving: Serving) -> Refund:
    refund = await serving.stores.refunds.get(refund_id)
    may_see(principal, refund.customer_id, missing("refund", refund_id))
    return refund


async def own_evidence(evidence_id: str, principal: Viewer, serving: Serving) -> Evidence:
    evidence = await serving.stores.evidence.get(evidence_id)
    may_see(principal, evidence.customer_id, missing("evidence", evidence_id))
    return evidence


async def own_conversation(conversation_id: str, principal: Viewer, serving: Serving) -> Conversation:
    conversation = await serving.stores.conversations.get(conversation_id)
    may_see(principal, conversation.customer_id, missing("conversation", conversation_id))
    return conversation


OwnCustomer = Annotated[str, Depends(own_customer)]
ExportedCustomer = Annotated[str, Depends(exported_customer)]
OwnOrder = Annotated[Order, Depends(own_order)]
OwnSubscription = Annotated[Subscription, Depends(own_subscription)]
OwnRefund = Annotated[Refund, Depends(own_refund)]
OwnEvidence = Annotated[Evidence, Depends(own_evidence)]
OwnConversation = Annotated[Conversation, Depends(own_conversation)]

Limit = Annotated[int, Query(ge=1, le=200, description="Items per page.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]
PAGE = 50


async def store_evidence(
    serving: Services, principal: Principal, data: bytes, file_name: str, customer_id: str | None = None
) -> EvidenceReceipt:
    """Keeps a file that a customer shows, made safe. Staff name the `customer_id` whose file it is.

    Raises TooLarge, UnsupportedMedia, NotFound for a customer that the sender may not see, Invalid if none is named.
    """
    owner = customer_id or principal.customer_id
    if owner is None:
        raise Invalid("Say whose file this is.", fields={"customer_id": "is needed when staff send a file"})
    may_see(principal, owner)
    await serving.stores.customers.get(owner)
    return await keep_evidence(serving.stores, owner, data, file_name, max_bytes=serving.settings.evidence_max_bytes)
