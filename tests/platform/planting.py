"""A customer with a word in every field that anybody can fill, so that each word can be looked for everywhere."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from care.embedded import free_port
from tests.media.files import box, film, pdf, rebuilt, scene
from tests.running import PATIENCE, CareUp, care

CUSTOMER = "ERASE-ME"
DELIVERED, TO_REFUND, PENDING, SHIPPED, CANCELLED = (f"PLANTED-{n}" for n in range(1, 6))
PASSWORD = "correct horse battery staple"


def marker(name: str) -> str:
    """A word that stands nowhere by itself; letters and digits alone, so that no writing of it changes it."""
    return f"zq{name.replace('_', '')}7k"


def address(name: str) -> dict[str, str]:
    street, city = marker(f"{name}_street"), marker(f"{name}_city")
    return {"street": street, "city": city, "postcode": marker("postcode"), "country": "DE"}


EMAIL = f"{marker('mail')}@{marker('host')}.test"


@dataclass
class Planted:
    """`refund` was rejected, `withdrawable` is open; `talk` was handed back, `waiting` is with a colleague."""

    refund: str = ""
    withdrawable: str = ""
    subscription: str = ""
    ended: str = ""
    talk: str = ""
    waiting: str = ""
    evidence: list[str] = field(default_factory=list)
    webhook: str = ""


class Planter:
    def __init__(self, running: CareUp, folder: Path) -> None:
        self.running = running
        self.folder = folder
        self.planted = Planted()

    def plant(self) -> Planted:
        self._seed()
        with ExitStack() as stack:
            agent = stack.enter_context(self.running.signed_in("agent"))
            admin = stack.enter_context(self.running.signed_in("admin"))
            ana = stack.enter_context(self.ana())
            self._hook(admin)
            self._changes(ana)
            self._subscribes(ana)
            self._shows(ana)
            self._claims(ana, agent)
            self._talks(ana, agent)
            self._is_traced(ana, agent)
            self._misspeaks(ana, admin)
        return self.planted

    def ana(self) -> httpx.Client:
        """Somebody has to close it."""
        web = self.running.runtime["web"]
        form = {"username": EMAIL, "password": PASSWORD}
        token = done(httpx.post(f"{web}/auth/token", data=form, timeout=60))["access_token"]
        return httpx.Client(base_url=web, timeout=60, headers={"Authorization": f"Bearer {token}"})

    def _seed(self) -> None:
        """The command line: the shop's own data, and an account."""
        at = datetime.now(UTC)
        customer = {"customer_id": CUSTOMER, "name": f"{marker('first')} {marker('last')}", "email": EMAIL}
        orders = [
            self._order(DELIVERED, "delivered", at, delivered_at=(at - timedelta(days=1)).isoformat()),
            self._order(TO_REFUND, "delivered", at, delivered_at=(at - timedelta(days=1)).isoformat()),
            self._order(PENDING, "pending", at),
            self._order(CANCELLED, "pending", at),
            self._order(SHIPPED, "shipped", at - timedelta(days=12)),
        ]
        seeds = {
            "customers": [customer | {"address": address("own"), "locale": "en", "timezone": "Europe/Berlin"}],
            "orders": orders,
            "payments": [{"order_id": order["order_id"]} for order in orders],
            "wallets": [{"customer_id": CUSTOMER, "balance": {"amount": 700, "currency": "EUR"}}],
        }
        folder = self.folder / "planted"
        folder.mkdir()
        for name, records in seeds.items():
            (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, records)))
        self._care("seed", str(folder))
        self._care("account", "add", EMAIL, "--role", "customer", "--customer", CUSTOMER, CARE_PASSWORD=PASSWORD)

    @staticmethod
    def _order(order_id: str, status: str, at: datetime, **more: str) -> dict[str, Any]:
        paid = {"status": "paid", "reference": f"seed-{order_id}"}
        return {
            "order_id": order_id,
            "customer_id": CUSTOMER,
            "status": status,
            "items": [{"sku": "WHEY-1KG", "quantity": 2}],
            "payment": paid,
            "placed_at": (at - timedelta(days=3)).isoformat(),
            "address": address("order"),
            **more,
        }

    def _care(self, *arguments: str, **settings: str) -> None:
        done = care(*arguments, "--data-dir", str(self.running.data_dir), cwd=self.folder, **settings)
        assert done.returncode == 0, done.stdout + done.stderr

    def _hook(self, admin: httpx.Client) -> None:
        """To where nobody listens."""
        url = f"http://127.0.0.1:{free_port()}/{marker('hook_path')}?key={marker('hook_query')}"
        self.planted.webhook = done(admin.post("/webhooks", json={"url": url}))["endpoint_id"]

    def _changes(self, ana: httpx.Client) -> None:
        moved = {"address": address("moved"), "name": f"{marker('first')} {marker('married')}"}
        done(ana.post(f"/customer/change/{CUSTOMER}", json=moved, headers={"X-Request-ID": marker("request_id")}))
        done(ana.post(f"/order/address/{PENDING}", json=address("parcel"), headers={"Idempotency-Key": marker("key")}))
        done(ana.post(f"/order/cancel/{CANCELLED}"))
        card = {"payment_method": marker("card")}
        refused(ana.post(f"/order/payment/{PENDING}", json=card))

    def _subscribes(self, ana: httpx.Client) -> None:
        wish = {
            "customer_id": CUSTOMER,
            "items": [{"sku": "WHEY-1KG", "quantity": 1}],
            "frequency": "weekly",
            "delivery_day": "friday",
            "address": address("gift"),
        }
        once = {"Idempotency-Key": marker("once")}
        self.planted.subscription = done(ana.post("/subscription", json=wish, headers=once))["subscription_id"]
        self.planted.ended = done(ana.post("/subscription", json=wish))["subscription_id"]
        why = {"when": "now", "reason": marker("cancel_reason")}
        done(ana.post(f"/subscription/cancel/{self.planted.ended}", json=why))
        refused(ana.post("/subscription", json=wish | {"payment_method": marker("card")}))

    def _shows(self, ana: httpx.Client) -> None:
        files = {
            f"{marker('pdf_name')}.pdf": pdf(text=marker("pdf_text")),
            f"{marker('photo_name')}.jpg": _photo(),
            f"{marker('film_name')}.mp4": _titled_film(),
        }
        for name, data in files.items():
            self.planted.evidence.append(done(ana.post("/evidence", files={"file": (name, data)}))["evidence_id"])

    def _claims(self, ana: httpx.Client, agent: httpx.Client) -> None:
        claim = {"reason": "damaged", "complaint": f"It is broken. {marker('complaint')}"}
        shown = {"order_id": DELIVERED, "evidence_ids": self.planted.evidence}
        self.planted.refund = done(ana.post("/refund", json=claim | shown))["refund_id"]
        self.planted.withdrawable = done(ana.post("/refund", json=claim | {"order_id": TO_REFUND}))["refund_id"]
        _until(ana, f"/refund/{self.planted.refund}", lambda it: it["status"] in ("in_review", "needs_evidence"))
        done(agent.post(f"/review/claim/{self.planted.refund}"))
        for decision, note in (("escalate", "note_escalate"), ("request_evidence", "note_evidence")):
            body = {"decision": decision, "note": marker(note)}
            done(agent.post(f"/review/decide/{self.planted.refund}", json=body))
        body = {"decision": "reject", "note": marker("note_reject")}
        done(agent.post(f"/review/decide/{self.planted.refund}", json=body))
        _until(ana, f"/refund/{self.planted.refund}", lambda it: it["status"] == "rejected")

    def _talks(self, ana: httpx.Client, agent: httpx.Client) -> None:
        def says(text: str, conversation_id: str | None = None) -> str:
            body = {"message": text, "conversation_id": conversation_id}
            said: str = done(ana.post(f"/chat/{CUSTOMER}", json=body))["conversation_id"]
            return said

        talk = says(f"Hello, I am {marker('chat_first')}. Where is my order {DELIVERED}?")
        says(f"I want to talk to a human, {marker('chat_second')}", talk)
        done(agent.post(f"/conversation/claim/{talk}"))
        done(agent.post(f"/conversation/reply/{talk}", json={"message": marker("reply")}))
        done(agent.post(f"/conversation/hand-back/{talk}", json={"note": marker("hand_back")}))
        says(f"Thanks, {marker('chat_third')}", talk)
        self.planted.talk = talk
        self.planted.waiting = says(f"I want to talk to a human about {marker('chat_waiting')}")

    def _is_traced(self, ana: httpx.Client, agent: httpx.Client) -> None:
        talk = None
        for text in (f"my parcel {SHIPPED} is way too late", "please have it traced", "yes"):
            body = {"message": text, "conversation_id": talk}
            talk = done(ana.post(f"/chat/{CUSTOMER}", json=body))["conversation_id"]
        done(agent.post(f"/trace/close/{SHIPPED}", json={"note": marker("trace_note")}))

    def _misspeaks(self, ana: httpx.Client, admin: httpx.Client) -> None:
        """All that is refused, and what is looked for."""
        headers = {"User-Agent": marker("agent"), "Cookie": f"a={marker('cookie')}"}
        with httpx.Client(base_url=self.running.runtime["web"], timeout=60, headers=headers) as visitor:
            for path in ("/auth/token", "/ui/sign-in"):
                form = {"username": f"{marker('who')}@x.test", "email": f"{marker('who')}@x.test"}
                visitor.post(path, data=form | {"password": marker("password")})
            for path in (f"/ui/{marker('page')}", f"/skip/{marker('link')}", f"/{marker('nowhere')}"):
                visitor.get(path)
            refused(visitor.get("/products", headers={"Authorization": f"Bearer {marker('token')}"}))
        odd = {"X-Request-ID": marker("request_id"), "X-Anything": marker("header"), "Referer": marker("referer")}
        refused(ana.post("/refund", json={marker("field"): marker("value")}, headers=odd))
        refused(ana.post("/refund", content=f'{{"order_id": "{marker("malformed")}', headers=odd))
        refused(ana.post("/evidence", files={"file": (f"{marker('bad_file')}.jpg", marker("bad_bytes").encode())}))
        refused(ana.get(f"/order/{marker('order')}", headers=odd))
        refused(ana.get("/customers", params={"cursor": marker("query")}))
        refused(admin.get("/customers", params={"cursor": marker("query"), marker("name"): marker("query")}))
        refused(ana.request(marker("method").upper(), "/products"))


def done(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def refused(answer: httpx.Response) -> None:
    assert 400 <= answer.status_code < 500, answer.text


def _until(who: httpx.Client, path: str, is_there: Callable[[Any], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_there(found := done(who.get(path))):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def _photo() -> bytes:
    """With what a phone, and whoever owns it, writes into a picture."""
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x8298] = marker("exif_title"), marker("exif_artist"), marker("exif_rights")
    exif[0x0110] = marker("exif_device")
    exif.get_ifd(0x8769)[0x9286] = marker("exif_comment").encode()
    exif.get_ifd(0x8825)[0x001D] = marker("exif_place")
    out = io.BytesIO()
    scene(seed=11).save(out, "JPEG", exif=exif, comment=marker("jpeg_comment").encode())
    return out.getvalue()


def _titled_film() -> bytes:
    title = box(b"udta", box(b"\xa9nam", b"\0\x20\0\0" + marker("film_title").encode()))
    return rebuilt(film("mp4"), "moov", lambda content: content + title)
