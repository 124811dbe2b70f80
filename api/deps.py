"""What routes and pages are handed: the services, who asks, and things that the asker may see.

Access is decided here and nowhere else. Every route names its rule among its `dependencies`; one that names none is
refused when the application starts (api.ruled), and answers nobody. docs/security.md has the whole table.
Somebody else's data is NotFound, in the words used for what does not exist.
A colleague who opens what is a customer's is noted in the audit record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.security import OAuth2PasswordBearer
from starlette.routing import BaseRoute

from api.security import principal_of, service_token
from api.services import LOST as LOST
from api.services import Services as Services
from api.services import StoreError as StoreError
from api.services import is_out_of_order as is_out_of_order
from api.tracing import note
from care.errors import Forbidden, Invalid, MissingScope, NotFound, Unauthenticated, missing
from care.intake import keep_evidence
from care.models.conversation import Conversation
from care.models.customer import ADMINS, CUSTOMERS, EVERYONE, OVERSEERS, STAFF, Principal, Role
from care.models.evidence import Evidence, EvidenceReceipt
from care.models.notification import Notification
from care.models.order import Order
from care.models.refund import Refund
from care.models.subscription import Subscription
from care.models.token import Machine, Scope
from care.rules.rates import Family
from care.rules.reviewers import is_own_case
from care.tokens import bearer_of


def services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


async def _serving(request: Request) -> Services:
    """Not `services` itself: FastAPI gives what is no coroutine to a thread, each time."""
    return services(request)


Serving = Annotated[Services, Depends(_serving)]

# For the OpenAPI document; the token is read in api.security.
_bearer = OAuth2PasswordBearer(tokenUrl="auth/token", auto_error=False)


@dataclass(frozen=True)
class Rule:
    """Who may call a route: accounts of these roles, and tokens with this scope."""

    name: str
    roles: frozenset[Role]
    scope: Scope | None

    async def __call__(self, request: Request, _: Annotated[str | None, Depends(_bearer)]) -> None:
        await admitted(request)

    def check(self, principal: Principal) -> None:
        """Raises Forbidden, and MissingScope for a token without it."""
        if isinstance(principal, Machine):
            if self.scope is None:
                raise Forbidden("This is for people: a service token cannot do it.")
            if self.scope not in principal.scopes:
                raise MissingScope(self.scope)
        elif principal.role not in self.roles:
            roles = [role for role in Role if role in self.roles]
            raise Forbidden(f"This needs the role {' or '.join(roles)}.")


class Public:
    """The rule of what anybody may call: nobody is asked who they are."""

    name, scope = "public", None

    async def __call__(self) -> None:
        pass


# The rules, each for `dependencies=[...]` of a route.
PUBLIC: Any = Depends(Public())


def signed_in(scope: Scope | None = None) -> Any:
    """Every account."""
    return Depends(Rule("signed in", EVERYONE, scope))


def own(scope: Scope | None = None) -> Any:
    """The customer whose it is, and the staff; to others it does not exist. The route takes it as one of Own*."""
    return Depends(Rule("own", EVERYONE, scope))


def own_or_admins() -> Any:
    """The customer whose it is, and who answers them in the shop's name."""
    return Depends(Rule("own or admins", CUSTOMERS | ADMINS, None))


def own_wish() -> Any:
    """The customer whose it is, alone: nobody wishes for them."""
    return Depends(Rule("own wish", CUSTOMERS, None))


def staff(scope: Scope | None = None) -> Any:
    return Depends(Rule("staff", STAFF, scope))


def overseers() -> Any:
    return Depends(Rule("overseers", OVERSEERS, None))


def admins() -> Any:
    return Depends(Rule("admins", ADMINS, None))


def rule_of(route: BaseRoute) -> Rule | Public | None:
    """The one rule that the route names; None if it names none, or several."""
    named = [each.dependency for each in getattr(route, "dependencies", ())]
    rules = [each for each in named if isinstance(each, Rule | Public)]
    return rules[0] if len(rules) == 1 else None


async def ruled(request: Request) -> None:
    """Stands before every route. Raises Forbidden where there is no rule: what nobody has thought of answers nobody."""
    if rule_of(request.scope["route"]) is None:
        raise _nobody()


def _nobody() -> Forbidden:
    return Forbidden("Nobody may call this address: it has no rule.")


async def authenticated(request: Request) -> Principal:
    """Whoever asks. Raises Unauthenticated."""
    serving = services(request)
    if secret := service_token(request):
        return await bearer_of(serving.stores, secret)
    principal = principal_of(request, serving.settings)
    if not await serving.still_stands(principal):
        raise Unauthenticated("This sign-in has ended. Please sign in again.")
    return principal


