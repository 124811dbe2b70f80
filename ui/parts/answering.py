"""The side of a colleague in a conversation: taking it, answering in it, giving it back."""

from __future__ import annotations

from functools import partial

from nicegui import ui

from care.models.conversation import Conversation
from care.models.handoff import LONGEST, DeskStep
from ui.parts.asking import answers, doing, sheet
from ui.parts.elements import banner, box, button, telling
from ui.parts.handed import owner
from ui.parts.noting import note_field, written
from ui.visit import Visit

_READY = [
    "Thank you for waiting. I am looking into it now.",
    "Could you tell me a little more, please?",
    "Is there anything else that I can do for you?",
]
_PARTING = ["It is done. The assistant helps you with anything else.", "I am sorry for the trouble."]


class Answering:
    """What the reader can do with the conversation. What was typed outlives a change of hands."""

    def __init__(self, visit: Visit, talk: Conversation) -> None:
        self._visit = visit
        self._client = visit.services.client
        self._talk = talk
        self._draft = ""
        self._sending = False

    def stands(self, talk: Conversation) -> None:
        """Draws it anew only if somebody else has it now: who is writing keeps the cursor."""
        before = (self._talk.handed_off, owner(self._talk))
        self._talk = talk
        if before != (talk.handed_off, owner(talk)):
            self.hands.refresh()
            self.composer.refresh()

    @property
    def _anothers(self) -> bool:
        return owner(self._talk) not in (None, self._visit.principal.email)

    @property
    def _leads(self) -> bool:
        return DeskStep.of(self._visit.principal).leads

    @ui.refreshable_method
    def hands(self) -> None:
        """Who has it, and how it changes hands."""
        if not self._talk.handed_off:
            return
        with box("line wraps", name="Who has it").props("role=group"):
            if self._anothers:
                if self._leads:
                    doing("Take over", self._take, symbol="swap_horiz", look="outline")
                return
            if owner(self._talk):
                doing("Release", self._release, look="flat dense")
            else:
                doing("Take", self._take, symbol="pan_tool_alt", look="unelevated")
            button("Hand back to the assistant", self._ask_back, symbol="smart_toy", look="outline")

    @ui.refreshable_method
    def composer(self) -> None:
        if not self._talk.handed_off:
            banner("smart_toy", "The assistant answers this customer.")
        elif self._anothers:
            banner("lock", f"{owner(self._talk)} has this conversation and answers it.", "warn")
        else:
            self._compose()

    def _compose(self) -> None:
        with box("options", name="Ready sentences").props("role=group"):
            for sentence in _READY:
                button(sentence, partial(self._put, sentence), look="outline").classes("pill")
        with box("line"):
            self._field = ui.textarea(placeholder="Answer the customer", value=self._draft, on_change=self._typed)
            self._field.props(f'outlined autogrow rows=1 maxlength={LONGEST} aria-label="Answer"').classes("grow")
            self._field.on("keydown.ctrl.enter", self._send).on("keydown.meta.enter", self._send)
            send = ui.button(icon="send", on_click=self._send).props("unelevated round dense")
            send.props["aria-label"] = "Send answer (Ctrl+Enter)"

    def _typed(self) -> None:
        self._draft = self._field.value or ""

    def _put(self, sentence: str) -> None:
        self._field.set_value(f"{self._draft.strip()} {sentence}".strip())
        self._field.run_method("focus")

    async def _send(self) -> None:
        said = self._draft.strip()
        if not said or self._sending:
            return
        self._sending = True
        try:
            with telling():
                await self._client.answer_conversation(self._talk.conversation_id, self._step(said))
                self._draft = ""
                self._field.set_value("")
        finally:
            self._sending = False

    async def _take(self) -> str:
        await self._client.take_conversation(self._talk.conversation_id, self._step())
        return "It is yours. The customer knows that somebody is there."

    async def _release(self) -> str:
        await self._client.release_conversation(self._talk.conversation_id, self._step())
        return "Released: a colleague can take it."

    def _ask_back(self) -> None:
        with sheet("Hand this customer back to the assistant?", "The assistant answers from here on.") as asked:
            note = note_field("A last word to the customer (optional)", _PARTING)

            async def give_back() -> str:
                step = self._step(written(note))
                await self._client.hand_back_conversation(self._talk.conversation_id, step)
                return "Handed back."

            answers(asked, "Hand back", give_back)

    def _step(self, said: str = "") -> DeskStep:
        return DeskStep.of(self._visit.principal, said)
