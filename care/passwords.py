"""Passwords: argon2id. Each hash takes tens of milliseconds of CPU and 64 MB by design, so few are made at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from care.errors import Unavailable

T = TypeVar("T")

_HASHER = PasswordHasher()
_AT_ONCE = 2  # 128 MB; each uses several cores already
_IN_LINE = 40  # some seconds: whoever comes later is better told so than kept waiting
_THREADS = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2")
_line = 0


async def hash_password(password: str) -> str:
    return await _in_turn(partial(_HASHER.hash, password))


async def verify_password(password: str, password_hash: str) -> bool:
    """Whether the password is the one that was hashed; False for a hash that is none."""
    return await _in_turn(partial(_verify, password, password_hash))


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def check_room() -> None:
    """Raises Unavailable while so many wait for their password to be looked at that it would take long."""
    if _line >= _IN_LINE:
        raise Unavailable("Many people are signing in just now. Please try again in a moment.")


async def _in_turn(work: Callable[[], T]) -> T:
    global _line
    _line += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
    finally:
        _line -= 1


def _verify(password: str, password_hash: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
