"""What a link in a message opens: one delivery skipped with one tap, without a sign-in.

The token in the address is the permission (care.links); these routes look at no session, so none can be misused.
They speak the customer's language, and the browser's where the link does not say whose it is.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from typing import Any

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from api.deps import LOST, PUBLIC, Services, Serving
from api.pages import button, page
from api.security import same_origin
from api.tracing import request_id
from care.errors import QUOTE, CareError, Forbidden
from care.language import Language, language_of, wishes
from care.links import Links, SkipPermit
from care.models.subscription import OneDelivery, Subscription
from care.rules.mailing import SKIP
from care.rules.subscription import items_of
from care.rules.subscription_dates import skipped_one

# A tap on the link is the wish: a page that a person sees sends its own form, once. What opens links to look for harm
# does not show them to anybody, or says of itself that it is automated; the button is there for whoever is left.
_SEND_ONCE_SEEN = """
const sent = "sent " + location.pathname;
function send() {
  if (document.visibilityState !== "visible" || navigator.webdriver || sessionStorage.getItem(sent)) return;
  sessionStorage.setItem(sent, "1");
  document.querySelector("form").submit();
}
document.addEventListener("visibilitychange", send);
send();
"""
log = structlog.get_logger()


class PageRoute(APIRoute):
    """Answers a refusal with a page for people."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except CareError as error:
                # To somebody who only tapped a link, a date that no longer fits is no mistake of input.
                status = 409 if error.status == 422 else error.status
                return _says(request, _TITLES.get(status, error.title), error.detail, status)
            except LOST as error:
                log.warning("database_lost", path=self.path, error=type(error).__name__)
                return _says(request, _TITLES[503], _UNCHANGED, 503)

        return handler


_TITLES = {
    403: "This link does not work",
    404: "This link does not work",
    409: "This delivery cannot be skipped",
    410: "This link has expired",
    503: "Please try again in a moment",
}
_UNCHANGED = "Nothing has changed. Please tap the link again in a minute."


def from_here(request: Request) -> None:
    """Raises Forbidden for a form that a page of another site has sent."""
    if request.method not in ("GET", "HEAD") and not same_origin(request):
        raise Forbidden("Another site has sent this. Please open the link itself.")


router = APIRouter(prefix="/skip", include_in_schema=False, route_class=PageRoute, dependencies=[Depends(from_here)])


@router.get("/{token}", dependencies=[PUBLIC])
async def ask(request: Request, token: str, serving: Serving) -> HTMLResponse:
    """Says what would be skipped. Changes nothing: mail scanners and previews fetch every link that they see."""
    permit = _permit(serving, token)
    live = await serving.client.subscription(permit.subscription_id)
    language = await _spoken(request, serving, live)
    skipped_one(live, _delivery(permit), datetime.now(UTC))  # refuses what the workflow would refuse
    if permit.key in live.skipped:
        return _skipped(live, token, language)
    goods, day = _told(live, permit, language)
    question = language.text("Skip the delivery of {goods} on {day}?", goods=goods, day=day)
    later = language.text("Later deliveries stay as they are.")
    form = button(language.text(SKIP), f"/skip/{token}")
    return page(question, later, lang=language.code, form=form, script=_SEND_ONCE_SEEN)


@router.post("/{token}", dependencies=[PUBLIC])
async def skip(request: Request, token: str, serving: Serving) -> HTMLResponse:
    """Tapping twice skips once."""
    permit = _permit(serving, token)
    language = await _spoken(request, serving, await serving.client.subscription(permit.subscription_id))
    after = await serving.client.skip_delivery(permit.subscription_id, _delivery(permit))
    return _skipped(after, token, language)


@router.post("/{token}/undo", dependencies=[PUBLIC])
async def undo(request: Request, token: str, serving: Serving) -> HTMLResponse:
    """Takes back the skip of the same delivery, and of no other."""
    permit = _permit(serving, token)
    language = await _spoken(request, serving, await serving.client.subscription(permit.subscription_id))
    after = await serving.client.unskip_delivery(permit.subscription_id, _delivery(permit))
    goods, day = _told(after, permit, language)
    comes = language.text("{goods} will come on {day}.", goods=goods, day=day)
    form = button(language.text(SKIP), f"/skip/{token}")
    return page(language.text("Taken back."), comes, lang=language.code, form=form)


def _permit(serving: Services, token: str) -> SkipPermit:
    return Links(serving.settings).read_skip(token)


def _delivery(permit: SkipPermit) -> OneDelivery:
    return OneDelivery(date=date.fromisoformat(permit.key))


def _skipped(after: Subscription, token: str, language: Language) -> HTMLResponse:
    told = language.text("No other delivery is planned.")
    if after.next_delivery:
        day = language.long_day(date.fromisoformat(after.next_delivery))
        told = language.text("The next delivery is on {day}.", day=day)
    form = button(language.text("Take it back"), f"/skip/{token}/undo")
    return page(language.text("Skipped."), told, lang=language.code, form=form)


async def _spoken(request: Request, serving: Services, subscription: Subscription) -> Language:
    """The customer's language; kept, so that a refusal of what follows speaks it too."""
    customer = await serving.stores.customers.get(subscription.customer_id)
    language = language_of(wishes(customer.locale, _asked(request)))
    request.state.language = language
    return language


def _asked(request: Request) -> str:
    return request.headers.get("accept-language", "")


def _told(subscription: Subscription, permit: SkipPermit, language: Language) -> tuple[str, str]:
    """What comes, and on which day."""
    items = language.listed([item.name for item in items_of(subscription, permit.key)])
    return items, language.long_day(date.fromisoformat(permit.key))


def _says(request: Request, title: str, detail: str, status: int) -> HTMLResponse:
    language: Language = getattr(request.state, "language", None) or language_of(wishes(None, _asked(request)))
    quote = language.text(QUOTE, number=request_id())
    return page(language.text(title), language.retold(detail), lang=language.code, status=status, quote=quote)
