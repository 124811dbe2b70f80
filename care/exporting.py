"""Everything that is kept about a customer, for them to read and to take along (GDPR, articles 15 and 20).

Of cases and conversations they get what they may see: the names of colleagues and their notes are not theirs.
"""

from __future__ import annotations

import asyncio
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel

from care.errors import SetupError
from care.media.containers import EXTENSIONS
from care.models.audit import COMMAND_LINE
from care.models.evidence import Evidence
from care.opening import stores_of
from care.rules.told import told, told_conversation
from care.settings import Settings
from care.stores import Stores
from care.stores.documents import now
from care.stores.personal import Belongings, PersonalStore


async def export_customer(settings: Settings, customer_id: str, to: Path | None) -> str:
    """What `care customer export` does: the JSON, or (`to`) a ZIP archive with the files, that only its owner can read.

    Raises SetupError if MongoDB cannot be reached or the file cannot be written, NotFound.
    """
    try:
        async with stores_of(settings) as stores:
            if to is None:
                text = json.dumps(await export(stores, customer_id, by=COMMAND_LINE), indent=2, ensure_ascii=False)
                return text + "\n"
            await stores.customers.get(customer_id)  # before there is a file
            with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                await write_archive(stores, customer_id, out, by=COMMAND_LINE)
            return f"Everything about {customer_id} is in {to}.\n"
    except OSError as error:
        raise SetupError(f"{to} cannot be written: {error.strerror}.") from None


async def export(stores: Stores, customer_id: str, *, by: str) -> dict[str, Any]:
    """As JSON that a person can read; `evidence` names the files of the archive. Raises NotFound."""
    found = await PersonalStore(stores).belongings(customer_id)
    talks = [await stores.conversations.view(each.conversation_id) for each in found.conversations]
    await stores.audit.append("customer_exported", by=by, about=customer_id)
    return {
        "exported_at": now().isoformat(),
        "customer": _plain([found.customer])[0],
        "accounts": _plain(found.accounts, "password_hash", "generation"),
        "preferences": _plain([found.preferences])[0],
        "id_at_payment_provider": found.payer,
        "wallet": _plain([found.wallet])[0] if found.wallet else None,
        "orders": _plain(found.orders),
        "order_changes": _plain(found.order_changes),
        "subscriptions": _plain(found.subscriptions),
        "refunds": _plain([told(each) for each in found.refunds]),
        "conversations": _plain([told_conversation(each) for each in talks]),
        "notifications": _plain(found.notifications),
        "evidence": [each | {"file": _path(file)} for each, file in _with_files(found)],
        "payments": _plain(found.movements),
        "ledger": _plain(found.entries),
        "record": [{"at": each["at"], "act": each["act"]} for each in _plain(found.acts)],
    }


async def write_archive(stores: Stores, customer_id: str, out: IO[bytes], *, by: str) -> None:
    """`customer.json` and the files of evidence, as a ZIP archive. Raises NotFound."""
    everything = await export(stores, customer_id, by=by)
    with zipfile.ZipFile(out, "w") as archive:
        text = json.dumps(everything, indent=2, ensure_ascii=False)
        archive.writestr("customer.json", text, zipfile.ZIP_DEFLATED)
        for each in everything["evidence"]:
            if each["file"]:
                data = await stores.evidence.data(each["evidence_id"])
                await asyncio.to_thread(archive.writestr, each["file"], data)


def _plain(models: Sequence[BaseModel], *without: str) -> list[dict[str, Any]]:
    return [model.model_dump(mode="json", exclude=set(without)) for model in models]


def _with_files(found: Belongings) -> list[tuple[dict[str, Any], Evidence]]:
    return list(zip(_plain(found.evidence), found.evidence, strict=True))


def _path(file: Evidence) -> str | None:
    """None for a file that was erased."""
    return None if file.erased else f"evidence/{file.evidence_id}.{EXTENSIONS[file.media_type]}"
