"""Settings: the environment and `.env`, read once by whoever starts a process.

Every name has the prefix CARE_; the plain names GROQ_API_KEY, GEMINI_API_KEY, STRIPE_API_KEY and
MONGODB_URI work too.
With a data directory, servers and keys are those of what `care up` runs there.
"""

from __future__ import annotations

import base64
import json
import secrets
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from limits import parse
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from care.errors import SetupError
from care.keyring import KeyRing, read_keys, ring_in


def _either(name: str) -> AliasChoices:
    return AliasChoices(f"CARE_{name}", name)


def _rate(text: str) -> str:
    try:
        sound = parse(text).amount > 0
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("write it like 60/minute or 30/10 minutes")
    return text


Rate = Annotated[str, AfterValidator(_rate)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CARE_", env_file=".env", extra="ignore", populate_by_name=True)

    env: Literal["development", "production"] = "development"
    mongodb_uri: str = Field("", validation_alias=_either("MONGODB_URI"))
    mongodb_database: str = "care"
    temporal_address: str = ""
    temporal_namespace: str = "default"
    temporal_api_key: SecretStr | None = None
    temporal_tls: bool = False
    # PEM files: who we are to the cluster (mTLS), and who may have signed its certificate. The name is the one that is
    # written in there, where that is not the host of the address.
    temporal_tls_cert: Path | None = None
    temporal_tls_key: Path | None = None
    temporal_tls_ca: Path | None = None
    temporal_tls_server_name: str = ""
    temporal_ui_url: str = ""
    task_queue: str = "care"
    public_url: str = "http://127.0.0.1:8080"

    # Signs tokens, cookies and links in messages: the same for every web process and worker, 32 characters at least.
    secret_key: SecretStr = SecretStr("")
    # Encrypts what workflows carry, and secrets at rest: 32 bytes, base64. Older ones, with commas between them, still
    # open. A data directory keeps both in a file, which is read anew when it changes.
    encryption_key: SecretStr = SecretStr("")
    decryption_keys: SecretStr = SecretStr("")
    keys_file: Path | None = None
    token_seconds: int = Field(900, ge=60)

    groq_api_key: SecretStr | None = Field(None, validation_alias=_either("GROQ_API_KEY"))
    groq_base_url: str | None = None
    groq_model: str = "openai/gpt-oss-20b"
    gemini_api_key: SecretStr | None = Field(None, validation_alias=_either("GEMINI_API_KEY"))
    gemini_base_url: str | None = None
    gemini_model: str = "gemini-3.8-flash"
    # What a million tokens cost, in millionths of the currency ($0.10 is 100000), for the figures; 0: not known.
    groq_price_in: int = Field(0, ge=0, le=10**9)
    groq_price_out: int = Field(0, ge=0, le=10**9)
    gemini_price_in: int = Field(0, ge=0, le=10**9)
    gemini_price_out: int = Field(0, ge=0, le=10**9)
    price_currency: str = Field("USD", pattern=r"^[A-Z]{3}$")
    model_timeout_seconds: float = Field(20.0, gt=0)
    # What hosted models may do: tokens for one conversation and for a customer in a day (UTC), looks at the evidence of
    # one refund and of a customer in a day. Beyond it local models read, and a person looks.
    chat_tokens: int = Field(200_000, ge=1)
    chat_tokens_per_day: int = Field(500_000, ge=1)
    judgements_per_refund: int = Field(12, ge=1)
    judgements_per_day: int = Field(40, ge=1)

    # Payments; without a key they are kept in the embedded ledger alone. The address is for a stand-in.
    stripe_api_key: SecretStr | None = Field(None, validation_alias=_either("STRIPE_API_KEY"))
    stripe_base_url: str | None = None

    # Mail; without a host none is sent. The port is 587, 465 or 25 by the kind of security.
    smtp_host: str = ""
    smtp_port: int | None = Field(None, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_from: str = ""

    # Signing in through another provider (OpenID Connect); without an issuer there is the password alone.
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = "your organisation"

    # Proxies whose X-Forwarded-For is believed: addresses and networks, with commas between.
    trusted_proxies: str = ""
    # How often, and by whom, is said in docs/operations.md. In development every number counts tenfold.
    rate_sign_in: Rate = "30/10 minutes"
    rate_links: Rate = "60/minute"
    rate_chat: Rate = "60/minute"
    rate_create: Rate = "120/minute"
    rate_upload: Rate = "60/10 minutes"
    rate_upload_bytes: Rate = "500000000/day"
    rate_calls: Rate = "1200/minute"
    rate_address: Rate = "3000/minute"
    # What one account, or one address, may have open in a web process at once; and all of them together.
    max_open: int = Field(200, ge=1)
    max_connections: int = Field(2000, ge=1)
    # How long a web process that is told to stop says that it is not ready and still serves, so that a load balancer
    # takes it out before it takes no more connections.
    drain_seconds: float = Field(0, ge=0, le=300)

    # Where the accounts of the demo stand, for the sign-in page to show those of customers and agents: whoever comes by
    # may then try it. Never in production.
    demo_accounts: Path | None = None
    # Where a worker shows its metrics; without a port it does not. They hold no secret and no name, and ask nobody who
    # reads them.
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(None, ge=1, le=65535)

    policy_file: Path | None = None
    evidence_max_bytes: int = Field(20 * 1024 * 1024, ge=1)
    allow_subdaily: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def https(self) -> bool:
        """Whether people reach the portal through TLS."""
        return urlsplit(self.public_url).scheme == "https"

    @field_validator("temporal_tls_cert", "temporal_tls_key", "temporal_tls_ca", mode="before")
    @classmethod
    def _empty_is_none(cls, file: Path | str | None) -> Path | str | None:
        """As `care up` and Compose say that there is none; it would be the current directory."""
        return file or None

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, text: str) -> str:
        # With `*` the client would be whoever the client says it is.
        try:
            for each in text.split(",") if text else []:
                ip_network(each.strip())
        except ValueError:
            raise ValueError("name addresses or networks, like 10.0.0.7,10.1.0.0/16") from None
        return text

    @model_validator(mode="after")
    def _cert_has_its_key(self) -> Settings:
        if (self.temporal_tls_cert is None) != (self.temporal_tls_key is None):
            raise ValueError("CARE_TEMPORAL_TLS_CERT and CARE_TEMPORAL_TLS_KEY need each other")
        return self

    def key_ring(self) -> KeyRing:
        """The encryption keys. Raises SetupError if one is missing or not 32 bytes."""
        if self.keys_file is not None:
            return ring_in(self.keys_file)
        return KeyRing(read_keys(self.encryption_key.get_secret_value(), self.decryption_keys.get_secret_value()))

    def signing_key(self) -> str:
        """The secret behind tokens and cookies. Raises SetupError if it is missing or short."""
        key = self.secret_key.get_secret_value()
        if len(key) < 32:
            raise SetupError(
                "Set CARE_SECRET_KEY to at least 32 random characters, for example from `openssl rand -base64 48`."
            )
        return key


def read(**given: Any) -> Settings:
    """`given` and the environment alone: for what needs no server. Raises SetupError with the bad names."""
    try:
        return Settings(**given)
    except ValidationError as error:
        bad = "; ".join(f"{_name(*e['loc'])}{e['msg']}" for e in error.errors())
        raise SetupError(f"Settings are wrong: {bad}.") from None


def _name(field: str | int = "", *_deeper: str | int) -> str:
    """What is wrong is one setting, or several that do not fit each other and name themselves."""
    return f"CARE_{str(field).removeprefix('CARE_').upper()}: " if field else ""


def load(data_dir: Path | None = None, **given: Any) -> Settings:
    """Settings from `given` and the environment; with a `data_dir`, servers and keys are those of what runs there.

    Raises SetupError with the names of what is wrong.
    """
    settings = read(**given)
    if data_dir is not None:
        settings = settings.model_copy(update={**secrets_in(data_dir), **_running_in(data_dir)})
    for name, hint in (("mongodb_uri", "mongodb://host:27017/?replicaSet=rs0"), ("temporal_address", "host:7233")):
        if not getattr(settings, name):
            raise SetupError(
                f"Set CARE_{name.upper()} (for example {hint}), or pass --data-dir to join a running `care up`."
            )
    return settings


def _running_in(data_dir: Path) -> dict[str, Any]:
    try:
        runtime = json.loads((data_dir / "runtime.json").read_text())
    except FileNotFoundError:
        raise SetupError(f"Nothing runs in {data_dir}; start it with `care up --data-dir {data_dir}`.") from None
    return {
        "mongodb_uri": runtime["mongodb_uri"],
        "temporal_address": runtime["temporal_address"],
        "temporal_ui_url": runtime["temporal_ui"],
        "public_url": runtime["web"],
    }


def secrets_in(data_dir: Path) -> dict[str, Any]:
    """The keys of a data directory, made on first use (mode 0600), and where they stand."""
    path = data_dir / "secrets.json"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(
            json.dumps(
                {
                    "secret_key": secrets.token_urlsafe(48),
                    "encryption_key": base64.b64encode(secrets.token_bytes(32)).decode(),
                }
            )
        )
    found = {name: SecretStr(value) for name, value in json.loads(path.read_text()).items()}
    return {**found, "keys_file": path}
