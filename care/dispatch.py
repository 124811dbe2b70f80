"""The dispatcher: hands what customers are told to mail and web hooks. Runs in every worker; any number work together.

Two steps, each safe to repeat: fan out (one outbox entry a channel, under an id that says which), and send what is due
(whoever claims an entry first; a killed worker's claim runs out). So each message goes out at least once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from care.errors import Invalid, NotFound
from care.gateways.mail import MailGateway
from care.gateways.webhooks import Poster
from care.links import Links
from care.models.dispatch import Attempt, Channel, Dispatch, DispatchStatus
from care.models.notification import Notification
from care.resets import Reset, mail_about_reset, reset_of
from care.rules import dispatching as rules
from care.rules.mailing import mail_about
from care.stores import CONNECTION_ERRORS, Stores
from care.stores.documents import now
from care.stores.outbox import Claim
from care.webhooks import Webhooks, payload

_PAUSE = 1.0  # seconds between two looks; each is two reads of small indexes
_GRACE = 4.0  # seconds for what is being sent at the end; the rest is claimed again by another worker
_AT_ONCE = 100  # notifications fanned out in one look
_SENDING = 20  # messages of one channel on their way at once, so that slow endpoints do not hold up mail

log = structlog.get_logger("dispatch")


class Dispatcher:
    def __init__(
        self,
        stores: Stores,
        mail: MailGateway | None,
        poster: Poster,
        webhooks: Webhooks,
        public_url: str,
        links: Links | None = None,
        ended: Callable[[Dispatch], None] | None = None,
    ) -> None:
        """`mail` None: this shop sends none. `links` None: there is no key to sign links to new passwords with. `ended`
        hears of each try: the entry after it."""
        self._stores = stores
        self._mail = mail
        self._poster = poster
        self._webhooks = webhooks
        self._public_url = public_url
        self._links = links
        self._ended = ended
        self._sending: dict[Channel, set[asyncio.Task[None]]] = {Channel.WEBHOOK: set()}
        if mail is not None:
            self._sending[Channel.MAIL] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: about every second, and at once while there is more, hands out and sends what there is."""
        told = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                busy = False
                with _surviving():
                    busy = await self.fan_out(now()) == _AT_ONCE
                with _surviving():
                    busy = await self._start_due() > 0 or busy
                if not busy:
                    await asyncio.wait({told, *self._in_the_way()}, timeout=_PAUSE, return_when=asyncio.FIRST_COMPLETED)
            if running := self._running():
                await asyncio.wait(running, timeout=_GRACE)
        finally:
            for task in (told, *self._running()):
                task.cancel()

    async def fan_out(self, at: datetime) -> int:
        """Hand new notifications to their channels; returns how many. Dying in here, or doing it twice, is no harm."""
        notices = await self._stores.notifications.undispatched(_AT_ONCE)
        endpoints = await self._stores.webhooks.enabled() if notices else []

        async def hand_out(notice: Notification) -> None:
            preferences = await self._stores.preferences.get(notice.customer_id)
            ways = rules.dispatches_of(notice, preferences, endpoints, at, mail=self._mail is not None)
            await self._stores.outbox.add(ways)
            await self._stores.notifications.dispatched(notice.notification_id)

        await asyncio.gather(*map(hand_out, notices))
        return len(notices)

    async def send_due(self, at: datetime) -> int:
        """Send all that is due at `at`, one after the other; returns how many tries were made."""
        count = 0
        for channel in self._sending:
            while claim := await self._stores.outbox.claim(channel, at, rules.LEASE):
                await self.send(claim, at)
                count += 1
        return count

    async def send(self, claim: Claim, at: datetime) -> None:
        """One try, and a record of how it ended."""
        dispatch = claim.dispatch
        told = await self._told_of(dispatch, at)
        if isinstance(told, str):
            await self._record(claim, rules.cancelled(dispatch, told, at))
            return
        attempt = await self._try(dispatch, told, at)
        after = rules.after(dispatch, attempt, at)
        held = await self._record(claim, after)
        log.info(
            "tried",
            dispatch_id=dispatch.dispatch_id,
            status=after.status.value,
            attempts=after.attempts,
            code=attempt.code,
            reason=attempt.reason,
        )
        if held and dispatch.endpoint_id:
            await self._judge(dispatch.endpoint_id, after, at)

    async def _record(self, claim: Claim, after: Dispatch) -> bool:
        if self._ended:
            self._ended(after)
        return await self._stores.outbox.record(claim, after)

    async def _told_of(self, dispatch: Dispatch, at: datetime) -> Notification | Reset | str:
        """What the entry tells of, or in a word why there is nothing to tell any more."""
        if dispatch.reset_id:
            return await reset_of(self._stores, dispatch.reset_id, at) or "withdrawn"
        notice = await self._stores.notifications.find(dispatch.notification_id)
        if notice is None:
            return "withdrawn"
        return "overtaken" if rules.overtaken(notice, dispatch.channel, at) else notice

    async def _try(self, dispatch: Dispatch, told: Notification | Reset, at: datetime) -> Attempt:
        try:
            if isinstance(told, Reset):
                return await self._with_link(told, at)
            if dispatch.channel is Channel.MAIL:
                return await self._by_mail(told)
            return await self._post(dispatch, told, at)
        except CONNECTION_ERRORS:
            raise
        except Exception:  # counted as a try, so that a message nobody can send is given up at last
            log.exception("try_failed", dispatch_id=dispatch.dispatch_id)
            return Attempt(delivered=False, reason="error")

    async def _by_mail(self, notice: Notification) -> Attempt:
        if self._mail is None:
            return Attempt(delivered=False, reason="mail_is_off")
        try:
            customer = await self._stores.customers.get(notice.customer_id)
            mail = mail_about(notice, customer, self._mail.sender, self._public_url)
        except NotFound:
            return Attempt(delivered=False, reason="no_customer", final=True)
        except Invalid:
            return Attempt(delivered=False, reason="bad_address", final=True)
        return await self._mail.send(mail)

    async def _with_link(self, reset: Reset, at: datetime) -> Attempt:
        if self._mail is None or self._links is None:
            return Attempt(delivered=False, reason="mail_is_off" if self._mail is None else "no_signing_key")
        try:
            mail = mail_about_reset(reset, self._links, self._mail.sender, at)
        except Invalid:
            return Attempt(delivered=False, reason="bad_address", final=True)
        return await self._mail.send(mail)

    async def _post(self, dispatch: Dispatch, notice: Notification, at: datetime) -> Attempt:
        endpoint = await self._stores.webhooks.find(dispatch.endpoint_id or "")
        if endpoint is None or not endpoint.enabled:
            return Attempt(delivered=False, reason="endpoint_disabled", final=True)
        body = payload(notice)
        headers = self._webhooks.headers(endpoint, notice.notification_id, body, at)
        if headers is None:
            return Attempt(delivered=False, reason="secret_unreadable")
        return await self._poster.post(endpoint.url, headers, body)

    async def _judge(self, endpoint_id: str, after: Dispatch, at: datetime) -> None:
        """What the try says of its endpoint."""
        if after.status is DispatchStatus.SENT:
            await self._stores.webhooks.succeeded(endpoint_id)
            return
        endpoint = await self._stores.webhooks.failed(endpoint_id, at)
        if endpoint and endpoint.enabled and (why := rules.why_disable(endpoint, after, at)):
            await self._stores.webhooks.disable(endpoint_id, why, at)
            log.warning("webhook_disabled", endpoint_id=endpoint_id, code=after.last_code)

    async def _start_due(self) -> int:
        """Starts a task for each entry that is due, as far as there is room; returns how many."""
        started = 0
        for channel, running in self._sending.items():
            for _ in range(_SENDING - len(running)):
                claim = await self._stores.outbox.claim(channel, now(), rules.LEASE)
                if claim is None:
                    break
                task = asyncio.create_task(self._send_surviving(claim))
                running.add(task)
                task.add_done_callback(running.discard)
                started += 1
        return started

    def _running(self) -> set[asyncio.Task[None]]:
        return {task for running in self._sending.values() for task in running}

    def _in_the_way(self) -> set[asyncio.Task[None]]:
        """The tasks of channels that have no room: as soon as one ends, another can start."""
        return {task for running in self._sending.values() if len(running) >= _SENDING for task in running}

    async def _send_surviving(self, claim: Claim) -> None:
        with _surviving():
            await self.send(claim, now())


@contextmanager
def _surviving() -> Iterator[None]:
    """Whatever fails here is done again: by the next look, or once the claim has run out."""
    try:
        yield
    except CONNECTION_ERRORS as error:
        log.warning("database_lost", error=type(error).__name__)
    except Exception:  # whatever it is, what waits behind it must go out
        log.exception("dispatch_failed")
