"""Requests that no program sends by mistake: each is answered with a problem that says what is wrong, none with 500."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.api.shop import Shop, Someone
from tests.api.test_errors import JSON, assert_is_problem

GOOD = json.dumps({"message": "Where is my order?"}).encode()
BOUNDARY = {"Content-Type": "multipart/form-data; boundary=b"}
PART = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\nx\r\n'
END = b"--b--\r\n"
BODIES: dict[str, tuple[str, bytes, dict[str, str]]] = {
    "gzip": ("/chat/{id}", gzip.compress(GOOD), JSON | {"Content-Encoding": "gzip"}),
    "a bomb": ("/chat/{id}", gzip.compress(b" " * 10**7), JSON | {"Content-Encoding": "gzip"}),
    "nothing said of its kind": ("/chat/{id}", GOOD, {}),
    "another kind": ("/chat/{id}", GOOD, {"Content-Type": "text/plain"}),
    "xml": ("/chat/{id}", b"<a/>", {"Content-Type": "application/xml"}),
    "no kind at all": ("/chat/{id}", GOOD, {"Content-Type": ";;;=="}),
    "utf-16": ("/chat/{id}", b"\xff\xfe{\x00", {"Content-Type": "application/json; charset=utf-16"}),
    "a charset that is none": ("/chat/{id}", b"\xe9", {"Content-Type": "application/json; charset=klingon"}),
    "a deep one": ("/chat/{id}", b'{"message":' + b"[" * 500 + b"]" * 500 + b"}", JSON),
    "many fields": ("/chat/{id}", json.dumps({str(n): n for n in range(50_000)}).encode(), JSON),
    "many fields, but not too many": ("/chat/{id}", json.dumps({str(n): n for n in range(2000)}).encode(), JSON),
    "a form of many fields": ("/auth/token", b"a=b&" * 200_000, {"Content-Type": "application/x-www-form-urlencoded"}),
    "a huge name": ("/auth/token", b"a" * 900_000 + b"=1", {"Content-Type": "application/x-www-form-urlencoded"}),
    "bad percents": ("/auth/token", b"username=%zz%&password=%", {"Content-Type": "application/x-www-form-urlencoded"}),
    "no boundary": ("/evidence", PART % (b"file", b'; filename="a"') + END, {"Content-Type": "multipart/form-data"}),
    "a long boundary": ("/evidence", END, {"Content-Type": "multipart/form-data; boundary=" + "b" * 20_000}),
    "no end": ("/evidence", PART % (b"file", b""), BOUNDARY),
    "many parts": ("/evidence", PART % (b"a", b"") * 3000 + END, BOUNDARY),
    "many files": ("/evidence", PART % (b"file", b'; filename="a"') * 2000 + END, BOUNDARY),
    "a huge name of a part": ("/evidence", PART % (b"a" * 150_000, b"") + END, BOUNDARY),
    "a huge text beside the file": ("/evidence", PART % (b"customer_id", b"") + b"x" * 150_000 + END, BOUNDARY),
    "headers in a part": (
        "/evidence",
        b"--b\r\n" + b"X: y\r\n" * 20_000 + b'Content-Disposition: form-data; name="file"\r\n\r\nx\r\n' + END,
        BOUNDARY,
    ),
    "a name that is no text": ("/evidence", PART % (b"\xff\x00\xfe", b"") + END, BOUNDARY),
    "a file where text belongs": ("/evidence", PART % (b"customer_id", b'; filename="a"') + END, BOUNDARY),
    "text where a file belongs": ("/evidence", PART % (b"file", b"") + END, BOUNDARY),
}


@pytest.mark.parametrize(("path", "body", "headers"), BODIES.values(), ids=BODIES)
async def test_a_body_that_is_made_to_harm_is_refused(
    ana: Someone, path: str, body: bytes, headers: dict[str, str]
) -> None:
    answer = await ana.http.post(path.format(id=ana.customer_id), content=body, headers=headers)
    assert_is_problem(answer, answer.status_code)
    assert answer.status_code in (400, 401, 404, 413, 415, 422), answer.text[:300]
    assert len(answer.content) < 10_000


async def test_a_body_in_another_coding_is_told_so(ana: Someone) -> None:
    path, body, headers = BODIES["gzip"]
    answer = await ana.http.post(path.format(id=ana.customer_id), content=body, headers=headers)
    assert "Content-Encoding" in assert_is_problem(answer, 415)["detail"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/products?" + "a" * 9000, {}, 414),
        ("/order/" + "a" * 9000, {}, 414),
        ("/products", {f"X-{n}": "1" for n in range(150)}, 431),
        ("/products", {"X-Large": "x" * 40_000}, 431),
        ("/products", {"Authorization": "Bearer " + "x" * 20_000}, 401),
        ("/products", {"Authorization": "Basic YTpi"}, 401),
        ("/products", {"Authorization": "Bearer"}, 401),
        ("/products", {"Cookie": "care_session=" + "x" * 20_000}, 401),
        ("/products?limit=1&limit=x", {}, 401),
        ("/%2e%2e/products", {}, 404),
        ("/products%00", {}, 404),
        ("/customer/%2F..%2Fproducts", {}, 404),
    ],
)
async def test_a_head_that_is_made_to_harm_is_refused(
    shop: Shop, path: str, headers: dict[str, str], status: int
) -> None:
    assert_is_problem(await shop.browser().get(path, headers=headers), status)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PATCH", "BREW"])
async def test_a_method_that_an_address_does_not_take_is_refused_and_the_others_are_named(
    shop: Shop, method: str
) -> None:
    answer = await shop.browser().request(method, "/preferences/CUST001")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, PUT"
