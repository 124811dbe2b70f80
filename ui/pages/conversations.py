"""Conversations that were handed to people: who waits, and the one that is open, to be answered."""

from __future__ import annotations

from nicegui import ui

from care.language import language_of
from care.models.conversation import Conversation, ConversationView
from ui import live
from ui.language import _, retold
from ui.parts import focus, words
from ui.parts.answering import Answering
from ui.parts.elements import box, card, chip, empty, heading, link, link_button, text
from ui.parts.evidence import look_up
from ui.parts.handed import MOST, address, choose, chosen_filter, reason, rows, shown, waits, with_whom
from ui.parts.thread import Thread
from ui.visit import Visit


async def waiting(visit: Visit) -> int:
    """How many customers wait for somebody to take their conversation."""
    return await visit.services.stores.conversations.count_waiting()


async def page(visit: Visit) -> None:
    chosen = visit.path.get("conversation_id")
    focus.listen()
    with heading(_("Conversations"), "" if chosen else _("Handed over to a person, who waits longest first.")):
        if chosen:
            back = f"/ui{address(show=chosen_filter(visit))}"
            link_button(_("All conversations"), back, symbol="arrow_back", look="flat dense").classes("only-narrow")
    with box("grid desk fills" if chosen else "grid desk"):
        with box("only-wide scrolls" if chosen else ""):
            await _handed_over(visit, chosen)
        with box("stack loose desk-open" if chosen else "only-wide"):
            if chosen is None:
                detail = _("Take it, and the customer knows that somebody is there.")
                empty("forum", _("Choose a conversation"), detail)
            else:
                await _talk(visit, chosen)


async def _handed_over(visit: Visit, chosen: str | None) -> None:
    show = chosen_filter(visit)

    @ui.refreshable
    def listed(talks: list[Conversation]) -> None:
        choose(visit, talks, show, chosen)
        some = shown(talks, show, visit.principal.email)
        if not talks:
            empty("done_all", _("Nobody waits"), _("No conversation is handed over just now."), tone="good")
        elif not some:
            empty("filter_alt_off", _("None of these"), _("There are others: choose All to see them."))
        else:
            rows(visit, some, show, chosen)

    async def read() -> list[Conversation]:
        return (await visit.services.stores.conversations.handed_off(limit=MOST)).items

    async def redraw() -> None:
        listed.refresh(await read())

    async with live.follow(live.DESK, {"conversations", live.MINUTE}, redraw):
        with box("stack loose"):
            listed(await read())


async def _talk(visit: Visit, conversation_id: str) -> None:
    """The parts are drawn once; what happens in the conversation changes no more of them than it must."""
    conversations = visit.services.stores.conversations
    on_screen = await conversations.view(conversation_id)
    await visit.services.looked(visit.principal, "customer_viewed", on_screen.customer_id)
    customer = await visit.services.stores.customers.get(on_screen.customer_id)
    spoken = on_screen.handoff.language if on_screen.handoff else None
    answering = Answering(visit, on_screen, language_of([spoken, customer.locale]))

    @ui.refreshable
    def head(talk: Conversation) -> None:
        _head(visit, talk, customer.name, customer.email)

    async def catch_up() -> None:
        nonlocal on_screen
        newest = await conversations.view(conversation_id)
        if _news(newest) != _news(on_screen):
            on_screen = newest
            head.refresh(newest)
            answering.stands(newest)
            await _say(visit, thread, newest)

    async with live.follow(live.DESK, {"conversations"}, catch_up):
        with box("card tight case-head", tag="section", name=_("About this conversation")):
            head(on_screen)
            answering.hands()
        with box("card desk-talk", tag="section", name=_("Conversation")):
            thread = Thread(visit, customer=customer.name)
            await _say(visit, thread, on_screen)
            with box("chat-foot"):
                answering.composer()
        await catch_up()  # with what was said since the page looked


def _head(visit: Visit, talk: Conversation, name: str, email: str) -> None:
    with box("line between wraps top"):
        with box("stack"):
            text(name, tag="h2")
            with box("line wraps small"):
                text(f"{talk.conversation_id} · {email}", "mute wrap")
                with link(f"/ui/customers/{talk.customer_id}"):
                    text(_("Everything about this customer"), tag="span")
        with box("options"):
            if talk.handed_off:
                chip(*waits(talk, visit.now()))
                chip(*with_whom(talk, visit.principal.email))
            else:
                chip(_("With the assistant"), "plain")
    if talk.handoff:
        at = words.moment(talk.handoff.at, visit.zone)
        with card(_("Summary"), "inset tight", side=f"{reason(talk)} · {at} UTC"):
            told = "\n".join(retold(line) for line in talk.handoff.summary.splitlines())
            said = text(told or _("No summary was written: please read on below."), "wrap summary")
            said.props("tabindex=0")  # it scrolls, with the keyboard too


async def _say(visit: Visit, thread: Thread, view: ConversationView) -> None:
    files = await look_up(visit, [i for message in view.messages for i in message.evidence_ids])
    thread.show(view.messages, {file.evidence_id: file for file in files})


def _news(view: ConversationView) -> tuple[object, ...]:
    return len(view.messages), view.handed_off, view.handoff
