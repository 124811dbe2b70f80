"""The customer's chat: said once and never lost, what is agreed to, what was done, files, and who answers."""

from __future__ import annotations

import os
import re
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import expect

from care.language import language_of
from care.models.conversation import ChatAction, Message
from care.models.memory import Proposal
from care.models.policy import BusinessHours
from care.rules.writes import WRITES
from care.settings import Settings
from tests.running import CareUp
from tests.ui.conftest import Comes
from ui.language import speaking
from ui.parts.chat import KINDS
from ui.parts.handover import who_answers
from ui.parts.proposal import answers, proposed
from ui.parts.saying import in_words_of
from ui.parts.talk import Sent, Talk, no_longer_fits, sent_by, was_said

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
KEY = "0123456789abcdef"
SLOW = 30_000  # ms; what waits for the stores or a picture may have to share the machine
SKIP = Proposal(kind="skip_delivery", payload={}, shown="Skip the delivery of 27 November?")


def said(text: str, **given: object) -> Message:
    return Message.model_validate({"role": "customer", "text": text, "at": AT} | given)


def answered(text: str, **given: object) -> Message:
    return said(text, role="assistant", **given)


@pytest.mark.parametrize(
    "page",
    [
        None,
        "Yes",
        [],
        {},
        {"key": KEY, "text": "  \n "},
        {"key": KEY, "text": "x" * 4001},
        {"key": "short", "text": "Yes"},
        {"key": KEY, "text": "Yes", "after": -1},
        {"key": KEY, "text": "Yes", "files": ["EV1"] * 11},
        {"key": KEY, "text": "\ud800"},
    ],
)
def test_what_no_page_of_ours_sends_is_no_message(page: object) -> None:
    assert sent_by(page) is None


def test_a_file_alone_is_a_message() -> None:
    sent = sent_by({"key": KEY, "text": "", "files": ["EV1"]})
    assert sent is not None
    assert sent.text == "Here is a photo."


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        ([said("Hello"), answered("Hello!")], False),
        ([said("Yes"), answered("Done.")], False),
        ([said("Hello"), answered("Hello!"), said("Yes")], True),
        ([said("Hello"), answered("Hello!"), answered("Yes")], False),
        ([said("Hello"), answered("Hello!"), said("Yes", evidence_ids=["EV1"])], False),
    ],
)
def test_a_message_is_known_to_be_said_only_by_what_came_after_it_was_sent(
    messages: list[Message], found: bool
) -> None:
    assert was_said(messages, Sent(key=KEY, text="Yes", after=2)) is found


@pytest.mark.parametrize(
    ("now", "proposal", "again", "outdated"),
    [
        (2, SKIP, False, False),
        (3, SKIP, False, True),  # a yes to a question that was put later
        (3, None, False, False),  # a colleague wrote while the customer did
        (2, None, True, False),
        (3, None, True, True),
    ],
)
def test_a_yes_is_no_yes_to_what_was_asked_later(
    now: int, proposal: Proposal | None, again: bool, outdated: bool
) -> None:
    talk = Talk("CNV1", [said("x")] * now, proposal=proposal)
    assert no_longer_fits(talk, Sent(key=KEY, text="Yes", after=2), again=again) is outdated


@pytest.mark.parametrize(
    ("suggestions", "proposal", "yes_and_no", "others"),
    [
        (["Yes", "No", "Cancel it now"], SKIP, ["Yes", "No"], ["Cancel it now"]),
        (["Sí", "No"], SKIP, ["Sí", "No"], []),
        ([], SKIP, ["Yes", "No"], []),
        (["ORD-1", "ORD-2"], None, [], ["ORD-1", "ORD-2"]),
    ],
)
def test_yes_and_no_stand_by_what_they_answer(
    suggestions: list[str], proposal: Proposal | None, yes_and_no: list[str], others: list[str]
) -> None:
    talk = Talk("CNV1", [answered("?", suggestions=suggestions)], proposal=proposal)
    assert answers(talk) == (yes_and_no, others)


def test_a_proposal_that_was_asked_for_again_still_names_its_thing() -> None:
    shown = ChatAction(kind="delivery_skipped", status="proposed", id="SUB1")
    talk = Talk("CNV1", [answered("Skip?", actions=[shown]), said("hm"), answered("Take your time.")], proposal=SKIP)
    assert proposed(talk) == shown
    assert proposed(Talk("CNV1", talk.messages)) is None


def test_everything_that_the_assistant_may_do_has_a_name_before_and_after() -> None:
    assert {write.done for write in WRITES.values()} <= set(KINDS)


@pytest.mark.parametrize(
    ("taken", "now", "told"),
    [
        (True, AT, "A colleague is with you"),
        (False, AT, "Our team is at work now."),
        (False, datetime(2026, 11, 27, 22, tzinfo=UTC), "Our team is back on Mon 30 Nov, 10:00."),
    ],
)
def test_the_customer_is_told_who_answers_and_when(taken: bool, now: datetime, told: str) -> None:
    with speaking(language_of(["en"])):
        assert told in who_answers(taken, BusinessHours(), now, "Europe/Berlin")


@pytest.mark.parametrize(("key", "said"), [(None, "Try again"), ("gsk", "Intentar de nuevo")])
def test_an_offered_sentence_is_said_in_english_where_only_the_local_model_reads_it(key: str | None, said: str) -> None:
    with speaking(language_of(["es"])):
        assert in_words_of(Settings(groq_api_key=key), "Try again") == said


