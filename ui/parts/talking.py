"""The chat of a customer: what was said, what can be answered, and the turn that is under way.

Once a colleague was asked for, they answer here; the assistant is silent, and a line says so.
"""

from __future__ import annotations

import json
from functools import partial

from nicegui import ui

from care.models.conversation import ChatReply, ChatRequest, Message
from care.models.evidence import EvidenceReceipt
from ui import live
from ui.parts.elements import REFUSALS, banner, box, button, icon_button, told_of, warn
from ui.parts.evidence import chooser, thumbnail
from ui.parts.talk import Talk, load
from ui.parts.thread import Thread
from ui.visit import Visit

_GREETING = "Hello! I look up orders, start refunds, plan deliveries, and call a colleague when you like."
_COMING = "A colleague will answer you here. You can leave this page: we let you know."
_WITH_YOU = "A colleague is with you, and reads what you write here."
# Tells the server that the customer has the chat before them.
_LOOKS = "document.hidden || emitEvent('looks')"
_STARTERS = [
    "Where is my order?",
    "Something arrived damaged",
    "I would like a subscription",
    "My wallet balance is wrong",
]


class Chat:
    """The log and what the customer can answer, of one open page."""

    def __init__(self, visit: Visit, talk: Talk) -> None:
        self._visit = visit
        self._talk = talk
        self._draft_key = json.dumps(f"draft of {visit.session}")

    async def draw(self) -> None:
        async with live.follow(self._visit.customer_id, {"conversations"}, self._catch_up):
            self._draw()
            await self._catch_up()  # with what was said since the page looked

    def _draw(self) -> None:
        self._thread = Thread(self._visit, greeting="" if self._talk.messages else _GREETING)
        with box("chat-foot"):
            with box().props("role=status"):
                self._standing()
            self._options()
            self._attached()
            with box("line"):
                pick = chooser(self._visit, self._attach)
                icon_button("add_a_photo", "Add a photo, PDF or video").on("click", js_handler=pick)
                self._input = ui.input(placeholder="Write a message").props(
                    'outlined dense rounded maxlength=4000 autocomplete=off aria-label="Message"'
                )
                self._input.classes("grow").on("keydown.enter", self._send_typed)
                send = ui.button(icon="send", on_click=self._send_typed).props("unelevated round dense")
                send.props["aria-label"] = "Send message"
        self._keep_draft()
        self._show()
        ui.on("looks", self._seen)
        ui.run_javascript(f"document.addEventListener('visibilitychange', () => {_LOOKS}); {_LOOKS}")

    def _keep_draft(self) -> None:
        """What is typed stays in the browser's tab: a web process that starts anew has the page loaded again."""
        key = self._draft_key
        self._input.on("update:model-value", js_handler=f"(typed) => sessionStorage.setItem({key}, typed ?? '')")
        ui.run_javascript(f"""
            const draft = sessionStorage.getItem({key}), field = document.querySelector("input[aria-label=Message]");
            if (draft && field && !field.value) {{
                field.value = draft;
                field.dispatchEvent(new Event("input"));
            }}
        """)

    def _show(self, *, arriving: bool = False) -> None:
        talk = self._talk
        busy = talk.busy and not talk.handed_off
        self._thread.show(talk.messages, talk.evidence, busy=busy, arriving=arriving)

    async def _seen(self) -> None:
        """Who reads it here needs no notice of it."""
        if self._talk.conversation_id:
            notices = self._visit.services.stores.notifications
            await notices.read_conversation(self._talk.conversation_id, self._visit.customer_id)

    @ui.refreshable_method
    def _standing(self) -> None:
        """Who answers, once it is not the assistant."""
        if self._talk.handed_off:
            banner("support_agent", _WITH_YOU if self._talk.taken else _COMING)

    @ui.refreshable_method
    def _options(self) -> None:
        """Buttons for what can be answered now: yes and no, the assistant's suggestions, or first questions."""
        talk = self._talk
        if talk.busy or talk.handed_off:
            return
        if talk.asking:
            options = ["Yes", "No"]
        elif talk.messages:
            options = talk.messages[-1].suggestions
        else:
            options = _STARTERS
        if not options:
            return
        with box("options", name="Quick answers").props("role=group"):
            for option in options:
                look = "unelevated" if option == "Yes" else "outline"
                button(option, partial(self._say, option), look=look).classes("pill")

    @ui.refreshable_method
    def _attached(self) -> None:
        if not self._talk.attached:
            return
        with box("thumbs"):
            for receipt in self._talk.attached:
                thumbnail(receipt, tiny=True)

    async def _attach(self, receipt: EvidenceReceipt) -> None:
        self._talk.attached.append(receipt)
        self._talk.evidence[receipt.evidence_id] = receipt
        self._attached.refresh()

    async def _send_typed(self) -> None:
        said = (self._input.value or "").strip()
        if not said and self._talk.attached:
            said = "Here is a photo."
        if said and await self._say(said):
            self._input.set_value("")
            ui.run_javascript(f"sessionStorage.removeItem({self._draft_key})")

    async def _say(self, said: str) -> bool:
        """One turn. A refusal gives the words back to the customer: nothing typed is lost."""
        talk = self._talk
        if talk.busy:
            return False
        ids = [r.evidence_id for r in talk.attached]
        talk.messages.append(Message(role="customer", text=said, at=self._visit.now(), evidence_ids=ids))
        waiting, talk.attached = talk.attached, []
        talk.busy = True
        self._redraw()
        arriving = None
        try:
            arriving = await self._turn(
                ChatRequest(message=said, conversation_id=talk.conversation_id, evidence_ids=ids)
            )
        finally:
            talk.busy = False
            if arriving is None:
                talk.messages.pop()
                talk.attached = waiting
            self._redraw(arriving=bool(arriving))
        if arriving is not None:
            await self._catch_up()  # with what a colleague said meanwhile
        return arriving is not None

    async def _turn(self, request: ChatRequest) -> bool | None:
        """Whether it brought an answer; None for a refusal."""
        try:
            reply = await self._visit.services.client.say(self._visit.customer_id, request)
        except REFUSALS as error:
            if not self._input.is_deleted:  # a turn may outlast its page
                warn(told_of(error))
            return None
        return self._take(reply)

    def _take(self, reply: ChatReply) -> bool:
        """Whether there is an answer: a colleague's comes later."""
        talk = self._talk
        if talk.conversation_id is None:  # a page that is loaded again goes on with it
            ui.navigate.history.replace(f"/ui/support?conversation={reply.conversation_id}")
        talk.conversation_id, talk.asking, talk.handed_off = (
            reply.conversation_id,
            reply.needs_confirmation,
            reply.handed_off,
        )
        if not reply.reply:
            return False
        talk.messages.append(
            Message(
                role="assistant",
                text=reply.reply,
                at=self._visit.now(),
                actions=reply.actions,
                suggestions=reply.suggestions,
            )
        )
        return True

    async def _catch_up(self) -> None:
        """Something was said elsewhere: by a colleague, or by the customer in another tab."""
        talk = self._talk
        if talk.busy or talk.conversation_id is None:
            return
        fresh = await load(self._visit, talk.conversation_id)
        if talk.busy or len(fresh.messages) < len(talk.messages):
            return  # it was read before the turn that is on the screen
        if fresh.standing != talk.standing:
            talk.messages, talk.evidence, talk.asking = fresh.messages, talk.evidence | fresh.evidence, fresh.asking
            talk.handed_off, talk.taken = fresh.handed_off, fresh.taken
            self._redraw()
        ui.run_javascript(_LOOKS)

    def _redraw(self, *, arriving: bool = False) -> None:
        if self._input.is_deleted:
            return
        self._show(arriving=arriving)
        self._standing.refresh()
        self._options.refresh()
        self._attached.refresh()