async def admitted(request: Request) -> Principal:
    """Whoever asks, if the route's rule lets them in. Raises Unauthenticated, Forbidden."""
    known: Principal | None = getattr(request.state, "admitted", None)
    if known is None:
        known = await authenticated(request)
        rule = rule_of(request.scope["route"])
        if not isinstance(rule, Rule):
            raise _nobody()
        note(request.scope, role=known.role.value, customer_id=known.customer_id)
        rule.check(known)
        request.state.admitted = known
    return known


Viewer = Annotated[Principal, Depends(admitted)]


def may_see(principal: Principal, customer_id: str, otherwise: NotFound | None = None) -> None:
    """Staff see every customer, a customer only their own data. Raises `otherwise`, as for what is missing."""
    if not principal.is_staff and principal.customer_id != customer_id:
        raise otherwise or missing("customer", customer_id)


async def own_customer(customer_id: str, principal: Viewer, serving: Serving) -> str:
    may_see(principal, customer_id)
    await serving.stores.customers.get(customer_id)
    await serving.looked(principal, "customer_viewed", customer_id)
    return customer_id


async def own_order(order_id: str, principal: Viewer, serving: Serving) -> Order:
    order = await serving.stores.orders.get(order_id)
    may_see(principal, order.customer_id, missing("order", order_id))
    await serving.looked(principal, "customer_viewed", order.customer_id)
    return order


async def own_subscription(subscription_id: str, principal: Viewer, serving: Serving) -> Subscription:
    subscription = await serving.stores.subscriptions.get(subscription_id)
    may_see(principal, subscription.customer_id, missing("subscription", subscription_id))
    await serving.looked(principal, "customer_viewed", subscription.customer_id)
    return subscription


async def own_refund(refund_id: str, principal: Viewer, serving: Serving) -> Refund:
    refund = await serving.stores.refunds.get(refund_id)
    may_see(principal, refund.customer_id, missing("refund", refund_id))
    await serving.looked(principal, "customer_viewed", refund.customer_id)
    return refund


async def own_evidence(evidence_id: str, principal: Viewer, serving: Serving) -> Evidence:
    evidence = await serving.stores.evidence.get(evidence_id)
    may_see(principal, evidence.customer_id, missing("evidence", evidence_id))
    await serving.looked(principal, "evidence_viewed", evidence_id)
    return evidence


async def own_conversation(conversation_id: str, principal: Viewer, serving: Serving) -> Conversation:
    conversation = await serving.stores.conversations.get(conversation_id)
    may_see(principal, conversation.customer_id, missing("conversation", conversation_id))
    await serving.looked(principal, "customer_viewed", conversation.customer_id)
    return conversation


async def own_notification(notification_id: str, principal: Viewer, serving: Serving) -> Notification:
    notification = await serving.stores.notifications.find(notification_id)
    if notification is None:
        raise missing("notification", notification_id)
    may_see(principal, notification.customer_id, missing("notification", notification_id))
    await serving.looked(principal, "customer_viewed", notification.customer_id)
    return notification


async def others_refund(refund: Annotated[Refund, Depends(own_refund)], viewer: Viewer, serving: Serving) -> Refund:
    """For who decides: a case of another than their own. Raises Forbidden."""
    customer = await serving.stores.customers.get(refund.customer_id)
    if is_own_case(customer, viewer.email, viewer.customer_id):
        raise Forbidden(f"Refund {refund.refund_id} is your own case: somebody else must decide it.")
    return refund


OwnCustomer = Annotated[str, Depends(own_customer)]
OwnOrder = Annotated[Order, Depends(own_order)]
OwnSubscription = Annotated[Subscription, Depends(own_subscription)]
OwnRefund = Annotated[Refund, Depends(own_refund)]
OthersRefund = Annotated[Refund, Depends(others_refund)]
OwnEvidence = Annotated[Evidence, Depends(own_evidence)]
OwnConversation = Annotated[Conversation, Depends(own_conversation)]
OwnNotification = Annotated[Notification, Depends(own_notification)]

Limit = Annotated[int, Query(ge=1, le=200, description="Items per page.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]
PAGE = 50


async def store_evidence(
    serving: Services, principal: Principal, data: bytes, file_name: str, customer_id: str | None = None
) -> EvidenceReceipt:
    """Keeps a file that a customer shows, made safe. Staff name the `customer_id` whose file it is.

    Raises TooLarge, UnsupportedMedia, NotFound for a customer that the sender may not see, Invalid if none is named,
    TooMany if it is more than the sender may send in a day.
    """
    owner = customer_id or principal.customer_id
    if owner is None:
        raise Invalid("Say whose file this is.", fields={"customer_id": "is needed when staff send a file"})
    may_see(principal, owner)
    await serving.stores.customers.get(owner)
    await serving.rates.take(Family.UPLOAD_BYTES, principal.email, len(data))
    most = serving.settings.evidence_max_bytes
    receipt = await keep_evidence(serving.stores, owner, data, file_name, max_bytes=most)
    await serving.acted(principal, owner, "evidence_added", receipt.evidence_id)
    return receipt
