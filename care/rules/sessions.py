"""How long a sign-in lasts, and what it is good for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from care.models.customer import Account, Principal
from care.models.session import Door, ResetRequest, Session

# Its last use is written down this often at most: not every request is a write.
_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Life:
    """It ends `idle` after its last use, and `most` after it began."""

    idle: timedelta
    most: timedelta


LIVES = {
    Door.PORTAL: Life(idle=timedelta(hours=8), most=timedelta(days=7)),
    Door.API: Life(idle=timedelta(days=7), most=timedelta(days=30)),
}


def end_of(door: Door, began: datetime, used: datetime) -> datetime:
    return min(used + LIVES[door].idle, began + LIVES[door].most)


def principal_of(account: Account, session: Session) -> Principal:
    return Principal(
        email=account.email, role=account.role, customer_id=account.customer_id, session_id=session.session_id
    )


def is_good(session: Session, account: Account, now: datetime) -> bool:
    """Whether the sign-in still opens the account: it is neither over nor older than the account's last change."""
    return (
        session.email == account.email
        and session.generation == account.generation
        and account.closed_at is None
        and now < session.expires_at
    )


def link_opens(request: ResetRequest, account: Account, now: datetime) -> bool:
    """Whether a link to a new password still works: the account has not changed since it was asked for."""
    return request.generation == account.generation and account.closed_at is None and now < request.expires_at


def is_to_note(session: Session, now: datetime) -> bool:
    return now - session.used_at >= _NOTED_EVERY


def used(session: Session, now: datetime) -> Session:
    ends = end_of(session.door, session.created_at, now)
    return session.model_copy(update={"used_at": now, "expires_at": ends})
