"""`care seed`: a shop's data from a folder of JSON or JSONL files.

Each file is named for what it holds: products, customers, orders, payments, wallets, payment_methods, subscriptions.
What is stored already is left as it is, so that a second run changes nothing that has moved on since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from care.errors import CareError, Invalid
from care.models.subscription import SubscriptionRequest
from care.seeding.files import Record, Refusal, records
from care.seeding.load import Loader
from care.seeding.records import RECORDS
from care.stores import Stores

_KINDS: dict[str, type[BaseModel]] = {**RECORDS, "subscriptions": SubscriptionRequest}
_AT_ONCE = 50

T = TypeVar("T")


@dataclass
class SeedReport:
    """`loaded` counts the accepted records of each kind, also those that were there before.

    `subscriptions` are accepted but not started: that takes a Temporal client.
    """

    loaded: dict[str, int] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    subscriptions: list[SubscriptionRequest] = field(default_factory=list)


async def seed(stores: Stores, folder: Path) -> SeedReport:
    """Load what the folder holds, record by record: one that is refused stops no other."""
    report = SeedReport()
    loader = Loader(stores)
    files = _files(folder)
    if not files:
        report.refused.append(Refusal(folder.name, 0, f"no files here; expected {_expected()}"))
    report.refused += [Refusal(f.name, 0, f"unknown; expected {_expected()}") for f in files if f.stem not in _KINDS]
    for kind in _KINDS:  # in this order: orders name customers and products, payments name orders
        for path in files:
            if path.stem == kind:
                await _load_file(path, kind, loader, report)
    return report


async def _load_file(path: Path, kind: str, loader: Loader, report: SeedReport) -> None:
    for chunk in _chunks(records(path), _AT_ONCE):
        for outcome in await asyncio.gather(*(_load(each, kind, loader) for each in chunk)):
            if isinstance(outcome, Refusal):
                report.refused.append(outcome)
                continue
            report.loaded[kind] = report.loaded.get(kind, 0) + 1
            if isinstance(outcome, SubscriptionRequest):
                report.subscriptions.append(outcome)


async def _load(record: Record | Refusal, kind: str, loader: Loader) -> BaseModel | Refusal:
    if isinstance(record, Refusal):
        return record
    try:
        model = _KINDS[kind].model_validate(record.value)
        await loader.load(model)
    except ValidationError as error:
        return record.refused(_reasons(error))
    except Invalid as error:
        named = "; ".join(f"{name}: {what}" for name, what in error.fields.items())
        return record.refused(f"{error.detail} ({named})" if named else error.detail)
    except CareError as error:
        return record.refused(error.detail)
    return model


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix in (".json", ".jsonl"))


def _reasons(error: ValidationError) -> str:
    """Field and reason, without the value: it may be personal."""
    found = [(".".join(str(part) for part in each["loc"]), each["msg"]) for each in error.errors(include_input=False)]
    return "; ".join(f"{where}: {what}" if where else what for where, what in found)


def _expected() -> str:
    return ", ".join(_KINDS) + " (.json or .jsonl)"


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk
