"""The exception tree. Each error has one HTTP status, one title, and a sentence that says what to do.

CareError
├── Unauthenticated      401  no token, or one that is expired or forged
├── Forbidden            403  signed in, but this role may not
│   └── MissingScope          a service token without the scope that this needs
├── NotFound             404  unknown, or somebody else's: the same answer for both
├── Conflict             409  the thing is in another state
│   ├── OpenRefund            a refund for the same items is already open
│   ├── AlreadySettled        a decision on a settled case
│   ├── ClaimedByOther        another reviewer works on the case
│   ├── InFlight              the same Idempotency-Key is being answered
│   ├── OutOfStock            the shop has fewer than asked for; nothing was taken
│   └── PaymentDeclined       what had to be paid first was declined; nothing was changed
├── Gone                 410  it was there for a time, and the time is over
├── TooLarge             413
├── UnsupportedMedia     415
├── Invalid              422  bad input; `fields` names them
│   ├── NotEligible           policy refuses; `rule` names the rule
│   └── KeyReused             an Idempotency-Key with another body
├── TooMany              429
└── Unavailable          503  a part is down; try again
    └── Unanswered            a turn of a conversation has failed; asked again, it is another try

ModelTrouble             a model gave no usable answer; `retryable` tells whether asking again can help
SetupError               CARE cannot start; the message says what to do
"""

from __future__ import annotations

from typing import ClassVar


class CareError(Exception):
    """`detail` is one sentence for the person who asked; it never carries another customer's data.

    `headers` go with the HTTP answer.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self,
        detail: str,
        *,
        rule: str | None = None,
        fields: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.rule = rule
        self.fields = fields or {}
        self.headers = headers or {}


class Unauthenticated(CareError):
    status = 401
    title = "Sign in first"


class Forbidden(CareError):
    status = 403
    title = "Not allowed"


class MissingScope(Forbidden):
    """`scope` is the one that the token lacks."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"This needs a service token with the scope {scope}.")
        self.scope = scope


class NotFound(CareError):
    status = 404
    title = "Not found"


def missing(noun: str, identifier: str) -> NotFound:
    """The words for what does not exist, and, the same, for what belongs to somebody else."""
    return NotFound(f"There is no {noun} {identifier}.")


class Conflict(CareError):
    status = 409
    title = "Not possible now"


class OpenRefund(Conflict):
    title = "A refund is already open"


class AlreadySettled(Conflict):
    title = "Already settled"


class ClaimedByOther(Conflict):
    title = "Claimed by a colleague"


class InFlight(Conflict):
    title = "Still being answered"


class OutOfStock(Conflict):
    title = "Out of stock"


class PaymentDeclined(Conflict):
    title = "Payment declined"


class Gone(CareError):
    status = 410
    title = "No longer there"


class TooLarge(CareError):
    status = 413
    title = "Too large"


class UnsupportedMedia(CareError):
    status = 415
    title = "Unsupported file"


class Invalid(CareError):
    status = 422
    title = "Please check the input"


class NotEligible(Invalid):
    title = "Not eligible"


class KeyReused(Invalid):
    title = "Idempotency-Key used before"


class TooMany(CareError):
    """`seconds`: after which it is worth trying again."""

    status = 429
    title = "Too many requests"

    def __init__(
        self,
        detail: str,
        *,
        rule: str | None = None,
        fields: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        seconds: int = 1,
    ) -> None:
        super().__init__(detail, rule=rule, fields=fields, headers=headers)
        self.seconds = seconds


class Unavailable(CareError):
    status = 503
    title = "Try again in a moment"


class Unanswered(Unavailable):
    pass


class ModelTrouble(Exception):
    """A model gave no usable answer. `reason` holds no customer text; `wait` in seconds, where the model names it."""

    def __init__(self, reason: str, *, retryable: bool, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable
        self.wait = wait


class SetupError(Exception):
    """CARE cannot start. The message is one sentence that says what to do."""


# To people who see a page in the place of the one that they wanted.
QUOTE = "If you write to us about this, please quote {number}."


def _tree(root: type[CareError]) -> dict[str, type[CareError]]:
    found = {root.__name__: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


# By name, because a workflow or activity can hand over a name, not a class.
BY_NAME = _tree(CareError)
