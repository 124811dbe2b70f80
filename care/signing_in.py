"""Signing in: with a password or a refresh token, and what ends it."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from care.errors import NotFound, Unauthenticated, missing
from care.models.customer import Account, Principal
from care.models.session import Door, Session, Tries
from care.passwords import check_room, hash_password, is_outdated, verify_password
from care.recording import ANYBODY, Recording
from care.refresh_tokens import RefreshToken
from care.rules.lockout import SIGN_IN
from care.rules.sessions import end_of, is_good, is_to_note, principal_of, used
from care.stores import Stores
from care.stores.documents import now


@dataclass(frozen=True)
class SignedIn:
    """`refresh_token` for programs; empty for the portal."""

    principal: Principal
    session: Session
    refresh_token: str = ""

    @property
    def seconds_left(self) -> int:
        return max(0, round((self.session.expires_at - now()).total_seconds()))


class SigningIn:
    def __init__(self, stores: Stores, signing_key: str, recording: Recording) -> None:
        self._stores = stores
        self._key = hmac.digest(signing_key.encode(), b"care tries", "sha256")
        self.recording = recording

    async def with_password(self, email: str, password: str, door: Door, device: str, known: str = "") -> SignedIn:
        """`known` names a device on which the account was signed in before: it has tries of its own, so that nobody
        elsewhere can lock its owner out.

        Raises Unauthenticated, in the same words and after the same work for an unknown address; TooMany for both
        alike after too many tries; Unavailable while many others sign in.
        """
        check_room()
        email = email.strip().lower()
        who = self.who(email, known)
        tries = await self._stores.tries.begin(who, SIGN_IN, now())
        account = await self._stores.accounts.find(email)
        if account is None:
            await hash_password(password)  # takes as long as a verification
        elif await verify_password(password, account.password_hash) and account.closed_at is None:
            await self._stores.tries.forget(who)
            if is_outdated(account.password_hash):
                await self._stores.accounts.rehash(email, account.password_hash, await hash_password(password))
            return await self.begin(account, door, device)
        await self._failed(account, tries)
        raise Unauthenticated("The e-mail address or the password is wrong.")

    async def begin(self, account: Account, door: Door, device: str, **how: str) -> SignedIn:
        """For an account whose owner has shown who they are; `how`, in a word, goes into the audit record."""
        at = now()
        session = Session(
            session_id=secrets.token_urlsafe(16),
            email=account.email,
            generation=account.generation,
            door=door,
            device=device,
            created_at=at,
            used_at=at,
            expires_at=end_of(door, at, at),
        )
        token = RefreshToken.of(session) if door is Door.API else None
        await self._stores.sessions.add(session, token.hashes if token else None)
        await self.recording.note(
            "signed_in", by=account.recorded, about=account.recorded, door=door.value, sign_in=session.session_id, **how
        )
        return SignedIn(principal_of(account, session), session, str(token or ""))

    async def refresh(self, refresh_token: str) -> SignedIn:
        """The same sign-in under a new refresh token. Raises Unauthenticated.

        A token that was used before may have been stolen, and nobody knows who came first: the sign-in ends.
        """
        token = RefreshToken.read(refresh_token)
        session = await self._stores.sessions.find(token.session_id) if token else None
        account = await self._stores.accounts.find(session.email) if session else None
        if token is None or session is None or account is None or not is_good(session, account, now()):
            raise _ended()
        session, new = used(session, now()), token.renewed()
        if await self._stores.sessions.rotate(session, token.hashes, new.hashes.own):
            return SignedIn(principal_of(account, session), session, str(new))
        if await self._stores.sessions.end_family(session.session_id, token.hashes.family):
            await self._noted_end(account, session.session_id, by=ANYBODY, why="a refresh token was used twice")
        raise _ended()

    async def still_stands(self, principal: Principal) -> bool:
        """False once the sign-in has ended, or the account is closed or changed: what is old opens nothing."""
        account, session = await asyncio.gather(
            self._stores.accounts.find(principal.email), self._stores.sessions.find(principal.session_id)
        )
        at = now()
        if account is None or session is None or not is_good(session, account, at):
            return False
        if principal_of(account, session) != principal:
            return False
        if is_to_note(session, at):
            await self._stores.sessions.note_use(used(session, at))
        return True

    async def end(self, principal: Principal, session_id: str) -> None:
        """Ends one sign-in of the principal's account. Raises NotFound, also for somebody else's."""
        if not await self._stores.sessions.end(session_id, principal.email):
            raise missing("sign-in", session_id)
        await self._noted_end(principal, session_id)

    async def sign_out(self, principal: Principal) -> None:
        """Ends the principal's own sign-in, if it has not ended already."""
        with suppress(NotFound):
            await self.end(principal, principal.session_id)

    async def end_others(self, principal: Principal) -> int:
        """Ends all but the principal's own; says how many that were."""
        count = await self._stores.sessions.end_others(principal.email, principal.session_id)
        if count:
            await self._noted_end(principal, "all others")
        return count

    async def revoke(self, refresh_token: str) -> None:
        """Ends the sign-in of a refresh token; one that is worth nothing ends nothing."""
        token = RefreshToken.read(refresh_token)
        session = await self._stores.sessions.end_family(token.session_id, token.hashes.family) if token else None
        if session and (account := await self._stores.accounts.find(session.email)):
            await self._noted_end(account, session.session_id)

    def who(self, email: str, about: str = "") -> str:
        """How tries are counted: by a keyed hash, which names nobody to whoever reads the database."""
        return hmac.digest(self._key, f"{email}\n{about}".encode(), "sha256").hex()

    async def _failed(self, account: Account | None, tries: Tries) -> None:
        about = account.recorded if account else ""
        await self.recording.note("sign_in_failed", by=ANYBODY, about=about)
        if pause := SIGN_IN.pause_after(tries.failed):
            minutes = str(pause // timedelta(minutes=1))
            await self.recording.note("locked_out", by=ANYBODY, about=about, minutes=minutes)

    async def _noted_end(self, of: Account | Principal, sign_in: str, *, by: str = "", **why: str) -> None:
        await self.recording.note("signed_out", by=by or of.recorded, about=of.recorded, sign_in=sign_in, **why)


def _ended() -> Unauthenticated:
    return Unauthenticated("This sign-in has ended. Please sign in again.")
