"""One message's way into the conversation: said once, whatever is lost on the way, or shown as not sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from care.errors import Unanswered
from care.models.conversation import ChatRequest
from care.rules.rates import Family
from ui.language import _, mark
from ui.parts.elements import AWAY, REFUSALS, box, icon, text, told_of
from ui.parts.saying import runs
from ui.parts.talk import Sent, Talk, load, no_longer_fits, was_said
from ui.visit import Visit

_GONE_ON = mark("The conversation has gone on meanwhile. Send this again if it still fits.")


@dataclass(frozen=True)
class Unsent:
    """`settled`: it is known that nothing was said, so another try goes under a key of its own."""

    sent: Sent
    why: str
    settled: bool


class Sending:
    """`under_way` is the one message that is being said, `failed` the one that was not."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.under_way: Sent | None = None
        self.failed: Unsent | None = None
        self._delivered: set[str] = set()

    def takes(self, sent: Sent) -> bool:
        """False for the same again, and for another while one is under way: the browser keeps that."""
        if self.under_way or self.has_delivered(sent):
            return False
        self.under_way, self.failed = sent, None
        return True

    def has_delivered(self, sent: Sent) -> bool:
        return sent.key in self._delivered

    async def deliver(self, sent: Sent, conversation_id: str | None, *, again: bool) -> str | None:
        """The conversation that holds it now; None where it was not said, and `failed` tells why."""
        said = None
        self.failed = Unsent(sent, _(AWAY), settled=False)  # until it is known to be said
        try:
            talk = await load(self._visit, conversation_id or "new")
            if was_said(talk.messages, sent):
                said = conversation_id
            elif no_longer_fits(talk, sent, again=again):
                self.failed = Unsent(sent, _(_GONE_ON), settled=False)
            else:
                said = await self._say(sent, talk)
        except REFUSALS as error:
            self.failed = Unsent(sent, told_of(error), settled=isinstance(error, Unanswered))
        finally:
            self.under_way = None
        if said:
            self.failed = None
            self._delivered.add(sent.key)
        return said

    async def _say(self, sent: Sent, talk: Talk) -> str:
        who = self._visit.customer_id
        request = ChatRequest(message=sent.text, conversation_id=talk.conversation_id, evidence_ids=sent.files)
        # The key comes from a browser: it counts among this customer's alone.
        once = hashlib.sha256(f"{who} {sent.key}".encode()).hexdigest()
        await self._visit.take(Family.CHAT)
        return (await self._visit.services.client.say(who, request, once=once)).conversation_id


def unsent(failed: Unsent) -> None:
    """The message that was not sent, why, and what can be done about it."""
    text(failed.sent.text, "bubble mine unsent")
    with box("not-sent", name=_("Not sent")).props("role=alert"):
        icon("error_outline", "18px")
        text(_("Not sent. {reason}", reason=failed.why), "small", tag="span")
    with box("line not-sent"):
        runs(_("Send again"), "() => window.careChat.again()", symbol="refresh")
        runs(_("Edit"), "() => window.careChat.edit()", look="outline")
