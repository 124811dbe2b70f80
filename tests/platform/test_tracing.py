"""A case read from request to model call: in the traces that a collector gets, and in the logs of web and worker."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.channels.servers import Mailbox, mail_server
from tests.fakes import gemini_server, groq_server
from tests.fakes.collector import Collector, Span, collecting
from tests.fakes.gemini_files import GeminiServer
from tests.fakes.wire import FakeServer, running
from tests.media.files import phone_photo, scene
from tests.running import PATIENCE, CareUp, care, care_up

CALLER = {"X-Request-ID": "0123abcd-1", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


@dataclass
class House:
    """A whole `care up`, with stand-ins for both models, for a mail server and for a collector."""

    care: CareUp
    collector: Collector
    mails: Mailbox
    folder: Path

    def read(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return care("logs", *arguments, "--data-dir", str(self.care.data_dir), cwd=self.folder)

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.read("--json", *arguments).stdout.splitlines()]

    def trace_of(self, request: str, *wanted: str) -> list[Span]:
        """The trace of a request, as soon as spans of these names are there."""

        def found() -> list[Span] | None:
            ids = {each.trace for each in self.collector.spans if each.about.get("care.request_id") == request}
            spans = [span for trace in ids for span in self.collector.of(trace)]
            return spans if {*wanted} <= {span.name for span in spans} else None

        spans: list[Span] = until(found)
        return spans


def until(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("traced")
    with ExitStack() as stack:
        collector, mails = stack.enter_context(collecting()), stack.enter_context(mail_server())
        groq = stack.enter_context(running(FakeServer(groq_server.understood(("ORDER_STATUS", 0.9))), groq_server.PATH))
        gemini = GeminiServer(gemini_server.USUAL)
        stack.enter_context(running(gemini, gemini_server.PATH))
        settings = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "CARE_TRUSTED_PROXIES": "127.0.0.1",
            "CARE_GROQ_API_KEY": "k",
            "CARE_GROQ_BASE_URL": groq.url,
            "CARE_GEMINI_API_KEY": "k",
            "CARE_GEMINI_BASE_URL": gemini.url,
            "CARE_SMTP_HOST": "127.0.0.1",
            "CARE_SMTP_PORT": str(mails.port),
            "CARE_SMTP_SECURITY": "none",
            "CARE_MAIL_FROM": "shop@care.test",
        }
        yield House(stack.enter_context(care_up(folder, **settings)), collector, mails, folder)


@pytest.fixture(scope="module")
def asked(house: House) -> str:
    """The id of a request that was a message to the assistant."""
    with house.care.signed_in("customer") as ana:
        said = {"message": "Where is my last order? My name is Zq-Secret."}
        answer = ana.post(f"/chat/{house.care.account('customer')['customer_id']}", json=said, headers=CALLER)
    assert answer.raise_for_status().json()["model"] != "local"
    return answer.headers["x-request-id"]


@pytest.fixture(scope="module")
def refunded(house: House) -> tuple[str, str]:
    """The id of the request that opened a case, and the case's."""
    with house.care.signed_in("customer") as ana:
        customer = house.care.account("customer")["customer_id"]
        photo = phone_photo(scene(), taken=f"{datetime.now(UTC):%Y:%m:%d %H:%M:%S}")
        shown = ana.post("/evidence", files={"file": photo}).raise_for_status().json()["evidence_id"]
        orders = ana.get(f"/orders/{customer}").raise_for_status().json()["items"]
        for order in orders:
            wish = {
                "order_id": order["order_id"],
                "reason": "damaged",
                "complaint": "Zq-Secret",
                "evidence_ids": [shown],
            }
            answer = ana.post("/refund", json=wish)
            if answer.status_code == 202:
                return answer.headers["x-request-id"], answer.json()["refund_id"]
    raise AssertionError("no order can be refunded")


def above(spans: list[Span], name: str) -> list[str]:
    """The names above the first span of this name, up to what called us."""
    known = {span.id: span for span in spans}
    span = next(span for span in spans if span.name == name)
    names = []
    while span.parent in known:
        span = known[span.parent]
        names.append(span.name)
    return names


def test_a_message_is_one_trace_from_its_request_to_the_model(house: House, asked: str) -> None:
    model, route = "chat openai/gpt-oss-20b", "POST /chat/{customer_id}"
    spans = house.trace_of(asked, model, route, "conversation.compose", "ConversationWorkflow.say")
    way = ["conversation.understand", "ConversationWorkflow.say", "update say", route]
    assert above(spans, model) == way
    assert above(spans, "conversation.compose") == way[1:]
    assert {span.service for span in spans} == {"care-web", "care-worker"}
    call = next(span for span in spans if span.name == model)
    assert call.about["gen_ai.provider.name"] == "groq"
    assert (call.about["gen_ai.usage.input_tokens"], call.about["gen_ai.usage.output_tokens"]) == (5, 7)
    assert call.about["care.model.outcome"] == "ok"
    found = next(span for span in spans if span.name == "find orders")
    assert found.about["db.collection.name"] == "orders"


