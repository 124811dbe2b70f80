"""Stock, moved inside the transaction of whoever needs it: in the order of skus, so that no two block each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from care.errors import OutOfStock
from care.models.order import OrderLine
from care.stores.mongo import Collection, Session


async def take(products: Collection, pieces: Mapping[str, int], lines: Sequence[OrderLine], session: Session) -> None:
    """Raises OutOfStock, with the name of the product in `lines`, when the shop has fewer than asked for."""
    for sku, quantity in sorted(pieces.items()):
        taken = await products.update_one(
            {"_id": sku, "stock": {"$gte": quantity}}, {"$inc": {"stock": -quantity}}, session=session
        )
        if not taken.modified_count:
            name = next(line.name for line in lines if line.sku == sku)
            raise OutOfStock(f"{name} is out of stock: fewer than {quantity} are left.")


async def give_back(products: Collection, pieces: Mapping[str, int], session: Session) -> None:
    """What has left the catalogue has no stock any more."""
    for sku, quantity in sorted(pieces.items()):
        await products.update_one({"_id": sku}, {"$inc": {"stock": quantity}}, session=session)
