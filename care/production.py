"""What production refuses: with CARE_ENV=production nothing starts on settings that are not safe on the internet.

One pure function finds all of them at once; `care serve`, `care worker`, `care up` and `care doctor` ask it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import pairwise
from urllib.parse import urlsplit

from care.errors import SetupError
from care.settings import Settings

_RANDOM = "`openssl rand -base64 48`"
_RANDOM_KEY = "`openssl rand -base64 32`"
# Words of examples, tests and bad habits, and spaces: random base64 spells one of them once in millions of keys.
_HABITS = re.compile(r"\s|secret|passw[o0]rd|change.?me|example|default|letmein|qwerty", re.IGNORECASE)
# A random key has more: 32 hex digits about 14 different ones, 32 bytes about 30.
_FEWEST_LETTERS, _FEWEST_BYTES = 8, 20


@dataclass(frozen=True)
class Fault:
    """`wrong` is a sentence, `fix` another that says what to do."""

    wrong: str
    fix: str


def faults(settings: Settings, *, demo: bool = False) -> list[Fault]:
    """Everything that production refuses in these settings; nothing in development. `demo`: it is to be loaded."""
    return list(_found(settings, demo)) if settings.env == "production" else []


def refuse_unsafe(settings: Settings, *, demo: bool = False) -> None:
    """Raises SetupError that names all faults."""
    if found := faults(settings, demo=demo):
        told = " ".join(f"{fault.wrong} {fault.fix}" for fault in found)
        raise SetupError(f"CARE_ENV=production does not start like this. {told}")


def is_loopback(host: str) -> bool:
    """Whether this host of an address is this very machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _found(settings: Settings, demo: bool) -> Iterator[Fault]:
    if demo:
        yield Fault("The demo brings accounts whose passwords lie in a file.", "Start with --no-demo.")
    yield from _keys(settings)
    public = urlsplit(settings.public_url)
    if public.scheme != "https" and not is_loopback(public.hostname or ""):
        yield Fault(
            "CARE_PUBLIC_URL is not https: passwords and cookies would cross the net in clear.",
            "Set it to an https address, with a proxy that ends TLS before CARE.",
        )
    if settings.log_level == "debug":
        yield Fault("CARE_LOG_LEVEL=debug lets libraries log what people write.", "Set it to info.")
    if settings.smtp_security == "none" and settings.smtp_password and settings.smtp_password.get_secret_value():
        yield Fault(
            "With CARE_SMTP_SECURITY=none the mail server's password would be sent in clear.",
            "Set it to starttls or tls.",
        )
    for name in ("stripe_base_url", "groq_base_url", "gemini_base_url", "oidc_issuer"):
        address = getattr(settings, name)
        if address and urlsplit(address).scheme != "https":
            yield Fault(f"CARE_{name.upper()} is not https.", "Set it to an https address, or leave it out.")
    if settings.demo_accounts:
        yield Fault(
            "CARE_DEMO_ACCOUNTS shows passwords on the sign-in page: it is for demonstrations.",
            "Leave it out.",
        )
    if settings.allow_subdaily:
        yield Fault(
            "CARE_ALLOW_SUBDAILY lets a subscription order every few seconds: it is for demonstrations.",
            "Leave it out.",
        )


def _keys(settings: Settings) -> Iterator[Fault]:
    """A worker may have no secret key: it then sends no links. `care serve` asks for one by itself."""
    secret, encryption = settings.secret_key.get_secret_value(), settings.encryption_key.get_secret_value()
    if secret and _guessable(secret):
        yield Fault(
            "CARE_SECRET_KEY is short, well known or not random: sign-ins could be forged.",
            f"Set it to the output of {_RANDOM}.",
        )
    if secret and secret.strip() == encryption.strip():
        yield Fault(
            "CARE_SECRET_KEY and CARE_ENCRYPTION_KEY are the same: who learns one has both.",
            f"Set each to its own output of {_RANDOM} and {_RANDOM_KEY}.",
        )
    if _guessable_bytes(encryption):
        yield Fault(
            "CARE_ENCRYPTION_KEY is not 32 random bytes in base64: histories could be read.",
            f"Set it to the output of {_RANDOM_KEY}; the old one goes into CARE_DECRYPTION_KEYS.",
        )


def _guessable(secret: str) -> bool:
    few = len(set(secret)) < _FEWEST_LETTERS
    return len(secret) < 32 or few or _repeats(secret) or bool(_HABITS.search(secret))


def _guessable_bytes(encoded: str) -> bool:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        return True
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    is_text = all(32 <= byte < 127 for byte in key)
    return len(key) != 32 or is_text or len(set(key)) < _FEWEST_BYTES or len(steps) < _FEWEST_BYTES // 2


def _repeats(text: str) -> bool:
    """Whether it is a shorter text, written several times."""
    return text in (text + text)[1:-1]
