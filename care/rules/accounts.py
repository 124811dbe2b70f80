"""Which acts on an account are allowed, so that somebody can always let people in. Pure."""

from __future__ import annotations

from zxcvbn import zxcvbn

from care.errors import Conflict, Invalid
from care.models.customer import Account, AccountWish, Role

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256
# Of zxcvbn's 0 to 4: the least that it calls safe, more than 10^8 guesses. It reads so many characters, and takes
# milliseconds for them; what is good so far is good with more behind it.
_SAFE, _READ = 3, 48
# Its words are English; these are the first that are tried here beside them.
_ELSEWHERE = ["contraseña", "tequiero", "teamo", "mucho", "hola", "india", "krishna", "jaishriram", "sairam", "namaste"]
# Shorter names stand in words that have nothing to do with them.
_SHORTEST_NAME = 4


def check_password(password: str, email: str = "", name: str = "") -> None:
    """Long enough and not guessed soon (NIST SP 800-63B): no rule says which characters.

    `email` and `name` are those of whose password it is to be. Raises Invalid.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise _wrong("password", f"Choose a password of at least {SHORTEST_PASSWORD} characters.")
    if len(password) > LONGEST_PASSWORD:
        raise _wrong("password", f"Choose a password of at most {LONGEST_PASSWORD} characters.")
    own, folded = _own_words(email, name), password.casefold()
    if zxcvbn(folded[:_READ], [*own, *_ELSEWHERE])["score"] < _SAFE:
        raise _wrong("password", "This password is among the first that are guessed: choose another one.")
    if any(each in folded for each in own):
        raise _wrong("password", "Choose a password without your name or e-mail address in it.")


def _own_words(email: str, name: str) -> list[str]:
    words = [email.partition("@")[0], *name.split(), "".join(name.split())]
    return [word.casefold() for word in words if len(word) >= _SHORTEST_NAME]


def check_wish(wish: AccountWish) -> None:
    """Raises Invalid unless a customer's account, and only that, names its customer."""
    if (wish.role is Role.CUSTOMER) != (wish.customer_id is not None):
        raise _wrong("customer_id", "An account with the role customer, and only that, names its customer.")


def check_role(account: Account, role: Role, *, by: str, admins: int) -> None:
    """Whether `by` may give the account this role while there are so many open accounts of admins. Raises Conflict.

    The role customer is neither given nor taken: whose data such an account opens is settled when it is made.
    """
    _open_and_anothers(account, by, "change your own role")
    if Role.CUSTOMER in (account.role, role):
        raise Conflict("A customer's account stays one: add another account for a colleague.")
    _one_admin_stays(account, admins)


def check_closing(account: Account, *, by: str, admins: int) -> None:
    """Raises Conflict."""
    _open_and_anothers(account, by, "close your own account")
    _one_admin_stays(account, admins)


def check_open(account: Account) -> None:
    """Raises Conflict."""
    if account.closed_at is not None:
        raise Conflict("This account is closed.")


def _open_and_anothers(account: Account, by: str, what: str) -> None:
    check_open(account)
    if account.email == by:
        raise Conflict(f"You cannot {what}: ask another administrator.")


def _one_admin_stays(account: Account, admins: int) -> None:
    if account.role is Role.ADMIN and admins <= 1:
        raise Conflict("This is the last administrator: make another one first.")


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})
