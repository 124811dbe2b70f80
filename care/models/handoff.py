"""What colleagues do with a conversation that was handed to them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from care.models.audit import Act
from care.models.common import Body, Model
from care.models.conversation import Message
from care.models.customer import OVERSEERS, Principal
from care.models.memory import ConversationState
from care.models.notification import Notification

LONGEST = 4000  # characters of one message


class AgentReply(Body):
    message: Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"\S")]


class HandBack(Body):
    """`note` is a last word for the customer."""

    note: Annotated[str, Field(max_length=LONGEST)] = ""


class DeskStep(Model):
    """One step of a colleague. `by` is their account; who `leads` may take what another one has; `text` is what the
    customer reads of it: the answer, or the note at the end."""

    by: str
    leads: bool = False
    text: str = ""

    @classmethod
    def of(cls, who: Principal, text: str = "") -> DeskStep:
        return cls(by=who.email, leads=who.role in OVERSEERS, text=text)


class Moved(Model):
    """The conversation after a step: what it remembers, what was said in it, and what the customer is told elsewhere.

    Nothing was said: the step had been made before. `act` is what the audit record calls it, `by` who made it.
    """

    state: ConversationState
    said: list[Message] = []
    notice: Notification | None = None
    act: Act | None = None
    by: str = ""
