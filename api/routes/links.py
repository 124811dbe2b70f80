"""What a link in a message opens: one delivery skipped with one tap, without a sign-in.

The token in the address is the permission (care.links); these routes look at no session, so none can be misused.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from api.deps import LOST, Services, Serving
from api.pages import button, page
from care.errors import CareError
from care.links import Links, SkipPermit
from care.models.subscription import OneDelivery, Subscription
from care.rules.subscription import items_of
from care.rules.subscription_dates import skipped_one
from care.rules.subscription_notices import goods

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
                return page(_TITLES.get(status, error.title), error.detail, status=status)
            except LOST as error:
                log.warning("database_lost", path=self.path, error=type(error).__name__)
                return page(_TITLES[503], "Nothing has changed. Please tap the link again in a minute.", status=503)

        return handler


_TITLES = {
    404: "This link does not work",
    409: "This delivery cannot be skipped",
    410: "This link has expired",
    503: "Please try again in a moment",
}
router = APIRouter(prefix="/skip", include_in_schema=False, route_class=PageRoute)


@router.get("/{token}")
async def ask(token: str, serving: Serving) -> HTMLResponse:
    """Says what would be skipped. Changes nothing: mail scanners and previews fetch every link that they see."""
    permit = _permit(serving, token)
    live = await serving.client.subscription(permit.subscription_id)
    skipped_one(live, _delivery(permit), datetime.now(UTC))  # refuses what the workflow would refuse
    if permit.key in live.skipped:
        return _skipped(live, token)
    question = f"Skip the delivery of {goods(items_of(live, permit.key))} on {_spoken(permit.key)}?"
    form = button("Skip this delivery", f"/skip/{token}")
    return page(question, "Later deliveries stay as they are.", form=form, script=_SEND_ONCE_SEEN)


@router.post("/{token}")
async def skip(token: str, serving: Serving) -> HTMLResponse:
    """Tapping twice skips once."""
    permit = _permit(serving, token)
    return _skipped(await serving.client.skip_delivery(permit.subscription_id, _delivery(permit)), token)


@router.post("/{token}/undo")
async def undo(token: str, serving: Serving) -> HTMLResponse:
    """Takes back the skip of the same delivery, and of no other."""
    permit = _permit(serving, token)
    after = await serving.client.unskip_delivery(permit.subscription_id, _delivery(permit))
    form = button("Skip this delivery", f"/skip/{token}")
    return page("Taken back.", f"{goods(items_of(after, permit.key))} will come on {_spoken(permit.key)}.", form=form)


def _permit(serving: Services, token: str) -> SkipPermit:
    return Links(serving.settings).read_skip(token)


def _delivery(permit: SkipPermit) -> OneDelivery:
    return OneDelivery(date=date.fromisoformat(permit.key))


def _skipped(after: Subscription, token: str) -> HTMLResponse:
    following = after.next_delivery
    told = f"The next delivery is on {_spoken(following)}." if following else "No other delivery is planned."
    return page("Skipped.", told, form=button("Take it back", f"/skip/{token}/undo"))


def _spoken(key: str) -> str:
    """ "Friday, 27 November"."""
    day = date.fromisoformat(key)
    return f"{day:%A}, {day.day} {day:%B}"
