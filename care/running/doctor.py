"""`care doctor`: settings, servers, keys and versions; what was found, and what to do where it is broken."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pydantic import SecretStr
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.service import RPCError

from care import embedded
from care.errors import SetupError
from care.gateways import provider_for
from care.gateways.mail import mail_for
from care.policy import load_policy
from care.production import faults
from care.rotation import UNKNOWN, held
from care.search_attributes import SEARCH_ATTRIBUTES
from care.settings import Settings, load
from care.stores import CONNECTION_ERRORS, Stores, open_stores
from care.stores.migrating import State, states
from care.temporal import connect

SECONDS = 5.0
_SILENT: tuple[type[Exception], ...] = (*CONNECTION_ERRORS, TimeoutError)
_VERSIONS = (
    "care",
    "temporalio",
    "temporalio-langgraph",
    "langgraph",
    "motor",
    "fastapi",
    "nicegui",
    "groq",
    "google-genai",
    "stripe",
)


@dataclass(frozen=True)
class Finding:
    """`fix` says what to do when it is not ok."""

    what: str
    found: str
    ok: bool = True
    fix: str = ""


async def examine(data_dir: Path | None) -> list[Finding]:
    """All findings. Broken settings hide the servers: nobody knows where they are."""
    findings = [_versions(), *_binaries()]
    try:
        settings = load(data_dir)
    except SetupError as error:
        return [*findings, Finding("settings", "wrong", ok=False, fix=str(error))]
    findings += _production(settings)
    findings += [_checked("encryption key", lambda: _ring(settings)), _checked("secret key", settings.signing_key)]
    findings += [_checked("refund policy", lambda: load_policy(settings.policy_file).version), *_models(settings)]
    return [
        *findings,
        await _payments(settings),
        await _mail(settings),
        await _other_sign_in(settings),
        *await _mongodb(settings),
        *await _temporal(settings),
    ]


def _versions() -> Finding:
    return Finding(
        "versions", f"Python {platform.python_version()}, " + ", ".join(f"{n} {version(n)}" for n in _VERSIONS)
    )


def _binaries() -> list[Finding]:
    return [
        _checked("mongod for `care up`", embedded.mongod_binary),
        _checked("temporal for `care up`", embedded.temporal_binary),
    ]


def _checked(what: str, check: Callable[[], object]) -> Finding:
    """What `check` returns is shown, unless it is a secret's content."""
    try:
        found = check()
    except SetupError as error:
        return Finding(what, "missing or wrong", ok=False, fix=str(error))
    return Finding(what, str(found) if what != "secret key" else "set")


def _ring(settings: Settings) -> str:
    current, *older = settings.key_ring().keys
    return f"{current} is the current one" + (f"; {', '.join(older)} open too" if older else "")


def _production(settings: Settings) -> list[Finding]:
    return [Finding("production", fault.wrong.rstrip("."), ok=False, fix=fault.fix) for fault in faults(settings)]


def _models(settings: Settings) -> list[Finding]:
    def used(key: SecretStr | None, name: str) -> str:
        return f"{name} (key set)" if key and key.get_secret_value() else "local models (no key is set)"

    return [
        Finding("understanding messages", used(settings.groq_api_key, f"Groq, {settings.groq_model}")),
        Finding("judging evidence", used(settings.gemini_api_key, f"Gemini, {settings.gemini_model}")),
    ]


async def _payments(settings: Settings) -> Finding:
    """Asks Stripe for the shop's balance: that shows that the key is good, and moves nothing."""
    if not (settings.stripe_api_key and settings.stripe_api_key.get_secret_value()):
        return Finding("payments", "embedded ledger (to pay through Stripe, set CARE_STRIPE_API_KEY)")
    from care.gateways.stripe_account import check_key

    try:
        wrong = await check_key(settings)
    except SetupError as error:
        return Finding("payments", "missing or wrong", ok=False, fix=str(error))
    mode = "test mode" if "_test_" in settings.stripe_api_key.get_secret_value()[:12] else "live"
    found = f"Stripe, {mode} (key set)"
    fix = "Correct CARE_STRIPE_API_KEY (and CARE_STRIPE_BASE_URL), or try again in a moment"
    return Finding("payments", f"{found}: {wrong}" if wrong else found, ok=wrong is None, fix=fix)


