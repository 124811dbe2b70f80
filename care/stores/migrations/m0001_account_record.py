"""What versions before the audit record wrote of accounts, in a collection of its own, becomes lines of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from care.models.audit import Act
from care.stores.migrations.step import Rewrite
from care.stores.mongo import Document, Session

if TYPE_CHECKING:
    from care.stores import Stores

_ACTS: dict[str, Act] = {
    "added": "account_added",
    "role_changed": "role_changed",
    "password_reset": "password_reset",
    "closed": "account_closed",
}


async def move(stores: Stores, line: Document) -> None:
    """With its time. Cut off, there is neither the new line nor any harm to the old one."""
    detail = {name: line[name] for name in ("role", "before") if line.get(name)}
    # Of a customer, from whom nothing personal may be in the record, the id.
    account = await stores.accounts.find(line["email"])
    about = (account and account.customer_id) or line["email"]

    async def both(session: Session) -> None:
        gone = await stores.database["account_record"].delete_one({"_id": line["_id"]}, session=session)
        if gone.deleted_count:
            await stores.audit.carry_over(session, _ACTS[line["kind"]], line["by"], about, detail, at=line["at"])

    await stores.audit.transaction(both)


ACCOUNT_RECORD = Rewrite(
    name="0001-account-record",
    what="the record of accounts becomes part of the audit record",
    collection="account_record",
    old={},
    move=move,
)
