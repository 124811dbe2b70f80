"""The portal in its readers' languages, from the sign-in on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest
from playwright.async_api import expect

from care.language.catalogue import read
from tests.running import CareUp
from tests.ui.conftest import Comes
from tests.ui.person import Person

PAGES = ("", "support", "orders", "refunds", "planner", "notifications", "preferences")
SOME = ("orders", "planner")
# All that is read on a page, with the eyes or the ears, but what people say to each other; the icons' names are letters
# of a font.
_READ = """() => {
  const names = [...document.querySelectorAll("[aria-label], [placeholder], [title]")].flatMap(
    (each) => ["aria-label", "placeholder", "title"].map((name) => each.getAttribute(name)));
  const shown = document.body.cloneNode(true);
  const others = "i, script, style, form[action='/ui/language'], .bubble, .earlier .cut";
  shown.querySelectorAll(others).forEach((each) => each.remove());
  document.body.append(shown);
  const said = shown.innerText.split("\\n");
  shown.remove();
  return [document.title, ...names, ...said].filter((each) => each).map((each) => each.trim());
}"""


@pytest.fixture
def reader(running: CareUp, customer: int) -> Iterator[int]:
    """A customer who reads English again afterwards."""
    yield customer
    account = running.account("customer", customer)
    with running.signed_in("customer", customer) as http:
        http.post(f"/customer/change/{account['customer_id']}", json={"locale": "en"}).raise_for_status()


def english(code: str) -> re.Pattern[str]:
    """Fits what the portal says in English and otherwise in that language."""
    said = [(_last(message.id), _last(message.string)) for message in read(code) if message.id]
    texts = [text for text, translation in said if text != translation and len(re.findall(r"[a-z]", text)) > 3]
    return re.compile("|".join(re.sub(r"\\\{\w+\\\}", ".+", re.escape(text)) for text in texts))


def _last(forms: str | Sequence[str] | None) -> str:
    """A text, or of a plural the form for many."""
    return forms if isinstance(forms, str) else forms[-1] if forms else ""


async def leaves_no_english(person: Person, code: str, pages: tuple[str, ...]) -> None:
    spoken = english(code)
    for page in pages:
        await person.page.goto(f"/ui/{page}")
        await expect(person.page.get_by_role("heading", level=1)).to_be_visible()
        await expect(person.page.locator("html")).to_have_attribute("lang", code)
        await person.shows(f"{code}-{page or 'home'}")
        said = await person.page.evaluate(_READ)
        assert [text for text in said if spoken.fullmatch(text)] == [], f"/ui/{page} in {code}"


@pytest.mark.parametrize("size", ["phone"], indirect=True)
async def test_a_customer_reads_the_portal_in_spanish_and_then_in_hindi(
    comes: Comes, reader: int, running: CareUp
) -> None:
    elena = await comes()
    account = elena.account("customer", reader)
    await elena.page.goto("/ui/login")
    await elena.button("Español").click()
    await elena.sees("Inicia sesión en CARE")
    await elena.shows("es-sign-in")
    await elena.page.get_by_label("Correo electrónico").fill(account["email"])
    await elena.page.get_by_label("Contraseña").fill(account["password"])
    await elena.button("Iniciar sesión").click()
    await elena.sees("Próximas entregas")
    await leaves_no_english(elena, "es", PAGES)
    await elena.button("Tu cuenta").click()
    await elena.button("हिन्दी").first.click()
    await expect(elena.page.locator("html")).to_have_attribute("lang", "hi")
    await leaves_no_english(elena, "hi", SOME)
    with running.signed_in("customer", reader) as http:
        known = http.get(f"/customer/{account['customer_id']}").raise_for_status().json()
    assert known["locale"] == "hi", "mails follow the choice"
