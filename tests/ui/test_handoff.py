"""A conversation that a colleague takes over, in the windows of both sides."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from activities.tools.small_talk import ABILITIES
from tests.ui.conftest import Comes
from tests.ui.person import Person


async def asks_for_a_person(ana: Person, n: int, marked: str) -> None:
    await ana.arrives("/ui/support?conversation=new", "customer", n)
    await ana.says(f"Please let me talk to a human, {marked}")
    await ana.sees("A colleague will answer you here.")


async def opens_it(amy: Person, marked: str) -> None:
    await amy.page.get_by_role("link", name=marked).locator("visible=true").click()
    await amy.sees(marked)


async def test_customer_and_colleague_talk_until_the_assistant_is_back(comes: Comes, customer: int) -> None:
    ana, amy = await comes(), await comes()
    marked = f"number {customer}"
    await asks_for_a_person(ana, customer, marked)
    await expect(ana.page.get_by_role("group", name="Quick answers")).to_have_count(0)
    await ana.page.get_by_label("Message", exact=True).fill("It is about")
    await ana.loads_again()
    await expect(ana.page.get_by_label("Message", exact=True)).to_have_value("It is about")

    await amy.arrives("/ui/conversations?show=waiting", "agent")
    await opens_it(amy, marked)
    await amy.button("Take").click()
    await ana.sees("A colleague is with you, and reads what you write here.")
    await ana.says("my <b>bread</b>")
    await amy.sees("my <b>bread</b>")
    await amy.page.get_by_label("Answer", exact=True).fill("I am sorry.\nA new one is on its way.")
    await amy.loads_again()
    await expect(amy.page.get_by_label("Answer", exact=True)).to_have_value("I am sorry.\nA new one is on its way.")
    await amy.page.get_by_label("Answer", exact=True).focus()
    await amy.page.keyboard.press("Control+Enter")
    await ana.sees("A new one is on its way.")
    await ana.shows("chat-with-colleague")
    await amy.shows("conversation")
    await amy.button("Hand back to the assistant").click()
    await amy.dialog().get_by_label("A last word").fill("Enjoy it.")
    await amy.button("Hand back", inside=amy.dialog()).click()
    await ana.sees("Enjoy it.")
    await ana.sees("You are back with the assistant.")
    await amy.sees("The assistant answers this customer.")
    await ana.says("thank you")
    await ana.sees("You are welcome.")
    # Whoever reads it in the chat has read the notice of it.
    await ana.page.goto("/ui/notifications")
    told = ana.page.get_by_text("A colleague has answered you.").first
    await expect(told).to_be_visible()
    await expect(told).not_to_have_class("strong")
    await ana.page.goto("/ui/conversations")
    await ana.sees("This page is not for your account")


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
async def test_the_second_agent_sees_who_has_it_and_a_supervisor_takes_over(comes: Comes) -> None:
    ana, amy, omar, sofia = await comes(), await comes(), await comes(), await comes()
    await asks_for_a_person(ana, 3, "once more")
    await amy.arrives("/ui/conversations", "agent")
    await opens_it(amy, "once more")
    await omar.arrives(amy.page.url, "agent", 1)
    await omar.page.get_by_label("Answer", exact=True).fill("Hello, I was")
    await amy.button("Take").click()
    await omar.sees("has this conversation and answers it.")
    await expect(omar.page.get_by_label("Answer", exact=True)).to_have_count(0)
    await sofia.arrives(amy.page.url, "supervisor")
    await sofia.button("Take over").click()
    await amy.sees("has this conversation and answers it.")
    await ana.sees("Another colleague is with you now.")
    await sofia.button("Release").click()
    await expect(omar.page.get_by_label("Answer", exact=True)).to_have_value("Hello, I was")


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
async def test_a_reply_comes_piece_by_piece_and_is_all_there_for_who_wants_no_motion(comes: Comes) -> None:
    ana = await comes()
    await ana.arrives("/ui/support?conversation=new", "customer", 2)
    await ana.says("What can you do?")
    reply = ana.page.locator(".bubble.arriving")
    await expect(reply).to_have_text(ABILITIES)
    assert 1 < await reply.locator("span").count() <= 24
    await ana.page.emulate_media(reduced_motion="reduce")
    last = reply.locator("span").last
    await expect(last).to_have_css("animation-name", "none")
    await expect(last).to_have_css("opacity", "1")
