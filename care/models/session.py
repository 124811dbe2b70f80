"""One sign-in: what a portal cookie or the tokens of a program stand for."""

from __future__ import annotations

from enum import StrEnum

from care.models.common import Model, Utc


class Door(StrEnum):
    """Where somebody came in."""

    PORTAL = "portal"
    API = "api"


class Session(Model):
    """`email` is the account's, `generation` the account's when it signed in: a later one ends the session.

    `device` is rough ("Firefox, Linux"), empty if the device did not say; `used_at` is right to five minutes.
    """

    session_id: str
    email: str
    generation: int
    door: Door
    device: str = ""
    created_at: Utc
    used_at: Utc
    expires_at: Utc


class ResetRequest(Model):
    """Somebody has asked for a new password by mail. `language` is that of the page on which they did."""

    reset_id: str
    email: str
    generation: int
    language: str
    expires_at: Utc


class Tries(Model):
    """What was tried in a row and failed: of whom, only a keyed hash tells. `forgotten_at`: they count until then."""

    who: str
    failed: int
    last_at: Utc
    forgotten_at: Utc
