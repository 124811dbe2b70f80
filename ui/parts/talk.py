"""One open chat: what was said, what can be answered, and the turn that is under way."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial

from nicegui import ui

from api.deps import own_conversation
from care.models.conversation import ChatReply, ChatRequest, Message
from care.models.evidence import EvidenceReceipt
from ui import live
from ui.parts.chat import bubble, thinking
from ui.parts.elements import REFUSALS, box, button, icon_button, text, told_of, warn
from ui.parts.evidence import chooser, look_up, thumbnail
from ui.visit import Visit

_STARTERS = [
    "Where is my order?",
    "Something arrived damaged",
    "I would like a subscription",
    "My wallet balance is wrong",
]


@dataclass
class Talk:
    """What one open chat knows. `attached` are files that go with the next message."""

    conversation_id: str | None = None
    messages: list[Message] = field(default_factory=list)
    evidence: dict[str, EvidenceReceipt] = field(default_factory=dict)
    attached: list[EvidenceReceipt] = field(default_factory=list)
    asking: bool = False
    busy: bool = False
    handed_off: bool = False


async def load(visit: Visit, wanted: str | None) -> Talk:
    """The conversation that was asked for, else the newest; "new" starts an empty one."""
    if wanted == "new":
        return Talk()
    conversations = visit.services.stores.conversations
    if wanted is None:
        newest = (await conversations.page(visit.customer_id, limit=1)).items
        if not newest:
            return Talk()
        wanted = newest[0].conversation_id
    await own_conversation(wanted, visit.principal, visit.services)
    view = await conversations.view(wanted)
    files = await look_up(visit, [i for m in view.messages for i in m.evidence_ids])
    asking = bool(view.messages) and any(a.status == "proposed" for a in view.messages[-1].actions)
    return Talk(wanted, view.messages, {f.evidence_id: f for f in files}, asking=asking, handed_off=view.handed_off)


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
        self._log_box = box("chat-log", name="Messages").props("role=log aria-live=polite tabindex=0")
        with self._log_box:
            self._log()
        with box("chat-foot"):
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
        self._to_the_end()

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

    @ui.refreshable_method
    def _log(self) -> None:
        talk = self._talk
        if not talk.messages:
            text(
                "Hello! I look up orders, start refunds, plan deliveries, and call a colleague when you like.",
                "bubble",
            )
        for message in talk.messages:
            bubble(self._visit, message, talk.evidence)
        if talk.busy:
            thinking()

    @ui.refreshable_method
    def _options(self) -> None:
        """Buttons for what can be answered now: yes and no, the assistant's suggestions, or first questions."""
        talk = self._talk
        if talk.busy:
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
        try:
            reply = await self._visit.services.client.say(
                self._visit.customer_id,
                ChatRequest(message=said, conversation_id=talk.conversation_id, evidence_ids=ids),
            )
        except REFUSALS as error:
            talk.messages.pop()
            talk.attached = waiting
            warn(told_of(error))
            return False
        else:
            self._take(reply)
            return True
        finally:
            talk.busy = False
            self._redraw()

    def _take(self, reply: ChatReply) -> None:
        talk = self._talk
        talk.conversation_id, talk.asking, talk.handed_off = (
            reply.conversation_id,
            reply.needs_confirmation,
            reply.handed_off,
        )
        talk.messages.append(
            Message(
                role="assistant",
                text=reply.reply,
                at=self._visit.now(),
                actions=reply.actions,
                suggestions=reply.suggestions,
            )
        )

    async def _catch_up(self) -> None:
        """Something was said elsewhere: by a colleague, or by the customer in another tab."""
        talk = self._talk
        if talk.busy or talk.conversation_id is None:
            return
        fresh = await load(self._visit, talk.conversation_id)
        if len(fresh.messages) > len(talk.messages):
            talk.messages, talk.evidence, talk.asking = fresh.messages, talk.evidence | fresh.evidence, fresh.asking
            self._redraw()

    def _redraw(self) -> None:
        self._log.refresh()
        self._options.refresh()
        self._attached.refresh()
        self._to_the_end()

    def _to_the_end(self) -> None:
        ui.run_javascript(f"setTimeout(() => getHtmlElement({self._log_box.id})?.scrollTo({{top: 1e9}}), 80)")
