"""The outbox's rules: who is told, when a failed try is repeated or given up, when an endpoint is disabled. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from care.models.dispatch import Attempt, Channel, Dispatch, DispatchStatus
from care.models.notification import Notification
from care.models.preferences import Preferences
from care.models.webhook import Endpoint
from care.rules.notice_kinds import goes_by_mail, group_of

# The schedule that Standard Webhooks proposes, from one try to the next: ten tries in three days.
BACKOFF = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
# A claim lasts longer than any send may take; a killed worker's runs out.
LEASE = timedelta(seconds=60)
# Who sits before the chat reads a colleague's answer there: mail waits, and is not sent once the notice is read.
LOOKING = timedelta(minutes=1)
FAILING_FOR = timedelta(days=5)
GONE = 410


def dispatches_of(
    notice: Notification, preferences: Preferences, endpoints: Iterable[Endpoint], now: datetime, *, mail: bool
) -> list[Dispatch]:
    """One for each way out. `mail`: the shop sends mail at all. The ids make fanning out twice fan out once."""
    ways: list[tuple[str, Channel, str | None]] = []
    if mail and goes_by_mail(notice, preferences):
        ways.append(("mail", Channel.MAIL, None))
    for endpoint in endpoints:
        if endpoint.enabled and (endpoint.kinds is None or notice.kind in endpoint.kinds):
            ways.append((endpoint.endpoint_id, Channel.WEBHOOK, endpoint.endpoint_id))
    return [
        Dispatch(
            dispatch_id=f"{notice.notification_id}:{name}",
            notification_id=notice.notification_id,
            channel=channel,
            endpoint_id=endpoint_id,
            created_at=now,
            next_at=now + LOOKING if channel is Channel.MAIL and _of_a_talk(notice) else now,
        )
        for name, channel, endpoint_id in ways
    ]


def overtaken(notice: Notification, channel: Channel, now: datetime) -> bool:
    """What it would tell by this channel is known, or of no use any more.

    That is a mail about an answer that was read in the chat, and a reminder of a day that is over in every zone:
    after a long outage it would only confuse.
    """
    if channel is Channel.MAIL and _of_a_talk(notice) and notice.read_at is not None:
        return True
    if group_of(notice) != "reminders" or notice.occurrence is None:
        return False
    return date.fromisoformat(notice.occurrence[:10]) < (now - timedelta(days=1)).date()


def _of_a_talk(notice: Notification) -> bool:
    return group_of(notice) == "conversations"


def after(dispatch: Dispatch, attempt: Attempt, now: datetime) -> Dispatch:
    """The entry after a try that ended like this; `attempts` counts that try already."""
    said = {"last_code": attempt.code, "reason": attempt.reason}
    if attempt.delivered:
        return dispatch.model_copy(update=said | {"status": DispatchStatus.SENT, "done_at": now})
    if attempt.final or dispatch.attempts > len(BACKOFF):
        return dispatch.model_copy(update=said | {"status": DispatchStatus.FAILED, "done_at": now})
    # A claim that died with its worker counts as a try, so `attempts` is at least one here.
    return dispatch.model_copy(update=said | {"next_at": now + BACKOFF[max(dispatch.attempts, 1) - 1]})


def cancelled(dispatch: Dispatch, reason: str, now: datetime) -> Dispatch:
    """There is nothing to tell any more."""
    return dispatch.model_copy(update={"status": DispatchStatus.CANCELLED, "reason": reason, "done_at": now})


def why_disable(endpoint: Endpoint, dispatch: Dispatch, now: datetime) -> str | None:
    """Why an endpoint should hear nothing more, after a try that failed; None while there is hope."""
    if dispatch.last_code == GONE:
        return "It answered 410 Gone."
    if dispatch.status is DispatchStatus.FAILED:
        return f"A message ran out of its {len(BACKOFF) + 1} tries."
    if endpoint.failing_since and now - endpoint.failing_since >= FAILING_FOR:
        return f"Nothing has arrived for {FAILING_FOR.days} days."
    return None
