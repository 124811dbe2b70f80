"""A customer reads mails in their own language; what is stored stays English."""

from __future__ import annotations

from email.headerregistry import Address

import pytest

from care.language import language_of
from care.rules.mailing import mail_about
from tests.channels.notices import notice
from tests.stores.make import customer

SHOP = Address("Shop", "hello", "shop.test")


@pytest.mark.parametrize(
    ("locale", "subject", "message", "button"),
    [
        ("de", "Your next delivery is coming up", "will restock Milk on 2026-03-06.", "Skip this delivery"),
        ("es-MX", "Tu próxima entrega está por llegar", "traerá Milk el vie 6 mar.", "Omitir esta entrega"),
        ("hi", "आपकी अगली डिलीवरी आने वाली है", "शुक्र 6 मार्च को Milk लाएगा।", "यह डिलीवरी छोड़ें"),
    ],
)
def test_a_reminder_is_written_in_the_customers_language(locale: str, subject: str, message: str, button: str) -> None:
    mail = mail_about(notice("N", link="https://shop.test/skip"), customer(locale=locale), SHOP, "https://shop.test")
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text
    assert html
    assert mail["Subject"] == subject
    assert message in text.get_content()
    assert f"{button}: https://shop.test/skip" in text.get_content()
    assert f">{button}</a>" in html.get_content()
    assert f'<html lang="{language_of([locale]).code}">' in html.get_content()
