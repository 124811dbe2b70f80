"""Which requests are counted together, and as whose."""

from __future__ import annotations

import pytest

from care.rules.rates import Family, counted_address, family_of, pause


@pytest.mark.parametrize(
    ("method", "path", "family"),
    [
        ("POST", "/auth/token", Family.SIGN_IN),
        ("POST", "/ui/sign-in", Family.SIGN_IN),
        ("POST", "/auth/password/forgot", Family.SIGN_IN),
        ("POST", "/ui/reset/some.token", Family.SIGN_IN),
        ("POST", "/auth/refresh", Family.CALLS),
        ("GET", "/ui/login", Family.CALLS),
        ("GET", "/skip/some.token", Family.LINKS),
        ("POST", "/skip/some.token/undo", Family.LINKS),
        ("POST", "/chat/CUST001", Family.CHAT),
        ("POST", "/chat/CUST001/stream", Family.CHAT),
        ("GET", "/chat/CUST001", Family.CALLS),
        ("POST", "/evidence", Family.UPLOAD),
        ("POST", "/subscription", Family.CREATE),
        ("POST", "/subscription/resubscribe/SUB001", Family.CREATE),
        ("POST", "/subscription/skip/SUB001", Family.CALLS),
        ("POST", "/refund", Family.CREATE),
        ("POST", "/refund/evidence/REF001", Family.CREATE),
        ("POST", "/refund/withdraw/REF001", Family.CALLS),
        ("GET", "/products", Family.CALLS),
        ("GET", "/no/such/page", Family.CALLS),
        ("GET", "/ui/_nicegui_ws/socket.io/", Family.CALLS),
        ("GET", "/healthz", None),
        ("GET", "/readyz", None),
        ("GET", "/metrics", None),
        ("GET", "/ui/static/care.css", None),
        ("GET", "/ui/_nicegui/3.18.0/components/x.js", None),
        ("GET", "/ui/_nicegui/client/abc/upload/7", Family.CALLS),
        ("GET", "/docs/files/swagger-ui.css", None),
    ],
)
def test_a_request_counts_in_its_family(method: str, path: str, family: Family | None) -> None:
    assert family_of(method, path) is family


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("not an address", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_household_of_ipv6_is_one_address(host: str, counted: str) -> None:
    assert counted_address(host) == counted


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(1, "a few seconds"), (30, "30 seconds"), (121, "3 minutes"), (7200, "120 minutes"), (7201, "3 hours")],
)
def test_the_wait_is_told_in_words_that_fit(seconds: int, told: str) -> None:
    assert told in pause(seconds)
