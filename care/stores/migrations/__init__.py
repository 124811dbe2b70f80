"""Changes of what is stored, oldest first: a file each, done once, forward only, beside processes of any version.

How to write one, and which versions it lets live: docs/upgrading.md.
"""

from __future__ import annotations

from care.stores.migrations.m0001_account_record import ACCOUNT_RECORD
from care.stores.migrations.m0002_customer_keys import CUSTOMER_KEYS
from care.stores.migrations.m0003_handed_over import HANDED_OVER
from care.stores.migrations.m0004_kept_answers import KEPT_ANSWERS
from care.stores.migrations.m0005_indexes import INDEXES
from care.stores.migrations.m0006_next_due import NEXT_DUE
from care.stores.migrations.step import Migration

MIGRATIONS: list[Migration] = [ACCOUNT_RECORD, CUSTOMER_KEYS, HANDED_OVER, KEPT_ANSWERS, INDEXES, NEXT_DUE]
