"""One's own password: changed while signed in, or set anew by a link in a mail."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, timedelta

from care.errors import Conflict, Gone, Invalid, TooMany
from care.links import Links
from care.models.audit import Act
from care.models.customer import Account, Principal
from care.models.dispatch import Channel, Dispatch
from care.models.session import ResetRequest
from care.passwords import check_room, hash_password, verify_password
from care.recording import ANYBODY, Recording
from care.rules.accounts import check_open, check_password
from care.rules.lockout import RESET_MAIL, SIGN_IN
from care.rules.sessions import link_opens
from care.signing_in import SigningIn
from care.stores import Stores
from care.stores.documents import now

GOOD_FOR = timedelta(minutes=30)
# Seconds. Whether there is an account is not told by how long the answer takes.
_ANSWER_AFTER = 0.4


class OwnPassword:
    def __init__(
        self, stores: Stores, links: Links, signing_in: SigningIn, recording: Recording, *, sends_mail: bool
    ) -> None:
        self._stores = stores
        self._links = links
        self._signing_in = signing_in
        self._recording = recording
        self.sends_mail = sends_mail

    async def change(self, principal: Principal, current: str, new: str) -> None:
        """The sign-in that asks goes on; all others of the account end.

        Raises Invalid, TooMany after too many wrong tries, Unavailable while many sign in.
        """
        check_room()
        # Counted for this sign-in alone: whoever has stolen it can lock nobody out elsewhere.
        who = self._signing_in.who(principal.email, principal.session_id)
        await self._stores.tries.begin(who, SIGN_IN, now())
        account = await self._stores.accounts.find(principal.email)
        if account is None or not await verify_password(current, account.password_hash):
            raise Invalid("The current password is wrong.", fields={"current": "The current password is wrong."})
        await self._stores.tries.forget(who)
        await self._check(account, new)
        await self._set(account, new, "password_changed", keep=principal.session_id)

    async def ask(self, email: str, language: str) -> None:
        """Has a mail sent, if there is such an account and not too many were sent: nobody is told which.

        Raises Conflict where the shop sends no mail at all.
        """
        if not self.sends_mail:
            raise Conflict("This shop sends no mail. Please ask an administrator for a new password.")
        answered = asyncio.create_task(asyncio.sleep(_ANSWER_AFTER))
        await self._ask(email.strip().lower(), language)
        await answered

    async def check_link(self, token: str) -> Account:
        """Whose password the link sets. Raises Gone."""
        return (await self._asked_by(token))[1]

    async def reset(self, token: str, new: str) -> None:
        """Ends all sign-ins of the account. Raises Gone, Invalid for a password that will not do."""
        check_room()
        request, account = await self._asked_by(token)
        await self._check(account, new)
        if not await self._stores.resets.take(request.reset_id):
            raise _gone()
        await self._set(account, new, "password_renewed")
        await self._stores.tries.forget(self._signing_in.who(account.email))

    async def _ask(self, email: str, language: str) -> None:
        try:
            await self._stores.tries.begin(self._signing_in.who(email, "reset"), RESET_MAIL, now())
        except TooMany:
            return  # told to nobody: it is the owner of the address who would be bothered
        account = await self._stores.accounts.find(email)
        if account is None or account.closed_at is not None:
            return
        at = now()
        request = ResetRequest(
            reset_id=secrets.token_urlsafe(16),
            email=account.email,
            generation=account.generation,
            language=language,
            expires_at=at + GOOD_FOR,
        )
        await self._stores.resets.add(request)
        await self._stores.outbox.add([_dispatch(request, at)])
        self._recording.begin("password_reset_asked", by=ANYBODY, about=account.recorded)

    async def _asked_by(self, token: str) -> tuple[ResetRequest, Account]:
        request = await self._stores.resets.find(self._links.read_reset(token))
        account = await self._stores.accounts.find(request.email) if request else None
        if request is None or account is None or not link_opens(request, account, now()):
            raise _gone()
        return request, account

    async def _set(self, account: Account, new: str, act: Act, keep: str = "") -> None:
        hashed = await hash_password(new)

        def change(current: Account, admins: int) -> Account:
            check_open(current)
            if current.generation != account.generation:
                raise Conflict("This account was changed meanwhile. Please try again.")
            return current.model_copy(update={"password_hash": hashed})

        await self._stores.accounts.act(account.email, act, change, by=account.recorded, keep=keep)

    async def _check(self, account: Account, new: str) -> None:
        name = (await self._stores.customers.get(account.customer_id)).name if account.customer_id else ""
        check_password(new, account.email, name)


def _gone() -> Gone:
    return Gone("This link has expired or was used already. Please ask for a new one.")


def _dispatch(request: ResetRequest, at: datetime) -> Dispatch:
    return Dispatch(
        dispatch_id=f"reset:{request.reset_id}",
        reset_id=request.reset_id,
        channel=Channel.MAIL,
        created_at=at,
        next_at=at,
    )
