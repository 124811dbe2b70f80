"""The chat of a customer: what was said, what can be answered, and the turn that is under way.

The conversation in the store is the truth, whoever has written in it meanwhile; behind it stands what is on its way.
Once a colleague was asked for, they answer here; the assistant is silent, and a line says so.
"""

from __future__ import annotations

import json

from nicegui import ui

from api.deps import own_evidence
from care.errors import NotFound
from care.models.conversation import Message
from care.models.evidence import EvidenceReceipt
from ui import live
from ui.language import _
from ui.parts import proposal, welcome
from ui.parts.chat import thinking
from ui.parts.composer import Composer, heard
from ui.parts.elements import REFUSALS, banner, box, telling, told_of, warn
from ui.parts.handover import who_answers
from ui.parts.saying import says
from ui.parts.sending import Sending, unsent
from ui.parts.talk import Sent, Talk, load, sent_by, was_said
from ui.parts.things import Things
from ui.parts.thread import Thread
from ui.theme import static
from ui.visit import Visit

_THINGS = {"orders", "refunds", "subscriptions"}


class Chat:
    """The log and what the customer can answer, of one open page."""

    def __init__(self, visit: Visit, talk: Talk) -> None:
        self._visit = visit
        self._talk = talk
        self._things = Things(visit)
        self._sending = Sending(visit)
        self._matters: list[welcome.Matter] = []

    async def draw(self) -> None:
        ui.add_body_html(f'<script defer src="{static("chat.js")}"></script>')
        if not self._talk.messages:
            self._matters = await welcome.going_on(self._visit)
        await self._learn()
        who = self._visit.customer_id
        async with (
            live.follow(who, {"conversations"}, self._catch_up),
            live.follow(who, _THINGS, self._things.look_again),
        ):
            self._draw()
            await self._catch_up()  # with what was said since the page looked

    def _draw(self) -> None:
        self._thread = Thread(self._visit, things=self._things)
        with box("chat-foot"):
            with box().props("role=status"):
                self._standing()
            self._options()
            self._composer = Composer(self._visit, self._added)
        self._show()
        heard("chat_begin", self._begin)
        heard("chat_send", self._send)
        ui.on("chat_blocked", lambda: warn(_("The message above is not sent yet. Send it again or edit it first.")))
        ui.on("looks", self._seen)
        begin = [self._talk.conversation_id, self._composer.upload.id]
        ui.run_javascript(f"window.careChat.begin(...{json.dumps(begin)})")

    def _added(self, receipt: EvidenceReceipt) -> None:
        self._talk.evidence[receipt.evidence_id] = receipt

    async def _seen(self) -> None:
        """Who reads it here needs no notice of it."""
        if self._talk.conversation_id:
            notices = self._visit.services.stores.notifications
            await notices.read_conversation(self._talk.conversation_id, self._visit.customer_id)

    @ui.refreshable_method
    def _standing(self) -> None:
        """Who answers, once it is not the assistant, and when."""
        if self._talk.handed_off:
            staffed = self._visit.services.client.policy.business_hours
            banner("support_agent", who_answers(self._talk.taken, staffed, self._visit.now(), self._visit.zone))

    @ui.refreshable_method
    def _options(self) -> None:
        """What the assistant suggests to answer, or first questions: one row, which fades where it goes on."""
        talk = self._talk
        if self._sending.under_way or talk.handed_off:
            return
        suggested = proposal.answers(talk)[1]
        if talk.messages and not suggested:
            return
        with box("options", name=_("Quick answers")).props("role=group"):
            for said in suggested:
                says(said, said).classes("pill")
            if not talk.messages:
                welcome.starters(self._visit)

    def _last(self) -> None:
        """What stands below the messages."""
        if self._sending.under_way:
            if not self._talk.handed_off:
                thinking()
        elif failed := self._sending.failed:
            unsent(failed)
        elif self._talk.proposal:
            proposal.card(self._talk, self._things)
        elif not self._talk.messages:
            welcome.welcome(self._visit, self._matters)

    async def _begin(self, kept: object) -> None:
        """The page was loaded, perhaps once more: with what the browser kept of it."""
        if not isinstance(kept, dict):
            return
        with telling():
            self._composer.attach(await self._own(kept.get("files")))
        if (sent := sent_by(kept.get("sent"))) is None:
            if self._sending.failed:  # it was taken back, to be edited
                self._sending.failed = None
                self._redraw()
            return
        if sent.conversation == self._talk.conversation_id:
            await self._deliver(sent, again=True)
        elif was_said(self._talk.messages, sent):
            self._said(sent)
        else:  # it was meant for another conversation
            ui.run_javascript("window.careChat.edit()")

    async def _own(self, ids: object) -> list[EvidenceReceipt]:
        """Those of these files that are the customer's: the names come from the browser."""
        found: list[EvidenceReceipt] = []
        for named in ids if isinstance(ids, list) else []:
            try:
                found.append(await own_evidence(str(named), self._visit.principal, self._visit.services))
            except NotFound:
                continue
        self._talk.evidence |= {file.evidence_id: file for file in found}
        return found

    async def _send(self, page: object) -> None:
        if (sent := sent_by(page)) is None:
            warn(_("This message cannot be sent. Please write it in other words."))
            ui.run_javascript("window.careChat.edit()")
        else:
            await self._deliver(sent, again=False)

    async def _deliver(self, sent: Sent, *, again: bool) -> None:
        """One turn. What fails stands below the messages, to be sent again: nothing that was written is lost."""
        if not self._sending.takes(sent):
            if self._sending.has_delivered(sent):
                self._said(sent)
            return
        with telling():
            await self._own(sent.files)
        ui.run_javascript(f"window.careChat.took({json.dumps(sent.key)})")
        self._composer.attach([])
        self._redraw()
        try:
            conversation_id = await self._sending.deliver(sent, self._talk.conversation_id, again=again)
            if conversation_id:
                await self._arrived(sent, conversation_id)
        finally:
            if failed := self._sending.failed:
                self._on_page(f"window.careChat.failed({json.dumps([sent.key, failed.settled])[1:-1]})")
                self._redraw()

    async def _arrived(self, sent: Sent, conversation_id: str) -> None:
        """It is said; the conversation is read anew, as others may have written too."""
        if self._talk.conversation_id is None and not self._composer.is_gone:
            ui.navigate.history.replace(f"/ui/support?conversation={conversation_id}")  # a page loaded again goes on
        self._said(sent, conversation_id)
        self._talk.conversation_id = conversation_id
        await self._catch_up(arriving=True)

    def _said(self, sent: Sent, conversation_id: str | None = None) -> None:
        self._on_page(f"window.careChat.said({json.dumps([sent.key, conversation_id])[1:-1]})")

    async def _catch_up(self, *, arriving: bool = False) -> None:
        """Something was said here, or elsewhere: by a colleague, or by the customer in another tab."""
        if self._talk.conversation_id is None:
            return
        try:
            fresh = await load(self._visit, self._talk.conversation_id)
        except REFUSALS as error:
            if not self._composer.is_gone:
                warn(told_of(error))
            self._redraw()
            return
        if len(fresh.messages) < len(self._talk.messages):
            return  # it was read before what is on the screen
        if self._sending.under_way and was_said(fresh.messages, self._sending.under_way):
            return  # its answer is about to be here
        if self._sending.failed and was_said(fresh.messages, self._sending.failed.sent):
            self._said(self._sending.failed.sent)
            self._sending.failed = None
        if arriving or fresh.standing != self._talk.standing:
            fresh.evidence = self._talk.evidence | fresh.evidence
            self._talk = fresh
            await self._learn()
            self._redraw(arriving=arriving and fresh.messages[-1].role == "assistant")
        self._on_page("document.hidden || emitEvent('looks')")

    async def _learn(self) -> None:
        """How the things stand that the conversation names."""
        named = [action.id for message in self._talk.messages for action in message.actions if action.id]
        if asked := proposal.proposed(self._talk):
            named.append(asked.id or "")
        await self._things.learn(named)

    def _on_page(self, script: str) -> None:
        if not self._composer.is_gone:  # a turn may outlast its page
            ui.run_javascript(script)

    def _redraw(self, *, arriving: bool = False) -> None:
        if self._composer.is_gone:
            return
        self._show(arriving=arriving)
        self._standing.refresh()
        self._options.refresh()

    def _show(self, *, arriving: bool = False) -> None:
        messages = list(self._talk.messages)
        if (sent := self._sending.under_way) and not was_said(messages, sent):
            messages.append(Message(role="customer", text=sent.text, at=self._visit.now(), evidence_ids=sent.files))
        self._thread.show(messages, self._talk.evidence, arriving=arriving, last=self._last)
        ui.run_javascript(f"window.careChat?.shows({len(self._talk.messages)})")
