"""The messages of one conversation on an open page. Each is drawn once: what is there stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from nicegui import ui

from care.models.conversation import Message
from care.models.evidence import EvidenceReceipt
from ui.language import _
from ui.parts import words
from ui.parts.chat import bubble
from ui.parts.elements import box, text
from ui.parts.things import Things
from ui.visit import Visit


class Thread:
    """A log that screen readers read aloud as it grows. `customer` is what the customer is called here."""

    def __init__(self, visit: Visit, *, customer: str = "", things: Things | None = None) -> None:
        self._visit = visit
        self._customer = customer
        self._things = things
        self._drawn: list[tuple[Message, ui.element]] = []
        self._last: ui.element | None = None
        self._log = box("chat-log", name=_("Messages")).props("role=log aria-live=polite tabindex=0")

    def show(
        self,
        messages: list[Message],
        evidence: dict[str, EvidenceReceipt],
        *,
        arriving: bool = False,
        last: Callable[[], None] | None = None,
    ) -> None:
        """Draws what is not there yet. The last message may be `arriving`; `last` draws what stands after it."""
        if self._last:
            self._last.delete()
            self._last = None
        same = self._in_common(messages)
        for _message, element in self._drawn[same:]:
            element.delete()
        del self._drawn[same:]
        with self._log:
            for n, message in enumerate(messages[same:], same):
                with box("said") as element:
                    if n == 0 or self._day(messages[n - 1]) != self._day(message):
                        text(words.day(self._day(message), today=self._visit.today()), "said-system day-line")
                    comes = arriving and n == len(messages) - 1
                    bubble(
                        self._visit,
                        message,
                        evidence,
                        customer=self._customer,
                        arriving=comes,
                        things=self._things,
                    )
                self._drawn.append((message, element))
            if last:
                with box("said") as self._last:
                    last()
        if messages:
            self.to_the_end()

    def _day(self, message: Message) -> date:
        return message.at.astimezone(ZoneInfo(self._visit.zone)).date()

    def _in_common(self, messages: list[Message]) -> int:
        """How many of the drawn messages stand there still; times differ from what the server has kept."""
        pairs = zip(self._drawn, messages, strict=False)
        return next(
            (n for n, ((drawn, _e), now) in enumerate(pairs) if (drawn.role, drawn.text) != (now.role, now.text)),
            min(len(self._drawn), len(messages)),
        )

    def to_the_end(self) -> None:
        ui.run_javascript(f"setTimeout(() => getHtmlElement({self._log.id})?.scrollTo({{top: 1e9}}), 80)")