async def test_the_chat_tells_of_orders_and_opens_a_refund_on_yes(comes: Comes, customer: int, photo: Path) -> None:
    ana = await comes()
    await ana.arrives("/ui/support?conversation=new", "customer", customer)
    await expect(ana.page.get_by_role("heading", name=re.compile("how can I help"))).to_be_visible(timeout=SLOW)
    await expect(ana.page.get_by_role("button", name=re.compile("^On its way"))).to_be_visible(timeout=SLOW)
    await ana.shows("chat-empty")
    await ana.button("Where is my order?").click()
    await ana.sees("on its way, ordered on")
    await ana.says("My rye bread arrived damaged, I want a refund")
    await ana.sees("Please add a photo")
    async with ana.page.expect_file_chooser() as chooser:
        await ana.button("Add a photo, PDF or video").click()
    note, zipped = photo.with_name("note<i>.png"), photo.with_name("all.zip")
    note.write_bytes(b"no picture")
    zipped.write_bytes(b"PK")
    await (await chooser.value).set_files([photo, note, zipped])
    await ana.sees("all.zip was not added. Please choose a photo, PDF or video.")
    await ana.sees("note<i>.png was not added. ")
    added = ana.page.get_by_role("list", name="Goes with your message")
    await expect(added.locator("img")).to_have_count(1, timeout=SLOW)
    await ana.page.reload()  # what was added is as safe as what was typed
    await expect(added.locator("img")).to_have_count(1, timeout=SLOW)
    await added.get_by_role("button", name="Remove this file").click()
    await expect(added).to_have_count(0, timeout=SLOW)
    await ana.attaches("Add a photo, PDF or video", photo)
    await expect(added.locator("img")).to_have_count(1, timeout=SLOW)
    await ana.button("Send message").click()
    question = ana.page.get_by_role("group", name="Do you agree? Open a refund")
    await expect(question.get_by_text("Rye Bread").first).to_be_visible(timeout=SLOW)
    await expect(ana.page.locator(".chat-log img")).to_be_visible(timeout=SLOW)
    await ana.shows("chat")
    await ana.page.get_by_role("link", name="Photo, opens large").last.click()
    await expect(ana.dialog().locator("img.whole")).to_be_visible(timeout=SLOW)
    await ana.shows("chat-photo")
    await ana.button("Close", inside=ana.dialog()).click()

    other_tab = await ana.page.context.new_page()
    await other_tab.goto(ana.page.url)
    there = other_tab.get_by_role("button", name="Yes", exact=True)
    await expect(there).to_be_visible(timeout=SLOW)
    await other_tab.wait_for_function("window.careChat.after > 0")  # told by the server once the page is connected
    await other_tab.evaluate("window.careChat.shows(0)")  # a tab that the news has not reached
    await there.click()
    await expect(other_tab.get_by_text("Send this again if it still fits.")).to_be_visible(timeout=SLOW)
    await expect(question).to_be_visible(timeout=SLOW)
    await other_tab.get_by_role("button", name="Send again").click()
    await expect(other_tab.get_by_text("Send this again if it still fits.")).to_have_count(0, timeout=SLOW)
    done = ana.page.locator("a.acted", has_text="Refund opened")
    await expect(done.locator(".chip")).to_be_visible(timeout=SLOW)
    await expect(question).to_have_count(0, timeout=SLOW)  # answered there, so it is no longer asked here
    await ana.shows("chat-done")
    await done.click()
    await expect(ana.page.get_by_role("heading", level=1)).to_have_text("Refunds", timeout=SLOW)
    await ana.sees("It arrived damaged")
    await ana.page.goto("/ui/support")
    await ana.sees("My rye bread arrived damaged")


async def test_what_people_write_is_never_run_and_what_is_half_written_stays(comes: Comes) -> None:
    mallory = await comes()
    await mallory.arrives("/ui/support?conversation=new", "customer", 3)
    field = mallory.page.get_by_label("Message", exact=True)
    await field.fill("half a")
    await mallory.page.reload()
    await expect(field).to_have_value("half a", timeout=SLOW)
    await field.press("End")
    await field.press("Shift+Enter")
    await expect(field).to_have_value("half a\n", timeout=SLOW)
    await mallory.says("<img src=x onerror=\"document.title='owned'\"> <script>document.title='owned'</script>")
    await expect(mallory.page.locator(".bubble:not(.mine):not(.thinking)").last).to_be_visible(timeout=SLOW)
    await expect(field).to_have_value("", timeout=SLOW)
    await mallory.sees("onerror")
    await mallory.page.set_viewport_size({"width": 360, "height": 420})  # as little as a phone's keyboard leaves
    await expect(field).to_be_in_viewport(ratio=1)
    assert await mallory.page.locator(".chat-log").evaluate("log => log.clientHeight") > 60
    assert "owned" not in await mallory.page.title()
    await mallory.shows("chat-keyboard")


@pytest.mark.parametrize("size", ["phone"], indirect=True)
async def test_a_restart_under_the_open_page_loses_nothing_and_says_nothing_twice(
    comes: Comes, running: CareUp
) -> None:
    ana = await comes()
    await ana.arrives("/ui/support?conversation=new", "customer", 3)
    field = ana.page.get_by_label("Message", exact=True)
    await ana.says("What can you do?")
    mine = ana.page.locator(".bubble.mine", has_text="What can you do?")
    await expect(mine).to_be_visible(timeout=SLOW)
    os.kill(running.runtime["pids"]["web"], signal.SIGKILL)
    await field.fill("And when does it")
    async with ana.page.expect_event("load", timeout=60_000):
        running.until_ready()
    await ana.sees("I change nothing before you have seen it and said yes.")
    await expect(mine).to_have_count(1, timeout=SLOW)
    await expect(ana.page.locator(".thinking")).to_have_count(0, timeout=SLOW)
    await expect(field).to_have_value("And when does it", timeout=SLOW)
    ana.troubles.clear()  # the browser told its console that the server was away
