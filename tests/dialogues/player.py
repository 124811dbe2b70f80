"""Plays a dialogue on the whole product, through HTTP, and holds what was said and done against what is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from care.models.conversation import ChatReply
from tests.dialogues import books, verdict
from tests.dialogues.house import House
from tests.dialogues.script import Action, ByColleague, Dialogue, Said
from tests.dialogues.stage import Stage, set_stage
from tests.dialogues.starting import Given


async def play(house: House, dialogue: Dialogue) -> None:
    """Raises AssertionError with the whole talk where something is not as written."""
    stage = await set_stage(house.shop, dialogue)
    player = _Player(house, dialogue, stage)
    try:
        await player.play()
    finally:
        await house.restock()


@dataclass
class _Player:
    house: House
    dialogue: Dialogue
    stage: Stage
    talk: list[str] = field(default_factory=list)
    conversation_id: str | None = None
    handed_over: bool = False
    shown: set[str] = field(default_factory=set)  # kinds of writes that were proposed

    async def play(self) -> None:
        database = self.house.shop.services.stores.database
        before = await books.read_books(database)
        for step in self.dialogue.steps:
            if isinstance(step, Given):
                seen = await books.read_books(database)
                await self.stage.happens(step)
                await self.stage.settled()
                # What happened from outside is no deed of the assistant.
                before = books.with_changes(before, seen, await books.read_books(database))
            elif isinstance(step, ByColleague):
                await self._answers(step)
            else:
                await self._says(step)
        await self.stage.settled()
        after = await books.read_books(database)
        await self._check_handoff()
        for problem in verdict.problems(self.dialogue, self.stage, before, after):
            self._fail(None, problem)

    async def _says(self, said: Said) -> None:
        text = self.stage.as_written(said.text)
        self.talk.append(f"customer> {text}")
        if stand_in := self.house.stand_in:
            stand_in.hears(said, text, self.stage.as_stored)
        body: dict[str, Any] = {"message": text, "evidence_ids": [self.stage.names.real(f) for f in said.files]}
        if self.conversation_id:
            body["conversation_id"] = self.conversation_id
        customer = self.stage.customer
        answer = await customer.http.post(f"/chat/{customer.customer_id}", json=body)
        if answer.status_code != 200:
            self._fail(said, f"answered with {answer.status_code}: {answer.text}")
        reply = ChatReply.model_validate(answer.json())
        self.conversation_id = reply.conversation_id
        self.talk.append(f"assistant> {reply.reply}")
        self.talk += [f"action: {a.kind} {a.status} {a.id}" for a in reply.actions]
        self._check(said, reply)
        self.handed_over = reply.handed_off

    async def _answers(self, step: ByColleague) -> None:
        self.talk.append(f"colleague> {step.text}")
        path = f"/conversation/{'hand-back' if step.hands_back else 'reply'}/{self.conversation_id}"
        body = {"note" if step.hands_back else "message": step.text}
        answer = await self.house.agent.http.post(path, json=body)
        if answer.status_code != 200:
            self._fail(step, f"answered with {answer.status_code}: {answer.text}")
        self.handed_over = not step.hands_back

    def _check(self, said: Said, reply: ChatReply) -> None:
        if not self.handed_over and reply.model != ("local" if said.misbehaves else self.house.model):
            self._fail(said, f"the model that understood it was {reply.model}")
        if self.house.stand_in and self.house.stand_in.surprises:
            self._fail(said, self.house.stand_in.surprises.pop())
        self._check_actions(said, reply)
        if said.silent != (not reply.reply):
            self._fail(said, "a colleague has the conversation: it should be silent" if said.silent else "silence")
        for pattern in said.replies:
            if not verdict.fits(self.stage.as_written(pattern), reply.reply):
                self._fail(said, f"the reply does not hold {pattern}")
        for pattern in said.never:
            if verdict.fits(self.stage.as_written(pattern), reply.reply):
                self._fail(said, f"the reply holds {pattern}")
        for secret in verdict.secrets(self.stage):
            if secret in reply.reply and not any(secret in line for line in self.talk if line.startswith("customer>")):
                self._fail(said, f"the reply tells of somebody else: {secret}")

    def _check_actions(self, said: Said, reply: ChatReply) -> None:
        for wanted, found in zip(said.actions, reply.actions, strict=False):
            if wanted.status == "done" and wanted.id and wanted.id not in self.stage.names and found.id:
                self.stage.names.bind(wanted.id, found.id)  # something new: from here on it has this name
        for action in reply.actions:
            if action.status == "done" and action.kind != "handed_off" and action.kind not in self.shown:
                self._fail(said, f"{action.kind} was done and never shown")
        self.shown |= {action.kind for action in reply.actions if action.status == "proposed"}
        done = [Action(a.kind, a.status, self._named(a.id)) for a in reply.actions]
        done = [a if a.kind != "handed_off" else Action(a.kind, a.status, None) for a in done]
        if done != said.actions:
            self._fail(said, f"done was {done or 'nothing'}, not {said.actions or 'nothing'}")

    def _named(self, id_: str | None) -> str | None:
        return self.stage.names.to_named(id_) if id_ else id_

    async def _check_handoff(self) -> None:
        view = await self.house.shop.services.stores.conversations.view(self.conversation_id or "")
        reason = view.handoff.reason if view.handoff else None
        if view.handed_off != (self.dialogue.handed_over is not None) or self.dialogue.handed_over != reason:
            self._fail(None, f"handed over: {reason or view.handed_off}, not {self.dialogue.handed_over}")

    def _fail(self, said: Said | ByColleague | None, problem: str) -> None:
        where = f"{self.dialogue.file}:{said.line if said else self.dialogue.line}"
        talk = "\n".join(self.stage.names.to_named(line) for line in self.talk)
        raise AssertionError(f"{where}: {self.stage.names.to_named(problem)}\n\n{talk}")
