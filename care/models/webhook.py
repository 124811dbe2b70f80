"""Web hooks: where the shop's own systems are told what customers are told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from care.models.common import Body, Model, Utc

Kind = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]


class EndpointView(Model):
    """`kinds` are those of notifications; None means all. `failing_since`: nothing has arrived since then."""

    endpoint_id: str
    url: str
    kinds: list[Kind] | None = None
    enabled: bool = True
    created_at: Utc
    disabled_at: Utc | None = None
    disabled_reason: str | None = None
    failing_since: Utc | None = None


class Endpoint(EndpointView):
    """With its secret, sealed. After a rotation the old one signs too, until `old_until`."""

    sealed: bytes
    old_sealed: bytes | None = None
    old_until: Utc | None = None

    def shown(self) -> EndpointView:
        """Without secrets."""
        return EndpointView.model_validate(self.model_dump(exclude={"sealed", "old_sealed", "old_until"}))


class EndpointWithSecret(EndpointView):
    """Shown once: `secret` starts with whsec_, as Standard Webhooks has it."""

    secret: str


class NewEndpoint(Body):
    url: str = Field(min_length=1, max_length=2000)
    kinds: list[Kind] | None = Field(None, min_length=1, max_length=50)
