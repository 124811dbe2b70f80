"""The side of a colleague in a conversation: taking it, answering in it, giving it back."""

from __future__ import annotations

from functools import partial

from nicegui import ui

from care.language import Language
from care.models.conversation import Conversation
from care.models.handoff import LONGEST, DeskStep
from ui.language import _, current, mark, speaking
from ui.parts.asking import answers, doing, sheet
from ui.parts.elements import banner, box, button, draft, sent, telling, text
from ui.parts.handed import owner
from ui.parts.noting import note_field
from ui.visit import Visit

# Greeting, asking, and what a conversation ends with.
_READY = [
    mark("Hello, I am here to help you. I am reading what you wrote."),
    mark("Thank you for waiting. I am looking into it now."),
    mark("Could you tell me a little more, please?"),
    mark("Could you add a photo, please?"),
    mark("I am sorry for the trouble."),
    mark("Is there anything else that I can do for you?"),
]
_PARTING = [mark("It is done. The assistant helps you with anything else."), mark("I am sorry for the trouble.")]


class Answering:
    """What the reader can do with the conversation. What was typed outlives a change of hands, and a restart.

    Ready sentences go into the answer in the customer's language, which is `theirs`.
    """

    def __init__(self, visit: Visit, talk: Conversation, theirs: Language) -> None:
        self._visit = visit
        self._theirs = theirs
        self._client = visit.services.client
        self._talk = talk
        self._draft = ""
        self._draft_key = f"answer {talk.conversation_id}"
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
        with box("line wraps", name=_("Who has it")).props("role=group"):
            if self._anothers:
                if self._leads:
                    doing(_("Take over"), self._take, symbol="swap_horiz", look="outline")
                return
            if owner(self._talk):
                doing(_("Release"), self._release, look="flat dense")
            else:
                doing(_("Take"), self._take, symbol="pan_tool_alt", look="unelevated")
            button(_("Hand back to the assistant"), self._ask_back, symbol="smart_toy", look="outline")

    @ui.refreshable_method
    def composer(self) -> None:
        if not self._talk.handed_off:
            banner("smart_toy", _("The assistant answers this customer."))
        elif self._anothers:
            banner("lock", _("{who} has this conversation and answers it.", who=owner(self._talk)), "warn")
        else:
            self._compose()

    def _compose(self) -> None:
        with box("options", name=_("Ready sentences")).props("role=group tabindex=0"):
            for sentence in _READY:
                button(_(sentence), partial(self._put, sentence), look="outline").classes("pill")
        if self._theirs.code != current().code:
            text(_("The customer reads {language}.", language=current().called(self._theirs)), "small mute")
        with box("line"):
            hint = _("Answer the customer")
            self._field = ui.textarea(placeholder=hint, value=self._draft, on_change=self._typed)
            self._field.props(f"outlined autogrow rows=1 maxlength={LONGEST}").classes("grow")
            self._field.props["aria-label"] = _("Answer")
            draft(self._field, self._draft_key)
            self._field.on("keydown.ctrl.enter", self._send).on("keydown.meta.enter", self._send)
            send = ui.button(icon="send", on_click=self._send).props("unelevated round dense")
            send.props["aria-label"] = _("Send answer (Ctrl+Enter)")

    def _typed(self) -> None:
        self._draft = self._field.value or ""

    def _put(self, sentence: str) -> None:
        with speaking(self._theirs):
            ready = _(sentence)
        self._field.set_value(f"{self._draft.strip()} {ready}".strip())
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
                sent(self._draft_key)
        finally:
            self._sending = False

    async def _take(self) -> str:
        await self._client.take_conversation(self._talk.conversation_id, self._step())
        return _("It is yours. The customer knows that somebody is there.")

    async def _release(self) -> str:
        await self._client.release_conversation(self._talk.conversation_id, self._step())
        return _("Released: a colleague can take it.")

    def _ask_back(self) -> None:
        title, detail = _("Hand this customer back to the assistant?"), _("The assistant answers from here on.")
        with sheet(title, detail) as asked:
            key = f"last word {self._talk.conversation_id}"
            note = note_field(_("A last word to the customer (optional)"), _PARTING, key, reader=self._theirs)

            async def give_back() -> str:
                step = self._step(note.written)
                await self._client.hand_back_conversation(self._talk.conversation_id, step)
                note.sent()
                return _("Handed back.")

            answers(asked, _("Hand back"), give_back)

    def _step(self, said: str = "") -> DeskStep:
        return DeskStep.of(self._visit.principal, said)