async def _mail(settings: Settings) -> Finding:
    try:
        mail = mail_for(settings)
    except SetupError as error:
        return Finding("mail", "missing or wrong", ok=False, fix=str(error))
    if mail is None:
        return Finding("mail", "off (to send mail, set CARE_SMTP_HOST and CARE_MAIL_FROM)")
    server, wrong = f"{settings.smtp_host}, {settings.smtp_security}", await mail.check()
    fix = "Start it, or correct CARE_SMTP_HOST, _PORT, _SECURITY, _USERNAME and _PASSWORD"
    return Finding("mail", f"{server}: {wrong}" if wrong else server, ok=wrong is None, fix=fix)


async def _other_sign_in(settings: Settings) -> Finding:
    try:
        provider = provider_for(settings)
    except SetupError as error:
        return Finding("other sign-in", "missing or wrong", ok=False, fix=str(error))
    if provider is None:
        return Finding("other sign-in", "off (to sign in through OpenID Connect, set CARE_OIDC_ISSUER)")
    wrong = await provider.check()
    found = f"{settings.oidc_issuer}: {wrong}" if wrong else f"{settings.oidc_issuer} ({provider.name})"
    return Finding("other sign-in", found, ok=wrong is None, fix="Start it, or correct CARE_OIDC_ISSUER")


async def _mongodb(settings: Settings) -> list[Finding]:
    try:
        async with asyncio.timeout(SECONDS), open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
            hello = await stores.database.command("hello")
            server = await stores.database.command("buildInfo")
            more = [*await _sealed(settings, stores), _migrated(await states(stores))]
    except _SILENT:
        return [Finding("MongoDB", "cannot be reached", ok=False, fix="Start it, or correct CARE_MONGODB_URI")]
    if not hello.get("setName"):
        fix = "Start it with --replSet and run rs.initiate(): transactions and change streams need it"
        return [Finding("MongoDB", f"{server['version']}, but no replica set", ok=False, fix=fix), *more]
    return [Finding("MongoDB", f"{server['version']}, replica set {hello['setName']}"), *more]


def _migrated(found: list[State]) -> Finding:
    left = [f"{state.name} has {state.left} to go" for state in found if state.left]
    return Finding("migrations", "; ".join(left) or f"all {len(found)} done", ok=not left, fix="Run `care migrate`")


async def _sealed(settings: Settings, stores: Stores) -> list[Finding]:
    """Whether the ring opens all that is sealed; a ring that cannot be used has its own line."""
    try:
        ring = settings.key_ring()
    except SetupError:
        return []
    missing = [each for each in await held(stores, ring) if not each.known]
    found = "; ".join(
        f"{each.data_keys} data keys and {each.secrets} secrets are under "
        + ("another key" if each.key_id == UNKNOWN else f"the key {each.key_id}")
        + ", which is not set"
        for each in missing
    )
    fix = "Add it to CARE_DECRYPTION_KEYS; `care keys list` has the ids of those that are set"
    return [Finding("data keys and secrets", found or "all open", ok=not missing, fix=fix)]


async def _temporal(settings: Settings) -> list[Finding]:
    wrong = "Start it, or correct CARE_TEMPORAL_ADDRESS, CARE_TEMPORAL_TLS... and CARE_TEMPORAL_API_KEY"
    try:
        async with asyncio.timeout(SECONDS):
            client = await connect(settings)
            request = ListSearchAttributesRequest(namespace=client.namespace)
            known = (await client.operator_service.list_search_attributes(request)).custom_attributes
    except SetupError as error:
        return [Finding("Temporal", "cannot be reached", ok=False, fix=str(error))]
    except (RuntimeError, RPCError, TimeoutError):
        return [Finding("Temporal", "cannot be reached", ok=False, fix=wrong)]
    missing = [name for name in SEARCH_ATTRIBUTES if name not in known]
    fixes = "; ".join(
        f"temporal operator search-attribute create --name {name} --type {SEARCH_ATTRIBUTES[name]}" for name in missing
    )
    return [
        Finding("Temporal", f"{settings.temporal_address}, namespace {client.namespace}"),
        Finding("search attributes", "missing" if missing else "registered", ok=not missing, fix=f"Run {fixes}"),
    ]
