"""The messages of one conversation on an open page. Each is drawn once: what is there stays as it is."""

from __future__ import annotations

from nicegui import ui

from care.models.conversation import Message
from care.models.evidence import EvidenceReceipt
from ui.parts.chat import bubble, thinking
from ui.parts.elements import box, text
from ui.visit import Visit


class Thread:
    """A log that screen readers read aloud as it grows. `customer` is what the customer is called here."""

    def __init__(self, visit: Visit, *, customer: str = "You", greeting: str = "") -> None:
        self._visit = visit
        self._customer = customer
        self._drawn: list[tuple[Message, ui.element]] = []
        self._thinking: ui.element | None = None
        self._log = box("chat-log", name="Messages").props("role=log aria-live=polite tabindex=0")
        if greeting:
            with self._log:
                text(greeting, "bubble")

    def show(
        self,
        messages: list[Message],
        evidence: dict[str, EvidenceReceipt],
        *,
        busy: bool = False,
        arriving: bool = False,
    ) -> None:
        """Draws what is not there yet. The last message may be `arriving`; `busy`: an answer is on its way."""
        if self._thinking:
            self._thinking.delete()
            self._thinking = None
        same = self._in_common(messages)
        for _, element in self._drawn[same:]:
            element.delete()
        del self._drawn[same:]
        with self._log:
            for n, message in enumerate(messages[same:], same + 1):
                with box("said") as element:
                    comes = arriving and n == len(messages)
                    bubble(self._visit, message, evidence, customer=self._customer, arriving=comes)
                self._drawn.append((message, element))
            if busy:
                self._thinking = thinking()
        self.to_the_end()

    def _in_common(self, messages: list[Message]) -> int:
        """How many of the drawn messages stand there still; times differ from what the server has kept."""
        pairs = zip(self._drawn, messages, strict=False)
        return next(
            (n for n, ((drawn, _), now) in enumerate(pairs) if (drawn.role, drawn.text) != (now.role, now.text)),
            min(len(self._drawn), len(messages)),
        )

    def to_the_end(self) -> None:
        ui.run_javascript(f"setTimeout(() => getHtmlElement({self._log.id})?.scrollTo({{top: 1e9}}), 80)")
