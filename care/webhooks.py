"""Web hooks as the shop's administrators see them: endpoints, their secrets, what was delivered, and once more."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from standardwebhooks import Webhook

from care.errors import Conflict, Invalid, NotFound
from care.gateways.webhooks import allowed_host
from care.models.common import Page
from care.models.dispatch import Dispatch, DispatchStatus
from care.models.notification import Notification
from care.models.webhook import Endpoint, EndpointView, EndpointWithSecret, NewEndpoint
from care.rules.notice_kinds import event_type
from care.rules.public_addresses import refusal
from care.sealing import Sealer
from care.stores import Stores
from care.stores.documents import now
from care.stores.mongo import Session

ROTATION = timedelta(hours=24)  # the old secret signs too, so that receivers can change over
_SECRET_BYTES = 32
BY_HAND = "Disabled by hand."


class Webhooks:
    def __init__(self, stores: Stores, key: bytes, *, production: bool) -> None:
        self._stores = stores
        self._sealer = Sealer(key, "web hook secrets")
        self._production = production

    async def register(self, new: NewEndpoint, *, by: str, once: str | None = None) -> EndpointWithSecret:
        """Raises Invalid for an address that web hooks may not go to, Conflict if `once` made an endpoint already."""
        await self._check(new.url)
        endpoint_id, secret = await self._stores.ids.next("WHK", once=once), _new_secret()
        endpoint = Endpoint(
            endpoint_id=endpoint_id,
            url=new.url,
            kinds=new.kinds,
            created_at=now(),
            sealed=self._sealer.seal(secret, endpoint_id),
        )

        async def add(session: Session) -> None:
            if not await self._stores.webhooks.add(endpoint, session):
                raise Conflict(
                    f"This call has made {endpoint_id} already. Its secret was shown once: rotate it for another."
                )

        await self._stores.audit.together(add, "webhook_added", by=by, about=endpoint_id)
        return _with_secret(endpoint, secret)

    async def rotate(self, endpoint_id: str, *, by: str) -> EndpointWithSecret:
        """A new secret; for a day the old one signs too. Raises NotFound, Conflict if somebody is just rotating it."""
        before, secret = await self._stores.webhooks.get(endpoint_id), _new_secret()
        sealed = self._sealer.seal(secret, endpoint_id)

        async def rotate(session: Session) -> Endpoint:
            until = now() + ROTATION
            after = await self._stores.webhooks.rotate(endpoint_id, sealed, before.sealed, until, session)
            if after is None:
                raise Conflict(f"Somebody else has just rotated the secret of {endpoint_id}.")
            return after

        return _with_secret(await self._changed(rotate, endpoint_id, by, "secret"), secret)

    async def page(self, *, limit: int, cursor: str | None) -> Page[EndpointView]:
        page = await self._stores.webhooks.page(limit=limit, cursor=cursor)
        return Page(items=[endpoint.shown() for endpoint in page.items], next=page.next)

    async def enable(self, endpoint_id: str, *, by: str) -> EndpointView:
        """Raises NotFound, and Invalid if its address has become one that web hooks may not go to."""
        await self._check((await self._stores.webhooks.get(endpoint_id)).url)
        enable = partial(self._stores.webhooks.enable, endpoint_id)
        return (await self._changed(enable, endpoint_id, by, "enabled")).shown()

    async def disable(self, endpoint_id: str, *, by: str) -> EndpointView:
        """Raises NotFound."""
        disable = partial(self._stores.webhooks.disable, endpoint_id, BY_HAND, now())
        return (await self._changed(disable, endpoint_id, by, "disabled")).shown()

    async def delete(self, endpoint_id: str, *, by: str) -> None:
        """With all that was to go there. Raises NotFound."""
        delete = partial(self._stores.webhooks.delete, endpoint_id)
        await self._stores.audit.together(delete, "webhook_deleted", by=by, about=endpoint_id)
        await self._stores.outbox.forget(endpoint_id)

    async def deliveries(self, endpoint_id: str, *, limit: int, cursor: str | None) -> Page[Dispatch]:
        """Newest first. Raises NotFound."""
        await self._stores.webhooks.get(endpoint_id)
        return await self._stores.outbox.page(endpoint_id, limit=limit, cursor=cursor)

    async def redeliver(self, dispatch_id: str, *, by: str) -> Dispatch:
        """Raises NotFound, or Conflict if it cannot or need not go out again now."""
        dispatch = await self._stores.outbox.get(dispatch_id)
        if dispatch.endpoint_id is None:
            raise NotFound(f"There is no delivery {dispatch_id}.")
        if dispatch.status is DispatchStatus.CANCELLED:
            raise Conflict(f"What {dispatch_id} told of was withdrawn.")
        if not (await self._stores.webhooks.get(dispatch.endpoint_id)).enabled:
            raise Conflict(f"{dispatch.endpoint_id} is disabled: enable it first.")
        again = partial(self._stores.outbox.send_again, dispatch_id, now())
        return await self._stores.audit.together(again, "webhook_redelivered", by=by, about=dispatch_id)

    def headers(self, endpoint: Endpoint, message_id: str, body: bytes, at: datetime) -> dict[str, str] | None:
        """As Standard Webhooks has them, one signature a secret; None if the secret was sealed under another key."""
        secret = self._sealer.open(endpoint.sealed, endpoint.endpoint_id)
        if secret is None:
            return None
        signing = [secret]
        if endpoint.old_sealed and endpoint.old_until and at < endpoint.old_until:
            old = self._sealer.open(endpoint.old_sealed, endpoint.endpoint_id)
            signing += [old] if old else []
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(Webhook(each).sign(message_id, at, body.decode()) for each in signing),
            "content-type": "application/json",
            "user-agent": "CARE-webhooks/1",
        }

    async def _changed(
        self, change: Callable[[Session], Awaitable[Endpoint]], endpoint_id: str, by: str, what: str
    ) -> Endpoint:
        return await self._stores.audit.together(change, "webhook_changed", by=by, about=endpoint_id, what=what)

    async def _check(self, url: str) -> None:
        wrong = refusal(url, production=self._production)
        if wrong is None:
            try:
                allowed = await allowed_host(url, production=self._production)
            except (OSError, ValueError):
                wrong = "cannot be found"
            else:
                wrong = None if allowed else "cannot be used: it is malformed, or leads into a private network"
        if wrong:
            raise Invalid(f"The address {wrong}.", fields={"url": wrong})


def payload(notice: Notification) -> bytes:
    """The body; the same for each try, whether the customer has read the notice or not."""
    data = notice.model_dump(mode="json", exclude={"read_at"})
    whole = {"type": event_type(notice), "timestamp": data["created_at"], "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def _with_secret(endpoint: Endpoint, secret: str) -> EndpointWithSecret:
    return EndpointWithSecret(**endpoint.shown().model_dump(), secret=secret)
