"""`care token`: shown once, kept as a hash, revoked for good."""

from __future__ import annotations

import re
from pathlib import Path

from care.stores import Stores
from tests.running import care


async def test_a_token_is_made_listed_and_revoked(stores: Stores, mongodb_uri: str, tmp_path: Path) -> None:
    servers = {
        "CARE_MONGODB_URI": mongodb_uri,
        "CARE_MONGODB_DATABASE": stores.database.name,
        "CARE_TEMPORAL_ADDRESS": "127.0.0.1:1",
    }

    def token(*arguments: str) -> str:
        result = care("token", *arguments, cwd=tmp_path, **servers)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    made = token("add", "warehouse", "--scope", "orders:write", "--scope", "orders:read", "--days", "30")
    assert re.fullmatch(r"care_[A-Za-z0-9_-]{43}", made)
    listed = token("list")
    assert re.fullmatch(r"warehouse  orders:read orders:write  until \d{4}-\d\d-\d\d  never used", listed)
    assert made not in str(await stores.database["tokens"].find().to_list(None)), "kept in clear"
    again = care("token", "add", "warehouse", "--scope", "chat", cwd=tmp_path, **servers)
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "choose another name" in again.stderr
    assert token("revoke", "warehouse") == "warehouse opens nothing any more."
    assert "revoked" in token("list")
    record = [(line.act, line.by, line.about, line.detail) async for line in stores.audit.lines()]
    assert record == [
        ("token_made", "command line", "warehouse", {"scopes": "orders:read orders:write"}),
        ("token_revoked", "command line", "warehouse", {}),
    ]