def test_a_trusted_caller_is_gone_on_with(house: House, asked: str) -> None:
    spans = house.trace_of(asked, "POST /chat/{customer_id}")
    (first,) = (span for span in spans if span.name == "POST /chat/{customer_id}")
    assert f"00-{first.trace}-{first.parent}-01" == CALLER["traceparent"]
    assert asked == CALLER["X-Request-ID"]


def test_the_logs_of_web_and_worker_tell_the_same_case(house: House, asked: str) -> None:
    until(lambda: any(line["event"] == "request" for line in house.lines("--request", asked)))
    lines = house.lines("--request", asked)
    told = [(line["part"], line["event"]) for line in lines]
    assert told[-1] == ("web", "request")
    assert {("web", "asked"), ("worker", "activity"), ("worker", "model")} <= set(told)
    assert {line["trace_id"] for line in lines} == {CALLER["traceparent"].split("-")[1]}
    model = next(line for line in lines if line["event"] == "model")
    assert (model["model"], model["activity"]) == ("groq openai/gpt-oss-20b", "conversation.understand")
    assert (model["tokens_in"], model["tokens_out"]) == (5, 7)
    conversation = model["conversation_id"]
    assert {line["request_id"] for line in house.lines("--case", conversation)} == {asked}


def test_a_case_is_judged_and_paid_in_the_trace_of_its_request(house: House, refunded: tuple[str, str]) -> None:
    request, refund = refunded
    model = "chat gemini-3.8-flash"
    spans = house.trace_of(request, model, "POST /refund", "RefundWorkflow.run", "settle_refund")
    way = ["refund.inspect_evidence", "RefundWorkflow.run", "update opened", "POST /refund"]
    assert above(spans, model) == way
    assert above(spans, "payment refund") == ["pay_out_refund", *way[1:]]
    lines = house.lines("--case", refund)
    (paid,) = (line for line in lines if line["event"] == "payment")
    assert (paid["key"], paid["outcome"], paid["request_id"]) == (f"refund:{refund}", "succeeded", request)
    assert [(line["before"], line["after"]) for line in lines if line["event"] == "status"] == [
        ("assessing", "approved"),
        ("approved", "paid"),
    ]


def test_the_mail_about_a_refund_leads_back_to_its_request(house: House, refunded: tuple[str, str]) -> None:
    request, refund = refunded
    (opened,) = {span.trace for span in house.trace_of(request, "settle_refund")}
    sent = until(lambda: [s for s in house.collector.spans if s.name == "send mail" and refund in str(s.about)])
    assert sent[-1].trace != opened
    assert sent[-1].links == (opened,)
    assert any(line["event"] == "tried" for line in house.lines("--request", request))


@pytest.mark.usefixtures("asked", "refunded")
def test_no_span_and_no_line_holds_what_people_said(house: House) -> None:
    assert house.collector.raw
    logs = "".join(house.care.log(part) for part in ("web", "worker"))
    for told in (logs.encode(), *house.collector.raw):
        assert b"zq-secret" not in told.lower()
        assert b"customer@" not in told


def test_what_is_done_on_a_page_has_a_request_of_its_own(house: House) -> None:
    account = house.care.account("customer")
    with httpx.Client(base_url=house.care.runtime["web"], timeout=60) as portal:
        portal.post("/ui/sign-in", data={"email": account["email"], "password": account["password"]})
        page = portal.get("/ui/orders")
    lines = house.lines("--request", page.headers["x-request-id"])
    assert [(line["event"], line["route"], line["customer_id"]) for line in lines] == [
        ("request", "/ui/orders", account["customer_id"])
    ]


def test_a_collector_that_breaks_down_is_said_once_and_harms_nobody(house: House) -> None:
    house.collector.status = 400
    try:
        with house.care.signed_in("customer") as ana:
            assert ana.get("/products").status_code == 200
        until(lambda: "does not take traces" in house.care.log("web"))
        with house.care.signed_in("customer") as ana:
            assert ana.get("/products").status_code == 200
    finally:
        house.collector.status = 200
    until(lambda: _asks_again(house) and "takes traces again" in house.care.log("web"))
    assert house.care.log("web").count("does not take traces") == 1


def _asks_again(house: House) -> bool:
    return httpx.get(f"{house.care.runtime['web']}/products", timeout=60).status_code == 401


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--request", "a b"), "care: 'a b' is no id: they look like REF001, or like the X-Request-ID of an answer.\n"),
        (("/no/such.log",), "care: /no/such.log cannot be read: No such file or directory.\n"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(house: House, arguments: tuple[str, ...], said: str) -> None:
    done = house.read(*arguments)
    assert (done.returncode, done.stderr) == (1, said)
