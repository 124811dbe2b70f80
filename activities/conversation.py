"""What a colleague's step in a conversation does to the world. It may run twice, and still acts once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio import activity

from care.errors import CareError
from care.models.audit import NO_ACCOUNT
from care.models.handoff import Moved
from care.stores import Stores
from care.temporal import refuse


class ConversationActivities:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    @property
    def all(self) -> list[Callable[..., Awaitable[Any]]]:
        return [self.record]

    @activity.defn(name="record_conversation")
    async def record(self, moved: Moved) -> None:
        """Each write can be repeated. The memory comes last: with it, the head shows who has the conversation."""
        state = moved.state
        try:
            await self._stores.conversations.append(state.conversation_id, state.turn, moved.said)
            if moved.notice:
                await self._stores.notifications.add(moved.notice)
            await self._note(moved)
            await self._stores.conversations.save_state(state)
        except CareError as error:
            raise refuse(error) from error

    async def _note(self, moved: Moved) -> None:
        """Steps from before there was an audit record have no act."""
        if moved.act is None:
            return
        account = await self._stores.accounts.find(moved.by)
        await self._stores.audit.append(
            moved.act,
            by=account.email if account else NO_ACCOUNT,
            about=moved.state.conversation_id,
            once=f"{moved.act} {moved.state.conversation_id} {moved.state.turn}",
        )
